# Two commands are enough: make run, make test. Neither needs apt, Docker, or a system database.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
STACK := $(PYTHON) scripts/devstack.py
ARGS ?= -n auto --dist loadgroup

.PHONY: help bootstrap run test bench manage lint check lock messages openapi permissions clean

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bootstrap: ## Create .venv from the lock and compile translations
	@./scripts/bootstrap
	@$(PYTHON) scripts/messages.py compile

run: bootstrap ## Start everything on 127.0.0.1:$PORT (8000) until Ctrl-C; DEMO=0 starts empty
	@exec $(STACK) up

test: bootstrap ## Run the tests on services of their own; ARGS="…" goes to pytest
	@exec $(STACK) test -- $(PYTHON) -m pytest $(ARGS)

bench: ## Measure against the floors; writes benchmarks/results.json
	@./scripts/bootstrap --group bench
	@exec $(STACK) test -- $(PYTHON) -m benchmarks $(ARGS_BENCH)

manage: bootstrap ## One management command on the data of make run: make manage CMD="…"
	@test -n "$(CMD)" || { echo 'Say which command: make manage CMD="check"'; exit 2; }
	@exec $(STACK) manage $(CMD)

lint: bootstrap ## Style and types
	@./scripts/check style types

check: bootstrap ## Everything that CI checks after the tests
	@./scripts/check

lock: bootstrap ## Resolve dependencies again; ARGS_LOCK="--upgrade" for newer versions
	@$(PYTHON) scripts/lock.py refresh $(ARGS_LOCK)

messages: bootstrap ## Bring locale/*.po in line with the code's texts, compile, check; PO="more.po" merges
	@$(PYTHON) scripts/messages.py collect $(PO)
	@$(PYTHON) scripts/messages.py compile
	@$(PYTHON) scripts/messages.py check

openapi: bootstrap ## Write docs/openapi.yaml again
	@$(STACK) manage spectacular --lang en --validate --fail-on-warn --file docs/openapi.yaml

permissions: bootstrap ## Write docs/permissions.md again, by asking every address as every role
	@WRITE_PERMISSIONS=1 $(STACK) test -- $(PYTHON) -m pytest tests/permissions -n 2 --dist loadgroup

clean: ## Remove data, logs and caches of this checkout (keeps .venv)
	@if [ -x $(PYTHON) ]; then $(STACK) clean; else rm -rf .devstack staticfiles; fi
