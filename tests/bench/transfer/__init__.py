"""Bytes and requests of updates, and the fleet: `make bench-sync`, `make bench-fleet`."""
