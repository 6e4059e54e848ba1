# SPDX-License-Identifier: GPL-2.0-only
"""Bugs in walks over numbers, bits, areas, members, caches and buffers."""

from __future__ import annotations

from functools import partial

from kiter.mutants.mutant import Mutant

NUM = partial(Mutant, "num.yaml")
BITS = partial(Mutant, "bits.yaml")
SEQ = partial(Mutant, "testmod_seq.yaml")
VMA = partial(Mutant, "task_vma.yaml")
MEMBERS = partial(Mutant, "css_task.yaml")
CACHES = partial(Mutant, "kmem_cache.yaml")
BUFFERS = partial(Mutant, "dmabuf.yaml")

FREE = "bpf_mem_free(&bpf_global_ma, "

ALL = (
    NUM(
        "walk",
        "one-too-many",
        "the number after the last is visited",
        "kit->cur + 1 >= kit->end",
        "kit->cur + 1 > kit->end",
    ),
    NUM("walk", "starts-late", "the first number is left out", "kit->cur = start - 1;", "kit->cur = start;"),
    NUM("checks", "overflow", "the limit is tested in 32 bits", "(s64)end - start", "end - start"),
    NUM("checks", "no-limit", "any number of numbers", "(s64)end - start > BPF_MAX_LOOPS", "false"),
    NUM(
        "state",
        "kept-on-failure",
        "a refused call leaves a range behind",
        "kit->cur = 0; kit->end = 0;",
        "kit->cur = start - 1; kit->end = end;",
    ),
    SEQ(
        "companions",
        "silenced-by-end",
        "the end makes a companion say what it says after a failed new()",
        "if (it->cnt <= 0) return NULL;",
        "if (it->cnt <= 0) { it->cnt = -1; return NULL; }",
    ),
    NUM(
        "contract",
        "restarts",
        "after the end it counts again",
        ">= kit->end) return NULL;",
        ">= kit->end) { kit->cur = 0; return NULL; }",
    ),
    BITS("walk", "first-bit", "bit 0 is left out", "kit->bit = -1;", "kit->bit = 0;"),
    BITS("walk", "short", "the last bits are left out", "kit->nr_words * 64", "kit->nr_words * 63"),
    BITS("checks", "too-few", "more than two words are refused", "nr_words > 511", "nr_words > 2"),
    BITS("checks", "null", "no address is read", "!unsafe_ptr__ign || !nr_words", "!nr_words"),
    BITS(
        "resources",
        "leak-on-fault",
        "words that cannot be read are not freed",
        f"{FREE} words); return err;",
        "return err;",
    ),
    BITS("resources", "leak", "the copy is never freed", f"{FREE} kit->words);", ";"),
    BITS(
        "state",
        "live-too-early",
        "a refused call says that there are words",
        "kit->nr_words = 0;",
        "kit->nr_words = nr_words;",
        alone=True,
    ),
    SEQ(
        "checks",
        "zero",
        "no times at all is refused",
        "cnt < 0) return -EINVAL;",
        "cnt <= 0) return -EINVAL;",
    ),
    SEQ("walk", "twice", "every second time is left out", "it->cnt--;", "it->cnt -= 2;"),
    SEQ(
        "companions",
        "sum",
        "the number is not added",
        "return val + it__iter->value;",
        "return it__iter->value;",
    ),
    SEQ("companions", "dead", "it answers for a dead iterator", "it__iter->cnt < 0", "false"),
    VMA(
        "resources",
        "leak-mm",
        "the memory stays pinned",
        "bpf_iter_@_put_mm(data->mm);",
        "(void)bpf_iter_@_put_mm;",
    ),
    VMA(
        "resources",
        "leak-file",
        "the file of each area but the last is kept",
        "bpf_iter_@_drop_file(&data->pos); memcpy(",
        "memcpy(",
    ),
    VMA(
        "resources",
        "leak-last-file",
        "the file of the last area is kept",
        "bpf_iter_@_drop_file(&data->pos); bpf_iter_@_put_mm",
        "bpf_iter_@_put_mm",
    ),
    VMA(
        "resources",
        "file-not-held",
        "files are released that were not taken",
        "bpf_iter_@_hold_file(&data->pos);",
        "(void)bpf_iter_@_hold_file;",
        alone=True,
    ),
    VMA(
        "resources",
        "leak-data",
        "the state is never freed",
        f"{FREE} data); kit->data = NULL;",
        "kit->data = NULL;",
    ),
    VMA(
        "resources",
        "leak-on-failure",
        "a refused call keeps the state",
        f"{FREE} data); return err;",
        "return err;",
    ),
    VMA("walk", "from-zero", "the address is not heeded", "data->next_addr = addr;", "data->next_addr = 0;"),
    VMA(
        "context", "irqs-off", "interrupts may be off", "if (irqs_disabled()) return -EBUSY;", "", alone=True
    ),
    VMA(
        "contract",
        "revives",
        "areas that come late are visited",
        "bpf_iter_@_release(kit); return NULL;",
        "return NULL;",
    ),
    MEMBERS(
        "checks", "any-flag", "every flag is taken", "default: return -EINVAL;", "default: break;", alone=True
    ),
    MEMBERS(
        "checks",
        "flag-alone",
        "a flag is taken that means nothing alone",
        "case CSS_TASK_ITER_PROCS:",
        "case CSS_TASK_ITER_THREADED: case CSS_TASK_ITER_PROCS:",
    ),
    MEMBERS(
        "walk",
        "all-threads",
        "flags are not passed on",
        "css_task_iter_start(css, flags, css_it)",
        "css_task_iter_start(css, 0, css_it)",
    ),
    MEMBERS("resources", "leak", "the state is never freed", f"{FREE} kit->css_it);", ""),
    MEMBERS(
        "resources", "not-ended", "the walk is not ended", "css_task_iter_end(kit->css_it);", "", alone=True
    ),
    CACHES(
        "resources",
        "leak",
        "every cache but the last is kept",
        "last = bpf_iter_@_drop(prev);",
        "last = false;",
    ),
    CACHES(
        "resources",
        "leak-last",
        "a cache is kept when the walk is left early",
        "last = bpf_iter_@_drop(pos);",
        "last = false;",
    ),
    CACHES(
        "contract",
        "restarts",
        "it walks again",
        "if (!prev) return NULL;",
        "if (!prev) { bpf_iter_@_new(it); prev = kit->pos; }",
    ),
    CACHES(
        "registration",
        "not-sleepable",
        "it may be called anywhere",
        "KF_ITER_NEW | KF_SLEEPABLE",
        "KF_ITER_NEW",
    ),
    BUFFERS(
        "resources", "leak", "a buffer is kept when the walk is left early", "dma_buf_put(kit->dmabuf);", ";"
    ),
    BUFFERS(
        "contract",
        "restarts",
        "it walks again",
        "if (!kit->dmabuf) return NULL;",
        "if (!kit->dmabuf) bpf_iter_@_new(it);",
    ),
    BUFFERS(
        "resources",
        "start-put",
        "what is no buffer is released",
        "kit->dmabuf && kit->dmabuf !=",
        "kit->dmabuf || kit->dmabuf ==",
        alone=True,
    ),
)
