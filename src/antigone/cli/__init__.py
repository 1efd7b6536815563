"""The command line: arguments in, casework called, words out. Imports wait until a command needs them."""

from antigone.cli.application import app, main

__all__ = ["app", "main"]
