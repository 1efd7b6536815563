"""Thousands of linked SNPs: a family is asked once, then each person is one pass along the chromosomes."""
