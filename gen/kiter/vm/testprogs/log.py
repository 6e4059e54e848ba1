# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's test_progs prints with -v, made into the events that our own harness reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from kiter.regex import regex
from kiter.vm.results import parse_events
from kiter.vm.runner import Test, title

Event = dict[str, Any]

# "#1/2     css_iter/walk CHILDREN:OK" ends a subtest, "#1       css_iter:OK" the test
RESULT = regex(r"^#\d+(?:/\d+)?\s+(?P<name>.*?):(?P<verdict>OK|FAIL|SKIP)(?: \(SKIP: \d+/\d+\))?$")
# ASSERT_* says its name and then "unexpected <name>", PRINT_FAIL() says the line
NAMED = regex(r"^(?P<function>\w+):FAIL:(?P<name>.+?) (?P<text>unexpected (?P=name)\b.*)$")
FAILED = regex(r"^(?P<function>\w+):FAIL:(?:(?P<line>\d+)|(?P<name>\S*)) ?(?P<text>.*)$")
MORE = regex(r"^(?:MATCHED|EXPECTED|UNEXPECTED|WRONG LINE|expecting match at line)\b")
LIBRARY_LOG = regex(r"^libbpf: prog '(?P<program>[^']+)': -- BEGIN PROG LOAD LOG --$")
LIBRARY_END = regex(r"-- END PROG LOAD LOG --$")
LOADER_LOG = "VERIFIER LOG:"
RULER = "============="
LOADER = frozenset({"run_subtest", "validate_msgs", "process_subtest", "do_prog_test_run"})
LOG_TAIL = 6000
OUTPUT_TAIL = 20000
NOISE = regex(r"^$|bpf_testmod")


@dataclass(slots=True)
class _Log:
    """A verifier's log on its way: `program` is "" for that of the subtest's own program."""

    program: str
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines if line != RULER)[-LOG_TAIL:]


class _Reader:
    """The lines of one test in, events out when a subtest or the test ends.

    `sources` are the texts of its own file, which is the first, and of the headers, by their names.
    """

    def __init__(self, test: str, sources: Mapping[str, str]) -> None:
        self.test, self.sources = test, sources
        self.since: int | None = None
        self.output: list[str] = []
        self.verdict, self.subtests, self.failed = "", 0, False
        self._forget()

    def _forget(self) -> None:
        self.failures: list[Event] = []
        self.logs: list[_Log] = []
        self.log: _Log | None = None
        self.said: list[str] = []

    def line(self, text: str, us: int) -> Iterator[Event]:
        """Takes a line that was printed at that time."""
        self.since = us if self.since is None else self.since
        result = RESULT.match(text)
        if self.verdict:
            return  # all that follows is the sum of it
        if result and result["name"] == self.test:
            self.verdict = result["verdict"]
        elif result and result["name"].startswith(f"{self.test}/"):
            yield from self._subtest(result["name"].removeprefix(f"{self.test}/"), result["verdict"], us)
        elif self.log:
            self._in_log(self.log, text)
        else:
            self._said(text)

    def _in_log(self, log: _Log, text: str) -> None:
        if LIBRARY_END.search(text) or (text == RULER and log.lines[:1] == [RULER]):
            self.log = None
        else:
            log.lines.append(text)

    def _said(self, text: str) -> None:
        library = LIBRARY_LOG.match(text)
        failed = NAMED.match(text) or FAILED.match(text)
        if library or text == LOADER_LOG:
            self.log = _Log(library["program"] if library else "")
            self.logs.append(self.log)
        elif failed:
            self.failures.append(self._failure(failed.groupdict()))
        elif self.failures and MORE.match(text):
            self.failures[-1]["text"] = f"{self.failures[-1]['text']} {text}".strip()
        elif not NOISE.search(text):
            self.said.append(text)

    def _failure(self, found: Mapping[str, str | None]) -> Event:
        function, name = found["function"] or "", found["name"] or ""
        file, line = "test_loader.c", 0
        if self.sources and function not in LOADER:
            file, line = place(self.sources, function, name)
        line = int(found.get("line") or line)
        return {"function": function, "file": file, "line": line, "name": name, "text": found["text"] or ""}

    def _subtest(self, subtest: str, verdict: str, us: int) -> Iterator[Event]:
        where = {"test": self.test, "subtest": subtest}
        yield {"event": "subtest", **where}
        yield from self._findings(where, verdict)
        took = us - (self.since or us)
        yield {"event": "subtest_end", **where, "skipped": int(verdict == "SKIP"), "us": took}
        self.since = us
        self.subtests += 1
        self.failed |= verdict == "FAIL"
        self._forget()

    def _findings(self, where: Event, verdict: str) -> Iterator[Event]:
        # of a program that a test loads to see it fail, the library's complaints say nothing new
        tried = any(not log.program for log in self.logs)
        self.output += [line for line in self.said if not (tried and line.startswith("libbpf: "))]
        if verdict == "FAIL" and not self.failures:
            self.failures = [self._failure({"function": "", "name": "", "text": "test_progs says FAIL"})]
        names = {failure["name"] for failure in self.failures}
        for log in self.logs:
            program = log.program or where.get("subtest", "")
            if log.program or "unexpected_load_failure" in names:
                yield {"event": "rejected", **where, "program": program, "log": log.text}
            elif names - {"unexpected_load_success"}:
                yield {"event": "log", **where, "program": program, "log": log.text}
        yield from ({"event": "failure", **where, **f} for f in self.failures)

    def end(self, event: Event) -> Iterator[Event]:
        """The test is over: what belongs to no subtest is its own."""
        # where a subtest fails, the test does: that is nothing of its own
        yield from self._findings({"test": self.test}, "" if self.failed else self.verdict)
        if self.output:
            text = "\n".join(self.output)[-OUTPUT_TAIL:]
            yield {"event": "output", "test": self.test, "text": text}
        yield {**event, "skipped": int(self.verdict == "SKIP" and not self.subtests)}


def place(sources: Mapping[str, str], function: str, name: str) -> tuple[str, int]:
    """The file that defines a function, and the line on which that asserts something of that name.

    It is the first file if none does, and line 0 if there is no such line.
    """
    for file, text in sources.items():
        begins = re.search(rf"^\S.*\b{re.escape(function)}\([^;]*?\)\n\{{", text, re.MULTILINE | re.DOTALL)
        if begins:
            at = text.find(f'"{name}"', begins.end(), text.find("\n}", begins.end()))
            return file, text.count("\n", 0, at) + 1 if at >= 0 else 0
    return next(iter(sources)), 0


def events(raw: bytes, tests: Iterable[Test], headers: Mapping[str, str]) -> bytes:
    """The events of the guest, in which a test's lines are replaced by what they mean.

    `headers` are the texts of what tests include, by their paths.
    """
    included = {PurePosixPath(path).name: text for path, text in headers.items()}
    sources = {title(call): {f"{t.name}.c": t.text} | included for t in tests for call in t.functions}
    return b"".join(json.dumps(event).encode() + b"\n" for event in _events(parse_events(raw), sources))


def _events(found: Iterable[Event], sources: Mapping[str, Mapping[str, str]]) -> Iterator[Event]:
    reader = _Reader("", {})
    for event in found:
        if event["event"] == "test":
            reader = _Reader(event["test"], sources.get(event["test"], {}))
        if event["event"] == "line":
            yield from reader.line(event["text"], event["us"])
        elif event["event"] == "test_end":
            yield from reader.end(event)
        elif event["event"] != "output":
            yield event
