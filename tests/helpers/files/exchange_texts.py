"""Small files in which programs hand on families and profiles, as texts."""

from __future__ import annotations

import json

TRIO = "F1 FA 0 0 1 1 15 17 6 9.3\nF1 MO 0 0 2 1 14 16 7 9.3\nF1 SON FA MO 1 1 0 0 0 0\n"


def specimen(code: str, category: str, *loci: str, case: str = "C1") -> str:
    typed = "".join(
        f"<LOCUS><LOCUSNAME>{name}</LOCUSNAME>"
        + "".join(f"<ALLELE><ALLELEVALUE>{allele}</ALLELEVALUE></ALLELE>" for allele in alleles)
        + "</LOCUS>"
        for name, *alleles in (one.split() for one in loci)
    )
    head = f"<SPECIMENID>{code}</SPECIMENID><SPECIMENCATEGORY>{category}</SPECIMENCATEGORY>"
    return f'<SPECIMEN CASEID="{case}">{head}{typed}</SPECIMEN>'


def cmf(*specimens: str, version: str = "3.2", root: str = "CODISImportFile") -> str:
    body = "".join(specimens)
    return f'<{root} xmlns="urn:CODISImportFile-schema"><HEADERVERSION>{version}</HEADERVERSION>{body}</{root}>'


def relations(*rows: str) -> str:
    header = "Family id\t[Relation]\tSample id\tAMEL 1\tAMEL 2\tTH01 1\tTH01 2"
    return "\n".join([header, *("F1\t" + row.replace("|", "\t") + "\t6\t9.3" for row in rows)]) + "\n"


def ga4gh(relation: str = "isBiologicalMotherOf", **more: object) -> str:
    people = [("FA", "MALE"), ("MO", "FEMALE"), ("SON", "MALE")]
    relations = [("FA", "isBiologicalFatherOf", "SON"), ("MO", relation, "SON")]
    document = {
        "id": "F1",
        "individuals": [{"individual": {"id": code, "sex": sex}, "name": "Somebody"} for code, sex in people],
        "relationships": [{"individual": a, "relation": {"label": b}, "relative": c} for a, b, c in relations],
        "indexPatients": [{"id": "SON", "type": "Proband"}],
    }
    return json.dumps(document | more)


def niem(record: str = "Family Relative", pedigree: str = "") -> str:
    spaces = 'xmlns:b="http://release.niem.gov/niem/domains/biometrics/5.1/" xmlns:s="http://s" xmlns:n="http://n"'
    typed = "".join(
        f"<b:DNARecord><b:DNACategoryCode>{category}</b:DNACategoryCode><b:DNADataIdentification><n:IdentificationID>"
        f"{code}</n:IdentificationID><n:IdentificationCategoryDescriptionText>DNA Profile ID"
        "</n:IdentificationCategoryDescriptionText></b:DNADataIdentification><b:DNAEncoding><b:DNASTRData><b:DNALocus>"
        "<b:DNALocusName>TH01</b:DNALocusName><b:DNAAllele><b:DNAAlleleCall1Text>6</b:DNAAlleleCall1Text></b:DNAAllele>"
        "<b:DNAAllele><b:DNAAlleleCall1Text>7</b:DNAAlleleCall1Text></b:DNAAllele></b:DNALocus></b:DNASTRData>"
        "</b:DNAEncoding></b:DNARecord>"
        for code, category in (("P1", record), ("P2", record), ("U1", "Unidentified Person"))
    )
    return f"<t:DNADataTransaction xmlns:t='urn:t' {spaces}>{typed}{pedigree}</t:DNADataTransaction>"
