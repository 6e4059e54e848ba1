# SPDX-License-Identifier: GPL-2.0-only
"""What came out of the stress, as the page docs/stress.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kiter.mutants.mutant import Mutant
from tools.stress.machine import Stressed

HEAD = """<!-- SPDX-License-Identifier: GPL-2.0-only -->
<!-- Written by `make stress`. -->
# Under stress

`make stress` puts the generated iterators in the place of the hand-written ones, builds a small kernel with
KASAN, PROVE_LOCKING, PROVE_RCU and DEBUG_ATOMIC_SLEEP, and walks them, to the end or not, while processes
fork, start threads and exit, map and unmap files, make, fill and remove cgroups, allocate and free
dma-bufs, and make and destroy slab caches. Then everything stops, and the kernel must hold as much as
before. This is what came out the last time.
"""


def page(
    whole: Stressed, caught: Mapping[Mutant, str], seconds: int, built: float, versions: Mapping[str, str]
) -> str:
    """The whole page."""
    lines = [HEAD, "| what | version |", "|---|---|"]
    lines += [f"| {what} | {version} |" for what, version in versions.items()]
    lines += [
        "",
        f"Building what had changed took {built:.0f} s.",
        "",
        "## The walks",
        "",
        *_walks(whole, seconds),
    ]
    lines += ["", "## Seeded bugs", "", *_seeds(caught)]
    return "\n".join(lines) + "\n"


LATE = (
    "A little may be left: the kernel adds up its files by each CPU only now and then, and frees tasks and",
    "small objects late. One that is lost in every walk would be thousands.",
)


def _walks(whole: Stressed, seconds: int) -> Iterator[str]:
    yield f"{seconds} s; {whole.caught or 'no splat, no hang, nothing lost'}."
    yield ""
    yield "| iterator | walks | elements |"
    yield "|---|---|---|"
    yield from (f"| {name} | {walks:,} | {elems:,} |" for name, (walks, elems) in whole.walks.items())
    yield ""
    yield "| counter | before | after |"
    yield "|---|---|---|"
    yield from (f"| {name} | {before} | {after} |" for name, (before, after) in whole.counters.items())
    yield ""
    yield from LATE


def _seeds(caught: Mapping[Mutant, str]) -> Iterator[str]:
    yield "The verifier accepts programs with each of these, built as a module."
    yield ""
    yield "| bug | what the kernel or a counter says |"
    yield "|---|---|"
    yield from (f"| {seed.name}: {seed.what} | {said or 'nothing'} |" for seed, said in caught.items())
