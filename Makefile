# Every target sets up what it needs by itself, in a virtual environment of this checkout.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: check test clean

$(VENV)/.ready: pyproject.toml
	@echo "Setting up $(VENV): a minute or two, once."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

check: $(VENV)/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(VENV)/.ready
	$(BIN)/pytest

clean:
	rm -rf $(VENV) build dist
