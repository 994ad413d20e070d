# Everything that people type. `make run` and `make test` set up what they need.
SHELL := /bin/bash
PORT ?= 8000
HELPPOINT_HOME ?= $(CURDIR)/.helppoint
VENV := .venv
HELPPOINT := $(VENV)/bin/helppoint
export HELPPOINT_HOME

.PHONY: run build test test-access access-statement test-network test-radio test-sticks test-cuts fuzz check bench bench-growth bench-sync bench-fleet clean lock

run: build ## serve the help point with the embedded content on http://127.0.0.1:$(PORT)
	@$(HELPPOINT) serve --port $(PORT)

build: $(VENV)/.run .keys/root.pem ## pack content/ as the embedded release
	@echo "Packing the embedded content ..."
	@$(HELPPOINT) pack content --repository appliance/embedded --keys .keys

test: $(VENV)/.test ## run the tests; installs what they need
	@provisioning/prepare test
	@$(VENV)/bin/python -m pytest $(PYTEST)

SECONDS ?= 8
fuzz: $(VENV)/.fuzz ## try every parser of outside data for SECONDS each, two at a time
	@$(VENV)/bin/python -m tests.fuzz $(SECONDS)

test-access: $(VENV)/.test ## open every page in a browser: accessibility and weight; some minutes
	@provisioning/prepare access
	@$(VENV)/bin/python -m pytest tests/access $(PYTEST)

access-statement: $(VENV)/.test ## test anew, and write into the accessibility statement what was tested
	@provisioning/prepare access
	@$(VENV)/bin/python -m pytest tests/access --ignore=tests/access/test_statement.py
	@$(VENV)/bin/python -m tests.access.statement

test-network: $(VENV)/.test ## try the hotspot's files in network namespaces; needs root
	@provisioning/prepare network
	@$(VENV)/bin/python -m pytest tests/hotspot tests/network -p no:cacheprovider $(PYTEST)

test-radio: build $(VENV)/.test ## try the hotspot on simulated radios in a virtual machine; some minutes; needs root
	@provisioning/prepare radio
	@$(VENV)/bin/python -m pytest tests/radio -p no:cacheprovider $(PYTEST)

test-sticks: build $(VENV)/.test ## plug memory sticks, good and hostile, into a box in a virtual machine; needs root
	@provisioning/prepare sticks
	@$(VENV)/bin/python -m pytest tests/sticks -p no:cacheprovider $(PYTEST)

test-cuts: build $(VENV)/.test ## pull the plug of a box in a virtual machine, at any moment; some minutes; needs root
	@provisioning/prepare cuts
	@$(VENV)/bin/python -m pytest tests/powercuts -p no:cacheprovider $(PYTEST)

check: $(VENV)/.test ## static checks: format, lint, types, layers, shell scripts
	@provisioning/prepare check
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@shellcheck .ci/run provisioning/build-tree provisioning/fonts provisioning/prepare provisioning/steps/* systemd/mount-stick tests/powercuts/begin.sh tests/radio/lease.sh

bench: build $(VENV)/.test ## print ratios as a table, and as JSON in bench.json
	@provisioning/prepare bench
	@$(VENV)/bin/python -m tests.bench

bench-growth: build $(VENV)/.test ## costs at 26, 1,000 and 10,000 guides in 5 languages
	@provisioning/prepare bench
	@$(VENV)/bin/python -m tests.bench growth

bench-sync: $(VENV)/.test ## bytes, requests and memory of updates, beside rsync and zsync; JSON in bench-sync.json
	@provisioning/prepare bench
	@$(VENV)/bin/python -m tests.bench.transfer

bench-fleet: $(VENV)/.test ## what the host sees of 5,000 boxes, into docs/fleet.md; takes bench-sync.json
	@$(VENV)/bin/python -m tests.bench.transfer.country

lock: $(VENV)/.test ## pin every Python package anew, with hashes
	@$(VENV)/bin/pip install --quiet uv
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade --extra build -o requirements/run.txt pyproject.toml
	@$(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --upgrade --extra build --extra test -c requirements/run.txt -o requirements/test.txt pyproject.toml

clean: ## remove everything made here, the content shown and the development keys
	rm -rf $(VENV) .keys .helppoint .cache appliance/embedded bench.json bench-sync.json

.keys/root.pem: | $(VENV)/.run
	@$(HELPPOINT) keys dev .keys

$(VENV)/.run: requirements/run.txt pyproject.toml
	@provisioning/prepare run
	@test -x $(VENV)/bin/python || { echo "Making a Python environment in $(VENV) ..."; $$(provisioning/prepare python) -m venv $(VENV); }
	@echo "Installing Python packages (pinned, with hashes) ..."
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.fuzz: requirements/fuzz.txt $(VENV)/.test
	@echo "Installing the fuzzer ..."
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.txt
	@touch $@
