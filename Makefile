# Two commands do all the set-up on a machine with Python 3.11: `make nightly` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
unexport PYTHONDONTWRITEBYTECODE
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# The market that `make nightly` simulates, 90 days of 7,200 trades if unset; LANDING takes real dumps instead.
DAYS ?=
TRADES ?=
LANDING ?=
# Trials of each kind of fault.
ROUNDS ?= 200
FIRST_SEED ?= 0

.PHONY: help install nightly test quick faults digests pictures check format docs pages bench notebook airflow serve lock clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## Install the locked environment into .venv

$(STAMP): requirements.lock pyproject.toml
	@command -v $(PYTHON) > /dev/null || { echo "Python 3.11 is needed: install it, or name it with PYTHON=..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || { $(BIN)/python -m ensurepip > /dev/null && $(BIN)/python -m pip install --quiet uv; }
	@echo "Installing $$(grep -c '^[a-z]' requirements.lock) packages into $(VENV), 2.7 GB: a minute or more, and longer where they are downloaded first."
	$(BIN)/uv pip install $(if $(MAKE_TERMOUT),,--quiet) --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

nightly: $(STAMP) ## Simulate (or take LANDING=...) and run to published results; DAYS=90 TRADES=7200
	$(BIN)/pumploss nightly $(if $(LANDING),--landing $(LANDING),$(if $(DAYS),--days $(DAYS)) $(if $(TRADES),--trades $(TRADES)))

test: $(STAMP) ## Run every test
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder

quick: $(STAMP) ## Run what needs neither the engine nor servers and is no law over many draws
	$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder -m "not slow"

faults: $(STAMP) ## Break things on purpose, many times: ROUNDS=200 of each kind of fault
	$(BIN)/python -m pytest tests/faults -n 2 --dist loadscope --no-loadscope-reorder --rounds $(ROUNDS) --first-seed $(FIRST_SEED)

digests: $(STAMP) ## Record anew what the tables of the fixed market and of the real sets hold
	$(BIN)/python -m pytest tests/golden/test_content_digests.py tests/golden/test_feature_figures.py \
		tests/golden/test_real_digests.py --rewrite-digests
	$(BIN)/python -m jobs pages

pictures: $(STAMP) ## Take the pictures of docs/pictures anew, of the fixed market; needs Chromium
	$(BIN)/python -m pytest tests/integration/test_pages_in_a_browser.py -k pictures --rewrite-pictures

check: $(STAMP) ## Lint, types, layers, stale docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg
	$(BIN)/python -m jobs pages --check

format: $(STAMP) ## Format the code and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## Build the documentation site into site/; a link that leads nowhere fails it
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "Open site/index.html, or with search: .venv/bin/python -m http.server --bind 127.0.0.1 --directory site 8001"

pages: $(STAMP) ## Write the generated pages of docs/generated
	$(BIN)/python -m jobs pages

bench: $(STAMP) ## Nights of 7,200 and 720,000 trades, FULL=1: of 7.2 million too; JSON lines, and a table at the end
	$(BIN)/python -m benchmarks nights $(if $(FULL),--rows 7200000)

airflow: $(STAMP) ## Scheduler, triggerer and user interface on 127.0.0.1
	$(BIN)/pumploss airflow

serve: $(STAMP) ## Keep the embedded PostgreSQL and Redis up and print their addresses
	$(BIN)/pumploss serve

notebook: $(STAMP) ## Open the notebooks in JupyterLab, which is installed beside the locked environment
	$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint requirements.lock jupyterlab
	$(BIN)/python -m jupyterlab notebooks

lock: $(STAMP) ## Resolve the dependencies anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev \
		pyproject.toml --output-file requirements.lock

clean: ## Delete everything that was built or published below var/
	rm -rf var
