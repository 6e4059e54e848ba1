// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "task_or_id_iter.skel.h"
#include "task_or_id_iter_failure.skel.h"

#define NR_STARTS ARRAY_SIZE(starts)
#define NR_HELPERS 2

static pthread_mutex_t helpers_stay = PTHREAD_MUTEX_INITIALIZER;
static pthread_t helpers[NR_HELPERS];
static int nr_helpers;
static pid_t neighbour;
/* ourselves, a thread of ours, and another process */
static pid_t starts[3];
static pthread_mutex_t added_stays = PTHREAD_MUTEX_INITIALIZER;
static pthread_t added_thread;
static bool has_thread;
static pid_t added;
static pid_t added_next;

/* adds the numbers that a folder of /proc lists */
static void add_listed(struct ids *ids, const char *path)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
			continue;
		if (ids->nr < MAX_ELEMS)
			ids->id[ids->nr++] = atoi(entry->d_name);
	}
	closedir(dir);
}

/* init_task, which /proc does not show, and what it does */
static void processes(int start, struct ids *want)
{
	want->nr = 0;
	want->id[want->nr++] = 0;
	add_listed(want, "/proc");
}

static void threads(int start, struct ids *want)
{
	static struct ids leaders;
	char path[64];
	int i;

	processes(start, &leaders);
	want->nr = 0;
	want->id[want->nr++] = 0;
	for (i = 1; i < leaders.nr; i++) {
		snprintf(path, sizeof(path), "/proc/%llu/task", leaders.id[i]);
		add_listed(want, path);
	}
}

/* without init_task */
static void listed_threads(int start, struct ids *want)
{
	threads(start, want);
	want->id[0] = want->id[--want->nr];
}

static void itself(int start, struct ids *want)
{
	want->nr = 1;
	want->id[0] = starts[start];
}

static void own_threads(int start, struct ids *want)
{
	char path[64];

	want->nr = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", starts[start]);
	add_listed(want, path);
}

static __u64 id_of(int start)
{
	return starts[start];
}

static __u64 id_of_scratch(void)
{
	return getpid();
}

static void *be_added_thread(void *arg)
{
	pthread_mutex_lock(&added_stays);
	pthread_mutex_unlock(&added_stays);
	return NULL;
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

/* a process, whose number this gives, and a thread of our own */
static __u64 create_element(void)
{
	added = add_process();
	pthread_mutex_lock(&added_stays);
	has_thread = !pthread_create(&added_thread, NULL, be_added_thread, NULL);
	return added;
}

static void remove_element(void)
{
	pthread_mutex_unlock(&added_stays);
	if (has_thread)
		pthread_join(added_thread, NULL);
	has_thread = false;
	remove_process(&added);
}

/* processes are visited in the order of their birth */
static __u64 create_next(void)
{
	added_next = add_process();
	return added_next;
}

static void remove_next(void)
{
	remove_process(&added_next);
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

static struct task_or_id_iter *skel;

/* in the order of the program's accepted[] */
static const struct iter_walk walks[] = {
	{
		.name = "BPF_TASK_ITER_ALL",
		.expect = listed_threads,
		.begins = true,
		.meets = true,
		.gone = 1,
	},
	{
		.name = "BPF_TASK_ITER_TID",
		.expect = itself,
		.begins = true,
		.empties = true,
		.gone = 1,
	},
	{
		.name = "BPF_TASK_ITER_TGID",
		.expect = own_threads,
		.begins = true,
		.empties = true,
		.gone = 1,
	},
};

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
	skel->bss->task_id = id;
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
	.leaks = 100,
	.known = true,
	.nr_flags = 1,
};

void test_task_or_id_iter(void)
{
	skel = task_or_id_iter__open_and_load();
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
	task_or_id_iter__destroy(skel);

	RUN_TESTS(task_or_id_iter_failure);
}
