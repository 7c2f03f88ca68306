# Every target sets up what it needs; with all in place that takes a twentieth of a second.
.DEFAULT_GOAL := help
SHELL := /bin/sh

# The first Python that really runs: a version manager's stand-in may be on PATH and refuse.
BOOT := $(shell for p in python3 python /usr/bin/python3; do "$$p" -c '' 2>/dev/null && echo "$$p" && break; done)
PYTHON := .venv/bin/python
TERRAFORM := $(shell command -v terraform || echo "$(CURDIR)/.tools/terraform/terraform")
ENV ?= dev
ARGS ?=

.PHONY: help setup run stop status test check dev invoke redrive doctor build format lint types contracts unit contract \
	integration e2e schemas bench plan requirements clean
.PHONY: .venv .cloud

.venv:
	@test -n "$(BOOT)" || { echo "setup: no Python found: install Python 3.9 or newer" >&2; exit 1; }
	@$(BOOT) scripts/setup.py

.cloud:
	@test -n "$(BOOT)" || { echo "setup: no Python found: install Python 3.9 or newer" >&2; exit 1; }
	@$(BOOT) scripts/setup.py --cloud

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .cloud ## install all that the other targets need, and nothing outside this folder

run: .cloud ## start the local cloud, do the main job, stay up (ARGS=--detach for the background)
	@$(PYTHON) -m local run $(ARGS)

stop: .venv ## stop what `make run` started, and nothing else
	@$(PYTHON) -m local stop

status: .venv ## what runs, and where
	@$(PYTHON) -m local status

doctor: .venv ## what this machine has and lacks
	@$(PYTHON) -m local doctor

dev: .venv ## serve all HTTP APIs with hot reload against the running local cloud
	@$(PYTHON) -m local dev $(ARGS)

invoke: .venv ## run one function: FUNCTION=products-api EVENT=events/samples/x.json
	@test -n "$(FUNCTION)" && test -n "$(EVENT)" || { echo "say FUNCTION=<row> EVENT=<file>" >&2; exit 1; }
	@$(PYTHON) -m local invoke "$(FUNCTION)" "$(EVENT)"

redrive: .venv ## dead letters of the local cloud: ARGS="pricing-decide --move --reason rejected" (without --move: list)
	@$(PYTHON) -m local redrive $(ARGS)

check: .cloud ## the fast gate: format, lint, types, import contracts, unit and contract tests, Terraform
	@$(PYTHON) -m scripts.check

test: .cloud ## the whole suite: check, then integration and end-to-end tests on servers of their own
	@$(PYTHON) -m scripts.check
	@$(PYTHON) -m pytest tests/integration tests/e2e

build: .venv ## the layer and one zip for each house (ARGS="--platform local" for this machine's processor)
	@$(PYTHON) -m scripts.build $(ARGS)

format: .venv ## format the code and mend what ruff can mend
	@$(PYTHON) -m ruff format
	@$(PYTHON) -m ruff check --fix
	@test ! -x "$(TERRAFORM)" || "$(TERRAFORM)" fmt -recursive terraform

lint: .venv ## ruff
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m ruff check

types: .venv ## mypy --strict
	@$(PYTHON) -m mypy

contracts: .venv ## who may import whom
	@.venv/bin/lint-imports

unit: .venv ## unit tests (no network, no servers)
	@$(PYTHON) -m pytest tests/unit $(ARGS)

contract: .venv ## promises between the parts
	@$(PYTHON) -m pytest tests/contract $(ARGS)

integration: .cloud ## adapters against real servers
	@$(PYTHON) -m pytest tests/integration $(ARGS)

e2e: .cloud ## user stories against a local cloud of their own
	@$(PYTHON) -m pytest tests/e2e $(ARGS)

schemas: .venv ## write the checked-in OpenAPI files and event schemas anew
	@$(PYTHON) -m scripts.schemas $(ARGS)

bench: .cloud ## print the figures
	@$(PYTHON) -m bench $(ARGS)

plan: .cloud ## terraform plan for ENV=dev, staging or prod, with your own AWS credentials
	@"$(TERRAFORM)" -chdir=terraform init -input=false -reconfigure -backend-config=environments/$(ENV).s3.tfbackend
	@"$(TERRAFORM)" -chdir=terraform plan -input=false -var-file=environments/$(ENV).tfvars

requirements: .venv ## pin the dependencies of pyproject.toml anew
	@$(PYTHON) -m scripts.requirements

clean: .venv ## stop the local cloud and delete its data, the artefacts and the caches
	@$(PYTHON) -m local stop
	@rm -rf build .local/cloud .local/terraform-check .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
