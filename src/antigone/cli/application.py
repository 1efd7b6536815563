"""All commands of `antigone`, and what a refusal looks like."""

from __future__ import annotations

import sys

import typer

from antigone.cli import incidents, trying
from antigone.cli.columns import columns
from antigone.cli.models.commands import models_app
from antigone.cli.power import power
from antigone.cli.samples.passes import passes_app
from antigone.cli.samples.typings import typings_app
from antigone.cli.serving import serve
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
from antigone.errors import AntigoneError, InputError
from antigone.model.text import unstorable_character
from antigone.report.words.statements import say_all

app = typer.Typer(
    name="antigone",
    help="Compare unidentified persons with the families of the missing. The software proposes; a person identifies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for command in (
    incidents.search,
    incidents.reassociate,
    incidents.joint,
    incidents.explain,
    power,
    snps,
    columns,
    trying.lr,
    trying.validate,
    trying.simulate,
    trying.demo,
    serve,
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


def main() -> None:
    """Run a command; a refusal is words on stderr and exit code 1, never a traceback."""
    write_with_any_letters()
    try:
        _check_arguments(sys.argv[1:])
        app()
    except AntigoneError as error:
        problems = getattr(error, "problems", ())
        if problems:
            count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
            typer.echo(f"{count}; nothing was computed and nothing was written:", err=True)
            typer.echo(plain("\n".join(f"  {problem}" for problem in problems)), err=True)
        else:
            typer.echo(plain(f"antigone: {error}"), err=True)
        notices = "".join(f"Note: {one}.\n" for one in say_all(getattr(error, "notices", ())))
        typer.echo(plain(notices), err=True, nl=False)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("antigone: stopped; no result was written. Continue a large search with --resume.", err=True)
        sys.exit(130)


def _check_arguments(given: list[str]) -> None:
    """Refuse what no text may hold, as every file is refused that holds it; who leaves can be named whatever it is."""
    wrong = [f"'{text[:60]}' holds {found}" for text in given if (found := unstorable_character(text, breaks=True))]
    if wrong and "withdraw" not in given:
        raise InputError(f"the argument {'; '.join(wrong)}; expected text that can be printed; type it anew")
