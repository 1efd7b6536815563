"""What was assumed and left out where persons are compared by panels of SNPs."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

KEPT_OUT = counted_form(
    "snps of ancestry or appearance",
    "{number} SNP of the panel is known for ancestry or appearance and was dropped unread",
    "{number} SNPs of the panel are known for ancestry or appearance and were dropped unread",
    number=Kind.WHOLE,
)
LEFT_OUT = form(
    "snps left out",
    "SNPs of {file} left out because {words_reason}: {names}",
    file=Kind.TEXT,
    words_reason=Kind.STATEMENT,
    names=Kind.NAMES,
)
OFF_THE_MAP = form("snp off the map", "their position in cM is empty")
SAME_ON_BOTH_STRANDS = form(
    "snp same on both strands",
    "their alleles are A and T, or C and G, so that the strand of a genotype cannot be told",
)
MORE_THAN_TWO = form("snp of more than two alleles", "they have more than two alleles")
NOT_VARIABLE = form("snp not variable", "an allele has frequency 0 in a population")
NOT_ON_PANEL = counted_form(
    "readings not on the panel",
    "{number} reading of {file} is at no SNP of the panel and was not used",
    "{number} readings of {file} are at no SNP of the panel and were not used",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
NOBODYS = form(
    "snp samples of nobody",
    "{file}: samples that belong to nobody of the incident, or to a donor without consent, were not used: {names}",
    file=Kind.TEXT,
    names=Kind.NAMES,
)
MODEL = form(
    "snp model",
    "SNPs are linked by {map} on the panel's positions; theta {theta}; with probability {error} a reading is a random "
    "person's ({reference_error} in relatives), so that one wrong reading excludes nobody; a read is wrong with "
    "probability {read_error}",
    map=Kind.TEXT,
    theta=Kind.EXACT,
    error=Kind.EXACT,
    reference_error=Kind.EXACT,
    read_error=Kind.EXACT,
)
STRS_BESIDE = form(
    "strs beside snps",
    "the STR evidence is added as independent: linkage between STRs and SNPs of one chromosome is not in the sum",
)
TOO_LARGE = form(
    "snp family too large",
    "family '{family}', {missing}: {reason}",
    family=Kind.TEXT,
    missing=Kind.TEXT,
    reason=Kind.TEXT,
)
