"""The kinds of documents that a registry keeps of what is computed, and of the models it is computed with."""

from __future__ import annotations

from antigone.model.case import SearchSettings
from antigone.model.evidence import FurtherEvidence
from antigone.model.frequency import FrequencyTable
from antigone.model.joint_result import JointResult, PersonAnswer
from antigone.model.result import Candidate, FamilySummary, SearchResult, UnidentifiedSummary
from antigone.registry.documents import Document

FREQUENCIES = Document("frequencies", FrequencyTable)
SETTINGS = Document("settings", SearchSettings)
FURTHER = Document("further", FurtherEvidence)
CANDIDATE = Document("candidate", Candidate)
SEARCH_ANSWER = Document("search answer", SearchResult)
PERSON_LINE = Document("line of an unidentified person", UnidentifiedSummary)
MISSING_LINE = Document("line of a missing person", FamilySummary)
JOINT_ANSWER = Document("joint answer", JointResult)
JOINT_PERSON = Document("joint answer on a person", PersonAnswer)
JOINT_SOUGHT = Document("missing persons sought", tuple[str, ...])
