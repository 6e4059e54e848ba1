// SPDX-License-Identifier: GPL-2.0-only
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <test_progs.h>
#include "task_vma_iter.skel.h"
#include "task_vma_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_CHURNS 20
#define NR_RETRIES 3
#define NR_WALKS 100
#define NR_TRIES 20
#define NR_RUNS 20
#define WALKS_A_RUN 1000

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

#define NR_PLACES ARRAY_SIZE(starts)

/* ourselves and another process, and ourselves from inside an area and behind the last */
static struct {
	pid_t pid;
	__u64 from;
} starts[4];
static long page_size;
static pid_t neighbour, added;
static void *added_area = MAP_FAILED;

struct area {
	__u64 from, to, inode;
};

/* by both ends, and by whether a file is behind it */
static __u64 number_of(const struct area *area)
{
	return area->from + 31 * area->to + !!area->inode;
}

/* what is above the user's part of the memory belongs to no process */
static bool next_area(FILE *file, struct area *area)
{
	char line[512];

	if (!fgets(line, sizeof(line), file) ||
	    sscanf(line, "%llx-%llx %*s %*x %*s %llu", &area->from, &area->to,
		   &area->inode) != 3)
		return false;
	return (__s64)area->from >= 0;
}

static void vmas(int start, struct ids *want)
{
	struct area area;
	char path[64];
	FILE *file;

	want->nr = 0;
	snprintf(path, sizeof(path), "/proc/%d/maps", starts[start].pid);
	file = fopen(path, "r");
	if (!ASSERT_OK_PTR(file, path))
		return;
	while (want->nr < MAX_ELEMS && next_area(file, &area))
		if (area.to > starts[start].from)
			want->id[want->nr++] = number_of(&area);
	fclose(file);
}

static __u64 id_of(int start)
{
	return starts[start].pid;
}

static __u64 place_of(int start)
{
	return starts[start].from;
}

static __u64 id_of_scratch(void)
{
	return getpid();
}

static __u64 end_of_last(void)
{
	struct area last = {};
	FILE *file;

	file = fopen("/proc/self/maps", "r");
	if (!file)
		return 0;
	while (next_area(file, &last))
		;
	fclose(file);
	return last.to;
}

/* an area behind all others */
static __u64 create_element(void)
{
	struct area area = { .from = end_of_last() + page_size };

	area.to = area.from + page_size;
	added_area = mmap((void *)area.from, page_size, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	ASSERT_NEQ(added_area, MAP_FAILED, "mmap");
	return number_of(&area);
}

static void remove_element(void)
{
	munmap(added_area, page_size);
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

static __u64 create_start(void)
{
	added = add_process();
	return added;
}

static void remove_start(void)
{
	remove_process(&added);
}

static int set_up(void)
{
	int i;

	page_size = sysconf(_SC_PAGESIZE);
	neighbour = add_process();
	if (neighbour < 0)
		return -1;
	for (i = 0; i < ARRAY_SIZE(starts); i++)
		starts[i].pid = getpid();
	starts[1].pid = neighbour;
	starts[2].from = (__u64)set_up;
	starts[3].from = end_of_last();
	return 0;
}

static void tear_down(void)
{
	remove_process(&neighbour);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
	bool begins;
	bool empties;
	bool meets;
	int gone;	/* 1 for whatever new() says */
} walks[] = {
	{
		.name = "all",
		.expect = vmas,
		.begins = true,
		.empties = true,
		.meets = true,
		.gone = -ENOENT,
	},
};

static void choose(struct task_vma_iter *skel, int which, __u64 id)
{
	skel->bss->task_id = id;
	skel->bss->addr = 0;
	skel->bss->hold = 0;
	skel->bss->hold_at = 0;
	skel->bss->held = 0;
}

/* those that walks take and give back */
static long references(struct task_vma_iter *skel)
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
static bool run_holding(struct task_vma_iter *skel, struct bpf_program *prog,
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

static bool get_elems(struct task_vma_iter *skel, struct ids *got)
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
static void test_walk(struct task_vma_iter *skel, int which, int start)
{
	static struct ids before, after, got;
	int tries = NR_TRIES;
	bool busy = false;

	choose(skel, which, id_of(start));
	skel->bss->addr = place_of(start);
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

static void check_drained(struct task_vma_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct task_vma_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct task_vma_iter *skel, int which)
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
static void test_late(struct task_vma_iter *skel, int which)
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
static void test_churn(struct task_vma_iter *skel, int which)
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
static void test_element_removed(struct task_vma_iter *skel, int which)
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
static void walk_in_all_ways(struct task_vma_iter *skel, int which, __u64 id)
{
	choose(skel, which, id);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
}

/* what a walk takes it gives back */
static void test_balance(struct task_vma_iter *skel, int which)
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

/* how many objects kmalloc() and bpf_mem_alloc() have given away, -1 if the kernel does not tell */
static long nr_objects(void)
{
	char line[512];
	long active, nr = -1;
	FILE *file;

	file = fopen("/proc/slabinfo", "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "kmalloc-%*s %ld", &active) == 1)
			nr = MAX(nr, 0) + active;
	fclose(file);
	return nr;
}

/* what walks allocate they free: a leak grows each time, what others allocate does not */
static void check_memory(struct task_vma_iter *skel)
{
	int i, tries = NR_RETRIES;
	long before, grown;

	ASSERT_OK(run(skel->progs.walk_often), "run_walk_often");
	do {
		before = nr_objects();
		if (!ASSERT_GT(before, 0, "nr_objects"))
			return;
		for (i = 0; i < NR_RUNS; i++)
			ASSERT_OK(run(skel->progs.walk_often), "run_walk_often");
		grown = nr_objects() - before;
	} while (grown > NR_RUNS * WALKS_A_RUN / 2 && --tries);
	ASSERT_LE(grown, NR_RUNS * WALKS_A_RUN / 2, "memory");
}

static void test_memory(struct task_vma_iter *skel, int which)
{
	choose(skel, which, id_of_scratch());
	check_memory(skel);
	choose(skel, which, 2);
	check_memory(skel);
}

/* a walk ends when the object that it started from is removed */
static void test_start_removed(struct task_vma_iter *skel, int which)
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
static void test_start_gone(struct task_vma_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which, create_start());
		released = run_holding(skel, skel->progs.probe, remove_start);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	if (walks[which].gone <= 0)
		ASSERT_EQ(skel->bss->err, walks[which].gone, "new");
	if (skel->bss->err || walks[which].empties)
		ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

/* a kernel thread has none of this */
static void test_start_bare(struct task_vma_iter *skel)
{
	choose(skel, 0, 2);
	ASSERT_OK(run(skel->progs.probe), "run_probe");
	ASSERT_EQ(skel->bss->err, -ENOENT, "new");
	ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

/* a task switch is done with interrupts off: let there be some */
static void test_irqs_off(struct task_vma_iter *skel)
{
	struct bpf_link *link;

	choose(skel, 0, getpid());
	skel->bss->err = 0;
	link = bpf_program__attach(skel->progs.irqs_off);
	if (!ASSERT_OK_PTR(link, "attach"))
		return;
	usleep(10000);
	bpf_link__destroy(link);
	ASSERT_EQ(skel->bss->err, -EBUSY, "new");
	ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct task_vma_iter *skel, int which)
{
	int start;

	if (walks[which].expect && named("walk", which))
		for (start = 0; start < NR_PLACES; start++)
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
	if (named("memory", which))
		test_memory(skel, which);
	if (walks[which].begins && named("start_removed", which))
		test_start_removed(skel, which);
	if (named("start_gone", which))
		test_start_gone(skel, which);
}

void test_task_vma_iter(void)
{
	struct task_vma_iter *skel;
	int i;

	skel = task_vma_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	if (!ASSERT_OK(set_up(), "set_up"))
		goto out;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);
	if (test__start_subtest("start_bare"))
		test_start_bare(skel);
	if (test__start_subtest("irqs_off"))
		test_irqs_off(skel);

out:
	tear_down();
	task_vma_iter__destroy(skel);

	RUN_TESTS(task_vma_iter_failure);
}
