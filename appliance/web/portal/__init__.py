"""The hotspot's portal: answers to phones that ask whether they have the internet."""
