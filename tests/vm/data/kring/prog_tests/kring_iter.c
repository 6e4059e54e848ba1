// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <test_progs.h>
#include "cgroup_helpers.h"
#include "kring_iter.skel.h"
#include "kring_iter_failure.skel.h"

static int count_processes(void)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int count = 0;

	if (!ASSERT_OK_PTR(proc, "opendir"))
		return -1;
	while ((entry = readdir(proc)))
		count += entry->d_name[0] >= '0' && entry->d_name[0] <= '9';
	closedir(proc);
	return count;
}

static struct kring_iter *run(const char *name, unsigned int most)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct kring_iter *skel = kring_iter__open_and_load();
	struct bpf_program *prog;

	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return NULL;
	skel->bss->most = most;
	skel->bss->target_pid = getpid();
	prog = bpf_object__find_program_by_name(skel->obj, name);
	ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(prog), &opts), "run");
	return skel;
}

static void subtest_walk(void)
{
	struct kring_iter *skel = run("walk", ~0U);

	if (!skel)
		return;
	/* the idle process is in no directory listing */
	ASSERT_EQ(skel->bss->seen, count_processes() + 1, "seen");
	ASSERT_EQ(skel->bss->met, 1, "met");
	kring_iter__destroy(skel);
}

static void subtest_drained(unsigned int most, int err)
{
	struct kring_iter *skel = run("drained", most);

	if (!skel)
		return;
	ASSERT_EQ(skel->bss->err_new, err, "new");
	ASSERT_EQ(skel->bss->after_end, 0, "after_end");
	kring_iter__destroy(skel);
}

static void subtest_balanced(void)
{
	struct kring_iter *skel = run("balanced", 0);

	if (!skel)
		return;
	ASSERT_EQ(skel->bss->refs_after, skel->bss->refs_before, "references");
	kring_iter__destroy(skel);
}

static void subtest_cgroup(void)
{
	int fd;

	if (!ASSERT_OK(setup_cgroup_environment(), "setup"))
		return;
	fd = create_and_get_cgroup("/one");
	ASSERT_OK_FD(fd, "create");
	ASSERT_GT(get_cgroup_id("/one"), 0, "id");
	ASSERT_OK(join_cgroup("/one"), "join");
	ASSERT_OK(join_root_cgroup(), "leave");
	remove_cgroup("/one");
	close(fd);
	cleanup_cgroup_environment();
}

void test_kring_iter(void)
{
	if (test__start_subtest("walk"))
		subtest_walk();
	if (test__start_subtest("drained"))
		subtest_drained(5, 0);
	if (test__start_subtest("refused"))
		subtest_drained(0, -EINVAL);
	if (test__start_subtest("balanced"))
		subtest_balanced();
	if (test__start_subtest("cgroup"))
		subtest_cgroup();
	RUN_TESTS(kring_iter_failure);
}
