# make demo     everything on this machine, no accounts (ARGS=--once plays the day and prints the books)
# make check    ruff, mypy (strict), the import contracts
# make test     everything that can be shown by a test
# make fuzz     the tests that make up their own examples, with new ones and many
# make soak     SIGKILL 200 times at each stage of a ladder; most of an hour
# make screenshots  the README's pictures, taken by two of the tests
# make weights  the packaged weights again from the sets in SETS=DIR, compared byte for byte (minutes)
# make bench    how fast it is, beside a yardstick measured in the same run

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.installed
WEIGHTS := bot/detectors/model/earshot.weights
# Brings axe-core; the browser it would drive it with is one we do not use, so without what it depends on.
AXE    := axe-playwright-python==0.1.8

.PHONY: help demo check test fuzz soak screenshots weights bench install format clean

help:
	@sed -n 's/^# make/  make/p' Makefile

$(READY): pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Earshot needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 ...")'
	@$(PYTHON) -c 'import shutil, sys; sys.exit(0 if sys.version_info < (3, 14) or any(map(shutil.which, ("c++", "g++", "clang++"))) else "From Python 3.14 on, one library (fasttext-predict) has to be compiled: install a C++ compiler, or name an older Python with: make PYTHON=python3.13 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing Earshot into $(VENV) (about a minute, once) ..."
	@$(BIN)/python -m pip uninstall --quiet --yes --disable-pip-version-check earshot 2>/dev/null  # what 0.1 was called
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps '$(AXE)'
	@touch $(READY)

install: $(READY)

demo: $(READY)
	@$(BIN)/earshot demo $(ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A file's tests stay together, as they share servers; more than four processes would each start a browser.
test: $(READY)
	$(BIN)/pytest -rs --numprocesses auto --maxprocesses 4 --dist loadfile $(ARGS)

fuzz: $(READY)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest -rs -m hypothesis --timeout 3600 $(ARGS)

# As the everyday suite does it, with more deaths; -s shows what was counted.
soak: $(READY)
	SOAK=$${SOAK:-200} $(BIN)/pytest -rs -s tests/kill $(ARGS)

# The README's pictures, taken by two of the stories in the browser.
screenshots: $(READY)
	SCREENSHOTS=tests/browser/screenshots $(BIN)/pytest -rs tests/browser -k "redrawn or storm"

# The day stands in the file itself, so that another day does not make another file.
weights: $(READY)
	@test -n "$(SETS)" || { echo "Name the folder of the sets: make weights SETS=DIR"; exit 1; }
	$(BIN)/earshot train --from $(SETS) --out $(VENV)/again.weights \
		--made "$$(LC_ALL=C sed -n '2s/.*"made": "\([0-9-]*\)".*/\1/p' $(WEIGHTS))"
	cmp $(VENV)/again.weights $(WEIGHTS)

bench: $(READY)
	@$(BIN)/earshot bench $(ARGS)

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
