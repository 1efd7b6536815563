"""`antigone registry ...`: searches, candidates and decisions. Imports wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from antigone.cli.options import AsJson, print_json
from antigone.cli.team.across import ModelOf, SeveralCodes, search_several
from antigone.cli.team.signing import (
    CandidateNumber,
    IncidentCode,
    Page,
    Reason,
    signed_in,
)
from antigone.model.review import STATES, Order

if TYPE_CHECKING:
    from antigone.team.access.session import Session

reviewing_app = typer.Typer()


@reviewing_app.command()
@signed_in
def search(
    session: Session,
    incidents: SeveralCodes = None,
    incident: Annotated[str, typer.Option("--incident", help="The incident's code.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of the simulated estimate of chance matches.")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes (needs antigone with the extra 'scale').")] = 1,
    resume: Annotated[int, typer.Option(help="Instead of an incident: continue this run, which was stopped.")] = 0,
    new: Annotated[
        bool, typer.Option("--new", help="Ask only families that changed since; nothing is done when nothing is new.")
    ] = False,
    model_of: ModelOf = "",
) -> None:
    """Search an incident, store the run, and open its candidates for review; or go on with a run that was ended; or
    search several incidents together, when two or more are named."""
    from antigone.casework.pairs.pairs import Execution
    from antigone.cli.team import console as console_registry
    from antigone.cli.team import console_runs
    from antigone.errors import Cancelled
    from antigone.team.runs.pending import read_pending
    from antigone.team.runs.searching import read_run, resume_search
    from antigone.team.runs.searching import search as search_registry

    named = [*(incidents or ()), *([incident] if incident else [])]
    if bool(named) == bool(resume):
        raise typer.BadParameter("name an incident, or several, or --resume the number of a run")
    if new and len(named) != 1:
        raise typer.BadParameter("--new is of one incident; name it alone")
    if len(named) > 1:
        search_several(session, named, model_of=model_of, seed=seed)
        return
    incident = named[0] if named else ""
    if new and (pending := read_pending(session, incident)).nothing:
        console_registry.print_pending(pending)
        return
    begun: list[int] = []
    told: dict[str, Any] = {"progress": console_registry.print_progress, "started": begun.append}
    told["execution"] = Execution(workers=workers)
    try:
        if resume:
            run = resume_search(session, resume, announce=console_registry.print_words, **told)
        else:
            run = search_registry(session, incident, seed=seed, only_new=new, **told)
    except (Cancelled, KeyboardInterrupt):
        if begun:
            console_runs.print_ended(read_run(session, begun[0]).line)
        raise
    console_runs.print_run(run)


@reviewing_app.command()
@signed_in
def pending(session: Session, incident: IncidentCode) -> None:
    """Who is to be searched, and why: what was added or changed since the newest search."""
    from antigone.cli.team import console as console_registry
    from antigone.team.runs.pending import read_pending

    console_registry.print_pending(read_pending(session, incident))


@reviewing_app.command()
@signed_in
def runs(
    session: Session,
    incident: Annotated[str, typer.Option("--incident", help="Of one incident only.")] = "",
    run: Annotated[int, typer.Option(help="One run in full.")] = 0,
    cancel: Annotated[int, typer.Option(help="End this run, which is running or whose process has stopped.")] = 0,
    discard: Annotated[int, typer.Option(help="Erase what is kept of this run, which was ended.")] = 0,
    page: Page = 1,
) -> None:
    """The searches that were made: who, why, when, how they ended, who was left out."""
    from antigone.cli.team import console_runs
    from antigone.team.runs.searching import cancel_search, discard_search, list_runs, read_run

    if cancel:
        console_runs.print_ended(cancel_search(session, cancel))
    if discard:
        discard_search(session, discard)
    if run:
        console_runs.print_run(read_run(session, run))
    else:
        console_runs.print_runs(list_runs(session, incident, page=page))


@reviewing_app.command()
@signed_in
def findings(session: Session, run: Annotated[int, typer.Argument(help="The number of the run.")]) -> None:
    """References that do not fit their declared pedigree; only for the geneticist who ran the search."""
    from antigone.cli.team import console_runs
    from antigone.team.runs.searching import findings as read_findings

    console_runs.print_findings(read_findings(session, run))


@reviewing_app.command()
@signed_in
def candidates(
    session: Session,
    incident: IncidentCode,
    run: Annotated[
        int | None, typer.Option(help="Of which run. Default: the newest with an answer; with --state all.")
    ] = None,
    state: Annotated[str, typer.Option(help=f"{', '.join(STATES)}.")] = "",
    order: Annotated[Order, typer.Option(help="What the list is sorted by.")] = "rank",
    descending: Annotated[bool, typer.Option("--descending", help="The largest first.")] = False,
    code: Annotated[str, typer.Option(help="Only of persons or families with this in their code, in any case.")] = "",
    page: Page = 1,
    as_json: AsJson = False,
) -> None:
    """The candidates of a run, or of all in one state, and where each question stands."""
    from antigone.cli.team import console_runs
    from antigone.model.results.file_format import CANDIDATES
    from antigone.report.tables.files import fields_of
    from antigone.team.review.candidates import list_candidates

    if state and state not in STATES:
        raise typer.BadParameter(f"state '{state}'; expected one of {', '.join(STATES)}")
    sort: dict[str, Any] = {"order": order, "descending": descending}
    shown = list_candidates(session, incident, run=run, state=state, code=code, whole=False, page=page, **sort)
    if as_json:
        print_json(CANDIDATES, fields_of(shown))
    else:
        console_runs.print_candidates(shown)


@reviewing_app.command(name="work-out")
@signed_in
def work_out(session: Session, candidate: CandidateNumber) -> None:
    """Work a candidate out in full: markers, sensitivity, close relatives; then show it."""
    from antigone.cli.team import console as console_registry
    from antigone.team.review.working_out import work_out as work_out_candidate

    work_out_candidate(session, candidate, progress=console_registry.print_progress)
    _show(session, candidate)


@reviewing_app.command()
@signed_in
def show(session: Session, candidate: CandidateNumber, as_json: AsJson = False) -> None:
    """A candidate in full: markers, alternatives, what was said and decided, and what you can do now."""
    _show(session, candidate, as_json=as_json)


def _show(session: Session, candidate: int, *, as_json: bool = False) -> None:
    from antigone.cli.team import console_runs
    from antigone.model.results.file_format import CANDIDATE
    from antigone.report.tables.files import fields_of
    from antigone.team.review.candidates import read_candidate
    from antigone.team.review.warnings import warnings_of
    from antigone.team.runs.joint import joint_of_pair
    from antigone.team.views.shown import shown_candidate

    view = read_candidate(session, candidate)
    line = view.line
    pair = {"unidentified": line.unidentified, "family": line.family, "missing": line.missing}
    joint = joint_of_pair(session, view.incident, **pair)
    warnings = warnings_of(view, joint)
    if as_json:
        print_json(CANDIDATE, {**fields_of(shown_candidate(view, warnings)), "joint": joint})
    else:
        console_runs.print_candidate(view, joint, warnings)


@reviewing_app.command()
@signed_in
def genotypes(
    session: Session,
    candidate: CandidateNumber,
    show: Annotated[
        list[str], typer.Option("--show", help="Show the others the genotypes of this relative; may be repeated.")
    ] = [],  # noqa: B006
    show_nobody: Annotated[bool, typer.Option("--show-nobody", help="Show the others no genotypes.")] = False,
) -> None:
    """The genotypes behind a candidate, side by side; the geneticist who ran the search chooses what the others see."""
    from antigone.cli.shown_genotypes import print_genotypes
    from antigone.report.tables.genotypes import genotype_table
    from antigone.team.review.genotypes import read_genotypes, show_genotypes

    if show and show_nobody:
        raise typer.BadParameter("give either --show CODE or --show-nobody")
    if show or show_nobody:
        show_genotypes(session, candidate, show)
    view = read_genotypes(session, candidate)
    material = view.material
    if material is None or material.view.candidate is None:
        typer.echo(f"Candidate {candidate}: they stay closed: {view.closed}.")
        return
    print_genotypes(genotype_table(material.view.candidate, material.family, material.person))
    if view.chooses:
        typer.echo(f"Shown to the others who review it: {', '.join(view.shown or ()) or 'nobody'}.")
    if view.took_no_part:
        typer.echo(f"Took no part, for they do not fit (only you know): {', '.join(view.took_no_part)}.")


@reviewing_app.command()
@signed_in
def review(
    session: Session, candidate: CandidateNumber, text: Annotated[str, typer.Option(help="What you saw. No names.")]
) -> None:
    """Write about a candidate without deciding."""
    from antigone.team.review.candidates import read_candidate
    from antigone.team.review.reviewing import comment

    comment(session, read_candidate(session, candidate).line.pairing, text=text)
    typer.echo(f"Written to candidate {candidate}.")


@reviewing_app.command()
@signed_in
def decide(
    session: Session,
    step: Annotated[str, typer.Argument(help="propose, confirm, reject, return, 'ask to reopen', reopen or keep.")],
    candidate: CandidateNumber,
    reason: Reason,
    version: Annotated[int, typer.Option(help="The version that 'show' printed; refused when somebody decided since.")],
    seen: Annotated[
        list[str] | None,
        typer.Option(help="To propose or confirm: WARNING=WORD for each warning that 'show' printed; repeat it."),
    ] = None,
    exception: Annotated[
        str, typer.Option(help="To propose what does not meet the rule of evidence: why; a third person must agree.")
    ] = "",
) -> None:
    """Take a step on what you saw: propose, and another person confirms; each with a reason, and with a word for each
    warning that applies."""
    from antigone.team.review.candidates import read_candidate
    from antigone.team.review.reviewing import STEPS, propose

    if step not in ("propose", *STEPS):
        raise typer.BadParameter(f"step '{step}'; expected propose, {', '.join(STEPS)}")
    said: dict[str, Any] = {"version": version, "reason": reason}
    words = _words_of(seen or [])
    if step in ("propose", "confirm"):
        said["seen"] = words
    elif words:
        raise typer.BadParameter(f"--seen is for propose and confirm; leave it out to {step}")
    line = read_candidate(session, candidate).line
    if step == "propose":
        now = propose(session, line.pairing, candidate=candidate, exception=exception, **said)
    else:
        now = STEPS[step](session, line.pairing, **said)
    typer.echo(f"{line.unidentified} as {line.missing} of family {line.family}: {now.state} (version {now.version}).")


def _words_of(seen: list[str]) -> dict[str, str]:
    """The word for each warning, by its code."""
    from antigone.team.views import WARNING_CODES

    words = dict(one.partition("=")[::2] for one in seen)
    if unknown := set(words) - set(WARNING_CODES):
        raise typer.BadParameter(f"--seen {min(unknown)}; expected WARNING=WORD, with {', '.join(WARNING_CODES)}")
    return words


@reviewing_app.command()
@signed_in
def rule(session: Session, candidate: CandidateNumber) -> None:
    """How a candidate meets the rule of evidence, condition by condition, and what would mend what does not hold."""
    from antigone.cli.team import console_runs
    from antigone.team.review.ruling import judge_candidate

    console_runs.print_ruling(judge_candidate(session, candidate))


@reviewing_app.command("agree-to-exception")
@signed_in
def agree_to_exception(session: Session, candidate: CandidateNumber, reason: Reason) -> None:
    """Agree, as the third person, to a proposal that does not meet the rule of evidence."""
    from antigone.team.review.ruling import agree_to_exception as agree

    agree(session, candidate, reason=reason)
    typer.echo(f"You agreed to the exception of candidate {candidate}; another person may confirm it.")


@reviewing_app.command()
@signed_in
def parts(
    session: Session,
    one: Annotated[str, typer.Argument(help="The code of remains.")],
    other: Annotated[str, typer.Argument(help="The code of other remains.")],
    incident: IncidentCode,
    reason: Reason,
) -> None:
    """Declare two remains parts of one person; both may then be confirmed as one missing person."""
    from antigone.team.review.reviewing import declare_parts

    declare_parts(session, incident, one, other, reason=reason)
    typer.echo(f"{one} and {other} are declared parts of one person.")
