# SPDX-License-Identifier: GPL-2.0-only
"""Bugs that the verifier accepts, of the kinds that only a debugging kernel, or a counter, notices."""

from __future__ import annotations

from kiter.mutants.mutant import Mutant

SEEDS = (
    Mutant(
        "bits.yaml",
        "KASAN",
        "past_the_buffer",
        "new() writes a word behind those that it has copied",
        "kit->nr_words = nr_words;",
        "if (nr_words > 1) words[nr_words] = 0; kit->nr_words = nr_words;",
    ),
    Mutant(
        "dmabuf.yaml",
        "KASAN",
        "put_twice",
        "destroy() drops the reference twice, so that the buffer is used after it is free",
        "dma_buf_put(kit->dmabuf);",
        "{ dma_buf_put(kit->dmabuf); dma_buf_put(kit->dmabuf); }",
    ),
    Mutant(
        "task.yaml",
        "DEBUG_ATOMIC_SLEEP",
        "sleeps_under_rcu",
        "next() may sleep for memory in the program's RCU critical section",
        "if (!pos) return NULL;",
        "if (!pos) return NULL; kfree(kmalloc(64, GFP_KERNEL));",
    ),
    Mutant(
        "task_vma.yaml",
        "PROVE_RCU",
        "no_rcu",
        "the tree of areas is searched without RCU",
        "rcu_read_lock(); vma_iter_init",
        "vma_iter_init",
        also=(
            ("rcu_read_unlock(); return NULL;", "return NULL;"),
            ("end = vma->vm_end; rcu_read_unlock();", "end = vma->vm_end;"),
        ),
    ),
    Mutant(
        "task_vma.yaml",
        "PROVE_LOCKING",
        "lock_left",
        "next() returns with the lock of the area held",
        "vma_end_read(pos);",
        "",
    ),
    Mutant(
        "task_vma.yaml",
        "counters",
        "file_kept",
        "the reference to the file of an area is never dropped",
        "if (pos->vm_file) fput(pos->vm_file);",
        "",
    ),
    Mutant(
        "css_task.yaml",
        "counters",
        "memory_kept",
        "destroy() does not free the state",
        "css_task_iter_end(kit->css_it); bpf_mem_free(&bpf_global_ma, kit->css_it);",
        "css_task_iter_end(kit->css_it);",
    ),
)
