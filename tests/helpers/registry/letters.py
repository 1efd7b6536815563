"""What several tests share: see ``test_papers``, where it is used most."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader
from registry_team import INCIDENT, Team
from web_calls import call as call
from web_calls import new_token as new_token

from antigone.papers import sender_of, write_family_letter

SENDER = sender_of(" Institute of Names ", contact="Ana, telephone 1", signed_by="Ana")


@pytest.fixture
def team(prepared_files, tmp_path) -> Team:
    made: Team = prepared_files.team("search", str(tmp_path / "registry.db"))
    return made


def read(content: bytes) -> str:
    assert content.startswith(b"%PDF")
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def letter(team: Team, family: str, user: str = "coordinator", language: str = "en") -> str:
    paper = write_family_letter(team[user], INCIDENT, family=family, missing="MP", sender=SENDER, language=language)
    assert paper.name == f"letter-{family}.pdf"
    return read(paper.content)
