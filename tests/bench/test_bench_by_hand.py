# SPDX-License-Identifier: GPL-2.0-only
"""What `make bench` says of generated code beside the kernel's own."""

from __future__ import annotations

import subprocess

import pytest

from tools.bench import by_hand
from tools.bench.machine_code import Size, read
from tools.bench.sizes import Compiled, Row
from tools.bench.times import Timed, Walk

SOURCE = """
static __attribute__((noinline)) int deep(volatile int *p) { return *p + 1; }
static __attribute__((noinline)) int helper(volatile int *p) { return deep(p) + *p; }
int other(volatile int *p) { return *p; }
__attribute__((aligned(64))) int caller(volatile int *p) { return other(p) + helper(p); }
int alone(volatile int *p) { return *p; }
"""


@pytest.fixture
def code(tmp_path):
    source, made = tmp_path / "code.c", tmp_path / "code.o"
    source.write_text(SOURCE)
    words = ["-O2", "-fno-ipa-cp", "-fno-ipa-ra", "-fno-ipa-icf", "-fcf-protection=none", "-fno-inline"]
    subprocess.run(["gcc", *words, "-c", "-o", made, source], check=True)
    return read(made)


def test_a_function_reaches_static_ones_only(code):
    assert code.reached("caller") == {"helper", "deep"}
    assert code.reached("alone") == frozenset()


def test_padding_is_not_counted(code):
    assert code.sizes["alone"] == code.sizes["other"]
    assert code.sizes["alone"].instructions == 2


def kernel(*rows: Row, walks: tuple[Walk, ...] = ()) -> by_hand.Kernel:
    return by_hand.Kernel("7.3", Compiled("7.3.4", "gcc 12", rows), Timed("7.3.4", "TCG", walks))


@pytest.fixture
def listed(monkeypatch, tmp_path):
    file = tmp_path / "costs.toml"
    file.write_text(
        '[[function]]\nname = "named"\nrule = "drained"\nreason = "marks the end"\n'
        '[[time]]\ntarget = "7.3"\niterator = "num"\nrule = "name"\nreason = "is not inlined"\n'
    )
    monkeypatch.setattr(by_hand, "COSTS", file)


def test_what_is_too_large_needs_a_reason(listed):
    named = Row("named", Size(40, 12), Size(30, 10))
    large, small = Row("large", Size(60, 22), Size(50, 20)), Row("small", Size(60, 21), Size(60, 20))
    assert by_hand.wrong([kernel(named, large, small)]) == ["large has 1.10 times the instructions on 7.3"]


def test_a_reason_without_need_is_told(listed):
    small = Row("named", Size(40, 10), Size(40, 10))
    assert by_hand.wrong([kernel(small)]) == ["costs.toml names named, which needs no reason any more"]


def test_what_is_too_slow_needs_a_reason(listed):
    named = Row("named", Size(40, 12), Size(30, 10))
    walks = Walk("num", "many", 15, 5, 3.0), Walk("css", "PRE", 12, 10, 1.2), Walk("css", "POST", 11, 10, 1.1)
    assert by_hand.wrong([kernel(named, walks=walks)]) == ["css PRE takes 1.20 times as long on 7.3"]


def test_the_page_names_every_reason(listed):
    text = by_hand.page(
        [kernel(Row("named", Size(40, 12), Size(30, 10)), walks=(Walk("css", "A | B", 1, 1, 1.0),))]
    )
    assert "| `named` | 40 | 30 | 12 | 10 | 1.20 |" in text
    assert "- `named`, drained: marks the end." in text
    assert "- num on 7.3, name: is not inlined." in text
    assert "| css | A \\| B | 1 | 1 | 1.00 |" in text
