# SPDX-License-Identifier: GPL-2.0-only
"""What the whole suite shares: the `vm` and `breadth` markers and the golden files' one switch."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# a busy host is no finding, and a folder that every example writes anew is safe to share
settings.register_profile(
    "suite",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("suite")

GOLDEN = Path(__file__).parent / "golden"
VM_PROGRAMS = {"qemu-system-x86_64": "qemu-system-x86", "busybox": "busybox-static"}

used_key = pytest.StashKey[set[str]]()
stale_key = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write the golden files instead of comparing with them"
    )
    parser.addoption(
        "--breadth", action="store_true", help="run the tests of all of a kind, which other runs leave out"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[used_key] = set()
    config.stash[stale_key] = []


# --- which tests run, and where ----------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All VMs in one worker: two at a time on two cores only make each other miss deadlines.

    What proves of all of a kind what other tests prove of some runs with --breadth, and alone then.
    """
    breadth = config.getoption("--breadth")
    left_out = [item for item in items if bool(item.get_closest_marker("breadth")) != breadth]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    for item in items:
        if item.get_closest_marker("vm") and config.pluginmanager.has_plugin("xdist"):
            item.add_marker(pytest.mark.xdist_group("vm"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = [
        f"{program} (package {package})"
        for program, package in VM_PROGRAMS.items()
        if not shutil.which(program)
    ]
    if missing and item.get_closest_marker("vm"):
        pytest.skip(f"no VM here: {', '.join(missing)} not found")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """With KITER_REQUIRE_VM a VM test that skips, for whatever reason, has failed."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.skipped and item.get_closest_marker("vm") and os.environ.get("KITER_REQUIRE_VM"):
        report.outcome = "failed"
        report.longrepr = f"KITER_REQUIRE_VM is set, but the test skipped: {report.longrepr}"


# --- golden files ------------------------------------------------------------------------------


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """golden(name, text): text must be what tests/golden/<name> holds; --update-golden writes it."""
    update = request.config.getoption("--update-golden")
    used = request.config.stash[used_key]

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        used.add(name)
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"no golden file {name}: `make golden` writes it"
        assert text == path.read_text(encoding="utf-8"), f"{name} differs: `make golden` if that is meant"

    return compare


def _whole_suite(config: pytest.Config) -> bool:
    """Only a run of every test, none skipped, can know that nobody asks for a file any more."""
    option = config.option
    chosen = option.keyword or option.markexpr or option.breadth or getattr(option, "lf", False)
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    return config.args == config.getini("testpaths") and not chosen and not reporter.stats.get("skipped")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist ends: take over what its tests asked for."""
    node.config.stash[used_key].update(node.workeroutput.get("golden", []))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    config = session.config
    if hasattr(config, "workeroutput"):
        used = config.stash[used_key]
        config.workeroutput["golden"] = sorted(used)
    elif exitstatus == pytest.ExitCode.OK and _whole_suite(config):
        _settle_stale(session)


def _settle_stale(session: pytest.Session) -> None:
    """Golden files that no test asked for: an error, or removed when they are being updated."""
    known = {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file()}
    used = session.config.stash[used_key]
    stale = sorted(known - used)
    if session.config.getoption("--update-golden"):
        for name in stale:
            (GOLDEN / name).unlink()
    elif stale:
        session.config.stash[stale_key] = stale
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "vm" in r.keywords]
    if skipped:
        terminalreporter.section("VM TESTS SKIPPED", red=True, bold=True)
        terminalreporter.write_line(
            f"{len(skipped)} tests that boot a kernel did not run: {skipped[0].longrepr[-1]}"
        )
    if config.stash[stale_key]:
        terminalreporter.section(
            "golden files that no test uses (`make golden` removes them)", red=True, bold=True
        )
        terminalreporter.write_line("\n".join(f"tests/golden/{name}" for name in config.stash[stale_key]))
