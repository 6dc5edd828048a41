# Two commands matter: `make run` and `make test`. Both set up .venv first; nothing but Python 3.11 to 3.14 is needed.
.DEFAULT_GOAL := help
.PHONY: help setup setup-ocr run test test-fast corpus docs mutation lint format lock pictures bench licences sbom audit clean

# The first Python of the right version, newest last since 3.11 is what is used most.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
SEEDS ?= seeds
DATA ?= data
DOCUMENTS ?= 1000

help:  ## what there is
	@echo "make run     set up, run the pipeline on $(SEEDS)/, say where the warehouse and the reports are"
	@echo "make test    set up, run the tests"
	@echo "make test-fast  the tests that need neither server nor browser nor network"
	@echo "make corpus  how well the real reports beside the repository are read (where they are there)"
	@echo "make setup   make .venv from requirements.lock and install baogao into it"
	@echo "make setup-ocr  text recognition for scans (baogao run --ocr) into .venv, models included"
	@echo "make lint    ruff, mypy, import-linter, generated files up to date"
	@echo "make format  format the code"
	@echo "make lock    compile requirements.lock anew from pyproject.toml (needs uv)"
	@echo "make mutation  planted faults: which does no test notice?"
	@echo "make docs    the pages of docs/, into .docs-site/"
	@echo "make pictures  the pictures of the README, from $(DATA)/ (needs Chromium)"
	@echo "make bench   how fast it is here: DOCUMENTS=1000 made from the seed, OPTIONS=\"--queries 3000000\" and others"
	@echo "make licences  check the licence of every package of the lock"
	@echo "make sbom    a bill of materials (CycloneDX), sbom.cdx.json"
	@echo "make audit   ask for known vulnerabilities of the packages of the lock (needs a network)"
	@echo "make clean   remove .venv and caches; data/ stays"

setup: .venv/.complete  ## .venv from the lock

# Installed by uv, which takes seconds where pip takes a minute: the machine's own, else the one that the lock names. Where
# that has no wheel for the machine, by pip. The same lock and the same hashes all three ways. The project itself comes last
# and needs no network.
.venv/.complete: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12, 3.13 or 3.14 is needed and was not found. Name one: make setup PYTHON=/path/to/python3.12"; exit 1; }
	@set -e; \
	if uv --version >/dev/null 2>&1; then uv=uv; else uv=$(BIN)/uv; fi; \
	if [ ! -x $(BIN)/python ]; then \
		echo "making .venv with $$($(PYTHON) --version)"; \
		if [ $$uv = uv ]; then uv venv -q --seed --no-project --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv; \
		else $(PYTHON) -m venv .venv; fi; \
	fi; \
	if ! $$uv --version >/dev/null 2>&1; then \
		awk '/^[a-z]/ {wanted = /^uv==/} wanted' requirements.lock > .venv/uv.txt; \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps --only-binary :all: -r .venv/uv.txt || true; \
	fi; \
	echo "installing requirements.lock"; \
	if $$uv --version >/dev/null 2>&1; then \
		$$uv pip install -q --compile-bytecode --require-hashes --no-deps --python $(BIN)/python -r requirements.lock; \
		$$uv pip install -q --no-build-isolation --no-deps --python $(BIN)/python -e .; \
	else \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements.lock; \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .; \
	fi
	@touch $@

setup-ocr: setup  ## text recognition for scans, into .venv
	@$(BIN)/uv pip install -q --python $(BIN)/python -c requirements.lock "rapidocr>=3.10,<4" "onnxruntime>=1.24" "pillow>=12"

run: setup  ## one run of the pipeline
	@$(BIN)/baogao run --seeds "$(SEEDS)" --data "$(DATA)"

# One process more than a small machine has processors: many tests wait for servers.
test: setup  ## the tests
	@$(BIN)/python -m pytest -n 3 --dist loadgroup

test-fast: setup  ## the tests that need neither server nor browser nor network
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m unit -q

corpus: setup  ## how well the real reports beside the repository are read, each figure against its floor
	@$(BIN)/python -m tests.corpus

lint: setup  ## what CI checks besides the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m warehouse.dictionary --check

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:  ## compile the lock anew
	uv pip compile --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 \
		pyproject.toml --group dev -o requirements.lock -q

mutation: setup  ## planted faults: which does no test notice? (a quarter of an hour)
	@$(BIN)/python -m tests.mutation

docs: setup  ## the pages of docs/, into .docs-site/
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict -q

pictures: setup  ## the pictures of the README
	@$(BIN)/python -m tests.pictures "$(DATA)"

bench: setup  ## what a run costs on this machine
	@$(BIN)/python -m tests.benchmarks.bench_pipeline --documents $(DOCUMENTS) $(OPTIONS)

licences: setup  ## the licence of every package
	@$(BIN)/python -m tests.supply_chain licences

sbom: setup  ## sbom.cdx.json
	@$(BIN)/python -m tests.supply_chain sbom

audit: setup  ## known vulnerabilities; pip-audit comes for this alone and stays outside .venv
	@$(BIN)/uv tool run "pip-audit>=2.9,<3" --strict --disable-pip --require-hashes -r requirements.lock || { \
		echo "Not clean: a package has a known vulnerability, or could not be asked about (see above; it needs pypi.org). The rest was not audited."; exit 1; }

clean:
	rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
