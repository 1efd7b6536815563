"""What several tests share: see ``test_familias``, where it is used most."""

from __future__ import annotations


def locus(
    name, alleles, *, codes=(0, 0), rates=("0", "0"), rates2=("0", "0"), ranges=("0.1", "0.1"), silent=None, dropout=0
):
    count = len(alleles)
    lines = [f'"{name}"', *rates, *map(str, codes), str(count + (silent is not None)), *ranges, *rates2]
    lines += ["#FALSE#" if silent is None else "#TRUE#", str(silent or 0)]
    lines += [f"{count}\t(DatabaseSize = 500 , Dropout probability = {dropout} , Minor allele frequency = 0 )"]
    for allele, frequency in alleles.items():
        lines += [f'"{allele}"', str(frequency)]
    return lines


def person(name, male, *genotypes, dropout=False):
    lines = [
        f'"{name}"',
        "#FALSE#",
        "-1 (Consider dropouts)" if dropout else "-1",
        "#FALSE#",
        "#TRUE#" if male else "#FALSE#",
    ]
    lines += [str(len(genotypes))]
    for genotype in genotypes:
        lines += list(map(str, genotype))
    return lines


def plain(persons=(), known=(0, 0, ()), pedigrees=(), loci=(), theta="0", quoted_line=True):
    """The lines of a file; a relation is a pair of indices, a pedigree is (name, females, males, relations)."""
    lines = ['"Output from Familias, version 3.3.1"', '"DO NOT EDIT!"', "3.3.1", *(['""'] if quoted_line else [])]
    lines += [str(len(persons)), *(line for one in persons for line in one)]
    lines += ['"Known relations"', *relation_lines(*known), str(len(pedigrees))]
    for index, (name, females, males, relations) in enumerate(pedigrees):
        lines += [str(index), f'"{name}"', *relation_lines(females, males, relations)]
    lines += [f"#FALSE# (#Databases: 1 ;Theta/Kinship/Fst: {theta} )", str(len(loci)), "#TRUE#", '"Here"']
    return [*lines, *(line for one in loci for line in one)]


def relation_lines(females, males, relations):
    return [str(females), str(males), str(len(relations)), *(str(i) for pair in relations for i in pair)]


LADDER = {"7": "0.25", "8": "0.5", "9.3": "0.25"}


TRIO = [person("AF", True, (0, 2, 0)), person("MO", False), person("CH", False, (0, 1, 0))]


TWO = [("father", 0, 0, [(0, 2), (1, 2)]), ("stranger", 0, 1, [(3, 2), (1, 2)])]


def saved(path, lines, encoding="utf-8"):
    file = path / "case.fam"
    file.write_bytes("\r\n".join(lines).encode(encoding))
    return file


def dna(depth, *genotypes):
    lines = ["[" * depth + "DNA data" + "]" * depth, f"nSystems= {len(genotypes)}"]
    for system, first, second in genotypes:
        lines += [f"SystemName= {system}", f"Allele1= {first}", f"Allele2= {second}"]
    return lines


def dvi_person(depth, number, name, gender, *genotypes):
    head = "[" * depth + f"Person {number}" + "]" * depth
    return [head, f"Name= {name}", f"Gender= {gender}", *dna(depth + 1, *genotypes)]


def family(name, persons, pedigrees):
    lines = [f"[[[Family {name}]]]", f"Name= {name}", "[[[[Persons]]]]", f"nPersons= {len(persons)}"]
    for number, (code, gender, *genotypes) in enumerate(persons, start=1):
        lines += dvi_person(5, number, code, gender, *genotypes)
    lines += ["[[[[Pedigrees]]]]", f"nPedigrees= {len(pedigrees)}"]
    for label, relations in pedigrees:
        lines += [f"[[[[[Pedigree {label}]]]]]", f"Name= {label}", f"nRelations= {len(relations)}"]
        for parent, child in relations:
            lines += [f"Parent= {parent}", f"Child= {child}"]
    return lines


PARENTS = family(
    "Fam1",
    [("FA", "Male", ("TH01", "7", "9.3")), ("MO", "Female", ("TH01", "8", "8"))],
    [("Reference pedigree", []), ("Child", [("FA", "Missing person"), ("MO", "Missing person")])],
)


REMAINS = [*dvi_person(3, 1, "V1", "Male", ("TH01", "7", "8")), *dvi_person(3, 2, "V2", "Unknown")]


def dvi(path, *families, remains=REMAINS, loci=None):
    lines = plain(loci=loci or [locus("TH01", LADDER)])
    lines += ["", "[DVI]", "[[Unidentified persons]]", "nPersons= 2", *remains, "[[Notes]]", "nFamilies= 0", ""]
    lines += ["[[Reference Families]]", f"nFamilies= {len(families)}", *(line for one in families for line in one)]
    lines += ["[Prior]", "UseList= Yes", "Size= 3", "[Advanced]", "[[DVI]]", "QuickSearch= Enabled"]
    return saved(path, lines)


SEVERAL = family(
    "F",
    [("R", "Male", ("TH01", "7", "7")), ("M1", "Female"), ("EM", "Male"), ("Missing male 1", "Male"), ("M2", "Male")],
    [("P", [("M1", "R"), ("M1", "Missing person"), ("EM", "Missing person"), ("EM", "M2")])],
)
