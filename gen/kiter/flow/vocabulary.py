# SPDX-License-Identifier: GPL-2.0-only
"""What functions of the kernel do, by their names.

Read in the headers of Linux 6.12 and 7.3; where names follow a pattern that the kernel keeps to, it stands
for all of them.
"""

from __future__ import annotations

from kiter.regex import regex


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Give back their first argument as it is: include/linux/compiler.h, rcupdate.h.
TRANSPARENT = regex(
    r"likely|unlikely|READ_ONCE|rcu_dereference\w*|rcu_access_pointer|srcu_dereference\w*|smp_load_acquire"
    r"|data_race|ERR_PTR|WARN_ON(?:_ONCE)?|unrcu_pointer|ERR_CAST|__builtin_expect|array_index_nospec|no_free_ptr"
    r"|return_ptr|rcu_pointer_handoff|force_cast|lockless_dereference|IS_ENABLED|ACCESS_ONCE"
)
# Store their second argument in their first: a place, or where it is.
STORES = _words("WRITE_ONCE rcu_assign_pointer RCU_INIT_POINTER smp_store_mb")
STORES_AT = _words("smp_store_release")
PLACES = STORES | STORES_AT | {"xchg", "swap", "rcu_replace_pointer", "no_free_ptr", "return_ptr"}
BY_ADDRESS = STORES_AT | {"xchg"}
COPIES = regex(r"__builtin_memcpy|memcpy|memmove|strscpy|strncpy|copy_from_\w+|bpf_probe_read_\w+")
# Look, and change nothing.
LOOKS = regex(
    r"\w*_(?:empty|is_\w+|valid|count|unhashed|unhashed_lockless|test|weight|initialized|locked|held|before|after"
    r"|cmp|eq|singular|careful)|is_\w+|list_is_\w+|lockdep_\w+|BUILD_BUG_\w+|BUG_ON|min|max|min_t|max_t|clamp"
    r"|clamp_t|find_\w*bit|test_bit|bitmap_weight|bitmap_empty|pr_\w+|printk|in_nmi|irqs_disabled|spin_is_locked"
    r"|xas_retry|static_assert|PTR_ERR|IS_ERR|typecheck|offsetof|ARRAY_SIZE|atomic_read|atomic64_read|refcount_read|kref_read"
)
# The element that a member is in: include/linux/container_of.h, list.h, rbtree.h.
CONTAINERS = _words(
    """container_of container_of_const list_entry list_entry_rcu hlist_entry rb_entry llist_entry
    list_first_entry list_first_entry_rcu list_last_entry list_next_entry list_prev_entry rb_entry_safe
    hlist_entry_safe list_entry_safe"""
)
# The first or next element of a list, or NULL: nothing but its head says which.
ENTRIES = regex(r"list_\w+_or_null\w*|h?list_\w*entry\w*|rb_\w+|llist_\w+")
# Locks whose functions return something all the same: of others one that is looked at names a lock.
LOCKS = regex(
    r"(?:raw_)?(?:spin|read|write|mutex|down|pte|pmd|pud|rcu|srcu|seq)_?|\w*(?:srcu|read|write|down|try)_|lock_|kmap"
    r"|local_|get_cpu|mmap_|rwsem_|\w+_mutex_|io_ring"
)
# Lists: what makes a node one that is in none, and in one.
UNLINKS = regex(r"INIT_H?LIST_(?:HEAD|NODE)\w*|h?list_del_init\w*|list_bidir_del_rcu")
LINKS = regex(r"h?list_(?:add|move|replace)\w*")
EMPTY = regex(r"list_empty(?:_careful|_rcu)?|hlist_unhashed(?:_lockless)?")

# Allocates memory, or gives NULL; include/linux/slab.h, bpf_mem_alloc.h.
ALLOCATES = regex(
    r"k[mzc]alloc\w*|kv[mzc]alloc\w*|v[mz]alloc\w*|kmemdup\w*|kmem_cache_z?alloc\w*|bpf_mem_(?:cache_)?alloc"
    r"|alloc_percpu\w*|krealloc\w*|alloc_pages?(?:_node)?"
)
ZEROED = regex(r"k[zc]alloc\w*|kv[zc]alloc\w*|vzalloc\w*|kmem_cache_zalloc")
# Frees it; with NULL most do nothing.
FREES = regex(
    r"k?v?free|kfree_\w+|kvfree_\w+|vfree\w*|bpf_mem_(?:cache_)?free(?:_rcu)?|kmem_cache_free|free_percpu|kvfree"
    r"|__free_pages?"
)
# What frees memory, by what gave it; kvfree() finds out what it has, kfree() takes any slab (mm/slub.c, 6.4).
FREED_BY = (
    (regex(r"bpf_mem_alloc"), regex(r"bpf_mem_free(?:_rcu)?")),
    (regex(r"bpf_mem_cache_alloc"), regex(r"bpf_mem_cache_free(?:_rcu)?")),
    (regex(r"alloc_percpu\w*"), regex(r"free_percpu")),
    (regex(r"v[mz]alloc\w*"), regex(r"k?vfree\w*")),
    (regex(r"kv[mzc]alloc\w*"), regex(r"kvfree\w*")),
    (regex(r"kmem_cache_\w+"), regex(r"kmem_cache_free|kv?free\w*")),
    (regex(r"k\w+"), regex(r"kv?free\w*")),
)


def frees_what(name: str, allocator: str) -> bool:
    """Whether a function frees what another gave."""
    return next((by.fullmatch(name) is not None for of, by in FREED_BY if of.fullmatch(allocator)), True)


# Take a reference to their argument, and give it: or, behind TRIES, say whether they could.
SAME = regex(
    r"get_task_struct|get_file|get_pid|get_cred|get_new_cred|kobject_get|get_device|igrab|ihold|__iget|dget|mntget|mmget"
    r"|mmgrab|path_get|kref_get|refcount_inc|get_net|get_page|folio_get|of_node_get|__module_get|fget_raw"
    r"|(?:css|cgroup|sock|dev|bpf_map|bpf_prog|bpf_link|nsproxy|uid|key|pid_ns|user_ns|mm)_(?:get|hold|inc)"
    r"|get_(?:pid_ns|user_ns|uts_ns|ipc_ns|mnt_ns|nsproxy|dma_buf|cgroup_ns)"
)
TRIES = regex(
    r"\w*(?:_tryget\w*|_get_unless_zero|_inc_not_zero|_get_not_zero|_get_not_dead|_get_live|_tryinc)"
    r"|try(?:get|_get)_\w+|mmget_not_zero|maybe_get_net|get_file_rcu|try_module_get|get_task_struct_unless_zero"
)
# Give an object with a reference, or NULL.
GIVES = regex(
    r"(?:\w+_)?(?:find_get|lookup_get|get_by|grab)_?\w*|\w+_(?:grab|acquire)(?:_\w+)?|fget\w*|get_task_mm"
    r"|get_task_exe_file|get_mm_exe_file|get_pid_task|get_task_pid|get_task_cred|find_get_\w+|dget_parent"
    r"|bpf_map_get|bpf_prog_get\w*|\w+_find_get\w*|\w+_first_get|\w+_next_get"
)
# Give an object without a reference, or NULL: include/linux/idr.h, xarray.h, maple_tree.h, pid.h, mm.h.
LOOKS_UP = regex(
    r"idr_find|idr_get_next(?:_ul)?|radix_tree_lookup|xa_load|xa_find(?:_after)?|xas_(?:load|find)|mtree_load"
    r"|mt_find(?:_after)?|mas_(?:find|walk)|find_vma(?:_intersection)?|vma_lookup|find_task_by_\w+|pid_task"
    r"|find_vpid|find_pid_ns|rhashtable_lookup(?:_fast)?|rhltable_lookup|dev_get_by_(?:index|name)_rcu"
    r"|__dev_get_by_(?:index|name)"
)
# Loops over elements that are had without a reference, as macros: their variable is looked up, too.
LOOPS = regex(r"(?:h?list|hlist_nulls|rhl|xa|xas|idr|mas|mt|hash|sk|sk_nulls|radix_tree)_for_each\w*")
# Of these, which argument is NULL behind the loop: xarray.h, idr.h, maple_tree.h and hashtable.h.
_ELEMENTS = (
    (regex(r"hlist_(?:nulls_)?for_each\w*|sk_(?:nulls_)?for_each\w*|rhl_for_each\w*"), 0),
    (regex(r"hash_for_each_possible\w*|(?:idr|mas|mt|xas)_for_each\w*|for_each_netdev_dump"), 1),
    (regex(r"xa_for_each\w*|hash_for_each(?:_rcu)?"), 2),
    (regex(r"hash_for_each_safe"), 3),
)


def element_at(loop: str) -> int:
    """Which argument of a loop by a macro is NULL behind it, -1 for none."""
    return next((at for name, at in _ELEMENTS if name.fullmatch(loop)), -1)


# Functions that end what they get, by a word of their name.
ENDS = regex(
    r"(?:\w+_)?(?:drop|free|destroy|deactivate|dec|close|unpin|detach|dispose|kill|fini|cleanup|call_rcu)(?:_\w+)?"
)
# Step on from an element, and may release it: drivers/of/base.c, of_get_next_child().
STEPS = regex(r"next|after|prev|from|follow")
# Of these, what keeps it: the next file of a task, fs/file.c.
KEEPS = regex(r"fget_task_\w+")
# Members that share the references of their struct: cgroup_subsys_state and inode.
SHARES = regex(r"cgroup|i_mapping|f_mapping")
# Numbers that do not change: include/linux/limits.h, and how many CPUs and nodes there can be.
CONSTANTS = {
    "INT_MAX": (1 << 31) - 1,
    "U32_MAX": (1 << 32) - 1,
    "UINT_MAX": (1 << 32) - 1,
    "LONG_MAX": (1 << 63) - 1,
    "U64_MAX": (1 << 64) - 1,
    "ULONG_MAX": (1 << 64) - 1,
}
COUNTS = _words("nr_cpu_ids nr_node_ids")
# Give the object that another is a part of, or the other way round.
CONVERTS = regex(r"\w+_from_\w+|to_\w+|\w+_of|\w+_to_\w+|file_inode|real_mount")
# Of these, what always gives one: fs/dcache.c, kernel/cred.c.
NEVER_NULL = regex(r"dget_parent|get_task_cred")
# What has a counterpart in the same file, by how both end.
PAIRS = (
    ("_get", "_put"),
    ("_hold", "_put"),
    ("_ref", "_unref"),
    ("_acquire", "_release"),
    ("_open", "_close"),
    ("_pin", "_unpin"),
    ("_create", "_destroy"),
)
# Give a reference back.
RELEASES = regex(
    r"(?:\w+_)?(?:mm|f|d|i|mnt)?put(?:_\w+)?|(?:\w+_)?unref(?:_\w+)?|mmdrop\w*|(?:\w+_)?release(?:_\w+)?"
    r"|module_put|sock_put|put_\w+|kref_put\w*|refcount_dec_and_test|bpf_map_dec|bpf_prog_dec"
)
NOT_RELEASES = regex(
    r"put_user|put_unaligned\w*|\w*copy_\w+|release_sock|\w*_put_cpu\w*|put_cpu\w*|smp_store_release|seq_put\w+"
    r"|clear_and_\w+|atomic_\w+_release|\w+_release_\w*lock\w*|input_\w+|fput_\w+_sync"
)
# Do nothing with NULL: fs/dcache.c, lib/kobject.c, drivers/base/core.c, kernel/pid.c, kernel/module/main.c.
NULL_IS_FINE = regex(
    r"dput|mntput|iput|kobject_put|put_device|put_pid|module_put|of_node_put|dev_put|kmem_cache_destroy"
    r"|put_cred\w*|fwnode_handle_put"
)
# Follow the pointer at once, so NULL is a fault: include/linux/sched/task.h, fs/file_table.c.
NULL_IS_FATAL = regex(
    r"put_task_struct\w*|fput|mmput\w*|mmdrop\w*|css_put|cgroup_put|bpf_map_put|bpf_prog_put|sock_put|dma_buf_put"
    r"|put_net|put_page|folio_put|refcount_dec_and_test|bpf_link_put"
)

# Follow their argument at once, so it was not NULL: include/linux/sched/signal.h, sched.h.
FOLLOWS = regex(r"next_task|_*next_thread|next_thread|pid_alive|thread_group_leader|task_\w+")
# End for good: once they gave NULL they do again, whatever there is meanwhile (kernel/cgroup/cgroup.c,
# css_task_iter_next(), 4.14 and later: it->task_pos stays NULL).
STICKY = regex(r"css_task_iter_next")

# What may sleep, by name.
SLEEPING_FAMILIES = tuple(
    _words(
        """GFP_KERNEL GFP_HIGHUSER mutex_lock down_read down_write schedule_timeout cond_resched
        synchronize_rcu synchronize_srcu rcu_barrier might_sleep wait_event wait_for_completion
        kvmalloc kvzalloc vmalloc vzalloc mmap_read_lock mmap_write_lock"""
    )
)
SLEEPERS = _words(
    """GFP_USER GFP_NOFS GFP_NOIO down down_interruptible down_killable msleep ssleep fsleep
    usleep_range schedule copy_from_user copy_to_user get_user put_user flush_work flush_workqueue
    rtnl_lock lock_sock inode_lock inode_lock_shared io_ring_submit_lock device_lock cpus_read_lock
    cgroup_lock filemap_invalidate_lock kern_path user_path_at"""
)
ATOMIC = regex(
    r"(?:raw_)?(?:spin|read|write)_(?:bh_|irq_)?|rcu_read_|local_irq|local_bh_|preempt_|get_cpu|bh_"
    r"|xas?_|(?:task_)?rq_|task_$|lock_task_sighand|(?:bit_spin|hlist_bl|local|netif_tx|netif_addr)_$"
)


def sleeps(name: str) -> bool:
    """Whether a function may sleep, or a flag of an allocation says that it may."""
    if "trylock" in name or name.startswith(("down_read_try", "down_write_try")):
        return False
    return name in SLEEPERS or name.startswith(SLEEPING_FAMILIES)
