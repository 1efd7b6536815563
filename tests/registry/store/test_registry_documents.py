"""Documents of every version are read, and no change of the model goes unnoticed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from antigone.errors import StorageError
from antigone.registry.backup.renewal import DOCUMENTS
from antigone.registry.store.documents import Document, form_of
from antigone.registry.store.stored import FREQUENCIES, FURTHER, SETTINGS

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
KINDS = (*DOCUMENTS, FREQUENCIES, SETTINGS, FURTHER)


@pytest.mark.parametrize("document", KINDS, ids=lambda document: document.kind)
def test_form__is_the_one_that_is_on_record_for_its_version(document):
    """A class or field that changes its name would make every document of this kind unreadable."""
    on_record = json.loads((GOLDEN / "forms.json").read_text("utf-8"))
    now = form_of(document.holds)
    assert on_record[document.kind].get(str(document.version)) == now, (
        f"the form of '{document.kind}' has changed: raise its version with an upgrade from the one before, and add "
        f"the new form to tests/golden/forms.json: {json.dumps(now)}"
    )


def test_kinds__have_names_of_their_own():
    assert len({document.kind for document in KINDS}) == len(KINDS)


@dataclass(frozen=True)
class Before:
    name: str


@dataclass(frozen=True)
class After:
    code: str
    lines: tuple[Before, ...] = ()


def renamed(content: dict[str, object]) -> dict[str, object]:
    return {"code": content["name"]}


FIRST, SECOND = Document("note", Before), Document("note", After, (Document("note", Before).upgrades[0], renamed))


def test_read__leads_every_older_version_to_the_newest():
    assert SECOND.version == 3
    assert SECOND.read('{"class":"Before","name":"x"}') == After("x")
    assert SECOND.read(FIRST.write(Before("x"))) == After("x")
    assert SECOND.read(SECOND.write(After("x", (Before("y"),)))) == After("x", (Before("y"),))


def test_read__refuses_what_a_newer_program_wrote_in_words():
    with pytest.raises(StorageError, match=r"a newer Antigone wrote this 'note' \(version 3"):
        FIRST.read(SECOND.write(After("x")))


def test_read__refuses_another_kind():
    with pytest.raises(StorageError, match="has a 'note' where a 'letter' belongs"):
        Document("letter", After).read(SECOND.write(After("x")))


def test_form__names_every_class_within():
    assert form_of(After) == {"After": {"code": "str", "lines": "tuple[Before, ...]"}, "Before": {"name": "str"}}
