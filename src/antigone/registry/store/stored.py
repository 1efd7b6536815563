"""The kinds of documents that a registry keeps of what is computed, and of the models it is computed with."""

from __future__ import annotations

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.joint import JointResult, PersonAnswer
from antigone.model.results.remains import ReassociationResult
from antigone.model.results.search import Candidate, FamilySummary, SearchResult, UnidentifiedSummary
from antigone.registry.store.documents import Document

FREQUENCIES = Document("frequencies", FrequencyTable)
SETTINGS = Document("settings", SearchSettings)
FURTHER = Document("further", FurtherEvidence)
CANDIDATE = Document("candidate", Candidate)
SEARCH_ANSWER = Document("search answer", SearchResult)
PERSON_LINE = Document("line of an unidentified person", UnidentifiedSummary)
MISSING_LINE = Document("line of a missing person", FamilySummary)
REMAINS_ANSWER = Document("groups of remains", ReassociationResult)
JOINT_ANSWER = Document("joint answer", JointResult)
JOINT_PERSON = Document("joint answer on a person", PersonAnswer)
JOINT_SOUGHT = Document("missing persons sought", tuple[str, ...])
