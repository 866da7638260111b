# What people and CI run. Every target installs what it needs into .venv; nothing else has to be typed before.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PAGE_SOURCES := $(shell find otelkit/console/web -type f -not -path '*/node_modules/*' 2>/dev/null)
ARGS ?=

# Many tests start Python anew; without bytecode every one of them would compile its imports again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo test test-page screenshot test-oldest test-wheel test-stack stack up down status verify
.PHONY: check format generate constraints clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(INSTALLED): pyproject.toml constraints.txt hatch_build.py $(PAGE_SOURCES)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("otelkit needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --constraint constraints.txt --group dev --reinstall-package otelkit --editable '.[all]'
	@touch $@

demo: $(INSTALLED)  ## run the example services, the replayer and the console on real data
	$(BIN)/otelkit demo $(ARGS)

test: $(INSTALLED)  ## run the tests
	$(BIN)/pytest -n auto -m 'not browser and not stack' $(ARGS)

test-page: $(INSTALLED)  ## drive the console's page in Chromium (Debian: apt-get install chromium), and check its sources
	@if command -v npm >/dev/null; then cd otelkit/console/web \
		&& npm ci --ignore-scripts --no-audit --no-fund --silent && npm run --silent check && npm test --silent; \
	else echo "no npm here: the types and tests of the page's sources are left out"; fi
	$(BIN)/pytest -m browser tests/page $(ARGS)

screenshot: $(INSTALLED)  ## take the README's picture anew from a running demo: make screenshot ARGS=http://127.0.0.1:4318
	$(BIN)/python -m tests.page.readme_picture $(ARGS)

test-oldest: $(INSTALLED)  ## run the core's tests on the oldest versions that pyproject.toml allows
	tests/oldest.sh

test-wheel: $(INSTALLED)  ## build the wheel, install it elsewhere, run the demo and the ten-line start from it
	tests/wheel.sh

test-stack: $(INSTALLED)  ## run the real-stack tests (builds the engines once, into a cache outside of the checkout)
	$(BIN)/pytest -m stack tests/stack $(ARGS)

stack: $(INSTALLED)  ## start the stack natively, without Docker, until Ctrl-C
	$(BIN)/python -m tests.stack.running $(ARGS)

up:  ## start the stack in Docker (the passwords are in .env, see .env.example)
	docker compose --profile core up --detach --wait

down:  ## stop the stack in Docker
	docker compose --profile '*' down

status:  ## show the state of the stack in Docker
	docker compose --profile '*' ps

verify: $(INSTALLED)  ## send the demo through the stack and ask every backend whether it arrived
	$(BIN)/otelkit demo --endpoint http://127.0.0.1:4318 --requests 200 --verify

check: $(INSTALLED)  ## lint, types, the arrows of the house, generated files up to date
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m otelkit.settings.reference --check
	$(BIN)/python -m tests.deployment.kubernetes --check

format: $(INSTALLED)  ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: $(INSTALLED)  ## write the generated files anew
	$(BIN)/python -m otelkit.settings.reference
	$(BIN)/python -m tests.deployment.kubernetes

constraints: $(INSTALLED)  ## resolve the development versions anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --group dev --upgrade \
		--no-emit-index-url --no-header --no-annotate --output-file constraints.txt pyproject.toml

clean:  ## remove what these targets made
	rm -rf $(VENV) .artifacts otelkit/console/page otelkit/console/web/node_modules
