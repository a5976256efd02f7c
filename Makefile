VENV ?= .venv
PY = $(VENV)/bin/python

.PHONY: check
check:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
