"""Files in which programs hand on families and profiles: CODIS, pedigree files, tables of relations."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from exchange_texts import TRIO, cmf, ga4gh, niem, relations, specimen

from antigone.errors import ConsentError, InputError
from antigone.formats.exchange.cmf_writer import Laboratories, write_cmf
from antigone.formats.exchange.kin_words import UnclearRelation, way_of
from antigone.formats.exchange.ped import read_ped
from antigone.formats.exchange.ped_writer import write_ped
from antigone.formats.incident import read_incident
from antigone.formats.reading.findings import Findings
from antigone.model.incident.incident import Incident, UnidentifiedPerson
from antigone.model.profile import Profile
from antigone.report.words.statements import say_all

DAY = dt.date(2026, 12, 1)


def read(folder: Path, missing: tuple[str, ...] = (), **files: str | bytes) -> Incident:
    """The incident of files, whose names have two underscores for the point."""
    paths = []
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return read_incident(paths, "A. Office", attested_on=DAY, missing=missing)


def members(incident: Incident) -> dict[str, tuple[str, str | None, str | None]]:
    (family,) = incident.families
    return {one.id: (one.sex, one.father, one.mother) for one in family.pedigree}


@pytest.mark.parametrize("version", ["3.2", "3.3"])
def test_cmf__unidentified_persons_and_relatives_of_a_case(tmp_path: Path, version: str) -> None:
    text = cmf(
        specimen("PM1", "Unidentified Person", "AMEL X Y", "TH01 6 9.3", case="U7"),
        specimen("R1", "Biological Father", "AMEL X Y", "TH01 6 7"),
        specimen("R2", "Biological Sibling", "AMEL X", "TH01 7"),
        version=version,
    )
    incident = read(tmp_path, a__xml=text)
    assert [person.code for person in incident.unidentified] == ["PM1"]
    assert incident.unidentified[0].profile.genotypes["TH01"] == ("6", "9.3")
    assert members(incident) == {
        "Missing person": ("unknown", "R1", "Mother"),
        "R1": ("male", None, None),
        "Mother": ("female", None, None),
        "R2": ("female", "R1", "Mother"),
    }
    consent = incident.families[0].donors[0].consent
    assert consent is not None
    assert (consent.attested_by, consent.date) == ("A. Office", DAY)
    assert any("full brother or sister" in said for said in say_all(incident.notices))


@pytest.mark.parametrize(
    "category",
    ["Convicted Offender", "Arrestee", "Suspect, Known", "Deduced Suspect", "Forensic, Unknown", "Forensic Mixture",
     "Detainee", "Victim, Known", "Population", "Volunteer", "Legal", "Juvenile", "Something New"],
)  # fmt: skip
def test_cmf__one_specimen_of_another_category_refuses_the_whole_file(tmp_path: Path, category: str) -> None:
    text = cmf(specimen("PM1", "Unidentified Person", "TH01 6 9.3"), specimen("S1", category, "TH01 6 7"))
    with pytest.raises(InputError, match=f"category '{category}'.*nothing of this file is read"):
        read(tmp_path, a__xml=text)


def test_cmf__rapid_messages_and_other_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="booking stations"):
        read(tmp_path, a__xml=cmf(root="CODISRapidImportFile"))
    with pytest.raises(InputError, match=r"'1.0'; expected 3.2 or 3.3"):
        read(tmp_path, b__xml=cmf(specimen("PM1", "Unidentified Person", "TH01 6 7"), version="1.0"))


def test_cmf__a_relative_whose_place_is_not_stated_is_left_out_by_code(tmp_path: Path) -> None:
    text = cmf(specimen("R1", "Biological Mother", "TH01 6 7"), specimen("R2", "Maternal Relative", "TH01 6 7"))
    incident = read(tmp_path, a__xml=text)
    assert "R2" not in members(incident)
    assert any("'R2'" in said and "left out" in said for said in say_all(incident.notices))


def test_cmf__donors_need_an_attested_consent_and_remains_need_none(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(cmf(specimen("R1", "Biological Mother", "TH01 6 7")))
    with pytest.raises(ConsentError, match="--consent-attested"):
        read_incident(path)
    path.write_text(cmf(specimen("PM1", "Unidentified Person", "TH01 6 7")))
    assert len(read_incident(path).unidentified) == 1


@pytest.mark.parametrize(
    "text",
    ['<!DOCTYPE a [<!ENTITY b "c">]><CODISImportFile>&b;</CODISImportFile>', "<CODISImportFile><SPECIMEN>",
     "<CODISImportFile>" + "<a>" * 2000, "<CODISImportFile/>\0",
     '<?xml version="1.0" encoding="x"?><CODISImportFile/>'],
)  # fmt: skip
def test_xml__bombs_and_broken_files_are_problems(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"a\.xml"):
        read(tmp_path, a__xml=text)


PARENTS = {"FA": ("male", None, None), "MO": ("female", None, None), "SON": ("male", "FA", "MO")}


@pytest.mark.parametrize(
    ("ped", "names"),
    [
        (TRIO, {"m__map": "3 D3S1358 0 1\n11 TH01 0 2\n"}),
        (TRIO, {"m__dat": "A status\nM D3S1358\nM TH01\n"}),
        (TRIO, {"m__map": "CHROMOSOME\tMARKER\tPOSITION\n3\tD3S1358\t1.5\n11\tTH01\t2\n"}),
        (TRIO.replace(" 1 15", " 15").replace(" 1 14", " 14").replace("MO 1 1 0", "MO 1 0"),
         {"m__names": "D3S1358\nTH01\n"}),
        (TRIO.replace(" ", "\t"), {"m__map": "3 D3S1358 0\n11 TH01 0\n"}),
        ("F1 FA 0 0 1 15/17 6/9.3\nF1 MO 0 0 2 14/16 7/9.3\nF1 SON FA MO 1 0/0 0/0\n", {"m__map": "D3S1358\nTH01"}),
        ("famid id fid mid sex D3S1358 TH01\nF1 FA 0 0 1 15/17 6/9.3\n"
         "F1 MO 0 0 2 14/16 7/9.3\nF1 SON FA MO 1 -/- -/-\n",
         {}),
        ('"","famid","id","fid","mid","sex","D3S1358","TH01"\n"1","F1","FA","*","*","1","15/17","6/9.3"\n'
         '"2","F1","MO","*","*","2","14/16","7/9.3"\n"3","F1","SON","FA","MO","1",NA,NA\n', {}),
        ('"famid" "id" "fid" "mid" "sex" "D3S1358" "TH01"\n"1" "F1" "FA" "0" "0" 1 "15/17" "6/9.3"\n'
         '"2" "F1" "MO" "0" "0" 2 "14/16" "7/9.3"\n"3" "F1" "SON" "FA" "MO" 1 NA NA\n', {}),
        ("#FID IID PAT MAT SEX PHENO D3S1358_1 D3S1358_2 TH01_1 TH01_2\nF1 FA 0 0 1 -9 15 17 6 9.3\n"
         "F1 MO 0 0 2 -9 14 16 7 9.3\nF1 SON FA MO 1 -9 0 0 0 0\n", {}),
        ("family;id;father;mother;sex;D3S1358;;TH01;\nF1;FA;NA;NA;male;15;17;6;9.3\nF1;MO;NA;NA;female;14;16;7;9.3\n"
         "F1;SON;FA;MO;male;;;;\n", {}),
        ("F1 FA 0 0 SON 0 0 1 0 1 15 17 6 9.3 Ped: F1 Per: FA\nF1 MO 0 0 SON 0 0 2 0 1 14 16 7 9.3 Ped: F1 Per: MO\n"
         "F1 SON FA MO 0 0 0 1 1 1 0 0 0 0 Ped: F1 Per: SON\n", {"m__map": "D3S1358\nTH01"}),
    ],
)  # fmt: skip
def test_ped__every_form_of_one_trio_is_the_same_family(tmp_path: Path, ped: str, names: dict[str, str]) -> None:
    incident = read(tmp_path, ("SON",), a__ped=ped, **names)
    assert members(incident) == PARENTS
    (family,) = incident.families
    assert family.missing == ("SON",)
    typed = {donor.member: dict(donor.profile.genotypes.items()) for donor in family.donors}
    assert typed == {
        "FA": {"D3S1358": ("15", "17"), "TH01": ("6", "9.3")},
        "MO": {"D3S1358": ("14", "16"), "TH01": ("7", "9.3")},
    }


def test_ped__one_allele_without_the_other_is_not_a_homozygote(tmp_path: Path) -> None:
    text = "id fid mid sex TH01\nMissing 0 MO 1 -/-\nMO 0 0 2 6/-\n"
    (family,) = read(tmp_path, a__ped=text).families
    assert family.donors[0].profile.genotypes["TH01"] == ("6", None)


def test_ped__asks_for_marker_names_and_for_who_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"genotypes of 2 markers, which the file does not name"):
        read(tmp_path, ("SON",), a__ped=TRIO)
    with pytest.raises(InputError, match=r"does not say who is missing.*without a sample: SON"):
        read(tmp_path, b__ped=TRIO, m__map="D3S1358\nTH01")


def test_ped__plink_fam_is_a_pedigree_without_genotypes(tmp_path: Path) -> None:
    incident = read(tmp_path, ("SON",), a__fam="F1 FA 0 0 1 -9\nF1 MO 0 0 2 -9\nF1 SON FA MO 1 -9\n")
    assert members(incident) == PARENTS
    assert any("status" in said for said in say_all(incident.notices))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["[Father]|R1|X|Y", "[Mother]|R2|X|X"], {"Missing person": ("unknown", "R1", "R2")}),
        (["[Brother]|R1|X|Y"], {"R1": ("male", "Father", "Mother"), "Missing person": ("unknown", "Father", "Mother")}),
        (["Half-sister by the mother|R1|X|X"], {"R1": ("female", None, "Mother"),
                                                "Missing person": ("unknown", None, "Mother")}),
        (["[Paternal grandfather]|R1|X|Y"], {"Father": ("male", "R1", None),
                                             "Missing person": ("unknown", "Father", None)}),
        (["tía materna|R1|X|X", "madre|R2|X|X"], {"R1": ("female", "Father of R2", "Mother of R2"),
                                                  "R2": ("female", "Father of R2", "Mother of R2"),
                                                  "Missing person": ("unknown", None, "R2")}),
        (["Missing person|D1|X|Y", "Tochter|R1|X|X", "Ehefrau|R2|X|X"], {"R1": ("female", "Missing person", "R2")}),
        (["sister's son|R1|X|Y", "sister|R2|X|X"], {"R1": ("male", None, "R2")}),
        (["sobrino|R1|X|Y"], {"R1": ("male", "Sibling of the missing person", None)}),
        (["cousine maternelle|R1|X|X"], {"R1": ("female", "Sibling of Mother", None),
                                         "Sibling of Mother": ("unknown", "Father of Mother", "Mother of Mother")}),
    ],
)  # fmt: skip
def test_relations__the_pedigree_is_built_as_declared(
    tmp_path: Path, rows: list[str], expected: dict[str, tuple[str, str | None, str | None]]
) -> None:
    incident = read(tmp_path, families__txt=relations(*rows))
    built = members(incident)
    assert {code: built[code] for code in expected} == expected
    samples = {donor.profile.sample for donor in incident.families[0].donors}
    assert samples == {row.split("|")[1] for row in rows}
    assert any("look at it before you search" in said for said in say_all(incident.notices))


@pytest.mark.parametrize(
    ("rows", "asked"),
    [
        (["aunt|R1|X|X"], "the side, maternal or paternal"),
        (["half-brother|R1|X|Y"], "which parent they share"),
        (["stepfather|R1|X|Y"], "none of a relation by blood"),
        (["nephew|R1|X|Y", "brother|R2|X|Y"], "whose child it is"),
        (["nephew|R1|X|Y", "niece|R2|X|X"], "whose child it is"),
        (["father|R1|X|Y", "father|R2|X|Y"], "a second father"),
        (["son|R1|X|Y"], "whose sex is not known"),
        (["husband's brother|R1|X|Y"], "whether it is one by blood"),
    ],
)
def test_relations__what_the_words_leave_open_is_asked(tmp_path: Path, rows: list[str], asked: str) -> None:
    with pytest.raises(InputError, match=asked):
        read(tmp_path, families__txt=relations(*rows))


def test_relations__a_word_that_is_none_is_not_repeated_for_it_may_be_a_name(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, families__txt=relations("Juan (tío)|R1|X|Y"))
    assert "Juan" not in str(error.value)


@pytest.mark.parametrize(
    ("words", "way"),
    [
        ("padre", ["father"]), ("mãe", ["mother"]), ("Bruder", ["brother"]), ("sœur", ["sister"]), ("irmã", ["sister"]),
        ("abuelo paterno", ["father", "father"]), ("avó materna", ["mother", "mother"]), ("hija", ["daughter"]),
        ("grand-mère paternelle", ["father", "mother"]), ("Onkel väterlicherseits", ["father", "brother"]),
        ("tía por parte de madre", ["mother", "sister"]), ("hermano de la madre", ["mother", "brother"]),
        ("Sohn der Schwester", ["sister", "son"]), ("neveu", ["sibling", "son"]), ("épouse", ["spouse"]),
        ("avô materno", ["mother", "father"]), ("primo hermano paterno", ["father", "sibling", "child"]),
    ],
)  # fmt: skip
def test_kin_words__five_languages(words: str, way: list[str]) -> None:
    assert list(way_of(words)[0]) == way


@pytest.mark.parametrize("words", ["", "?", "avo", "great aunt", "brother sister", "mother's side", "padre " * 200])
def test_kin_words__anything_else_is_unclear(words: str) -> None:
    with pytest.raises(UnclearRelation):
        way_of(words)


@pytest.mark.parametrize(
    "text",
    [
        ga4gh(),
        ga4gh("isBiologicalParentOf"),
        ga4gh(relationships=[
            {"individual": {"id": "SON"}, "relationship": {"id": "KIN:032"}, "relative": {"id": parent}}
            for parent in ("FA", "MO")
        ]),
        ga4gh(individuals=[{"id": "FA", "sex": "M"}, {"id": "MO", "subject": {"sex": "FEMALE"}},
                           {"id": "SON", "phenopacket": {"subject": {"sex": "MALE"}}}], proband="SON"),
        json.dumps({"id": "F1", "proband": {}, "pedigree": {"persons": [
            {"familyId": "F1", "individualId": "FA", "sex": "MALE"},
            {"familyId": "F1", "individualId": "MO", "sex": "FEMALE"},
            {"familyId": "F1", "individualId": "SON", "paternalId": "FA", "maternalId": "MO", "sex": "MALE"},
        ]}}),
    ],
)  # fmt: skip
def test_ga4gh__the_same_trio(tmp_path: Path, text: str) -> None:
    incident = read(tmp_path, ("SON",), a__json=text)
    assert members(incident) == PARENTS
    assert incident.families[0].missing == ("SON",)


def test_ga4gh__the_index_person_is_missing_with_a_notice(tmp_path: Path) -> None:
    incident = read(tmp_path, a__json=ga4gh())
    assert incident.families[0].missing == ("SON",)
    assert any("index person 'SON'" in said for said in say_all(incident.notices))


def test_ga4gh__a_relation_that_is_none_of_parents_is_not_read_or_asked(tmp_path: Path) -> None:
    incident = read(tmp_path, a__json=ga4gh("isAdoptiveParentOf"))
    assert members(incident)["SON"] == ("male", "FA", None)
    with pytest.raises(InputError, match="isMaternalCousinOf"):
        read(tmp_path, b__json=ga4gh("isMaternalCousinOf"))


def niem_member(number: int, sex: str, status: str, profile: str = "", parents: str = "") -> str:
    code = f"<b:PedigreeMemberIdentification><n:IdentificationID>{profile}</n:IdentificationID>"
    code += "<n:IdentificationCategoryDescriptionText>DNA Profile ID</n:IdentificationCategoryDescriptionText>"
    code = f"{code}</b:PedigreeMemberIdentification>" if profile else ""
    return (
        f'<b:PedigreeMember s:id="ID-{number}">{code}<n:PersonSexText>{sex}</n:PersonSexText>'
        f"<b:PedigreeMemberStatusCode>{status}</b:PedigreeMemberStatusCode>{parents}</b:PedigreeMember>"
    )


def test_niem__records_and_the_pedigree_of_the_relatives(tmp_path: Path) -> None:
    parents = '<b:PedigreeFatherIdentification s:metadata="ID-2"/><b:PedigreeMotherIdentification s:metadata="ID-1"/>'
    pedigree = (
        "<b:Pedigree><b:PedigreeIdentification><n:IdentificationID>C9</n:IdentificationID></b:PedigreeIdentification>"
        + niem_member(1, "Female", "K", "P1")
        + niem_member(2, "Male", "S")
        + niem_member(3, "Male", "K", "P2", parents)
        + "</b:Pedigree>"
    )
    incident = read(tmp_path, a__xml=niem(pedigree=pedigree))
    assert members(incident) == {
        "P1": ("female", None, None), "ID-2": ("male", None, None), "P2": ("male", "ID-2", "P1"),
    }  # fmt: skip
    (family,) = incident.families
    assert (family.code, family.missing, len(family.donors)) == ("C9", ("ID-2",), 2)
    assert [person.code for person in incident.unidentified] == ["U1"]


def test_niem__relatives_in_no_pedigree_and_crime_stains_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 records of relatives who stand in no pedigree"):
        read(tmp_path, a__xml=niem())
    with pytest.raises(InputError, match="nothing of this file is read"):
        read(tmp_path, b__xml=niem("Crime Scene"))


def test_cmf__remains_written_and_read_again_are_the_same(tmp_path: Path) -> None:
    loci = ("TH01 6 9.3", "Penta_D 9 12", "vWA 16 16", "FGA 21 24")
    first = read(tmp_path, a__xml=cmf(specimen("PM1", "Unidentified Person", *loci)))
    written = write_cmf(first.unidentified, Laboratories("LAB1", "LAB2", "u1"), DAY)
    again = read(tmp_path, b__xml=written.text)
    assert again.unidentified[0].profile.genotypes == first.unidentified[0].profile.genotypes
    assert (written.persons, written.left_out_persons, written.left_out_genotypes) == (1, 0, 0)
    assert "<ALLELEVALUE>16</ALLELEVALUE></ALLELE></LOCUS>" in written.text


def test_cmf__what_the_format_cannot_hold_is_counted_and_seekers_are_never_written() -> None:
    half = UnidentifiedPerson(
        "PM1", Profile("PM1", {"TH01": ("6", None), "vWA": ("16", "17"), "D6S1043": ("11", "12")})
    )
    seeker = UnidentifiedPerson("S1", Profile("S1", {"vWA": ("16", "17")}), kind="living", request="2026/1")
    written = write_cmf([half, seeker], Laboratories("LAB1", "LAB2", "u1"), DAY)
    assert "S1" not in written.text
    assert (written.persons, written.left_out_persons, written.left_out_genotypes) == (1, 1, 2)
    with pytest.raises(InputError, match="1 to 10 letters"):
        write_cmf([half], Laboratories("", "LAB2", "u1"), DAY)


def test_ped__written_and_read_again_is_the_same_family(tmp_path: Path) -> None:
    text = "famid id fid mid sex TH01 vWA\nF1 FA 0 0 1 6/9.3 16/-\nF1 MO 0 0 2 7/7 -/-\nF1 SON FA MO 1 -/- -/-\n"
    first = read(tmp_path, ("SON",), a__ped=text)
    again = read(tmp_path, b__ped=write_ped(first.families))
    assert again.families[0].pedigree == first.families[0].pedigree
    assert again.families[0].missing == ("SON",)
    before, after = ([d.profile.genotypes for d in one.families[0].donors] for one in (first, again))
    assert after == before


def test_ped__markers_whose_names_differ_in_the_last_digit_alone_are_two() -> None:
    text = "id fid mid sex DYS1 DYS2 D2S441 D2S442\nMissing 0 MO 1 -/- -/- -/- -/-\nMO 0 0 2 1/1 2/2 10/11 12/13\n"
    declared = read_ped("a.ped", text, [], [], Findings())
    assert [row[1][1] for row in declared.genotypes] == ["DYS1", "DYS2", "D2S441", "D2S442"]
