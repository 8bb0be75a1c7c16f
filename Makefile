# Bare `make` prints what there is.
PYTHON ?= python3
PORT ?= 8000
SANDBOX_PORT ?= 8001
N ?= 2000
KILLS ?= 50
EXECUTIONS ?= 20000
HOSTILE ?= 20000
BLEED ?= 10000
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check fix faults bench fuzz soak schema graphiql clean

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/runtime ## Start the gateway over the sandbox on http://127.0.0.1:8000 (PORT, SANDBOX_PORT)
	$(BIN)/python -m gateway demo --port $(PORT) --sandbox-port $(SANDBOX_PORT)

test: .venv/dev ## Run the whole suite and print its coverage; installs a browser and Node where it may
	sh tests/install_programs.sh
	COVERAGE_CORE=$$($(BIN)/python -c 'import sys; print("sysmon" if sys.version_info >= (3, 12) else "ctrace")') \
	    $(BIN)/pytest --cov --cov-report=
	@echo "Coverage: $$($(BIN)/coverage report --format=total --precision=1) % of the lines of gateway/ ran in the tests' own process."
	@echo "Child processes (the commands, the workers) and replays of random input are not counted. By file: $(BIN)/coverage report"

check: .venv/dev ## Lint, types, imports, schema, and the tests that need Python alone
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache > .venv/lint-imports.txt 2>&1 || { cat .venv/lint-imports.txt; exit 1; }
	$(BIN)/python -m gateway schema | diff -u schema.graphql - || { echo "schema.graphql is stale: run make schema"; exit 1; }
	$(BIN)/pytest --ignore tests/clients/test_clients.py --ignore tests/browser/test_graphiql.py

fix: .venv/dev ## Format the code, and correct what the linter can correct
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

faults: .venv/dev ## Cancel under N random faults and double clicks, KILLS times with kill -9; every fault; a brownout; what caches save (N=2000 KILLS=50)
	$(BIN)/python -m tests.faults $(N) $(KILLS)
	$(BIN)/pytest tests/imin/test_fault_matrix.py
	$(BIN)/python -m tests.endurance.brownout
	$(BIN)/python -m tests.endurance.browsing

bench: .venv/dev ## Measure the gateway beside its peers, 15 minutes; needs Node, wrk and 2 quiet cores (OPTIONS="--only latency")
	cd bench/peers/node && npm ci --silent
	$(BIN)/python -m bench --write $(OPTIONS)

fuzz: .venv/dev ## 20,000 random requests against graphql-core and the law, 10,000 of two customers (EXECUTIONS, HOSTILE, BLEED)
	$(BIN)/python -m tests.fuzz --executions $(EXECUTIONS)
	HOSTILE_REQUESTS=$(HOSTILE) BLEED_REQUESTS=$(BLEED) $(BIN)/pytest tests/http/test_hostile.py tests/auth/test_bleed.py

soak: .venv/dev ## Half load for MINUTES=20, then restarts in turn under load for ROLLING=5: memory flat, nothing lost
	$(BIN)/python -m tests.endurance.soak --minutes $(or $(MINUTES),20)
	$(BIN)/python -m tests.endurance.rolling --minutes $(or $(ROLLING),5)

schema: .venv/runtime ## Write schema.graphql anew
	$(BIN)/python -m gateway schema > schema.graphql.new && mv schema.graphql.new schema.graphql

graphiql: ## Build the GraphiQL page anew into gateway/http/static (needs Node)
	cd graphiql && npm ci && npm run build

clean: ## Remove what make has installed
	rm -rf .venv .coverage graphiql/node_modules tests/browser/node_modules tests/clients/node_modules

# Virtual environments: one, filled with what runs, and on demand with what tests and checks.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with PYTHON=…"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/runtime: requirements/runtime.lock requirements/build.lock requirements/install.sh pyproject.toml | .venv/bin/python
	@sh requirements/install.sh runtime
	@touch $@

.venv/dev: requirements/dev.lock requirements/install.sh pyproject.toml | .venv/bin/python
	@sh requirements/install.sh dev
	@touch $@ .venv/runtime
