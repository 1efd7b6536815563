"""`antigone registry model`: the model of an incident on the command line."""
