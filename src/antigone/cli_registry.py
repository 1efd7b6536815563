"""`antigone registry ...`: a team's registry on the command line. Imports wait until a command needs them."""

from __future__ import annotations

import datetime as dt
import os
import sys
import typing
from collections.abc import Callable
from functools import cache, wraps
from importlib.util import find_spec
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from antigone.errors import InputError, Unsupported

if TYPE_CHECKING:
    from antigone.casework.registry.session import Registry, Session

registry_app = typer.Typer(
    help="Samples, families, consents, runs and decisions of a team, in one place, under keys of their own.",
    no_args_is_help=True,
)
users_app = typer.Typer(help="Users and tokens, for the administrator.", no_args_is_help=True)
escrow_app = typer.Typer(help="Split the master key among trustees, and join it again.", no_args_is_help=True)
registry_app.add_typer(users_app, name="users")
registry_app.add_typer(escrow_app, name="escrow")

Place = Annotated[
    str, typer.Option("--registry", envvar="ANTIGONE_REGISTRY", help="The registry: a file, or postgresql://...")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key-file", envvar="ANTIGONE_KEY_FILE", help="Its key file. Default: REGISTRY.key; not used on a server."
    ),
]
User = Annotated[str, typer.Option("--user", envvar="ANTIGONE_USER", help="Your user code.")]
Purpose = Annotated[
    str, typer.Option("--purpose", envvar="ANTIGONE_PURPOSE", help="What for; written into the audit. No names.")
]
IncidentCode = Annotated[str, typer.Option("--incident", help="The incident's code.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the decision. No names.")]
CandidateNumber = Annotated[int, typer.Argument(help="The number of the candidate, as 'candidates' lists it.")]
Page = Annotated[int, typer.Option(min=1, help="Which page.")]
"""The size of a page is fixed: a longer list is for the browser or the API."""


def signed_in(command: Callable[..., None]) -> Callable[..., None]:
    """A command that begins by signing in: its first parameter becomes the options of a registry and a user."""

    @wraps(command)
    def run(*, registry: str, key_file: Path | None, user: str, purpose: str, **options: Any) -> None:
        opened = open_place(registry, key_file)
        try:
            command(sign_in(opened, user, purpose), **options)
        finally:
            opened.close()

    hints = typing.get_type_hints(command, localns={"Session": object}, include_extras=True)
    own = [p.replace(annotation=hints[name]) for name, p in signature(command).parameters.items()][1:]
    common = [
        Parameter("registry", Parameter.KEYWORD_ONLY, default="", annotation=Place),
        Parameter("key_file", Parameter.KEYWORD_ONLY, default=None, annotation=KeyFile),
        Parameter("user", Parameter.KEYWORD_ONLY, default="", annotation=User),
        Parameter("purpose", Parameter.KEYWORD_ONLY, default="", annotation=Purpose),
    ]
    run.__signature__ = signature(command).replace(  # type: ignore[attr-defined]
        parameters=[p.replace(kind=Parameter.KEYWORD_ONLY) for p in own] + common, return_annotation=None
    )
    run.__annotations__ = {p.name: p.annotation for p in (*own, *common)}
    del run.__wrapped__  # the options are those of the new signature
    return run


def open_place(place: str, key_file: Path | None) -> Registry:
    """The registry of ``--registry``, opened with its key file or the key of the environment."""
    require_registry()
    from antigone.casework.registry.opening import open_registry

    if not place:
        raise InputError("no registry is named; give --registry, or set ANTIGONE_REGISTRY")
    same_passphrase.cache_clear()
    environ = {name: value for name, value in os.environ.items() if name.startswith("ANTIGONE_MASTER_KEY")}
    return open_registry(place, key_file=key_file_of(place, key_file), environ=environ, ask=same_passphrase)


def sign_in(registry: Registry, user: str, purpose: str) -> Session:
    """A session of ``--user``, with a password from the environment, a file descriptor, or the keyboard."""
    from antigone.casework.registry import opening

    if not user:
        raise InputError("no user is named; give --user, or set ANTIGONE_USER")
    purpose = purpose or (typer.prompt("Purpose", err=True) if sys.stdin.isatty() else "")
    password = secret("ANTIGONE_PASSWORD", "Password")
    code = secret("ANTIGONE_ONE_TIME_CODE", "One-time code") if opening.asks_for_code(registry, user) else ""
    return opening.sign_in(registry, user, password=password, purpose=purpose, one_time_code=code)


def key_file_of(place: str, key_file: Path | None) -> Path | None:
    """The key file that is named, or the one beside a registry that is a file."""
    return key_file or (None if "://" in place else Path(f"{place}.key"))


def secret(name: str, words: str, *, confirm: bool = False) -> str:
    """A secret from the environment variable ``name``, the file descriptor in ``name_FD``, or the keyboard."""
    from antigone.casework.registry.opening import secret_from

    given = secret_from(os.environ, name)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise InputError(f"no {words.lower()} is given; set {name} or {name}_FD, or use a terminal")
    return str(typer.prompt(words, hide_input=True, confirmation_prompt=confirm, err=True))


def ask_passphrase() -> str:
    """The passphrase of a key file."""
    return secret("ANTIGONE_PASSPHRASE", "Passphrase of the key file")


@cache
def same_passphrase() -> str:
    """The passphrase that opened the registry: nobody types it twice, and a file descriptor is read once only."""
    return ask_passphrase()


def require_registry() -> None:
    """Say which extra is missing, rather than which module."""
    if not all(find_spec(name) for name in ("sqlalchemy", "alembic", "cryptography")):
        raise Unsupported("a registry needs the extra 'registry'; install it with: pip install 'antigone[registry]'")


@registry_app.command()
def init(
    place: Annotated[str, typer.Argument(help="A new file, or postgresql://... of an empty database.")],
    administrator: Annotated[str, typer.Option(help="The code of the first user.")] = "administrator",
    key_file: KeyFile = None,
) -> None:
    """Make a registry, its master key and its first administrator."""
    require_registry()
    from antigone.casework.registry.opening import has_master_key, init_registry, open_vault

    server = has_master_key(os.environ)
    path = None if server else key_file or Path(f"{place}.key" if "://" not in place else "antigone.key")
    passphrase = "" if server else secret("ANTIGONE_PASSPHRASE", "New passphrase of the key file", confirm=True)
    init_registry(
        place,
        administrator=administrator,
        password=secret("ANTIGONE_PASSWORD", f"New password of '{administrator}'", confirm=True),
        key_file=path,
        passphrase=passphrase,
        vault=open_vault(os.environ, key_file=None, ask=ask_passphrase) if server else None,
    ).close()
    typer.echo(f"The registry is made; '{administrator}' is its administrator.")
    if path:
        typer.echo(f"Its master key is in {path}. Without this file and its passphrase nothing can be read again:")
        typer.echo("keep a copy of it at another place, and think of trustees (antigone registry escrow split).")


@registry_app.command(name="import")
@signed_in
def import_(
    session: Session,
    incident: Annotated[Path, typer.Argument(help="A case folder, its workbook (.xlsx), or a Familias .fam file.")],
    code: Annotated[
        str, typer.Option("--as", help="The incident's code in the registry. Default: from its title.")
    ] = "",
    consent_attested: Annotated[str | None, typer.Option(help="Who attests consent (.fam files only).")] = None,
) -> None:
    """Add an incident, or what is new in it. All of it, or nothing."""
    from antigone import console_registry
    from antigone.casework.files import load_incident
    from antigone.casework.registry.importing import import_incident, incident_code

    read = load_incident(incident, attested_by=consent_attested, today=session.registry.today())
    code = code or incident_code(read.title)
    console_registry.print_imported(code, import_incident(session, code, read), read.notices)


@registry_app.command()
@signed_in
def status(session: Session) -> None:
    """Every incident in counts, what waits for you, what is blocked."""
    from antigone import console_registry
    from antigone.casework.registry.status import read_status

    console_registry.print_status(read_status(session))


@registry_app.command()
@signed_in
def families(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="One family: its members, donors and consents.")] = "",
    page: Page = 1,
) -> None:
    """The families of an incident by code, with the state of their consents."""
    from antigone import console_registry
    from antigone.casework.registry.families import list_families, read_family

    if family:
        console_registry.print_family(read_family(session, incident, family))
    else:
        console_registry.print_families(list_families(session, incident, page=page))


@registry_app.command()
@signed_in
def consent(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="The family's code.")],
    member: Annotated[str, typer.Option(help="The donor's code in the family.")],
    reference: Annotated[str, typer.Option(help="The instrument: where the signed consent is kept.")],
    given: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Its first day.")],
    scope: Annotated[list[str], typer.Option(help="identification, court or sharing; may be repeated.")],
    expires: Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day it ends.")] = None,
) -> None:
    """Record a donor's consent: what for, since when, until when, and by which instrument."""
    from antigone import console_registry
    from antigone.casework.registry.consents import record_consent
    from antigone.model.case import Consent

    ends = expires.date() if expires else None
    new = Consent(reference, given.date(), tuple(scope), ends)
    console_registry.print_family(record_consent(session, incident, family, member, consent=new))


@registry_app.command()
@signed_in
def withdraw(
    session: Session,
    incident: IncidentCode,
    family: Annotated[str, typer.Option(help="The family's code.")] = "",
    member: Annotated[str, typer.Option(help="The donor's code in the family.")] = "",
    seeker: Annotated[str, typer.Option(help="Instead of a donor: the code of a living seeker.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Erase a donor, or a living seeker, who withdraws. It cannot be undone."""
    from antigone import console_registry
    from antigone.casework.registry.consents import withdraw_donor, withdraw_seeker

    if bool(seeker) == bool(family and member):
        raise typer.BadParameter("give --family and --member, or --seeker")
    who = seeker or f"{member} of family {family}"
    if not yes:
        typer.confirm(f"Erase {who} and everything that rested on them, for good?", abort=True, err=True)
    left = withdraw_seeker(session, incident, seeker) if seeker else withdraw_donor(session, incident, family, member)
    console_registry.print_left(left)


@registry_app.command()
@signed_in
def search(
    session: Session,
    incident: IncidentCode,
    seed: Annotated[int, typer.Option(help="Seed of the simulated estimate of chance matches.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes (needs antigone with the extra 'scale').")] = 1,
) -> None:
    """Search an incident, store the run, and open its candidates for review."""
    from antigone import console_registry
    from antigone.casework.found import Execution
    from antigone.casework.registry.searching import search as search_registry

    execution = Execution(workers=workers)
    run = search_registry(session, incident, seed=seed, progress=console_registry.print_progress, execution=execution)
    console_registry.print_run(run)


@registry_app.command()
@signed_in
def runs(
    session: Session,
    incident: Annotated[str, typer.Option("--incident", help="Of one incident only.")] = "",
    run: Annotated[int, typer.Option(help="One run in full.")] = 0,
    cancel: Annotated[int, typer.Option(help="End this run, which is running or whose process is gone.")] = 0,
    page: Page = 1,
) -> None:
    """The searches that were made: who, why, when, how they ended, who was left out."""
    from antigone import console_registry
    from antigone.casework.registry.searching import cancel_search, list_runs, read_run

    if cancel:
        cancel_search(session, cancel)
    if run:
        console_registry.print_run(read_run(session, run))
    else:
        console_registry.print_runs(list_runs(session, incident, page=page))


@registry_app.command()
@signed_in
def findings(session: Session, run: Annotated[int, typer.Argument(help="The number of the run.")]) -> None:
    """References that do not fit their declared pedigree; only for the geneticist who ran the search."""
    from antigone import console_registry
    from antigone.casework.registry.searching import findings as read_findings

    console_registry.print_findings(read_findings(session, run))


@registry_app.command()
@signed_in
def candidates(
    session: Session,
    incident: IncidentCode,
    run: Annotated[int | None, typer.Option(help="Of which run. Default: the newest with an answer.")] = None,
    state: Annotated[str, typer.Option(help="open, proposed, confirmed, rejected or reopening.")] = "",
    order: Annotated[
        str, typer.Option(help="rank, log10_lr, posterior, markers, unidentified, family, state.")
    ] = "rank",
    descending: Annotated[bool, typer.Option("--descending", help="The largest first.")] = False,
    page: Page = 1,
) -> None:
    """The candidates of a run, and where each question stands."""
    from antigone import console_registry
    from antigone.casework.registry.candidates import ORDERS, list_candidates

    if order not in ORDERS:
        raise typer.BadParameter(f"order '{order}'; expected one of {', '.join(ORDERS)}")
    shown = list_candidates(
        session, incident, run=run, state=state, order=ORDERS[order], descending=descending, page=page
    )
    console_registry.print_candidates(shown)


@registry_app.command()
@signed_in
def show(session: Session, candidate: CandidateNumber) -> None:
    """A candidate in full: markers, alternatives, what was said and decided, and what you can do now."""
    from antigone import console_registry
    from antigone.casework.registry.candidates import read_candidate

    console_registry.print_candidate(read_candidate(session, candidate))


@registry_app.command()
@signed_in
def review(
    session: Session, candidate: CandidateNumber, text: Annotated[str, typer.Option(help="What you saw. No names.")]
) -> None:
    """Write about a candidate without deciding."""
    from antigone.casework.registry.candidates import read_candidate
    from antigone.casework.registry.reviewing import comment

    comment(session, read_candidate(session, candidate).line.pairing, text=text)
    typer.echo(f"Written to candidate {candidate}.")


@registry_app.command()
@signed_in
def decide(
    session: Session,
    step: Annotated[str, typer.Argument(help="propose, confirm, reject, return, 'ask to reopen', reopen or keep.")],
    candidate: CandidateNumber,
    reason: Reason,
    version: Annotated[
        int | None, typer.Option(help="The version you saw; refused when somebody decided since.")
    ] = None,
) -> None:
    """Take a step: propose, and another person confirms; each with a reason."""
    from antigone.casework.registry.candidates import read_candidate
    from antigone.casework.registry.reviewing import STEPS, propose

    if step not in ("propose", *STEPS):
        raise typer.BadParameter(f"step '{step}'; expected propose, {', '.join(STEPS)}")
    line = read_candidate(session, candidate).line
    seen = line.version if version is None else version
    if step == "propose":
        now = propose(session, line.pairing, version=seen, reason=reason, candidate=candidate)
    else:
        now = STEPS[step](session, line.pairing, version=seen, reason=reason)
    typer.echo(f"{line.unidentified} as {line.missing} of family {line.family}: {now.state} (version {now.version}).")
