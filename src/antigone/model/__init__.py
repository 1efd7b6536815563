"""Frozen data classes: no mathematics, no input or output."""
