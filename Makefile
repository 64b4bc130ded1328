# Every target creates .venv by itself; a second call reuses it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: setup reproduce test test-slow coverage mutation bench fuzz torture calibrate audit answers readme docs lint clean

setup: $(READY)

reproduce: $(READY)
	$(BIN)/scarce run benchmark=quickstart

test: lint
	$(BIN)/python -m pytest -m 'not slow' -n auto --maxprocesses 4 --dist loadscope

test-slow: $(READY)
	$(BIN)/python -m pytest -m slow

coverage: $(READY)
	$(BIN)/python -m pytest -m 'not slow' -n auto --maxprocesses 4 --dist loadscope --cov --cov-report=
	$(BIN)/python -m pytest -m slow --cov --cov-append --cov-report=term:skip-covered --cov-fail-under=90

mutation: $(READY)
	$(BIN)/python -m tests.mutation

bench: $(READY)
	$(BIN)/python -m tests.performance

fuzz: $(READY)
	SCARCE_FUZZ_EXAMPLES=100 $(BIN)/python -m pytest tests/hardening -m slow

torture: $(READY)
	$(BIN)/python -m tests.faults.torture

calibrate: $(READY)
	$(BIN)/python -m tests.evidence.calibration

audit: $(READY)
	$(BIN)/python -m tests.audit

answers: $(READY)
	$(BIN)/python -m tests.answers $(NAMES)

readme: $(READY)
	$(BIN)/python -m tests.readme

docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) build site *.egg-info

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else \
	  "scarce needs Python 3.11 to 3.13, this is %d.%d; name one: make PYTHON=python3.12 ..." % v)'
	@$(PYTHON) -m venv $(VENV) || { echo 'no venv module: install it (Debian: apt-get install python3-venv)'; exit 1; }
	@echo 'Installing the pinned packages into $(VENV) (once; PyTorch is large) ...'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[dev]'
	@touch $@
