# SPDX-License-Identifier: GPL-2.0-only
"""An iterator over processes as a module, right or with one thing wrong with it."""

from __future__ import annotations

from pathlib import Path

KRING = Path(__file__).parent / "data" / "kring"
RIGHT = (KRING / "kiter_kring.c").read_text()
GOES_ON = "\tif (kit->pos == &init_task || !--kit->left)\n\t\tkit->pos = NULL;\n"
# what is wrong, by name: text of the module, and what stands there instead
BROKEN = {
    # two sets for one hook: TRACING and LSM are the same
    "clash": {"BPF_PROG_TYPE_SYSCALL, &kring_set": "BPF_PROG_TYPE_LSM, &kring_set"},
    # the walk goes round forever
    "endless": {GOES_ON: ""},
    # next() never returns
    "hang": {GOES_ON: "\twhile (kit->left)\n\t\tcpu_relax();\n"},
    # new() takes a reference that nobody drops
    "leak": {"\tkit->left = 0;\n\tif (!most)": "\tkit->left = 0;\n\tget_task_struct(current);\n\tif (!most)"},
    # next() follows the pointer of an empty iterator
    "oops": {"*pos = kit->pos;": "*pos = READ_ONCE(kit->pos)->group_leader;"},
    # the state's size is not a multiple of 8
    "refused": {
        "__opaque[2];\n} __attribute__((aligned(8)));": "__opaque[2];\n\tchar odd[4];\n} __packed;",
        "\tBUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));\n": "",
    },
    # the verifier can accept no call of new()
    "unreleasable": {"KF_ITER_NEW | KF_RCU_PROTECTED": "KF_ITER_NEW | KF_SLEEPABLE | KF_RCU_PROTECTED"},
    # new() warns
    "warn": {"\tkit->left = most;\n": "\tkit->left = most;\n\tWARN_ON_ONCE(most == 5);\n"},
}


def module(name: str) -> str:
    """The C of the right one, or of a broken one."""
    text = RIGHT
    for old, new in BROKEN.get(name, {}).items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
