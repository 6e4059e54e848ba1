// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <test_progs.h>
#include "cgroup_helpers.h"
#include "iter_seq_tests.h"
#include "css_iter_seq.skel.h"

#define SCRATCH "/scratch"

/* siblings are visited in the order in which they were made */
static const struct {
	const char *path;
	int parent;
} tree[] = {
	{ "/top", -1 },
	{ "/top/left", 0 },
	{ "/top/left/leaf", 1 },
	{ "/top/left/twig", 1 },
	{ "/top/right", 0 },
};

static int scratch_fd = -1;

static __u64 id_of(int start)
{
	return get_cgroup_id(tree[start].path);
}

static int set_up(void)
{
	int i, fd;

	if (setup_cgroup_environment())
		return -1;
	scratch_fd = create_and_get_cgroup(SCRATCH);
	if (scratch_fd < 0)
		return -1;
	for (i = 0; i < ARRAY_SIZE(tree); i++) {
		fd = create_and_get_cgroup(tree[i].path);
		if (fd < 0)
			return -1;
		close(fd);
	}
	return 0;
}

static void tear_down(void)
{
	if (scratch_fd >= 0)
		close(scratch_fd);
	cleanup_cgroup_environment();
}

static int nr_dying(void)
{
	char key[64];
	int value, nr = -1;
	FILE *file;

	file = fdopen(openat(scratch_fd, "cgroup.stat", O_RDONLY), "r");
	if (!file)
		return -1;
	while (fscanf(file, "%63s %d", key, &value) == 2)
		if (!strcmp(key, "nr_dying_descendants"))
			nr = value;
	fclose(file);
	return nr;
}

/* a cgroup with a reference left never finishes dying; give it time */
static long references(void)
{
	int i, nr = -1;

	for (i = 0; i < 200 && nr; i++) {
		usleep(10000);
		nr = nr_dying();
	}
	ASSERT_GE(nr, 0, "nr_dying");
	return nr;
}

static struct css_iter_seq *skel;

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
	skel->bss->start_id = id;
}

/* BPF_CGROUP_ITER_DESCENDANTS_PRE */
static void ask_0(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->cgroup.cgroup_id = id;
	linfo->cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_PRE;
}

static void told_0(int fd, const struct bpf_link_info *info, __u64 id)
{
	iter_told(fd, "cgroup_id", info->iter.cgroup.cgroup_id, id);
	iter_told(fd, "order", info->iter.cgroup.order, BPF_CGROUP_ITER_DESCENDANTS_PRE);
}

/* BPF_CGROUP_ITER_DESCENDANTS_POST */
static void ask_1(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->cgroup.cgroup_id = id;
	linfo->cgroup.order = BPF_CGROUP_ITER_DESCENDANTS_POST;
}

static void told_1(int fd, const struct bpf_link_info *info, __u64 id)
{
	iter_told(fd, "cgroup_id", info->iter.cgroup.cgroup_id, id);
	iter_told(fd, "order", info->iter.cgroup.order, BPF_CGROUP_ITER_DESCENDANTS_POST);
}

/* BPF_CGROUP_ITER_ANCESTORS_UP */
static void ask_2(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->cgroup.cgroup_id = id;
	linfo->cgroup.order = BPF_CGROUP_ITER_ANCESTORS_UP;
}

static void told_2(int fd, const struct bpf_link_info *info, __u64 id)
{
	iter_told(fd, "cgroup_id", info->iter.cgroup.cgroup_id, id);
	iter_told(fd, "order", info->iter.cgroup.order, BPF_CGROUP_ITER_ANCESTORS_UP);
}

static void ask_cgroup_fd_and_cgroup_id(union bpf_iter_link_info *linfo,
					__u64 id)
{
	linfo->cgroup.cgroup_fd = 1;
	linfo->cgroup.cgroup_id = 1;
}

static void ask_unknown_order(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->cgroup.order = 0x7fff0000;
}

static const struct iter_link links[] = {
	{
		.name = "BPF_CGROUP_ITER_DESCENDANTS_PRE",
		.which = 0,
		.ask = ask_0,
		.told = told_0,
	},
	{
		.name = "BPF_CGROUP_ITER_DESCENDANTS_POST",
		.which = 1,
		.ask = ask_1,
		.told = told_1,
	},
	{
		.name = "BPF_CGROUP_ITER_ANCESTORS_UP",
		.which = 2,
		.ask = ask_2,
		.told = told_2,
	},
	{
		.name = "cgroup_fd_and_cgroup_id",
		.ask = ask_cgroup_fd_and_cgroup_id,
		.err = -EINVAL,
	},
	{ .name = "unknown_order", .ask = ask_unknown_order, .err = -EINVAL },
};

static struct iter_seq_test test = {
	.target = "cgroup",
	.links = links,
	.nr_links = ARRAY_SIZE(links),
	.walks.choose = choose,
	.walks.set_up = set_up,
	.walks.tear_down = tear_down,
	.walks.id_of = id_of,
	.walks.references = references,
	.walks.leaks = 1,
};

void test_css_iter_seq(void)
{
	skel = css_iter_seq__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.walks.obj = skel->obj;
	test.walks.asked = &skel->bss->asked;
	test.walks.found = &skel->bss->found;
	test.asked = &skel->bss->seq_asked;
	test.found = &skel->bss->seq_found;
	test_iter_seq(&test);
	css_iter_seq__destroy(skel);
}
