# SPDX-License-Identifier: GPL-2.0-only
"""Calls that take or drop what is held between them: a lock, a critical section, a CPU, a mapping.

Most come in pairs that are called alike: X_lock() and X_unlock(), X_down_read() and X_up_read(),
X_disable() and X_enable(), each with variants at the end of the name. The others are listed.
"""

from __future__ import annotations

import re
from functools import cache

from kiter.regex import regex
from kiter.value_class import value_class

# How variants of a pair end: _irqsave, _nested, _killable and the like.
_VARIANT = (
    r"(?:_(?:any|bh|excl|fast|interruptible|io|irq|irqrestore|irqsave|killable|lite|maybe_expand|nested|nest_lock"
    r"|nmisafe|non_owner|no_resched|notrace|page|read|sched|shared|slow|tasks_trace|timeout|trace|trylock"
    r"|updown|write))*"
)
# A lock's name before _lock; others begin, or go on, as a test, an atomic operation or a setter.
_STEM = r"(?!test_|clear_|__clear_|lockdep_|\w*_init_lock|\w*set_external_lock)\w+_(?:seq)?"
# What is locked by lock_X(): not every X is, and lock_vma_under_rcu() is had as a reference is.
_LOCKED = (
    "buffer|device_hotplug|folio_memcg|mount_hash|page|rename|rename_child|system_sleep|task_sighand"
    "|two_nondirectories"
)
# Pairs that are not called alike: (kind, takes, drops).
_LISTED = (
    ("local_irq", r"local_irq_(?:save|disable)", r"local_irq_(?:restore|enable)"),
    ("lock_sock", r"lock_sock(?:_nested)?", r"release_sock"),
    (
        "kmap",
        r"kmap_(?:local_(?:folio|page|page_prot|page_try_from_panic|pfn)|atomic\w*)",
        r"kunmap_(?:local|atomic)",
    ),
    ("get_cpu", r"get_cpu(?:_var|_ptr)?", r"put_cpu(?:_var|_ptr)?"),
    ("down", r"down(?:_interruptible|_killable|_timeout|_trylock)?", r"up"),
    ("pte", r"pte_(?:offset|alloc)_map_lock", r"pte_unmap_unlock"),
    ("mmap_read_", r"lock_mm_and_find_vma", r"(?!)"),
    ("spin_", r"(?:atomic|refcount)_dec_and_lock(?:_irqsave)?", r"(?!)"),
    ("mutex_", r"(?:atomic|refcount)_dec_and_mutex_lock", r"(?!)"),
)
# Pairs that are: (takes, drops), each behind what is in every such name and is quickly looked for.
_SHAPED = (
    (
        ("down_", rf"((?:\w+_)?)down_(?:read|write){_VARIANT}"),
        ("up_", rf"((?:\w+_)?)up_(?:read|write){_VARIANT}"),
    ),
    (("lock", rf"({_STEM})(?:try)?lock{_VARIANT}"), ("unlock", rf"({_STEM})unlock{_VARIANT}")),
    (("lock_", rf"(?:try)?(lock_(?:{_LOCKED}))"), ("unlock_", rf"un(lock_(?:{_LOCKED}))")),
)
# The kind of down_read() and up_write(), which have nothing before the verb.
_RWSEM = "rwsem_"
# What is switched off for the time being. Devices are switched, too, but those are arguments.
_SWITCHED = (("disable", rf"(\w+_)disable{_VARIANT}"), ("enable", rf"(\w+_)enable{_VARIANT}"))
# Readers of SRCU, and functions of the kernel that are called otherwise and are such readers, too:
# drivers/base/power/wakeup.c, drivers/base/core.c and security/tomoyo/common.h.
_SRCU = regex(r"(?:\w+_)?srcu_(?:\w+_)?|(?:wakeup_sources|device_links|tomoyo)_read_")
_RCU = regex(r"rcu_read_")
# Kinds that count how often they are taken: include/linux/preempt.h, highmem.h, rcupdate.h.
_COUNTED = regex(r"kmap|get_cpu|local_irq|(?:preempt|migrate|pagefault|local_bh)_")
# Functions that give 0 for success, unlike those that try.
_ZERO = regex(r"\w+_(?:killable|interruptible|timeout)|down_trylock")


@value_class
class Hold:
    """What a function takes or drops."""

    # The same for all functions of one pair.
    kind: str
    # Whether it is taken, not dropped.
    takes: bool
    # Whether the function gives 0 when it has taken it.
    zero: bool = False

    @property
    def srcu(self) -> bool:
        """Whether it is a read-side section of SRCU, in which a program may sleep.

        kernel/rcu/srcutree.c, __srcu_read_lock(): a counter, which keeps nobody from running but who waits
        for readers.
        """
        return bool(_SRCU.fullmatch(self.kind))

    @property
    def rcu(self) -> bool:
        """Whether it is an RCU section, which a program can hold itself."""
        return bool(_RCU.fullmatch(self.kind))

    @property
    def nests(self) -> bool:
        """Whether it may be taken again while it is held."""
        return self.srcu or self.rcu or bool(_COUNTED.fullmatch(self.kind))


@cache
def hold(name: str, alone: bool) -> Hold | None:
    """What a call of a function of the kernel takes or drops, None for neither; `alone` without arguments."""
    shaped = (*_SHAPED, _SWITCHED) if alone else _SHAPED
    for kind, takes, drops in _LISTED:
        if re.fullmatch(takes, name):
            return Hold(kind, takes=True, zero=bool(_ZERO.fullmatch(name)))
        if re.fullmatch(drops, name):
            return Hold(kind, takes=False)
    for taking, dropping in shaped:
        if found := _matched(taking, name):
            return Hold(found[1] or _RWSEM, takes=True, zero=bool(_ZERO.fullmatch(name)))
        if found := _matched(dropping, name):
            return Hold(found[1] or _RWSEM, takes=False)
    return None


def _matched(shape: tuple[str, str], name: str) -> re.Match[str] | None:
    word, whole = shape
    return re.fullmatch(whole, name) if word in name else None
