# SPDX-License-Identifier: GPL-2.0-only
"""Walks shown beside user space's view, and compared with the kernel's own iterators."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kiter import demonstrate, frontend, resources
from kiter.cache.store import Cache
from kiter.cli import _verdicts
from kiter.kernel.kernels import Kernel, installed
from kiter.spec.model import Spec
from kiter.target.profile import nearest, profile
from kiter.vm import demonstrations
from kiter.vm.demonstrations import Asked, Element, Meeting, Order
from kiter.vm.prototype import Prototype, job, prototypes
from kiter.vm.results import GuestReport, Outcome
from kiter.vm.session import VmResult, run_session

ORDERS = (
    "BPF_CGROUP_ITER_DESCENDANTS_PRE",
    "BPF_CGROUP_ITER_DESCENDANTS_POST",
    "BPF_CGROUP_ITER_ANCESTORS_UP",
)
PRE, POST, UP = ORDERS
TASKS = ("BPF_TASK_ITER_ALL_PROCS", "BPF_TASK_ITER_ALL_THREADS", "BPF_TASK_ITER_PROC_THREADS")


def read(*names: str) -> tuple[Spec, ...]:
    files = [str(resources.specs() / f"{name}.yaml") for name in names]
    return frontend.read(frontend.collect(files), profile("6.12")).iterators


@cache
def kernel() -> Kernel:
    kernels = installed()
    if not kernels:
        pytest.skip("no kernel with headers is installed")
    return kernels[-1]


@cache
def made() -> tuple[Prototype, ...]:
    return prototypes(read("css", "task"), nearest(kernel().release), kernel(), Cache())


def boot(run: tuple[Prototype, ...], asked: Asked) -> VmResult:
    cache = Cache()
    # the selftests have tests of their own
    wanted = job(run, kernel(), cache, only="*_kiter_[cs]*")
    return run_session(
        demonstrations.add(wanted, run, kernel(), nearest(kernel().release), asked), cache=cache
    )


@cache
def both() -> VmResult:
    return boot(made(), Asked(show=True, compare=True))


def verdicts(result: VmResult, form: str, verbose: int = 0) -> str:
    return _verdicts.write(_verdicts.Verdicts(result, made(), Asked(True, True)), form, verbose)


# --- shown -------------------------------------------------------------------------------------


@pytest.mark.vm
def test_cgroups_are_shown_by_name_and_by_path() -> None:
    walks = demonstrations.shown(both().report, made()[0])
    assert [walk.walk for walk in walks] == list(ORDERS)
    labels = [[element.label for element in walk.elements] for walk in walks]
    assert labels[0] == ["top", "branch-1", "leaf-1", "branch-2", "leaf-2", "link-1", "link-2"]
    assert labels[1] == ["leaf-1", "branch-1", "leaf-2", "branch-2", "link-2", "link-1", "top"]
    assert all(e.user.endswith(f"/{e.label}") for walk in walks for e in walk.elements)
    assert walks[2].elements[-1].user == "/"


@pytest.mark.vm
def test_tasks_are_shown_by_the_names_that_proc_has() -> None:
    walks = demonstrations.shown(both().report, made()[1])
    assert [walk.walk for walk in walks] == list(TASKS)
    own = walks[2]
    assert [(e.label, e.user) for e in own.elements] == [
        *(("parent", "parent"), ("thread-1", "thread-1"), ("thread-2", "thread-2")),
    ]
    everyone = walks[0]
    assert everyone.elements[1].id == 1
    # the kernel may have made a thread for itself since
    assert "child-2" in [e.label for e in everyone.elements[8:]]
    # the ends of the walk are there, its middle is not
    assert [e.number for e in everyone.elements[:8]] == list(range(8))
    assert [e.number for e in everyone.elements[8:]] == list(range(everyone.count - 4, everyone.count))


# --- against the kernel's own ------------------------------------------------------------------


@pytest.mark.vm
def test_equal_orders_are_told_and_timed() -> None:
    assert both().outcome is Outcome.PASS
    for prototype, walks in zip(made(), (ORDERS, TASKS), strict=True):
        orders = demonstrations.orders(both().report, prototype)
        assert [order.walk for order in orders] == list(walks)
        assert all(order.elements >= 1000 and 0.3 < order.ratio < 3 for order in orders), orders
        assert all(met.how == "equal" for order in orders for met in order.meetings[:1])
    text = verdicts(both(), "text")
    assert text.count("  against the kernel's own: 3/3 orders equal, ") == 2
    assert "x time per element" in text


@pytest.mark.vm
def test_thread_that_is_no_leader_is_a_known_difference() -> None:
    threads = demonstrations.orders(both().report, made()[1])[2]
    leader, other = threads.meetings
    assert (leader.how, other.how) == ("equal", "tail")
    assert leader.ours == leader.theirs == other.ours == other.theirs + 1
    assert "known difference: BPF_TASK_ITER_PROC_THREADS from a thread" in verdicts(both(), "text")


@pytest.mark.vm
def test_every_format_has_what_was_asked_for() -> None:
    facts = json.loads(verdicts(both(), "json"))["iterators"][0]
    assert facts["against"]["orders"][0]["meetings"][0]["how"] == "equal"
    assert facts["shown"][0]["elements"][0]["label"] == "top"
    assert {check["group"] for check in facts["checks"]} == {"compare"}
    suite = ElementTree.fromstring(verdicts(both(), "junit"))[0]
    assert "3/3 orders equal" in (suite.findtext("system-out") or "")
    assert "#   against the kernel's own: 3/3" in verdicts(both(), "tap")
    assert f"ok 1 - css: compare {PRE}" in verdicts(both(), "tap")


@pytest.mark.vm
def test_swapped_orders_are_unequal_and_fail() -> None:
    css = made()[0]
    swapped = css.rendered.material.unit.replace("descendant_pre(kit", "descendant_X(kit")
    swapped = swapped.replace("descendant_post(kit", "descendant_pre(kit")
    swapped = swapped.replace("descendant_X(kit", "descendant_post(kit")
    assert swapped != css.rendered.material.unit
    material = replace(css.rendered.material, unit=swapped)
    broken = (replace(css, rendered=css.rendered.using(material)),)
    result = boot(broken, Asked(compare=True))
    assert (result.outcome, result.outcome.status) == (Outcome.TEST_FAILED, 1)
    orders = demonstrations.orders(result.report, broken[0])
    assert [order.meetings[0].how for order in orders] == ["unequal", "unequal", "equal"]
    assert [bool(order.elements) for order in orders] == [False, False, True]
    failed = {c.subtest: c.failures[0].name for c in result.report.checks if c.failures}
    assert failed == {f"compare {order}": "id of element 0 from the top" for order in (PRE, POST)}
    text = _verdicts.write(_verdicts.Verdicts(result, broken, Asked(compare=True)), "text", 0)
    assert "  against the kernel's own: 1/3 orders equal, " in text
    assert f"    FAIL  compare {PRE}\n" in text


# --- without a kernel --------------------------------------------------------------------------


def test_flag_that_the_kernel_lacks_is_left_out() -> None:
    pair = demonstrate.comparing(read("css")[0], profile("6.12"), "css", frozenset({UP}))
    assert pair
    assert PRE not in pair.program
    assert f"\t{UP},\n" in pair.program
    assert f'printf("absent\\t{PRE}\\n");' in pair.test
    assert demonstrate.comparing(read("css")[0], profile("6.12"), "css", frozenset()) is None


def test_every_iterator_with_a_picture_can_be_shown() -> None:
    for it in read("css", "task", "letter/process", "letter/css_pre", "letter/letter_task"):
        pair = demonstrate.showing(it, profile("6.12"))
        assert pair
        assert pair.name == f"{it.name}_show"
        assert f"bpf_for_each({it.name}, pos" in pair.program


def test_they_stand_where_the_kernel_hands_an_object_to_programs() -> None:
    opened = Path(__file__).parent / "specs/opened.yaml"
    pair = demonstrate.showing(frontend.read([opened], profile("6.12")).iterators[0], profile("6.12"))
    assert 'SEC("lsm.s/file_open")' in pair.program
    # others come along there, too
    assert "if (bpf_get_current_pid_tgid() >> 32 != pid)" in pair.program
    assert pair.test.index("bpf_program__attach(prog)") < pair.test.index("err = set_off();")


def report(*lines: str) -> GuestReport:
    shown = tuple((f"x_kiter_{kind}", "\n".join(lines)) for kind in ("show", "compare"))
    return GuestReport("", 0.0, (), (), shown, (), None, "", 0, True)


def prototype() -> Prototype:
    return replace(BARE, it=read("css")[0])


BARE = Prototype(None, "x_kiter", None)  # type: ignore[arg-type]


def test_rows_are_read_between_what_else_was_printed() -> None:
    found = report(
        "libbpf: something\tor other",
        "walk\tall\t2\tthe top",
        "element\tall\t0\t17\tone\t/one",
        "element\tall\t1\t18\ttwo\t",
        "element\tall\t2\t19\tcut sho",
    )
    (walk,) = demonstrations.shown(found, prototype())
    assert walk.elements == (Element(0, 17, "one", "/one"), Element(1, 18, "two", ""))


def test_order_that_was_not_timed_has_no_ratio() -> None:
    found = report(
        "compared\tA\tthe top\tunequal\t3\t4",
        "compared\tB\tthe top\tequal\t3\t3",
        "timed\tB\t3000\t12.5\t12.0\t1.0400\t1.0000",
        "absent\tC",
    )
    orders = demonstrations.orders(found, prototype())
    assert orders == (
        Order("A", True, (Meeting("the top", "unequal", 3, 4),)),
        Order("B", True, (Meeting("the top", "equal", 3, 3),), 3000, 12.5, 12.0, 1.04, 1.0),
        Order("C", False),
    )
    assert demonstrations.overall(orders) == pytest.approx(1.04)
    assert demonstrations.overall(orders[:1]) == 0
