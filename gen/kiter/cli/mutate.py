# SPDX-License-Identifier: GPL-2.0-only
"""`kiter mutate`: bugs seeded into an iterator, and which of them its generated tests do not find."""

from __future__ import annotations

import argparse
import fnmatch
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli._progress import Bar
from kiter.cli.command import KERNEL, show
from kiter.errors import ENVIRONMENT, FINDINGS, KiterError, environment
from kiter.generate import generate
from kiter.kernel import kernels
from kiter.mutants.codes import CODES
from kiter.mutants.derived import derived
from kiter.mutants.laboratory import Laboratory, laboratory
from kiter.mutants.mutant import Mutant
from kiter.mutants.survivors import KILLS, survivors
from kiter.mutants.tables import by_kind
from kiter.mutants.verdict import Verdict
from kiter.output import Rendered
from kiter.spec.model import Spec
from kiter.target.profile import Profile
from kiter.value_class import value_class
from kiter.vm.prototype import confined

NAME = "mutate"
HELP = "seed bugs into the C of an iterator, and list those that its generated tests do not find"
EXAMPLE = """
kiter mutate specs/mine.yaml
kiter mutate specs/mine.yaml --only 'next-*'
kiter mutate specs/mine.yaml --list
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter mutate`."""
    parser.add_argument("specs", nargs="+", metavar="SPEC", help="a spec or a folder of them")
    parser.add_argument("--kernel", default="", metavar=KERNEL, help="default: the newest 6.12")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only these bugs, such as 'next-*', as --list names them; may be given several times",
    )
    parser.add_argument("--list", action="store_true", help="say which bugs there are, and run nothing")
    parser.add_argument(
        "--workers",
        type=int,
        choices=range(1, 17),
        default=2,
        metavar="N",
        help="boots at a time (default: 2)",
    )


@value_class
class _Seeded:
    """An iterator, what is generated for it, and the bugs that are seeded into it."""

    it: Spec
    rendered: Rendered
    mutants: tuple[Mutant, ...]


def execute(options: argparse.Namespace) -> int:
    """Seed, run, tell; raises KiterError where nothing can be said."""
    kernel = kernels.find(options.kernel)
    target = kernels.profile_of(kernel)
    read = frontend.of(options.specs, target)
    left_out = confined(read.iterators)
    movable = [it for it in read.iterators if not it.confined]
    if not movable:
        raise KiterError(*(replace(found, severity="error") for found in left_out), status=ENVIRONMENT)
    show((*read.warnings, *left_out), options)
    seeded = {it.node.document.name: _seeded(it, target, options.only) for it in movable}
    if not any(one.mutants for one in seeded.values()):
        code = CODES["R72"]
        raise environment("R72", f"{code.title}: {', '.join(options.only)}", code.reason, code.hint)
    if options.list:
        sys.stdout.write("".join(f"{line}\n" for line in _listed(seeded)))
        return 0
    verdicts = []
    for name, one in seeded.items():
        if one.mutants:
            lab = laboratory({name: one.it}, target, kernel, Cache(), len(one.mutants))
            verdicts += _verdicts(lab, one.mutants, options.workers)
    return _told(seeded, verdicts, kernel.release, options)


def _seeded(it: Spec, target: Profile, only: Sequence[str]) -> _Seeded:
    rendered = generate(it, target)
    # bugs are those of the kfuncs
    every = derived(it.node.document.name, it, generate(replace(it, seq=None), target))
    chosen = (m for m in every if not only or any(fnmatch.fnmatch(m.slug, one) for one in only))
    return _Seeded(it, rendered, tuple(chosen))


def _listed(seeded: Mapping[str, _Seeded]) -> Iterator[str]:
    for one in seeded.values():
        yield one.it.name
        yield from (f"  {m.slug:<28}{m.kind:<16}{m.what}" for m in one.mutants)


def _verdicts(lab: Laboratory, mutants: Sequence[Mutant], workers: int) -> list[Verdict]:
    """In the order of the mutants; those that are known from before are not tried again."""
    lab.control(mutants)
    found = {m: known for m in mutants if (known := lab.known(m))}
    bar = Bar("trying")
    bar.start(len(mutants) - len(found))
    for verdict in lab.judged([m for m in mutants if m not in found], workers):
        found[verdict.mutant] = verdict
        bar.advance(verdict.mutant.name)
    bar.done()
    return [found[m] for m in mutants]


def _told(
    seeded: Mapping[str, _Seeded], verdicts: Sequence[Verdict], release: str, options: argparse.Namespace
) -> int:
    living = [
        found
        for name, one in seeded.items()
        for found in survivors((v for v in verdicts if v.mutant.spec == name), one.rendered)
    ]
    if options.format == "json":
        facts = {"kernel": release, "mutants": [_fact(v) for v in verdicts]}
        sys.stdout.write(json.dumps(facts, indent=2) + "\n")
    else:
        show(living, options)
        sys.stdout.write("".join(f"{line}\n" for line in _text(seeded, verdicts, release)))
    return FINDINGS if living else 0


def _text(seeded: Mapping[str, _Seeded], verdicts: Sequence[Verdict], release: str) -> Iterator[str]:
    names = ", ".join(one.it.name for one in seeded.values() if one.mutants)
    yield f"bugs seeded into {names} on {release}, and what found them"
    yield from by_kind(verdicts)
    killed = sum(v.killed for v in verdicts)
    yield f"{killed} of {len(verdicts)} found ({100 * killed / len(verdicts):.0f} %)"


def _fact(found: Verdict) -> dict[str, object]:
    mutant = found.mutant
    return {
        "name": mutant.name,
        "kind": mutant.kind,
        "what": mutant.what,
        "found": found.killed,
        "by": found.by.value,
        "detail": found.detail,
        "hint": "" if found.killed else KILLS.get(mutant.kind, ""),
    }
