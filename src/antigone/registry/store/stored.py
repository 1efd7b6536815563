"""The kinds of documents that a registry keeps of what is computed, and of the models it is computed with."""

from __future__ import annotations

from antigone.model.assumptions.frequency import FrequencyTable
from antigone.model.incident.evidence import FurtherEvidence
from antigone.model.incident.settings import SearchSettings
from antigone.model.results.joint import JointResult, PersonAnswer
from antigone.model.results.remains import ReassociationResult
from antigone.model.results.search import Candidate, FamilySummary, SearchResult, UnidentifiedSummary
from antigone.model.statements.statement import Statement
from antigone.registry.store.documents import Document, same_content
from antigone.registry.store.sentences import (
    candidate_with_statements,
    joint_answer_with_statements,
    joint_person_with_statements,
    line_with_statements,
    notices_with_statements,
    search_answer_with_statements,
)

FREQUENCIES = Document("frequencies", FrequencyTable)
SETTINGS = Document("settings", SearchSettings)
FURTHER = Document("further", FurtherEvidence)
CANDIDATE = Document("candidate", Candidate, (same_content, candidate_with_statements))
SEARCH_ANSWER = Document("search answer", SearchResult, (same_content, search_answer_with_statements))
PERSON_LINE = Document("line of an unidentified person", UnidentifiedSummary, (same_content, line_with_statements))
MISSING_LINE = Document("line of a missing person", FamilySummary, (same_content, line_with_statements))
REMAINS_ANSWER = Document("groups of remains", ReassociationResult)
JOINT_ANSWER = Document("joint answer", JointResult, (same_content, joint_answer_with_statements))
JOINT_PERSON = Document("joint answer on a person", PersonAnswer, (same_content, joint_person_with_statements))
NOTICES = Document("notices", tuple[Statement, ...], (notices_with_statements,))
JOINT_SOUGHT = Document("missing persons sought", tuple[str, ...])
