// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "pid_iter.skel.h"
#include "pid_iter_failure.skel.h"

static pid_t added, behind;

static void add_listed(struct ids *ids, const char *path)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return;
	while (ids->nr < MAX_ELEMS && (entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			ids->id[ids->nr++] = atoi(entry->d_name);
	closedir(dir);
}

/* those of tasks: groups and sessions of the test's are numbered by tasks that there are */
static void pids(int start, struct ids *want)
{
	static struct ids leaders;
	char path[64];
	int i;

	leaders.nr = 0;
	want->nr = 0;
	add_listed(&leaders, "/proc");
	for (i = 0; i < leaders.nr; i++) {
		snprintf(path, sizeof(path), "/proc/%llu/task", leaders.id[i]);
		add_listed(want, path);
	}
}

static pid_t add_process(void)
{
	pid_t pid;

	pid = fork();
	if (!pid)
		for (;;)
			pause();
	return pid;
}

static void remove_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static __u64 create_element(void)
{
	added = add_process();
	return added;
}

static void remove_element(void)
{
	remove_process(added);
}

static __u64 create_next(void)
{
	behind = add_process();
	return behind;
}

static void remove_next(void)
{
	remove_process(behind);
}

static struct pid_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = pids, .meets = true },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.nr_starts = 1,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.known = true,
};

void test_pid_iter(void)
{
	skel = pid_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	pid_iter__destroy(skel);

	RUN_TESTS(pid_iter_failure);
}
