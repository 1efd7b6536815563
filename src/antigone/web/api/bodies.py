"""What programs send, each field within what the registry can hold."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from antigone.model.results.joint import DEFAULT_PRIOR
from antigone.team.access.roles import Role
from antigone.team.views import WarningCode
from antigone.web.shared.fields import (
    LARGEST,
    LARGEST_SEED,
    NO_NUL,
    ONE_LINE,
    Body,
    Code,
    Decided,
    KnownCode,
    NewMember,
    Password,
    Plain,
    RowNumber,
    Scope,
    Words,
)


class NewConsent(Body):
    """An instrument by which a donor consents."""

    incident: Code
    family: Code
    member: Code
    reference: Code
    given: dt.date
    scope: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=3)]
    expires: dt.date | None = None


class ModelStep(Body):
    """A step with a version of the model of an incident."""

    incident: KnownCode
    version: RowNumber
    reason: Words


Keys = Annotated[tuple[Code, ...], Field(max_length=500)]


class LeavingDonor(Body):
    """A donor who withdraws. ``also``: the keys of those to be erased too; null for all who are surely the same."""

    incident: KnownCode
    family: KnownCode
    member: KnownCode
    also: Keys | None = None


class LeavingSeeker(Body):
    """A living seeker who withdraws. ``also`` as for a donor."""

    incident: KnownCode
    code: KnownCode
    also: Keys | None = None


class NarrowedConsent(Body):
    """A purpose that a donor takes back. ``also``: the keys of those from whom it is taken back too, as above."""

    incident: KnownCode
    family: KnownCode
    member: KnownCode
    scope: Scope
    also: Keys | None = None


class AskedFamilies(Body):
    """Families that are asked for one more sample."""

    incident: Code
    families: Annotated[tuple[Code, ...], Field(min_length=1, max_length=1000)]


class AskTakenBack(Body):
    """A family that is asked no more."""

    incident: Code
    family: Code


class Answer(Body):
    """A family that said no; ``donor``: a donor who gives no consent again."""

    incident: Code
    family: Code
    donor: Annotated[str, Field(max_length=200, pattern=ONE_LINE)] = ""


class NewTelling(Body):
    """That a family was told; ``teller`` is the user of the token when it is empty. No contents."""

    incident: Code
    family: Code
    missing: Code
    about: Literal["identified", "found alive", "checked again", "not upheld"]
    told_on: dt.date
    form: Literal["in person", "by telephone", "by letter", "by another"]
    teller: Annotated[str, Field(max_length=200, pattern=ONE_LINE)] = ""


class FoundAlive(Body):
    """A step of the question whether a missing person was found alive, the version that was looked at, and why."""

    incident: Code
    family: Code
    missing: Code
    step: Literal["propose", "confirm", "return", "ask to reopen", "reopen", "keep"]
    version: Annotated[int, Field(ge=0, le=LARGEST)]
    reason: Words


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


class Undoing(Body):
    """Why an import is undone."""

    because: Words


class NewSearch(Body):
    """A search of an incident; no likelihood ratio depends on the seed. ``new``: a search of what is new, which gives
    the same answer and asks only the families that changed."""

    incident: Code
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1
    new: bool = False


class NewJoint(Body):
    """A joint solution of an incident. ``prior`` is flat, closed, open=E, fraction=p or odds=w; ``population`` is empty
    for the most cautious one."""

    incident: Code
    prior: Annotated[str, Field(min_length=1, max_length=40, pattern=NO_NUL)] = DEFAULT_PRIOR
    population: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""


class NewAcross(Body):
    """A search of several incidents together, or a comparison of their remains; ``model_of``: whose frequencies and
    settings hold for all."""

    kind: Literal["search", "remains"]
    incidents: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]
    model_of: Annotated[str, Field(max_length=200, pattern=NO_NUL)] = ""


class NewComment(Body):
    """What somebody says about a pairing without deciding."""

    text: Words


class Proposal(Body):
    """A step, the version of the pairing that was looked at, and why; on the ground of a candidate. ``exception`` says
    why one that does not meet the rule of evidence is proposed all the same. `seen` has a word for each of the
    candidate's `warnings`, by its code."""

    version: Annotated[int, Field(ge=0, le=LARGEST)]
    reason: Words
    candidate: RowNumber
    seen: dict[WarningCode, Words] = Field(default_factory=dict)
    exception: Words | None = None


class AgreedException(Body):
    """Why a third person agrees to a proposal that does not meet the rule of evidence."""

    reason: Words


class Decision(Body):
    """A step, the version of the pairing that was looked at, and why.

    To confirm, `seen` has a word for each of the candidate's `warnings`, by its code.
    """

    step: Decided
    version: Annotated[int, Field(ge=0, le=LARGEST)]
    reason: Words
    seen: dict[WarningCode, Words] = Field(default_factory=dict)


class Parts(Body):
    """Two remains that are parts of one person."""

    incident: Code
    one: Code
    other: Code
    reason: Words


class ShownMembers(Body):
    """The relatives whose genotypes those see who review a candidate; none of them shows nobody's."""

    members: Annotated[tuple[Code, ...], Field(max_length=100)]


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


class RetiredTyping(Body):
    """A typing that is taken out of use, and why."""

    incident: Code
    sample: Code
    typing: RowNumber
    reason: Words


class TypedPass(Body):
    """One pass of a profile that is typed in: what stands at each marker, as ``9.3/9.3`` or ``15/?``; a marker that is
    absent was not typed. ``apart``, of a first pass: the passes that agree must be of two persons."""

    incident: Code
    sample: Code
    kit: Code
    markers: dict[Code, Annotated[str, Field(max_length=100, pattern=ONE_LINE)]]
    apart: bool = False


class DiscardedPasses(Body):
    """The sample whose passes are discarded."""

    incident: Code
    sample: Code


class CorrectedTyping(RetiredTyping):
    """What is right at one marker of a typing: a genotype as ``9.3/9.3`` or ``15/?``, a Y locus as ``14`` or ``11/14``,
    ``Amelogenin`` as ``X/Y``, ``mtDNA`` as ``16024-16365: 16189C 16223T``; empty takes the marker out."""

    marker: Code
    alleles: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""


class SettledConflict(Body):
    """What is right at a marker in conflict: what typing ``keep`` shows, or all of them as replicates when it is
    null."""

    incident: Code
    sample: Code
    marker: Code
    keep: RowNumber | None = None
    reason: Words
