# SPDX-License-Identifier: GPL-2.0-only
# Two commands matter: `make` does the main job, `make test` tests it. Setting up is part of both.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

# The kernel's tools live in sbin, which a user's PATH lacks on Debian.
export PATH := $(CURDIR)/.venv/bin:$(PATH):/usr/sbin:/sbin

# kbuild's make is a make of its own, not a part of this one.
unexport MAKEFLAGS MFLAGS MAKELEVEL

# VM tests stay in one worker (loadgroup), the rest share the cores.
PYTEST_ARGS ?= -n auto --maxprocesses 8 --dist loadgroup

build: setup ## generate out/ from specs/ and compile it against a real kernel's headers (default)
	@kiter build

test: lint ## set up, then run the tests, those that boot a kernel too
	@pytest $(PYTEST_ARGS)

all-checks: setup ## what make test tries some of, all: each iterator in a series and in a VM, on each kernel
	@pytest $(PYTEST_ARGS) --breadth

lint: setup ## ruff, its formatter and mypy --strict
	@ruff check
	@ruff format --check
	@mypy

setup: ## packages by apt (Debian, Ubuntu) and a virtual environment in .venv; nothing the second time
	@.ci/setup

golden: setup ## write the golden files anew and remove those that no test uses: review the diff
	@pytest $(PYTEST_ARGS) --update-golden

bench: setup ## measure time and memory against the limits
	@python -m tools.bench

mutants: setup ## seed bugs into the emitted C and count how many the generated tests find
	@python -m tools.mutants

flaky: setup ## boot the generated tests 50 times in a row beside processes that come and go
	@python -m tools.flaky

machines: setup ## run every spec on each other machine that kiter knows, under emulation
	@for arch in arm64; do kiter kernels fetch 6.12 --arch $$arch; done
	@python -m tools.machines

building: setup
	@.ci/setup building

replace: building ## replace the iterators of a real kernel by the generated ones, build it, run its selftests
	@python -m tools.replace

stress: building ## build that kernel with KASAN and lockdep, walk for minutes, and catch seeded bugs
	@python -m tools.stress

series-vm: building ## make a series for Linux 7.3, apply its mails, build that kernel, run the generated suite on it
	@python -m tools.series_vm

docs: setup ## write the pages of docs/ that are made from schema, rules and lists anew
	@python -m tools.pages

wheel: setup ## build a wheel into dist/
	@pip wheel -q --no-deps --no-build-isolation --no-index -w dist .
	@ls dist/*.whl

lock: setup ## resolve requirements.lock anew from pyproject.toml
	@.ci/lock

clean: ## remove what setting up and building left, apt's packages excepted
	@rm -rf .venv build dist .kiter .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find gen tests tools -name __pycache__ -prune -exec rm -rf {} +

help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: build test all-checks lint setup golden bench mutants flaky machines building replace stress series-vm docs wheel lock clean help
