"""What several tests share: see ``test_formats_frequencies``, where it is used most."""

from __future__ import annotations

STRIDER = """<?xml version="1.0" encoding="UTF-8"?>
<frequencies>
  <marker>
    <name>THO1</name>
    <alleles>6, 7</alleles>
    <origin name="Hereland" n="100"><frequency allele="6">0.4</frequency><frequency allele="7">0.6</frequency></origin>
    <origin name="Thereland" n="50"><frequency allele="9.3">1</frequency></origin>
  </marker>
</frequencies>
"""


GENES = "Sample Name\tMarker\tAllele 1\tAllele 2\tAllele 3\n"
