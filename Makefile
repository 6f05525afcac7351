# The whole project from a bare clone: git, make and a Python from 3.11 to 3.13, by whatever name, are enough.
FITS   := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	$$name -c '$(FITS)' 2>/dev/null && { echo $$name; break; }; done)
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# The lock carries hashes and no host, so the installer's own settings decide where packages come from.
export UV_SYSTEM_CERTS := 1
# Some shells forbid compiled modules: each of the hundreds of processes here would then compile all it imports.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(BIN):$(PATH)
# A file stays in one process, so that what its tests share is made once; the slowest tests are named at the end.
SIDE_BY_SIDE = $(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder \
	--durations 10 --junitxml .pytest_cache/times.xml

.PHONY: reports wheel dist release-check test test-all test-exhaustive test-scale lab lint audit bench lock docs clean help
.DEFAULT_GOAL := help

help:  ## show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

reports: $(READY)  ## rebuild every report from the bundled data and print where they are
	@$(BIN)/trucewatch build

dist: reports wheel  ## pack pages, tables and figures into one zip for readers who run nothing, and the wheel
	@$(BIN)/trucewatch dist

wheel: $(READY)  ## build dist/trucewatch-*.whl: the desk with its law inside, to install anywhere
	@$(BIN)/trucewatch build panel clean
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --python $(BIN)/python --out-dir dist .

release-check: lint dist test-exhaustive  ## run what a release needs, and say what is left to do (docs/howto/release.md)
	@$(BIN)/python -m pytest -n0 tests/unit/test_wheel.py tests/unit/test_data_set.py tests/unit/test_dist.py tests/unit/test_housekeeping.py
	@$(BIN)/python scripts/release_check.py

test: $(READY)  ## build what the tests need, then run all but the slow ones
	@$(BIN)/trucewatch build inputs
	@$(SIDE_BY_SIDE) -m "not slow and not exhaustive and not scale"

test-all: $(READY)  ## those and the slow ones: notebooks, snippets, hard knocks
	@$(BIN)/trucewatch build
	@$(SIDE_BY_SIDE) -m "not exhaustive and not scale"

test-exhaustive: reports  ## every case of what a sample shows in the others, before a release
	@$(SIDE_BY_SIDE) -m exhaustive

test-scale: $(READY)  ## the same tables from DuckDB and from Spark (Java 17; installs the extra `scale`)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(VENV)/scale --no-deps --require-hashes -r requirements/scale.lock
	@PYTHONPATH=$(VENV)/scale $(BIN)/python -m pytest -m scale tests/scale

lab: $(READY)  ## open JupyterLab on the notebooks (ARGS="--no-browser --port=8890")
	@$(BIN)/jupyter lab --notebook-dir=. $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

lint: $(READY)  ## style, types, notebooks without outputs, the ledger whole
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m trucewatch.page.notebook_rules notebooks
	@$(BIN)/python scripts/prose.py
	@$(BIN)/python -c 'from trucewatch.ledger.ledger import load_ledger; load_ledger()'

audit: $(READY)  ## ask the registry for known vulnerabilities of the locked packages; says so if it is not reached
	@$(BIN)/python scripts/audit.py

bench: $(READY)  ## measure speed and memory; writes benchmarks/RESULTS.md
	@$(BIN)/trucewatch build
	@$(BIN)/python -m benchmarks

docs: $(READY)  ## rewrite the generated pages of docs/
	@$(BIN)/trucewatch docs

lock: $(READY)  ## resolve the dependencies anew into the lock files
	@$(BIN)/uv pip compile --quiet pyproject.toml --extra pipeline --extra mcp --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --override requirements/overrides.txt -o requirements/project.lock
	@$(BIN)/uv pip compile --quiet requirements/uv.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header -o requirements/uv.lock
	@$(BIN)/uv pip compile --quiet requirements/scale.in --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header -o requirements/scale.lock

clean:  ## remove everything the pipeline builds (sources and locks stay)
	rm -rf data/raw data/clean data/panel data/rivals data/inputs data/params.valid reports/*/ reports/index.html .dvc/cache .dvc/tmp

$(READY): requirements/project.lock requirements/uv.lock pyproject.toml
	@echo "setting up the environment in $(VENV) (once)"
	@$(if $(PYTHON),$(PYTHON) -c '$(FITS)',false) || { echo "Python 3.11 to 3.13 is needed: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes --compile-bytecode -r requirements/project.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'from trucewatch.pipeline import prepare; prepare()'
	@touch $@
