"""The fields of forms and of what programs send, each within what the registry can hold."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from antigone.model import review
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
DocumentLanguage = Annotated[str, Query(max_length=35, description="The language of the document: en, es")]
PartOf = Annotated[str, Query(max_length=200, pattern=NO_NUL)]
Page = Annotated[int, Query(ge=1, le=LATEST_PAGE)]
Size = Annotated[int, Query(ge=1, le=500)]
Scope = Literal["identification", "court", "sharing"]
State = Literal["", review.State]
Decided = Literal["confirm", "reject", "return", "ask to reopen", "reopen", "keep"]


class Body(BaseModel):
    """Fields that are not known are refused, so that a slip of the pen is not overlooked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewMember(Body):
    """A member of a pedigree; a parent who is not declared is null."""

    id: Code
    sex: Sex
    father: Code | None = None
    mother: Code | None = None
    founder_inbreeding: Annotated[float, Field(ge=0, le=1)] = 0.0
