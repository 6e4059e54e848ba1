# SPDX-License-Identifier: GPL-2.0-only
"""One boot under stress: iterators, some of them with a bug, walked while what they walk comes and goes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiter.cache.store import Cache
from kiter.kernel.kernels import Kernel
from kiter.vm.job import Options, VmJob
from kiter.vm.module import Module
from kiter.vm.programs import Program
from kiter.vm.prototype import Prototype, job
from kiter.vm.results import GuestReport
from kiter.vm.runner import Test
from kiter.vm.session import run_session

HERE = Path(__file__).parent
MEMORY = 2048
SCHEDULED = "scx_dsq"  # is walked by a BPF scheduler, the others by programs that user space runs
ASIDE = 120  # seconds for booting, warming up and settling
_PART = re.compile(r"(?=^SEC\(\"syscall\"\)|^static __always_inline void)", re.MULTILINE)
_LOOP = re.compile(r"bpf_for_each\((\w+),")
_HELPER = re.compile(r"static __always_inline void (\w+)\(")
_COUNTED = re.compile(r"^walks (\w+) (\d+) (\d+)$", re.MULTILINE)
_HELD = re.compile(r"^counter ([\w -]+): (-?\d+) (-?\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stressed:
    """What a boot told: walks and elements by iterator, each counter before and after."""

    report: GuestReport
    walks: dict[str, tuple[int, int]]
    counters: dict[str, tuple[int, int]]

    @property
    def caught(self) -> str:
        """The first thing that was wrong, in words; "" if nothing was."""
        if self.report.splats:
            return self.report.splats[0].headline
        if self.report.hang:
            return f"hang: {', '.join(self.report.hang.at) or 'the guest stood still'}"
        if not self.report.complete:
            return "the guest did not come to its end"
        wrong = [c for c in self.report.checks if not c.passed]
        return "; ".join(f"{c.name}: {c.failures[0].text}" if c.failures else c.name for c in wrong)


def stress(
    made: Sequence[Prototype], kernel: Kernel, seconds: int, cache: Cache, keep: Path | None = None
) -> Stressed:
    """Walks these iterators for so many seconds on that kernel."""
    whole = job(made, kernel, cache)
    churn = Module("kiter_churn", (HERE / "churn.c").read_text())
    programs = tuple(_programs(made))
    wanted = VmJob(
        kernel=kernel,
        modules=(*whole.modules, churn),
        programs=programs,
        tests=(Test.of("stress", _test(made, seconds), *(p.name for p in programs)),),
        types=whole.types,
        declarations=whole.declarations,
        limit=seconds + ASIDE,
        deadline=float(seconds + 2 * ASIDE),
    )
    report = run_session(wanted, Options(memory=MEMORY), cache=cache).report
    said = "\n".join(text for _, text in report.output)
    walks = {name: (int(walks), int(elems)) for name, walks, elems in _COUNTED.findall(said)}
    counters = {name: (int(before), int(after)) for name, before, after in _HELD.findall(said)}
    return Stressed(report, walks, counters)


def _programs(made: Sequence[Prototype]) -> Iterator[Program]:
    """The programs of these iterators, by the names that they have as modules."""
    names = {p.it.name: p.name for p in made}
    head, *parts = _PART.split(_text("stress.bpf.c"))
    kept = [part for part in parts if all(name in names for name in _LOOP.findall(part))]
    gone = {m[1] for part in parts if part not in kept and (m := _HELPER.match(part))}
    kept = [part for part in kept if not any(f"\t{helper}(" in part for helper in gone)]
    yield Program("stress", head + _LOOP.sub(lambda m: f"bpf_for_each({names[m[1]]},", "".join(kept)))
    if SCHEDULED in names:
        yield Program("stress_scx", _text("stress_scx.bpf.c"))


def _test(made: Sequence[Prototype], seconds: int) -> str:
    names = [p.it.name for p in made]
    text = _text("stress.c").replace("@SECONDS@", str(seconds)).replace("@ITERATORS@", " ".join(names))
    if SCHEDULED not in names:
        text = text.replace('#include "stress_scx.skel.h"\n', "")
    return text.replace("@SCHEDULER@", str(int(SCHEDULED in names)))


def _text(name: str) -> str:
    return (HERE / name).read_text()
