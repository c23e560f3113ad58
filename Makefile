# Two commands on a fresh machine: `make train` and `make test`. The rest is `kedro`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: train test check lock

train: $(READY)
	$(BIN)/kedro run --pipeline=training

test: $(READY)
	$(BIN)/pytest

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mkdocs build --strict --quiet

lock: ## refresh the pins from pyproject.toml; needs uv
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --custom-compile-command "make lock" --upgrade --output-file requirements.txt

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| (echo "fer_kedro needs Python 3.11, 3.12 or 3.13; set one: make PYTHON=python3.12 train" >&2; exit 1)
	@echo "Setting up .venv (once, a few minutes)…"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
