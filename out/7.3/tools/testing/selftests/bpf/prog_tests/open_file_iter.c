// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "open_file_iter.skel.h"
#include "open_file_iter_failure.skel.h"

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
#define NR_NUMBERS 1024

/* ourselves, and another process */
static pid_t starts[2];
static pid_t added_start;
static int added = -1;

static __u64 id_of(int start)
{
	return starts[start];
}

static __u64 id_of_scratch(void)
{
	return getpid();
}

/* from the lowest: what reads the folder has a descriptor itself */
static void descriptors(int start, struct ids *want)
{
	char path[64], link[64];
	int fd;

	want->nr = 0;
	for (fd = 0; fd < NR_NUMBERS; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", starts[start], fd);
		if (readlink(path, link, sizeof(link)) >= 0)
			want->id[want->nr++] = fd;
	}
}

static __u64 create_element(void)
{
	added = memfd_create("added", 0);
	ASSERT_GE(added, 0, "memfd_create");
	return added;
}

static void remove_element(void)
{
	close(added);
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
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static __u64 create_start(void)
{
	added_start = add_process();
	return added_start;
}

static void remove_start(void)
{
	remove_process(added_start);
}

static int set_up(void)
{
	starts[0] = getpid();
	starts[1] = add_process();
	return starts[1] < 0;
}

static void tear_down(void)
{
	remove_process(starts[1]);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
	bool begins;
	bool empties;
	bool meets;
} walks[] = {
	{
		.name = "all",
		.expect = descriptors,
		.begins = true,
		.empties = true,
		.meets = true,
	},
};

static void choose(struct open_file_iter *skel, int which, __u64 id)
{
	skel->bss->task_id = id;
	skel->bss->hold = 0;
	skel->bss->hold_at = 0;
	skel->bss->held = 0;
}

/* those that walks take and give back */
static long references(struct open_file_iter *skel)
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
static bool run_holding(struct open_file_iter *skel, struct bpf_program *prog,
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

static bool same(struct ids *a, struct ids *b)
{
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

static bool get_elems(struct open_file_iter *skel, struct ids *got)
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
static void test_walk(struct open_file_iter *skel, int which, int start)
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

static void check_drained(struct open_file_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct open_file_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct open_file_iter *skel, int which)
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
static void test_late(struct open_file_iter *skel, int which)
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
static void test_churn(struct open_file_iter *skel, int which)
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

/* the walk goes on and ends when the element that it stands on is removed */
static void test_element_removed(struct open_file_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which, id_of_scratch());
		skel->bss->hold_at = create_element();
		released = run_holding(skel, skel->progs.walk, remove_element);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends");
}

static void run_often(struct bpf_program *prog)
{
	int i;

	for (i = 0; i < NR_WALKS; i++)
		ASSERT_OK(run(prog), bpf_program__name(prog));
}

/* to the end, left early */
static void walk_in_all_ways(struct open_file_iter *skel, int which, __u64 id)
{
	choose(skel, which, id);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
}

/* what a walk takes it gives back */
static void test_balance(struct open_file_iter *skel, int which)
{
	long before, after;
	__u64 id;

	before = references(skel);
	create_element();
	id = create_start();
	walk_in_all_ways(skel, which, id_of_scratch());
	walk_in_all_ways(skel, which, id);
	remove_element();
	remove_start();
	after = references(skel);
	ASSERT_LE(labs(after - before), NR_WALKS / 2, "references");
}

/* a walk ends when the object that it started from is removed */
static void test_start_removed(struct open_file_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which, create_start());
		released = run_holding(skel, skel->progs.walk, remove_start);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_GT(skel->bss->nr_elems, 0, "begins");
	ASSERT_LT(skel->bss->nr_elems, MAX_STEPS, "ends");
}

/* new() is given an object that has been removed already */
static void test_start_gone(struct open_file_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which, create_start());
		released = run_holding(skel, skel->progs.probe, remove_start);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_OK(skel->bss->err, "new");
	if (skel->bss->err || walks[which].empties)
		ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct open_file_iter *skel, int which)
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

void test_open_file_iter(void)
{
	struct open_file_iter *skel;
	int i;

	skel = open_file_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	if (!ASSERT_OK(set_up(), "set_up"))
		goto out;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);

out:
	tear_down();
	open_file_iter__destroy(skel);

	RUN_TESTS(open_file_iter_failure);
}
