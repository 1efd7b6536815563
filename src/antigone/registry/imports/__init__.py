"""Imports: what one does, what rests on it, and how it is undone."""
