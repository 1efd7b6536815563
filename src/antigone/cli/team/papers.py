"""`antigone registry report` and `letter`: documents on paper, as PDF. Imports wait."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from antigone.cli.options import tell
from antigone.cli.team.signing import CandidateNumber, IncidentCode, signed_in
from antigone.errors import Unsupported

if TYPE_CHECKING:
    from antigone.papers import Paper
    from antigone.team.access.session import Session

papers_app = typer.Typer()

Pdf = Annotated[Path, typer.Option("--out", help="The PDF to write: a new file, which only you can read.")]
DocumentLanguage = Annotated[str, typer.Option(help="The language of the document: en or es.")]


@papers_app.command()
@signed_in
def report(
    session: Session,
    candidate: CandidateNumber,
    out: Pdf,
    language: DocumentLanguage = "en",
    court: Annotated[
        bool, typer.Option("--court", help="For a court: every donor must have consented to that.")
    ] = False,
) -> None:
    """The expert report on a candidate, as PDF."""
    require_paper()
    from antigone.papers import write_expert_report

    write_paper(out, lambda: write_expert_report(session, candidate, language=language, court=court))


@papers_app.command()
@signed_in
def letter(
    session: Session,
    family: Annotated[str, typer.Argument(help="The family's code.")],
    incident: IncidentCode,
    missing: Annotated[str, typer.Option(help="The code of the missing person whom the letter is about.")],
    institution: Annotated[str, typer.Option(help="Who writes.")],
    contact: Annotated[str, typer.Option(help="Whom the family can ask, and how.")],
    signed_by: Annotated[str, typer.Option(help="Who signs.")],
    out: Pdf,
    language: DocumentLanguage = "en",
) -> None:
    """The letter to a family about one missing person, as PDF. What it says follows from the state alone."""
    require_paper()
    from antigone.papers import sender_of, write_family_letter

    sender = sender_of(institution, contact=contact, signed_by=signed_by)
    write_paper(
        out,
        lambda: write_family_letter(
            session, incident, family=family, missing=missing, sender=sender, language=language
        ),
    )


def write_paper(out: Path, make: Callable[[], Paper]) -> None:
    """Write a PDF into a new file."""
    from antigone.casework.incident.files import new_file

    with new_file(out) as file:
        file.write(make().content)
    tell(f"Written: {out}")


def require_paper() -> None:
    """Say which extra is missing, before anything is done."""
    if not all(find_spec(name) for name in ("typst", "jinja2")):
        raise Unsupported("a PDF needs the extra 'report'; install it with: pip install 'antigone[report]'")
