"""Joint answers in parts: what one says of each unidentified person, and whom it sought in each family.

A page on one pair opens two small rows instead of an answer of several megabytes. All are sealed under the key of the
whole answer, go with it, and are filled up to one size, so that they do not tell who has many pairings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select

from antigone.model.results.joint import JointResult, PersonAnswer
from antigone.registry.keys.vault import DataKey, Vault
from antigone.registry.store.schema import joint_parts
from antigone.registry.store.stored import JOINT_ANSWER, JOINT_PERSON, JOINT_SOUGHT
from antigone.registry.typings.saving import BLOCK

Kind = Literal["unidentified", "family"]
PADDED_TO = 1024
"""The parts are filled up to a multiple of this many bytes."""


@dataclass(frozen=True)
class PackedJoint:
    """A joint answer as it is kept: whole, and in parts by kind and code."""

    whole: bytes
    parts: Mapping[tuple[Kind, str], bytes]


def pack_joint(result: JointResult) -> PackedJoint:
    """Write an answer down, which takes a second for 20,000 persons: before the transaction that stores it."""
    parts: dict[tuple[Kind, str], bytes] = {
        ("unidentified", code): as_part(JOINT_PERSON.write(answer)) for code, answer in result.by_person().items()
    }
    parts |= {("family", answer.family): as_part(JOINT_SOUGHT.write(answer.missing)) for answer in result.families}
    return PackedJoint(JOINT_ANSWER.write(result).encode(), parts)


def save_parts(connection: Connection, key: DataKey, run: int, parts: Mapping[tuple[Kind, str], bytes]) -> None:
    """Seal the parts of an answer under its key."""
    rows = [
        {
            "run": run,
            "kind": kind,
            "code": code,
            "sealed": Vault.seal(key, content, context=_context(run, kind, code)),
            "key": key.id,
        }
        for (kind, code), content in parts.items()
    ]
    for start in range(0, len(rows), BLOCK):
        connection.execute(insert(joint_parts), rows[start : start + BLOCK])


def is_in_parts(connection: Connection, run: int) -> bool:
    """Whether an answer is kept in parts too; one that an older program stored is not."""
    return connection.execute(select(joint_parts.c.id).where(joint_parts.c.run == run).limit(1)).first() is not None


def open_person(
    connection: Connection, vault: Vault, run: int, *, unidentified: str, family: str, missing: str
) -> PersonAnswer | None:
    """What an answer says of an unidentified person, when it knows that person and sought that missing one."""
    sought = _open(connection, vault, run, "family", family)
    if sought is None or missing not in JOINT_SOUGHT.read(sought):
        return None
    found = _open(connection, vault, run, "unidentified", unidentified)
    return None if found is None else JOINT_PERSON.read(found)


def erase_parts(connection: Connection, runs: Collection[int]) -> None:
    """Erase the parts of some answers; their keys go with the answers."""
    connection.execute(delete(joint_parts).where(joint_parts.c.run.in_(runs)))


def _open(connection: Connection, vault: Vault, run: int, kind: Kind, code: str) -> bytes | None:
    this = (joint_parts.c.run == run, joint_parts.c.kind == kind, joint_parts.c.code == code)
    row = connection.execute(select(joint_parts.c.key, joint_parts.c.sealed).where(*this)).one_or_none()
    if row is None:
        return None
    key = vault.data_keys(connection, [row.key])[row.key]
    return Vault.unseal(key, row.sealed, context=_context(run, kind, code))


def as_part(text: str) -> bytes:
    """A document filled up to a multiple of `PADDED_TO` bytes."""
    content = text.encode()
    return content + b" " * (-len(content) % PADDED_TO)


def context_of_part(row: Any) -> str:
    """What a part is sealed for: the row that has its run, kind and code."""
    return _context(row.run, row.kind, row.code)


def _context(run: int, kind: Kind, code: str) -> str:
    return f"joint_parts:{run}:{kind}:{code}"
