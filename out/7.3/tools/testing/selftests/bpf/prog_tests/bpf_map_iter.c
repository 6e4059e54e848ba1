// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_tests.h"
#include "bpf_map_iter.skel.h"
#include "bpf_map_iter_failure.skel.h"

#define NR_MAPS 3

/* neighbours by their numbers, as nobody else makes maps meanwhile */
static int maps[NR_MAPS] = { -1, -1, -1 };
static int added = -1, behind = -1;

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

static void bpf_maps(int start, struct ids *want)
{
	__u32 id = 0;

	want->nr = 0;
	while (want->nr < MAX_ELEMS && !bpf_map_get_next_id(id, &id))
		want->id[want->nr++] = id;
}

static __u64 create_map(int *map)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	*map = add_map();
	ASSERT_OK(bpf_obj_get_info_by_fd(*map, &info, &size), "map_info");
	return info.id;
}

static __u64 create_element(void)
{
	return create_map(&added);
}

static void remove_element(void)
{
	close(added);
}

static __u64 create_next(void)
{
	return create_map(&behind);
}

static void remove_next(void)
{
	close(behind);
}

static struct bpf_map_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = bpf_maps, .meets = true },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.set_up = set_up,
	.tear_down = tear_down,
	.nr_starts = 1,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.leaks = 100,
	.known = true,
	.ordered = true,
};

void test_bpf_map_iter(void)
{
	skel = bpf_map_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	bpf_map_iter__destroy(skel);

	RUN_TESTS(bpf_map_iter_failure);
}
