# Every target makes .venv and installs what it needs first. `make PYTHON=python3.12 ...` names another Python.
PYTHON ?= python3
IN_VENV := .venv/bin/python

.PHONY: asvs audit demo demo-reset test test-fast faults lint format lock oracle lighthouse screens bench bench-desk bench-roster rush runtime dev

demo: runtime          ## The portal with invented people: http://127.0.0.1:8000 (PORT=...)
	@exec $(IN_VENV) -m scripts.demo

demo-reset: runtime    ## The same, anew: what the last demo recorded is thrown away
	@exec $(IN_VENV) -m scripts.demo --reset

test: dev              ## The whole suite: on SQLite, then on PostgreSQL with Redis, worker and browser
	@exec $(IN_VENV) -m scripts.test

test-fast: dev         ## The inner loop: SQLite, no real worker, no browser
	@exec $(IN_VENV) -m scripts.test --fast

faults: dev            ## 48 faults, each ROUNDS=20 times from a printed SEED, and what became of them
	@exec $(IN_VENV) -m scripts.faults

lint: dev              ## Style, types, layers, migrations, and Django's checks for production
	@exec $(IN_VENV) -m scripts.lint

format: dev            ## Let ruff put the code in order
	@$(IN_VENV) -m ruff check --fix --quiet . ; exec $(IN_VENV) -m ruff format .

lock: dev              ## Write the lock files anew from pyproject.toml (UPGRADE=1: newest versions)
	@exec $(IN_VENV) -m scripts.lock $(if $(UPGRADE),--upgrade)

audit: dev             ## Known weaknesses, bandit, a bill of materials, wapiti in each role (PARTS="code sbom")
	@exec $(IN_VENV) -m scripts.audit $(PARTS)

asvs: dev              ## Write docs/asvs.md anew from docs/asvs.toml
	@exec $(IN_VENV) -m scripts.asvs

oracle: dev            ## The deadline and its labels against a second computation, a million times
	@exec $(IN_VENV) -m scripts.oracle

lighthouse: dev        ## Lighthouse on three pages of a demo, each RUNS=3 times (needs Node.js)
	@exec $(IN_VENV) -m scripts.lighthouse

screens: dev           ## Every page at three widths, and every page and mail in words (OUT=var/screens)
	@exec $(IN_VENV) -m scripts.screens

bench: runtime         ## What the portal costs, beside its floors (PARTS="pages lists": only these)
	@exec $(IN_VENV) -m bench $(PARTS) $(BENCH)

rush: runtime          ## The last minute (USERS=2000, RATE=20 a second), checked against the record
	@exec $(IN_VENV) -m bench rush --people $(or $(USERS),2000) --rate $(or $(RATE),20) $(BENCH)

bench-roster: runtime  ## Importing 100,000 people and 300,000 grants, beside COPY of the same rows
	@exec $(IN_VENV) -m bench roster $(BENCH)

bench-desk: runtime    ## Desk, review and lists at 100,000 employees and 1,000,000 lines
	@exec $(IN_VENV) -m bench lists $(BENCH)

runtime:
	@$(PYTHON) -m scripts.bootstrap

dev:
	@$(PYTHON) -m scripts.bootstrap --dev
