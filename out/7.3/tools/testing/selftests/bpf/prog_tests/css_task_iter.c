// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "cgroup_helpers.h"
#include "iter_tests.h"
#include "css_task_iter.skel.h"
#include "css_task_iter_failure.skel.h"

#define NR_STARTS ARRAY_SIZE(starts)
#define CROWD "/crowd"
#define ADDED "/added"
#define NR_THREADS 2

/* one that we are in ourselves, with threads and another process, and one that nobody is in */
static const char *const starts[] = { CROWD, "/empty" };
static int start_fds[] = { -1, -1 };
static pthread_mutex_t threads_stay = PTHREAD_MUTEX_INITIALIZER;
static pthread_t threads[NR_THREADS];
static int nr_threads;
static pid_t neighbour, added;
static pid_t added_next;

static void read_ids(int start, const char *name, struct ids *want)
{
	FILE *file;

	want->nr = 0;
	file = fdopen(openat(start_fds[start], name, O_RDONLY), "r");
	if (!ASSERT_OK_PTR(file, name))
		return;
	while (want->nr < MAX_ELEMS && fscanf(file, "%llu", &want->id[want->nr]) == 1)
		want->nr++;
	fclose(file);
}

static void members(int start, struct ids *want)
{
	read_ids(start, "cgroup.procs", want);
}

static void member_threads(int start, struct ids *want)
{
	read_ids(start, "cgroup.threads", want);
}

static __u64 id_of(int start)
{
	return get_cgroup_id(starts[start]);
}

static __u64 id_of_scratch(void)
{
	return id_of(0);
}

static pid_t add_process(void)
{
	pid_t pid;

	pid = fork();
	if (!pid) {
		pause();
		_exit(0);
	}
	return pid;
}

static void remove_process(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

/* a process is born where its parent is */
static __u64 create_element(void)
{
	added = add_process();
	return added;
}

static void remove_element(void)
{
	remove_process(&added);
}

static __u64 create_next(void)
{
	added_next = add_process();
	return added_next;
}

static void remove_next(void)
{
	remove_process(&added_next);
}

static __u64 create_start(void)
{
	int fd;

	fd = create_and_get_cgroup(ADDED);
	if (fd < 0)
		return 0;
	close(fd);
	return get_cgroup_id(ADDED);
}

static void remove_start(void)
{
	remove_cgroup(ADDED);
}

static void *be_thread(void *arg)
{
	pthread_mutex_lock(&threads_stay);
	pthread_mutex_unlock(&threads_stay);
	return NULL;
}

static int set_up(void)
{
	int i, err;

	pthread_mutex_lock(&threads_stay);
	if (setup_cgroup_environment())
		return -1;
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		start_fds[i] = create_and_get_cgroup(starts[i]);
		if (start_fds[i] < 0)
			return -1;
	}
	if (join_cgroup(CROWD))
		return -1;
	while (nr_threads < NR_THREADS) {
		err = pthread_create(&threads[nr_threads], NULL, be_thread, NULL);
		if (err)
			return err;
		nr_threads++;
	}
	neighbour = add_process();
	return neighbour < 0;
}

static void tear_down(void)
{
	int i;

	pthread_mutex_unlock(&threads_stay);
	while (nr_threads > 0)
		pthread_join(threads[--nr_threads], NULL);
	remove_process(&neighbour);
	for (i = 0; i < ARRAY_SIZE(start_fds); i++)
		if (start_fds[i] >= 0)
			close(start_fds[i]);
	cleanup_cgroup_environment();
}

static struct css_task_iter *skel;

/* in the order of the program's accepted[] */
static const struct iter_walk walks[] = {
	{
		.name = "0",
		.expect = member_threads,
		.empties = true,
		.meets = true,
	},
	{
		.name = "CSS_TASK_ITER_PROCS",
		.expect = members,
		.empties = true,
		.meets = true,
	},
	{
		.name = "CSS_TASK_ITER_PROCS | CSS_TASK_ITER_THREADED",
		.expect = members,
		.empties = true,
		.meets = true,
	},
};

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
	skel->bss->css_id = id;
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
	.create_start = create_start,
	.remove_start = remove_start,
	.leaks = 100,
	.allocates = true,
	.known = true,
	.nr_flags = 1,
};

void test_css_task_iter(void)
{
	skel = css_task_iter__open_and_load();
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
	css_task_iter__destroy(skel);

	RUN_TESTS(css_task_iter_failure);
}
