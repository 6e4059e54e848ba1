// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "net_iter.skel.h"
#include "net_iter_failure.skel.h"

static pid_t added, behind;

static __u64 number_of(const char *pid)
{
	struct stat stat_of = {};
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return stat(path, &stat_of) ? 0 : stat_of.st_ino;
}

static void add_once(struct ids *ids, __u64 id)
{
	int i;

	for (i = 0; i < ids->nr; i++)
		if (ids->id[i] == id)
			return;
	if (id && ids->nr < MAX_ELEMS)
		ids->id[ids->nr++] = id;
}

/* those that some process is in */
static void net_namespaces(int start, struct ids *want)
{
	struct dirent *entry;
	DIR *dir;

	want->nr = 0;
	dir = opendir("/proc");
	if (!ASSERT_OK_PTR(dir, "/proc"))
		return;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9')
			add_once(want, number_of(entry->d_name));
	closedir(dir);
}

/* that of a process of its own */
static __u64 add_namespace(pid_t *process)
{
	char pid[16], said;
	int ready[2];

	if (!ASSERT_OK(pipe(ready), "pipe"))
		return 0;
	*process = fork();
	if (!*process) {
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	ASSERT_EQ(read(ready[0], &said, 1), 1, "unshare");
	close(ready[0]);
	snprintf(pid, sizeof(pid), "%d", *process);
	return number_of(pid);
}

static void remove_process(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static __u64 create_element(void)
{
	return add_namespace(&added);
}

static void remove_element(void)
{
	remove_process(added);
}

static __u64 create_next(void)
{
	return add_namespace(&behind);
}

static void remove_next(void)
{
	remove_process(behind);
}

static struct net_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = net_namespaces, .meets = true },
};

static const struct iter_keep keeps[] = {
	{ "keep_element" },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.keeps = keeps,
	.nr_keeps = ARRAY_SIZE(keeps),
	.choose = choose,
	.nr_starts = 1,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.known = true,
};

void test_net_iter(void)
{
	skel = net_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	net_iter__destroy(skel);

	RUN_TESTS(net_iter_failure);
}
