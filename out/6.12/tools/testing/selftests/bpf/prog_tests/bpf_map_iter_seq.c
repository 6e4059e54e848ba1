// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_seq_tests.h"
#include "bpf_map_iter_seq.skel.h"

#define NR_MAPS 3

/* neighbours by their numbers, as nobody else makes maps meanwhile */
static int maps[NR_MAPS] = { -1, -1, -1 };

static int add_map(void)
{
	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "added", 4, 8, 1, NULL);
}

static int set_up(void)
{
	int i, err = 0;

	for (i = 0; i < NR_MAPS; i++) {
		maps[i] = add_map();
		err |= maps[i] < 0;
	}
	return err;
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < NR_MAPS; i++)
		if (maps[i] >= 0)
			close(maps[i]);
}

static struct bpf_map_iter_seq *skel;

static struct iter_seq_test test = {
	.target = "bpf_map",
	.walks.set_up = set_up,
	.walks.tear_down = tear_down,
	.walks.leaks = 100,
};

void test_bpf_map_iter_seq(void)
{
	skel = bpf_map_iter_seq__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.walks.obj = skel->obj;
	test.walks.asked = &skel->bss->asked;
	test.walks.found = &skel->bss->found;
	test.asked = &skel->bss->seq_asked;
	test.found = &skel->bss->seq_found;
	test_iter_seq(&test);
	bpf_map_iter_seq__destroy(skel);
}
