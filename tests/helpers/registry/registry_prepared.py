"""Registries that many tests begin with, made once by each test process and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import copyfile

from registry_servers import Server
from registry_team import INCIDENT, Team, make_team, reopen_team, team_at_work

from antigone.registry.keys.vault import Vault
from antigone.team.runs.searching import search


def after_search(place: str) -> Team:
    """A registry with a small incident that has been searched."""
    team = team_at_work(place)
    search(team["geneticist"], INCIDENT)
    return team


MAKE: Mapping[str, Callable[[str], Team]] = {
    "users": make_team,
    "incident": team_at_work,
    "search": after_search,
}


class Prepared:
    """Copies of one database for each stage: a file, or a database of a server that is the template of others."""

    def __init__(self, folder: Path, server: Server | None) -> None:
        self._folder, self._server = folder, server
        self._made: dict[str, tuple[str, Vault]] = {}

    @property
    def places(self) -> list[str]:
        """Where the originals are."""
        return [place for place, _ in self._made.values()]

    def team(self, stage: str, place: str, make: Callable[[str], Team] | None = None) -> Team:
        """The team of a registry at ``place``, where nothing of worth is yet; its clock stands at noon. A stage that
        only one file of tests has comes with the function that makes it."""
        if stage not in self._made:
            made = str(self._folder / f"{stage}.db") if self._server is None else self._server.create()
            team = (make or MAKE[stage])(made)
            team.registry.close()
            self._made[stage] = made, team.registry.vault
        made, vault = self._made[stage]
        if self._server is None:
            copyfile(made, place)
        else:
            self._server.copy(made, place)
        return reopen_team(place, vault)
