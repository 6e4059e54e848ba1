// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "task_iter.skel.h"
#include "task_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_CHURNS 20
#define NR_RETRIES 3
#define NR_WALKS 100
#define NR_TRIES 20

struct ids {
	__u64 id[MAX_ELEMS];
	int nr;
};

static int run(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err;

	err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
	return err ?: opts.retval;
}

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

/* one variant for each walk there is, in the order of the program's accepted[] */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
	bool begins;
	bool empties;
	bool meets;
	int null;
} walks[] = {
	{
		.name = "BPF_TASK_ITER_ALL_PROCS",
		.expect = processes,
		.begins = true,
		.meets = true,
	},
	{
		.name = "BPF_TASK_ITER_ALL_THREADS",
		.expect = threads,
		.begins = true,
		.meets = true,
	},
	{
		.name = "BPF_TASK_ITER_PROC_THREADS",
		.expect = own_threads,
		.begins = true,
		.empties = true,
		.null = -EINVAL,
	},
};

static void choose(struct task_iter *skel, int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[which];
	skel->bss->task_id = id;
	skel->bss->hold = 0;
	skel->bss->hold_at = 0;
	skel->bss->held = 0;
}

/* those that walks take and give back */
static long references(struct task_iter *skel)
{
	choose(skel, 0, id_of_scratch());
	ASSERT_OK(run(skel->progs.references), "run_references");
	return skel->bss->nr_references;
}

struct job {
	struct bpf_program *prog;
	bool done;
	int err;
};

static void *work(void *arg)
{
	struct job *job = arg;

	job->err = run(job->prog);
	__atomic_store_n(&job->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/*
 * Runs a program, and does something while it stays where it holds. False if
 * it did not stay for so long, on a busy machine: then it has proven nothing.
 */
static bool run_holding(struct task_iter *skel, struct bpf_program *prog,
			void (*act)(void))
{
	struct job job = { .prog = prog };
	pthread_t thread;

	skel->bss->held = 0;
	skel->bss->released = 0;
	skel->bss->hold = 1;
	if (!ASSERT_OK(pthread_create(&thread, NULL, work, &job), "pthread_create"))
		return false;
	while (!__atomic_load_n(&skel->bss->held, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&job.done, __ATOMIC_ACQUIRE))
		usleep(100);
	act();
	__atomic_store_n(&skel->bss->hold, 0, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	ASSERT_OK(job.err, "run_while_held");
	ASSERT_EQ(skel->bss->held, 1, "held");
	return skel->bss->released;
}

static int by_number(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void in_order(struct ids *ids)
{
	qsort(ids->id, ids->nr, sizeof(ids->id[0]), by_number);
}

static bool same(struct ids *a, struct ids *b)
{
	in_order(a);
	in_order(b);
	return a->nr == b->nr && !memcmp(a->id, b->id, a->nr * sizeof(a->id[0]));
}

/* takes out of `ids` all that `others` do not have */
static void keep(struct ids *ids, const struct ids *others)
{
	int i, k, nr = 0;

	for (i = 0; i < ids->nr; i++) {
		for (k = 0; k < others->nr && others->id[k] != ids->id[i]; k++)
			;
		if (k < others->nr)
			ids->id[nr++] = ids->id[i];
	}
	ids->nr = nr;
}

static bool get_elems(struct task_iter *skel, struct ids *got)
{
	if (!ASSERT_OK(run(skel->progs.walk), "run_walk") ||
	    !ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends"))
		return false;
	got->nr = MIN(skel->bss->nr_elems, MAX_ELEMS);
	memcpy(got->id, skel->bss->elems, got->nr * sizeof(got->id[0]));
	return true;
}

/*
 * What the walk sees is what user space sees, before and after. Where others
 * come and go all the time it is, once each, what was there all the time.
 */
static void test_walk(struct task_iter *skel, int which, int start)
{
	static struct ids before, after, got;
	int tries = NR_TRIES;
	bool busy = false;

	choose(skel, which, id_of(start));
	do {
		walks[which].expect(start, &before);
		if (!get_elems(skel, &got))
			return;
		if (skel->bss->nr_elems > MAX_ELEMS) {
			test__skip();
			return;
		}
		walks[which].expect(start, &after);
		if (!same(&before, &after))
			busy = true;
		else if (same(&got, &after))
			return;
	} while (--tries);

	if (busy) {
		keep(&after, &before);
		keep(&got, &after);
	}
	ASSERT_EQ(got.nr, after.nr, "how_many");
	ASSERT_TRUE(same(&got, &after), "which");
}

static void check_drained(struct task_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct task_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct task_iter *skel, int which)
{
	choose(skel, which, id_of(0));
	ASSERT_OK(run(skel->progs.probe), "run_probe");
	ASSERT_OK(skel->bss->err, "new");
	ASSERT_GT(skel->bss->nr_elems, 0, "next");

	ASSERT_OK(run(skel->progs.drain), "run_drain");
	ASSERT_GT(skel->bss->nr_elems, 0, "drained");
	check_drained(skel);

	ASSERT_OK(run(skel->progs.again), "run_again");
	ASSERT_EQ(skel->bss->elems[0], skel->bss->elems[1], "starts_again");

	run_nested(skel, skel->progs.nest_two);
	run_nested(skel, skel->progs.nest_three);
}

static void create_late(void)
{
	create_element();
}

/* what is created after the end does not bring the iterator back to life */
static void test_late(struct task_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which, id_of_scratch());
		released = run_holding(skel, skel->progs.drain, create_late);
		remove_element();
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	check_drained(skel);
}

static bool churning;

static void *churn(void *arg)
{
	int i;

	for (i = 0; i < NR_CHURNS; i++) {
		create_element();
		remove_element();
	}
	__atomic_store_n(&churning, false, __ATOMIC_RELEASE);
	return NULL;
}

/* a walk ends while elements are created and removed */
static void test_churn(struct task_iter *skel, int which)
{
	pthread_t thread;

	churning = true;
	choose(skel, which, id_of_scratch());
	if (!ASSERT_OK(pthread_create(&thread, NULL, churn, NULL), "pthread_create"))
		return;
	while (__atomic_load_n(&churning, __ATOMIC_ACQUIRE)) {
		if (!ASSERT_OK(run(skel->progs.walk), "run_walk"))
			break;
		if (!ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends"))
			break;
		sched_yield();
	}
	pthread_join(thread, NULL);
}

static bool met(struct task_iter *skel, __u64 id)
{
	int i;

	for (i = 0; i < MIN(skel->bss->nr_elems, MAX_ELEMS); i++)
		if (skel->bss->elems[i] == id)
			return true;
	return false;
}

/* the walk goes on and ends when the element that it stands on is removed */
static void test_element_removed(struct task_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;
	__u64 next;

	do {
		choose(skel, which, id_of_scratch());
		skel->bss->hold_at = create_element();
		next = create_next();
		released = run_holding(skel, skel->progs.walk, remove_element);
		remove_next();
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends");
	ASSERT_TRUE(met(skel, next), "goes_on");
}

static void run_often(struct bpf_program *prog)
{
	int i;

	for (i = 0; i < NR_WALKS; i++)
		ASSERT_OK(run(prog), bpf_program__name(prog));
}

/* to the end, left early, and refused */
static void walk_in_all_ways(struct task_iter *skel, int which, __u64 id)
{
	choose(skel, which, id);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
	skel->bss->flags = ~0U;
	run_often(skel->progs.probe);
}

/* what a walk takes it gives back */
static void test_balance(struct task_iter *skel, int which)
{
	long before, after;
	__u64 id;

	before = references(skel);
	id = create_element();
	walk_in_all_ways(skel, which, id_of_scratch());
	walk_in_all_ways(skel, which, id);
	remove_element();
	after = references(skel);
	ASSERT_LE(labs(after - before), NR_WALKS / 2, "references");
}

/* a walk ends when the object that it started from is removed */
static void test_start_removed(struct task_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which, create_element());
		released = run_holding(skel, skel->progs.walk, remove_element);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_GT(skel->bss->nr_elems, 0, "begins");
	ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends");
}

/* new() is given an object that has been removed already */
static void test_start_gone(struct task_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which, create_element());
		released = run_holding(skel, skel->progs.probe, remove_element);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_OK(skel->bss->err, "new");
	if (skel->bss->err || walks[which].empties)
		ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

static void refuse_in(struct task_iter *skel, struct bpf_program *prog)
{
	ASSERT_OK(run(prog), "run_probe");
	ASSERT_EQ(skel->bss->err, -EINVAL, "new");
	ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

static bool is_accepted(struct task_iter *skel, __u32 value)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
		if (skel->rodata->accepted[i] == value)
			return true;
	return false;
}

static void refuse(struct task_iter *skel, __u32 value)
{
	if (is_accepted(skel, value))
		return;
	choose(skel, 0, id_of(0));
	skel->bss->flags = value;
	refuse_in(skel, skel->progs.probe);
	refuse_in(skel, skel->progs.reuse);
}

/* small numbers, every single bit, and each good value with a bit too many */
static void test_refused(struct task_iter *skel)
{
	__u32 bit;
	int i;

	for (i = 0; i < 64; i++)
		refuse(skel, i);
	for (bit = 1; bit; bit <<= 1) {
		refuse(skel, bit);
		for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
			refuse(skel, skel->rodata->accepted[i] | bit);
	}
	refuse(skel, ~0U);
}

/* NULL in place of the object, where the flag needs one and where it does not */
static void test_null(struct task_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(walks); i++) {
		choose(skel, i, 0);
		ASSERT_OK(run(skel->progs.probe_null), "run_probe_null");
		ASSERT_EQ(skel->bss->err, walks[i].null, "new");
		ASSERT_EQ(skel->bss->nr_elems, walks[i].null ? 0 : 1, "next");
	}
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct task_iter *skel, int which)
{
	int start;

	if (walks[which].expect && named("walk", which))
		for (start = 0; start < NR_STARTS; start++)
			test_walk(skel, which, start);
	if (named("contract", which))
		test_contract(skel, which);
	if (named("late", which))
		test_late(skel, which);
	if (named("churn", which))
		test_churn(skel, which);
	if (walks[which].meets && named("element_removed", which))
		test_element_removed(skel, which);
	if (named("balance", which))
		test_balance(skel, which);
	if (walks[which].begins && named("start_removed", which))
		test_start_removed(skel, which);
	if (named("start_gone", which))
		test_start_gone(skel, which);
}

void test_task_iter(void)
{
	struct task_iter *skel;
	int i;

	skel = task_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	if (!ASSERT_OK(set_up(), "set_up"))
		goto out;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);
	if (test__start_subtest("refused"))
		test_refused(skel);
	if (test__start_subtest("null"))
		test_null(skel);

out:
	tear_down();
	task_iter__destroy(skel);

	RUN_TESTS(task_iter_failure);
}
