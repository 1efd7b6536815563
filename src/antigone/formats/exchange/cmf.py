"""The Common Message Format of CODIS, 3.2 and 3.3: unidentified persons, and relatives of missing persons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from antigone.formats.exchange.categories import RELATIONS, category_of, refuse_categories
from antigone.formats.exchange.declared import MOST_ALLELES, Declared
from antigone.formats.exchange.kinship import Relative, pedigree_of_words
from antigone.formats.exchange.xml import Element
from antigone.formats.labels.markers import marker_kind, normalise_marker
from antigone.formats.labels.vocabulary import word_key
from antigone.formats.reading.findings import Findings
from antigone.model.pedigree import Sex
from antigone.model.statements import exchange as said

RAPID = "CODISRapidImportFile"
_VERSIONS = ("3.2", "3.3")
Typed = Sequence[tuple[int, str, list[str]]]
"""Line, marker and alleles of each locus."""


def read_cmf(name: str, root: Element, findings: Findings) -> Declared:
    """The specimens of a file; relatives of one case (CASEID) are one family with one missing person."""
    declared = Declared(name)
    specimens = list(root.everywhere("SPECIMEN"))
    categories = [(one.line, one.value("SPECIMENCATEGORY")) for one in specimens]
    _check_version(name, root, findings)
    if root.name == RAPID:
        found, remedy = "a message of booking stations (Rapid DNA of arrestees)", "nothing of this file is read"
        findings.problem((name, root.line), "", found, "unidentified persons and relatives", remedy)
    elif not refuse_categories(name, categories, findings):
        relatives: dict[str, list[tuple[Element, Typed]]] = {}
        for specimen in specimens:
            _add(declared, specimen, relatives, findings)
        for case, members in relatives.items():
            _add_family(declared, case, members, findings)
        if declared.unidentified:
            findings.notice(said.TAKEN_AS_REMAINS(number=len(declared.unidentified), file=name))
    return declared


def _check_version(name: str, root: Element, findings: Findings) -> None:
    version = root.value("HEADERVERSION")
    if version not in _VERSIONS and root.name != RAPID:
        line = next((one.line for one in root.all("HEADERVERSION")), root.line)
        expected, remedy = "3.2 or 3.3", "export the file again as CMF 3.2 or 3.3"
        findings.problem((name, line), "HEADERVERSION", f"'{version[:10]}'", expected, remedy)


def _add(
    declared: Declared, specimen: Element, relatives: dict[str, list[tuple[Element, Typed]]], findings: Findings
) -> None:
    sample, words = specimen.value("SPECIMENID"), specimen.value("SPECIMENCATEGORY")
    if not sample:
        expected, remedy = "a code for each specimen", "export the file again"
        findings.problem((declared.name, specimen.line), "SPECIMENID", "a specimen without a code", expected, remedy)
        return
    if category_of(words) == "left out":
        findings.notice(said.RELATION_LEFT_OUT(code=sample, word=words, file=declared.name))
        return
    typed = list(_loci(specimen, declared, findings))
    for line, marker, alleles in typed:
        declared.add_genotype(line, sample, marker, alleles)
    if category_of(words) == "unidentified":
        declared.unidentified.append((specimen.line, (sample, "unknown")))
    else:
        relatives.setdefault(specimen.attributes.get("CASEID", "").strip(), []).append((specimen, typed))


def _loci(specimen: Element, declared: Declared, findings: Findings) -> Iterator[tuple[int, str, list[str]]]:
    for locus in specimen.all("LOCUS"):
        alleles = [one.text for one in locus.all("ALLELE", "ALLELEVALUE")]
        if len(alleles) > MOST_ALLELES:
            found = f"{len(alleles)} alleles at one locus of '{specimen.value('SPECIMENID')}'"
            remedy = "export the file again"
            findings.problem((declared.name, locus.line), "ALLELE", found, f"at most {MOST_ALLELES}", remedy)
            continue
        yield locus.line, locus.value("LOCUSNAME"), alleles


def _add_family(declared: Declared, case: str, members: Sequence[tuple[Element, Typed]], findings: Findings) -> None:
    if not case:
        found = f"{len(members)} relatives without a case (CASEID)"
        remedy = "give the relatives of one missing person one CASEID, or enter the families in a case folder"
        findings.problem((declared.name, members[0][0].line), "CASEID", found, "the case they belong to", remedy)
        return
    relatives, sex = [], "unknown"
    for specimen, typed in members:
        key = word_key(specimen.value("SPECIMENCATEGORY"))
        shown = shown_sex(typed)
        sex = shown if key == "missingperson" else sex
        relatives.append(Relative(specimen.line, specimen.value("SPECIMENID"), RELATIONS.get(key, ""), shown))
        if key == "biologicalsibling":
            findings.notice(said.FULL_SIBLINGS(word=specimen.value("SPECIMENCATEGORY"), file=declared.name))
    declared.members += pedigree_of_words(declared.name, case, relatives, findings, sex=sex)  # type: ignore[arg-type]


def shown_sex(typed: Typed) -> Sex:
    """The sex that Amelogenin shows."""
    seen = {a.upper() for _, marker, alleles in typed if marker_kind(normalise_marker(marker)) == "amelogenin"
            for a in alleles}  # fmt: skip
    return "male" if "Y" in seen else "female" if seen == {"X"} else "unknown"
