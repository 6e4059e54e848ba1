// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel for the test of a flag in iter_tests.h, of programs that run where they are attached. Says how often
 * one was attached, and how many values each of the two was tried with: new() is to refuse them, which it does.
 */
#include <test_progs.h>

struct bpf_program {
	const char *name;
	int runs;
};

struct bpf_link {
	struct bpf_program *prog;
};

static struct bpf_program programs[] = { { "probe" }, { "reuse" } };
static struct bpf_link links[2];
static struct bpf_program *attached;
static int nr_attached;

struct bpf_program *bpf_object__find_program_by_name(const struct bpf_object *obj, const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(programs); i++)
		if (!strcmp(programs[i].name, name))
			return &programs[i];
	return NULL;
}

struct bpf_link *bpf_program__attach(const struct bpf_program *prog)
{
	struct bpf_link *link = &links[nr_attached++ % 2];

	attached = link->prog = (struct bpf_program *)prog;
	return link;
}

int bpf_link__destroy(struct bpf_link *link)
{
	return 0;
}

int bpf_program__fd(const struct bpf_program *prog)
{
	return -1;
}

int bpf_prog_test_run_opts(int fd, struct bpf_test_run_opts *opts)
{
	return -ENOTSUP;
}

long libbpf_get_error(const void *ptr)
{
	return ptr ? 0 : -ENOENT;
}

bool test__start_subtest(const char *name)
{
	return !strcmp(name, "refused");
}

void test__skip(void)
{
}

void kt_fail(const char *func, const char *file, int line, const char *name, const char *fmt, ...)
{
	fprintf(stderr, "%s:%d: %s\n", func, line, name);
	exit(1);
}

#include "iter_tests.h"

static const __u32 accepted[] = { 0, 2 };
static struct iter_asked asked;
static struct iter_found found;
static __u32 flags;

static void choose(int which, __u64 id)
{
	flags = accepted[0];
}

static int set_off(void)
{
	if (flags == accepted[0] || flags == accepted[1])
		return 0;
	attached->runs++;
	found.err = -EINVAL;
	found.came_to = 0;
	return 0;
}

static const struct iter_walk walks[] = { { .name = "all" } };
static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.attached = true,
	.set_off = set_off,
	.nr_starts = 1,
	.flags = {
		{
			.name = "refused",
			.value = &flags,
			.size = sizeof(flags),
			.accepted = accepted,
			.nr_accepted = ARRAY_SIZE(accepted),
		},
	},
	.nr_flags = 1,
};

int main(void)
{
	test_iter(&test, NULL, &asked, &found);
	printf("%d %d %d\n", nr_attached, programs[0].runs, programs[1].runs);
	return 0;
}
