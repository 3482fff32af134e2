# Everything one does here is a target; `make help` lists them. Needs only make and Python >= 3.11.
PYTHON ?= python3
PYTHON310 ?= PYENV_VERSION=3.10 python3.10
ARGS   ?=
VENV   := .venv
BENCH  := .venv-bench
RASA   := .venv-rasa
BIN    := $(VENV)/bin
PIP     = -m pip --disable-pip-version-check install -qq --no-input --only-binary :all: --require-hashes -r
# Of Rasa's requirements only these have no wheels; they are built with what the environment has, nothing else is fetched.
SOURCES = --no-binary docopt,jieba,mattermostwrapper,randomname --no-build-isolation
# Rasa is large: only where its comparison is asked for, by name or by naming none, and not for a glance.
NAMED   = $(or $(filter-out -%,$(ARGS)),understanding_peer)
DIET    = $(if $(filter --quick,$(ARGS)),,$(filter understanding_peer,$(NAMED)))

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: run test check format-check lint types imports format bench docs venv venv-dev venv-rasa lock hooks clean help

run: venv ## start the demo on an embedded SQLite at http://127.0.0.1:8000
	@exec $(BIN)/python main.py demo $(ARGS)

test: venv-dev ## run every test that can run here (ARGS="-k claim -x" narrows it)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

check: format-check lint types imports test ## what CI and the commit hook run: format, lint, types, imports, tests

format-check: venv-dev ## say which files are not formatted
	@$(BIN)/ruff format --quiet --check . || { echo 'make format puts that right.' >&2; exit 1; }

lint: venv-dev ## check the rules listed in pyproject.toml
	@$(BIN)/ruff check --quiet .

types: venv-dev ## check the types (mypy, strict on the program)
	@$(BIN)/mypy --no-error-summary

imports: venv-dev ## check who may import whom (import-linter)
	@report=$$($(BIN)/lint-imports --no-logo) || { echo "$$report"; exit 1; }

format: venv-dev ## format the code and repair what can be repaired by itself
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

bench: venv-dev $(BENCH)/.installed $(if $(DIET),venv-rasa) ## measure: run the programs of benchmarks/ (ARGS="inbound" picks one)
	@GUANJIA_BENCH_PEER_PYTHON=$(BENCH)/bin/python GUANJIA_BENCH_RASA_PYTHON=$(RASA)/bin/python $(BIN)/python -m benchmarks $(ARGS)

docs: venv-dev ## draw docs/lifecycles.md from the tables, docs/conversations.md from the journeys
	@$(BIN)/python -m docs.lifecycles
	@$(BIN)/python -m docs.conversations

venv: $(VENV)/.installed-run ## make .venv with what the program needs

venv-dev: $(VENV)/.installed-dev ## make .venv with what the program and its checks need

venv-rasa: ## make .venv-rasa with Rasa, for make bench, if there is a Python 3.10 (PYTHON310=... says which)
	@if $(PYTHON310) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null; then \
		$(MAKE) --no-print-directory $(RASA)/.installed || echo 'Rasa could not be installed: its DIET is left out.' >&2; \
	fi

lock: ## pin requirements*.in anew into requirements*.txt (ARGS=--upgrade takes the newest)
	@set -e; throwaway=$$(mktemp -d); trap 'rm -rf "$$throwaway"' EXIT; \
	$(PYTHON) -m venv "$$throwaway"; "$$throwaway/bin/python" -m pip --disable-pip-version-check install -qq --no-input uv; \
	for each in requirements:3.11 requirements-dev:3.11 requirements-bench:3.11 requirements-rasa:3.10; do \
		name=$${each%:*}; "$$throwaway/bin/uv" pip compile --quiet --universal --python-version $${each#*:} --generate-hashes --no-emit-index-url \
			--custom-compile-command 'make lock' $(ARGS) --output-file $$name.txt $$name.in; \
	done

hooks: ## let git run `make check` before each commit
	@hook=$$(git rev-parse --git-path hooks/pre-commit); mkdir -p "$$(dirname "$$hook")"; \
	printf '#!/bin/sh\nunset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE\nexec make check\n' > "$$hook"; chmod +x "$$hook"; \
	echo "make check runs before each commit now ($$hook)."

clean: ## remove the environments and caches; data under var/ stays
	@rm -rf $(VENV) $(BENCH) $(RASA) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 | \2/p' $(firstword $(MAKEFILE_LIST)) | awk -F ' [|] ' '{ printf "%-19s %s\n", $$1, $$2 }'

# ---- environments: a stamp file says that the pins of its requirements file are installed ----

$(VENV)/.installed-run: requirements.txt | $(BIN)/python
	@echo 'Installing what the program needs into $(VENV) (once) ...'
	@$(BIN)/python $(PIP) $<
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt | $(BIN)/python
	@echo 'Installing what the program and its checks need into $(VENV) (once) ...'
	@$(BIN)/python $(PIP) $<
	@touch $@ $(VENV)/.installed-run

$(BENCH)/.installed: requirements-bench.txt | $(BENCH)/bin/python
	@echo 'Installing the peers of the benchmarks into $(BENCH) (once) ...'
	@$(BENCH)/bin/python $(PIP) $<
	@touch $@

$(RASA)/.installed: requirements-rasa.txt
	@echo 'Installing Rasa into $(RASA) (once, 3 GB) ...'
	@{ $(PYTHON310) -m venv --clear $(RASA) && $(RASA)/bin/python $(PIP) $< $(SOURCES); } || { rm -rf $(RASA); exit 1; }
	@touch $@

$(BIN)/python $(BENCH)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo 'There is no $(PYTHON) here: install Python 3.11 or newer, or say which: make PYTHON=python3.12 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1). Say which: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo '$(PYTHON) lacks its venv module: on Debian and Ubuntu, apt-get install python3-venv.' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(@:/bin/python=) || { rm -rf $(@:/bin/python=); exit 1; }
