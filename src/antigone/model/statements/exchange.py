"""What was read from, or left out of, files in which programs hand on families and profiles."""

from __future__ import annotations

from antigone.model.statements.statement import Kind, counted_form, form

PEDIGREE_OF_WORDS = form(
    "pedigree of words",
    "family '{family}': the pedigree is built from the words of the file: {relations}; look at it before you search",
    family=Kind.TEXT,
    relations=Kind.NAMES,
)
ADDED_UNTYPED = form(
    "added untyped",
    "family '{family}': added without a sample, because the words need them: {members}",
    family=Kind.TEXT,
    members=Kind.NAMES,
)
BRANCH_TAKEN = form(
    "branch taken",
    "family '{family}': '{code}' ({word}) is taken as a child of somebody without a sample, '{parent}', whose sex is "
    "not stated",
    family=Kind.TEXT,
    code=Kind.TEXT,
    word=Kind.TEXT,
    parent=Kind.TEXT,
)
CHILD_OF_DONOR = form(
    "child of a donor",
    "family '{family}': '{code}' is taken as a child of the donor '{parent}', the only one of this relation",
    family=Kind.TEXT,
    code=Kind.TEXT,
    parent=Kind.TEXT,
)
ONE_PARTNER = form(
    "one partner",
    "family '{family}': the {number} children of '{code}' are taken as of one other parent",
    family=Kind.TEXT,
    code=Kind.TEXT,
    number=Kind.WHOLE,
)
RELATION_LEFT_OUT = form(
    "relation left out",
    "sample '{code}' of {file} is left out: '{word}' does not say how the donor is related; enter the place in the "
    "table 'families' to use it",
    code=Kind.TEXT,
    word=Kind.TEXT,
    file=Kind.TEXT,
)
FULL_SIBLINGS = form(
    "full siblings of a file",
    "'{word}' is read as a full brother or sister of the missing person in {file}",
    word=Kind.TEXT,
    file=Kind.TEXT,
)
TAKEN_AS_REMAINS = counted_form(
    "taken as remains",
    "1 unidentified person of {file} is taken as remains: the format has no place for a living person's request",
    "{number} unidentified persons of {file} are taken as remains: the format has no place for a living person's "
    "request",
    number=Kind.WHOLE,
    file=Kind.TEXT,
)
PACKAGED_FREQUENCIES = form(
    "packaged frequencies",
    "{file} has no allele frequencies: the packaged table '{table}' is taken, with all of its populations",
    file=Kind.TEXT,
    table=Kind.TEXT,
)
STATUS_NOT_READ = form(
    "status not read",
    "the column of a status (disease, phenotype) in {file} is not read",
    file=Kind.TEXT,
)
OWN_TABLE_COUNTS = form(
    "own table counts",
    "the table '{table}' is that of the folder; what {file} says of it is not read",
    table=Kind.TEXT,
    file=Kind.TEXT,
)
RELATION_NOT_READ = form(
    "relation not read",
    "'{relation}' in {file} says nothing of descent by blood, and is not read",
    relation=Kind.TEXT,
    file=Kind.TEXT,
)
INDEX_IS_MISSING = form(
    "index is missing",
    "family '{family}' of {file}: the index person '{code}' is taken as the missing person",
    family=Kind.TEXT,
    code=Kind.TEXT,
    file=Kind.TEXT,
)
