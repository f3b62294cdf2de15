# Every target is one command of the environment in .venv, which `make env` makes.
SHELL := /bin/sh
PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
# nbval starts in two seconds; the tests that need it run it by themselves.
PYTEST := $(BIN)/python -m pytest -q -p no:nbval
# Two more than there are cores: a third of their time tests wait.
WORKERS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
LOCKED := $(shell cat requirements.lock pyproject.toml | cksum | tr -d ' ')
STAMP := $(VENV)/.made-$(LOCKED)
RUN ?=
SITES ?= 100

export UV_PYTHON_DOWNLOADS := never
# Kernels start twice as fast with compiled modules, whatever the caller prefers.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help env fmt lint type layers unit laws rehearsal notebooks recorded docs \
	browser chaos faults layouts policies fuzz-evidence bench bench-quick \
	batch-sites bench-fleet suite test check rehearse lab record report lock clean

help: ## Show what there is to make.
	@sed -n 's/^\([a-z][a-z-]*\):.*## /  \1@/p' $(firstword $(MAKEFILE_LIST)) \
	  | awk -F@ '{ printf "%-12s %s\n", $$1, $$2 }'

env: $(STAMP) ## Make .venv from requirements.lock (hashes checked).

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "closednet needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 env"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "this Python cannot make environments: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/python -m uv pip install -q --python $(BIN)/python --compile-bytecode \
	  --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m uv pip install -q --python $(BIN)/python --no-deps -e .
	@rm -f $(VENV)/.made-*
	@touch $@

fmt: env ## Format the code and sort its imports.
	$(BIN)/ruff check -q --select I --fix .
	$(BIN)/ruff format -q .

lint: env ## Judge style: ruff, and the shell scripts where shellcheck is.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@if command -v shellcheck >/dev/null; then \
	  shellcheck -s sh .ci/run $$(find lib -name '*.sh'); \
	  else echo "shellcheck is missing: apt-get install shellcheck"; fi

type: env ## Judge types, strictly.
	$(BIN)/mypy lib tests benchmarks

layers: env ## Judge who may import whom.
	$(BIN)/lint-imports

unit: env ## Run the fast tests, without any rehearsal.
	$(PYTEST) -n auto --dist loadfile -m "not slow" tests/unit tests/laws

laws: env ## Run the laws that every step obeys, with a rehearsal.
	$(PYTEST) tests/laws tests/rehearsal_laws

rehearsal: env ## Run the tests that need a rehearsal.
	$(PYTEST) tests/rehearsal*

notebooks: env ## Run the tests of the notebooks.
	$(PYTEST) tests/notebooks

recorded: env ## Run the recorded notebooks again and compare (nbval).
	$(PYTEST) tests/notebooks/test_recorded.py

docs: env ## Run the tests of the documents.
	$(PYTEST) tests/docs

browser: env ## Look at notebooks and pages in Chromium.
	$(PYTEST) -m browser tests

chaos: env ## Let every write of a rollout fail in every way, and go on.
	$(BIN)/python -m closednet_rehearsal.chaos

faults: env ## Let every named fault happen: is its cause named, and nothing else?
	$(BIN)/python -m closednet_rehearsal.trouble

layouts: env ## Rehearse a whole rollout for each layout of a site.
	$(PYTEST) -m layouts tests/rehearsal_network
	$(BIN)/python -m closednet_rehearsal.layouts

policies: env ## Take every statement of the generated policies away in turn.
	$(BIN)/python -m closednet_rehearsal.least_privilege

fuzz-evidence: env ## Meddle with archives: the verifier must notice it all.
	$(BIN)/python -m tests.fuzz.evidence

bench: env ## Measure everything (PART=fleet: one) and write docs/performance.md.
	$(BIN)/python -m benchmarks.bench $(PART)

bench-quick: env ## Measure all in small, to see that it works.
	$(BIN)/python -m benchmarks.bench --quick $(PART)

batch-sites: env ## Treat a batch of 100 sites badly: is exactly the rest done?
	$(BIN)/python -m closednet_rehearsal.many $(SITES)

bench-fleet: env ## Measure fleets of 10, 100 and 1,000 servers.
	$(BIN)/python -m benchmarks.fleet

test: lint layers ## Run everything but the long sweeps: style, types, layers, tests.
	@$(MAKE) --no-print-directory -j2 type suite

# What is read for the first time costs each worker three times as much.
suite: env ## Run the tests alone, as `make test` does.
	@said=$$($(PYTEST) --collect-only -q tests) || { echo "$$said"; exit 1; }
	$(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
	  --durations=10 -m "not layouts" tests

check: ## Run everything as CI does: nothing may be skipped.
	CLOSEDNET_REQUIRE_DEBIAN=1 $(MAKE) test

rehearse: env ## Rehearse a whole rollout on this machine: plan to sealed evidence.
	$(BIN)/python -m closednet_rehearsal.rehearse

lab: env ## Open JupyterLab on a rehearsal.
	$(BIN)/python -m closednet_rehearsal.lab

record: env ## Record the notebooks again (notebooks/recorded).
	$(BIN)/python -m closednet_rehearsal.record

report: env ## Print what a run proves: make report RUN=evidence/SITE/RUN_ID
	$(BIN)/closednet report $(RUN)

lock: env ## Resolve the dependencies anew and write requirements.lock.
	$(BIN)/python -m uv pip compile -q pyproject.toml --all-extras --universal \
	  --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url -o requirements.lock

clean: ## Remove what was made, except the environment and the evidence.
	rm -rf .rehearsal .mypy_cache .pytest_cache .ruff_cache .import_linter_cache \
	  .hypothesis .coverage lib/*.egg-info
	find lib tests -name __pycache__ -type d -prune -exec rm -rf {} +
