# SPDX-License-Identifier: GPL-2.0-only
"""What reviewers said of open-coded iterators and of their predecessors, and what says it first today.

Collected from the public review of the merged series. Marks: G, the generator makes it impossible;
L, a rule can find it; T, a generated test would; P, the making of a series would.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint; `by` are the rules that find it, `how` what else keeps it out or why nothing can."""

    number: int
    what: str
    marks: str
    by: tuple[str, ...]
    how: str


def _all() -> tuple[Complaint, ...]:
    return tuple(
        Complaint(number, what, marks, tuple(by.split()), how) for number, what, marks, by, how in _ROWS
    )


EMPTY = "new() stores the empty state first (templates/kernel/new.c.j2)"
ENDS = "the frame of next() empties a drained iterator (templates/kernel/next/)"
USER = "the template of the user-space tests (templates/selftests/prog_test.c.j2)"
KFUNCS = "the template of the kfuncs (templates/kernel/functions.c.j2)"

_ROWS = (
    (1, "next() restarts after the last element", "GLT", "I02 C28", ENDS),
    (2, "css is not sticky, and all iterators need an audit", "GLT", "I02", ENDS),
    (3, "new() leaves the state undefined on an error", "GLT", "I01", EMPTY),
    (4, "a field is undefined with an invalid flag, and the kernel panics", "GLT", "I01", EMPTY),
    (
        5,
        "destroy() releases after a failed new() what was never taken",
        "GL",
        "I03",
        "templates/kernel/destroy/",
    ),
    (6, "the whole state should be emptied on an error, with a comment that says why", "G", "I01", EMPTY),
    (7, "destroy() tests a field that next() clears, and memory leaks", "LT", "I04", "analysis/liveness.py"),
    (
        8,
        "a size is multiplied before it is checked",
        "GLT",
        "I05 H06 H07",
        "templates/kernel/new/buffer.c.j2 checks in 64 bits",
    ),
    (9, "fields of the state are not initialised", "G", "I01", EMPTY),
    (
        10,
        "a companion follows the state after a failed new()",
        "GLT",
        "I06",
        "templates/kernel/companion.c.j2",
    ),
    (11, "list_entry() of an empty list", "L", "C31 I07", "walk: list"),
    (
        12,
        "GFP_KERNEL where programs must not sleep",
        "L",
        "C30 I08",
        "lower/kernel/memory.py chooses the allocator",
    ),
    (13, "an RCU section from new() to destroy()", "L", "C29 I09", "context: rcu"),
    (14, "a lock from new() to destroy()", "L", "C29 H23 I09", "walk: lock, around each step"),
    (15, "no test for unlocking and locking again inside the loop", "T", "", "prog_failure: unlock_in_loop"),
    (16, "KF_TRUSTED_ARGS is missing", "L", "I28", "lower/kernel/registration.py"),
    (17, "KF_RCU on a pointer that is stored", "L", "P04 H05 I10", "keep: rcu asks for the section"),
    (18, "internal flags are accepted", "GL", "I11 P11", "values and bits refuse all others"),
    (19, "flags are #defines, which programs cannot see", "LP", "C34 I31", "defines: enum"),
    (20, "in the common set, though its lock is unsafe in many contexts", "L", "X07", "context: allow; set"),
    (
        21,
        "a program's type is compared with a type of attachment",
        "GT",
        "I32",
        "context: allow names the types",
    ),
    (22, "eight bytes of the stack for a char", "L", "Q05 I20 I41", "analysis/state.py packs the fields"),
    (23, "an opaque struct of two arrays", "G", "I20", "templates/kernel/struct/opaque.c.j2"),
    (24, "more opaque words than pointers", "GL", "I21", "analysis/state.py counts the words"),
    (
        25,
        "the size is compared with !=, and the build fails on 32-bit",
        "G",
        "I22",
        "templates/kernel/new.c.j2",
    ),
    (26, "no guard against -Wmissing-prototypes", "G", "I29", KFUNCS),
    (27, "the build fails with CONFIG_CGROUPS=n", "GL", "I27", "guard"),
    (28, "the BTF ids are not guarded", "GL", "I26", "guard"),
    (29, "the Makefile or the guard is missing", "GL", "I27 I26", "guard, in all four places"),
    (30, "a test needs an option that may be off", "P", "", "tests: config; the config fragment"),
    (31, "the argument should be called flags", "L", "L01 I41", ""),
    (32, "flags should be reserved now", "L", "Q02", "reserved: true"),
    (
        33,
        "one iterator with flags instead of three",
        "",
        "",
        "a matter of design: the values of a flag make it easy",
    ),
    (34, "the enumerators' names are confusing", "L", "Q04", ""),
    (35, "a task is needed to visit all; __opt means something else", "G", "K05 I48", "nullable: true"),
    (
        36,
        "default: in next() stands for a known case",
        "G",
        "I42",
        "templates/kernel/walk/select.c.j2 names every case",
    ),
    (37, "no blank line after the declarations", "G", "I43", "layout/ orders blocks"),
    (
        38,
        "a goto with nothing to clean up",
        "G",
        "I44",
        "lower/kernel/acquire.py returns where nothing is taken",
    ),
    (39, "the state is called i; a needless BTF_TYPE_EMIT()", "G", "I45 I47", KFUNCS),
    (40, "a foreign struct in the state becomes ABI", "L", "W24 I23", "allocate: true"),
    (41, "the allocator for the small common case", "", "", "a matter of design: resources have 'inline'"),
    (42, "no reference to the task whose memory is walked", "L", "I10 H05", "resources with get and put"),
    (43, "a getter for a part of the element", "G", "", "next() returns a pointer to what the state keeps"),
    (44, "generic code in a file of its own", "P", "Q03", "file"),
    (45, "DEFINE_BPF_ITER_FUNC() for an open-coded iterator", "G", "I30", KFUNCS),
    (46, "kfuncs without KF_ITER flags", "GL", "I24", "lower/kernel/registration.py"),
    (47, "is a kfunc needed at all", "", "Q01", "a matter of design, asked as a note"),
    (48, "a knife for every order of a walk", "", "", "a matter of design: no rule can tell"),
    (49, "the struct in uapi, the declarations in bpf_helpers.h", "G", "K36", "lower/kernel/declarations.py"),
    (50, "a declaration that vmlinux.h has", "", "", "the target's profile says where declarations are"),
    (
        51,
        "tests and kernel in one patch",
        "P",
        "",
        "one output is one kind of file, so that a series can split them",
    ),
    (52, "the struct's name is that of a skeleton", "LP", "K13 K01", ""),
    (53, "skel is used uninitialised on the error path", "G", "", USER),
    (
        54,
        "an LSM program returned 0 and broke another test",
        "G",
        "",
        "no program of the tests is attached to LSM",
    ),
    (
        55,
        "another process may trigger the hook",
        "G",
        "",
        'the programs are SEC("syscall"), run by the test alone',
    ),
    (
        56,
        "the test fails on big-endian machines",
        "LT",
        "",
        "the generated programs compare whole numbers, no bytes",
    ),
    (57, "CI should be green", "P", "", "kiter build and kiter run before a patch is made"),
    (58, "typos and style of kernel-doc", "GL", "I40 L04 L05 K16", "lower/kernel/kernel_doc.py"),
    (59, "BTF_ID_LIST_GLOBAL_SINGLE() for one user", "G", "I33", "no list of ids is emitted"),
    (
        60,
        "both forms of an iterator, from one step",
        "P",
        "Q03",
        "the step is one function, which both can call",
    ),
    (61, "a list and its mutex are exported", "", "", "a matter of design: begin() and next() beside them"),
    (62, "sizeof(struct cpumask)", "L", "C33 I46", ""),
    (63, "detach before destroy; needless copies", "G", "", USER),
    (64, "the errno of a protocol violation", "", "", "a patch to the verifier itself"),
    (65, "each check a subtest of its own; file descriptors begin at -1", "G", "", USER),
)

COMPLAINTS = _all()
