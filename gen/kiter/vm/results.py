# SPDX-License-Identifier: GPL-2.0-only
"""What happened in the guest: its events and its console as data, and one outcome for all of it."""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from kiter.regex import regex
from kiter.value_class import value_class
from kiter.vm.console import Splat, clean, instructions, splats

TAINT_DIED, TAINT_WARNED, TAINT_LOCKUP = 1 << 7, 1 << 9, 1 << 14

# how a log quotes a line of C: kernel/bpf/log.c, verbose_linfo(), 6.8 and later
_PLACE = regex(r"^; .* @ ([\w.]+\.c):(\d+)$", re.MULTILINE)


class Outcome(enum.Enum):
    """The worst that happened, worst last; `status` is the exit code that tells it apart.

    0 to 2 are those of every command: fine, findings, usage or environment.
    """

    PASS = "pass"
    TEST_FAILED = "test failed"
    VERIFIER_REJECTED = "rejected by the verifier"
    MODULE_REFUSED = "module refused"
    HANG = "hang"
    KERNEL_SPLAT = "kernel splat"
    ENVIRONMENT = "environment"

    @property
    def status(self) -> int:
        """The exit code."""
        return _STATUS[self]


_STATUS = {
    Outcome.PASS: 0,
    Outcome.TEST_FAILED: 1,
    Outcome.ENVIRONMENT: 2,
    Outcome.VERIFIER_REJECTED: 3,
    Outcome.MODULE_REFUSED: 4,
    Outcome.KERNEL_SPLAT: 5,
    Outcome.HANG: 6,
}


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The worst of some."""
    return max(outcomes, key=list(Outcome).index)


@value_class
class Failure:
    """An assertion that did not hold."""

    function: str
    file: str
    line: int
    name: str
    text: str


@value_class
class VerifierLog:
    """The end of a log; `rejected` if the program should have loaded, else its messages differ."""

    program: str
    rejected: bool
    log: str

    @property
    def decisive(self) -> tuple[str, ...]:
        """The lines that say why, the source line above them included."""
        return decisive_lines(self.log)

    @property
    def place(self) -> tuple[str, int]:
        """The file and the line of C that the verifier came to last; "" and 0 if it does not say."""
        found = _PLACE.findall(self.log)
        return (found[-1][0], int(found[-1][1])) if found else ("", 0)


@value_class
class Check:
    """One test, or one subtest of it."""

    test: str  # its name
    subtest: str  # "" for the test itself
    seconds: float  # how long it took
    failures: tuple[Failure, ...] = ()  # the assertions that did not hold
    logs: tuple[VerifierLog, ...] = ()  # the verifier's, where it did or said other than the test wants
    skipped: bool = False  # it skipped itself
    crashed: int = 0  # the signal or the exit status that the process ended with, 0 if all was well

    @property
    def name(self) -> str:
        """test/subtest"""
        return f"{self.test}/{self.subtest}" if self.subtest else self.test

    @property
    def passed(self) -> bool:
        """Whether it ran and nothing was wrong; a skipped one did not pass."""
        return not (self.failures or self.crashed or self.skipped)

    @property
    def rejected(self) -> bool:
        """Whether it failed because the verifier refused a program."""
        return bool(self.failures) and any(log.rejected for log in self.logs)


@value_class
class ModuleLoad:
    """What became of a module: 0 or the errno, and what the kernel said in its log."""

    name: str
    errno: int
    messages: tuple[str, ...] = ()


@value_class
class Hang:
    """The test that did not come to an end ("" if the guest as a whole stood still).

    `at` is where in the kernel the CPUs were then, if it could still tell.
    """

    test: str
    subtest: str
    seconds: float
    at: tuple[str, ...] = ()


@value_class
class GuestReport:
    """Everything that a guest told."""

    release: str  # of its kernel
    boot_seconds: float  # until its first process spoke
    modules: tuple[ModuleLoad, ...]  # what became of each
    checks: tuple[Check, ...]  # the tests and subtests that ended
    output: tuple[tuple[str, str], ...]  # (test, what it printed)
    splats: tuple[Splat, ...]  # what its kernel reported, without what a hang brings with it
    hang: Hang | None  # what did not come to an end, None if all did
    running: str  # the test or test/subtest that had begun and not ended, "" for none
    taint: int  # the kernel's flags at the end, 0 if it did not come to its end
    complete: bool  # it came to its end

    @property
    def outcome(self) -> Outcome:
        """The worst that happened."""
        if self.hang:
            return Outcome.HANG
        refused = any(m.errno for m in self.modules)
        if refused and all(s.kind == "warning" for s in self.splats):
            # the kernel warns about some of the registrations that it refuses
            return Outcome.MODULE_REFUSED
        if self.splats or self.taint & (TAINT_DIED | TAINT_WARNED | TAINT_LOCKUP):
            return Outcome.KERNEL_SPLAT
        if any(c.rejected for c in self.checks):
            return Outcome.VERIFIER_REJECTED
        if any(c.failures or c.crashed for c in self.checks):
            return Outcome.TEST_FAILED
        return Outcome.PASS if self.complete else Outcome.ENVIRONMENT

    @property
    def sound(self) -> bool:
        """Whether it came to its end and nothing but checks failed."""
        only_checks = {Outcome.PASS, Outcome.TEST_FAILED, Outcome.VERIFIER_REJECTED}
        return self.complete and self.outcome in only_checks


def decisive_lines(log: str, context: int = 3) -> tuple[str, ...]:
    """The verifier's verdict and what stands right above it, its statistics left out.

    7.3 and later explain the verdict at length below it (kernel/bpf/diagnostics.c), and suggest what to do:
    of that the suggestion is taken.
    """
    log, _, explained = log.partition("\nVerification failed: ")
    _, suggestion, advice = explained.partition("\nSuggestion:\n")
    noise = re.compile(r"^(processed \d+ insns|verification time|stack depth|total_states|insns processed)")
    lines = [line for line in log.splitlines() if line.strip() and not noise.match(line)]
    lines = [line for line in lines if not line.startswith("-- END PROG LOAD LOG")]
    advice, _, _ = advice.partition("\n\n")
    said = " ".join(advice.split())
    return (*lines[-context:], *((f"suggestion: {said}",) if suggestion else ()))


def parse_events(raw: bytes) -> list[dict[str, Any]]:
    """The guest's events; a line cut short by a crash is left out."""
    events = []
    for line in raw.decode("ascii", "replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "event" in event:
            events.append(event)
    return events


def _seconds(event: dict[str, Any]) -> float:
    return float(event.get("us", 0)) / 1e6


class _Collector:
    """Events in, checks out; what belongs to the running subtest is kept until it ends."""

    def __init__(self) -> None:
        self.checks: list[Check] = []
        self.modules: list[ModuleLoad] = []
        self.output: list[tuple[str, str]] = []
        self.failures: dict[str, list[Failure]] = {}
        self.logs: dict[str, list[VerifierLog]] = {}
        self.open: list[tuple[str, str]] = []
        self.hang: Hang | None = None
        self.release, self.boot_seconds, self.taint, self.complete = "", 0.0, 0, False

    def feed(self, event: dict[str, Any]) -> None:
        """Takes one event; an unknown kind is from a newer harness and means nothing here."""
        handler = getattr(self, f"on_{event['event']}", None)
        if handler:
            handler(event)

    def on_boot(self, event: dict[str, Any]) -> None:
        self.release, self.boot_seconds = event["release"], _seconds(event)

    def on_module(self, event: dict[str, Any]) -> None:
        name = event["path"].rpartition("/")[2].removesuffix(".ko")
        self.modules.append(ModuleLoad(name, event["errno"]))

    def on_kmsg(self, event: dict[str, Any]) -> None:
        last = self.modules.pop()
        self.modules.append(ModuleLoad(last.name, last.errno, (*last.messages, event["text"])))

    def on_test(self, event: dict[str, Any]) -> None:
        self.open = [(event["test"], "")]

    def on_subtest(self, event: dict[str, Any]) -> None:
        self.open.append((event["test"], event["subtest"]))

    def on_failure(self, event: dict[str, Any]) -> None:
        file = event["file"].rpartition("/")[2]
        failure = Failure(event["function"], file, event["line"], event["name"], event["text"])
        self.failures.setdefault(event.get("subtest", ""), []).append(failure)

    def on_rejected(self, event: dict[str, Any]) -> None:
        self._log(event, rejected=True)

    def on_log(self, event: dict[str, Any]) -> None:
        self._log(event, rejected=False)

    def _log(self, event: dict[str, Any], rejected: bool) -> None:
        log = VerifierLog(event["program"], rejected, event["log"])
        self.logs.setdefault(event.get("subtest", ""), []).append(log)

    def on_subtest_end(self, event: dict[str, Any]) -> None:
        self.open = self.open[:1]
        self._check(event, event["subtest"], 0)

    def on_test_end(self, event: dict[str, Any]) -> None:
        crashed = event["signal"] or event["status"]
        # the subtest in which the process died never ended by itself
        for _, subtest in self.open[1:]:
            self._check({**event, "us": 0, "skipped": 0}, subtest, crashed)
        self._check(event, "", crashed)
        self.open = []

    def _check(self, event: dict[str, Any], subtest: str, crashed: int) -> None:
        failures = tuple(self.failures.pop(subtest, ()))
        logs = tuple(self.logs.pop(subtest, ()))
        skipped = bool(event.get("skipped"))
        self.checks.append(Check(event["test"], subtest, _seconds(event), failures, logs, skipped, crashed))

    def on_output(self, event: dict[str, Any]) -> None:
        self.output.append((event["test"], event["text"]))

    def on_hang(self, event: dict[str, Any]) -> None:
        self.hang = Hang(event["test"], event["subtest"], _seconds(event))

    def on_end(self, event: dict[str, Any]) -> None:
        self.taint, self.complete = event["taint"], True

    def running(self) -> str:
        """What had begun and not ended."""
        return "/".join(part for part in self.open[-1] if part) if self.open else ""


def _without_backtraces(found: Iterable[Splat], hang: Hang | None) -> tuple[Splat, ...]:
    # a test that hangs brings lockups and stalls with it: one finding, not three
    return tuple(s for s in found if not (hang and s.kind in {"lockup", "panic"}))


def read_report(events: bytes, console: str, killed_after: float = 0.0) -> GuestReport:
    """The report of a boot from both its channels; `killed_after` is the deadline that ended it, or 0."""
    all_of_it = _Collector()
    for event in parse_events(events):
        all_of_it.feed(event)
    found = splats(console)
    hang = all_of_it.hang
    if killed_after and not hang and not any(s.kind != "lockup" for s in found):
        test, _, subtest = all_of_it.running().partition("/")
        hang = Hang(test, subtest, killed_after)
    if hang:
        hang = replace(hang, at=instructions(console))
    return GuestReport(
        release=all_of_it.release,
        boot_seconds=all_of_it.boot_seconds,
        modules=tuple(all_of_it.modules),
        checks=tuple(all_of_it.checks),
        output=tuple(all_of_it.output),
        splats=_without_backtraces(found, hang),
        hang=hang,
        running=all_of_it.running(),
        taint=all_of_it.taint,
        complete=all_of_it.complete,
    )


def console_tail(console: str, lines: int = 15) -> Sequence[str]:
    """The end of the console, for a guest that said nothing else."""
    return [line for line in clean(console) if line.strip()][-lines:]
