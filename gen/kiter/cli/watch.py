# SPDX-License-Identifier: GPL-2.0-only
"""`kiter watch`: at each save lint, build and run what changed, and show it on one screen."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from kiter import frontend
from kiter.cache.store import Cache
from kiter.cli import _verdicts, report
from kiter.cli._prepared import Wish, judged, ready
from kiter.cli.command import KERNEL
from kiter.errors import KiterError
from kiter.generate import generate
from kiter.kernel import kernels
from kiter.output import Kind
from kiter.vm import session
from kiter.vm.demonstrations import Asked
from kiter.watch import files, keyboard, screen
from kiter.watch.screen import News, Size
from kiter.watch.turn import Child, Turn

NAME = "watch"
HELP = "lint, build and run what changed at each save, and show it on one screen"
EXAMPLE = """
kiter watch specs/css.yaml
"""
_OFTEN = 0.2  # seconds between two looks at the files


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `kiter watch`."""
    parser.add_argument(
        "specs", nargs="*", metavar="SPEC", help="a spec or a folder of them (default: specs/)"
    )
    parser.add_argument(
        "--kernel",
        default="",
        metavar=KERNEL,
        help="an installed or fetched kernel, or a build directory (default: the newest 6.12)",
    )
    parser.add_argument("--show", action="store_true", help="print the first elements of each walk")


@dataclass(slots=True)
class _Watch:
    """What a user looks at.

    wish: what the next run is asked for
    others: the kernels that a key changes to, in their order
    turn: the last run that came to an end
    new: what it brought
    checks: whether each passed, by iterator, as of the last run with it
    emitted: the C of each iterator, as of the last run with it
    """

    wish: Wish
    others: list[kernels.Kernel]
    turn: Turn | None = None
    new: News = field(default_factory=News)
    checks: dict[str, dict[str, bool]] = field(default_factory=dict)
    emitted: dict[str, str] = field(default_factory=dict)

    def take(self, turn: Turn) -> None:
        """A run came to an end."""
        self.new = screen.news(turn, self.checks, self.emitted)
        self.turn = turn
        self.checks |= {name: dict(own) for name, own in turn.checks.items()}
        self.emitted |= turn.emitted

    def draw(self, doing: str) -> None:
        """The screen anew."""
        head = f"kernel {self.wish.kernel.release} · {doing}"
        there = shutil.get_terminal_size()
        terminal = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        size = Size(there.columns, there.lines)
        sys.stdout.write(screen.drawn(head, self.turn, self.new, size, terminal=terminal))
        sys.stdout.flush()

    def press(self, key: str) -> bool:
        """What a key asks for is in the next wish; False if it means nothing."""
        wish = self.wish
        if key == "a":
            self.wish = replace(wish, changed=False)
        elif key == "s":
            self.wish = replace(wish, asked=Asked(show=not wish.asked.show), changed=False)
        elif key == "k":
            place = self.others.index(wish.kernel) + 1 if wish.kernel in self.others else 0
            self.wish = replace(wish, kernel=self.others[place % len(self.others)], changed=False)
            self.checks.clear()
            self.emitted.clear()
        return key in {"a", "s", "k"}


def execute(options: argparse.Namespace) -> int:
    """Watch until q or ^C; raises KiterError for words that name no kernel, or no spec."""
    kernel = kernels.find(options.kernel)
    frontend.collect(options.specs)
    wish = Wish(options.specs, kernel, asked=Asked(show=options.show), changed=True)
    watch = _Watch(wish, [*kernels.installed(), *kernels.fetched()] or [kernel])
    with keyboard.opened() as keys:
        _loop(watch, keys)
    sys.stdout.write("\n")
    return 0


def _loop(watch: _Watch, keys: Sequence[int]) -> None:
    seen: files.State | None = None
    wanted = True
    while True:
        now = files.state(watch.wish.specs)
        if wanted or now != seen:
            seen, wanted = now, False
            watch.draw("running")
            key = _turn(watch, keys, now)
            watch.draw("waiting for a save")
        else:
            key, _ = keyboard.waited(keys, None, _OFTEN)
        if key == keyboard.QUIT:
            return
        wanted = watch.press(key)


def _turn(watch: _Watch, keys: Sequence[int], seen: files.State) -> str:
    """One run, unless a save or a key comes in between; that key, or ""."""
    child = Child(partial(_run, watch.wish))
    watch.wish = replace(watch.wish, changed=True)
    while True:
        key, over = keyboard.waited(keys, child.ready, _OFTEN)
        if over:
            watch.take(child.result() or Turn("interrupted", good=False, told=""))
            return key
        if key in {"a", "k", "s", keyboard.QUIT} or files.state(watch.wish.specs) != seen:
            child.interrupt()
            return key


def _run(wish: Wish) -> Turn:
    """In the child: from the files to what is shown."""
    try:
        return _tried(wish)
    except KiterError as error:
        return Turn("error", good=False, told=report.render(error.diagnostics))
    except OSError as error:
        return Turn("error", good=False, told=str(error))
    except Exception:  # a bug of ours must not end the watch
        return Turn("internal error", good=False, told=traceback.format_exc())


def _tried(wish: Wish) -> Turn:
    cache = Cache()
    one = ready(wish, cache)
    verdicts = judged(one, wish, cache, lambda job: session.run_session(job, cache=cache))
    target = kernels.profile_of(wish.kernel)
    outcome = verdicts.result.outcome
    return Turn(
        outcome.value,
        good=outcome.status == 0,
        told=report.render(one.warnings) + _verdicts.write(verdicts, "text", 0),
        checks={p.it.name: {c.name: c.passed for c in verdicts.of(p)} for p in verdicts.made},
        emitted={
            output.path: output.text
            for p in verdicts.made
            for output in generate(p.it, target).outputs
            if output.kind in {Kind.KFUNCS, Kind.BTF_IDS}
        },
    )
