// SPDX-License-Identifier: GPL-2.0-only
#include <test_progs.h>
#include "iter_tests.h"
#include "kmem_cache_iter_seq.skel.h"

#define PAD 1024
#define NR_LEAVES 100

static struct iter_test test;

/*
 * what read() is asked for, how often each element is, and how much of the
 * kernel's buffer one fills
 */
static const struct {
	const char *name;
	size_t size;
	int again;
	int percent;
} reads[] = {
	{ .name = "whole", .size = 64 * 1024 },
	{ .name = "element by element", .size = sizeof(__u64) },
	{ .name = "byte by byte", .size = 1 },
	{ .name = "each again", .size = 64 * 1024, .again = 1 },
	{ .name = "overflowing", .size = 64 * 1024, .percent = 60 },
};

/* kernel/bpf/bpf_iter.c, bpf_seq_read() */
static int pads_of(int percent)
{
	return 8 * sysconf(_SC_PAGESIZE) / 100 * percent / PAD;
}

static int open_iter(struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));

	ASSERT_OK_FD(fd, "bpf_iter_create");
	return fd;
}

static void ask(struct kmem_cache_iter_seq *skel, int again, int pads)
{
	skel->bss->again = again;
	skel->bss->pads = pads;
	skel->bss->shown = false;
	skel->bss->nr_shown = 0;
	skel->bss->nr_ends = 0;
}

/* what the open-coded iterator meets */
static bool walk(struct ids *got)
{
	return iter_get(&test, got) && ASSERT_LT(got->nr, MAX_ELEMS, "ends");
}

static bool same(const struct ids *a, const struct ids *b)
{
	return a->nr == b->nr && !memcmp(a->id, b->id, a->nr * sizeof(a->id[0]));
}

/* a number, with `pads` behind it, of which read() may have given some bytes only */
struct reader {
	struct ids *got;
	size_t record, at;
	__u64 id;
};

static void take(struct reader *reader, const char *bytes, size_t len)
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
static ssize_t read_some(int fd, struct reader *reader, size_t size)
{
	static char bytes[64 * 1024];
	int tries = MAX_ELEMS;
	ssize_t len;

	do {
		len = read(fd, bytes, size);
	} while (len < 0 && errno == EAGAIN && --tries);
	if (len > 0)
		take(reader, bytes, len);
	return len;
}

static void read_all(int fd, struct ids *got, size_t size, int pads)
{
	struct reader reader = { .got = got, .record = sizeof(__u64) + pads * PAD };
	ssize_t len;

	got->nr = 0;
	do {
		len = read_some(fd, &reader, size);
	} while (len > 0);
	ASSERT_OK(len, "read");
	ASSERT_EQ(reader.at % reader.record, 0, "whole_elements");
}

/* both forms of the walk give the same elements in the same order, however the file is read */
static void test_reads(struct kmem_cache_iter_seq *skel, struct bpf_link *link,
		       int how)
{
	int tries = NR_TRIES, pads = pads_of(reads[how].percent), fd;
	static struct ids before, after, got;
	char byte;

	do {
		if (!walk(&before))
			return;
		ask(skel, reads[how].again, pads);
		fd = open_iter(link);
		if (fd < 0)
			return;
		read_all(fd, &got, reads[how].size, pads);
		ASSERT_EQ(read(fd, &byte, 1), 0, "stays_at_the_end");
		close(fd);
		if (!walk(&after))
			return;
	} while (!same(&before, &after) && --tries);
	if (!tries) {
		test__skip();
		return;
	}

	ASSERT_EQ(got.nr, before.nr, "shows_as_many");
	ASSERT_TRUE(same(&got, &before), "shows_the_same");
	ASSERT_EQ(skel->bss->nr_ends, 1, "ends_once");
	ASSERT_EQ(skel->bss->last_seq_num, got.nr - 1, "seq_num");
	if (reads[how].again)
		ASSERT_EQ(skel->bss->nr_shown, 2 * got.nr, "shown_again");
	else if (reads[how].percent)
		ASSERT_EQ(skel->bss->nr_shown, 2 * got.nr - 1, "shown_again");
	else
		ASSERT_EQ(skel->bss->nr_shown, got.nr, "shown_once");
}

/* an element that the buffer cannot hold is an error, and shown when it can */
static void test_too_large(struct kmem_cache_iter_seq *skel,
			   struct bpf_link *link)
{
	static struct ids got;
	__u64 refused;
	char byte;
	int fd;

	ask(skel, 0, pads_of(120));
	fd = open_iter(link);
	if (fd < 0)
		return;
	ASSERT_EQ(read(fd, &byte, 1), -1, "too_large");
	ASSERT_EQ(errno, E2BIG, "too_large");
	refused = skel->bss->last_id;
	skel->bss->pads = 0;
	read_all(fd, &got, sizeof(__u64), 0);
	ASSERT_EQ(got.id[0], refused, "shown_again");
	close(fd);
}

/* each has a place of its own */
static void test_two_readers(struct kmem_cache_iter_seq *skel,
			     struct bpf_link *link)
{
	int tries = NR_TRIES, fd, fd2;
	static struct ids one, other;
	struct reader b = { .got = &other, .record = sizeof(__u64) };
	struct reader a = { .got = &one, .record = sizeof(__u64) };

	do {
		one.nr = 0;
		other.nr = 0;
		ask(skel, 0, 0);
		fd = open_iter(link);
		fd2 = open_iter(link);
		while (fd >= 0 && fd2 >= 0 && read_some(fd, &a, sizeof(__u64)) > 0)
			read_some(fd2, &b, sizeof(__u64));
		close(fd);
		close(fd2);
	} while (!same(&one, &other) && --tries);
	ASSERT_GT(one.nr, 0, "shows_as_many");
	ASSERT_TRUE(same(&one, &other), "shows_the_same");
}

static void test_no_seek(struct kmem_cache_iter_seq *skel,
			 struct bpf_link *link)
{
	int fd = open_iter(link);

	ASSERT_EQ(lseek(fd, 0, SEEK_SET), -1, "lseek");
	ASSERT_EQ(errno, ESPIPE, "lseek");
	close(fd);
}

static void test_target(struct kmem_cache_iter_seq *skel, struct bpf_link *link)
{
	struct bpf_link_info info = {};
	__u32 len = sizeof(info);
	char name[64] = {};

	info.iter.target_name = ptr_to_u64(name);
	info.iter.target_name_len = sizeof(name);
	ASSERT_OK(bpf_obj_get_info_by_fd(bpf_link__fd(link), &info, &len), "info");
	ASSERT_STREQ(name, "kmem_cache", "target_name");
}

static long references(void)
{
	ASSERT_OK(iter_run(&test, "references"), "run_references");
	return test.found->nr_references;
}

/* what a reader holds is given back, wherever it stops */
static void test_left(struct kmem_cache_iter_seq *skel, struct bpf_link *link)
{
	static struct ids got;
	struct reader reader = { .got = &got, .record = sizeof(__u64) };
	long before, after;
	int i, k, fd;

	ask(skel, 0, 0);
	before = references();
	for (i = 0; i < NR_LEAVES; i++) {
		got.nr = 0;
		skel->bss->again = i % 2;
		fd = open_iter(link);
		for (k = 0; k < i % 4; k++)
			read_some(fd, &reader, sizeof(__u64));
		close(fd);
	}
	after = references();
	ASSERT_LE(labs(after - before), NR_LEAVES / 4, "references_of_readers");
}

static void test_all(struct kmem_cache_iter_seq *skel, struct bpf_link *link)
{
	char name[64];
	int i;

	for (i = 0; i < ARRAY_SIZE(reads); i++) {
		snprintf(name, sizeof(name), "reads %s", reads[i].name);
		if (test__start_subtest(name))
			test_reads(skel, link, i);
	}
	if (test__start_subtest("too_large"))
		test_too_large(skel, link);
	if (test__start_subtest("two_readers"))
		test_two_readers(skel, link);
	if (test__start_subtest("no_seek"))
		test_no_seek(skel, link);
	if (test__start_subtest("target"))
		test_target(skel, link);
	if (test__start_subtest("left"))
		test_left(skel, link);
}

void test_kmem_cache_iter_seq(void)
{
	struct kmem_cache_iter_seq *skel;
	struct bpf_link *link;

	skel = kmem_cache_iter_seq__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;
	test.obj = skel->obj;
	test.asked = &skel->bss->asked;
	test.found = &skel->bss->found;
	test.asked->pid = getpid();

	link = bpf_program__attach_iter(skel->progs.show, NULL);
	if (ASSERT_OK_PTR(link, "attach_iter"))
		test_all(skel, link);
	bpf_link__destroy(link);

	kmem_cache_iter_seq__destroy(skel);
}
