# Two commands: `make demo` and `make test`. Each does all its own set-up and may be run again at any time.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.set-up-of
SYSTEM_PACKAGES := caddy chromium fonts-noto-cjk libatomic1 libegl1 libgl1 libgl1-mesa-dri libgles2 libmtdev1 openssl \
	postgresql postgresql-client

.PHONY: demo test soak setup system-packages check

demo: setup
	$(BIN)/relight demo

# The environment, remade when the lock changes. Needs Python 3.11 to 3.13 and nothing of the system.
setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@.ci/environment $(PYTHON)
	@touch $@

system-packages:
	@.ci/system-packages $(SYSTEM_PACKAGES)

test: setup system-packages check
	$(BIN)/python -m pytest -n auto --dist worksteal

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: setup system-packages
	RELIGHT_SOAK=1 $(BIN)/python -m pytest -m soak
