// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <test_progs.h>
#include "tcp_listen_iter.skel.h"
#include "tcp_listen_iter_failure.skel.h"

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

#define NR_STARTS 1
#define NR_LISTENERS 8
#define LISTENING 0xa

static int listeners[NR_LISTENERS];
static int added = -1;

static void add_listed(struct ids *ids, const char *path)
{
	unsigned int port, state;
	char line[256];
	FILE *file;

	file = fopen(path, "r");
	if (!file)
		return;
	while (ids->nr < MAX_ELEMS && fgets(line, sizeof(line), file))
		if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &port, &state) == 2 &&
		    state == LISTENING)
			ids->id[ids->nr++] = port;
	fclose(file);
}

/* a socket is known by its port */
static void tcp_listeners(int start, struct ids *want)
{
	want->nr = 0;
	add_listed(want, "/proc/net/tcp");
	add_listed(want, "/proc/net/tcp6");
}

static int listener(__u64 *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	if (listen(fd, 1) || getsockname(fd, (struct sockaddr *)&address, &size)) {
		close(fd);
		return -1;
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static __u64 create_element(void)
{
	__u64 port = 0;

	added = listener(&port);
	return port;
}

static void remove_element(void)
{
	close(added);
}

static int set_up(void)
{
	__u64 port;
	int i;

	for (i = 0; i < NR_LISTENERS; i++) {
		listeners[i] = listener(&port);
		if (listeners[i] < 0)
			return -1;
	}
	return 0;
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < NR_LISTENERS; i++)
		if (listeners[i] > 0)
			close(listeners[i]);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
	bool meets;
} walks[] = {
	{ .name = "all", .expect = tcp_listeners, .meets = true },
};

static void choose(struct tcp_listen_iter *skel, int which)
{
	skel->bss->hold = 0;
	skel->bss->hold_at = 0;
	skel->bss->held = 0;
}

/* those that walks take and give back */
static long references(struct tcp_listen_iter *skel)
{
	choose(skel, 0);
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
static bool run_holding(struct tcp_listen_iter *skel, struct bpf_program *prog,
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

static bool get_elems(struct tcp_listen_iter *skel, struct ids *got)
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
static void test_walk(struct tcp_listen_iter *skel, int which, int start)
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

static void check_drained(struct tcp_listen_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct tcp_listen_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct tcp_listen_iter *skel, int which)
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
static void test_late(struct tcp_listen_iter *skel, int which)
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
static void test_churn(struct tcp_listen_iter *skel, int which)
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

/* the walk goes on and ends when the element that it stands on is removed */
static void test_element_removed(struct tcp_listen_iter *skel, int which)
{
	int tries = NR_RETRIES;
	bool released;

	do {
		choose(skel, which);
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
static void walk_in_all_ways(struct tcp_listen_iter *skel, int which)
{
	choose(skel, which);
	run_often(skel->progs.walk);
	run_often(skel->progs.again);
}

/* what a walk takes it gives back */
static void test_balance(struct tcp_listen_iter *skel, int which)
{
	long before, after;

	before = references(skel);
	create_element();
	walk_in_all_ways(skel, which);
	remove_element();
	after = references(skel);
	ASSERT_LE(labs(after - before), NR_WALKS / 2, "references");
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct tcp_listen_iter *skel, int which)
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

void test_tcp_listen_iter(void)
{
	struct tcp_listen_iter *skel;
	int i;

	skel = tcp_listen_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	if (!ASSERT_OK(set_up(), "set_up"))
		goto out;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);

out:
	tear_down();
	tcp_listen_iter__destroy(skel);

	RUN_TESTS(tcp_listen_iter_failure);
}
