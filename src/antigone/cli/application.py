"""All commands of `antigone`, and what a refusal looks like."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from antigone.cli import checking, incidents, trying
from antigone.cli.columns import columns
from antigone.cli.manual import manual
from antigone.cli.models.commands import models_app
from antigone.cli.options import CANNOT_COMPUTE, LOUDNESS, MISUSED, STOPPED, tell_verbosely
from antigone.cli.power import power
from antigone.cli.samples.passes import passes_app
from antigone.cli.samples.typings import typings_app
from antigone.cli.serving import serve
from antigone.cli.settings import as_defaults, read_settings, settings_path
from antigone.cli.snps import snps
from antigone.cli.team.across import across_app
from antigone.cli.team.imports import imports_app
from antigone.cli.team.keeping import escrow_app, keeping_app
from antigone.cli.team.papers import papers_app
from antigone.cli.team.registry import registry_app
from antigone.cli.team.reviewing import reviewing_app
from antigone.cli.team.solving import solving_app
from antigone.cli.team.tasks import tasks_app
from antigone.cli.team.users import users_app
from antigone.cli.terminal import plain, write_with_any_letters
from antigone.errors import AntigoneError, InputError, PlanTooLarge, Unsupported
from antigone.model.text import unstorable_character
from antigone.plain_words import counted
from antigone.report.words.statements import say_all
from antigone.version import version_line

app = typer.Typer(
    name="antigone",
    no_args_is_help=True,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
USAGE: Any = typer.BadParameter.__base__
"""What Typer raises for a command or option that is wrong."""

for command in (
    incidents.search,
    incidents.reassociate,
    incidents.joint,
    incidents.explain,
    power,
    snps,
    columns,
    trying.lr,
    checking.validate,
    checking.check,
    trying.simulate,
    trying.demo,
    serve,
    manual,
):
    app.command()(command)

bench_app = typer.Typer(help="Measure this machine.", no_args_is_help=True)
bench_app.command()(trying.blind)
app.add_typer(bench_app, name="bench")
registry_app.add_typer(typings_app)
registry_app.add_typer(passes_app)
registry_app.add_typer(across_app)
registry_app.add_typer(imports_app)
registry_app.add_typer(reviewing_app)
registry_app.add_typer(solving_app)
registry_app.add_typer(models_app)
registry_app.add_typer(papers_app)
registry_app.add_typer(tasks_app)
registry_app.add_typer(keeping_app)
registry_app.add_typer(users_app, name="users")
registry_app.add_typer(escrow_app, name="escrow")
app.add_typer(registry_app, name="registry")


@app.callback()
def common(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version, its commit and its code.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress, and no words on what went into files.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Also the version, the settings and each step.")] = False,
    settings: Annotated[
        Path | None, typer.Option("--settings", envvar="ANTIGONE_SETTINGS", help="A settings file (TOML).")
    ] = None,
) -> None:
    """Compare unidentified persons with the families of the missing. The software proposes; a person identifies."""
    if version:
        typer.echo(version_line())
        raise typer.Exit
    if quiet and verbose:
        raise typer.BadParameter("give --quiet or --verbose, not both")
    LOUDNESS.set("quiet" if quiet else "verbose" if verbose else "usual")
    path = settings_path(settings, os.environ)
    tell_verbosely(version_line())
    if path is not None:
        tell_verbosely(f"settings: {path}")
        context.default_map = as_defaults(context.command, read_settings(path))


def main() -> None:
    """Run a command; a refusal is words on stderr and an exit code, never a traceback."""
    write_with_any_letters()
    try:
        _check_arguments(sys.argv[1:])
        code = app(_with_loudness_first(sys.argv[1:]), prog_name="antigone", standalone_mode=False)
    except AntigoneError as error:
        code = _refuse(error)
    except typer.Abort:
        code = _say("stopped; nothing was changed.", 1)
    except USAGE as error:
        code = _misused(error)
    except KeyboardInterrupt:
        code = STOPPED
    if code == STOPPED:
        _say("stopped; no result was written. Continue a large search with --resume.", code)
    if isinstance(code, int) and code:
        sys.exit(code)


def _with_loudness_first(arguments: list[str]) -> list[str]:
    """``--quiet`` and ``--verbose`` may stand anywhere.

    >>> _with_loudness_first(["search", "case", "--quiet"])
    ['--quiet', 'search', 'case']
    """
    loud = [word for word in arguments if word in ("--quiet", "--verbose")]
    return loud + [word for word in arguments if word not in loud]


def _say(words: str, code: int) -> int:
    typer.echo(plain(f"antigone: {words}"), err=True)
    return code


def _refuse(error: AntigoneError) -> int:
    """Every problem of a refusal in words, and its exit code."""
    problems = getattr(error, "problems", ())
    if problems:
        _say(f"{counted(len(problems), 'problem')}; nothing was computed and nothing was written:", 1)
        typer.echo(plain("\n".join(f"  {problem}" for problem in problems)), err=True)
    else:
        _say(str(error), 1)
    notices = "".join(f"Note: {one}.\n" for one in say_all(getattr(error, "notices", ())))
    typer.echo(plain(notices), err=True, nl=False)
    return CANNOT_COMPUTE if isinstance(error, PlanTooLarge | Unsupported) else 1


def _misused(error: Any) -> int:
    """A wrong command or option: what is wrong, and where its help is; help alone where nothing was asked."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message(), err=True)
        return MISUSED
    command = error.ctx.command_path if error.ctx else "antigone"
    return _say(f"{str(error.format_message()).rstrip('.')}; see: {command} --help", MISUSED)


def _check_arguments(given: list[str]) -> None:
    """Refuse what no text may hold, as every file is refused that holds it; who leaves can be named whatever it is."""
    wrong = [f"'{text[:60]}' holds {found}" for text in given if (found := unstorable_character(text, breaks=True))]
    if wrong and "withdraw" not in given:
        raise InputError(f"the argument {'; '.join(wrong)}; expected text that can be printed; type it anew")
