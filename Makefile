.DEFAULT_GOAL := help
.PHONY: help run test lint screenshots clean

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PORT

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1#\2/p' $(MAKEFILE_LIST) | column -t -s '#'

run: .env data/.prepared ## Serve the console on http://127.0.0.1:8000 (PORT= for another port)
	@echo "Identity Cloud is on http://127.0.0.1:$(PORT)"
	@exec $(BIN)/gunicorn -c deploy/gunicorn.conf.py identity_cloud.wsgi

PYTEST := $(BIN)/python -m pytest --numprocesses 2 --cov --cov-report= --cov-fail-under=0

test: .venv/.dev ## Run all tests: SQLite, PostgreSQL, Chromium
	@$(BIN)/coverage erase
	$(PYTEST) tests
	$(PYTEST) --cov-append -p tests.postgres -m "not browser" tests
	$(BIN)/coverage report

lint: .venv/.dev ## Check style, types, layers, templates, migrations and the production settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python deploy/with_example_env.py mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python deploy/with_example_env.py manage.py makemigrations --check --dry-run
	$(BIN)/python deploy/with_example_env.py manage.py check --deploy --fail-level WARNING

clean: ## Remove what was installed and built; data/ and .env stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

.env:
	@$(PYTHON) deploy/write_env.py .env

.venv/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed.") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Whatever the database, the migrations or the pages are made from: when it changes, prepare again.
SOURCES := $(shell find accesskeys identity_cloud templates locale -type f -not -name '*.pyc' 2>/dev/null)

data/.prepared: .venv/.run .env $(SOURCES)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
	@$(BIN)/python manage.py create_first_operator
	@touch $@
