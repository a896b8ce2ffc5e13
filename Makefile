# Two commands stand first: `make demo` and `make test`. Each makes the environment it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOTALSEGMENTATOR := .venv-totalsegmentator
FINDERS := .venv-finders
SAT := .venv-sat
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check

.PHONY: demo test lint browser-test bench models fuzz faults lock clean

demo: $(VENV)/.demo-ready ## build a grounded record from the real CT in examples/ and leave a page
	$(BIN)/groundct build examples/lidc-0003 -o demo

test: $(VENV)/.test-ready lint ## every check and every test that needs no browser
	$(BIN)/python -m pytest -n 2 -q -m "not browser" --cov --cov-report=term

lint: $(VENV)/.test-ready
	$(BIN)/ruff format --check src tests bench fuzz faults examples
	$(BIN)/ruff check src tests bench fuzz faults examples
	$(BIN)/mypy
	$(BIN)/lint-imports

browser-test: $(VENV)/.browser-ready ## the pages in Chromium, which must be installed
	$(BIN)/python -m pytest -q -m browser tests/browser

bench: $(VENV)/.test-ready ## speed, memory and quality; reads ../shared/data where it is there
	$(BIN)/python -m bench

models: $(VENV)/.test-ready $(TOTALSEGMENTATOR)/.ready $(FINDERS)/.ready $(SAT)/.ready ## other tools' real code with small models; 6 GB
	$(BIN)/python -m bench.models --totalsegmentator $(TOTALSEGMENTATOR)/bin/python \
		--finders $(FINDERS)/bin/python --sat $(SAT)/bin/python

fuzz: $(VENV)/.test-ready ## two minutes of mutated inputs at random; the seed is printed
	$(BIN)/python -m fuzz

faults: $(VENV)/.test-ready ## builds killed, starved and damaged; about ten minutes
	$(BIN)/python -m faults

lock: $(VENV)/.test-ready ## pin every dependency again, with hashes and without index addresses
	$(PIP) uv==0.13.9
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" pyproject.toml -o requirements/core.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" --extra dev -c requirements/core.lock pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --custom-compile-command "make lock" --extra dev --extra browser -c requirements/dev.lock pyproject.toml \
		-o requirements/browser.lock

clean:
	rm -rf $(VENV) $(TOTALSEGMENTATOR) $(FINDERS) $(SAT) demo

$(TOTALSEGMENTATOR)/.ready: requirements/totalsegmentator.txt
$(FINDERS)/.ready: requirements/finders.txt
$(SAT)/.ready: requirements/sat.txt

# A torchvision that was built for a GPU breaks transformers beside a torch for a CPU; none of these needs it.
$(TOTALSEGMENTATOR)/.ready $(FINDERS)/.ready $(SAT)/.ready:
	$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install -q --disable-pip-version-check -r $<
	@$(@D)/bin/python -m pip uninstall -q -y torchvision
	@touch $@

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "groundct needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo-ready: $(BIN)/python requirements/core.lock pyproject.toml
	@echo "making the environment in $(VENV): about a minute, 0.5 GB"
	@$(PIP) --require-hashes -r requirements/core.lock
	@$(PIP) --no-deps -e .
	@touch $@

$(VENV)/.test-ready: $(VENV)/.demo-ready requirements/dev.lock
	@echo "adding what the tests need to $(VENV)"
	@$(PIP) --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.browser-ready: $(VENV)/.test-ready requirements/browser.lock
	@$(PIP) --require-hashes -r requirements/browser.lock
	@touch $@
