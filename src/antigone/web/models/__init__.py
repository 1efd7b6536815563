"""The model of an incident in a browser."""
