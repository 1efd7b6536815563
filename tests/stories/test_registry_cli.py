"""``antigone registry`` as a team types it: from ``init`` to a confirmed identification, and a withdrawal."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from pypdf import PdfReader
from registry_team import FIRST, IDENTIFY, countersign_all, own_password, small_incident
from registry_vaults import SMALL
from typer.testing import CliRunner

from antigone.cli import app, main
from antigone.formats.casefolder.writer import write_case_folder
from antigone.team.access.opening import init_registry, session_of
from antigone.team.access.users import add_user

pytestmark = pytest.mark.slow

DOCS = Path(__file__).resolve().parents[2] / "docs"
OPENED_BEFORE = {"init", "restore", "upgrade", "passphrase", "join"}
COMMON = {"--registry", "--key-file", "--user", "--purpose"}


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command of a group and its groups, by its name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


REGISTRY = typer.main.get_group(app).commands["registry"]
COMMANDS = dict(commands(REGISTRY))


WORDS = "five random words of no use"
OTHERS = {"ben": "registrar", "cleo": "geneticist", "dan": "reviewer", "eva": "auditor", "fay": "coordinator"}


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Path:
    """A folder with a case folder and a registry with a user for each role, made once with cheap passwords."""
    folder = tmp_path_factory.mktemp("begun")
    write_case_folder(small_incident(), folder / "case")
    registry = init_registry(
        folder / "reg.db",
        administrator="ann",
        password="the password of ann",
        key_file=folder / "reg.db.key",
        passphrase=WORDS,
        cost=SMALL,
    )
    administrator = session_of(registry, "ann", purpose="to test")
    for code, role in sorted(OTHERS.items(), key=lambda one: one[1] != "auditor"):
        add_user(administrator, code, role=role, password=FIRST)
        own_password(registry, code)
    countersign_all(registry, by="eva")
    registry.close()
    return folder


@pytest.fixture
def at_home(begun, tmp_path, monkeypatch) -> Path:
    """The folder in which the commands are typed."""
    home = Path(shutil.copytree(begun, tmp_path / "home"))
    monkeypatch.chdir(home)
    for name in [name for name in os.environ if name.startswith("ANTIGONE_")]:
        monkeypatch.delenv(name)
    return home


class Team:
    """Runs commands as a user, the secrets in the environment; a refusal is read from the error stream."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, user: str, *arguments: str, **environment: str) -> tuple[int, str]:
        given = {
            "ANTIGONE_REGISTRY": "reg.db", "ANTIGONE_PURPOSE": "to test", "ANTIGONE_USER": user,
            "ANTIGONE_PASSWORD": f"the password of {user}", "ANTIGONE_PASSPHRASE": WORDS,
            "COLUMNS": "200",
        }  # fmt: skip
        for name, value in (given | environment).items():
            self._monkeypatch.setenv(name, value)
        self._monkeypatch.setattr("sys.argv", ["antigone", "registry", *arguments])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def must(self, user: str, *arguments: str, **environment: str) -> str:
        code, said = self(user, *arguments, **environment)
        assert code == 0, said
        return said


@pytest.fixture
def team(at_home, monkeypatch, capsys) -> Team:
    return Team(monkeypatch, capsys)


def candidate_of(said: str, person: str) -> str:
    (line,) = [line for line in said.splitlines() if person in line]
    return line.split("│")[1].strip()


SEEN = ("--seen", "close relative=no sibling is missing")


def test_story__from_an_import_to_a_confirmed_identification_and_a_withdrawal(team):
    assert "6 unidentified, 4 families, 13 members, 9 donors" in team.must("ben", "import", "case", "--as", "ferry")
    asked = "For a family of ferry, since 2026-06-01: Ask family F4 for the consent of FA and MO."
    assert asked in team.must("ben", "status")
    assert "Left out: donors without a consent (1)." in team.must("cleo", "search", "--incident", "ferry")
    team.must("cleo", "model", "ferry", "--propose", "1", "--reason", "the plan of the incident")
    assert "in force, confirmed" in team.must("dan", "model", "ferry", "--confirm", "1", "--reason", "as in the plan")
    number = candidate_of(team.must("cleo", "candidates", "--incident", "ferry"), "PM1")
    team.must("dan", "review", number, "--text", "sample well typed")
    assert "State: open (version 0)." in team.must("cleo", "show", number)
    code, refused = team("cleo", "decide", "propose", number, "--version", "0", "--reason", "all agree")
    assert (code, "1 warning without a tick and a word ('close relative': a close" in refused) == (1, True)
    said = team.must("cleo", "decide", "propose", number, "--version", "0", "--reason", "all agree", *SEEN)
    assert said == "PM1 as MP of family F1: proposed (version 1).\n"
    code, refused = team("cleo", "decide", "confirm", number, "--version", "1", "--reason", "me again", *SEEN)
    assert (code, "needs another person" in refused, "Traceback" in refused) == (1, True, False)
    shown = team.must("dan", "show", number)
    assert "State: proposed (version 1)." in shown
    assert "Warning 'close relative': a close relative of MP is as likely, or nearly (full sibling)." in shown
    assert "dan: sample well typed" in shown
    assert "You can: comment, confirm, reject, return." in shown
    assert "confirmed" in team.must("dan", "decide", "confirm", number, "--version", "1", "--reason", "I agree", *SEEN)
    assert "PM1" in team.must("dan", "candidates", "--incident", "ferry", "--state", "confirmed")
    gone = team.must("ben", "withdraw", "--incident", "ferry", "--family", "F1", "--member", "FA", "--yes")
    assert "FA of family F1 is erased: 1 profiles of F1-FA, 1 candidates; 1 runs are to be computed again." in gone
    assert "Closed: it rested on somebody who has left" in team.must("cleo", "show", number)
    assert "to be computed again" in team.must("cleo", "runs")


def test_init__makes_a_registry_and_its_administrator_adds_others(team, at_home):
    said = team.must("ann", "init", "new.db", "--administrator", "ann")
    assert "'ann' is its administrator" in said
    assert "new.db.key" in said
    there = {"ANTIGONE_REGISTRY": "new.db"}
    first = "the password of fay"
    given = {"ANTIGONE_NEW_PASSWORD": FIRST, **there}
    assert "needs no countersignature" in said
    said = team.must("ann", "users", "add", "fay", "--role", "coordinator", **given)
    assert "'fay' takes part in no decision until another administrator or the auditor has countersigned" in said
    code, refused = team("fay", "status", ANTIGONE_PASSWORD=FIRST, **there)
    assert (code, "given to you by somebody else" in refused) == (1, True)
    team.must("fay", "users", "password", ANTIGONE_PASSWORD=FIRST, ANTIGONE_NEW_PASSWORD=first, **there)
    assert "incident" in team.must("fay", "status", **there)
    code, refused = team("ann", "init", "new.db")
    assert (code, "exists; name another file" in refused) == (1, True)


def test_story__keys_backups_and_audit(team, at_home):
    team.must("ben", "import", "case", "--as", "ferry")
    assert "Keep the two apart" in team.must("ann", "backup", "b.archive", "--ring", "b.ring")
    team.must("eva", "checkpoint", "--out", "c.json")
    assert "generation 2" in team.must("ann", "rotate-key")
    assert "agrees with 1 exported" in team.must("eva", "verify", "--checkpoint", "c.json")
    shares = team.must("ann", "escrow", "split", "--trustees", "3", "--needed", "2").splitlines()
    (at_home / "shares").write_text("\n".join(shares[1:]))
    team.must("ann", "escrow", "join", "shares", "--key-file", "joined.key")
    again = ("restore", "b.archive", "again.db", "--ring", "b.ring", "--key-file", "joined.key")
    code, refused = team("ann", *again)
    assert (code, "who of them is a user today" in refused, "eva (auditor)" in refused) == (1, True, True)
    said = team.must("ann", *again, "--users", "ann,ben,eva")
    assert "Restored; its audit has" in said
    assert "Access ended: cleo, dan, fay." in said
    assert "every token is revoked" in said
    (at_home / "b.ring").unlink()
    assert "Every ring is current." in team.must("ann", "rings")
    assert "b.ring is forgotten." in team.must("ann", "rings", "--forget", "b.ring")
    there = {"ANTIGONE_REGISTRY": "again.db", "ANTIGONE_KEY_FILE": "joined.key"}
    assert "ferry" in team.must("ben", "status", **there)
    assert "restore" in team.must("eva", "audit", **there)
    assert "lines are in all.jsonl" in team.must("eva", "audit", "--out", "all.jsonl", **there)


def test_story__consents_custody_users_and_sharing(team, at_home):
    team.must("ben", "import", "case", "--as", "ferry")
    family = ("--incident", "ferry", "--family", "F4")
    given = ("--member", "FA", "--reference", "C-9", "--given", "2026-10-01", "--scope", "identification")
    assert "identification from 2026-10-01" in team.must("ben", "consent", *family, *given)
    assert "identification from 2026-10-01" in team.must("ben", "families", *family)
    chain = team.must("ben", "custody", "PM1", "--incident", "ferry", "--event", "sent", "--holder", "LAB2")
    assert "LAB2" in chain
    assert "3 donors" in team.must("cleo", "export", "--incident", "ferry", "--out", "shared")
    token = team.must("ann", "users", "token", "dan", "--name", "program", "--days", "3").strip()
    assert token.startswith("antigone_")
    assert token not in team.must("ann", "users", "tokens")
    assert "geneticist" in team.must("ann", "users", "role", "dan", "--role", "geneticist")
    team.must("ann", "users", "deactivate", "dan")
    assert team("dan", "status")[0] == 1
    team.must("eva", "users", "password", ANTIGONE_NEW_PASSWORD="another long password")
    assert team("eva", "audit")[0] == 1
    team.must("eva", "audit", ANTIGONE_PASSWORD="another long password")
    team.must("ann", "passphrase", "--key-file", "reg.db.key", ANTIGONE_NEW_PASSPHRASE="other words of no use")
    team.must("eva", "audit", ANTIGONE_PASSWORD="another long password", ANTIGONE_PASSPHRASE="other words of no use")


def searched(team: Team) -> None:
    team.must("ben", "import", "case", "--as", "ferry")
    team.must("cleo", "model", "ferry", "--propose", "1", "--reason", "the plan of the incident")
    team.must("dan", "model", "ferry", "--confirm", "1", "--reason", "as in the plan")
    team.must("cleo", "search", "--incident", "ferry")


def test_story__an_addition_with_other_settings_changes_nothing_until_two_persons_agree(team, at_home):
    searched(team)
    before = team.must("cleo", "candidates", "--incident", "ferry")
    (at_home / "week5").mkdir()
    (at_home / "week5" / "incident.toml").write_text("[model]\ntheta = 0.03\n")
    (at_home / "week5" / "profiles.csv").write_text("sample,marker,allele1,allele2\nPM5,M00,10,11\n")
    said = team.must("ben", "import", "week5", "--as", "ferry")
    assert "the files state another model than version 1, which stays in force; it is kept as version 2" in said
    assert "  theta: 0.03 instead of 0\n" in said
    team.must("cleo", "search", "--incident", "ferry")
    numbers = re.compile(r"PM\d .*")
    assert numbers.findall(team.must("cleo", "candidates", "--incident", "ferry")) == numbers.findall(before)
    compared = team.must("cleo", "model", "ferry", "--compare", "2")
    assert "theta: 0.03 instead of 0" in compared
    assert "PM1 as MP of F1" in compared
    code, refused = team("dan", "model", "ferry", "--confirm", "2", "--reason", "too early")
    assert (code, "brought by an import and not proposed" in refused) == (1, True)
    team.must("cleo", "model", "ferry", "--propose", "2", "--reason", "the plan")
    code, refused = team("cleo", "model", "ferry", "--confirm", "2", "--reason", "me again")
    assert (code, "you proposed version 2" in refused) == (1, True)
    assert "version 2 (as imported): in force, confirmed" in team.must(
        "dan", "model", "ferry", "--confirm", "2", "--reason", "compared"
    )
    assert "to be computed again" in team.must("cleo", "runs", "--incident", "ferry")


def test_story__a_model_is_proposed_from_a_file_and_refused(team, at_home):
    team.must("ben", "import", "case", "--as", "ferry")
    (at_home / "incident.toml").write_text("[search]\nprior = 0.001\n")
    said = team.must(
        "cleo",
        "model",
        "ferry",
        "--propose-files",
        "incident.toml",
        "--name",
        "prior of the team",
        "--reason",
        "so agreed",
    )
    assert "prior: 0.001 instead of from the number of persons" in said
    assert "refused" in team.must("dan", "model", "ferry", "--refuse", "2", "--reason", "no prior of our own")
    assert "in force, brought" in team.must("eva", "model", "ferry")
    code, refused = team("cleo", "model", "ferry", "--propose", "1", "--confirm", "1")
    assert (code, "one of --version, --compare" in refused) == (2, True)


def test_story__a_search_is_ended_by_the_keyboard_resumed_and_discarded(team, monkeypatch):
    team.must("ben", "import", "case", "--as", "ferry")

    def interrupted(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    for number in (1, 2):
        with monkeypatch.context() as patched:
            patched.setattr("antigone.team.runs.searching.search_incident", interrupted)
            code, said = team("cleo", "search", "--incident", "ferry", "--seed", "5")
        assert code == 130
        assert f"Run {number} is cancelled. No finished part of it is kept" in said
        assert f"To resume it: antigone registry search --resume {number}" in said
        if number == 1:
            said = team.must("cleo", "search", "--resume", "1")
            assert "Resumed from the beginning" in said
            assert "Run 1 of ferry, by cleo" in said
    team.must("cleo", "runs", "--discard", "2")
    code, said = team("cleo", "search", "--resume", "2")
    assert (code, "run 2 cannot be resumed" in said) == (1, True)
    assert team("cleo", "search")[0] == team("cleo", "search", "--incident", "ferry", "--resume", "2")[0] == 2
    assert "'search' is for the geneticist" in team("dan", "runs", "--discard", "2")[1]


def pdf_text(path: Path) -> str:
    assert path.read_bytes().startswith(b"%PDF")
    assert path.stat().st_mode & 0o777 == 0o600
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(path).pages))


SENDER = ("--institution", "Institute", "--contact", "Ana, telephone 1", "--signed-by", "Ana")
ABOUT = ("--incident", "ferry", "--missing", "MP")


def test_story__papers(team, at_home):
    searched(team)
    number = candidate_of(team.must("cleo", "candidates", "--incident", "ferry"), "PM1")
    assert team.must("dan", "report", number, "--out", "report.pdf") == "Written: report.pdf\n"
    assert "PM1 is MP, the missing member of family F1" in pdf_text(at_home / "report.pdf")
    team.must("dan", "report", number, "--court", "--language", "es", "--out", "informe.pdf")
    assert "Informe" in pdf_text(at_home / "informe.pdf")
    team.must("fay", "letter", "F1", *ABOUT, *SENDER, "--out", "letter.pdf")
    letter = pdf_text(at_home / "letter.pdf")
    assert "Our reference: F1" in letter
    assert not [word for word in ("PM1", "M00", "log10") if word in letter]
    team.must("eva", "status", "--incident", "ferry", "--pdf", "status.pdf")
    assert "Status of incident ferry" in pdf_text(at_home / "status.pdf")


def test_papers__are_refused_in_words_and_leave_no_file(team, at_home):
    searched(team)
    (at_home / "there.pdf").write_text("kept")
    before = team.must("eva", "audit")
    code, said = team("dan", "report", "1", "--out", "there.pdf")
    assert (code, "there.pdf exists" in said, (at_home / "there.pdf").read_text()) == (1, True, "kept")
    assert "write expert report" not in team.must("eva", "audit").replace(before, "")
    code, said = team("dan", "letter", "F1", *ABOUT, *SENDER, "--out", "letter.pdf")
    assert (code, "is for the coordinator" in said, (at_home / "letter.pdf").exists()) == (1, True, False)
    assert "expected one of en, es" in team("dan", "report", "1", "--language", "xx", "--out", "new.pdf")[1]
    assert team("eva", "status", "--pdf", "status.pdf")[0] == 2
    assert not list(at_home.glob("*.pdf"))[1:]


def test_letter__says_why_it_cannot_be_made_now_and_leaves_no_file(team, at_home):
    searched(team)
    number = candidate_of(team.must("cleo", "candidates", "--incident", "ferry"), "PM1")
    for version, (user, step) in enumerate((("cleo", "propose"), ("dan", "confirm"), ("dan", "ask to reopen"))):
        seen = () if step == "ask to reopen" else SEEN
        team.must(user, "decide", step, number, "--version", str(version), "--reason", "looked at all", *seen)
    code, said = team("fay", "letter", "F1", *ABOUT, *SENDER, "--out", "letter.pdf")
    assert (code, "is being looked at again" in said, (at_home / "letter.pdf").exists()) == (1, True, False)


def test_status__of_one_incident_leaves_the_others_out(team, at_home):
    team.must("ben", "import", "case", "--as", "ferry")
    write_case_folder(small_incident(request="another letter"), at_home / "second")
    team.must("ben", "import", "second", "--as", "other")
    said = team.must("ben", "status", "--incident", "ferry")
    assert "For a family of ferry, since 2026-06-01: Ask family F4 for the consent of FA and MO." in said
    assert "other" not in said
    assert "no incident 'third'" in team("ben", "status", "--incident", "third")[1]


def test_story__joint(team, at_home):
    searched(team)
    solved = team.must("cleo", "joint", "--incident", "ferry", "--prior", "open=3")
    assert "Joint run 1 of ferry, by cleo" in solved
    assert "Left out: donors whose consent has expired (1)." in solved
    assert "supported" in solved
    assert "finished" in team.must("dan", "joint-runs", "--incident", "ferry")
    assert "Prior: " in team.must("dan", "joint-runs", "--run", "1", "--json", "joint.json")
    answer = json.loads((at_home / "joint.json").read_text("utf-8"))
    assert answer["prior"] == {"kind": "open", "value": 3.0}
    assert "Joint run 1 of" in team.must("dan", "show", "1")
    assert "'solve jointly' is for the geneticist" in team("dan", "joint", "--incident", "ferry")[1]
    assert "'see joint' is for the" in team("ben", "joint-runs", "--incident", "ferry")[1]
    assert "is finished" in team("cleo", "joint-runs", "--cancel", "1")[1]
    team.must("ben", "withdraw", "--incident", "ferry", "--family", "F1", "--member", "FA", "--yes")
    assert "to be computed again" in team.must("dan", "joint-runs", "--run", "1")
    code, said = team("dan", "joint-runs", "--run", "1", "--json", "again.json")
    assert (code, "has no answer to write" in said, (at_home / "again.json").exists()) == (1, True, False)


@pytest.mark.parametrize("options", [[], ["--incident", "ferry", "--run", "1"], ["--incident", "x", "--json", "f"]])
def test_joint_runs__says_what_it_takes(options, team):
    code, said = team("cleo", "joint-runs", *options)
    assert (code, "give one of --incident, --run and --cancel" in said) == (2, True)


def test_show__says_all_that_the_page_says_of_the_evidence(team):
    searched(team)
    said = team.must("dan", "show", "1")
    for words in (
        "H1: PM",
        "M00",
        "total",
        "Smallest:",
        "one assumption changed",
        "Assumed: ",
        "by chance alone",
        "You can:",
    ):
        assert words in said, words


def test_show__says_how_many_alternatives_there_are_beyond_those_shown(team, monkeypatch):
    searched(team)
    number = candidate_of(team.must("cleo", "candidates", "--incident", "ferry"), "PM2")
    assert "Alternative, same missing person: PM3 as MP of F2" in team.must("dan", "show", number)
    monkeypatch.setattr("antigone.team.review.candidates.MOST_ALTERNATIVES", 0)
    assert "same missing person: the 0 strongest of 1 are shown" in team.must("dan", "show", number)


def test_reset_codes__is_for_the_administrator_and_an_active_user(team):
    assert "'dan' signs in with a password alone" in team.must("ann", "users", "reset-codes", "dan")
    assert "'manage users' is for the administrator" in team("dan", "users", "reset-codes", "cleo")[1]
    assert "no active user 'nobody'" in team("ann", "users", "reset-codes", "nobody")[1]


def test_unidentified__are_listed_by_code(team):
    team.must("ben", "import", "case", "--as", "ferry")
    said = team.must("ben", "unidentified", "--incident", "ferry")
    assert "PM5" in said
    assert "living" in said


def test_findings__are_printed_to_the_geneticist_who_searched_and_to_nobody_else(team):
    team.must("ben", "import", "case", "--as", "ferry")
    team.must("cleo", "search", "--incident", "ferry")
    assert "F3-SI" in team.must("cleo", "findings", "1")
    code, said = team("dan", "findings", "1")
    assert (code, "F3-SI" in said) == (1, False)
    assert "'see findings' is for the geneticist" in said


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ANTIGONE_REGISTRY": ""}, "no registry is named; give --registry, or set ANTIGONE_REGISTRY"),
        ({"ANTIGONE_REGISTRY": "nowhere.db", "ANTIGONE_KEY_FILE": "reg.db.key"}, "nowhere.db is not there"),
        ({"ANTIGONE_USER": ""}, "no user is named; give --user, or set ANTIGONE_USER"),
        ({"ANTIGONE_PURPOSE": ""}, "no purpose is given"),
        ({"ANTIGONE_PASSWORD": "a wrong password"}, "the user is unknown or the password is wrong"),
        ({"ANTIGONE_PASSPHRASE": "a wrong passphrase"}, "the passphrase is wrong"),
        ({"ANTIGONE_PASSPHRASE_FD": "9"}, "are both given"),
    ],
)
def test_sign_in__is_refused_in_words(environment, words, team):
    code, said = team("ann", "status", **environment)
    assert (code, words in said) == (1, True), said


def test_sign_in__takes_secrets_from_file_descriptors(team, monkeypatch):
    for name, secret in (("PASSWORD", "the password of ann"), ("PASSPHRASE", WORDS)):
        reading, writing = os.pipe()
        os.write(writing, f"{secret}\n".encode())
        os.close(writing)
        monkeypatch.setenv(f"ANTIGONE_{name}_FD", str(reading))
        monkeypatch.delenv(f"ANTIGONE_{name}", raising=False)
    arguments = ["registry", "users", "list", "--registry", "reg.db", "--user", "ann", "--purpose", "to test"]
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 0, ended.output
    assert "cleo" in ended.stdout


def test_withdraw__asks_once_more(team, monkeypatch):
    team.must("ben", "import", "case", "--as", "ferry")
    monkeypatch.setenv("ANTIGONE_USER", "ben")
    arguments = ["registry", "withdraw", "--incident", "ferry", "--family", "F1", "--member", "FA"]
    monkeypatch.setenv("ANTIGONE_PASSWORD", "the password of ben")
    ended = CliRunner().invoke(app, arguments, input="n\n")
    assert ended.exit_code == 1
    assert "Erase FA of family F1" in ended.stderr
    assert "F1-FA" in team.must("ben", "families", "--incident", "ferry", "--family", "F1")


def in_two_incidents(team, at_home) -> None:
    team.must("ben", "import", "case", "--as", "ferry")
    write_case_folder(small_incident(request="another letter"), at_home / "second")
    team.must("ben", "import", "second", "--as", "other")


FATHER = ("--incident", "ferry", "--family", "F1", "--member", "FA")


def test_withdraw__in_every_incident_and_the_same_files_do_not_bring_them_back(team, at_home):
    in_two_incidents(team, at_home)
    said = team.must("ben", "withdraw", *FATHER, "--yes")
    place = "The same person: FA of family F1 in incident other, by the same profile and sample and instrument"
    assert f"Erased too: {place}." in said
    write_case_folder(small_incident(request="a third letter"), at_home / "third")
    code, refused = team("ben", "import", "third", "--as", "third")
    assert (code, "sample 'F1-FA' is of somebody who left this registry" in refused) == (1, True)
    code, refused = team("ben", "import", "third", "--as", "third", "--let-in", "F1-FA", "--because", "I say so")
    assert (code, "sample 'F1-FA' is of somebody who left this registry" in refused) == (1, True)


def test_narrow__takes_sharing_back_everywhere(team, at_home):
    in_two_incidents(team, at_home)
    sharing = ("--incident", "ferry", "--family", "F3", "--member", "MO", "--scope", "sharing")
    said = team.must("ben", "narrow", *sharing)
    assert "MO of family F3 took sharing back: 0 candidates erased" in said
    assert "Taken back there too: The same person: MO of family F3 in incident other" in said
    assert "sharing" in team.must("ben", "families", "--incident", "other", "--family", "F3")
    code, refused = team("ben", "narrow", *sharing)
    assert (code, "nothing to take back" in refused) == (1, True)


def test_withdraw__needs_to_know_whom(team):
    assert team("ben", "withdraw", "--incident", "ferry", "--yes")[0] == 2


def test_decide__an_unknown_step_names_the_steps(team):
    code, said = team("cleo", "decide", "approve", "1", "--version", "0", "--reason", "x")
    assert code == 2
    assert "ask to reopen" in said
    code, said = team("cleo", "decide", "propose", "1", "--version", "0", "--reason", "x", "--seen", "uncle=no")
    assert (code, "uncle" in said, "close relative, rivals, one donor" in said) == (2, True, True)


def test_decide__needs_the_version_that_was_seen(team):
    """Without it, the state that the command itself reads would count as seen, and protect nobody."""
    team.must("ben", "import", "case", "--as", "ferry")
    team.must("cleo", "search", "--incident", "ferry")
    number = candidate_of(team.must("cleo", "candidates", "--incident", "ferry"), "PM1")
    code, said = team("cleo", "decide", "propose", number, "--reason", "all agree")
    assert (code, "--version" in said) == (2, True)
    team.must("cleo", "decide", "propose", number, "--version", "0", "--reason", "all agree", *SEEN)
    code, said = team("dan", "decide", "reject", number, "--version", "0", "--reason", "as I saw it, open")
    assert (code, "proposed" in team.must("dan", "show", number)) == (1, True)


def test_candidates__an_unknown_state_names_the_states(team):
    team.must("ben", "import", "case", "--as", "ferry")
    code, said = team("cleo", "candidates", "--incident", "ferry", "--state", "foo")
    assert code == 2
    assert "reopening" in said


def test_status__says_where_the_list_of_tasks_is_cut(team, at_home, monkeypatch):
    team.must("ben", "import", "case", "--as", "ferry")
    write_case_folder(small_incident(request="another letter"), at_home / "second")
    team.must("ben", "import", "second", "--as", "other")
    assert "Only the first" not in team.must("ben", "status")
    monkeypatch.setattr("antigone.cli.team.console.MOST_TASKS", 1)
    said = team.must("ben", "status")
    assert said.count("For a family of") == 1
    assert "Only the first 1 of 2 are shown; see antigone registry tasks." in said


def test_import__of_nothing_readable_writes_nothing(team, at_home):
    (at_home / "case" / "families.csv").unlink()
    code, said = team("ben", "import", "case", "--as", "ferry")
    assert code == 1
    assert "ferry" not in team.must("ben", "status")
    assert IDENTIFY.reference not in said


def test_commands__take_no_secret_as_an_option():
    options = {name for command in COMMANDS.values() for p in command.params for name in p.opts}
    assert not [name for name in options if re.search("pass(word|phrase)", name)]


@pytest.mark.parametrize("name", COMMANDS)
def test_commands__all_but_a_few_sign_in(name):
    options = {name for p in COMMANDS[name].params for name in p.opts}
    assert (options >= COMMON) == (name.split()[-1] not in OPENED_BEFORE)


def test_commands__each_and_each_option_is_documented():
    (section,) = re.findall(r"^## antigone registry$(.*?)^## ", (DOCS / "cli.md").read_text("utf-8"), re.M | re.S)
    rows = {row.split()[0].strip("`") if " " not in (name := row.split("`")[1]) else name: row
            for row in re.findall(r"^\| (`.*)$", section, re.M)}  # fmt: skip
    missing = []
    for name, command in COMMANDS.items():
        (row,) = [row for title, row in rows.items() if re.sub(r" [\[A-Z].*", "", title) == name] or [""]
        options = {option for p in command.params for option in p.opts if option.startswith("--")} - COMMON
        missing += [f"{name} {option}" for option in options if f"`{option}" not in row]
        missing += [] if row else [name]
    assert missing == []


def test_story__weekly_exports_and_two_files_of_one_case(team, shared):
    """No .fam file states a title, so one of another name is of the same incident."""
    files = shared / "field" / "inputs" / "fam"
    into = ("--as", "case", "--consent-attested", "Laboratory 7")

    def bring(*names: str) -> str:
        return team.must("ben", "import", *(str(files / name) for name in names), *into)

    assert "new are 1 families, 3 members, 2 donors" in bring("only_families.fam")
    assert "new are 2 unidentified, 2 profiles" in bring("only_bodies.fam")
    assert "'case': nothing new." in bring("fam01.fam")
    assert "Note: locus 'Penta D' is read as 'Penta_D'." in bring("only_families.fam", "only_bodies.fam")
    assert "new are 1 unidentified, 1 profiles" in bring("case_week2.fam")
    team.must("cleo", "search", "--incident", "case")
    listed = team.must("cleo", "candidates", "--incident", "case")
    for person in ("PM001", "PM003"):
        assert candidate_of(listed, person)


def test_story__an_import_is_looked_at_done_and_undone(team):
    shown = team.must("ben", "import", "case", "--as", "ferry", "--preview")
    assert "Added: 5 remains, 1 living seekers, 4 families, 9 donors" in shown
    assert "Added, families: F1, F2, F3, F4." in shown
    seen = shown.rpartition("--seen ")[2].strip()
    code, refused = team("ben", "import", "case", "--as", "other", "--seen", seen)
    assert code == 1
    assert "would do something else than was shown" in refused
    team.must("ben", "import", "case", "--as", "ferry", "--seen", seen)
    again = team.must("ben", "import", "case", "--as", "ferry", "--preview")
    assert "Added: nothing.\nChanged: nothing.\n" in again
    assert "Known already, left alone: 6 unidentified persons, 4 families." in again
    assert "Import 1 can be undone: nothing rests on it." in team.must("ben", "imports", "ferry")
    code, refused = team("cleo", "undo-import", "1", "--because", "the wrong folder")
    assert (code, "'undo import' is for the registrar" in refused) == (1, True)
    gone = team.must("ben", "undo-import", "1", "--because", "the wrong folder")
    assert "Import 1 into incident 'ferry' is undone." in gone
    assert "Import 1 was undone by ben: the wrong folder." in team.must("ben", "imports", "ferry")
    team.must("ben", "import", "case", "--as", "ferry")


def test_story__nobody_is_forgotten(team):
    """Asked without a reason, told, checked again, found alive: as the geneticist and the coordinator type it."""
    team.must("ben", "import", "case", "--as", "ferry")
    team.must("cleo", "search", "--incident", "ferry")
    assert re.search(r"F3 +│ 3 +│ 2 +│ none", team.must("cleo", "compared", "--incident", "ferry"))
    code, said = team("fay", "compared", "--incident", "ferry")
    assert (code, "is for the geneticist" in said) == (1, True)
    assert "Asked for one more sample: F2, F3." in team.must("cleo", "ask", "F3", "F2", "--incident", "ferry")
    assert "Ask family F3 for one more sample." in team.must("fay", "tasks", "--incident", "ferry")
    assert "the family is asked for one more sample" in team.must(
        "fay", "families", "--incident", "ferry", "--family", "F3"
    )
    team.must("cleo", "ask", "F2", "--incident", "ferry", "--take-back")
    team.must("fay", "declined", "F3", "--incident", "ferry")
    assert "one more sample" not in team.must("fay", "tasks", "--incident", "ferry")
    about_mp = ("F1", "--incident", "ferry", "--missing", "MP")
    why = ("--reason", "told by the police")
    reported = team.must("ben", "alive", "propose", *about_mp, *why, "--version", "0")
    assert "Found alive, MP: proposed (version 1)." in reported
    code, said = team("ben", "alive", "confirm", *about_mp, *why, "--version", "1")
    assert (code, "'confirm alive' is for the" in said) == (1, True)
    confirmed = team.must("fay", "alive", "confirm", *about_mp, *why, "--version", "1")
    assert "Missing MP: found alive, confirmed by two persons; the family is to be told" in confirmed
    assert "4 (1 found alive, 1 to be told)" in team.must("eva", "status")
    day = re.search(r"since (\d{4}-\d\d-\d\d)", confirmed)
    assert day
    how = ("--on", day[1], "--form", "in person", "--by", "JL")
    code, said = team("fay", "told", *about_mp, "--about", "found", *how)
    assert (code, "expected one of identified, found alive" in said) == (2, True)
    told = team.must("fay", "told", *about_mp, "--about", "found alive", *how)
    assert f"the family was told on {day[1]} by JL, in person" in told
    code, said = team("fay", "alive", "bury", *about_mp, *why, "--version", "2")
    assert (code, "expected one of propose, confirm" in said) == (2, True)
    assert "The database is whole." in team.must("eva", "verify")


def test_story__two_incidents_are_searched_together(team, at_home):
    team.must("ben", "import", "case", "--as", "ferry")
    write_case_folder(small_incident(request="another letter"), at_home / "second")
    team.must("ben", "import", "second", "--as", "other")
    found = team.must("cleo", "search", "ferry", "other")
    assert "Run 1 over ferry, other: search, finished." in found
    assert "other/PM1" in found
    assert "ferry/F1" in found
    assert "Left out: living seekers, who asked in one incident alone (2)." in found
    remains = team.must("cleo", "reassociate", "ferry", "other")
    assert "ferry/PM1 other/PM1" in remains
    assert "other/PM1" in team.must("dan", "across", "1")
    code, refused = team("ben", "across", "1")
    assert (code, "'see candidates' is for the geneticist or reviewer" in refused) == (1, True)
    team.must("ben", "withdraw", "--incident", "other", "--family", "F1", "--member", "FA", "--yes")
    assert "Its answer stays closed: it is to be computed again" in team.must("cleo", "across", "1")
    assert "to be computed again" in team.must("cleo", "across")


@pytest.mark.slow
def test_status_candidates_and_show__answer_programs_without_profiles(team):
    team.must("ben", "import", "case", "--as", "ferry")
    team.must("cleo", "search", "--incident", "ferry")
    number = candidate_of(team.must("cleo", "candidates", "--incident", "ferry"), "PM1")
    for kind, words in (
        ("antigone status", ("status", "--incident", "ferry")),
        ("antigone candidates", ("candidates", "--incident", "ferry")),
        ("antigone candidate", ("show", number)),
    ):
        answer = json.loads(team.must("cleo", *words, "--json"))
        assert (answer["format"], answer["format_version"]) == (kind, 1)
        assert "genotypes" not in json.dumps(answer)
    assert answer["line"]["unidentified"] == "PM1"
    assert answer["donors"][0]["sample"]
