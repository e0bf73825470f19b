# Each target does its own set-up first; a fresh checkout needs nothing but some Python >= 3.8.
.DEFAULT_GOAL := help
SHELL := /bin/sh
ARGS ?=

# The first Python that really runs: a name on the PATH may be a shim that does not.
BOOTSTRAP = for python in .venv/bin/python python3 python3.13 python3.12 python \
	$$HOME/.pyenv/versions/3*/bin/python /usr/bin/python3; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1 && exec "$$python" launch/bootstrap.py $@; \
	done; echo "Chancery needs Python: install 3.13 or 3.12." >&2; exit 1
PYTHON = .venv/bin/python

.PHONY: help up test e2e bench lighthouse lint lock messages clean setup

help: ## Show this list
	@sed -n 's/^\([a-z0-9]*\):.*## /\1|/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

setup: ## Set up the environment and build the client; the others do it by themselves
	@$(BOOTSTRAP)

up: ## Run Chancery on this machine (PORT, CHANCERY_DATA_DIR, ...)
	@$(BOOTSTRAP)
	@exec $(PYTHON) -m launch.up --end-with-make

test: setup ## Run all tests, in a browser too (ARGS are pytest's)
	@exec $(PYTHON) -m launch.testing $(ARGS)

e2e: setup ## Run the browser tests alone
	@exec $(PYTHON) -m launch.testing tests/e2e $(ARGS)

bench: setup ## Measure against the budgets (ARGS="A B500" for some scenarios)
	@exec $(PYTHON) -m tests.bench $(ARGS)

lighthouse: setup ## Have Lighthouse look at the running product (accessibility, best practices)
	@exec $(PYTHON) -m tests.e2e.lighthouse $(ARGS)

lint: setup ## Check style, types, layers and the generated contract
	@exec $(PYTHON) -m launch.lint

lock: setup ## Write requirements/*.txt anew from *.in (ARGS=--upgrade moves versions)
	@exec $(PYTHON) -m launch.lock $(ARGS)

messages: setup ## Collect the texts to translate, then compile the catalogues
	@exec $(PYTHON) -m launch.messages $(ARGS)

clean: ## Remove what was built; the data in var/ stays
	@rm -rf .venv .bootstrap messaging/web/node_modules messaging/static/messaging/web staticfiles
	@rm -rf .pytest_cache .ruff_cache .hypothesis .import_linter_cache test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
