// SPDX-License-Identifier: GPL-2.0-only
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "scx_dsq_iter.skel.h"
#include "scx_dsq_iter_failure.skel.h"

/* two of each walk are moved by each companion */
#define NR_TASKS 12
#define NR_WAITS 1000
#define SCHED_EXT 7

static struct bpf_link *scheduler;
static pid_t tasks[NR_TASKS], added, behind;

static void waiting(int start, struct ids *want)
{
	int i;

	for (i = 0; i < NR_TASKS; i++)
		want->id[i] = tasks[i];
	want->nr = NR_TASKS;
}

static void waiting_reversed(int start, struct ids *want)
{
	int i;

	for (i = 0; i < NR_TASKS; i++)
		want->id[i] = tasks[NR_TASKS - 1 - i];
	want->nr = NR_TASKS;
}

static char state_of(pid_t pid)
{
	char path[64], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state;
}

static int wait_for(pid_t pid, char state)
{
	int i;

	for (i = 0; i < NR_WAITS && state_of(pid) != state; i++)
		usleep(1000);
	return i < NR_WAITS ? 0 : -1;
}

static void woken(int signal)
{
}

/* a task that sleeps is put under the scheduler, which has it wait when it wakes up */
static pid_t add_task(void)
{
	struct sched_param param = {};
	pid_t pid;

	pid = fork();
	if (!pid) {
		signal(SIGUSR1, woken);
		for (;;)
			pause();
	}
	if (pid > 0)
		ASSERT_OK(wait_for(pid, 'S') || sched_setscheduler(pid, SCHED_EXT, &param) ||
			  kill(pid, SIGUSR1) || wait_for(pid, 'R'), "add_task");
	return pid;
}

/* it dies where it may run */
static void remove_task(pid_t *pid)
{
	struct sched_param param = {};

	if (*pid <= 0)
		return;
	sched_setscheduler(*pid, SCHED_OTHER, &param);
	kill(*pid, SIGKILL);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static __u64 create_element(void)
{
	added = add_task();
	return added;
}

static void remove_element(void)
{
	remove_task(&added);
}

static __u64 create_next(void)
{
	behind = add_task();
	return behind;
}

static void remove_next(void)
{
	remove_task(&behind);
}

static int set_up(void)
{
	struct bpf_map *map;
	int i;

	map = bpf_object__find_map_by_name(iter_current->obj, "scheduler");
	scheduler = bpf_map__attach_struct_ops(map);
	if (!ASSERT_OK_PTR(scheduler, "attach_scheduler") ||
	    !ASSERT_OK(iter_run(iter_current, "create_queues"), "create_queues"))
		return -1;
	for (i = 0; i < NR_TASKS; i++) {
		tasks[i] = add_task();
		if (tasks[i] < 0)
			return -1;
	}
	return 0;
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < NR_TASKS; i++)
		remove_task(&tasks[i]);
	bpf_link__destroy(scheduler);
}

static struct scx_dsq_iter *skel;

/* in the order of the program's accepted[] */
static const struct iter_walk walks[] = {
	{ .name = "0", .expect = waiting, .meets = true },
	{
		.name = "SCX_DSQ_ITER_REV",
		.expect = waiting_reversed,
		.meets = true,
	},
};

static const struct iter_ask asks[] = {
	{ "moved", "ask_moved", .live = true },
	{ "sorted", "ask_sorted", .live = true },
};

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.asks = asks,
	.nr_asks = ARRAY_SIZE(asks),
	.choose = choose,
	.set_up = set_up,
	.tear_down = tear_down,
	.nr_starts = 1,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.known = true,
	.ordered = true,
	.nr_flags = 1,
};

void test_scx_dsq_iter(void)
{
	skel = scx_dsq_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.flags[0] = (struct iter_flag){
		.name = "refused",
		.value = &skel->bss->flags,
		.size = sizeof(skel->bss->flags),
		.accepted = skel->rodata->accepted,
		.nr_accepted = ARRAY_SIZE(skel->rodata->accepted),
		.mask = true,
	};
	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	scx_dsq_iter__destroy(skel);

	RUN_TESTS(scx_dsq_iter_failure);
}
