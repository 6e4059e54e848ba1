// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <test_progs.h>
#include "mount_iter.skel.h"
#include "mount_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_CHURNS 20
#define NR_RETRIES 3
#define NR_WALKS 1
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

#define NR_STARTS 1
/* include/uapi/linux/mount.h and stat.h, which may be older where this is built */
#define STATX_UNIQUE 0x4000
#define STATMOUNT_BASIC 2
#define NR_STATMOUNT 457
#define NR_LISTMOUNT 458

struct request {
	__u32 size, spare;
	__u64 id, param;
};

/* what statmount() gives, as far as it is of interest */
struct basics {
	__u32 size, options;
	__u64 mask;
	__u32 device[2];
	__u64 magic;
	__u32 flags, type;
	__u64 id, parent;
	__u64 rest[64];
};

static char first[32] = "/tmp/mount-XXXXXX", second[32] = "/tmp/mount-XXXXXX";
static long nr_busy;

/* 0 where nobody tells */
static __u64 mount_of(const char *path)
{
	struct statx found = {};

	return statx(AT_FDCWD, path, 0, STATX_UNIQUE, &found) ? 0 : found.stx_mnt_id;
}

static __u64 parent_of(__u64 id)
{
	struct request request = { .size = sizeof(request), .id = id, .param = STATMOUNT_BASIC };
	struct basics found = {};

	return syscall(NR_STATMOUNT, &request, &found, sizeof(found), 0) ? 0 : found.parent;
}

/* that at the root of the namespace, which may be out of reach below ours */
static __u64 lowest(void)
{
	__u64 id = mount_of("/"), parent = parent_of(id);

	while (parent && parent != id) {
		id = parent;
		parent = parent_of(id);
	}
	return id;
}

static int by_number(const void *a, const void *b)
{
	__u64 one = *(const __u64 *)a, other = *(const __u64 *)b;

	return one < other ? -1 : one > other;
}

static void mounts(int start, struct ids *want)
{
	struct request request = { .size = sizeof(request), .id = lowest() };
	long nr;

	want->nr = 0;
	nr = syscall(NR_LISTMOUNT, &request, want->id + 1, MAX_ELEMS - 1, 0);
	if (!ASSERT_GE(nr, 0, "listmount"))
		return;
	want->id[0] = request.id;
	want->nr = nr + 1;
	qsort(want->id, want->nr, sizeof(want->id[0]), by_number);
}

static __u64 mounted(const char *path)
{
	ASSERT_OK(mount("none", path, "tmpfs", 0, NULL), "mount");
	return mount_of(path);
}

/* one that is not in use goes at once, one that is when it is put */
static void unmounted(const char *path)
{
	if (!umount(path))
		return;
	nr_busy++;
	umount2(path, MNT_DETACH);
}

static __u64 create_element(void)
{
	return mounted(first);
}

static void remove_element(void)
{
	unmounted(first);
}

static __u64 create_next(void)
{
	return mounted(second);
}

static void remove_next(void)
{
	unmounted(second);
}

static long references(void)
{
	return nr_busy;
}

static int set_up(void)
{
	mkdir("/tmp", 01777);
	return !mkdtemp(first) || !mkdtemp(second);
}

static void tear_down(void)
{
	rmdir(first);
	rmdir(second);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
	bool meets;
} walks[] = {
	{ .name = "all", .expect = mounts, .meets = true },
};

static void choose(struct mount_iter *skel, int which)
{
	skel->bss->hold = 0;
	skel->bss->hold_at = 0;
	skel->bss->held = 0;
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
static bool run_holding(struct mount_iter *skel, struct bpf_program *prog,
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

static bool get_elems(struct mount_iter *skel, struct ids *got)
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
static void test_walk(struct mount_iter *skel, int which, int start)
{
	static struct ids before, after, got;
	int tries = NR_TRIES;
	bool busy = false;

	choose(skel, which);
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

static void check_drained(struct mount_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct mount_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct mount_iter *skel, int which)
{
	choose(skel, which);
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
static void test_late(struct mount_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which);
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
static void test_churn(struct mount_iter *skel, int which)
{
	pthread_t thread;

	churning = true;
	choose(skel, which);
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

static bool met(struct mount_iter *skel, __u64 id)
{
	int i;

	for (i = 0; i < MIN(skel->bss->nr_elems, MAX_ELEMS); i++)
		if (skel->bss->elems[i] == id)
			return true;
	return false;
}

/* the walk goes on and ends when the element that it stands on is removed */
static void test_element_removed(struct mount_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;
	__u64 next;

	do {
		choose(skel, which);
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

/* to the end, left early */
static void walk_in_all_ways(struct mount_iter *skel, int which)
{
	choose(skel, which);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
}

/* what a walk takes it gives back */
static void test_balance(struct mount_iter *skel, int which)
{
	long before, after;

	before = references();
	create_element();
	walk_in_all_ways(skel, which);
	remove_element();
	after = references();
	ASSERT_EQ(after, before, "references");
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct mount_iter *skel, int which)
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
}

void test_mount_iter(void)
{
	struct mount_iter *skel;
	int i;

	skel = mount_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	if (!ASSERT_OK(set_up(), "set_up"))
		goto out;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);

out:
	tear_down();
	mount_iter__destroy(skel);

	RUN_TESTS(mount_iter_failure);
}
