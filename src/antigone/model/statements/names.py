"""Words for what is kept as a word of its own: kinds of evidence, reasons, states. The word is the code."""

from __future__ import annotations

from antigone.model.statements.statement import form

AUTOSOMAL = form("autosomal", "autosomal")
X = form("X", "X")
Y = form("Y", "Y")
MT_DNA = form("mtDNA", "mtDNA")
LINKAGE = form("linkage", "linkage")
SEX = form("sex", "sex")
FINDING = form("finding", "finding")
DNA_TOGETHER = form("DNA together", "DNA together")
ALL_TOGETHER = form("all together", "all together")

MUTATION_RATES = form("mutation rates", "mutation rates")
DROPOUT = form("drop-out", "drop-out")
THETA = form("theta", "theta")

WITHOUT_CONSENT = form("donors without a consent", "donors without a consent")
WITHDRAWN = form("donors whose consent was withdrawn", "donors whose consent was withdrawn")
EXPIRED = form("donors whose consent has expired", "donors whose consent has expired")
OTHER_PURPOSE = form(
    "donors whose consent does not cover identification", "donors whose consent does not cover identification"
)
DATED_LATER = form("donors whose consent is dated after the search", "donors whose consent is dated after the search")
NOT_FOR_COURT = form("donors whose consent does not cover court", "donors whose consent does not cover court")
NOT_FOR_SHARING = form("donors whose consent does not cover sharing", "donors whose consent does not cover sharing")
SEEKERS_OF_ONE_INCIDENT = form(
    "living seekers, who asked in one incident alone", "living seekers, who asked in one incident alone"
)
SEEKERS_OF_ONE_INSTITUTION = form(
    "living seekers, who asked this institution alone", "living seekers, who asked this institution alone"
)
FAMILIES_THAT_SHARE_NOTHING = form(
    "families none of whose donors agreed to share", "families none of whose donors agreed to share"
)
CANDIDATES_WITHHELD = form(
    "candidates of families or persons that somebody left, or that were declared otherwise, during the search",
    "candidates of families or persons that somebody left, or that were declared otherwise, during the search",
)
JOINT_ANSWERS_WITHHELD = form(
    "joint answers of an incident that somebody left, or that was declared otherwise, meanwhile",
    "joint answers of an incident that somebody left, or that was declared otherwise, meanwhile",
)

FULL_SIBLINGS = form("full siblings", "full siblings")
PLACES_ALIKE = form("places that the data leave alike", "places that the data leave alike")
