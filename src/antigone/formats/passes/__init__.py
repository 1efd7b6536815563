"""Genotypes that are typed in by hand: the markers of kits, the cells of one marker, and what both passes agree on."""
