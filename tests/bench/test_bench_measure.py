# SPDX-License-Identifier: GPL-2.0-only
"""What `make bench` makes of what it measures: it says the same on a slow machine."""

from __future__ import annotations

import pytest

from tools.bench import measure, work
from tools.bench.figures import lasting
from tools.bench.measure import Cost, beside, typical


@pytest.mark.parametrize("slower", [0.5, 1, 8])
def test_a_limit_grows_with_what_the_machine_takes_for_a_fixed_piece_of_work(slower, monkeypatch):
    monkeypatch.setattr(work, "slowness", lambda: slower)
    kept, missed = (typical(lambda s=seconds: Cost(s * slower, 9), 3) for seconds in (0.9, 1.1))
    assert lasting("kept", kept, 1).kept
    assert not lasting("missed", missed, 1).kept


def test_what_is_compared_runs_in_turns():
    ran: list[str] = []

    def one(name: str, seconds: float) -> Cost:
        ran.append(name)
        return Cost(9, 0, busy=seconds)

    assert beside(lambda: one("a", 2), lambda: one("b", 3), 2) == (2, 3)
    assert "".join(ran) == "ababab"


def test_what_is_measured_is_this_checkout(tmp_path):
    asked = "import kiter, sys; sys.exit(kiter.__file__ != sys.argv[1])"
    cost = measure.once("python", "-c", asked, measure.ROOT / "gen/kiter/__init__.py")
    assert cost.seconds > 0 and cost.mebibytes > 1
