# `make` without a target lists the targets.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 8001
N ?= 2000
KILLS ?= 50
EXECUTIONS ?= 20000
HOSTILE ?= 20000
BLEED ?= 10000
HISTORIES ?= 500
ANSWERS ?= 200
BIN := .venv/bin
# Two processes a core would disturb each other's servers; more than four do not pay.
PYTEST := $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help run test check fix docs faults bench fuzz soak schema graphiql clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/docs site/index.html ## Start the gateway over the sandbox on http://127.0.0.1:8000 (PORT, SANDBOX_PORT)
	$(BIN)/python -m gateway demo --port $(PORT) --sandbox-port $(SANDBOX_PORT)

test: .venv/dev ## Run the whole test suite and print its coverage; installs a browser, Node and Redis if it may
	sh tests/install_programs.sh
	COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') \
	    $(PYTEST) --cov --cov-report=
	@echo "Coverage: $$($(BIN)/coverage report --format=total --precision=1) % of the lines of gateway/ ran in the tests' own process."
	@echo "Child processes (the commands, the workers) and replays of random input are not counted. By file: $(BIN)/coverage report"

check: .venv/dev ## Check formatting, lint, types, imports and schema; run the tests that need only Python
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > .venv/lint-imports.txt 2>&1 || { cat .venv/lint-imports.txt; exit 1; }
	$(BIN)/python -m gateway schema | diff -u schema.graphql - || { echo "schema.graphql is stale: run make schema"; exit 1; }
	$(PYTEST) --ignore tests/clients --ignore tests/browser

fix: .venv/dev ## Format the code, and fix what the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/docs ## Build the documentation into site/, and check its links; a gateway in development serves it at /docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict
	@echo "Built site/index.html"

faults: .venv/dev ## Cancel and make other changes under random faults and kill -9; check every fault, a brownout and the cache (N=2000 KILLS=50)
	$(BIN)/python -m tests.faults $(N) $(KILLS)
	$(BIN)/pytest tests/imin/test_fault_matrix.py
	$(BIN)/python -m tests.endurance.brownout
	$(BIN)/python -m tests.endurance.browsing

bench: .venv/dev ## Compare the gateway with its peers, 15 minutes; needs Node, wrk and 2 idle cores (OPTIONS="--only latency")
	cd bench/peers/node && npm ci --silent
	$(BIN)/python -m bench --write $(OPTIONS)

fuzz: .venv/dev ## Compare random queries with graphql-core, send hostile requests, mix two customers, find and follow orders (EXECUTIONS, HOSTILE, BLEED, HISTORIES, ANSWERS)
	$(BIN)/python -m tests.fuzz --executions $(EXECUTIONS)
	HOSTILE_REQUESTS=$(HOSTILE) BLEED_REQUESTS=$(BLEED) HISTORY_EXAMPLES=$(HISTORIES) LIVE_HISTORIES=$(HISTORIES) ANSWER_HISTORIES=$(ANSWERS) $(BIN)/pytest tests/http/test_hostile.py tests/auth/test_bleed.py tests/auth/test_any_history.py tests/live/test_random_histories.py tests/execution/test_answer_histories.py
	$(BIN)/python -m tests.execution.answer_mutants

soak: .venv/dev ## Run under half load, then restart replicas under load; checks memory and lost requests (MINUTES=20 ROLLING=5)
	$(BIN)/python -m tests.endurance.soak --minutes $(or $(MINUTES),20)
	$(BIN)/python -m tests.endurance.rolling --minutes $(or $(ROLLING),5)

schema: .venv/runtime ## Write schema.graphql, and the client kit in clients
	$(BIN)/python -m gateway schema > schema.graphql.new && mv schema.graphql.new schema.graphql
	$(BIN)/python -m gateway schema --clients clients

graphiql: ## Build the GraphiQL page into gateway/http/static; needs Node
	cd graphiql && npm ci && npm run build

clean: ## Remove what make has installed, and the state of a gateway that ran here
	rm -rf gateway-state.sqlite3* .venv .coverage site graphiql/node_modules tests/browser/node_modules tests/clients/node_modules examples/*/node_modules examples/*/dist examples/apollo/src/gql examples/relay/src/__generated__

# One virtual environment, with what the gateway needs; with `.venv/dev`, also what tests and checks need.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/runtime: requirements/runtime.lock requirements/build.lock requirements/install.sh pyproject.toml | .venv/bin/python
	@sh requirements/install.sh runtime
	@touch $@

.venv/docs: requirements/docs.lock requirements/runtime.lock requirements/build.lock requirements/install.sh pyproject.toml | .venv/bin/python
	@sh requirements/install.sh docs
	@touch $@ .venv/runtime

.venv/dev: requirements/dev.lock requirements/install.sh pyproject.toml | .venv/bin/python
	@sh requirements/install.sh dev
	@touch $@ .venv/docs .venv/runtime

# What the documentation site is built from.
SITE_SOURCES := mkdocs.yml schema.graphql CHANGELOG.md CONTRIBUTING.md SECURITY.md deploy/README.md clients/README.md \
    $(shell find docs docs_site examples gateway/graph gateway/sandbox/api -name node_modules -prune -o \
    -type f -not -name '*.pyc' -print)

site/index.html: .venv/docs $(SITE_SOURCES)
	@echo "Building the documentation, which takes a few seconds."
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet || echo "It could not be built; the gateway runs without it."
