# SPDX-License-Identifier: GPL-2.0-only
"""What is promised: each benchmark measures one command and gives figures with their limits."""

from __future__ import annotations

import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.bench.measure import ROOT, Cost, once, typical

SYNTHETIC = (250, 500, 1000)


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    value: float
    limit: float
    unit: str

    @property
    def kept(self) -> bool:
        return self.value <= self.limit


# Given an empty folder and how often to measure.
Benchmark = Callable[[Path, int], Iterator[Figure]]


def generation(folder: Path, times: int) -> Iterator[Figure]:
    """All outputs of seven specs for one kernel, and of every spec for all of them; nothing is compiled."""

    def run(*given: str | Path) -> Cost:
        shutil.rmtree(folder / "out", ignore_errors=True)
        return once("kiter", "build", "--no-check", "-o", folder / "out", *given)

    seven = [ROOT / "specs" / name for name in ("letter", "css.yaml", "task.yaml")]
    few = typical(lambda: run("--target", "6.12", *seven), times)
    yield Figure("build --no-check, seven", few.seconds, 0.45, "s")
    cost = typical(run, times)
    yield Figure("build --no-check", cost.seconds, 1, "s")
    yield Figure("build --no-check, memory", cost.mebibytes, 80, "MiB")


def cached(folder: Path, times: int) -> Iterator[Figure]:
    """All specs again, with every check's answer known."""
    cost = typical(lambda: once("kiter", "build", "-o", folder / "out"), times)
    yield Figure("build, all cached", cost.seconds, 1.2, "s")
    yield Figure("build, all cached, memory", cost.mebibytes, 150, "MiB")


def linting(_folder: Path, times: int) -> Iterator[Figure]:
    """All specs for all kernels, in a new process each time."""
    cost = typical(lambda: once("kiter", "lint", ROOT / "specs"), times)
    yield Figure("lint", cost.seconds, 0.3, "s")
    yield Figure("lint, memory", cost.mebibytes, 40, "MiB")


def marginal(folder: Path, times: int) -> Iterator[Figure]:
    """What one more spec costs, and that the thousandth costs no more than the three-hundredth."""
    seconds = [many(folder, count, times) for count in SYNTHETIC]
    pairs = zip(itertools.pairwise(SYNTHETIC), itertools.pairwise(seconds), strict=True)
    early, late = ((t1 - t0) / (n1 - n0) for (n0, n1), (t0, t1) in pairs)
    whole = (seconds[-1] - seconds[0]) / (SYNTHETIC[-1] - SYNTHETIC[0])
    yield Figure("one more spec", whole * 1000, 10, "ms")
    yield Figure("one more of 1000 / of 500", late / early, 1.5, "x")


def many(folder: Path, count: int, times: int) -> float:
    """Seconds for so many specs: one of the project's under as many names."""
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

    return typical(run, times).seconds


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
    yield Figure("run, one spec edited", cost.seconds, 6, "s")
    yield Figure("run, one spec, memory", cost.mebibytes, 150, "MiB")


def everything(_folder: Path, times: int) -> Iterator[Figure]:
    """All specs of the project in one boot."""
    cost = typical(lambda: once("kiter", "run"), times)
    yield Figure("run, all specs", cost.seconds, 20, "s")
    yield Figure("run, all specs, memory", cost.mebibytes, 150, "MiB")


def drift(_folder: Path, times: int) -> Iterator[Figure]:
    """All specs of the project beside a kernel's BTF, of which nothing is kept from one run to the next."""
    cost = typical(lambda: once("kiter", "sync", "--kernel", "6.12"), times)
    yield Figure("sync", cost.seconds, 1, "s")
    yield Figure("sync, memory", cost.mebibytes, 120, "MiB")


def sources(_folder: Path, times: int) -> Iterator[Figure]:
    """The ten specs of iterators that Linux 7.3 has, beside its BTF and its sources together."""
    from tools.kernel_trees import extract

    tree = extract("7.3")
    assert tree is not None, "no sources of Linux 7.3 here"
    words = ("sync", "--kernel", "7.3", "--tree", tree)
    cost = typical(lambda: once("kiter", *words, *sorted((ROOT / "specs").glob("*.yaml"))), times)
    yield Figure("sync, with sources", cost.seconds, 1, "s")
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
    yield Figure("series, every check", made.seconds, 30, "s")
    yield Figure("series, memory", made.mebibytes, 150, "MiB")
    applied = typical(lambda: _there_and_back(tree, spec), times)
    yield Figure("apply", applied.seconds, 1, "s")


def _there_and_back(tree: Path, spec: Path) -> Cost:
    cost = once("kiter", "apply", "--tree", tree, spec)
    once("kiter", "apply", "--tree", tree, "--revert")
    return cost


ALL: tuple[Benchmark, ...] = (
    generation,
    cached,
    linting,
    marginal,
    edited,
    everything,
    drift,
    sources,
    patches,
)
