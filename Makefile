# The whole project from a fresh clone: `make demo`. It needs Python 3.11 or newer with the venv module, nothing else.

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.installed
TESTS := $(PYTHON) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder
PIP := $(PYTHON) -m pip --quiet --disable-pip-version-check

# Tests start many processes: where the environment says that no bytecode is kept, each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo quick test full lint check bench format lock clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

setup: $(STAMP)  ## .venv with the pinned dependencies and the `antigone` command

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Antigone needs Python 3.11 or newer")'
	@$(PYTHON) -m pip --version >/dev/null 2>&1 || $(PYTHON3) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

demo: setup  ## search a simulated ferry accident: demo/report.html, and a registry for `antigone serve --demo`
	$(VENV)/bin/antigone demo --out demo
	$(VENV)/bin/antigone serve --demo --prepare

quick: setup  ## the tests a person waits for: no browser, server or PDF, nothing slow
	$(TESTS) -m "not browser and not server and not paper and not slow"

test: setup  ## all tests but those that need a browser or PostgreSQL
	$(TESTS) -m "not browser and not server"

full: setup  ## all tests; with PYTEST_ADDOPTS=--postgres on PostgreSQL too
	$(TESTS)

lint: setup  ## style, security rules and types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

check: lint test  ## what must pass before a commit: lint and test

bench: setup  ## every script in benchmarks/; each prints its own JSON
	@for script in benchmarks/*.py; do [ ! -e "$$script" ] || $(PYTHON) "$$script" || exit 1; done

format: setup  ## rewrite the code in the project's style
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

lock: setup  ## pin the dependencies of pyproject.toml again, with hashes
	$(PYTHON) -m uv --version >/dev/null 2>&1 || $(PIP) install uv
	$(PYTHON) -m uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --all-extras pyproject.toml -o requirements.txt

clean:  ## remove everything that can be made again
	rm -rf $(VENV) demo dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis
