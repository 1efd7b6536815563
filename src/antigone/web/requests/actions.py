"""What each action of the registry is called where somebody may not take it."""

from __future__ import annotations

from collections.abc import Mapping

from antigone.errors import NotForRole
from antigone.team.access.roles import Action

IN_WORDS: Mapping[Action, str] = {
    "see status": "the overview",
    "see genotypes": "looking at genotypes",
    "show genotypes": "choosing whose genotypes others see",
    "agree to exception": "agreeing to an exception from the rule of evidence",
    "see sampling": "looking at where samples help most",
    "see power": "looking at the power of a family",
    "see families": "looking at families and unidentified persons",
    "import": "importing an incident, or changing a pedigree,",
    "see tasks": "looking at what waits for families",
    "ask for a sample": "asking a family for one more sample",
    "record answer": "recording the answer of a family",
    "record telling": "recording that a family was told",
    "report alive": "reporting that somebody was found alive",
    "confirm alive": "confirming that somebody was found alive",
    "see typings": "looking at the typings of a sample",
    "see conflict": "looking at genotypes in conflict",
    "change typings": "correcting, retiring or settling typings",
    "see passes": "looking at profiles that were typed in once",
    "type profile": "typing in a profile",
    "see model": "looking at the model of an incident",
    "propose model": "proposing a model",
    "confirm model": "confirming or refusing a model",
    "compare models": "computing candidates under another model",
    "see imports": "looking at imports",
    "undo import": "undoing an import",
    "record consent": "recording a consent",
    "narrow consent": "taking back a part of a consent",
    "record custody": "recording who holds a sample",
    "withdraw": "erasing somebody who withdraws",
    "search": "searching an incident",
    "see runs": "looking at searches",
    "solve jointly": "solving an incident jointly",
    "see joint": "looking at a joint solution",
    "see candidates": "looking at the list of candidates",
    "see candidate": "looking at a candidate",
    "work out": "having a candidate worked out in full",
    "see findings": "checking references against their pedigrees",
    "comment": "commenting on a candidate",
    "propose": "proposing an identification",
    "confirm": "confirming an identification",
    "reject": "rejecting a candidate, or sending a proposal back,",
    "ask to reopen": "asking to reopen a decision",
    "reopen": "reopening a decision",
    "export": "exporting an incident",
    "write expert report": "making an expert report",
    "write family letter": "making a letter to a family",
    "manage users": "managing users",
    "manage tokens": "managing tokens of programs",
    "countersign": "countersigning changes of access",
    "own account": "one's own account",
    "see safekeeping": "looking at keys and backups",
    "rotate key": "changing the master key",
    "back up": "making and checking backups",
    "read audit": "reading the audit",
    "sign checkpoint": "signing a checkpoint of the audit",
    "verify": "checking that the registry is whole",
}


def tell_not_for_role(error: NotForRole) -> str:
    """Whom an action is for, in the words of the pages.

    >>> tell_not_for_role(NotForRole("search", "coordinator", ["geneticist"]))
    'searching an incident is for the geneticist; you are signed in as coordinator; ask one of them'
    """
    words = next((words for action, words in IN_WORDS.items() if action == error.action), f"'{error.action}'")
    return f"{words} is for the {' or '.join(error.may)}; you are signed in as {error.role}; ask one of them"
