"""What a server tells those who run it: well or not, counts and times, and lines without data."""

from __future__ import annotations

import json
import logging
import re
import sys

import pytest
from registry_team import INCIDENT
from web_routes import site as site

from antigone.errors import StorageError
from antigone.web.watching.logs import NAMES, JsonLines, start_logging
from antigone.web.watching.metrics import Metrics


def test_health__says_that_the_database_can_be_read(site):
    answer = site.browser().get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_health__says_when_it_cannot(site, monkeypatch):
    def lost(_registry: object) -> bool:
        raise StorageError("lost")

    monkeypatch.setattr("antigone.web.watching.health.can_be_read", lost)
    assert site.browser().get("/health").status_code == 503


def test_metrics__are_counts_and_times_alone(site):
    browser = site.browser("geneticist")
    browser.get(f"/candidates?incident={INCIDENT}")
    text = site.browser().get("/metrics").text
    assert re.search(r'^antigone_answers_total\{status="2xx"\} [1-9]', text, re.MULTILINE)
    assert "antigone_jobs_running 0" in text
    for word in ("geneticist", INCIDENT, "candidates", "PM1", "F1"):
        assert word not in text


def test_metrics__are_not_for_another_computer(site):
    assert site.browser().get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404


def test_metrics__an_answer_is_counted_within_every_bound_above_it():
    metrics = Metrics(began=0)
    metrics.count(200, 0.1)
    metrics.count(503, 10.0)
    text = metrics.text(running=2)
    assert 'antigone_answer_seconds_bucket{le="0.05"} 0' in text
    assert 'antigone_answer_seconds_bucket{le="0.2"} 1' in text
    assert 'antigone_answer_seconds_bucket{le="30.0"} 2' in text
    assert "antigone_answer_seconds_sum 10.100" in text
    assert 'antigone_answers_total{status="5xx"} 1' in text


def test_logs__are_json_lines_that_keep_what_an_error_says_to_themselves():
    try:
        raise ValueError("sample X9 is 12/14")
    except ValueError:
        record = logging.LogRecord("antigone.web", logging.ERROR, "x.py", 1, "at %s", ("/runs",), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line["error"] == "ValueError"
    assert line["message"] == "at /runs"
    assert "X9" not in json.dumps(line)


@pytest.fixture
def _loggers_as_before():
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(one.handlers, one.propagate, one.level) for one in loggers]
    yield
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.mark.usefixtures("_loggers_as_before")
def test_logs__begin_at_the_level_that_was_asked_for(capsys):
    start_logging("info", as_json=True)
    logging.getLogger("antigone.web").info("searched %s", 3)
    logging.getLogger("antigone.web").debug("not this")
    assert json.loads(capsys.readouterr().err)["message"] == "searched 3"
