# SPDX-License-Identifier: GPL-2.0-only
"""What a session is made of, as far as it needs no kernel."""

from __future__ import annotations

import gzip
import json
import lzma
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from kiter import frontend
from kiter.btf.kinds import CONST, FUNC, FUNC_PROTO, PTR, STRUCT
from kiter.btf.reader import Btf
from kiter.btf.types import Type
from kiter.errors import KiterError, environment
from kiter.kernel import apt, fetch, kernels, toolchain
from kiter.target.profile import profile
from kiter.vm import console, image, initramfs, prototype, registration, results, runner
from kiter.vm.codes import CODES
from kiter.vm.results import Outcome, decisive_lines, read_report
from tools import testfile

SCX_DSQ = Path(__file__).parents[2] / "specs/scx_dsq.yaml"
OOPS = """\
[    2.1] kiter_x: loading out-of-tree module taints kernel.
[    2.2] BUG: kernel NULL pointer dereference, address: 0000000000000000
[    2.2] Oops: Oops: 0000 [#1] PREEMPT SMP NOPTI
[    2.2] RIP: 0010:bpf_iter_x_next+0x10/0x20 [kiter_x]
[    2.3] ---[ end trace 0000000000000000 ]---
[    2.3] Kernel panic - not syncing: Fatal exception
"""


def events(*lines: dict[str, object]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


BOOT = {"event": "boot", "release": "6.12.1", "us": 1_500_000}
MODULE = {"event": "module", "path": "/modules/x.ko", "errno": 0}
BEGIN = ({"event": "test", "test": "x"}, {"event": "subtest", "test": "x", "subtest": "walk"})
FAILURE = {
    **{"event": "failure", "test": "x", "subtest": "walk", "function": "f", "file": "a/x.c"},
    **{"line": 3, "name": "n", "text": "is 1, wanted == 2"},
}
SUB_END = {"event": "subtest_end", "test": "x", "subtest": "walk", "failures": 0, "skipped": 0, "us": 2000}
TEST_END = {
    **{"event": "test_end", "test": "x", "failures": 0, "skipped": 0, "signal": 0, "status": 0, "us": 9000}
}
END = {"event": "end", "taint": 12288, "us": 3_000_000}
REJECTED = {"event": "rejected", "test": "x", "subtest": "walk", "program": "p", "log": "1: call\nno\n"}


def test_outcomes_from_events() -> None:
    whole = (BOOT, MODULE, *BEGIN)
    assert read_report(events(*whole, SUB_END, TEST_END, END), "").outcome is Outcome.PASS
    failed = read_report(events(*whole, FAILURE, SUB_END, TEST_END, END), "")
    assert failed.outcome is Outcome.TEST_FAILED
    assert failed.checks[0].failures[0].file == "x.c"
    rejected = read_report(events(*whole, REJECTED, FAILURE, SUB_END, TEST_END, END), "")
    assert rejected.outcome is Outcome.VERIFIER_REJECTED
    refused = read_report(events(BOOT, {**MODULE, "errno": 22}, END), "")
    assert refused.outcome is Outcome.MODULE_REFUSED
    assert read_report(events(*whole), OOPS).outcome is Outcome.KERNEL_SPLAT
    assert read_report(events(*whole), "", killed_after=9).outcome is Outcome.HANG
    assert read_report(b"", "").outcome is Outcome.ENVIRONMENT
    assert len({outcome.status for outcome in Outcome}) == len(Outcome)


def test_warning_that_only_the_taint_shows_is_a_splat() -> None:
    report = read_report(events(BOOT, MODULE, *BEGIN, SUB_END, TEST_END, {**END, "taint": 512}), "")
    assert report.outcome is Outcome.KERNEL_SPLAT


def test_rejected_program_that_a_test_wanted_rejected_is_no_failure() -> None:
    report = read_report(events(BOOT, *BEGIN, REJECTED, SUB_END, TEST_END, END), "")
    assert report.outcome is Outcome.PASS


def test_subtest_in_which_the_process_died_is_named() -> None:
    report = read_report(events(BOOT, *BEGIN, {**TEST_END, "signal": 11}, END), "")
    assert [(c.name, c.crashed) for c in report.checks] == [("x/walk", 11), ("x", 11)]
    assert report.outcome is Outcome.TEST_FAILED


def test_what_was_running_is_known_after_a_panic() -> None:
    raw = events(BOOT, MODULE, *BEGIN) + b'{"event":"fail'
    report = read_report(raw, OOPS)
    assert (report.running, report.complete) == ("x/walk", False)
    assert report.splats[0].headline.startswith("BUG: kernel NULL pointer")


def test_oops_and_its_panic_count_once() -> None:
    found = console.splats(OOPS)
    assert [s.kind for s in found] == ["oops"]
    assert console.instructions(OOPS) == ("bpf_iter_x_next+0x10/0x20 [kiter_x]",)


def test_what_prints_a_backtrace_does_not_hide_what_hangs() -> None:
    rips = ("console_fifo_write+0x7f/0x140", "bpf_iter_x_next+0x10/0x20 [kiter_x]", "idle+0x1/0x2")
    text = "".join(f"[ 1.0] RIP: 0010:{rip}\n" for rip in rips)
    assert console.instructions(text) == (rips[1], rips[0], rips[2])


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("WARNING: CPU: 0 PID: 1 at kernel/x.c:3 f+0x1/0x2", "warning"),
        ("WARNING: possible recursive locking detected", "lockdep"),
        ("WARNING: suspicious RCU usage", "lockdep"),
        ("BUG: sleeping function called from invalid context at x.c:1", "lockdep"),
        ("watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [init:70]", "lockup"),
        ("rcu: INFO: rcu_preempt self-detected stall on CPU", "lockup"),
        ("BUG: KASAN: slab-use-after-free in f+0x1/0x2", "kasan"),
        ("kernel BUG at mm/slub.c:1!", "oops"),
        ("mtrr: your CPUs had inconsistent fixed MTRR settings", None),
        ("loading out-of-tree module taints kernel.", None),
    ],
)
def test_kinds_of_kernel_messages(line: str, kind: str | None) -> None:
    assert console.kind_of(line) == kind


def test_decisive_lines_leave_the_statistics_out() -> None:
    log = "0: R1=ctx()\n; f();\n5: (85) call f#1\nUnreleased reference id=1\nprocessed 6 insns (limit 1)\n"
    assert decisive_lines(log)[-1] == "Unreleased reference id=1"


def test_initramfs_is_deterministic_and_cpio_reads_it(tmp_path: Path) -> None:
    files = {"init": b"#!/bin/sh\n", "modules/x.ko": b"123"}
    packed = initramfs.pack(files, frozenset({"init"}))
    assert packed == initramfs.pack(dict(reversed(files.items())), frozenset({"init"}))
    if not shutil.which("cpio"):
        pytest.skip("cpio is not installed")
    listed = subprocess.run(["cpio", "-itv"], input=packed, capture_output=True, check=True).stdout.decode()
    assert "-rwxr-xr-x" in next(line for line in listed.splitlines() if line.endswith(" init"))
    assert "modules/x.ko" in listed and "dev/console" in listed


@pytest.mark.parametrize("method", [gzip.compress, lzma.compress, bytes])
def test_kernel_is_found_in_its_wrapping(method: object, tmp_path: Path) -> None:
    elf = b"\x7fELF" + bytes(range(256)) * 9
    wrapped = b"MZ loader \x1f\x8b\x08 by chance " * (method is not bytes) + method(elf)  # type: ignore[operator]
    assert image.unpack(wrapped, tmp_path / "vmlinux")
    assert (tmp_path / "vmlinux").read_bytes() == elf


def test_file_without_a_kernel(tmp_path: Path) -> None:
    assert not image.unpack(b"MZ nothing", tmp_path / "vmlinux")


def test_table_of_tests_keeps_the_order_and_serial_ones() -> None:
    text = "void test_b(void)\n{\n}\n\nvoid serial_test_a(void)\n{\n}\n\nstatic void test_no(void)\n{\n}\n"
    made = runner.table([testfile.read("x", text)])
    assert made.index('{ "b", test_b }') < made.index('{ "a", serial_test_a }')
    assert "test_no" not in made


class FakeBtf:
    """Types by id without their binary form."""

    def __init__(self, *types: Type) -> None:
        self.types = [Type(0, "void", 0), *types]
        self.base = None

    type = lambda self, number: self.types[number]  # noqa: E731
    skip_modifiers = Btf.skip_modifiers


def kfunc(name: str, returns: int, arguments: int, flags: int, size: int = 8) -> list[str]:
    state = Type(STRUCT, "bpf_iter_x", size)
    first = Type(CONST, "", 2)
    pointer = Type(PTR, "", 1)
    proto = Type(FUNC_PROTO, "", returns, tuple((0, 3) for _ in range(arguments)))
    types = FakeBtf(state, pointer, first, proto, Type(FUNC, name, 4))
    group = registration.IdSet("s", True, (registration.Kfunc(name, 5, flags),))
    return [f.code for f in registration.check_sets([group], types, frozenset({"taken"}))]  # type: ignore[arg-type]


NEW, NEXT, DESTROY = 1 << 8, 1 << 9, 1 << 10


@pytest.mark.parametrize(
    ("found", "rules"),
    [
        (kfunc("bpf_iter_x_new", 0, 2, NEW), []),
        (kfunc("bpf_iter_x_next", 2, 1, NEXT), []),
        (kfunc("bpf_iter_x_destroy", 0, 1, DESTROY), []),
        (kfunc("taken", 0, 1, 0), ["R62"]),
        (kfunc("bpf_iter_x_new", 0, 2, NEW | NEXT), ["R53"]),
        (kfunc("bpf_iter_x_new", 0, 0, NEW), ["R54"]),
        (kfunc("bpf_iter_x_new", 0, 1, NEW, size=12), ["R55"]),
        (kfunc("bpf_iter_y_new", 0, 1, NEW), ["R56"]),
        (kfunc("bpf_iter_x_next", 2, 2, NEXT), ["R57"]),
        (kfunc("bpf_iter_x_next", 1, 1, NEXT), ["R58"]),
        (kfunc("bpf_iter_x_destroy", 2, 1, DESTROY), ["R59"]),
    ],
)
def test_registration_rules(found: list[str], rules: list[str]) -> None:
    assert found == rules


def test_every_code_of_a_refusal_is_explained() -> None:
    given = set(re.findall(r'"([A-Z]\d\d)"', Path(registration.__file__).read_text()))
    assert len(given) > 10
    assert given <= CODES.keys()


def test_refusal_without_a_broken_rule_tells_what_the_kernel_said() -> None:
    (told,) = registration.explain(2, ["x: Unknown symbol f (err -2)"], [], "x.c")
    assert "symbol" in told.message and "Unknown symbol f" in told.reason


def test_fetched_headers_point_into_the_cache(tmp_path: Path) -> None:
    headers = tmp_path / "root/usr/src/linux-headers-6.12.1-cloud-amd64"
    headers.mkdir(parents=True)
    (headers / "Makefile").write_text("include /usr/src/linux-headers-6.12.1-common/Makefile\n")
    (headers / "scripts").symlink_to("/usr/lib/linux-kbuild-6.12.1/scripts")
    toolchain.relocate(tmp_path / "root", Path("/cache/6.12.1"))
    assert (headers / "Makefile").read_text().startswith("include /cache/6.12.1/usr/src/")
    assert str((headers / "scripts").readlink()) == "/cache/6.12.1/usr/lib/linux-kbuild-6.12.1/scripts"


def test_kernels_are_found_by_the_beginning_of_their_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [kernels.Kernel(r, tmp_path, tmp_path) for r in ("6.12.9-a", "6.12.10-a", "7.3.1-a")]
    monkeypatch.setattr(kernels, "installed", lambda: known)
    monkeypatch.setattr(kernels, "fetched", lambda folder=None: [])
    assert kernels.find().release == "6.12.10-a"
    assert kernels.find("7.3").release == "7.3.1-a"
    with pytest.raises(KiterError) as told:
        kernels.find("6.1")
    assert told.value.status == 2
    with pytest.raises(KiterError):
        kernels.remove("6.12.9-a")


def test_decisive_lines_are_those_above_the_explanation_of_later_kernels() -> None:
    verdict = "; x\n44: (61) r2 = *(u32 *)(r2 +2872)\nR2 invalid mem access 'scalar'\n"
    assert results.decisive_lines(f"0: ...\n{verdict}processed 2 insns\n") == tuple(verdict.splitlines())
    explained = "\nVerification failed: Invalid\n\nReason:\n  R2 is.\n\nSuggestion:\n  Preserve\n  it.\n\n"
    found = results.decisive_lines(f"0: ...\n{verdict}{explained}")
    assert found == (*verdict.splitlines(), "suggestion: Preserve it.")


def test_removing_takes_the_sources_with_the_last_kernel_of_a_version(tmp_path: Path) -> None:
    folder = tmp_path / "kernels"
    for release in ("7.3.3-a", "7.3.4-a", "7.2.1-a"):
        (folder / release).mkdir(parents=True)
        (folder / release / kernels.COMPLETE).touch()
    (tmp_path / "sources").mkdir()
    for version in ("7.2", "7.3"):
        (tmp_path / f"sources/linux-source-{version}.tar.xz").touch()
    kernels.remove("7.3.3-a", folder)
    assert len(list((tmp_path / "sources").iterdir())) == 2
    kernels.remove("7.3.4-a", folder)
    assert [path.name for path in (tmp_path / "sources").iterdir()] == ["linux-source-7.2.tar.xz"]
    assert [kernel.release for kernel in kernels.fetched(folder)] == ["7.2.1-a"]


def test_result_module_says_every_status() -> None:
    assert {o.status for o in results.Outcome} == set(range(7))


def test_what_no_module_can_hold_is_told_where_the_spec_says_so() -> None:
    it = frontend.model(SCX_DSQ, profile("6.12"))
    (found,) = prototype.confined([it])
    assert (found.code, found.severity) == ("R44", "warning")
    assert found.source.strip().startswith("inside: true")


class Suite:
    """An apt that sees the headers of these releases; None for a suite that the mirror lacks."""

    def __init__(self, releases: list[str] | None) -> None:
        self.releases = releases

    def update(self) -> None:
        if self.releases is None:
            raise environment("R33", "apt-get update failed")

    def names(self, prefix: str) -> list[str]:
        return [
            f"{fetch.HEADERS}{release}"
            for release in [*(self.releases or ()), "cloud-amd64", "7.9-cloud-amd64"]
        ]

    def real(self, packages: list[str]) -> set[str]:
        return set(packages)


def test_every_version_of_every_suite_is_offered_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suites = {
        "backports": ["7.2.6-cloud-amd64", "7.2.12-cloud-amd64", "7.3.4-cloud-amd64", "7.4.1-amd64"],
        "gone": None,
        "testing": ["7.2.12-cloud-amd64"],
    }
    monkeypatch.setattr(apt, "own", lambda folder: Suite(["6.1.0-cloud-amd64", "6.12.9-cloud-amd64"]))
    monkeypatch.setattr(apt, "suites", lambda folder: ((name,) for name in suites))
    monkeypatch.setattr(apt, "private", lambda names, folder: Suite(suites[names[0]]))
    assert fetch.offered(folder=tmp_path) == ["6.12", "7.2", "7.3"]
    assert fetch.offered("testing", tmp_path) == ["7.2"]
