"""The report: complete, self-contained, honest about what it is, and silent about what is not its business."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import report_example as example
from told import settings_in_words

from antigone.errors import InputError
from antigone.model.pedigree import Pedigree
from antigone.model.results.search import EvidenceLine, MarkerMutation, MutationStep, SearchResult
from antigone.model.statements.statement import TEXT
from antigone.report.pages.search import css_string, render_report
from antigone.report.words.sentences import (
    consenting_donors,
    explain_alternatives,
    explain_evidence,
    reportable_mutations,
)
from antigone.report.words.statements import say, say_all

VOID = {"meta", "br", "link", "img", "input", "hr"}
FORBIDDEN = re.compile(r"\bmatch|(?<!un)identified\b|\bsuspect|\boffender|\bhit\b|\bfather(?:ed|hood)\b", re.IGNORECASE)
HOSTILE = '<b>"x"&'


class Page(HTMLParser):
    """A strict reader: every element that opens must close, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """What a reader reads, with plain spaces."""
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture(scope="module")
def result() -> SearchResult:
    return example.result()


@pytest.fixture(scope="module")
def page(result: SearchResult) -> str:
    return render_report(result, example.incident())


@pytest.fixture(scope="module")
def read(page: str) -> Page:
    return Page(page)


def test_render_report__is_well_formed(read):
    assert read.open == []
    assert read.tags[:2] == ["html", "head"]
    assert ("lang", "en") in read.attributes


def test_render_report__ids_are_unique_and_links_lead_to_them(read):
    ids = [value for name, value in read.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = {value for name, value in read.attributes if name == "href"}
    assert links
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_render_report__needs_nothing_from_outside(page, read):
    assert not re.search(r"https?:|//[a-z]|url\(|@import|javascript:", page)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(read.tags)
    assert not {name for name, _ in read.attributes if name == "src" or name.startswith("on")}
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") in read.attributes


def test_render_report__shows_every_candidate(result, read):
    for c in result.candidates:
        assert f"{c.unidentified} as {c.missing} of family {c.family}" in read.text
        assert f"{c.unidentified} is {c.missing}, the missing member of family {c.family}." in read.text
    assert read.tags.count("section") == len(result.candidates) + 8


def test_render_report__explains_the_first_and_lists_all(result):
    read = Page(render_report(result, example.incident(), top=2))
    assert "The first 2 of 8 candidates are explained" in read.text
    assert all(c.unidentified in read.text for c in result.candidates)
    assert "Candidate 2:" in read.text
    assert "Candidate 3:" not in read.text


def test_render_report__states_the_prior_beside_each_posterior(result, read):
    prior = "1 in 10 (0.1)"
    assert read.text.count(f"posterior probability, with the prior {prior}") == len(result.candidates)
    assert read.text.count(f"turns the prior probability {prior} into the posterior") == len(result.candidates)
    assert f"Posterior with the prior {prior}" in read.text
    assert say(result.prior_reason) in read.text


def test_render_report__prints_title_and_prior_on_every_sheet(page):
    assert f"@top-left {{ content: {css_string('Antigone · Ferry accident, northern coast')}" in page
    assert f"@top-right {{ content: {css_string('Prior of one pair: 1 in 10 (0.1)')}" in page


def test_render_report__claims_nothing(read):
    found = FORBIDDEN.search(read.text)
    assert found is None, found
    assert "The software proposes; a person identifies." in read.text


@pytest.mark.parametrize("word", ["a match", "was identified", "Matching", "suspect"])
def test_forbidden_words__are_seen(word):
    assert FORBIDDEN.search(word)
    assert not FORBIDDEN.search("the unidentified person; a person identifies; identification")


def test_render_report__holds_no_genotype(page):
    assert not [allele for allele in example.ALLELES if allele in page]


def test_render_report__says_how_it_was_made(result, read):
    provenance = result.provenance
    for text in (
        *provenance.inputs.values(),
        *settings_in_words(provenance.settings),
        provenance.command,
        provenance.version,
    ):
        assert text in read.text
    for text in (*say_all(result.assumptions), *say_all(result.notices), *result.left_out, result.verbal_scale_source):
        assert text in read.text


def test_render_report__attested_consent_is_named(result):
    attested = replace(result, provenance=replace(result.provenance, consent_attested_by="K. Thebes, 2026-01-12"))
    assert "consent was attested by K. Thebes, 2026-01-12." in Page(render_report(attested, example.incident())).text


def test_render_report__gives_the_key_numbers(read):
    assert "compared 10 unidentified persons with 8 missing persons of 7 families" in read.text
    assert "Of 80 possible pairs, 62 were compared, 15 were left out because the sexes differ" in read.text
    assert "at most 0.0062 pairs are expected to reach the threshold by chance alone" in read.text
    assert "0.0021 ± 0.0004 (standard error)" in read.text


def test_render_report__says_what_stays_open(read):
    for remark in (
        "Only 4 markers were typed",
        "Every compared missing person is excluded.",
        "The references can show",
    ):
        assert remark in read.text
    assert "excluded (LR 0)" in read.text


@pytest.mark.slow
def test_render_report__two_runs_differ_in_the_time_stamp_only(page, result):
    later = replace(result, provenance=replace(result.provenance, created="2026-03-02T16:40:00+00:00"))
    other = render_report(later, example.incident())
    lines = [(a, b) for a, b in zip(page.splitlines(), other.splitlines(), strict=True) if a != b]
    assert len(lines) == 1
    assert lines[0][0].count("<time ") == 1
    assert page == render_report(result, example.incident())


def test_render_report__without_candidates(result):
    quiet = replace(result, candidates=(), unidentified=(), families=(), left_out={}, notices=())
    text = Page(render_report(quiet, example.incident())).text
    assert "No pair reaches the threshold." in text
    assert "No pairs reach the threshold" in text
    assert "Nothing was left out." in text


def test_render_report__escapes_every_code(result):
    family = replace(
        example.FAMILIES[0],
        code=HOSTILE,
        missing=(HOSTILE,),
        pedigree=Pedigree.of(("FA", "male"), ("MO", "female"), (HOSTILE, "male", "FA", "MO")),
    )
    first = result.candidates[0]
    hostile = replace(first, unidentified=HOSTILE, family=HOSTILE, missing=HOSTILE, verbal=TEXT(text=HOSTILE))
    person = replace(example.unidentified()[0], code=HOSTILE)
    incident = replace(example.incident(), families=(family,), unidentified=(person,))
    found = replace(
        result,
        candidates=(hostile,),
        title=HOSTILE,
        notices=(TEXT(text="</style><script>"),),
        prior_reason=TEXT(text=HOSTILE),
    )
    page = render_report(found, incident)
    assert "<b>" not in page
    assert "<script" not in page
    assert page.count("</style>") == 1
    read = Page(page)
    assert read.open == []
    assert f"{HOSTILE} as {HOSTILE} of family {HOSTILE}" in read.text


def test_render_report__refuses_another_incident(result):
    with pytest.raises(InputError, match="rank 1 names 'MP1' of family 'F01'"):
        render_report(result, replace(example.incident(), families=()))
    with pytest.raises(InputError, match="'PM012', who is not among the unidentified"):
        render_report(result, replace(example.incident(), unidentified=()))


def test_consenting_donors__one_who_withdrew_is_not_drawn_as_a_donor(page):
    assert consenting_donors(example.FAMILIES[0], dt.date.fromisoformat(example.CREATED[:10])) == ("FA", "MO")
    assert consenting_donors(example.FAMILIES[0], dt.date(2026, 1, 20)) == ("FA", "MO", "SIS")
    assert "SIS: female, child of FA and MO." in page


def test_explain_alternatives__fragments_and_several_families(result):
    by_place = {(c.unidentified, c.family): c for c in result.candidates}
    (fragments,) = explain_alternatives(result, by_place["PM044", "F02"])
    assert fragments.startswith("PM031 (rank 6) is also a candidate for MP1 of family F02: probably fragments of one")
    elsewhere, here = explain_alternatives(result, by_place["PM003", "F01"])
    assert elsewhere.startswith("PM003 is also a candidate for MP1 of family F03 (rank 7).")
    assert here.startswith("PM012 (rank 1) is also a candidate for MP1 of family F01")
    assert explain_alternatives(result, by_place["PM020", "F04"]) == ()


def test_mutations__are_told_in_words(read):
    assert (
        "D21S11 cannot be explained without a mutation: between FA and PM012 (as MP1), one step longer (probability "
        "0.980, given H1); or between MO and PM012 (as MP1), two steps shorter (probability 0.013, given H1)."
    ) in read.text
    assert "SE33 cannot be explained without a mutation: between MO and PM012 (as MP1), of a size that" in read.text


def test_mutations__between_two_donors_are_a_secret_of_the_family(result, page):
    first = result.candidates[0]
    assert [m.marker for m in first.mutations] == ["D21S11", "SE33", "FGA"]
    assert [m.marker for m in reportable_mutations(first, ("FA", "MO"))] == ["D21S11", "SE33"]
    without = replace(first, mutations=first.mutations[:2])
    assert page == render_report(replace(result, candidates=(without, *result.candidates[1:])), example.incident())


def test_mutations__a_marker_without_a_place_is_kept(result):
    unplaced = replace(result.candidates[0], mutations=(MarkerMutation("TH01", ()),))
    assert reportable_mutations(unplaced, ("FA", "MO")) == unplaced.mutations
    halfway = replace(unplaced, mutations=(MarkerMutation("TH01", (MutationStep("MO", "MP1", -0.7, 0.5),)),))
    found = replace(result, candidates=(halfway,))
    assert "with a change of −0.70 repeat lengths" in Page(render_report(found, example.incident())).text


EVIDENCE = (
    EvidenceLine("autosomal", 4.5, TEXT(text="29 markers")),
    EvidenceLine("X", 2.67, TEXT(text="9 markers")),
    EvidenceLine("linkage", -0.27, TEXT(text="correction")),
    EvidenceLine("Y", None, TEXT(text="not looked up")),
    EvidenceLine("DNA together", 6.9, TEXT(text="posterior")),
    EvidenceLine("age", 0.0, TEXT(text="years")),
    EvidenceLine("all together", 6.9, TEXT(text="posterior")),
)


def test_evidence__is_told_in_words(result):
    candidate = replace(result.candidates[0], evidence=EVIDENCE)
    assert explain_evidence(candidate) == (
        "The autosomal markers give log10 LR 4.50; the X-chromosomal markers +2.67, the linkage between markers "
        "\N{MINUS SIGN}0.27 and the age ±0.00. Without a number, for the reason in the table: the Y haplotype.",
        "The DNA together: log10 LR 6.90; everything together: log10 LR 6.90.",
    )
    assert explain_evidence(result.candidates[0]) == ()


def test_render_report__a_later_candidate_with_other_evidence_is_explained_too(result):
    last = replace(result.candidates[-1], evidence=EVIDENCE)
    read = Page(render_report(replace(result, candidates=(*result.candidates[:-1], last)), example.incident(), top=2))
    assert "The first 2 of 8 candidates are explained one by one below, and 1 later ones that have" in read.text
    assert f"Candidate {last.rank}:" in read.text
    assert "the X-chromosomal markers +2.67" in read.text


def test_render_report__parts_of_the_lr_beside_the_markers_have_a_row(result):
    first = result.candidates[0]
    beyond = {"linkage": dict.fromkeys(first.log10_lr, -0.125)}
    told = replace(first, log10_lr_beyond=beyond, linkage_log10={"A|B": -0.125}, linkage_methods={"A|B": "looked up"})
    page = render_report(replace(result, candidates=(told, *result.candidates[1:])), example.incident(), top=1)
    assert '<tr><th scope="row">linkage</th>' in page
    assert "Linked markers are computed as linked, which changes log10 LR by: −0.12 (A and B, looked up)." in page
