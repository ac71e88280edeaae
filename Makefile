.DEFAULT_GOAL := help
.PHONY: help run test endure missing screenshots lighthouse bench lint messages lock audit release clean

PYTHON ?= python3
BIN := .venv/bin

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Compiled translations.
MESSAGES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))

run: .env $(MESSAGES) data/static/staticfiles.json ## Serve the console on http://127.0.0.1:8000 (PORT= for another port)
	@exec $(BIN)/python -m tools.run -c server/gunicorn.conf.py identity_cloud.wsgi

# What is late on a busy machine gets a second try, and is named.
PYTEST := $(BIN)/python -m pytest -p tests.repeats -p tests.shown -p tests.measured --reruns 1 --numprocesses 2 --cov --cov-report= --cov-fail-under=0

# What the database has no part in is tested once.
WHATEVER_THE_DATABASE := browser compose container core examples gateways kubernetes monitoring release server/counters \
	server/wire systemd tools

test: missing .venv/.dev $(MESSAGES) ## Run all tests: SQLite, PostgreSQL, Chromium
	@$(BIN)/coverage erase
	$(PYTEST) tests
	$(PYTEST) --cov-append -p tests.postgres $(WHATEVER_THE_DATABASE:%=--ignore tests/%) tests
	$(BIN)/coverage report $$($(PYTHON) -m tools.missing --coverage)

endure: missing .venv/.dev $(MESSAGES) ## Run what is slow and seldom breaks, such as migrations of large tables under load
	$(BIN)/python -m pytest -rP -p tests.postgres tests/endurance

missing:
	@$(PYTHON) -m tools.missing

screenshots: .venv/.dev $(MESSAGES) data/static/staticfiles.json ## Take the pictures in docs/images anew
	$(BIN)/python -m tools.screenshots

lighthouse: .venv/.dev $(MESSAGES) data/static/staticfiles.json node_modules/lighthouse ## Ask Lighthouse about the list and the details
	$(BIN)/python -m tools.lighthouse

bench: .venv/.bench $(MESSAGES) data/static/staticfiles.json ## Measure against the peers, on SQLite and PostgreSQL
	$(BIN)/python -m benchmarks speed
	$(BIN)/python -m benchmarks installed
	$(BIN)/python -m benchmarks console
	$(BIN)/python -m benchmarks growth
	$(BIN)/python -m benchmarks trouble

lint: .venv/.dev ## Check style, types, layers, templates, migrations and the production settings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/with_example_env.py mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/python tools/with_example_env.py manage.py makemigrations --check --dry-run
	$(BIN)/python tools/with_example_env.py manage.py check --deploy --fail-level WARNING

messages: .venv/.dev ## Collect the texts that want a translation into locale/
	$(BIN)/python tools/with_example_env.py manage.py makemessages --locale de --locale fr --no-wrap --add-location file --no-obsolete \
		--ignore .venv --ignore node_modules --ignore tests --ignore benchmarks --ignore examples --ignore tools
	sed -i '/^"POT-Creation-Date\|^"Report-Msgid-Bugs-To/d; 1{/^#$$/d}' locale/*/LC_MESSAGES/django.po

lock: .venv/.dev ## Lock what requirements.txt names, with hashes
	$(BIN)/python -m tools.lock

audit: .venv/.audit ## Ask which components have known weaknesses (needs the network)
	.venv/audit/bin/pip-audit --strict --no-deps --disable-pip --requirement requirements.lock

release: .venv/.dev ## Make all of a release in dist/: package, image, list of components, notes
	$(BIN)/python -m tools.release

clean: ## Remove what was installed and built; data/ and .env stay
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*

.env: | .venv/.run
	@$(PYTHON) tools/write_env.py .env

.venv/.run: requirements.txt
	@command -v $(PYTHON) >/dev/null || { echo "Not installed: there is no $(PYTHON). Install Python 3.11 or later." >&2; exit 1; }
	@$(PYTHON) -m tools.install requirements.txt "what the console needs"
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@$(PYTHON) -m tools.install requirements-dev.txt "what the tests need"
	@touch $@

.venv/.bench: .venv/.run requirements-bench.txt
	@$(PYTHON) -m tools.install requirements-bench.txt "what the measurements need"
	@touch $@

# In an environment of its own: it shares nothing with what it looks at.
.venv/.audit: | .venv/.run
	@$(PYTHON) -m venv .venv/audit
	@.venv/audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@touch $@

node_modules/lighthouse:
	npm install --no-save --no-package-lock --silent lighthouse@12.8.2

%.mo: %.po .venv/.run tools/compile_messages.py
	@$(BIN)/python tools/compile_messages.py $<

data/static/staticfiles.json: .venv/.run $(shell find accesskeys/static -type f 2>/dev/null) | .env
	@$(BIN)/python manage.py collectstatic --no-input --verbosity 0
