"""Panels of SNPs and what was read of them: tables, Parquet files and VCF."""
