"""What programs send, each field within what the registry can hold."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from antigone.casework.registry.roles import Role
from antigone.model.pedigree import Sex

LARGEST = 2**63 - 1
LARGEST_SEED = 2**32 - 1
LATEST_PAGE = 1_000_000
NO_NUL = r"^[^\x00]*$"
"""No database holds the character NUL in a text."""
CONTROL = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F\uFDD0-\uFDEF\uFFFE\uFFFF"
"""What no text may hold, as `antigone.model.text` says it: XML cannot hold it."""
NO_CONTROL = rf"^[^{CONTROL}]*$"
ONE_LINE = rf"^[^{CONTROL}\t\n\r\x85\u2028\u2029]*$"

Code = Annotated[str, Field(min_length=1, max_length=200, pattern=ONE_LINE)]
KnownCode = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
"""Of somebody who leaves: whatever an older version let in can be erased."""
Words = Annotated[str, Field(max_length=10_000, pattern=NO_CONTROL)]
Plain = Annotated[str, Field(max_length=200, pattern=r"^[ -~]*$")]
Password = Annotated[str, Field(max_length=1000)]
RowNumber = Annotated[int, Field(ge=1, le=LARGEST)]
Number = Annotated[int, Path(ge=1, le=LARGEST)]
JobCode = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
Named = Annotated[str, Query(min_length=1, max_length=200, pattern=NO_NUL)]
Typed = Annotated[str, Query(max_length=500, pattern=NO_CONTROL)]
Tongue = Annotated[str, Query(max_length=35, description="The language of the document: en, es")]
PartOf = Annotated[str, Query(max_length=200, pattern=NO_NUL)]
Page = Annotated[int, Query(ge=1, le=LATEST_PAGE)]
Size = Annotated[int, Query(ge=1, le=500)]
Scope = Literal["identification", "court", "sharing"]
Order = Literal["rank", "log10_lr", "posterior", "markers", "unidentified", "family", "state"]
State = Literal["", "open", "proposed", "confirmed", "rejected", "reopening"]
Decided = Literal["confirm", "reject", "return", "ask to reopen", "reopen", "keep"]


class Body(BaseModel):
    """Fields that are not known are refused, so that a slip of the pen is not overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewConsent(Body):
    """An instrument by which a donor consents."""

    incident: Code
    family: Code
    member: Code
    reference: Code
    given: dt.date
    scope: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)]
    expires: dt.date | None = None


class LeavingDonor(Body):
    """A donor who withdraws."""

    incident: KnownCode
    family: KnownCode
    member: KnownCode


class LeavingSeeker(Body):
    """A living seeker who withdraws."""

    incident: KnownCode
    code: KnownCode


class NewMember(Body):
    """A member of a pedigree; a parent who is not declared is null."""

    id: Code
    sex: Sex
    father: Code | None = None
    mother: Code | None = None
    founder_inbreeding: Annotated[float, Field(ge=0, le=1)] = 0.0


class NewPedigree(Body):
    """The whole declared pedigree of a family, who of it is missing, and the `version` that was looked at.
    ``severing``: it is meant that donors are no longer related to a missing person."""

    incident: Code
    family: Code
    members: Annotated[tuple[NewMember, ...], Field(min_length=1, max_length=500)]
    missing: Annotated[tuple[Code, ...], Field(min_length=1, max_length=500)]
    seen: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    severing: bool = False


class NewCustody(Body):
    """What happened to a sample, and who holds it now; ``at`` is now when it is null."""

    incident: Code
    sample: Code
    event: Words
    holder: Code
    at: AwareDatetime | None = None


class NewSearch(Body):
    """A search of an incident; no likelihood ratio depends on the seed."""

    incident: Code
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1


class NewJoint(Body):
    """A joint solution of an incident. ``prior`` is flat, closed, open=E, fraction=p or odds=w; ``population`` is empty
    for the most cautious one."""

    incident: Code
    prior: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)] = "flat"
    population: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""


class NewComment(Body):
    """What somebody says about a pairing without deciding."""

    text: Words


class Proposal(Body):
    """A step, the version of the pairing that was looked at, and why; on the ground of a candidate."""

    version: Annotated[int, Field(ge=0, le=LARGEST)]
    reason: Words
    candidate: RowNumber


class Decision(Body):
    """A step, the version of the pairing that was looked at, and why."""

    step: Decided
    version: Annotated[int, Field(ge=0, le=LARGEST)]
    reason: Words


class Parts(Body):
    """Two remains that are parts of one person."""

    incident: Code
    one: Code
    other: Code
    reason: Words


class CheckpointSent(Body):
    """A checkpoint as its file states it: line ``number`` of the audit of ``registry`` had ``hash``."""

    format: Literal["antigone checkpoint"]
    version: Literal[1]
    registry: Plain
    number: Annotated[int, Field(ge=0, le=LARGEST)]
    hash: Plain
    at: Plain
    public_key: Plain
    signature: Plain


class Checkpoints(Body):
    """Checkpoints to compare the audit with."""

    checkpoints: Annotated[tuple[CheckpointSent, ...], Field(max_length=100)] = ()


class NewUser(Body):
    """A user: a code that says a function or initials, one role, a first password."""

    code: Code
    role: Role
    password: Password


class NewRole(Body):
    """Another role of a user."""

    code: Code
    role: Role


class NewPassword(Body):
    """A new password of a user who forgot theirs."""

    code: Code
    password: Password


class OwnPassword(Body):
    """Another password of one's own."""

    old: Password
    new: Password


class OneUser(Body):
    """A user by their code."""

    code: Code


class NewTokenOf(Body):
    """A token for a program that acts as a user for some days."""

    code: Code
    name: Code
    days: Annotated[int, Field(ge=1, le=366)]


class TokenOf(Body):
    """The tokens of a user by their name."""

    code: Code
    name: Code
