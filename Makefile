# Needs only make and Python 3.11 or newer; everything else goes into .venv.

PYTHON ?= $(shell for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$candidate && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CPU_WHEELS := https://download.pytorch.org/whl/cpu
# Bytecode is kept, whatever the environment says: a hundred processes of the tests would compile the package each.
TESTS := OMP_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -q
QUICKLY := -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
DEMO_FLAGS ?= --quality 50 --effort 3 --time-limit 120s --seed 0

.DEFAULT_GOAL := help
.PHONY: help demo test slowest check slow audit attack man gpu clean

help: ## show this list
	@echo "inrcodec: a folder of images as one small file"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

demo: $(STAMP) ## encode samples/48 into demo/set.inr, decode a sheet at 256 pixels (about a minute)
	@mkdir -p demo
	$(BIN)/inrcodec encode samples/48 -o demo/set.inr --force $(DEMO_FLAGS)
	$(BIN)/inrcodec decode demo/set.inr --sheet --size 256 -o demo/sheet-256.png --force
	@echo
	@echo "Look at demo/sheet-256.png: the 48-pixel icons of samples/48, decoded at 256 pixels from demo/set.inr."
	@echo "Next: $(BIN)/inrcodec report demo/set.inr"

test: $(STAMP) ## run the tests
	$(TESTS) $(QUICKLY)

slowest: $(STAMP) ## run the tests in one process, and list the files and tests that take the processor longest
	PYTHONPATH=$(CURDIR) $(TESTS) -p tests.processor_time

check: $(STAMP) ## lint and check types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check -q .
	$(BIN)/mypy

slow: $(STAMP) audit ## run the slow tests too
	$(TESTS) -m "not gpu"

audit: $(STAMP) ## ask whether flaws of the installed libraries are known
	$(BIN)/pip-audit --local --skip-editable --progress-spinner off

attack: $(STAMP) ## hostile files, faults and kills for 10 minutes, with a table at the end
	OMP_NUM_THREADS=1 $(BIN)/python tests/attacks/attack.py --minutes 10

man: $(STAMP) ## write manual pages into build/man
	$(BIN)/python tools/write_man_pages.py build/man/man1

gpu: $(STAMP) ## run the tests that need a CUDA or Apple GPU, and print its speed
	$(BIN)/pytest -q -m gpu
	$(BIN)/python tools/measure_gpu.py samples/48 --background white

clean: ## remove what was built or drawn here, but keep .venv
	rm -rf demo build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# The plain PyPI build of torch for Linux carries some 3 GB of CUDA: without an NVIDIA card the small build comes first,
# and where its server is out of reach the next line installs the plain one.
$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "inrcodec needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "could not make $(VENV); on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@if [ "$$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null 2>&1 && ! $(BIN)/pip show -q torch 2>/dev/null; then \
		echo "installing torch for the CPU"; \
		$(BIN)/pip install -q --no-deps --timeout 15 --retries 1 --index-url $(CPU_WHEELS) 'torch>=2.6,<2.14' 2>/dev/null \
			|| echo "not to be had there, taking the plain build"; fi
	$(BIN)/pip install -q -e '.[dev]'
	@touch $(STAMP)
