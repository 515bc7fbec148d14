# The only door: every task of a day is a target here, and CI uses the same ones.
#   make up DEMO_ARGS="--scenario runaway-errors"    another demo
#   make up DEMO=0                                   no demo: your own engine pushes

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
# Most tests wait for real programs more than they compute.
PARALLEL = -n 2 --dist loadfile
COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help up console drill selftest test lint fmt lock alerts dashboards schema pictures bench agreement torture limits replay audit secrets clean programs

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

up: $(VENV)/run.stamp programs  ## start everything and print where it is; Ctrl-C ends it
	@$(BIN)/python -m stack

console: $(VENV)/run.stamp  ## the bot's commands at a prompt; ARGS="/edges 5" for one answer
	@$(BIN)/python -m stack.console $(ARGS)

drill: $(VENV)/run.stamp  ## halt the running demo from a fake Discord and by rule, timed; ARGS="--json FILE"
	@$(BIN)/python -m bench.drill $(ARGS)

selftest: $(VENV)/run.stamp programs  ## bring about every alert once, timed from cause to card; ALERTS="ArbFeedSilent" for some
	@$(BIN)/python -m bench.selftest $(ALERTS) $(ARGS)

test: $(VENV)/dev.stamp programs  ## every test; PYTEST_ARGS="-k words" for some
	@$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp  ## style, imports, types
	@$(BIN)/ruff format --check --quiet . || { echo 'run: make fmt'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy

fmt: $(VENV)/dev.stamp  ## put the code into the house format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(VENV)/dev.stamp  ## choose newest versions again and write both lock files
	@$(BIN)/pip install --quiet uv
	@$(COMPILE) --extra exporter --extra bot --extra stack --output-file requirements.lock
	@$(COMPILE) --all-extras --constraint requirements.lock --output-file requirements-dev.lock

alerts: $(VENV)/dev.stamp  ## write docs/alerts.md again from the rules
	@$(BIN)/python -m prometheus.table

dashboards: $(VENV)/dev.stamp  ## write grafana/dashboards/*.json again from their Python
	@$(BIN)/python -m grafana.build

schema: $(VENV)/dev.stamp  ## make the strict schemas of dashboards anew from Grafana's types; needs Node and npm
	@$(BIN)/python -m grafana.schema

pictures: $(VENV)/dev.stamp programs  ## take the pictures of docs/discord.md anew; ARGS="critical" for some, ARGS=boards for Grafana's
	@$(BIN)/python -W ignore -m tests.pictures $(ARGS)

bench: $(VENV)/dev.stamp  ## measure
	@test -e bench/__main__.py || { echo 'there is no benchmark yet'; exit 1; }
	@$(BIN)/python -m bench

agreement: $(VENV)/dev.stamp  ## GET /api/stats of the recorded 21 days beside numpy; ARGS="--pairs 0" for the recording alone
	@$(BIN)/python -m bench.agreement $(ARGS)

torture: $(VENV)/dev.stamp  ## kill, cut and soak for half an hour; TORTURE_* scale it
	@TORTURE_CUTS=$${TORTURE_CUTS:-500} TORTURE_KILLS=$${TORTURE_KILLS:-50} \
		TORTURE_HALTS=$${TORTURE_HALTS:-200} \
		$(BIN)/python -m pytest -q -m torture tests/torture

limits: $(VENV)/run.stamp  ## check limits.yml, and have the running exporter read it again
	@$(BIN)/python -m stack.limits

replay: $(VENV)/run.stamp programs  ## rules and dashboards over a past; ARGS="--from 2026-01-31", none for the last one again
	@$(BIN)/python -m stack.replay $(ARGS)

audit: $(VENV)/run.stamp  ## check the ledger's audit trail; LEDGER=file for a copy
	@$(BIN)/python -m stack.audit $(LEDGER)

secrets: $(VENV)/run.stamp  ## make the secret files; ARGS="--rotate engine" for a new token
	@$(BIN)/python -m stack.secrets $(ARGS)

clean:  ## remove what can be made again; state in var/ stays
	@rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

programs: $(VENV)/run.stamp
	@$(BIN)/python -m stack.programs

# A stamp is younger than what was installed from, so that the second start installs nothing.
$(VENV)/run.stamp: requirements.lock pyproject.toml stack/venv.sh
	@sh stack/venv.sh $(VENV) requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/run.stamp
	@sh stack/venv.sh $(VENV) requirements-dev.lock
	@touch $@
