// SPDX-License-Identifier: GPL-2.0-only
/* Tasks wait in the queue of a scheduler: what the walk meets, and what its companions do with them. */
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "queue.skel.h"

#define NR_TASKS 4
#define PARKED 7
#define OTHER 8
#define SORTED 9
#define NO_QUEUE 10
#define VTIME 12345
#define SLICE 2000000
#ifndef SCHED_EXT
#define SCHED_EXT 7
#endif

static pid_t tasks[NR_TASKS];

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	return err ?: opts.retval;
}

static void woken(int signal)
{
}

static pid_t add_task(void)
{
	pid_t pid;

	pid = fork();
	if (!pid) {
		signal(SIGUSR1, woken);
		for (;;)
			pause();
	}
	return pid;
}

/* puts a task that sleeps under the scheduler and wakes it, so that it waits in the queue */
static int park(struct queue *skel, pid_t pid)
{
	struct sched_param param = {};
	__u32 before = skel->bss->nr_parked;
	int tries;

	if (sched_setscheduler(pid, SCHED_EXT, &param) || kill(pid, SIGUSR1))
		return -1;
	for (tries = 1000; tries && __atomic_load_n(&skel->bss->nr_parked, __ATOMIC_ACQUIRE) == before; tries--)
		usleep(1000);
	return tries ? 0 : -1;
}

static void set_free(pid_t pid)
{
	struct sched_param param = {};

	if (pid <= 0)
		return;
	sched_setscheduler(pid, SCHED_OTHER, &param);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void walk(struct queue *skel, __u64 queue, __u64 flags)
{
	skel->bss->queue = queue;
	skel->bss->flags = flags;
	ASSERT_OK(run(skel->progs.walk), "run_walk");
	ASSERT_OK(skel->bss->err, "new");
}

static bool meets(struct queue *skel, __u64 queue, pid_t pid)
{
	int i;

	walk(skel, queue, 0);
	for (i = 0; i < skel->bss->nr_elems; i++)
		if (skel->bss->elems[i] == pid)
			return true;
	return false;
}

static void test_walk(struct queue *skel, __u64 flags)
{
	int i;

	walk(skel, PARKED, flags);
	if (!ASSERT_EQ(skel->bss->nr_elems, NR_TASKS, "how_many"))
		return;
	for (i = 0; i < NR_TASKS; i++)
		ASSERT_EQ(skel->bss->elems[i], tasks[flags ? NR_TASKS - 1 - i : i], "which");
}

static void test_late(struct queue *skel)
{
	walk(skel, PARKED, 0);
	ASSERT_EQ(skel->bss->revived[0], 0, "stays_drained");
	ASSERT_EQ(skel->bss->revived[1], 0, "stays_drained");
}

static void test_move(struct queue *skel)
{
	skel->bss->pid = tasks[0];
	ASSERT_OK(run(skel->progs.move), "run_move");
	ASSERT_TRUE(skel->bss->said, "said");
	ASSERT_EQ(skel->bss->slice, SLICE / 2, "said");
	ASSERT_TRUE(meets(skel, OTHER, tasks[0]), "said");
	ASSERT_FALSE(meets(skel, PARKED, tasks[0]), "said");
}

static void test_move_late(struct queue *skel)
{
	skel->bss->pid = tasks[1];
	skel->bss->queue = PARKED;
	ASSERT_OK(run(skel->progs.move_late), "run_move_late");
	ASSERT_OK(skel->bss->err, "new");
	ASSERT_TRUE(skel->bss->said, "said_at_the_end");
	ASSERT_TRUE(meets(skel, OTHER, tasks[1]), "said_at_the_end");
}

static void test_move_sorted(struct queue *skel)
{
	skel->bss->pid = tasks[2];
	skel->bss->queue = PARKED;
	ASSERT_OK(run(skel->progs.move_sorted), "run_move_sorted");
	ASSERT_TRUE(skel->bss->said, "said_at_the_end");
	ASSERT_EQ(skel->bss->vtime, VTIME, "said_at_the_end");
	ASSERT_TRUE(meets(skel, SORTED, tasks[2]), "said_at_the_end");
}

/* no companion does anything after a new() that has failed */
static void test_move_failed(struct queue *skel)
{
	skel->bss->pid = tasks[3];
	skel->bss->queue = NO_QUEUE;
	ASSERT_OK(run(skel->progs.move_late), "run_move_late");
	ASSERT_EQ(skel->bss->err, -ENOENT, "new");
	ASSERT_FALSE(skel->bss->said, "said");
	ASSERT_OK(run(skel->progs.move_sorted), "run_move_sorted");
	ASSERT_FALSE(skel->bss->said, "said");
	ASSERT_NEQ(skel->bss->vtime, VTIME, "said");
	ASSERT_TRUE(meets(skel, PARKED, tasks[3]), "said");
}

static int set_up(struct queue *skel)
{
	int i;

	for (i = 0; i < NR_TASKS; i++)
		tasks[i] = add_task();
	/* what has not come to pause() yet would be woken too early */
	usleep(200000);
	for (i = 0; i < NR_TASKS; i++)
		if (tasks[i] < 0 || park(skel, tasks[i]))
			return -1;
	return 0;
}

static void test_under(struct queue *skel)
{
	int i;

	if (ASSERT_OK(set_up(skel), "set_up")) {
		if (test__start_subtest("walk forwards"))
			test_walk(skel, 0);
		if (test__start_subtest("walk backwards"))
			test_walk(skel, 1 << 16);
		if (test__start_subtest("late queue"))
			test_late(skel);
		if (test__start_subtest("companion move"))
			test_move(skel);
		if (test__start_subtest("companion move_at_the_end"))
			test_move_late(skel);
		if (test__start_subtest("companion move_vtime"))
			test_move_sorted(skel);
		if (test__start_subtest("companion failed"))
			test_move_failed(skel);
	}
	for (i = 0; i < NR_TASKS; i++)
		set_free(tasks[i]);
}

void test_queue(void)
{
	struct bpf_link *link;
	struct queue *skel;

	skel = queue__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	bpf_program__set_flags(skel->progs.init, BPF_F_SLEEPABLE);
	if (ASSERT_OK(queue__load(skel), "load")) {
		link = bpf_map__attach_struct_ops(skel->maps.ops);
		if (ASSERT_OK_PTR(link, "attach"))
			test_under(skel);
		bpf_link__destroy(link);
	}
	queue__destroy(skel);
}
