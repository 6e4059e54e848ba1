// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <pthread.h>
#include <sys/socket.h>
#include <test_progs.h>
#include "netdev_iter.skel.h"
#include "netdev_iter_failure.skel.h"

#define MAX_ELEMS (128 * 1024)
#define MAX_STEPS (1024 * 1024)
#define NR_CHURNS 20
#define NR_RETRIES 3
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
#define PATIENCE 100

struct request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char attributes[128];
};

static void net_devices(int start, struct ids *want)
{
	struct if_nameindex *names, *name;

	want->nr = 0;
	names = if_nameindex();
	if (!ASSERT_OK_PTR(names, "if_nameindex"))
		return;
	for (name = names; name->if_index && want->nr < MAX_ELEMS; name++)
		want->id[want->nr++] = name->if_index;
	if_freenameindex(names);
}

static struct rtattr *add(struct request *request, int type, const char *text)
{
	struct rtattr *attr = (void *)request + NLMSG_ALIGN(request->head.nlmsg_len);
	size_t size = text ? strlen(text) + 1 : 0;

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(size);
	memcpy(RTA_DATA(attr), text, size);
	request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) + RTA_ALIGN(attr->rta_len);
	return attr;
}

/* the kernel has done it when it answers */
static int ask(struct request *request)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char rest[256];
	} answer = { .err.error = -EIO };
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (fd < 0 || send(fd, request, request->head.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		answer.err.error = -EIO;
	close(fd);
	return answer.err.error;
}

/* a pair of netkit, which needs nothing else; what is called alike may not be gone yet */
static int create(void)
{
	struct request request = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(request.info)),
		.head.nlmsg_type = RTM_NEWLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
	};
	static int nr_created;
	struct rtattr *info;
	char name[32];

	snprintf(name, sizeof(name), "fixture%d", nr_created++);
	add(&request, IFLA_IFNAME, name);
	info = add(&request, IFLA_LINKINFO, NULL);
	add(&request, IFLA_INFO_KIND, "netkit");
	info->rta_len = (void *)&request + request.head.nlmsg_len - (void *)info;
	ASSERT_OK(ask(&request), name);
	return if_nametoindex(name);
}

static void *deleted(void *index)
{
	struct request request = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(request.info)),
		.head.nlmsg_type = RTM_DELLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.info.ifi_index = (long)index,
	};

	ask(&request);
	return NULL;
}

/*
 * It is gone only when no walk can stand on it any more. Most kernels take it
 * out of their lists before they wait for that, dev_deactivate_many() of 6.12
 * waits first.
 */
static void delete(int index)
{
	char name[IF_NAMESIZE];
	pthread_t thread;
	int i, err;

	err = pthread_create(&thread, NULL, deleted, (void *)(long)index);
	if (!ASSERT_OK(err, "pthread_create"))
		return;
	pthread_detach(thread);
	for (i = 0; i < PATIENCE && if_indextoname(index, name); i++)
		usleep(1000);
}

static int first, second;

static __u64 create_element(void)
{
	first = create();
	return first;
}

static void remove_element(void)
{
	delete(first);
}

static __u64 create_next(void)
{
	second = create();
	return second;
}

static void remove_next(void)
{
	delete(second);
}

/* one variant for each walk there is */
static const struct {
	const char *name;
	void (*expect)(int start, struct ids *want);
	bool meets;
} walks[] = {
	{ .name = "all", .expect = net_devices, .meets = true },
};

static void choose(struct netdev_iter *skel, int which)
{
	skel->bss->flags = skel->rodata->accepted[0];
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
static bool run_holding(struct netdev_iter *skel, struct bpf_program *prog,
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

static bool get_elems(struct netdev_iter *skel, struct ids *got)
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
static void test_walk(struct netdev_iter *skel, int which, int start)
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

static void check_drained(struct netdev_iter *skel)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->bss->revived); i++)
		ASSERT_EQ(skel->bss->revived[i], 0, "stays_drained");
}

/* a walk inside a walk meets each element again, unless that is removed meanwhile */
static void run_nested(struct netdev_iter *skel, struct bpf_program *prog)
{
	int tries = NR_TRIES;

	do {
		if (!ASSERT_OK(run(prog), bpf_program__name(prog)))
			return;
	} while (skel->bss->nr_outer != skel->bss->nr_inner && --tries);
	ASSERT_GT(skel->bss->nr_outer, 0, "nested");
	ASSERT_EQ(skel->bss->nr_outer, skel->bss->nr_inner, "meets");
}

static void test_contract(struct netdev_iter *skel, int which)
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
static void test_late(struct netdev_iter *skel, int which)
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
static void test_churn(struct netdev_iter *skel, int which)
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

static bool met(struct netdev_iter *skel, __u64 id)
{
	int i;

	for (i = 0; i < MIN(skel->bss->nr_elems, MAX_ELEMS); i++)
		if (skel->bss->elems[i] == id)
			return true;
	return false;
}

/* the walk goes on and ends when the element that it stands on is removed */
static void test_element_removed(struct netdev_iter *skel, int which)
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

static void refuse_in(struct netdev_iter *skel, struct bpf_program *prog)
{
	ASSERT_OK(run(prog), "run_probe");
	ASSERT_EQ(skel->bss->err, -EINVAL, "new");
	ASSERT_EQ(skel->bss->nr_elems, 0, "next");
}

static bool is_accepted(struct netdev_iter *skel, __u64 value)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
		if (skel->rodata->accepted[i] == value)
			return true;
	return false;
}

static void refuse(struct netdev_iter *skel, __u64 value)
{
	if (is_accepted(skel, value))
		return;
	choose(skel, 0);
	skel->bss->flags = value;
	refuse_in(skel, skel->progs.probe);
	refuse_in(skel, skel->progs.reuse);
}

/* small numbers, every single bit, and each good value with a bit too many */
static void test_refused(struct netdev_iter *skel)
{
	__u64 bit;
	int i;

	for (i = 0; i < 64; i++)
		refuse(skel, i);
	for (bit = 1; bit; bit <<= 1) {
		refuse(skel, bit);
		for (i = 0; i < ARRAY_SIZE(skel->rodata->accepted); i++)
			refuse(skel, skel->rodata->accepted[i] | bit);
	}
	refuse(skel, ~0ULL);
}

static bool named(const char *what, int which)
{
	char name[128];

	snprintf(name, sizeof(name), "%s %s", what, walks[which].name);
	return test__start_subtest(name);
}

static void test_each(struct netdev_iter *skel, int which)
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
}

void test_netdev_iter(void)
{
	struct netdev_iter *skel;
	int i;

	skel = netdev_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	for (i = 0; i < ARRAY_SIZE(walks); i++)
		test_each(skel, i);
	if (test__start_subtest("refused"))
		test_refused(skel);

	netdev_iter__destroy(skel);

	RUN_TESTS(netdev_iter_failure);
}
