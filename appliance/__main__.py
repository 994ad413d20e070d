"""Run the command line as a module, so that the code can start itself without knowing its path."""

from appliance.cli import main

main()
