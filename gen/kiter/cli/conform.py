# SPDX-License-Identifier: GPL-2.0-only
"""`kiter conform`: the contract suite, aimed at the iterators that a kernel has itself."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli import _verdicts
from kiter.cli.command import KERNEL
from kiter.errors import environment
from kiter.kernel import kernels
from kiter.vm import conformance, session
from kiter.vm.prototype import Prototype, existing, job
from kiter.vm.results import Outcome

NAME = "conform"
HELP = "say which rules of the iterator contract a kernel's own iterators keep and break"
EXAMPLE = """
kiter conform --kernel 6.12
kiter conform --kernel 6.12 specs/css.yaml -v
"""
JUDGED = {Outcome.PASS, Outcome.TEST_FAILED, Outcome.VERIFIER_REJECTED}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter conform`."""
    parser.add_argument(
        "specs", nargs="*", metavar="SPEC", help="specs of iterators that the kernel has (default: specs/)"
    )
    parser.add_argument("--kernel", default="", metavar=KERNEL, help="default: the newest 6.12")


def execute(options: argparse.Namespace) -> int:
    """Boot the kernel, run the suite on its own iterators, and report rule by rule."""
    kernel = kernels.find(options.kernel)
    target = kernels.profile_of(kernel)
    read = frontend.of(options.specs, target)
    made = existing(read.iterators, target, kernel)
    if not made:
        raise environment(
            "R42",
            f"{kernel.release} has none of these iterators",
            reason="the contract of an iterator is tried through a spec of the same name",
            hint="name the spec of an iterator that the kernel has, such as specs/css.yaml",
        )
    cache = Cache()
    result = session.run_session(job(made, kernel, cache), cache=cache)
    verdicts = _verdicts.Verdicts(result, made)
    if result.outcome not in JUDGED:
        sys.stdout.write(_verdicts.write(verdicts, "text", options.verbose))
        return result.outcome.status
    text = _json(verdicts) if options.format == "json" else "\n".join(_text(verdicts, options)) + "\n"
    sys.stdout.write(text)
    broken = [v for p in made for v in conformance.verdicts(verdicts.of(p)) if v.broken]
    return 1 if broken else 0


def _text(verdicts: _verdicts.Verdicts, options: argparse.Namespace) -> Iterator[str]:
    yield f"the iterators of {verdicts.report.release}, by the suite that is generated for the same specs"
    for prototype in verdicts.made:
        yield from _iterator(verdicts, prototype, options.verbose)


def _iterator(verdicts: _verdicts.Verdicts, prototype: Prototype, verbose: int) -> Iterator[str]:
    yield prototype.it.name
    for verdict in conformance.verdicts(verdicts.of(prototype)):
        word = "breaks" if verdict.broken else "keeps"
        count = f"{len(verdict.tried) - len(verdict.broken)}/{len(verdict.tried)}"
        yield f"  {word:<7} {count:>6}  {verdict.rule.title}"
        if verdict.broken:
            yield f"                  in {', '.join(verdict.broken)}"
        if verdict.broken and verbose:
            yield from (f"                  {line}" for line in verdict.said)


def _json(verdicts: _verdicts.Verdicts) -> str:
    facts = {
        "kernel": verdicts.report.release,
        "iterators": {
            p.it.name: [_fact(v) for v in conformance.verdicts(verdicts.of(p))] for p in verdicts.made
        },
    }
    return json.dumps(facts, indent=2) + "\n"


def _fact(verdict: conformance.Verdict) -> dict[str, object]:
    return {
        "rule": verdict.rule.title,
        "kept": not verdict.broken,
        "tried": verdict.tried,
        "broken": verdict.broken,
        "said": verdict.said,
    }
