"""Panels of SNPs in an incident: every unidentified person who was read against every missing person."""
