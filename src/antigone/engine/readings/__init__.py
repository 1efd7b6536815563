"""Readings that tell less than a genotype: two persons in one sample, and sequences seen as lengths."""
