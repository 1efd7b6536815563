"""Y and mitochondrial haplotypes as other programs and databases write them, made our own tables."""
