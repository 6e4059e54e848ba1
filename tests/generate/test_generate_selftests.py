# SPDX-License-Identifier: GPL-2.0-only
"""What the selftests of each kind of iterator try, and what they leave out because it cannot be."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest
from generate_support import LATER, ROOT, SMALL, TODAY, read, rendered, spec
from generate_userspace import FLAGS, HERE, run

from kiter.fixtures.known import library
from kiter.generate import generate
from kiter.lint.tests import RUN
from kiter.lower.selftests.hosts import HOSTS
from kiter.output import Kind, Rendered
from kiter.spec.element import Pointer
from kiter.vm.conformance import RULES, TRIES
from kiter.vm.programs import INCLUDE

SPECS = ROOT / "specs"
OF_MASK = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: x
summary: walk over the CPUs in a mask
includes: [linux/cpumask.h]
element: {type: int *, lifetime: state}
context: {rcu: true}
arguments:
  mask: {type: const struct cpumask *, keep: rcu, trust: rcu, doc: the mask}
state:
  nr: {type: unsigned int, init: nr_cpu_ids}
walk:
  index: {as: cpu, next: "find_next_bit(cpumask_bits(mask), end, cpu + 1)", end: nr}
  expect: own_cpus
tests:
  arguments: {mask: bpf_get_current_task_btf()->cpus_ptr}
"""
BITS = """\
# SPDX-License-Identifier: GPL-2.0-only
iterator: x
summary: walk over processes
element: {type: struct task_struct *, lifetime: rcu}
context: {rcu: true}
arguments:
  how:
    type: u64
    doc: how to walk
    bits:
      X_BACKWARDS: {doc: from the last to the first}
      X_TWICE: {doc: each one twice}
walk:
  ring: {anchor: "&init_task", next: next_task(pos)}
  expect: processes
"""


def of(name: str, kind: Kind, target: str = "7.3") -> str:
    return text(rendered(SPECS / f"{name}.yaml", target), kind)


def text(made: Rendered, kind: Kind) -> str:
    output = made.of(kind)
    assert output is not None
    return output.text


# what iter_tests.h goes by: a member of struct iter_test or iter_walk, or what a program is built with
SWITCHES = {
    "walk": (r"\.expect =", r"\bvariant = which;"),
    "late": (r"\.create_element =",),
    "churn": (r"\.create_element =",),
    "element_removed": (r"\.meets =",),
    "balance": (r"\.leaks =",),
    "memory": (r"#define ITER_ALLOCATES",),
    "start_removed": (r"\.begins =(?=[^$]*\.create_start =)",),
    "start_gone": (r"\.create_start =",),
    "start_bare": (r"\.bare_err =",),
    "under_lock": (r"#define ITER_LOCKS",),
    "companion": (r"\.asks =",),
    "refused": (r"\.nr_flags =", r"\.refused ="),
    "irqs_off": (r"\.irqs_off =",),
    "null": (r"^int probe_null\(",),
}


def subtests(made: Rendered) -> set[str]:
    """What iter_tests.h runs of one iterator."""
    said = text(made, Kind.PROG) + text(made, Kind.PROG_TEST)
    on = {name for name, marks in SWITCHES.items() if any(re.search(m, said, re.MULTILINE) for m in marks)}
    return {"contract", *on}


def shared(name: str, target: str = "7.3") -> str:
    """One of the headers that all iterators share, or all that have SEC("iter/...")."""
    made = rendered(SPECS / ("kmem_cache.yaml" if "seq" in name else "num.yaml"), target)
    return next(one.text for one in made.test_headers if one.path.endswith(f"/{name}"))


def programs(source: str) -> dict[str, str]:
    """Each program of one iterator that must be refused, and where it would be attached."""
    return {name: at for at, name in re.findall(r'SEC\("\?([^"]+)"\)\n.*\nint (\w+)\(', source)}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("num", {"walk", "contract", "under_lock"}),
        ("bits", {"walk", "contract", "memory"}),
        ("testmod_seq", {"walk", "contract", "companion"}),
        ("kmem_cache", {"walk", "contract", "balance"}),
        ("dmabuf", {"walk", "contract", "late", "churn", "element_removed", "balance"}),
        (
            "css_task",
            {
                "walk",
                "contract",
                "late",
                "churn",
                "element_removed",
                "balance",
                "memory",
                "start_gone",
                "refused",
            },
        ),
        (
            "task_vma",
            {"walk", "contract", "late", "churn", "element_removed", "balance", "memory"}
            | {"start_removed", "start_gone", "start_bare", "irqs_off"},
        ),
    ],
)
def test_each_kind_tries_what_can_be_tried(name, wanted):
    assert subtests(rendered(SPECS / f"{name}.yaml", "7.3")) == wanted


STARTED = re.compile(r'(?:iter_subtest\(|iter_starts\(link, |test__start_subtest\()"(\w+)')
MADE = tuple(sorted((*SPECS.glob("*.yaml"), *SMALL.glob("*.yaml"))))
OF_SEQ = {"iter_seq_contract.h", "iter_seq_show.h", "iter_seq_tests.h"}


def test_what_tests_of_files_share_comes_with_those_alone():
    names = {
        name: {one.path.rpartition("/")[2] for one in rendered(SPECS / f"{name}.yaml", "7.3").test_headers}
        for name in ("num", "kmem_cache")
    }
    assert names["kmem_cache"] - names["num"] == OF_SEQ
    assert names["num"] < names["kmem_cache"]


@pytest.mark.parametrize("name", ["dmabuf", "kmem_cache"])
def test_of_a_file_only_what_is_special_is_said_again(name):
    """The test and its program, beside the fixture's functions."""
    made = rendered(SPECS / f"{name}.yaml", "7.3")
    user = text(made, Kind.SEQ_TEST)
    assert '#include "iter_seq_tests.h"' in user and "read(fd" not in user
    assert "bpf_seq_write" not in text(made, Kind.SEQ_PROG)


def test_a_verdict_knows_every_subtest():
    """What it does not know it would take for a program that the verifier refuses."""
    named = STARTED.findall(shared("iter_tests.h"))
    in_seq = STARTED.findall(shared("iter_seq_tests.h"))
    assert {*named, "refused"} == {*SWITCHES, "contract"}
    assert {*named, "refused", *in_seq} == TRIES.keys() - {"reads"}


def test_a_verdict_knows_the_flags_apart(tmp_path):
    more = BITS.replace("walk:\n", "  more: {type: u32, doc: must be 0, reserved: true}\nwalk:\n")
    source = text(generate(read(spec(more, tmp_path))[0], LATER), Kind.PROG_TEST)
    assert re.findall(r'\.name = "(refused[^"]*)"', source) == ["refused", "refused more"]


def test_every_rule_has_assertions_that_some_test_makes():
    made = shared("iter_tests.h") + shared("iter_seq_tests.h")
    assert [a for rule in RULES for a in rule.assertions if f'"{a}")' not in made] == []


@pytest.mark.parametrize("fixture", library().fixtures, ids=lambda f: f.name)
def test_every_oracle_is_a_function_of_its_fixture(fixture):
    for oracle in fixture.oracles.values():
        assert f"static void {oracle.function}(int start, struct ids *want)" in fixture.user.text


@pytest.mark.parametrize("target", [TODAY, LATER], ids=lambda target: target.release)
def test_what_rcu_alone_protects_may_be_refused_before_the_iterator_is(tmp_path, target):
    made = generate(read(spec(OF_MASK, tmp_path), target=target)[0], target)
    assert "#define ITER_PASSES_RCU 1" in text(made, Kind.PROG_FAILURE)
    header, no_rcu = shared("iter_refused.h", target.release), target.messages["no_rcu"]
    assert '__msg("{{must be a rcu pointer|" NO_RCU "}}")' in header
    assert '#define NO_RCU "{}"'.format(no_rcu.format(it='" ITER_NAME "')) in header
    # what a kfunc gives is trusted everywhere
    assert "ITER_PASSES_RCU" not in of("css", Kind.PROG_FAILURE, target.release)


def test_numbers_come_with_what_the_walk_must_give():
    source = of("num", Kind.PROG_TEST)
    assert ".nr = 5,\n\t\t.values = (const __s64[]){ -2, -1, 0, 1, 2 },\n" in source
    assert '{ .name = "downwards", .err = -EINVAL },' in source
    assert '"many"' not in source, "nobody says what comes of that one"
    assert "unsafe_ptr = (void *)0xfff;" in of("bits", Kind.PROG)


def test_a_combination_is_a_variant_with_an_expectation_of_its_own():
    source = of("css_task", Kind.PROG_TEST)
    variants = re.findall(r'\.name = "(.+)",\n\t\t\.expect = (\w+),', source)
    assert variants == [
        ("0", "member_threads"),
        ("CSS_TASK_ITER_PROCS", "members"),
        ("CSS_TASK_ITER_PROCS | CSS_TASK_ITER_THREADED", "members"),
    ]


def test_bits_may_be_combined_and_no_others(tmp_path):
    made = generate(read(spec(BITS, tmp_path))[0], LATER)
    assert "const u64 accepted[] = {\n\t0,\n\tX_BACKWARDS,\n\tX_TWICE,\n};" in text(made, Kind.PROG)
    source = text(made, Kind.PROG_TEST)
    assert ".accepted = skel->rodata->accepted,\n" in source
    assert "\t\t.mask = true,\n" in source


def test_what_sleeps_is_refused_where_it_must_not():
    refused = programs(of("dmabuf", Kind.PROG_FAILURE))
    assert refused["not_sleepable"] == "tp_btf/task_newtask"
    assert "#define ITER_SLEEPS 1" in of("dmabuf", Kind.PROG_FAILURE)
    assert "#define ITER_NEEDS_RCU" not in of("dmabuf", Kind.PROG_FAILURE)
    assert "element_after_section" not in refused


@pytest.mark.parametrize(
    ("allow", "said"),
    [
        (("lsm", "iter", "sleepable"), "is only allowed in bpf_lsm, bpf_iter and sleepable progs"),
        (("syscall",), "is only allowed in syscall progs"),
        (("syscall", "struct_ops", "sleepable"), "is only allowed in struct_ops and sleepable progs"),
    ],
)
def test_the_verifier_says_whom_it_lets_in(allow, said):
    it = read(SPECS / "css_task.yaml", target=LATER)[0]
    made = generate(replace(it, context=replace(it.context, allow=allow)), LATER)
    assert f'__msg("{said}")' in text(made, Kind.PROG_FAILURE)
    assert f'verbose(env, "%s {said}\\n", func_name);' in text(made, Kind.VERIFIER)
    free = generate(replace(it, context=replace(it.context, allow=())), LATER)
    assert (
        not any(n.startswith("from_") for n in programs(text(free, Kind.PROG_FAILURE)))
        and free.of(Kind.VERIFIER) is None
    )


@pytest.mark.parametrize(
    ("allow", "loaded"),
    [
        (("lsm", "iter", "sleepable"), {"from_lsm", "from_iter"}),
        (("iter", "sleepable"), {"from_iter"}),
        (("lsm", "sleepable"), {"from_lsm"}),
    ],
)
def test_each_type_of_a_list_has_a_program_that_loads_and_each_other_one_that_does_not(allow, loaded):
    it = read(SPECS / "css_task.yaml", target=LATER)[0]
    made = generate(replace(it, context=replace(it.context, allow=allow)), LATER)
    every = {f"from_{kind}" for kind in ("tracing", "lsm", "iter", "xdp", "sched_cls", "cgroup_skb")}
    assert set(re.findall(r"^int (from_\w+)", text(made, Kind.PROG), re.MULTILINE)) == loaded
    refused = programs(text(made, Kind.PROG_FAILURE))
    assert {name for name in refused if name.startswith("from_")} == every - loaded


def test_trusted_pointers_are_acquired_where_a_kfunc_does_that():
    """A pointer that may be NULL is looked at, and of a type that no kfunc takes there is no program."""
    it = read(SPECS / "task.yaml", target=LATER)[0]
    trusted = (
        Pointer("parent", "struct task_struct __rcu *", nullable=False),
        Pointer("pi_top_task", "struct task_struct *", nullable=True),
        Pointer("mm", "struct mm_struct *", nullable=True),
    )
    made = generate(replace(it, held=replace(it.held, trusted=trusted)), LATER)
    walking, test = text(made, Kind.PROG), text(made, Kind.PROG_TEST)
    assert re.findall(r"^int (keep_\w+)", walking, re.M) == ["keep_parent", "keep_pi_top_task"]
    assert "\t\tkept = bpf_task_acquire(pos->parent);\n" in walking
    looks = (
        "\t\tkept = pos->pi_top_task;\n\t\tif (!kept)\n\t\t\tcontinue;\n\t\tkept = bpf_task_acquire(kept);\n"
    )
    assert looks in walking
    assert '{ "keep_parent" },' in test
    assert '{ "keep_pi_top_task", .nullable = true },' in test


def test_what_new_refuses_of_objects_is_tried_by_cases():
    made = rendered(SMALL / "refused_cases.yaml", "7.3")
    source = text(made, Kind.PROG_TEST)
    assert subtests(made) >= {"contract", "refused"}
    assert '{ "too_much", choose_too_much, -E2BIG },' in source
    # every other walk begins as tests: arguments says
    assert "\tskel->bss->from = 1;\n" in source
    assert "\tskel->bss->from = 101;\n" in source


def test_a_companion_must_return_what_it_does_on_the_kernel(tmp_path):
    given = (SPECS / "testmod_seq.yaml").read_text("utf-8")
    versions = "result: {-6.12: val + value, 6.13-: val - value}"
    path = spec(given.replace("result: val + value", versions), tmp_path)
    old, new = (text(generate(read(path, target=k)[0], k), Kind.PROG) for k in (TODAY, LATER))
    assert "7 + " in old and "7 - " not in old
    assert "7 - " in new and "7 + " not in new


def test_the_rule_about_types_without_a_test_knows_those_with_one():
    assert set(HOSTS) == RUN


CALLED = re.compile(r"^int (\w+)\(void \*ctx\)", re.MULTILINE)


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_no_program_is_emitted_that_no_test_runs(path):
    """One of another type than syscall is loaded only."""
    made = rendered(path, "7.3")
    test = text(made, Kind.PROG_TEST) + shared("iter_tests.h")
    own = {name for name in CALLED.findall(text(made, Kind.PROG)) if not name.startswith("from_")}
    assert {name for name in own if f'"{name}"' not in test} == set()


def test_each_shared_program_is_run():
    test = shared("iter_tests.h")
    assert [name for name in CALLED.findall(shared("iter_walks.h")) if f'"{name}"' not in test] == []


@pytest.mark.parametrize("target", ["6.12", "7.3"])
def test_shared_headers_are_the_same_for_all(target):
    made = [path for path in MADE if "\niter:" not in path.read_text()]
    first, *others = (rendered(path, target).test_headers for path in made[:3])
    assert len(first) == 4 and all(other == first for other in others)
    said = {"6.12": 'ITER_NAME " as arg #0")', "7.3": 'ITER_NAME " as R1")'}
    assert said[target] in shared("iter_refused.h", target)


def test_a_flag_is_tried_with_each_program_attached_once(tmp_path):
    """The kernel waits long for the last program to leave, and a flag has hundreds of values."""
    for name in ("iter_tests.h", "iter_contract.h"):
        (tmp_path / name).write_text(shared(name))
    made = tmp_path / "attached"
    # tests of one iterator leave some of the header out
    given = [*FLAGS, "-D_GNU_SOURCE", "-Wno-unused-function", f"-I{tmp_path}", f"-I{INCLUDE}"]
    done = subprocess.run(
        ["gcc", *given, "-o", made, HERE / "attached.c"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    attached, *tried = map(int, run(made).stdout.split())
    assert attached == 2
    # small numbers, single bits, each of two good values with a bit, and all bits
    assert tried == [62 + 3 * 31 + 1] * 2


@pytest.mark.parametrize("target", ["6.12", "7.3"])
def test_a_shared_header_is_no_wider_than_checkpatch_lets_a_line_be(target):
    made = rendered(SPECS / "num.yaml", target).test_headers
    lines = [line.expandtabs() for header in made for line in header.text.splitlines()]
    assert [line for line in lines if len(line) > 100] == []


def test_companions_want_an_iterator_and_numbers_stay_as_they_are():
    refused = programs(of("testmod_seq", Kind.PROG_FAILURE))
    assert "bpf_iter_testmod_seq_value_without_new" in refused
    assert "#define ITER_NUMBERS 1" in of("testmod_seq", Kind.PROG_FAILURE)
    assert "#define ITER_NUMBERS" not in of("task", Kind.PROG_FAILURE)


def test_the_contract_is_tried_of_what_no_fixture_knows():
    made = rendered(ROOT / "tests/vm/specs/unknown.yaml", "7.3")
    assert subtests(made) == {"contract"}
    assert "RUN_TESTS(unknown_iter_failure);" in text(made, Kind.PROG_TEST)


def test_a_scheduler_has_tasks_wait_for_the_walk_and_its_companions():
    wanted = {"walk", "contract", "late", "churn", "element_removed", "companion", "refused"}
    assert subtests(rendered(SPECS / "scx_dsq.yaml", "7.3")) == wanted
    made, test = of("scx_dsq", Kind.PROG), of("scx_dsq", Kind.PROG_TEST)
    (scheduler,) = re.findall(r"struct sched_ext_ops (\w+) =", made)
    assert f'bpf_object__find_map_by_name(iter_current->obj, "{scheduler}")' in test
    # all of them are asked, and the tests set out from the queue where tasks wait
    companions = rendered(SPECS / "scx_dsq.yaml", "7.3").material.unit.count("bpf_iter_scx_dsq *it__iter")
    assert len(set(re.findall(r"(scx_bpf_dsq_move\w*)\(it", made))) == companions == 4
    assert "bpf_iter_scx_dsq_new(it, 7, flags)" in made and "#define QUEUE 7\n" in made


def test_a_question_is_put_to_companions_with_elements_of_a_walk_that_new_takes():
    asked = of("scx_dsq", Kind.PROG).partition("int ask_moved(void *ctx)")[2].partition("\n}\n")[0]
    begun, _, walked = asked.partition("\tflags = accepted[0];\n\titer_for_each(pos) {\n")
    assert "found.err = iter_new(&it);" in begun
    assert walked.index("found.said = calls_moved(&it, pos);") < walked.index("if (!iter_next(&it))")
    assert '{ "moved", "ask_moved", .live = true },' in of("scx_dsq", Kind.PROG_TEST)


@pytest.mark.parametrize(("target", "field"), [("6.12", "f_count.counter"), ("7.3", "f_ref.refcnt.counter")])
def test_references_are_counted_where_the_kernel_has_them(target, field):
    assert f"self->mm->exe_file->{field};" in of("task_vma", Kind.PROG, target)
