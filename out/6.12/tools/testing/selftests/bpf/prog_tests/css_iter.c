// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <test_progs.h>
#include "cgroup_helpers.h"
#include "iter_tests.h"
#include "css_iter.skel.h"
#include "css_iter_failure.skel.h"

#define NR_STARTS ARRAY_SIZE(tree)
#define SCRATCH "/scratch"
#define ADDED SCRATCH "/added"
#define ADDED_NEXT SCRATCH "/next"

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

/* what is added stays out of the tree: a dead cgroup is seen until its last reference is gone */
static __u64 id_of_scratch(void)
{
	return get_cgroup_id(SCRATCH);
}

static void add_preorder(int at, struct ids *want)
{
	int i;

	want->id[want->nr++] = id_of(at);
	for (i = 0; i < ARRAY_SIZE(tree); i++)
		if (tree[i].parent == at)
			add_preorder(i, want);
}

static void preorder(int start, struct ids *want)
{
	want->nr = 0;
	add_preorder(start, want);
}

static void add_postorder(int at, struct ids *want)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(tree); i++)
		if (tree[i].parent == at)
			add_postorder(i, want);
	want->id[want->nr++] = id_of(at);
}

static void postorder(int start, struct ids *want)
{
	want->nr = 0;
	add_postorder(start, want);
}

/* above the tree are the test's own cgroup and the root */
static void ancestors(int start, struct ids *want)
{
	want->nr = 0;
	for (; start >= 0; start = tree[start].parent)
		want->id[want->nr++] = id_of(start);
	want->id[want->nr++] = get_cgroup_id("");
	want->id[want->nr++] = get_cgroup_id("/..");
}

static __u64 make_cgroup(const char *path)
{
	int fd;

	fd = create_and_get_cgroup(path);
	if (fd < 0)
		return 0;
	close(fd);
	return get_cgroup_id(path);
}

static __u64 create_element(void)
{
	return make_cgroup(ADDED);
}

static void remove_element(void)
{
	remove_cgroup(ADDED);
}

static __u64 create_next(void)
{
	return make_cgroup(ADDED_NEXT);
}

static void remove_next(void)
{
	remove_cgroup(ADDED_NEXT);
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

static struct css_iter *skel;

/* in the order of the program's accepted[] */
static const struct iter_walk walks[] = {
	{
		.name = "BPF_CGROUP_ITER_DESCENDANTS_PRE",
		.expect = preorder,
		.begins = true,
		.meets = true,
	},
	{
		.name = "BPF_CGROUP_ITER_DESCENDANTS_POST",
		.expect = postorder,
		.begins = true,
		.meets = true,
	},
	{
		.name = "BPF_CGROUP_ITER_ANCESTORS_UP",
		.expect = ancestors,
		.begins = true,
	},
};

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
	skel->bss->start_id = id;
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.set_up = set_up,
	.tear_down = tear_down,
	.nr_starts = NR_STARTS,
	.id_of = id_of,
	.id_of_scratch = id_of_scratch,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.create_start = create_element,
	.remove_start = remove_element,
	.references = references,
	.leaks = 1,
	.known = true,
	.ordered = true,
	.nr_flags = 1,
};

void test_css_iter(void)
{
	skel = css_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.flags[0] = (struct iter_flag){
		.name = "refused",
		.value = &skel->bss->flags,
		.size = sizeof(skel->bss->flags),
		.accepted = skel->rodata->accepted,
		.nr_accepted = ARRAY_SIZE(skel->rodata->accepted),
	};
	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	css_iter__destroy(skel);

	RUN_TESTS(css_iter_failure);
}
