# Two commands matter: `make run` and `make test`. Both set up what they need; `make` alone lists all.

PYTHON ?= python3
VENV ?= .venv
PY = $(VENV)/bin/python

# An environment is ready for a lock file when it holds a mark with that file's digest: the second run is instant.
RUN_READY = $(VENV)/.ready-$(shell cksum < requirements.lock | cut -d' ' -f1)
DEV_READY = $(VENV)/.ready-dev-$(shell cksum < requirements-dev.lock | cut -d' ' -f1)

.DEFAULT_GOAL := help
.PHONY: help run test check format native bench bench-link bench-search bench-narrow bench-speech chaos lock voices packages-run packages-test chromium image image-steps clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

run: packages-run $(RUN_READY) ## serve a rehearsal hearing on http://localhost:8080
	TYNDAU_REHEARSAL=true TYNDAU_DATA=data/rehearsal TYNDAU_LOG_FORMAT=plain $(PY) -m web

test: packages-test $(DEV_READY) chromium ## run all tests, in real browsers too
	scripts/test $(PY)

check: $(DEV_READY) ## ruff and mypy strict
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(DEV_READY) ## let ruff put the code in order
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

native: $(RUN_READY) ## build the native forwarder again (needs a C compiler)
	$(PY) -m media.relay.native.library

fuzz: ## fuzz the native forwarder with ten million inputs (needs clang)
	scripts/fuzz

bench: packages-test $(DEV_READY) chromium ## run the benchmarks
	scripts/bench $(PY)

bench-link: packages-test $(DEV_READY) chromium ## the link test on shaped lines, a crowd, the ledger (root; ARGS=--full: 13 min)
	$(PY) -m benchmarks.bench_link $(ARGS)

bench-narrow: packages-test $(DEV_READY) chromium ## a hearing of eight on 1 Mbit/s, in network namespaces (root; ARGS=--full)
	$(PY) -m benchmarks.bench_narrow $(ARGS)

chaos: packages-test $(DEV_READY) chromium ## kill, fill and skew the record, and judge what is left (FULL=1: all counts)
	$(PY) -m tests.chaos $(if $(FULL),--full)

bench-search: $(DEV_READY) ## how long a search takes (FULL=--full: over 1,000 hearing hours)
	$(PY) -m benchmarks.bench_search $(FULL)

bench-speech: $(DEV_READY) ## delays of captions, invention, the oath, killed workers (FULL=--full: the whole table)
	$(PY) -m benchmarks.bench_speech $(FULL)

lock: $(DEV_READY) ## resolve the dependencies of pyproject.toml again, with hashes
	scripts/lock $(PY)

voices: $(RUN_READY) ## speak the rehearsal's sentences again (needs espeak-ng)
	$(PY) scripts/make_voices.py

image: ## build the container image
	docker build --tag tyndau .

image-steps: ## do what the Dockerfile does, without Docker, in build/image
	scripts/image-steps $(PYTHON)

clean: ## remove the environment and what was built; data/ stays
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .hypothesis

packages-run:
	@scripts/packages run $(PYTHON)

packages-test:
	@scripts/packages test $(PYTHON)

chromium: $(DEV_READY)
	@scripts/chromium $(PY)

$(RUN_READY):
	@scripts/environment $(PYTHON) $(VENV) requirements.lock
	@touch $@

$(DEV_READY):
	@scripts/environment $(PYTHON) $(VENV) requirements-dev.lock
	@touch $@
