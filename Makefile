# Two commands on a fresh machine: `make train` and `make test`. The rest is `kedro`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
	--custom-compile-command "make lock" --upgrade

.PHONY: train test check audit lock download detectors

train: $(READY)
	$(BIN)/kedro run --pipelines=training

test: $(READY)
	$(BIN)/pytest

check: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mkdocs build --strict --quiet

download: .venv/.download ## FER-2013 from Kaggle into data/01_raw, with your own credentials
	$(BIN)/python -m fer_kedro.download

detectors: .venv/.detectors ## MTCNN, for ingestion with face_crop.detector=mtcnn

audit: $(READY) ## known vulnerabilities among the pins; without a network only AUDIT_REQUIRED=1 makes it fail
	@$(BIN)/python tools/audit.py

lock: ## refresh the pins from pyproject.toml; needs uv
	$(LOCK) pyproject.toml --extra dev --output-file requirements.txt
	echo "pip-audit~=2.10" | $(LOCK) - --constraint requirements.txt --output-file requirements-audit.txt
	echo "mtcnn~=1.0" | $(LOCK) - --constraint requirements.txt --output-file requirements-detectors.txt
	echo "kagglehub~=1.0" | $(LOCK) - --constraint requirements.txt --output-file requirements-download.txt

.venv/.%: requirements-%.txt $(READY)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| (echo "fer_kedro needs Python 3.11, 3.12 or 3.13; set one: make PYTHON=python3.12 train" >&2; exit 1)
	@echo "Setting up .venv (once, a few minutes)…"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
