"""One function for each thing a user does: consent first, then the computation, then the result.

The only door from an interface to data or statistics.
"""
