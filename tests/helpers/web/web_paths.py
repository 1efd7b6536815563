"""What several tests share: see ``test_web_pages``, where it is used most."""

from __future__ import annotations

from pathlib import Path

from web_routes import routes as routes

from antigone.casework.incident.files import save_incident
from antigone.casework.validation.demo import simulated_incident
from antigone.team.access.roles import Action

PAGES: dict[str, tuple[Action, str]] = {
    "/": ("see status", ""),
    "/incident": ("see status", "incident={incident}"),
    "/incident/export": ("export", "incident={incident}"),
    "/incident/status.pdf": ("see status", "incident={incident}"),
    "/import": ("import", ""),
    "/import/columns": ("import", ""),
    "/import/templates/export": ("import", "name=profiles.csv"),
    "/imports": ("see imports", "incident={incident}"),
    "/model": ("see model", "incident={incident}"),
    "/model/comparison": ("compare models", "incident={incident}&version=1"),
    "/families": ("see families", "incident={incident}"),
    "/family": ("see families", "incident={incident}&family={family}"),
    "/family/new": ("import", "incident={incident}"),
    "/unidentified/new": ("import", "incident={incident}"),
    "/tasks": ("see tasks", "incident={incident}"),
    "/unidentified": ("see families", "incident={incident}"),
    "/sample": ("see families", "incident={incident}&sample={unidentified}"),
    "/sample/type": ("type profile", "incident={incident}&sample={unidentified}"),
    "/passes": ("see passes", "incident={incident}"),
    "/sample/sheet": ("see families", "incident={incident}&sample={unidentified}"),
    "/conflicts": ("see typings", "incident={incident}"),
    "/conflict": ("see conflict", "incident={incident}&sample={unidentified}"),
    "/candidates": ("see candidates", "incident={incident}"),
    "/candidate": ("see candidate", "id={candidate}"),
    "/candidate/genotypes": ("see genotypes", "id={candidate}"),
    "/candidate/report.pdf": ("write expert report", "id={candidate}"),
    "/joint": ("see joint", "incident={incident}"),
    "/across": ("see runs", ""),
    "/across/run": ("see candidates", "run=1"),
    "/runs": ("see runs", "incident={incident}"),
    "/run": ("see runs", "run={run}"),
    "/run/findings": ("see findings", "run={run}"),
    "/users": ("manage users", ""),
    "/audit": ("read audit", ""),
    "/countersign": ("countersign", ""),
    "/audit/export": ("read audit", ""),
    "/keys": ("see safekeeping", ""),
    "/account": ("own account", ""),
}
"""Each page, the action that a role must allow for it, and what it asks for."""


def case_folder(folder: Path) -> list[Path]:
    incident, truth = simulated_incident(families=3, unidentified=4, seed=3)
    save_incident(incident, truth, folder)
    return sorted(folder.iterdir())
