# `make` alone prints what there is. Settings: PYTHON=… (3.11 to 3.14), WORKERS=… (test processes),
# FOLEY_TEST_DATA=… (folder of test data that is not in this repository: parity vectors, real clips
# and sounds, tools, schemas; by default `shared` beside this checkout; absent, its tests skip).
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup check test lint types pytest faults demo lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

setup: $(VENV)/.ready ## prepare .venv

demo: setup ## render sample videos, write their soundtracks, say where they are
	@$(BIN)/foley demo

# What a person mistypes is said at once; types are checked beside the tests, whose summary is the
# last line. Files come in the order of tests/conftest.py: those that take longest do not come last.
test: lint ## every check and every test
	@$(MAKE) --no-print-directory -j 2 types pytest

check: lint types ## formatting, lint, types, layers

lint: setup
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .

types: setup
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

pytest: setup
	@$(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

faults: setup ## kills, full disks, faulty stores, two jobs at once, damaged files; ONLY=kills,pairs
	@PYTHONPATH=.:tests $(BIN)/python -m faults $(ONLY)

# Everything that the package and its extras bring. A local build such as +cpu is the choice of a
# machine or an image.
LOCKED := import json, sys; \
  found = [item["metadata"] for item in json.load(sys.stdin)["install"]]; \
  pins = {m["name"].lower(): m["version"].split("+")[0] for m in found}; \
  del pins["foley-catalogue"]; \
  print(*(f"{name}=={version}" for name, version in sorted(pins.items())), sep="\n")

lock: setup ## pin the newest versions in the ranges of pyproject.toml, in cluster/requirements.lock
	@set -o pipefail; \
	$(BIN)/pip install --quiet --dry-run --ignore-installed --report - '.[test]' 2>/dev/null \
	  | $(BIN)/python -c '$(LOCKED)' > $(VENV)/lock && mv $(VENV)/lock cluster/requirements.lock

clean: ## remove .venv, caches and builds; never an output
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf .hypothesis
	find foley_core pipelines tests -name __pycache__ -type d -prune -exec rm -rf {} +

SUPPORTED := import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))

# A candidate counts when it runs, is of a supported version and can make environments. The images
# install the versions of the same lock, so that the tests run on what the images hold.
$(VENV)/.ready: pyproject.toml cluster/requirements.lock
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c '$(SUPPORTED)' 2>/dev/null; then break; fi; python=; \
	done; \
	if [ -z "$$python" ]; then \
	  echo 'No usable Python: install Python 3.11, 3.12, 3.13 or 3.14 with its venv module' \
	    '(on Debian: python3-venv), or name one: make setup PYTHON=/path/to/python3.11' >&2; \
	  exit 1; \
	fi; \
	echo "Preparing $(VENV) with $$($$python --version), a few minutes the first time"; \
	set -o pipefail; \
	$$python -m venv $(VENV) && \
	$(BIN)/python -m pip install --progress-bar off \
	    -c cluster/requirements.lock -e '.[test]' 2>&1 \
	  | tee $(VENV)/setup.log | awk '/^ *(Collecting|Downloading|Installing)/ {printf "."; fflush()}' \
	  && echo ' ready' && touch $@ \
	  || { echo; tail -n 15 $(VENV)/setup.log >&2; exit 1; }
