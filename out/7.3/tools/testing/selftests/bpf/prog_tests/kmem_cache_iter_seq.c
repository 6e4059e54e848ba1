// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_seq_tests.h"
#include "kmem_cache_iter_seq.skel.h"

static struct kmem_cache_iter_seq *skel;

static struct iter_seq_test test = {
	.target = "kmem_cache",
	.walks.leaks = 100,
};

void test_kmem_cache_iter_seq(void)
{
	skel = kmem_cache_iter_seq__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.walks.obj = skel->obj;
	test.walks.asked = &skel->bss->asked;
	test.walks.found = &skel->bss->found;
	test.asked = &skel->bss->seq_asked;
	test.found = &skel->bss->seq_found;
	test_iter_seq(&test);
	kmem_cache_iter_seq__destroy(skel);
}
