# SPDX-License-Identifier: GPL-2.0-only
"""Generated code beside the kernel's own: what is too large or too slow without a reason, and the page."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.bench.measure import ROOT
from tools.bench.sizes import Compiled, compiled
from tools.bench.times import Timed, timed

TARGETS = ("6.12", "7.3")
SPECS = ROOT / "specs"
COSTS = Path(__file__).with_name("costs.toml")
PAGE = ROOT / "docs" / "fast.md"
MOST_INSTRUCTIONS, MOST_TIME = 1.05, 1.10

HEAD = """\
<!-- SPDX-License-Identifier: GPL-2.0-only -->
# As fast as hand-written C

Generated code beside the iterators that Linux has as hand-written code. `make bench` writes this page.
"""
ABOUT_SIZES = f"""
## Size

Bytes and instructions of each function, ours and the kernel's. Both are compiled in the kernel's own file, with the
flags that kbuild uses. A function counts with all static functions that it reaches, but for those that are the same
in both; what only fills up between instructions is not counted. No function may have more than {MOST_INSTRUCTIONS}
times the instructions, except where a rule of the contract costs them.
"""  # noqa: E501 -- as wide as the other pages
ABOUT_TIMES = f"""
## Time

Nanoseconds for each element in a virtual machine, ours as a module beside the kernel's own. The ratio is the median
of what each round gave, for the host is not always as fast. None may be over {MOST_TIME:.2f}, but for a reason that
is named.
"""  # noqa: E501 -- likewise


@dataclass(frozen=True, slots=True)
class Cost:
    """A named exception: `key` is a function, or what takes longer: target, iterator and perhaps a walk."""

    key: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kernel:
    """What was found on one kernel."""

    target: str
    sizes: Compiled
    times: Timed

    def larger(self) -> Iterator[tuple[str, str]]:
        """The functions over the limit, and what is said of each."""
        for row in self.sizes.rows:
            if row.ratio > MOST_INSTRUCTIONS:
                yield row.name, f"{row.name} has {row.ratio:.2f} times the instructions on {self.target}"

    def slower(self) -> Iterator[tuple[set[str], str]]:
        """The walks over the limit, likewise; any of several keys may name one."""
        for walk in self.times.walks:
            if walk.ratio > MOST_TIME:
                key = f"{self.target} {walk.iterator}"
                said = f"{walk.iterator} {walk.name} takes {walk.ratio:.2f} times as long on {self.target}"
                yield {key, f"{key} {walk.name}"}, said


def costs() -> tuple[tuple[Cost, ...], tuple[Cost, ...]]:
    """The lists of exceptions: for functions, and for time."""
    found = tomllib.loads(COSTS.read_text(encoding="utf-8"))
    return (
        tuple(Cost(one["name"], one["rule"], one["reason"]) for one in found["function"]),
        tuple(Cost(_key(one), one["rule"], one["reason"]) for one in found["time"]),
    )


def _key(one: Mapping[str, str]) -> str:
    """A target and an iterator, and one walk of it if it is named."""
    return " ".join((one["target"], one["iterator"], *([one["walk"]] if "walk" in one else [])))


def wrong(kernels: Sequence[Kernel]) -> list[str]:
    """What is over a limit and not named, and what is named without need.

    Times differ from run to run: a reason for one is needed when it may be, so nothing is said of it.
    """
    functions, walks = ({cost.key for cost in listed} for listed in costs())
    larger = [one for kernel in kernels for one in kernel.larger()]
    slower = [one for kernel in kernels for one in kernel.slower()]
    needless = sorted(functions - {name for name, _ in larger})
    return [
        *(said for name, said in larger if name not in functions),
        *(said for keys, said in slower if not walks & keys),
        *(f"costs.toml names {name}, which needs no reason any more" for name in needless),
    ]


def measured() -> list[Kernel]:
    """Everything, on every kernel; raises KiterError and FailedRunError."""
    return [Kernel(t, compiled(t, SPECS), timed(t, SPECS, MOST_TIME, times=3)) for t in TARGETS]


def page(kernels: Sequence[Kernel]) -> str:
    """The page with all tables."""
    functions, walks = costs()
    sizes = [line for kernel in kernels for line in _sizes(kernel)]
    times = [line for kernel in kernels for line in _times(kernel)]
    return (
        "\n".join(
            (HEAD + ABOUT_SIZES, *sizes, *_reasons(functions), ABOUT_TIMES.lstrip(), *times, *_reasons(walks))
        ).rstrip("\n")
        + "\n"
    )


def _sizes(kernel: Kernel) -> Iterator[str]:
    yield f"Linux {kernel.sizes.release}, {kernel.sizes.compiler}:\n"
    yield "| function | bytes | hand-written | instructions | hand-written | ratio |"
    yield "|---|--:|--:|--:|--:|--:|"
    for row in kernel.sizes.rows:
        ours, theirs = row.ours, row.theirs
        counts = f"{ours.bytes} | {theirs.bytes} | {ours.instructions} | {theirs.instructions}"
        yield f"| `{row.name}` | {counts} | {row.ratio:.2f} |"
    yield ""


def _times(kernel: Kernel) -> Iterator[str]:
    how = "QEMU without KVM" if kernel.times.accelerator == "TCG" else "QEMU with KVM"
    yield f"Linux {kernel.times.kernel}, {how}:\n"
    yield "| iterator | walk | ns | hand-written | ratio |\n|---|---|--:|--:|--:|"
    for walk in kernel.times.walks:
        name = walk.name.replace("|", "\\|")
        yield f"| {walk.iterator} | {name} | {walk.ours:.0f} | {walk.theirs:.0f} | {walk.ratio:.2f} |"
    yield ""


def _reasons(listed: Sequence[Cost]) -> Iterator[str]:
    yield "Over the limit, and why:\n"
    for cost in listed:
        target, _, iterator = cost.key.partition(" ")
        name = f"{iterator} on {target}" if iterator else f"`{cost.key}`"
        yield f"- {name}, {cost.rule}: {cost.reason}."
    yield ""
