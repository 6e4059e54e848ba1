# SPDX-License-Identifier: GPL-2.0-only
"""What happened in a virtual machine, as text, JSON, JUnit and TAP: facts in, text out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, field
from xml.etree import ElementTree

from kiter.cli import _demonstrations
from kiter.cli._reasons import reasons
from kiter.fixtures.off import off
from kiter.kernel.arch import arch_of
from kiter.tested import Run
from kiter.value_class import value_class
from kiter.vm import conformance, demonstrations
from kiter.vm.demonstrations import Asked
from kiter.vm.prototype import Prototype
from kiter.vm.results import Check, GuestReport, console_tail
from kiter.vm.session import VmResult

FORMATS = ("text", "json", "github", "junit", "tap")
GROUPS = ("walks", "contract", "refused")
INDENT = "      "
# templates/selftests/shared/tests.h.j2, iter_test_contract() and iter_test_under_lock()
WALKLESS = ": new() failed, or the walk met nothing, so the rest of it proves nothing"


@value_class
class Verdicts:
    """One run.

    result: what happened in the guest
    made: the iterators that it ran
    asked: what was asked for beside the selftests
    unchanged: what it left out, for it is as it was when it passed
    """

    result: VmResult
    made: tuple[Prototype, ...]
    asked: Asked = field(default_factory=Asked)
    unchanged: tuple[Prototype, ...] = ()

    @property
    def report(self) -> GuestReport:
        """What the guest told."""
        return self.result.report

    def of(self, prototype: Prototype) -> tuple[Check, ...]:
        """The subtests of one iterator, and the test itself where it failed by itself."""
        names = {*prototype.tests, *demonstrations.tests(prototype)}
        own = (c for c in self.report.checks if c.test in names)
        return tuple(c for c in own if c.subtest or c.failures or c.crashed)

    def passed(self, prototype: Prototype) -> bool:
        """Whether an iterator passed everything, in a run that went to its end."""
        own = self.of(prototype)
        return self.report.sound and bool(own) and all(check.passed for check in own)

    def run(self, prototype: Prototype, harness: str) -> Run:
        """What the run showed of an iterator that passed, for the cover letter of its series."""
        counts = Counter(map(group, self.of(prototype)))
        walks, contract, refused = (counts[name] for name in GROUPS)
        return Run(self.report.release, arch_of(self.report.release).uname, harness, walks, contract, refused)

    @property
    def checks(self) -> tuple[Check, ...]:
        """All of them, in the order of the iterators."""
        return tuple(check for prototype in self.made for check in self.of(prototype))


def group(check: Check) -> str:
    """The part of the suite that a subtest belongs to: its name begins with what it does."""
    if check.subtest.startswith("walk "):
        return "walks"
    if (kind := check.test.rpartition("_")[2]) in {"compare", "show"}:
        return kind
    named = check.subtest.partition(" ")[0]
    return "contract" if not named or named in conformance.TRIES else "refused"


def write(verdicts: Verdicts, form: str, verbose: int) -> str:
    """The verdicts of one kernel in one of FORMATS."""
    return write_all((verdicts,), form, verbose)


def write_all(found: Sequence[Verdicts], form: str, verbose: int) -> str:
    """The verdicts of each kernel in one of FORMATS."""
    writers = {"json": _json, "junit": _junit, "tap": _tap, "github": _github}
    if form in writers:
        return writers[form](found)
    return "".join(f"{line}\n" for one in found for line in _text(one, verbose))


def _text(verdicts: Verdicts, verbose: int) -> Iterator[str]:
    if verdicts.made:
        yield _headline(verdicts)
    if verdicts.result.booted:
        yield f"booted, for no guest could be resumed: {verdicts.result.booted}"
    for prototype in verdicts.made:
        yield from _iterator(verdicts, prototype, verbose)
    yield from _accidents(verdicts, verbose)
    if verdicts.unchanged:
        names = ", ".join(prototype.it.name for prototype in verdicts.unchanged)
        yield f"not run, as when it passed: {names}"
    if verdicts.made:
        yield total(verdicts)


def _headline(verdicts: Verdicts) -> str:
    accelerator = verdicts.result.accelerator
    steps = (f"{step.name} {step.seconds:.1f} s" for step in verdicts.result.steps)
    release = verdicts.report.release or "unknown"
    return " · ".join((f"kernel {release}, QEMU ({accelerator.name.upper()})", *steps))


def _iterator(verdicts: Verdicts, prototype: Prototype, verbose: int) -> Iterator[str]:
    yield _introduced(prototype)
    checks = verdicts.of(prototype)
    for name in GROUPS:
        own = [c for c in checks if group(c) == name]
        if own:
            yield f"  {name:<10}{sum(c.passed for c in own):>3}/{len(own)}"
    yield from (f"  off       {found}" for found in off(prototype.it))
    compared = [c for c in checks if group(c) == "compare"]
    yield from _demonstrations.text(verdicts.report, prototype, verdicts.asked, compared, verbose)
    for check in checks:
        if verbose and check.passed:
            yield f"    ok    {check.subtest} {check.seconds:.3f} s"
        elif not check.passed:
            yield from _failed(verdicts.report, prototype, check)


def _introduced(prototype: Prototype) -> str:
    notes = []
    if prototype.renamed:
        notes.append(f"run as {prototype.name} (the kernel has {prototype.it.name} itself)")
    if prototype.shims:
        notes.append(f"reaches {', '.join(prototype.shims)} through a shim (not exported to modules)")
    return ", ".join((prototype.it.name, *notes))


def _failed(report: GuestReport, prototype: Prototype, check: Check) -> Iterator[str]:
    word = "skip" if check.skipped else "FAIL"
    died = f" (ended by {check.crashed})" if check.crashed else ""
    why = WALKLESS if check.skipped and group(check) == "contract" else ""
    yield f"    {word}  {check.subtest or check.test}{died}{why}"
    for reason, lines in reasons(report, prototype, check):
        yield f"{INDENT}    {reason}"
        yield from (f"{INDENT}      {line}" for line in lines)


def _accidents(verdicts: Verdicts, verbose: int = 0) -> Iterator[str]:
    report = verdicts.report
    for load in report.modules:
        if load.errno:
            yield f"module {load.name} refused: errno {load.errno}"
            yield from (f"{INDENT}{line}" for line in _brief(load.messages, verbose))
    for refusal in verdicts.result.refusals:
        yield f"{INDENT}[{refusal.code}] {refusal.message}"
    for splat in report.splats:
        yield f"kernel {splat.kind}" + (f" during {report.running}" if report.running else "")
        yield from (f"{INDENT}{line}" for line in _brief(splat.lines, verbose))
    if report.hang:
        where = "/".join(filter(None, (report.hang.test, report.hang.subtest))) or "the guest"
        yield f"hang: {where} did not end within {report.hang.seconds:.0f} s"
        yield from (f"{INDENT}{line}" for line in report.hang.at)
    if not report.complete and not report.hang and not report.splats:
        yield "the guest ended early; its last words:"
        yield from (f"{INDENT}{line}" for line in console_tail(verdicts.result.console))


def _brief(lines: Sequence[str], verbose: int) -> Iterator[str]:
    """What a kernel's complaint comes to: what it was, where, and who called; all of it with -v."""
    if verbose:
        yield from lines
        return
    trace = False
    for line in lines:
        bare = line.strip()
        trace = trace or bare.startswith("Call Trace")
        told = bare.startswith(("BUG", "WARNING", "Oops", "Kernel panic", "RIP: 0010", "watchdog", "kiter_"))
        if told or (trace and "+0x" in bare and not bare.startswith(("?", "RIP"))):
            yield line


def total(verdicts: Verdicts) -> str:
    """What all checks of a run come to."""
    checks = verdicts.checks
    passed = sum(c.passed for c in checks)
    took = f"in {verdicts.result.seconds:.1f} s"
    if passed == len(checks) and verdicts.result.outcome.status == 0:
        return f"{passed} checks passed {took}"
    return f"{verdicts.result.outcome.value}: {passed} of {len(checks)} checks passed {took}"


def _json(found: Sequence[Verdicts]) -> str:
    facts = [_facts(verdicts) for verdicts in found]
    return json.dumps(facts if facts[1:] else facts[0], indent=2) + "\n"


def _facts(verdicts: Verdicts) -> dict[str, object]:
    result, report = verdicts.result, verdicts.report
    return {
        "outcome": result.outcome.value,
        "status": result.outcome.status,
        "kernel": report.release,
        "accelerator": result.accelerator.name,
        "booted": result.booted or None,
        "seconds": round(result.seconds, 3),
        "steps": {step.name: round(step.seconds, 3) for step in result.steps},
        "iterators": [
            {
                "name": p.it.name,
                "run_as": p.name,
                "shims": list(p.shims),
                "checks": [_fact(report, p, check) for check in verdicts.of(p)],
                "off": [asdict(found) for found in off(p.it)],
                **_demonstrations.facts(report, p, verdicts.asked),
            }
            for p in verdicts.made
        ],
        "unchanged": [p.it.name for p in verdicts.unchanged],
        "modules": [{"name": m.name, "errno": m.errno, "messages": m.messages} for m in report.modules],
        "refusals": [{"code": d.code, "message": d.message} for d in result.refusals],
        "splats": [{"kind": s.kind, "lines": s.lines} for s in report.splats],
        "hang": "/".join((report.hang.test, report.hang.subtest)) if report.hang else None,
    }


def _fact(report: GuestReport, prototype: Prototype, check: Check) -> dict[str, object]:
    return {
        "name": check.subtest or check.test,
        "group": group(check),
        "passed": check.passed,
        "skipped": check.skipped,
        "seconds": round(check.seconds, 3),
        "failures": list(_details(report, prototype, check)),
    }


def _details(report: GuestReport, prototype: Prototype, check: Check) -> Iterator[str]:
    for reason, lines in reasons(report, prototype, check):
        yield f"{reason} {' / '.join(lines)}".rstrip()


def _troubles(verdicts: Verdicts) -> Sequence[str]:
    """What went wrong outside of any check, for formats that know only checks."""
    return tuple(_accidents(verdicts))


def _told(verdicts: Verdicts, prototype: Prototype) -> Sequence[str]:
    """What was asked for beside the checks, for formats that know only checks."""
    compared = [c for c in verdicts.of(prototype) if group(c) == "compare"]
    told = _demonstrations.text(verdicts.report, prototype, verdicts.asked, compared, verbose=1)
    return (*(f"off: {found}" for found in off(prototype.it)), *told)


def _junit(found: Sequence[Verdicts]) -> str:
    took = sum(verdicts.result.seconds for verdicts in found)
    suites = ElementTree.Element("testsuites", name="kiter", time=f"{took:.3f}")
    for verdicts in found:
        suites.extend(_suite(verdicts, prototype) for prototype in verdicts.made)
        if troubles := _troubles(verdicts):
            suite = ElementTree.SubElement(suites, "testsuite", name="kernel", tests="1", errors="1")
            case = ElementTree.SubElement(
                suite, "testcase", classname="kernel", name=verdicts.result.outcome.value
            )
            ElementTree.SubElement(case, "error", message=troubles[0]).text = "\n".join(troubles)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(verdicts: Verdicts, prototype: Prototype) -> ElementTree.Element:
    checks = verdicts.of(prototype)
    suite = ElementTree.Element(
        "testsuite",
        name=prototype.it.name,
        tests=str(len(checks)),
        failures=str(sum(not c.passed and not c.skipped for c in checks)),
        hostname=verdicts.report.release,
    )
    for check in checks:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=prototype.it.name,
            name=check.subtest or check.test,
            time=f"{check.seconds:.3f}",
        )
        if check.skipped:
            ElementTree.SubElement(case, "skipped")
        elif not check.passed:
            told = "\n".join(_details(verdicts.report, prototype, check))
            ElementTree.SubElement(case, "failure", message="failed").text = told
    if asked := _told(verdicts, prototype):
        ElementTree.SubElement(suite, "system-out").text = "\n".join(asked)
    return suite


def _tap(found: Sequence[Verdicts]) -> str:
    named = [(v, p, c) for v in found for p in v.made for c in v.of(p)]
    lines = ["TAP version 13", f"1..{len(named)}"]
    for number, (verdicts, prototype, check) in enumerate(named, 1):
        word = "ok" if check.passed or check.skipped else "not ok"
        skip = " # SKIP" if check.skipped else ""
        where = f" on {verdicts.report.release}" if found[1:] else ""
        lines.append(f"{word} {number} - {prototype.it.name}{where}: {check.subtest or check.test}{skip}")
        lines += [f"# {line}" for line in _details(verdicts.report, prototype, check)]
    lines += [f"# {line}" for v in found for p in v.made for line in _told(v, p)]
    lines += [f"Bail out! {line}" for v in found for line in _troubles(v)[:1]]
    return "\n".join(lines) + "\n"


def _github(found: Sequence[Verdicts]) -> str:
    """A workflow command for each check that failed, then the text."""
    failed = [(v, p, c) for v in found for p in v.made for c in v.of(p) if not c.passed and not c.skipped]
    lines = [
        f"::error file={p.it.node.document.name},title=kiter run::{c.subtest or c.test}: "
        + "%0A".join(line.replace("%", "%25") for line in _details(v.report, p, c))
        for v, p, c in failed
    ]
    return "\n".join([*lines, *(line for v in found for line in _text(v, 0))]) + "\n"
