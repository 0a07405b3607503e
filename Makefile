# `make demo` and `make test` need Python 3.11 to 3.13 and make, nothing else. README.md has the
# commands for machines without make.

VENV := .venv
BIN := $(VENV)/bin
# Keep uv from downloading another Python.
export UV_PYTHON_DOWNLOADS := never
# Use the system's certificates, as pip does (company proxies have their own).
export UV_SYSTEM_CERTS ?= 1
# Without byte code every process would compile every package again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo dev test test-fast soak coverage lint format audit docs lock wheel secrets prove image-check clean

help: ## Show this help
	@sed -n 's/^\([a-z-]*\):.*## /\1 - /p' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## Install the program and its dependencies into .venv

install-dev: $(VENV)/.installed-dev ## Install the program and the dependencies of the tests

demo: $(VENV)/.installed ## Install, and run the main job on an example data set
	$(BIN)/pipeweave demo

dev: $(VENV)/.installed ## Start the web UI, the daemon and the pages, and watch the landing zone
	$(BIN)/pipeweave dev

PYTEST_ARGS ?=
test: $(VENV)/.installed-dev ## Install, and run all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# What starts a server, a browser or a longer fit is left out. Nothing of it waits, so a third
# process would only import everything once more.
test-fast: $(VENV)/.installed-dev ## Install, and run the tests for the loop (under 90 seconds)
	$(BIN)/python -m pytest -n 2 $(PYTEST_ARGS) -m "$(FAST)"
FAST := not slow and not server and not browser

# One process, so that nothing is at work beside the servers.
soak: $(VENV)/.installed-dev ## Play long tutorials and failures on a real installation (some twelve minutes)
	$(BIN)/python -m pytest -n 0 $(PYTEST_ARGS) -m soak

# Worker processes are not measured: what only runs there counts as not covered.
coverage: $(VENV)/.installed-dev ## Run the fast tests, and print how much of the package they cover
	$(BIN)/python -m pytest $(PYTEST_ARGS) -m "$(FAST)" --cov --cov-report=
	$(BIN)/python -m coverage report

lint: $(VENV)/.installed-dev ## Check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev ## Format the sources and apply safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# pip-audit has a temporary environment of its own: its thirty packages are of no use to PipeWeave,
# and would have to be audited themselves. `.ci/run` leaves it out: the database is a service on
# another machine, and what it says changes without any change here. Without --strict a package that
# the database does not answer about would count as audited.
audit: $(VENV)/.uv ## Compare the locked packages with the database of known vulnerabilities
	$(BIN)/uvx --quiet --from pip-audit==$(PIP_AUDIT) pip-audit $(AUDIT_ARGS) \
	  --strict --require-hashes --disable-pip --requirement requirements.lock \
	  || { echo "If the database knew no package at all, the index in use has none of its data:" \
	  "ask another with AUDIT_ARGS='--vulnerability-service osv'." >&2; exit 1; }
PIP_AUDIT := 2.10.1

docs: $(VENV)/.installed-dev ## Regenerate the generated pages, and build the site of docs/ into build/site
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

wheel: $(VENV)/.installed-dev ## Build dist/pipeweave-VERSION-py3-none-any.whl
	$(BIN)/python -m hatchling build -t wheel

# The locks hold versions and hashes for every platform, and no addresses. Versions in them stay
# unless pyproject.toml rules them out; `make lock LOCK_ARGS=--upgrade` raises them all.
lock: $(VENV)/.uv ## Resolve pyproject.toml into the two lock files
	$(COMPILE) pyproject.toml --group build --extra alerts --extra sources -o requirements.lock
	$(COMPILE) --group pyproject.toml:dev -c requirements.lock -o requirements-dev.lock
COMPILE = $(BIN)/uv pip compile $(LOCK_ARGS) --quiet --universal --python-version 3.11 --generate-hashes \
  --no-header --no-annotate --no-emit-index-url \
  --no-emit-package nvidia-nccl-cu12 --no-emit-package nvidia-nccl-cu13  # see override-dependencies

secrets: ## Write missing secrets of a deployment into .env
	@python3 deploy/make_secrets.py

prove: $(VENV)/.installed-dev ## Run docker-compose.yml without Docker, stop each service in turn, and report
	$(BIN)/python -m pipeweave_dagster_tests.deploy.prove $(PROVE_ARGS)

image-check: $(VENV)/.installed-dev ## Run the steps of the Dockerfile in an empty folder
	$(BIN)/hadolint deploy/Dockerfile
	$(BIN)/python -m pipeweave_dagster_tests.deploy.image

clean: ## Remove the environment and all build results
	rm -rf $(VENV) build dist

$(VENV)/.uv: requirements.lock
	@python=; for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if $$candidate -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	    2>/dev/null; then python=$$candidate; break; fi; done; \
	if [ -z "$$python" ]; then echo "PipeWeave needs Python 3.11, 3.12 or 3.13 with its venv module" \
	  "(on Debian and Ubuntu: apt install python3-venv). Say which with: make PYTHON=/path/to/python3" >&2; \
	  exit 1; fi; \
	test -x $(BIN)/python || $$python -m venv $(VENV)
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(VENV)/uv.txt
	@touch $@

INSTALL := $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode
EDITABLE := $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .

$(VENV)/.installed: $(VENV)/.uv pyproject.toml
	@echo "Installing PipeWeave into $(VENV) (a minute or two)"
	@if [ -e $(VENV)/.installed-dev ]; then $(INSTALL) requirements.lock requirements-dev.lock; \
	  else $(INSTALL) requirements.lock; fi
	@$(EDITABLE)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.uv requirements-dev.lock pyproject.toml
	@echo "Installing PipeWeave and its tests into $(VENV) (a minute or two)"
	@$(INSTALL) requirements.lock requirements-dev.lock
	@$(EDITABLE)
	@touch $@ $(VENV)/.installed
