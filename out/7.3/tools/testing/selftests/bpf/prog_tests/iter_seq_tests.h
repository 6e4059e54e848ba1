/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests that SEC("iter/...") of a walk must pass that has an open-coded form,
 * too: it gives the same elements in the same order, however the file is read.
 * A file says in a struct iter_seq_test what is special about its iterator.
 */
#ifndef __ITER_SEQ_TESTS_H
#define __ITER_SEQ_TESTS_H

#include "iter_tests.h"
#include "iter_seq_contract.h"

#define NR_LEAVES 100

/* a link that gives one of the walks, or an error */
struct iter_link {
	const char *name;
	int which, err;
	/* asks for it, NULL for nothing to ask */
	void (*ask)(union bpf_iter_link_info *linfo, __u64 id);
	/* looks whether it tells so, NULL where it tells nothing */
	void (*told)(int fd, const struct bpf_link_info *info, __u64 id);
};

struct iter_seq_test {
	/* what programs attach to */
	const char *target;
	/* the links there may be; one that is asked for nothing if that is all */
	const struct iter_link *links;
	int nr_links;
	/* the open-coded form, of which the program walk() is needed alone */
	struct iter_test walks;

	/* of the skeleton */
	struct iter_seq_asked *asked;
	struct iter_seq_found *found;

	struct bpf_link *link;
};

/*
 * what read() is asked for, how often each element is, and how much of the
 * kernel's buffer one fills
 */
static const struct iter_read {
	const char *name;
	size_t size;
	int again;
	int percent;
} iter_reads[] = {
	{ .name = "whole", .size = 64 * 1024 },
	{ .name = "element by element", .size = sizeof(__u64) },
	{ .name = "byte by byte", .size = 1 },
	{ .name = "each again", .size = 64 * 1024, .again = 1 },
	{ .name = "overflowing", .size = 64 * 1024, .percent = 60 },
};

/* kernel/bpf/bpf_iter.c, bpf_seq_read() */
static int iter_pads_of(int percent)
{
	return 8 * sysconf(_SC_PAGESIZE) / 100 * percent / ITER_PAD;
}

static int iter_open(struct iter_seq_test *t)
{
	int fd = bpf_iter_create(bpf_link__fd(t->link));

	ASSERT_OK_FD(fd, "bpf_iter_create");
	return fd;
}

static void iter_ask(struct iter_seq_test *t, int again, int pads)
{
	memset(t->found, 0, sizeof(*t->found));
	t->asked->again = again;
	t->asked->pads = pads;
}

/* what the open-coded form meets */
static bool iter_walk_whole(struct iter_seq_test *t, struct ids *got)
{
	return iter_get(&t->walks, got) && ASSERT_LT(got->nr, MAX_ELEMS, "ends");
}

static bool iter_alike(const struct ids *a, const struct ids *b)
{
	return a->nr == b->nr && !memcmp(a->id, b->id, a->nr * sizeof(a->id[0]));
}

/*
 * numbers, with as much behind each as was asked for, of which read() may have
 * given some bytes only
 */
struct iter_reader {
	struct ids *got;
	size_t record, at;
	__u64 id;
};

static void iter_take(struct iter_reader *reader, const char *bytes, size_t len)
{
	size_t i, in;

	for (i = 0; i < len; i++) {
		in = reader->at++ % reader->record;
		if (in < sizeof(reader->id))
			((char *)&reader->id)[in] = bytes[i];
		if (in == reader->record - 1 && reader->got->nr < MAX_ELEMS)
			reader->got->id[reader->got->nr++] = reader->id;
	}
}

/* -EAGAIN says that nothing was shown yet */
static ssize_t iter_read_some(int fd, struct iter_reader *reader, size_t size)
{
	static char bytes[64 * 1024];
	int tries = MAX_ELEMS;
	ssize_t len;

	do {
		len = read(fd, bytes, size);
	} while (len < 0 && errno == EAGAIN && --tries);
	if (len > 0)
		iter_take(reader, bytes, len);
	return len;
}

static void iter_read_all(int fd, struct ids *got, size_t size, int pads)
{
	struct iter_reader reader = { .got = got, .record = sizeof(__u64) + pads * ITER_PAD };
	ssize_t len;

	got->nr = 0;
	do {
		len = iter_read_some(fd, &reader, size);
	} while (len > 0);
	ASSERT_OK(len, "read");
	ASSERT_EQ(reader.at % reader.record, 0, "whole_elements");
}

/* false if the file cannot be opened */
static bool iter_read_whole(struct iter_seq_test *t,
			    const struct iter_read *how, struct ids *got)
{
	int pads = iter_pads_of(how->percent), fd;
	char byte;

	iter_ask(t, how->again, pads);
	fd = iter_open(t);
	if (fd < 0)
		return false;
	iter_read_all(fd, got, how->size, pads);
	ASSERT_EQ(read(fd, &byte, 1), 0, "stays_at_the_end");
	close(fd);
	return true;
}

/* both forms of the walk give the same elements in the same order, however the file is read */
static void iter_test_reads(struct iter_seq_test *t,
			    const struct iter_read *how)
{
	static struct ids before, after, got;
	int tries = NR_TRIES;

	do {
		if (!iter_walk_whole(t, &before) || !iter_read_whole(t, how, &got) ||
		    !iter_walk_whole(t, &after))
			return;
	} while (!iter_alike(&before, &after) && --tries);
	if (!tries) {
		test__skip();
		return;
	}

	ASSERT_EQ(got.nr, before.nr, "shows_as_many");
	ASSERT_TRUE(iter_alike(&got, &before), "shows_the_same");
	ASSERT_EQ(t->found->nr_ends, 1, "ends_once");
	ASSERT_EQ(t->found->last_seq_num, got.nr - 1, "seq_num");
	if (how->again)
		ASSERT_EQ(t->found->nr_shown, 2 * got.nr, "shown_again");
	else if (how->percent)
		ASSERT_EQ(t->found->nr_shown, 2 * got.nr - 1, "shown_again");
	else
		ASSERT_EQ(t->found->nr_shown, got.nr, "shown_once");
}

/* an element that the buffer cannot hold is an error, and shown when it can */
static void iter_test_too_large(struct iter_seq_test *t)
{
	static struct ids got;
	__u64 refused;
	char byte;
	int fd;

	iter_ask(t, 0, iter_pads_of(120));
	fd = iter_open(t);
	if (fd < 0)
		return;
	ASSERT_EQ(read(fd, &byte, 1), -1, "too_large");
	ASSERT_EQ(errno, E2BIG, "too_large");
	refused = t->found->last_id;
	t->asked->pads = 0;
	iter_read_all(fd, &got, sizeof(__u64), 0);
	ASSERT_EQ(got.id[0], refused, "shown_again");
	close(fd);
}

/* each has a place of its own */
static void iter_test_two_readers(struct iter_seq_test *t)
{
	int tries = NR_TRIES, fd, fd2;
	static struct ids one, other;
	struct iter_reader b = { .got = &other, .record = sizeof(__u64) };
	struct iter_reader a = { .got = &one, .record = sizeof(__u64) };

	do {
		one.nr = 0;
		other.nr = 0;
		iter_ask(t, 0, 0);
		fd = iter_open(t);
		fd2 = iter_open(t);
		while (fd >= 0 && fd2 >= 0 && iter_read_some(fd, &a, sizeof(__u64)) > 0)
			iter_read_some(fd2, &b, sizeof(__u64));
		close(fd);
		close(fd2);
	} while (!iter_alike(&one, &other) && --tries);
	ASSERT_GT(one.nr, 0, "shows_as_many");
	ASSERT_TRUE(iter_alike(&one, &other), "shows_the_same");
}

static void iter_test_no_seek(struct iter_seq_test *t)
{
	int fd = iter_open(t);

	ASSERT_EQ(lseek(fd, 0, SEEK_SET), -1, "lseek");
	ASSERT_EQ(errno, ESPIPE, "lseek");
	close(fd);
}

/* what a link tells of itself in its info is in fdinfo, too */
static inline void iter_told(int fd, const char *name, __u64 told, __u64 asked)
{
	char path[64], line[128], want[128];
	bool found = false;
	FILE *info;

	ASSERT_EQ(told, asked, "told_in_info");
	snprintf(want, sizeof(want), "%s:\t%llu\n", name, asked);
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "r");
	if (!ASSERT_OK_PTR(info, "fdinfo"))
		return;
	while (fgets(line, sizeof(line), info))
		found = found || !strcmp(line, want);
	fclose(info);
	ASSERT_TRUE(found, "told_in_fdinfo");
}

static void iter_test_target(struct iter_seq_test *t,
			     const struct iter_link *link, __u64 id)
{
	struct bpf_link_info info = {};
	int fd = bpf_link__fd(t->link);
	__u32 len = sizeof(info);
	char name[64] = {};

	info.iter.target_name = ptr_to_u64(name);
	info.iter.target_name_len = sizeof(name);
	ASSERT_OK(bpf_obj_get_info_by_fd(fd, &info, &len), "info");
	ASSERT_STREQ(name, t->target, "target_name");
	if (link->told)
		link->told(fd, &info, id);
}

/* what a reader holds is released, wherever it stops */
static void iter_test_left(struct iter_seq_test *t)
{
	static struct ids got;
	struct iter_reader reader = { .got = &got, .record = sizeof(__u64) };
	long before, after;
	int i, k, fd;

	iter_ask(t, 0, 0);
	before = iter_references(&t->walks);
	for (i = 0; i < NR_LEAVES; i++) {
		got.nr = 0;
		t->asked->again = i % 2;
		fd = iter_open(t);
		for (k = 0; k < i % 4; k++)
			iter_read_some(fd, &reader, sizeof(__u64));
		close(fd);
	}
	after = iter_references(&t->walks);
	ASSERT_LE(labs(after - before), NR_LEAVES / 10, "references_of_readers");
}

/* a subtest, of the walk where there are several */
static bool iter_starts(const struct iter_link *link, const char *what)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s%s", what, link->name ? " " : "", link->name ?: "");
	return test__start_subtest(name);
}

static void iter_test_link(struct iter_seq_test *t,
			   const struct iter_link *link, __u64 id)
{
	char name[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(iter_reads); i++) {
		snprintf(name, sizeof(name), "reads %s", iter_reads[i].name);
		if (iter_starts(link, name))
			iter_test_reads(t, &iter_reads[i]);
	}
	if (iter_starts(link, "too_large"))
		iter_test_too_large(t);
	if (iter_starts(link, "two_readers"))
		iter_test_two_readers(t);
	if (iter_starts(link, "no_seek"))
		iter_test_no_seek(t);
	if (iter_starts(link, "target"))
		iter_test_target(t, link, id);
	if (t->walks.leaks && iter_starts(link, "left"))
		iter_test_left(t);
}

static void iter_test_links(struct iter_seq_test *t,
			    const struct iter_link *link)
{
	LIBBPF_OPTS(bpf_iter_attach_opts, opts);
	union bpf_iter_link_info linfo = {};
	__u64 id = iter_start(&t->walks, 0);

	if (link->err && !iter_starts(link, "refused_link"))
		return;
	if (t->walks.choose)
		iter_choose(&t->walks, link->which, id);
	if (link->ask) {
		link->ask(&linfo, id);
		opts.link_info = &linfo;
		opts.link_info_len = sizeof(linfo);
	}
	t->link = bpf_program__attach_iter(iter_prog(&t->walks, "show"), &opts);
	if (link->err)
		ASSERT_EQ(libbpf_get_error(t->link), link->err, "refused_link");
	else if (ASSERT_OK_PTR(t->link, "attach_iter"))
		iter_test_link(t, link, id);
	bpf_link__destroy(t->link);
	t->link = NULL;
}

static inline void test_iter_seq(struct iter_seq_test *t)
{
	static const struct iter_link alone;
	int i;

	t->walks.asked->pid = getpid();
	if (t->walks.set_up && !ASSERT_OK(t->walks.set_up(), "set_up"))
		goto out;

	if (!t->nr_links)
		iter_test_links(t, &alone);
	for (i = 0; i < t->nr_links; i++)
		iter_test_links(t, &t->links[i]);
out:
	if (t->walks.tear_down)
		t->walks.tear_down();
	iter_attach(&t->walks, NULL);
}

#endif /* __ITER_SEQ_TESTS_H */
