# Every target sets up what it needs by itself, in a virtual environment of this checkout.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
# Node from the virtual environment comes before the machine's, which may be too old.
NPM = PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix labextension --no-audit --no-fund
FRONT := $(wildcard labextension/*.json labextension/*.mjs labextension/src/* labextension/style/* labextension/schema/* dh_secrets_jupyter/locale/*/*/*)
# A store of its own, unless another provider is wanted.
OWN_STORE = DH_SECRETS_PROVIDER="$${DH_SECRETS_PROVIDER:-local}" DH_SECRETS_LOCAL_PATH="$(CURDIR)/build/demo/secrets.db"
# What npm writes last.
MODULES := labextension/node_modules/.package-lock.json
QUICKSTART := notebooks/quickstart.ipynb
# Five processes, each with whole modules: while one waits, others compute.
PARALLEL := -n 5 --dist loadscope --no-loadscope-reorder
# Whatever the shell says: what hundreds of processes import is compiled once.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo lab check check-style check-types check-front fix test test-unit test-front test-python coverage soak test-lowest test-ipykernel leak-matrix bench clean

demo: $(VENV)/.demo
	@$(OWN_STORE) $(BIN)/python notebooks/play.py $(QUICKSTART)

# In a container one is root; it listens on loopback. What kernels send is encrypted where ipykernel can do it.
lab: $(VENV)/.lab
	$(OWN_STORE) $(BIN)/jupyter lab --allow-root --KernelManager.transport_encryption=auto $(QUICKSTART)

check: check-style check-types check-front

check-style: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

check-types: $(VENV)/.dev
	$(BIN)/mypy

check-front: $(VENV)/.dev
	$(NPM) run check

fix: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m tests.protocol
	$(BIN)/python -m tests.command_line
	$(NPM) run format

# What needs no cluster, kernel, server or browser, and computes for no longer than a moment. Some of it waits a little.
test-unit: $(VENV)/.dev $(VENV)/.compiled test-front
	$(BIN)/pytest -m unit -n 3 --dist loadscope

test: test-front test-python

test-front: $(VENV)/.dev
	$(NPM) test

# What pytest makes of the tests for itself is made once, and not by each process.
test-python: $(VENV)/.dev $(VENV)/.compiled
	@$(BIN)/python -m tests.ui.chromium
	@-$(BIN)/pytest --collect-only -qq >/dev/null
	$(BIN)/pytest $(PARALLEL)

# Which lines the tests reach in their own process; what runs in kernels, servers and other processes counts as missed.
coverage: $(VENV)/.dev
	$(BIN)/pytest $(PARALLEL) -m "not browser" --cov

# A virtual environment below build/ with versions of its own: $(call venv,NAME,what is told to uv pip install). uv, since pip has no lowest resolution.
define venv
@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target build/uv uv
@build/uv/bin/uv venv --quiet --clear --python $(BIN)/python build/$(1)
@SKIP_JUPYTER_BUILDER=1 build/uv/bin/uv pip install --quiet --python build/$(1)/bin/python --editable . $(2)
endef

# The lowest versions that pyproject.toml allows.
test-lowest: $(VENV)/.dev
	$(call venv,lowest,--resolution lowest-direct --group dev)
	build/lowest/bin/python -m pytest tests/guard tests/magics tests/providers

# The guard with one version of ipykernel: make test-ipykernel VERSION=7.1.0
test-ipykernel: $(VENV)/.dev
	$(call venv,ipykernel-$(VERSION),--group dev ipykernel==$(VERSION))
	build/ipykernel-$(VERSION)/bin/python -m pytest $(addprefix tests/guard/hooks/test_,$(addsuffix .py,kernel hold_back debugger log_pipe comms))

# What takes minutes: crowds of writers under faults, while API server and etcd are killed; the panels in JupyterLab 4.2; real-time
# collaboration; large clients of the proxy.
soak: $(VENV)/.dev
	@$(BIN)/python -m tests.ui.chromium
	$(call venv,lab42,--resolution lowest-direct --group demo jupyterlab~=4.2.0)
	$(call venv,collaboration,--group demo --group collaboration)
	$(call venv,clients,--group clients)
	$(BIN)/pytest -m soak -s

# Every way to show a value, without and with the guard; the page in docs/ is written anew.
leak-matrix: $(VENV)/.dev
	@$(BIN)/python -m tests.guard.survey

# Airflow's masker is one module; the rest of Airflow is left out. gitleaks is built where Go is installed.
bench: $(VENV)/.dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target build/bench --no-deps apache-airflow-task-sdk
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target build/bench pydantic
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --target build/bench/detect-secrets detect-secrets
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix build/bench --no-audit --no-fund --silent install varlock
	@-GOBIN="$(CURDIR)/build/bench/bin" go install github.com/zricethezav/gitleaks/v8@latest
	$(BIN)/python -m benchmarks.guard_engine
	$(BIN)/python -m benchmarks.learning
	$(BIN)/python -m benchmarks.guard_kernel
	$(BIN)/python -m benchmarks.loading
	$(BIN)/python -m benchmarks.writers
	$(BIN)/python -m benchmarks.scan
	$(BIN)/python -m benchmarks.scanners
	$(BIN)/python -m benchmarks.platform
	$(BIN)/python -m benchmarks.proxy

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name it by PYTHON=…")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) for the demo: a minute or two, once."
	@SKIP_JUPYTER_BUILDER=1 $(INSTALL) --group demo
	@touch $@

$(VENV)/.lab: pyproject.toml hatch_build.py $(FRONT) | $(BIN)/python
	@echo "Setting up $(VENV) with JupyterLab, and building the panel: some minutes, once."
	@$(INSTALL) --group lab
	@touch $(VENV)/.demo $@

# Without the panel, so that npm can be at work meanwhile. pip would compile with one processor, and what nobody imports.
$(VENV)/.packages: pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) for development, and building the panel: some minutes, once."
	@SKIP_JUPYTER_BUILDER=1 $(INSTALL) --group dev --no-compile
	@touch $@

# By the machine's npm, if there is one: the build installs what is missing then.
$(MODULES): labextension/package.json labextension/package-lock.json
	@-npm --prefix labextension install --silent --no-save --no-audit --no-fund --prefer-offline && touch $@

$(VENV)/.dev: $(VENV)/.packages $(MODULES) hatch_build.py $(FRONT)
	@$(INSTALL) --no-deps
	@touch $(VENV)/.demo $(VENV)/.lab $@

# A package may bring files that are no Python.
$(VENV)/.compiled: $(VENV)/.packages
	@$(BIN)/python -m compileall -qq -j 0 -x '/(aio|mypyc?|testing|tests?)/' $(VENV)/lib || true
	@touch $@

clean:
	rm -rf $(VENV) build dist
