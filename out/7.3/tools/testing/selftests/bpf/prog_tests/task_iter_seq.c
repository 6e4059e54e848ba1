// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_seq_tests.h"
#include "task_iter_seq.skel.h"

#define NR_HELPERS 2

static pthread_mutex_t helpers_stay = PTHREAD_MUTEX_INITIALIZER;
static pthread_t helpers[NR_HELPERS];
static int nr_helpers;
static pid_t neighbour;
/* ourselves, a thread of ours, and another process */
static pid_t starts[3];

static __u64 id_of(int start)
{
	return starts[start];
}

static void remove_process(pid_t *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void *help(void *arg)
{
	__atomic_store_n((pid_t *)arg, syscall(SYS_gettid), __ATOMIC_RELEASE);
	pthread_mutex_lock(&helpers_stay);
	pthread_mutex_unlock(&helpers_stay);
	return NULL;
}

static void *stay_here(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

/* a process of two threads, which says when both are there */
static int add_neighbour(void)
{
	pthread_t thread;
	int ready[2];
	char said;

	if (pipe(ready))
		return -1;
	neighbour = fork();
	if (!neighbour) {
		if (pthread_create(&thread, NULL, stay_here, NULL))
			_exit(1);
		if (write(ready[1], "", 1) == 1)
			stay_here(NULL);
		_exit(1);
	}
	close(ready[1]);
	said = neighbour > 0 && read(ready[0], &said, 1) == 1;
	close(ready[0]);
	return said ? 0 : -1;
}

static int set_up(void)
{
	static pid_t tids[NR_HELPERS];
	int err;

	pthread_mutex_lock(&helpers_stay);
	if (add_neighbour())
		return -1;
	while (nr_helpers < NR_HELPERS) {
		err = pthread_create(&helpers[nr_helpers], NULL, help, &tids[nr_helpers]);
		if (err)
			return err;
		nr_helpers++;
	}
	while (!__atomic_load_n(&tids[0], __ATOMIC_ACQUIRE))
		usleep(100);
	starts[0] = getpid();
	starts[1] = tids[0];
	starts[2] = neighbour;
	return 0;
}

static void tear_down(void)
{
	pthread_mutex_unlock(&helpers_stay);
	while (nr_helpers > 0)
		pthread_join(helpers[--nr_helpers], NULL);
	remove_process(&neighbour);
}

static struct task_iter_seq *skel;

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
	skel->bss->task_id = id;
}

/* BPF_TASK_ITER_PROC_THREADS */
static void ask_1(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->task.pid = id;
}

static void told_1(int fd, const struct bpf_link_info *info, __u64 id)
{
	iter_told(fd, "pid", info->iter.task.pid, id);
}

static void ask_pid_and_pid_fd(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->task.pid = 1;
	linfo->task.pid_fd = 1;
}

static void ask_tid(union bpf_iter_link_info *linfo, __u64 id)
{
	linfo->task.tid = 1;
}

static const struct iter_link links[] = {
	{ .name = "BPF_TASK_ITER_ALL_THREADS", .which = 1 },
	{
		.name = "BPF_TASK_ITER_PROC_THREADS",
		.which = 2,
		.ask = ask_1,
		.told = told_1,
	},
	{ .name = "pid_and_pid_fd", .ask = ask_pid_and_pid_fd, .err = -EINVAL },
	{ .name = "tid", .ask = ask_tid, .err = -EINVAL },
};

static struct iter_seq_test test = {
	.target = "task",
	.links = links,
	.nr_links = ARRAY_SIZE(links),
	.walks.choose = choose,
	.walks.set_up = set_up,
	.walks.tear_down = tear_down,
	.walks.id_of = id_of,
	.walks.leaks = 100,
};

void test_task_iter_seq(void)
{
	skel = task_iter_seq__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.walks.obj = skel->obj;
	test.walks.asked = &skel->bss->asked;
	test.walks.found = &skel->bss->found;
	test.asked = &skel->bss->seq_asked;
	test.found = &skel->bss->seq_found;
	test_iter_seq(&test);
	task_iter_seq__destroy(skel);
}
