"""What another version of an incident's model would change in the candidates under review."""

from __future__ import annotations

from antigone.casework.incident.prepare import Progress, silent
from antigone.casework.pairs.two_models import Pair, PairResult, pairs_under
from antigone.model.assumptions.lineage import StatedCounts
from antigone.model.incident.incident import Incident
from antigone.model.incident.incident_model import IncidentModel, under_model
from antigone.registry.models.contents import read_content
from antigone.registry.models.versions import find_version, version_in_force
from antigone.registry.review import candidates as stored
from antigone.registry.review.candidates import CandidateLine, Newest, Only
from antigone.registry.store.lookups import find_incident
from antigone.team.access.session import Session, Subject, action
from antigone.team.incidents.reading import writing_what_was_read
from antigone.team.views import ComparedPair, ModelComparison

UNDER_REVIEW = ("open", "proposed", "reopening", "confirmed")
MOST_COMPARED = 200
"""The strongest candidates that are computed under both versions."""


@action("compare models")
def compare_versions(session: Session, incident: str, version: int, *, progress: Progress = silent) -> ModelComparison:
    """The candidates under review, computed under a version and under the one in force, with what was typed and is
    consented to today. Nothing of it is kept.

    Raises
    ------
    RegistryError
        When there is no such incident or version.
    InputError, ModelError, PlanTooLarge
        As in ``pairs_under``.
    """
    subject = Subject(incident=incident, version=version)
    asked = writing_what_was_read(session, "compare models", subject, incident=incident)
    with asked as (connection, covered):
        number = find_incident(connection, incident).id
        now, other = version_in_force(connection, number), find_version(connection, number, version)
        model = read_content(connection, other.parts)
        page = stored.read_candidates(
            connection, Newest(number), only=Only(states=UNDER_REVIEW), order="log10_lr", descending=True,
            count=MOST_COMPARED,
        )  # fmt: skip
        subject["candidates"] = len(page.lines)
    pairs = [_pair(line) for line in page.lines]
    today = session.registry.today()
    before = pairs_under(covered.incident, pairs, today=today, progress=progress) if pairs else {}
    after = pairs_under(_under(covered.incident, model), pairs, today=today, progress=progress) if pairs else {}
    lines = [_line(line, before.get(pair), after.get(pair)) for line, pair in zip(page.lines, pairs, strict=True)]
    return ModelComparison(incident, now.number, other.number, tuple(lines), page.total)


def _pair(line: CandidateLine) -> Pair:
    return line.unidentified, line.family, line.missing


def _under(incident: Incident, model: IncidentModel) -> Incident:
    """The same persons under another model, with the counts of haplotypes that belong to each sample."""
    seen = [
        of.basis.seen if of is not None and isinstance(of.basis, StatedCounts) else {}
        for of in (incident.further.y_model, incident.further.mt_model)
    ]
    return under_model(incident, model, y_seen=seen[0], mt_seen=seen[1])


def _line(line: CandidateLine, before: PairResult | None, after: PairResult | None) -> ComparedPair:
    return ComparedPair(line.id, line.unidentified, line.family, line.missing, line.state, before, after)
