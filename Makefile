# The few commands of the project; `make` alone lists them. Every step leaves a stamp file, so that a second run
# does nothing, needs no network and takes no time; a changed list of requirements installs again.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
# What pytest is asked to do besides: make test PYTEST_ARGS="-k deadlines"
PYTEST_ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
PACKAGES := $(VENV)/.installed
RECOGNITION := $(VENV)/.ocr-installed
S3 := $(VENV)/.s3-installed
NODE_PACKAGES := node_modules/.installed
VENDOR := static/vendor/.copied
# What names a class: the stylesheet has the rules of Tabler that these use.
STYLED := $(wildcard static/css/*.css static/js/*.js) $(shell find templates meetings -name '*.html' -o -name '*.py')
PO_FILES := $(wildcard locale/*/LC_MESSAGES/django.po)
MO_FILES := $(PO_FILES:.po=.mo)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help setup setup-ocr setup-s3 run bundle test test-fast test-slow lint lint-python lint-browser checks suite suite-sqlite suite-postgresql slow-sqlite slow-postgresql scan audit bench bench-million bench-quick faults faults-quick faults-verification messages requirements third-party corpus screenshots help-pictures clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(PACKAGES) $(VENDOR) $(MO_FILES) ## install everything into .venv and node_modules (and do nothing else)

setup-s3: setup $(S3) ## add what stores files in an S3-compatible store (S3_BUCKET; nothing else needs it)

setup-ocr: setup $(RECOGNITION) ## add what reads scans and photographs (300 MB; nothing else needs it)

# --- what setup is made of ------------------------------------------------------------------------

$(PACKAGES): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "This project needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | tail -1); name another with: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@# A .venv that was left half made, or whose Python has gone, is made anew.
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) || { \
		echo "The environment could not be made; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

$(RECOGNITION): requirements-ocr.txt | $(PACKAGES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-ocr.txt
	@touch $@

$(S3): requirements-s3.txt | $(PACKAGES)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-s3.txt
	@touch $@

$(NODE_PACKAGES): package.json package-lock.json requirements-node.txt | $(PACKAGES)
	PYTHON=$(BIN)/python ./npm.sh ci --silent
	@touch $@

# What comes out of a bundle is built.
ifneq ($(wildcard static/vendor/.bundled),)
$(VENDOR):
	@touch $@
else
$(VENDOR): $(NODE_PACKAGES) frontend.mjs icons.json $(STYLED)
	PYTHON=$(BIN)/python ./npm.sh run --silent build
	@touch $@
endif

%.mo: %.po cnas_tasks/catalogue.py | $(PACKAGES)
	$(BIN)/python -m cnas_tasks.catalogue compile $< $@

# --- the application --------------------------------------------------------------------------------

run: setup ## start the register on http://localhost:8000 (PORT=…); an empty one gets the real meeting and a demonstration
	@DEBUG=1 $(BIN)/python manage.py migrate --verbosity 0
	@DEBUG=1 $(BIN)/python manage.py prepare_demonstration
	@# The worker's parent is this shell, which becomes the server: the one ends with the other, however it is stopped.
	@export DEBUG=1 BASE_URL="$${BASE_URL:-http://localhost:$(PORT)}"; \
		$(BIN)/python manage.py db_worker --end-with $$$$ & \
		exec $(BIN)/python manage.py runserver $(HOST):$(PORT)

# BUNDLE_FOR: x86_64, which is tried, or aarch64; BUNDLE_WITH: ocr, s3, or both.
BUNDLE_FOR ?= x86_64
BUNDLE_WITH ?=
bundle: setup ## the register and all it needs in one file, to be installed without network, into dist/
	deploy/offline/bundle.sh $(BIN)/python dist $(BUNDLE_FOR) $(BUNDLE_WITH)

# --- checking it ------------------------------------------------------------------------------------

# What looks for faults without running the code keeps one core busy each: two at a time.
test: setup ## lint, check, and run the suite on SQLite and on PostgreSQL
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target lint checks
	@$(MAKE) --no-print-directory suite

lint: lint-python lint-browser ## ruff, mypy, djangofmt, bandit, and linters of what reaches a browser

lint-python: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djangofmt --quiet --check templates
	$(BIN)/mypy
	@# It warns of each of our remarks that it needed for one finding of a line and not for the next.
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml meetings cnas_tasks manage.py 2>$(VENV)/.bandit || { cat $(VENV)/.bandit >&2; exit 1; }

lint-browser: setup
	PYTHON=$(BIN)/python ./npm.sh run --silent lint
	PYTHON=$(BIN)/python ./npm.sh exec -- eslint --stdin --stdin-filename static/vendor/htmx.js < $(HTMX)

# htmx comes with django-htmx.
HTMX = $(shell $(BIN)/python -c 'import pathlib, django_htmx; print(pathlib.Path(django_htmx.__file__).parent / "static/django_htmx/htmx-2.min.js")')

# The settings of a deployment, so that a warning of `check --deploy` is an error here first.
checks: setup
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=0 BASE_URL=https://register.example.org ALLOWED_HOSTS=register.example.org HSTS_SECONDS=3600 \
		SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# Three for two cores, since a test waits for its browser, its database or its process a third of the time. The worker that
# is done first takes over from the others. Many processes read the same code: none of them should have to compile it.
WORKERS ?= 3
# Both databases are tried at once: what the one run leaves of the cores while it begins, waits and ends, the other takes.
# PostgreSQL has a quarter of the work and gets a third of the workers, to be done first.
WORKERS_ON_POSTGRESQL := $(shell expr \( $(WORKERS) + 1 \) / 3)
WORKERS_ON_SQLITE := $(shell expr $(WORKERS) - $(WORKERS_ON_POSTGRESQL))
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --dist worksteal -n
ON_POSTGRESQL := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m tests.run_on_postgresql --dist worksteal -n $(WORKERS_ON_POSTGRESQL)
# What it prints comes when it is done, not amid what the other prints.
when_done = @echo '$(subst ','\'',$(1))'; $(1) > $(VENV)/.$@ 2>&1; status=$$?; cat $(VENV)/.$@; exit $$status

# A browser sees no difference between the databases: its tests run once, on SQLite.
suite: setup
	@$(MAKE) --no-print-directory --jobs 2 suite-sqlite suite-postgresql

suite-sqlite: setup
	$(PYTEST) $(WORKERS_ON_SQLITE) -m "not slow" $(PYTEST_ARGS)

suite-postgresql: setup
	$(call when_done,$(ON_POSTGRESQL) -m "not browser and not slow" $(PYTEST_ARGS))

test-fast: setup ## on SQLite, without browser, LibreOffice and what takes long: while you work
	$(PYTEST) $(WORKERS) -m "not browser and not office and not long and not slow" $(PYTEST_ARGS)

# These wait longer for what they have started, so there are more at a time.
test-slow: setup ## what `make test` leaves out or tries with a few examples only, on both databases
	@HYPOTHESIS_PROFILE=thorough $(MAKE) --no-print-directory --jobs 2 \
		WORKERS_ON_SQLITE=$(WORKERS) WORKERS_ON_POSTGRESQL=2 slow-sqlite slow-postgresql

slow-sqlite: setup
	$(PYTEST) $(WORKERS_ON_SQLITE) -m "slow or deep" $(PYTEST_ARGS)

slow-postgresql: setup
	$(call when_done,$(ON_POSTGRESQL) -m "not browser and (slow or deep)" $(PYTEST_ARGS))

# Wapiti is under the GPL and no part of the product: it gets an environment of its own.
WAPITI := $(VENV)/wapiti/bin/wapiti

scan: setup $(WAPITI) ## attack the register with Wapiti, as nobody and as each role (half an hour; docs/security.md)
	$(BIN)/python -m tests.scan $(ROLES)

$(WAPITI): | $(PACKAGES)
	$(PYTHON) -m venv --clear $(VENV)/wapiti
	$(VENV)/wapiti/bin/python -m pip install --quiet --disable-pip-version-check wapiti3==3.2.3
	@touch $@

# It reads the environment that it is in, so it gets one of its own, as Wapiti.
PIP_AUDIT := $(VENV)/pip-audit/bin/pip-audit

audit: $(PIP_AUDIT) ## look for known weaknesses of the pinned packages (needs the advisories of PyPI)
	@for list in requirements.txt requirements-ocr.txt requirements-s3.txt requirements-dev.txt; do \
		$(PIP_AUDIT) --strict --progress-spinner=off --disable-pip --require-hashes --requirement $$list 2>&1 | tee $(VENV)/.audit; \
		grep -q '^No known vulnerabilities' $(VENV)/.audit && continue; \
		grep -q '^Found' $(VENV)/.audit || echo "PyPI's advisories are not reached from here: nothing is known of the packages of $$list." >&2; \
		exit 1; done

$(PIP_AUDIT): | $(PACKAGES)
	$(PYTHON) -m venv --clear $(VENV)/pip-audit
	$(VENV)/pip-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@touch $@

# --- measuring it -------------------------------------------------------------------------------------

BENCH := $(BIN)/python -m tests.benchmarks.bench

bench: setup ## what pages cost beside their floors, on both databases, into BENCHMARKS.md (most of an hour)
	$(BENCH) --write bench $(BENCH_ARGS)

bench-million: setup ## the same with a million tasks, and with 10,000 to hold them against
	$(BENCH) --tasks 10000 1000000 --write bench-million $(BENCH_ARGS)

# It fails on a page that costs more than twice what is its goal, in more rounds as well.
bench-quick: setup ## whether it can be measured, with small registers
	$(BENCH) --tasks 18 300 --rounds 2 --pages --strict $(BENCH_ARGS) \
		--only '^(list|list, overdue|list by due|dashboard, [a-z]*|task|settings|saving.*|search box)$$'

# --- breaking it --------------------------------------------------------------------------------------

FAULTS := $(BIN)/python -m tests.faults

faults: setup ## kill and stop processes 200 times while people write, into docs/reliability.md (half an hour)
	$(FAULTS) --write $(FAULTS_ARGS)

# Most of it is waiting: on both at once.
faults-quick: setup ## each kind of fault once, on both databases
	@$(MAKE) --no-print-directory --jobs 2 faults-quick-sqlite faults-quick-postgresql

faults-quick-%: setup
	$(call when_done,$(FAULTS) --each-once --database $* $(FAULTS_ARGS))

faults-verification: setup ## what verify_register costs, into docs/reliability.md
	$(BIN)/python -m tests.faults.verification

# --- keeping it -------------------------------------------------------------------------------------

messages: $(PACKAGES) ## bring the Chinese catalogue up to date with the code
	$(BIN)/python -m cnas_tasks.catalogue update

# --no-emit-…: the address and the options of somebody's package index are nobody else's business.
PIP_COMPILE := CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --upgrade --generate-hashes \
	--allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

requirements: $(PACKAGES) ## pin the newest allowed versions into requirements*.txt
	$(PIP_COMPILE) --output-file=requirements.txt requirements.in
	$(PIP_COMPILE) --output-file=requirements-dev.txt requirements-dev.in
	$(PIP_COMPILE) --output-file=requirements-ocr.txt requirements-ocr.in
	$(PIP_COMPILE) --output-file=requirements-s3.txt requirements-s3.in
	$(PIP_COMPILE) --output-file=requirements-node.txt requirements-node.in

third-party: setup-ocr setup-s3 ## name in THIRD_PARTY.md what others wrote, and under which licence
	$(BIN)/python -m tests.third_party > THIRD_PARTY.md

corpus: setup ## read the corpus of documents, print how well, and keep what was reached (docs/importing.md)
	$(BIN)/python -m tests.corpus.run

screenshots: setup ## pictures of what the browser tests see, into tests/browser/screenshots
	SCREENSHOTS=1 $(BIN)/python -m pytest tests/browser $(PYTEST_ARGS)

help-pictures: setup ## take the pictures of the help anew, in both languages
	HELP_PICTURES=1 $(BIN)/python -m pytest -q tests/browser/test_help_pictures.py

clean: ## remove what setup made (never data/)
	rm -rf $(VENV) node_modules static/vendor staticfiles $(MO_FILES)
