# SPDX-License-Identifier: GPL-2.0-only
"""`kiter watch`: what a screen shows, what ends a run, and all of it through a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiter.cli.main import main
from kiter.kernel.kernels import installed
from kiter.watch import files, screen
from kiter.watch.screen import News, Size
from kiter.watch.turn import Child, Turn

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "specs/letter/process.yaml").read_text()
MOST = 300  # seconds and pieces of text until something that does not come is given up
CSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


# --- the screen ---------------------------------------------------------------------------------


def turn(*, first: bool = True, second: bool = True, code: str = "a\nb\nc\n", told: str = "all\n") -> Turn:
    checks = {"process": {"walk": first, "leak": second}}
    return Turn("pass", good=first and second, told=told, checks=checks, emitted={"x.c": code})


def test_a_first_run_brings_no_news():
    assert screen.news(turn(), {}, {}) == News()


def test_what_broke_what_was_fixed_and_the_code_that_changed():
    before, now = turn(second=False), turn(first=False, code="a\nB\nc\n")
    new = screen.news(now, before.checks, before.emitted)
    assert (new.broke, new.fixed) == (("process: walk",), ("process: leak",))
    assert new.diff[1:] == (" a", "-b", "+B", " c")


def test_a_screen_takes_all_of_a_terminal_and_no_more():
    shown = turn(told="".join(f"line {number} {'x' * 200}\n" for number in range(99)))
    text = screen.drawn("kernel 6.12", shown, News(broke=("process: walk",)), Size(40, 10), terminal=True)
    lines = CSI.sub("", text).split("\n")
    assert len(lines) == 10 and max(map(len, lines)) < 40
    assert lines[0].startswith("pass · kernel 6.12") and lines[1].startswith("broke since the last run")
    assert lines[-1].startswith("a: run all") and "…" in lines


def test_without_a_terminal_all_is_shown_and_nothing_cleared():
    shown = turn(told="".join(f"line {number}\n" for number in range(99)))
    text = screen.drawn("kernel 6.12", shown, News(diff=("-a", "+b")), Size(40, 10), terminal=False)
    assert "\x1b" not in text and "line 98" in text and "+b" in text


# --- files and runs -----------------------------------------------------------------------------


def test_a_save_is_seen_also_of_a_fixture_or_a_new_spec(tmp_path):
    (tmp_path / "a.yaml").write_text("one")
    states = [files.state([str(tmp_path)])]
    for name, text in (("a.yaml", "another"), ("b.yaml", "new"), ("fixtures/own/user.c", "int x;")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
        states.append(files.state([str(tmp_path)]))
    (tmp_path / "a.yaml").unlink()
    states.append(files.state([str(tmp_path)]))
    assert len(set(states)) == len(states)


def test_no_spec_left_is_a_state_like_any_other(tmp_path):
    assert files.state([str(tmp_path)]) == files.state([str(tmp_path)])


def test_a_run_tells_what_it_came_to():
    assert Child(turn).result() == turn()


def test_a_run_that_dies_tells_nothing():
    assert Child(lambda: os.kill(os.getpid(), signal.SIGKILL)).result() is None  # type: ignore[arg-type, return-value]


@pytest.fixture(params=[signal.SIG_IGN, signal.default_int_handler], ids=["ignored", "heeded"])
def interrupts(request: pytest.FixtureRequest) -> Iterator[None]:
    """As whoever starts us has them: a script's `kiter watch &` has them ignored."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interrupts")
def test_a_run_that_is_interrupted_cleans_up_and_leaves_no_process(tmp_path, monkeypatch):
    monkeypatch.setattr("kiter.watch.turn._GRACE", float(MOST))

    def work() -> Turn:
        try:
            subprocess.run(["sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 60"], check=False)
        finally:
            (tmp_path / "clean").touch()
        return turn()

    child = Child(work)
    while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()):
        time.sleep(0.01)
    child.interrupt()
    assert (tmp_path / "clean").exists()
    state = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    # one that nobody has waited for yet is no process any more
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX"


@pytest.mark.usefixtures("interrupts")
def test_an_interrupt_that_comes_at_once_ends_the_run_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("kiter.watch.turn._GRACE", float(MOST))
    fork = os.fork

    def interrupted() -> int:
        pid = fork()
        # before the child has done anything
        if not pid:
            os.kill(os.getpid(), signal.SIGINT)
        return pid

    def work() -> Turn:
        (tmp_path / "begun").touch()
        return turn()

    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", interrupted)
        try:
            child = Child(work)
        except KeyboardInterrupt:
            # in the child, which would go on as a second one of us
            (tmp_path / "escaped").touch()
            os._exit(1)
    assert child.result() is None
    assert list(tmp_path.iterdir()) == []


# --- through a terminal -------------------------------------------------------------------------


class Terminal:
    """`kiter watch` in a terminal of its own."""

    def __init__(self, *words: str) -> None:
        self.master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (40, 100))
        self.before = termios.tcgetattr(slave)
        run = "import sys; from kiter.cli.main import main; sys.exit(main(sys.argv[1:]))"
        self.process = subprocess.Popen(
            [sys.executable, "-c", run, "watch", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT / "gen")},
            start_new_session=True,
        )
        self.slave = slave
        self.seen = ""

    def until(self, words: str) -> str:
        """What came up to these words; without them the test does not go on."""
        silent = 0
        while words not in self.seen:
            silent += 1
            assert silent < MOST, f"'{words}' never came: {self.seen}"
            if select.select([self.master], [], [], 1)[0]:
                self.seen += CSI.sub("", os.read(self.master, 65536).decode("utf-8", "replace"))
            assert self.process.poll() is None or words in self.seen, self.seen
        before, _, self.seen = self.seen.partition(words)
        return before

    def rest(self) -> str:
        """What has come since, of one that has ended."""
        while select.select([self.master], [], [], 0)[0]:
            self.seen += os.read(self.master, 65536).decode("utf-8", "replace")
        return self.seen

    def press(self, key: str) -> None:
        os.write(self.master, key.encode())

    def ended(self) -> int:
        """The status; the terminal is as it was before."""
        status = self.process.wait(timeout=MOST)
        assert termios.tcgetattr(self.slave) == self.before
        return status


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    if not installed():
        pytest.skip("no kernel is installed")
    spec = tmp_path / "process.yaml"
    spec.write_text(SPEC.replace("iterator:", "iteratr:"))
    return spec


def test_a_broken_spec_is_shown_and_outlived(broken):
    there = Terminal(str(broken))
    there.until("waiting for a save")
    there.until("iteratr: process")
    broken.write_text(SPEC.replace("summary:", "sumary:"))
    there.until("waiting for a save")
    there.until("sumary: walk")
    there.press("q")
    assert there.ended() == 0


@pytest.mark.usefixtures("interrupts")
@pytest.mark.parametrize("when", ["running", "waiting for a save"])
def test_it_ends_clean_on_interrupt(broken, when):
    there = Terminal(str(broken))
    there.until(when)
    os.killpg(there.process.pid, signal.SIGINT)
    assert there.ended() == 0
    assert "Traceback" not in there.rest()


def test_what_names_no_spec_is_told_at_once(tmp_path, capsys):
    assert main(["watch", str(tmp_path)]) == 1
    assert "there is no spec in this folder" in capsys.readouterr().err


@pytest.mark.vm
@pytest.mark.xdist_group("vm")
def test_a_save_brings_the_verdict_and_the_c_that_changed(broken):
    broken.write_text(SPEC)
    there = Terminal(str(broken))
    there.until("waiting for a save")
    there.until("checks passed")
    broken.write_text(SPEC.replace("summary: walk over", "summary: visit"))
    there.until("the C that changed:")
    there.until("visit")
    there.press("q")
    assert there.ended() == 0
