# SPDX-License-Identifier: GPL-2.0-only
"""Words that mean something already: to C, to the verifier, to the kernel, to the generated code."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


C_WORDS = _words(
    """auto bool break case char const continue current default do double else enum extern false
    float for goto if inline int long NULL register restrict return short signed sizeof static
    struct switch true typedef typeof union unsigned void volatile while asm linux unix u8 u16 u32
    u64 s8 s16 s32 s64"""
)

# Targets of SEC("iter/...") that Linux 6.12 and 7.3 have (bpf_iter_reg_target() in their sources).
PROGRAM_TARGETS = _words(
    """bpf_link bpf_map bpf_map_elem bpf_prog bpf_sk_storage_map cgroup dmabuf ipv6_route kmem_cache ksym
    netlink sockmap task task_file task_vma tcp udp unix"""
)

# Names of a flag argument that say what there is now.
NARROW_FLAGS = frozenset({"type", "order", "mode", "kind", "how"})

# What the emitted kfuncs call their own variables and fields.
KFUNC_NAMES = frozenset({"it", "kit", "wrapped", "live"})

# What the emitted test programs call theirs (templates/selftests/prog/, refused/ and shared/).
TEST_NAMES = _words(
    """accepted again args asked begin beside choose ctx drain found get_args i id in_a_map it
    iter_id iter_lock iter_unlock kept last leak lock mine nest_three nest_two
    only_walk pos probe probe_null put_args reuse sink stay variant walk"""
)

# Endings of a parameter's name that the verifier reads: kernel/bpf/verifier.c, is_kfunc_arg_*().
SUFFIXES = tuple(
    _words(
        """__alloc __arena __const_map __ign __irq_flag __iter __k __map __nonown_allowed __nullable
        __opt __prog __refcounted_kptr __str __sz __szk __uninit __wq"""
    )
)
SIZE_NAMES = frozenset({"rdonly_buf_size", "rdwr_buf_size"})

# Files that kernel/bpf/ has already: an iterator of that name cannot have one of its own.
TAKEN_FILES = frozenset({"bpf", "btf", "cgroup", "link", "map", "prog", "task"})

# Selftests that the kernel has under <name>_iter.c (tools/testing/selftests/bpf, 6.12).
TAKEN_TESTS = frozenset({"bpf", "btf_field", "cgroup", "pyperf600", "verifier_bits"})

# Members that link a struct without RCU: it may be moved or taken out under a reader. Linux 6.12 and 7.3:
# kernel/exit.c, __unhash_process(); fs/dcache.c, dentry_unlink_inode(); fs/inode.c, inode_sb_list_del();
# mm/slab_common.c, kmem_cache_destroy()
LOOSE_MEMBERS = {
    "task_struct": frozenset({"children", "sibling", "ptraced", "ptrace_entry"}),
    "dentry": frozenset({"d_u.d_alias", "d_alias"}),
    "inode": frozenset({"i_sb_list", "i_io_list", "i_lru"}),
    "kmem_cache": frozenset({"list"}),
}

# include/uapi/asm-generic/errno-base.h, errno.h and include/linux/errno.h
ERRNOS = _words(
    """E2BIG EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF EBADFD EBADMSG
    EBADR EBUSY ECANCELED ECHILD ECONNABORTED ECONNREFUSED ECONNRESET EDEADLK EDEADLOCK
    EDESTADDRREQ EDOM EDQUOT EEXIST EFAULT EFBIG EHOSTDOWN EHOSTUNREACH EIDRM EILSEQ EINPROGRESS
    EINTR EINVAL EIO EISCONN EISDIR EKEYEXPIRED EKEYREJECTED EKEYREVOKED ELOOP EMEDIUMTYPE EMFILE
    EMLINK EMSGSIZE EMULTIHOP ENAMETOOLONG ENETDOWN ENETRESET ENETUNREACH ENFILE ENOBUFS ENODATA
    ENODEV ENOENT ENOEXEC ENOKEY ENOLCK ENOLINK ENOMEDIUM ENOMEM ENOMSG ENONET ENOPROTOOPT ENOSPC
    ENOSYS ENOTBLK ENOTCONN ENOTDIR ENOTEMPTY ENOTRECOVERABLE ENOTSOCK ENOTSUPP ENOTTY ENOTUNIQ
    ENXIO EOPNOTSUPP EOVERFLOW EOWNERDEAD EPERM EPFNOSUPPORT EPIPE EPROTO EPROTONOSUPPORT
    EPROTOTYPE ERANGE EREMCHG EREMOTE EREMOTEIO EROFS ESHUTDOWN ESOCKTNOSUPPORT ESPIPE ESRCH
    ESTALE ETIME ETIMEDOUT ETOOMANYREFS ETXTBSY EUCLEAN EUNATCH EUSERS EWOULDBLOCK EXDEV
    EXFULL"""
)

# Types of one register. What is not in analysis/state.py's SIZES counts as a word there.
SCALARS = _words(
    """bool char u8 s8 u16 s16 u32 s32 u64 s64 __u8 __s8 __u16 __s16 __u32 __s32 __u64 __s64
    short int long unsigned size_t ssize_t pid_t uid_t gid_t loff_t dev_t gfp_t
    uintptr_t"""
) | {
    "signed char",
    "unsigned char",
    "unsigned short",
    "unsigned int",
    "unsigned long",
    "long long",
    "unsigned long long",
}

# Entry macros that make a pointer out of an empty list's head.
BOGUS_ENTRIES = _words(
    """list_entry list_entry_rcu list_first_entry list_first_entry_rcu list_last_entry
    list_next_entry list_prev_entry"""
)

# What gives NULL for an empty list, and takes the same arguments.
OR_NULL = {
    "list_first_entry": "list_first_entry_or_null",
    "list_first_entry_rcu": "list_first_or_null_rcu",
}

# Macros that drop what they take at the end of a block: include/linux/cleanup.h.
GUARDS = _words("guard scoped_guard scoped_cond_guard")
# A reader's loop round what a sequence counter guards: include/linux/seqlock.h.
SEQUENCES = ("read_seq", "write_seq")
