# SPDX-License-Identifier: GPL-2.0-only
"""What is promised: each benchmark measures one command and gives figures with their limits."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tools.bench import hostile, work
from tools.bench.measure import ROOT, Cost, beside, once, typical

SYNTHETIC = (500, 1000, 2000)
YNL = ("Makefile", "MAINTAINERS", "tools/net/ynl/pyynl", "Documentation/netlink/*.yaml")
FAMILY = "Documentation/netlink/specs/netdev.yaml"


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    value: float
    limit: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.value <= self.limit


def lasting(what: str, cost: Cost, limit: float) -> Figure:
    """The time of a run, as it would be on the machine of the limits."""
    return Figure(what, cost.seconds / cost.slower, limit, "s")


# Given an empty folder and how often to measure.
Benchmark = Callable[[Path, int], Iterator[Figure]]


def generation(folder: Path, times: int) -> Iterator[Figure]:
    """All outputs of seven specs for one kernel, and of every spec for all of them; nothing is compiled."""

    def run(*given: str | Path) -> Cost:
        shutil.rmtree(folder / "out", ignore_errors=True)
        return once("kiter", "build", "--no-check", "-o", folder / "out", *given)

    letter = ("css_post", "css_pre", "letter_css", "letter_task", "process")
    seven = [ROOT / f"specs/{name}.yaml" for name in (*(f"letter/{name}" for name in letter), "css", "task")]
    few = typical(lambda: run("--target", "6.12", *seven), times)
    yield lasting("build --no-check, seven", few, 0.45)
    cost = typical(run, times)
    yield lasting("build --no-check", cost, 1)
    yield Figure("build --no-check, memory", cost.mebibytes, 80, "MiB")


def cached(folder: Path, times: int) -> Iterator[Figure]:
    """All specs again, with every check's answer known."""
    cost = typical(lambda: once("kiter", "build", "-o", folder / "out"), times)
    yield lasting("build, all cached", cost, 1.2)
    yield Figure("build, all cached, memory", cost.mebibytes, 150, "MiB")


def linting(_folder: Path, times: int) -> Iterator[Figure]:
    """All specs for all kernels, in a new process each time."""
    cost = typical(lambda: once("kiter", "lint", ROOT / "specs"), times)
    yield lasting("lint", cost, 0.3)
    yield Figure("lint, memory", cost.mebibytes, 40, "MiB")


def judging(folder: Path, times: int) -> Iterator[Figure]:
    """C that was written manually: all of BPF and sched_ext in Linux 7.3, and what is hard to follow."""
    from kiter.cache.store import Cache
    from kiter.kernel import sources

    archive = sources.archive("7.3")
    wanted = ("kernel/bpf", "kernel/sched/ext", "mm/slab_common.c")
    tree = sources.unpacked(archive, ("Makefile", *wanted), Cache()) if archive else None
    assert tree is not None, "no sources of Linux 7.3 here"
    yield from _judged("lint C, kernel/bpf and others", [tree / name for name in wanted], times, 1.5)
    for iterators in (1, 50):
        path = folder / f"hostile{iterators}.c"
        path.write_text(hostile.text(iterators), encoding="utf-8")
        yield from _judged(f"lint C, 5,000 lines, {iterators}", [path], times, 2)


def _judged(what: str, files: list[Path], times: int, limit: float) -> Iterator[Figure]:
    """Wall time, and what the run itself took of the processors: that is told as it is."""
    words: list[str | Path] = ["lint", "--target", "7.3", "--kernel-source", *files]
    cost = typical(lambda: once("kiter", *words, fine=(0, 1)), times)
    yield lasting(what, cost, limit)
    yield Figure(f"{what}, CPU", cost.busy, limit, "s")


def single(folder: Path, times: int) -> Iterator[Figure]:
    """One spec: all outputs beside what the kernel's own generator takes for C alone, and the linter."""
    from kiter.cache.store import Cache
    from kiter.kernel import sources

    archive = sources.archive("7.3")
    tree = sources.unpacked(archive, (*YNL, FAMILY), Cache()) if archive else None
    assert tree is not None, "no sources of Linux 7.3 here"
    spec = ROOT / "specs" / "css.yaml"
    words = ("--mode", "kernel", "--source", "--spec", tree / FAMILY, "-o", folder / "netdev.c")
    theirs, ours = beside(
        lambda: once("python", tree / "tools/net/ynl/pyynl/ynl_gen_c.py", *words),
        lambda: once("kiter", "build", "--no-check", "--target", "6.12", spec, "-o", folder / "out"),
        max(times, 5),
    )
    yield Figure("build, one spec / YNL, CPU", ours / theirs, 0.8, "x")
    yield lasting("lint, one spec", typical(lambda: once("kiter", "lint", spec), times), 0.1)


def typing(_folder: Path, times: int) -> Iterator[Figure]:
    """What an editor waits for after a key, in the slowest of the specs; another process measures it."""
    asked = [sys.executable, "-m", "tools.bench.keystrokes"]

    def run() -> float:
        before = work.slowness()
        told = subprocess.run(asked, cwd=ROOT, check=True, capture_output=True, text=True)
        return float(told.stdout) * 2 / (before + work.slowness())

    yield Figure("lsp, a key pressed", median(run() for _ in range(times)) * 1000, 50, "ms")


def marginal(folder: Path, times: int) -> Iterator[Figure]:
    """What one more spec costs, and that the two-thousandth costs no more than the thousandth.

    Of the time that passes a part is the disk's, which gets ten small files for each; of CPU none is.
    """
    costs = [many(folder, count, times) for count in SYNTHETIC]
    seconds = [cost.seconds / cost.slower for cost in costs]
    more = SYNTHETIC[-1] - SYNTHETIC[0]
    memory = (costs[-1].mebibytes - costs[0].mebibytes) / more
    yield Figure("one more spec", (seconds[-1] - seconds[0]) / more * 1000, 10, "ms")
    yield Figure("one more spec, memory", memory * 1024, 150, "KiB")
    yield Figure("one more of 2000 / of 1000", _growth(seconds), 1.5, "x")
    yield Figure("the same, CPU", _growth([cost.busy for cost in costs]), 1.2, "x")


def _growth(costs: list[float]) -> float:
    """What one more of the last specs costs beside one more of the first."""
    pairs = zip(itertools.pairwise(SYNTHETIC), itertools.pairwise(costs), strict=True)
    early, late = ((t1 - t0) / (n1 - n0) for (n0, n1), (t0, t1) in pairs)
    return late / early


def many(folder: Path, count: int, times: int) -> Cost:
    """So many specs: one of the project's under as many names."""
    specs = folder / f"specs-{count}"
    specs.mkdir()
    text = (ROOT / "specs" / "css.yaml").read_text(encoding="utf-8")
    for number in range(count):
        name = f"css_{number:04}"
        renamed = re.sub(r"(?m)^iterator: css$", f"iterator: {name}", text)
        (specs / f"{name}.yaml").write_text(renamed, encoding="utf-8")

    def run() -> Cost:
        shutil.rmtree(folder / "many", ignore_errors=True)
        words = ("build", "--no-check", "--target", "6.12", "-o", folder / "many")
        return once("kiter", *words, *specs.glob("*.yaml"))

    return typical(run, times)


def edited(folder: Path, times: int) -> Iterator[Figure]:
    """From an edited spec to the verifier's verdict: each run sees a spec that no cache knows."""
    text = (ROOT / "specs" / "css.yaml").read_text(encoding="utf-8")
    spec = folder / "css.yaml"
    edits = itertools.count()

    def run() -> Cost:
        summary = f"summary: walk a hierarchy, edit {next(edits)}"
        spec.write_text(re.sub(r"(?m)^summary: .*$", summary, text), encoding="utf-8")
        return once("kiter", "run", spec)

    cost = typical(run, times)
    yield lasting("run, one spec edited", cost, 2)
    yield Figure("run, one spec, memory", cost.mebibytes, 150, "MiB")


def everything(_folder: Path, times: int) -> Iterator[Figure]:
    """All specs of the project in one boot."""
    cost = typical(lambda: once("kiter", "run"), times)
    yield lasting("run, all specs", cost, 20)
    yield Figure("run, all specs, memory", cost.mebibytes, 150, "MiB")


def drift(_folder: Path, times: int) -> Iterator[Figure]:
    """All specs of the project beside a kernel's BTF, of which nothing is kept from one run to the next."""
    cost = typical(lambda: once("kiter", "sync", "--kernel", "6.12"), times)
    yield lasting("sync", cost, 1)
    yield Figure("sync, memory", cost.mebibytes, 120, "MiB")


def sources(_folder: Path, times: int) -> Iterator[Figure]:
    """The ten specs of iterators that Linux 7.3 has, beside its BTF and its sources together."""
    from tools.kernel_trees import extract

    tree = extract("7.3")
    assert tree is not None, "no sources of Linux 7.3 here"
    words = ("sync", "--kernel", "7.3", "--tree", tree)
    cost = typical(lambda: once("kiter", *words, *sorted((ROOT / "specs").glob("*.yaml"))), times)
    yield lasting("sync, with sources", cost, 1)
    yield Figure("sync, with sources, memory", cost.mebibytes, 120, "MiB")


def patches(folder: Path, times: int) -> Iterator[Figure]:
    """An iterator of a new name each time, so that no check's answer is known: all of them are made."""
    from tools.kernel_trees import identify, repository

    tree = repository("6.12", folder)
    assert tree is not None, "no sources of Linux 6.12 here"
    identify(tree)
    names = (f"fresh_{os.getpid()}_{number}" for number in itertools.count())
    text = (ROOT / "specs/letter/letter_css.yaml").read_text(encoding="utf-8")
    spec = folder / "fresh.yaml"

    def run() -> Cost:
        spec.write_text(text.replace("letter_css", next(names)), encoding="utf-8")
        return once("kiter", "series", "--tree", tree, spec, "-o", folder / next(names))

    made = typical(run, times)
    yield lasting("series, every check", made, 30)
    yield Figure("series, memory", made.mebibytes, 150, "MiB")
    applied = typical(lambda: _there_and_back(tree, spec), times)
    yield lasting("apply", applied, 1)


def _there_and_back(tree: Path, spec: Path) -> Cost:
    cost = once("kiter", "apply", "--tree", tree, spec)
    once("kiter", "apply", "--tree", tree, "--revert")
    return cost


def forms(_folder: Path, _times: int) -> Iterator[Figure]:
    """Both forms of a walk, and what the design of the letter costs that walks over all threads."""
    from tools.bench.walks import timed

    ratios = {walk.name: walk.ratio for walk in timed()}
    yield Figure('SEC("iter/...") / by hand', ratios["kmem_cache_kiter"], 1.05, "x")
    yield Figure("ITERATE_ALL / Linux's own", ratios["letter_all"], 2, "x")


ALL: tuple[Benchmark, ...] = (
    generation,
    cached,
    linting,
    typing,
    judging,
    marginal,
    edited,
    everything,
    drift,
    single,
    sources,
    patches,
    forms,
)
