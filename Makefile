# Nyfiken. `make` alone lists what can be done.

PORT ?= 8081
DATA ?= data
MINUTES ?= 10
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first interpreter that answers and is new enough; name another with `make PYTHON=/path/to/python …`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

VENV := .venv
PY := $(VENV)/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
RUNTIME := $(VENV)/.runtime-installed
HISTORY := $(VENV)/.history-installed
DEV := $(VENV)/.dev-installed
LOAD := $(VENV)-load
SPARK := $(VENV)-spark
MINING := $(VENV)-mining

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUNTIME) ## Start the platform (PORT=8081, DATA=data), tell the story, stay up
	@bin/nyfiken demo --data $(DATA) --port $(PORT)

.PHONY: test
test: check pytest ## Everything that tests this: check, then the tests

.PHONY: pytest
pytest: $(DEV) ## The tests alone (ARGS="tests/contracts -x" for some of them)
	@$(PY) -m pytest $(if $(ARGS),$(ARGS),--numprocesses 2 --dist loadfile --no-loadscope-reorder)

.PHONY: history
history: $(HISTORY) ## Install what the analysts' commands need: bin/nyfiken history

.PHONY: faults
faults: $(DEV) ## Let processes die and servers fail, for a minute each (ARGS="-k broker" for some)
	@NYFIKEN_FAULT_SECONDS=60 $(PY) -m pytest tests/faults tests/operations tests/journeys \
		tests/chassis/transport/test_kafka_faults.py $(ARGS)

.PHONY: chaos
chaos: $(DEV) ## Let servers fail at random, one fault after the other (MINUTES=10; SEED=4711 for the same ones again)
	@$(PY) -m tests.faults.chaos --minutes $(MINUTES) $(if $(SEED),--seed $(SEED))

.PHONY: cluster-test
cluster-test: $(DEV) ## Try manifests, runbooks and faults on a real Kubernetes, built once (PART=manifests or platform, ARGS="-k zero")
	@PART=$(PART) ARGS="$(ARGS)" .ci/kubernetes/run

.PHONY: test-spark
test-spark: $(SPARK)/.installed ## Let Spark read what was pulled, as it is (takes Java 17; ARGS="-k wall" for some)
	@command -v java >/dev/null || { echo "Java 17 or newer is needed; on Debian: apt-get install default-jre-headless" >&2; exit 1; }
	@$(SPARK)/bin/python -m pytest tests/field/test_spark.py $(ARGS)

.PHONY: test-mining
test-mining: $(MINING)/.installed ## Let pm4py read the event log of what was pulled, and discover processes in it
	@$(MINING)/bin/python -m pytest tests/field/test_mining.py $(ARGS)

.PHONY: check
check: $(DEV) ## Lint, format, types and the rules of who imports whom
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo

.PHONY: format
format: $(DEV) ## Format the code and mend what the linter can mend
	@$(VENV)/bin/ruff check --fix
	@$(VENV)/bin/ruff format

.PHONY: bench
bench: $(DEV) ## Measure, side by side with peers; writes benchmarks/results.json (ARGS="postgres kafka" for some, GROWTH=1 for all)
	@$(PY) -m benchmarks $(if $(GROWTH),--long) $(ARGS)

.PHONY: bench-history
bench-history: $(DEV) ## Measure what analysts do, up to a million events, side by side with peers (ARGS=--tiny to see that it works)
	@$(PY) -m benchmarks $(ARGS) history

.PHONY: load
load: $(LOAD)/.installed ## Let people use a platform of its own (RATE=150 or USERS=300, SECONDS=60) or the one at HOST=http://…:8081; COSTS=1: what each costs
	@$(LOAD)/bin/python -m benchmarks.load $(if $(RATE),--rate $(RATE)) $(if $(USERS),--users $(USERS)) \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(COSTS),--costs) $(if $(HOST),--host $(HOST) --data $(DATA)) $(ARGS)

.PHONY: stack
stack: $(DEV) ## Start a real Kafka and PostgreSQL for development and print their settings (ARGS=--fresh)
	@$(PY) -m tests.servers $(ARGS)

.PHONY: contracts
contracts: $(DEV) ## Write again what is generated from the event classes and the services' routes
	@$(PY) -m contracts.generate
	@bin/nyfiken openapi --write

.PHONY: notebook
notebook: $(DEV) ## Run the analysts' notebook over a made-up city, and write its answers down again
	@$(PY) -m tests.history.notebook

.PHONY: fingerprints
fingerprints: $(DEV) ## Write down the read models as they are now (SAME_ROWS=1: a change that leaves every row as it was)
	@$(PY) -m tests.services.fingerprints $(if $(SAME_ROWS),--same-rows)

.PHONY: lock
lock: ## Write requirements/*.txt again, with hashes, from requirements/*.in
	@test -x $(VENV)-lock/bin/uv || ( $(PYTHON) -m venv $(VENV)-lock && \
		$(VENV)-lock/bin/python -m pip install --quiet --require-hashes -r requirements/lock.txt )
	@for set in lock runtime history dev load spark mining; do $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
		--generate-hashes --no-header requirements/$$set.in --output-file requirements/$$set.txt || exit 1; done

.PHONY: clean
clean: ## Remove what was built: virtual environments and caches; never data
	@rm -rf $(VENV) $(VENV)-lock $(LOAD) $(SPARK) $(MINING) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than the requirements it was made from, so the second time costs nothing.
$(RUNTIME): requirements/runtime.txt | $(PY)
	@echo "Installing what the platform runs on …"
	@$(PIP_INSTALL) -r $< && touch $@

$(HISTORY): requirements/history.txt | $(PY)
	@echo "Installing what the analysts' commands need …"
	@$(PIP_INSTALL) -r $< && touch $@ $(RUNTIME)

$(DEV): requirements/dev.txt | $(PY)
	@echo "Installing what the tests and checks need …"
	@$(PIP_INSTALL) -r $< && touch $@ $(RUNTIME) $(HISTORY)

# An environment of its own for what nothing else is to stand on.
$(LOAD)/.installed $(SPARK)/.installed $(MINING)/.installed: $(VENV)-%/.installed: requirements/%.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@echo "Making $(@D) of $< …"
	@$(PYTHON) -m venv $(@D) && $(@D)/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes -r $< && touch $@

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name one: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "No venv could be made; on Debian: apt-get install python3-venv" >&2; exit 1; }
