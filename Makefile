# Everything starts here: `make run`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
LANGUAGES := es fr pt ht

.PHONY: run test check bench simulate soak chat catalogs extract format clean setup help

help:
	@echo "make run     set up and start Faro (web chat, or Telegram with FARO_TELEGRAM_TOKEN)"
	@echo "make test    set up and run every test that this machine can run"
	@echo "make check   ruff, mypy --strict, import direction"
	@echo "make chat    talk with it in this terminal"
	@echo "make bench   measure; writes docs/benchmarks.md"
	@echo "make simulate  a made-up month: nearest first beside Faro; writes docs/matching.md"
	@echo "make soak    the long crash test"

$(VENV)/bin/python:
	@echo "[1/3] Making a virtual environment ..."
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' \
		|| (echo "Faro needs Python 3.11, 3.12 or 3.13: set PYTHON=python3.11" && exit 1)
	@$(PYTHON) -m venv $(VENV) || (rm -rf $(VENV); \
		echo "Debian keeps venv apart: sudo apt install python3-venv" && exit 1)

$(STAMP): pyproject.toml | $(VENV)/bin/python
	@echo "[2/3] Installing what Faro needs (about a minute, once) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -q --progress-bar on -e '.[postgres]'
	@touch $@

$(DEV_STAMP): pyproject.toml | $(VENV)/bin/python
	@echo "[2/3] Installing what Faro and its tests need (about a minute, once) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -q --progress-bar on -e '.[dev]'
	@touch $@ $(STAMP)

setup: $(STAMP)
	@echo "[3/3] Catalogs, database, keys, directory ..."
	@$(BIN)/python -m bot catalogs
	@$(BIN)/python -m bot setup

run: setup
	@$(BIN)/python -m bot serve

chat: $(STAMP)
	@$(BIN)/python -m bot chat

test: $(DEV_STAMP)
	@$(BIN)/python -m bot catalogs
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests

check: $(DEV_STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(DEV_STAMP)
	@$(BIN)/ruff check --fix . || true
	@$(BIN)/ruff format .

bench: $(DEV_STAMP)
	@$(BIN)/python tests/bench/run.py

simulate: $(DEV_STAMP)
	@$(BIN)/python tests/bench/month.py --write

soak: $(DEV_STAMP)
	@FARO_TEST_KILLS=200 $(BIN)/python -m pytest -q tests/test_crash.py

# Sentences from the code into the catalogs. Translations that no longer fit are marked.
extract: $(DEV_STAMP)
	@$(BIN)/pybabel -q extract -k t:1 -k n:1,2 -k later:1 -c Translators: --no-wrap \
		--sort-by-file --omit-header -o locales/messages.pot handlers bot
	@for l in $(LANGUAGES); do \
		mkdir -p locales/$$l/LC_MESSAGES; \
		if [ -f locales/$$l/LC_MESSAGES/messages.po ]; then \
			$(BIN)/pybabel -q update -N --no-wrap -l $$l -i locales/messages.pot -o locales/$$l/LC_MESSAGES/messages.po; \
		else $(BIN)/pybabel -q init --no-wrap -l $$l -i locales/messages.pot -o locales/$$l/LC_MESSAGES/messages.po; fi; done

catalogs: $(STAMP)
	@$(BIN)/python -m bot catalogs

clean:
	rm -rf $(VENV) var build dist *.egg-info
