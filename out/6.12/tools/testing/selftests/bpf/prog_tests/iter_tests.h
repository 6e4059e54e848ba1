/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests that every open-coded iterator must pass, made of the programs in
 * progs/iter_walks.h. A file says in a struct iter_test what is special about
 * its iterator, and what user space sees of it and can do meanwhile; what it
 * leaves out is not tried.
 */
#ifndef __ITER_TESTS_H
#define __ITER_TESTS_H

#include <pthread.h>
#include <sched.h>
#include "iter_contract.h"

#define NR_CHURNS 20
#define NR_RETRIES 3
#define NR_RUNS 10
#define NR_TRIES 20

/* elements, by the numbers that user space knows them by */
struct ids {
	__u64 id[MAX_ELEMS];
	int nr;
};

/* a walk that new() may be asked for */
struct iter_walk {
	const char *name;
	/* what user space sees of it */
	void (*expect)(int start, struct ids *want);
	/* it begins at the object that it is given */
	bool first;
	/* it meets something of an object that has just been created */
	bool begins;
	/* nothing is left of it when that object has been removed */
	bool empties;
	/* it meets what create_element() adds */
	bool meets;
	/* what new() says of NULL in place of the object */
	int null;
	/* and of an object that has been removed, 1 for whatever */
	int gone;
	/* of a walk over numbers: what new() says, and all that it gives */
	int err;
	int nr;
	const __s64 *values;
};

/* a flag argument */
struct iter_flag {
	/* the name of the subtest */
	const char *name;
	/* the program's variable, and its arrays of good values and of bits beside these */
	void *value;
	const void *accepted, *beside;
	int nr_accepted, nr_beside;
	size_t size;
	/* the good values are bits, any of which may be set */
	bool mask;
};

/* a companion of the iterator, which a program asks */
struct iter_ask {
	const char *name, *prog;
	/* it is known what it says of an iterator that is under way */
	bool live;
};

/* a program that acquires a pointer in each element, which some may not have */
struct iter_keep {
	const char *prog;
	bool nullable;
};

/* arguments that new() refuses */
struct iter_refused {
	const char *name;
	void (*choose)(void);
	int err;
};

struct iter_test {
	const struct iter_walk *walks;
	int nr_walks;
	const struct iter_ask *asks;
	int nr_asks;
	const struct iter_keep *keeps;
	int nr_keeps;
	const struct iter_refused *refused;
	int nr_refused;

	/* has the programs walk so, from the object with that number */
	void (*choose)(int which, __u64 id);
	/* and from between the elements */
	void (*choose_place)(int start);
	/*
	 * runs a program where it is attached, which is done if it is there; or
	 * has a packet for it
	 */
	bool attached, packet;
	int (*set_off)(void);

	/* what the tests need */
	int (*set_up)(void);
	void (*tear_down)(void);
	/* the objects that walks set out from, and the first element of each */
	int nr_starts;
	__u64 (*id_of)(int start);
	__u64 (*first_of)(int start);
	/* the one below which elements are created, and one that has none: what does new() say? */
	__u64 (*id_of_scratch)(void);
	__u64 (*bare)(void);
	int bare_err;
	/* the second element stands behind the first one */
	__u64 (*create_element)(void);
	void (*remove_element)(void);
	__u64 (*create_next)(void);
	void (*remove_next)(void);
	__u64 (*create_start)(void);
	void (*remove_start)(void);
	/* counts what a leak leaves behind, if no program does, and how many walks show it */
	long (*references)(void);
	int leaks;
	/* user space knows the elements, in their order, and no two alike */
	bool known, ordered, alike;
	/* but only these, if the kernel shows it some alone */
	void (*comparable)(struct ids *these);
	/* new() allocates memory, by kmalloc() if debugging may keep what is freed */
	bool allocates, frees_late;
	/* what new() says with interrupts off */
	int irqs_off;

	/* of the skeleton */
	struct bpf_object *obj;
	struct iter_asked *asked;
	struct iter_found *found;
	struct iter_flag flags[4];
	int nr_flags;

	/* the program that is attached */
	struct bpf_program *prog;
	struct bpf_link *link;
};

static struct bpf_program *iter_prog(struct iter_test *t, const char *name)
{
	return bpf_object__find_program_by_name(t->obj, name);
}

/* the next one is there before the last one leaves, for the kernel waits long where none stays */
static int iter_attach(struct iter_test *t, struct bpf_program *prog)
{
	struct bpf_link *last = t->link;

	t->link = prog ? bpf_program__attach(prog) : NULL;
	t->prog = t->link ? prog : NULL;
	bpf_link__destroy(last);
	return t->prog == prog ? 0 : -EINVAL;
}

static int iter_run_by_itself(struct iter_test *t, struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	static const char packet[64];

	if (t->packet) {
		opts.data_in = packet;
		opts.data_size_in = sizeof(packet);
	}
	return bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

static int iter_run_prog(struct iter_test *t, struct bpf_program *prog)
{
	int err;

	if (t->attached && prog != t->prog && iter_attach(t, prog))
		return -EINVAL;
	t->found->came_to = -ENOEXEC;
	err = t->set_off ? t->set_off() : iter_run_by_itself(t, prog);
	return err ?: t->found->came_to;
}

static int iter_run(struct iter_test *t, const char *name)
{
	struct bpf_program *prog = iter_prog(t, name);

	return prog ? iter_run_prog(t, prog) : -ENOENT;
}

/* the walk `which`, which stays nowhere */
static void iter_choose(struct iter_test *t, int which, __u64 id)
{
	memset(t->asked, 0, sizeof(*t->asked));
	t->asked->pid = getpid();
	if (t->choose)
		t->choose(which, id);
	if (iter_prog(t, "choose"))
		ASSERT_OK(iter_run(t, "choose"), "run_choose");
}

static __u64 iter_start(struct iter_test *t, int start)
{
	return t->id_of ? t->id_of(start) : 0;
}

static __u64 iter_scratch(struct iter_test *t)
{
	return t->id_of_scratch ? t->id_of_scratch() : iter_start(t, 0);
}

struct iter_job {
	struct iter_test *test;
	const char *prog;
	bool done;
	int err;
};

static void *iter_work(void *arg)
{
	struct iter_job *job = arg;

	job->err = iter_run(job->test, job->prog);
	__atomic_store_n(&job->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/*
 * Runs a program, and does something while it stays where it holds. False if
 * it did not stay for so long, on a busy machine: then it has proven nothing.
 */
static bool iter_run_holding(struct iter_test *t, const char *prog,
			     void (*act)(void))
{
	struct iter_job job = { .test = t, .prog = prog };
	pthread_t thread;

	t->found->held = 0;
	t->found->released = 0;
	t->asked->hold = 1;
	if (!ASSERT_OK(pthread_create(&thread, NULL, iter_work, &job), "pthread_create"))
		return false;
	while (!__atomic_load_n(&t->found->held, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&job.done, __ATOMIC_ACQUIRE))
		usleep(100);
	act();
	__atomic_store_n(&t->asked->hold, 0, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	ASSERT_OK(job.err, "run_while_held");
	ASSERT_EQ(t->found->held, 1, "held");
	return t->found->released;
}

static int iter_by_number(const void *a, const void *b)
{
	const __u64 *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool iter_same(struct iter_test *t, struct ids *a, struct ids *b)
{
	if (!t->ordered) {
		qsort(a->id, a->nr, sizeof(a->id[0]), iter_by_number);
		qsort(b->id, b->nr, sizeof(b->id[0]), iter_by_number);
	}
	return a->nr == b->nr && !memcmp(a->id, b->id, a->nr * sizeof(a->id[0]));
}

/* takes out of `ids` all that `others` do not have */
static void iter_retain(struct ids *ids, const struct ids *others)
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

static bool iter_get(struct iter_test *t, struct ids *got)
{
	if (!ASSERT_OK(iter_run(t, "walk"), "run_walk") ||
	    !ASSERT_LT(t->found->nr_elems, MAX_STEPS, "ends"))
		return false;
	got->nr = MIN(t->found->nr_elems, MAX_ELEMS);
	memcpy(got->id, t->found->elems, got->nr * sizeof(got->id[0]));
	return true;
}

/*
 * What the walk sees is what user space sees, before and after. Where others
 * come and go all the time it is, once each, what was there all the time.
 */
static void iter_test_walk(struct iter_test *t, int which, int start)
{
	const struct iter_walk *walk = &t->walks[which];
	static struct ids before, after, got, these;
	int tries = NR_TRIES;
	bool busy = false;

	iter_choose(t, which, iter_start(t, start));
	if (t->choose_place)
		t->choose_place(start);
	do {
		walk->expect(start, &before);
		if (!iter_get(t, &got))
			return;
		if (t->found->nr_elems > MAX_ELEMS) {
			test__skip();
			return;
		}
		walk->expect(start, &after);
		if (walk->first)
			ASSERT_EQ(got.id[0], t->first_of(start), "first");
		if (t->comparable) {
			t->comparable(&these);
			iter_retain(&got, &these);
		}
		if (!iter_same(t, &before, &after))
			busy = true;
		else if (iter_same(t, &got, &after))
			return;
	} while (--tries);

	if (busy) {
		iter_retain(&after, &before);
		iter_retain(&got, &after);
	}
	ASSERT_EQ(got.nr, after.nr, "how_many");
	ASSERT_TRUE(iter_same(t, &got, &after), "which");
}

static void iter_check_drained(struct iter_test *t)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(t->found->revived); i++)
		ASSERT_EQ(t->found->revived[i], 0, "stays_drained");
}

static bool iter_nests(struct iter_test *t)
{
	return t->alike ? t->found->nr_outer <= t->found->nr_inner :
			  t->found->nr_outer == t->found->nr_inner;
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void iter_run_nested(struct iter_test *t, const char *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(iter_run(t, prog), prog))
			return;
	} while (!iter_nests(t) && --tries);
	ASSERT_GT(t->found->nr_outer, 0, "nested");
	ASSERT_TRUE(iter_nests(t), "meets");
}

/* false if there is no walk that would prove anything: only unknown elements may be none */
static bool iter_begins(struct iter_test *t)
{
	ASSERT_OK(iter_run(t, "probe"), "run_probe");
	if (t->known) {
		ASSERT_OK(t->found->err, "new");
		ASSERT_GT(t->found->nr_elems, 0, "next");
	} else if (t->found->err) {
		ASSERT_EQ(t->found->nr_elems, 0, "next");
		return false;
	}

	ASSERT_OK(iter_run(t, "walk"), "run_walk");
	if (!ASSERT_LT(t->found->nr_elems, MAX_STEPS, "ends"))
		return false;
	ASSERT_OK(iter_run(t, "drain"), "run_drain");
	iter_check_drained(t);
	if (t->known)
		ASSERT_GT(t->found->nr_elems, 0, "drained");
	return t->found->nr_elems;
}

static void iter_test_contract(struct iter_test *t, int which)
{
	int i, tries = NR_TRIES;

	iter_choose(t, which, iter_start(t, 0));
	if (!iter_begins(t)) {
		test__skip();
		return;
	}

	/* what comes and goes meanwhile is not the iterator's fault each time */
	do {
		ASSERT_OK(iter_run(t, "again"), "run_again");
	} while (t->found->elems[0] != t->found->elems[1] && --tries);
	ASSERT_EQ(t->found->elems[0], t->found->elems[1], "starts_again");

	iter_run_nested(t, "nest_two");
	iter_run_nested(t, "nest_three");

	for (i = 0; i < t->nr_keeps; i++) {
		ASSERT_OK(iter_run(t, t->keeps[i].prog), t->keeps[i].prog);
		if (t->known && !t->keeps[i].nullable)
			ASSERT_GT(t->found->nr_elems, 0, t->keeps[i].prog);
	}
}

/* a walk over numbers gives what it must */
static void iter_test_values(struct iter_test *t, int which)
{
	const struct iter_walk *walk = &t->walks[which];
	int i;

	iter_choose(t, which, 0);
	ASSERT_OK(iter_run(t, "walk"), "run_walk");
	if (!ASSERT_EQ(t->found->nr_elems, walk->nr, "how_many"))
		return;
	for (i = 0; i < walk->nr; i++)
		ASSERT_EQ((__s64)t->found->elems[i], walk->values[i], "which");
}

/* how many pairs of its numbers are equal, each with itself among them */
static __u32 iter_nr_pairs(const struct iter_walk *walk)
{
	__u32 nr = 0;
	int i, k;

	for (i = 0; i < walk->nr; i++)
		for (k = 0; k < walk->nr; k++)
			nr += walk->values[i] == walk->values[k];
	return nr;
}

static void iter_test_contract_of_values(struct iter_test *t, int which)
{
	const struct iter_walk *walk = &t->walks[which];
	__u32 nr = walk->nr;

	iter_choose(t, which, 0);
	ASSERT_OK(iter_run(t, "probe"), "run_probe");
	ASSERT_EQ(t->found->err, walk->err, "new");
	ASSERT_EQ(t->found->nr_elems, MIN(nr, 2), "next");

	ASSERT_OK(iter_run(t, "drain"), "run_drain");
	ASSERT_EQ(t->found->nr_elems, nr, "drained");
	iter_check_drained(t);

	ASSERT_OK(iter_run(t, "nest_two"), "nest_two");
	ASSERT_EQ(t->found->nr_outer, nr, "nested");
	ASSERT_EQ(t->found->nr_inner, iter_nr_pairs(walk), "meets");

	ASSERT_OK(iter_run(t, "nest_three"), "nest_three");
	ASSERT_EQ(t->found->nr_outer, nr * nr, "nested");
	ASSERT_EQ(t->found->nr_inner, nr * iter_nr_pairs(walk), "meets");

	if (!nr)
		return;
	ASSERT_OK(iter_run(t, "again"), "run_again");
	ASSERT_EQ((__s64)t->found->elems[0], walk->values[0], "begins");
	ASSERT_EQ((__s64)t->found->elems[1], walk->values[0], "starts_again");
}

static struct iter_test *iter_current;

static void iter_create_late(void)
{
	iter_current->create_element();
}

/* what is created after the end does not bring the iterator back to life */
static void iter_test_late(struct iter_test *t, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		iter_choose(t, which, iter_scratch(t));
		released = iter_run_holding(t, "drain", iter_create_late);
		t->remove_element();
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	iter_check_drained(t);
}

static bool iter_churning;

static void *iter_churn(void *arg)
{
	struct iter_test *t = arg;
	int i;

	for (i = 0; i < NR_CHURNS; i++) {
		t->create_element();
		t->remove_element();
	}
	__atomic_store_n(&iter_churning, false, __ATOMIC_RELEASE);
	return NULL;
}

/* a walk ends while elements are created and removed */
static void iter_test_churn(struct iter_test *t, int which)
{
	pthread_t thread;

	iter_churning = true;
	iter_choose(t, which, iter_scratch(t));
	if (!ASSERT_OK(pthread_create(&thread, NULL, iter_churn, t), "pthread_create"))
		return;
	while (__atomic_load_n(&iter_churning, __ATOMIC_ACQUIRE)) {
		if (!ASSERT_OK(iter_run(t, "walk"), "run_walk"))
			break;
		if (!ASSERT_LT(t->found->nr_elems, MAX_STEPS, "ends"))
			break;
		sched_yield();
	}
	pthread_join(thread, NULL);
}

static bool iter_met(struct iter_test *t, __u64 id)
{
	int i;

	for (i = 0; i < MIN(t->found->nr_elems, MAX_ELEMS); i++)
		if (t->found->elems[i] == id)
			return true;
	return false;
}

/* the walk goes on and ends when the element that it stands on is removed */
static void iter_test_element_removed(struct iter_test *t, int which)
{
	int tries = NR_RETRIES;
	__u64 next = 0;
	bool released;

	do {
		iter_choose(t, which, iter_scratch(t));
		t->asked->hold_at = t->create_element();
		if (t->create_next)
			next = t->create_next();
		released = iter_run_holding(t, "walk", t->remove_element);
		if (t->create_next)
			t->remove_next();
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_LT(t->found->nr_elems, MAX_STEPS, "ends");
	if (t->create_next)
		ASSERT_TRUE(iter_met(t, next), "goes_on");
}

/* those that walks take and release */
static long iter_references(struct iter_test *t)
{
	if (t->references)
		return t->references();
	iter_choose(t, 0, iter_scratch(t));
	ASSERT_OK(iter_run(t, "references"), "run_references");
	return t->found->nr_references;
}

static void iter_run_often(struct iter_test *t, const char *prog)
{
	int i;

	for (i = 0; i < t->leaks; i++)
		ASSERT_OK(iter_run(t, prog), prog);
}

static void iter_set_flag(struct iter_flag *flag, __u64 value)
{
	memcpy(flag->value, &value, flag->size);
}

/* to the end, left early, and refused */
static void iter_walk_in_all_ways(struct iter_test *t, int which, __u64 id)
{
	iter_choose(t, which, id);
	iter_run_often(t, "walk");
	iter_run_often(t, "again");
	if (!t->nr_flags)
		return;
	iter_set_flag(&t->flags[0], ~0ULL);
	iter_run_often(t, "probe");
}

/* what a walk takes it releases */
static void iter_test_balance(struct iter_test *t, int which)
{
	bool element = t->create_element && t->create_element != t->create_start;
	long before, after;
	__u64 id = 0;

	before = iter_references(t);
	if (element)
		t->create_element();
	if (t->create_start)
		id = t->create_start();
	iter_walk_in_all_ways(t, which, iter_scratch(t));
	if (t->create_start)
		iter_walk_in_all_ways(t, which, id);
	if (element)
		t->remove_element();
	if (t->create_start)
		t->remove_start();
	after = iter_references(t);
	/* one stands out where nobody else takes any */
	ASSERT_LE(labs(after - before), t->leaks / 2, "references");
}

/* KASAN keeps freed memory for a while: include/linux/kasan.h, kasan_slab_free() */
static bool iter_frees_late(void)
{
	bool late = false;
	char line[256];
	FILE *file;

	file = fopen("/proc/kallsyms", "r");
	while (file && !late && fgets(line, sizeof(line), file))
		late = strstr(line, " kasan_quarantine_put");
	if (file)
		fclose(file);
	return late;
}

/* whether a walk that new() accepts has the memory again that it had before another walk */
static bool iter_has_again(struct iter_test *t, int good, int which, __u64 id)
{
	__u64 before[MAX_WORDS];

	iter_choose(t, good, iter_scratch(t));
	ASSERT_OK(iter_run(t, "probe"), "run_probe");
	memcpy(before, t->found->state, sizeof(before));
	iter_choose(t, which, id);
	ASSERT_OK(iter_run(t, "probe"), "run_probe");
	iter_choose(t, good, iter_scratch(t));
	ASSERT_OK(iter_run(t, "probe"), "run_probe");
	return !memcmp(before, t->found->state, sizeof(before));
}

/*
 * what others allocate there meanwhile disturbs a few walks, what one does not
 * free all that come later
 */
static void iter_check_memory(struct iter_test *t, int good, int which,
			      __u64 id)
{
	int i, nr, tries = NR_RETRIES;

	do {
		for (i = 0, nr = 0; i < NR_RUNS; i++)
			nr += iter_has_again(t, good, which, id);
	} while (nr <= NR_RUNS / 2 && --tries);
	ASSERT_GT(nr, NR_RUNS / 2, "memory");
}

/*
 * What has been freed on a processor is the first to be allocated there again,
 * so the iterator's own pointers tell whether a walk frees its memory: also one
 * that new() refuses, by the next one that allocates as much.
 */
static void iter_test_memory(struct iter_test *t, int which)
{
	cpu_set_t one, all;
	int good;

	if (t->frees_late && iter_frees_late()) {
		test__skip();
		return;
	}
	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (good = 0; good < t->nr_walks; good++) {
		if (t->walks[good].err)
			continue;
		iter_check_memory(t, good, which, iter_scratch(t));
		if (t->bare)
			iter_check_memory(t, good, which, t->bare());
	}
	sched_setaffinity(0, sizeof(all), &all);
}

/* a walk ends when the object that it started from is removed */
static void iter_test_start_removed(struct iter_test *t, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		iter_choose(t, which, t->create_start());
		released = iter_run_holding(t, "walk", t->remove_start);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	ASSERT_GT(t->found->nr_elems, 0, "begins");
	ASSERT_LT(t->found->nr_elems, MAX_STEPS, "ends");
}

/* new() is given an object that has been removed already */
static void iter_test_start_gone(struct iter_test *t, int which)
{
	const struct iter_walk *walk = &t->walks[which];
	int tries = NR_RETRIES;
	bool released;

	do {
		iter_choose(t, which, t->create_start());
		released = iter_run_holding(t, "probe", t->remove_start);
	} while (!released && --tries);
	ASSERT_TRUE(released, "released");
	if (walk->gone <= 0)
		ASSERT_EQ(t->found->err, walk->gone, "new");
	if (t->found->err || walk->empties)
		ASSERT_EQ(t->found->nr_elems, 0, "next");
}

static void iter_test_refusal(struct iter_test *t, const char *prog, int err)
{
	ASSERT_OK(iter_run(t, prog), prog);
	ASSERT_EQ(t->found->err, err, "new");
	ASSERT_EQ(t->found->nr_elems, 0, "next");
}

/* an object without elements */
static void iter_test_start_bare(struct iter_test *t)
{
	iter_choose(t, 0, t->bare());
	iter_test_refusal(t, "probe", t->bare_err);
}

/* by a program that holds a lock */
static void iter_test_under_lock(struct iter_test *t, int which)
{
	iter_choose(t, which, iter_start(t, 0));
	ASSERT_OK(iter_run(t, "drain"), "run_drain");
	if (!t->found->nr_elems)
		test__skip();
	ASSERT_OK(iter_run(t, "under_lock"), "run_under_lock");
	ASSERT_LT(t->found->nr_elems, MAX_STEPS, "under_lock");
	if (t->walks[which].nr)
		ASSERT_EQ(t->found->nr_elems, t->walks[which].nr, "under_lock");
}

/*
 * Of a walk that has ended a companion says what it says of one under way, and
 * nothing after a new() that has failed.
 */
static void iter_test_ask(struct iter_test *t, const struct iter_ask *ask)
{
	ASSERT_OK(iter_run(t, ask->prog), "run_ask");
	if (t->found->err) {
		ASSERT_EQ(t->found->said, t->found->says_empty, "said");
		ASSERT_EQ(t->found->says_drained, t->found->says_empty, "said_at_the_end");
	} else if (ask->live) {
		ASSERT_EQ(t->found->said, t->found->says_live, "said");
		ASSERT_EQ(t->found->says_drained, t->found->says_live, "said_at_the_end");
	}
}

static void iter_test_companion(struct iter_test *t, const struct iter_ask *ask)
{
	int i;

	for (i = 0; i < t->nr_walks; i++) {
		iter_choose(t, i, iter_start(t, 0));
		iter_test_ask(t, ask);
	}
	if (!t->nr_flags)
		return;
	iter_set_flag(&t->flags[0], ~0ULL);
	iter_test_ask(t, ask);
}

/* NULL in place of the object */
static void iter_test_null(struct iter_test *t)
{
	int i;

	for (i = 0; i < t->nr_walks; i++) {
		iter_choose(t, i, 0);
		ASSERT_OK(iter_run(t, "probe_null"), "run_probe_null");
		ASSERT_EQ(t->found->err, t->walks[i].null, "new");
		if (t->known)
			ASSERT_EQ(t->found->nr_elems, !t->walks[i].null, "next");
	}
}

/* a task switch is done with interrupts off: let there be some */
static void iter_test_irqs_off(struct iter_test *t)
{
	struct bpf_link *link;

	iter_choose(t, 0, getpid());
	t->found->err = 0;
	link = bpf_program__attach(iter_prog(t, "irqs_off"));
	if (!ASSERT_OK_PTR(link, "attach"))
		return;
	usleep(10000);
	bpf_link__destroy(link);
	ASSERT_EQ(t->found->err, t->irqs_off, "new");
	ASSERT_EQ(t->found->nr_elems, 0, "next");
}

static __u64 iter_value(const void *values, int i, size_t size)
{
	__u64 value = 0;

	memcpy(&value, values + i * size, size);
	return value;
}

static bool iter_accepts(const struct iter_flag *flag, __u64 value)
{
	int i;

	for (i = 0; i < flag->nr_beside; i++)
		value &= ~iter_value(flag->beside, i, flag->size);
	for (i = 0; i < flag->nr_accepted && flag->mask; i++)
		value &= ~iter_value(flag->accepted, i, flag->size);
	for (i = 0; i < flag->nr_accepted; i++)
		if (value == iter_value(flag->accepted, i, flag->size))
			return true;
	return false;
}

static void iter_refuse(struct iter_test *t, struct iter_flag *flag,
			const char *prog, __u64 value)
{
	if (iter_accepts(flag, value))
		return;
	iter_set_flag(flag, value);
	iter_test_refusal(t, prog, -EINVAL);
}

/* a walk that new() accepts */
static int iter_good(struct iter_test *t)
{
	int i;

	for (i = 0; i < t->nr_walks && t->walks[i].err; i++)
		;
	return i;
}

/* small numbers, every single bit, and each good value with a bit too many */
static void iter_refuse_all(struct iter_test *t, struct iter_flag *flag,
			    const char *prog)
{
	int i, bit;

	iter_choose(t, iter_good(t), iter_start(t, 0));
	for (i = 0; i < 64; i++)
		iter_refuse(t, flag, prog, i);
	for (bit = 0; bit < 8 * flag->size; bit++) {
		iter_refuse(t, flag, prog, 1ULL << bit);
		for (i = 0; i < flag->nr_accepted; i++)
			iter_refuse(t, flag, prog,
				    iter_value(flag->accepted, i, flag->size) | 1ULL << bit);
	}
	iter_refuse(t, flag, prog, ~0ULL >> (64 - 8 * flag->size));
}

/* one program after the other, for to attach another takes long */
static void iter_test_flag(struct iter_test *t, struct iter_flag *flag)
{
	iter_refuse_all(t, flag, "probe");
	iter_refuse_all(t, flag, "reuse");
}

static bool iter_subtest(const char *what, const char *which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, which);
	return test__start_subtest(name);
}

static void iter_test_numbers(struct iter_test *t, int which)
{
	const char *name = t->walks[which].name;

	if (iter_subtest("walk", name))
		iter_test_values(t, which);
	if (iter_subtest("contract", name))
		iter_test_contract_of_values(t, which);
}

static void iter_test_objects(struct iter_test *t, int which)
{
	const struct iter_walk *walk = &t->walks[which];
	int start;

	if (walk->expect && iter_subtest("walk", walk->name))
		for (start = 0; start < t->nr_starts; start++)
			iter_test_walk(t, which, start);
	if (iter_subtest("contract", walk->name))
		iter_test_contract(t, which);
	if (t->create_element && iter_subtest("late", walk->name))
		iter_test_late(t, which);
	if (t->create_element && iter_subtest("churn", walk->name))
		iter_test_churn(t, which);
	if (walk->meets && iter_subtest("element_removed", walk->name))
		iter_test_element_removed(t, which);
	if (t->leaks && iter_subtest("balance", walk->name))
		iter_test_balance(t, which);
	if (walk->begins && t->create_start && iter_subtest("start_removed", walk->name))
		iter_test_start_removed(t, which);
	if (t->create_start && iter_subtest("start_gone", walk->name))
		iter_test_start_gone(t, which);
}

static void iter_test_once(struct iter_test *t)
{
	int i;

	if (t->bare_err && test__start_subtest("start_bare"))
		iter_test_start_bare(t);
	if (iter_prog(t, "under_lock") && test__start_subtest("under_lock"))
		iter_test_under_lock(t, iter_good(t));
	for (i = 0; i < t->nr_asks; i++)
		if (iter_subtest("companion", t->asks[i].name))
			iter_test_companion(t, &t->asks[i]);
	for (i = 0; i < t->nr_refused; i++)
		if (iter_subtest("refused", t->refused[i].name)) {
			iter_choose(t, 0, iter_start(t, 0));
			t->refused[i].choose();
			iter_test_refusal(t, "probe", t->refused[i].err);
		}
	if (iter_prog(t, "irqs_off") && test__start_subtest("irqs_off"))
		iter_test_irqs_off(t);
	for (i = 0; i < t->nr_flags; i++)
		if (test__start_subtest(t->flags[i].name))
			iter_test_flag(t, &t->flags[i]);
	if (iter_prog(t, "probe_null") && test__start_subtest("null"))
		iter_test_null(t);
}

/* all of it, by the programs of a skeleton that has been loaded */
static inline void test_iter(struct iter_test *t, struct bpf_object *obj,
			     struct iter_asked *asked, struct iter_found *found)
{
	int i;

	t->obj = obj;
	t->asked = asked;
	t->found = found;
	iter_current = t;
	if (t->set_up && !ASSERT_OK(t->set_up(), "set_up"))
		goto out;

	for (i = 0; i < t->nr_walks; i++) {
		if (iter_prog(t, "choose"))
			iter_test_numbers(t, i);
		else
			iter_test_objects(t, i);
		if (t->allocates && iter_subtest("memory", t->walks[i].name))
			iter_test_memory(t, i);
	}
	iter_test_once(t);
out:
	if (t->tear_down)
		t->tear_down();
	if (t->attached)
		iter_attach(t, NULL);
}

#endif /* __ITER_TESTS_H */
