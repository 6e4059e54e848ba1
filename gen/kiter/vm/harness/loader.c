// SPDX-License-Identifier: GPL-2.0-only
/* RUN_TESTS(): every program of an object, one by one, against its tags. */
#define _GNU_SOURCE
#include <test_progs.h>

#include "harness.h"
#include "tags.h"
#include "unpriv.h"

#define LOG_SIZE (2 * 1024 * 1024)

struct subject {
	const char *name;
	const void *bytes;
	size_t size;
	struct prog_tags *tags;
	int nr_progs;
};

int testing_prog_flags(void)
{
	static const int wanted[] = { 1 << 2 /* RND_HI32 */, 1 << 7 /* REG_INVARIANTS */ };
	struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static int known = -1;
	size_t i;

	if (known >= 0)
		return known;
	known = 0;
	for (i = 0; i < ARRAY_SIZE(wanted); i++) {
		LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = wanted[i]);
		int fd = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "flags", "GPL", insns,
				       ARRAY_SIZE(insns), &opts);

		if (fd < 0)
			continue;
		known |= wanted[i];
		close(fd);
	}
	return known;
}

static struct bpf_object *open_object(const struct subject *s, const char *btf_path)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_object *obj;

	opts.object_name = s->name;
	opts.btf_custom_path = btf_path;
	obj = bpf_object__open_mem(s->bytes, s->size, &opts);
	return ASSERT_OK_PTR(obj, "bpf_object__open_mem") ? obj : NULL;
}

static struct bpf_program *select_program(struct bpf_object *obj, const struct subject *s,
					  const struct prog_tags *tags)
{
	struct bpf_program *prog, *chosen = NULL;
	int i = 0;

	bpf_object__for_each_program(prog, obj) {
		const struct prog_tags *t = &s->tags[i++];

		bpf_program__set_autoload(prog, t == tags || t->auxiliary);
		if (t == tags)
			chosen = prog;
	}
	return chosen;
}

static void prepare(struct test_loader *tester, const struct prog_tags *tags,
		    struct bpf_program *prog)
{
	tester->log_buf[0] = '\0';
	bpf_program__set_log_buf(prog, tester->log_buf, tester->log_buf_sz);
	bpf_program__set_log_level(prog, tags->log_level);
	bpf_program__set_flags(prog, bpf_program__flags(prog) | tags->flags);
}

static void run(const struct prog_tags *tags, struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	__u8 in[TEST_DATA_LEN] = {}, out[4 * TEST_DATA_LEN];

	if (bpf_program__type(prog) != BPF_PROG_TYPE_SYSCALL) {
		opts.data_in = in;
		opts.data_size_in = sizeof(in);
		opts.data_out = out;
		opts.data_size_out = sizeof(out);
		opts.repeat = 1;
	}
	if (!ASSERT_OK(bpf_prog_test_run_opts(bpf_program__fd(prog), &opts), "run"))
		return;
	if (tags->retval != POINTER_VALUE)
		ASSERT_EQ((int)opts.retval, tags->retval, "retval");
}

static void judge(struct test_loader *tester, const struct prog_tags *tags,
		  const struct prog_mode *mode, struct bpf_object *obj,
		  struct bpf_program *prog, int err)
{
	if (mode->failure && !err) {
		PRINT_FAIL("the verifier accepts the program, wanted a refusal");
		return;
	}
	if (!mode->failure && err) {
		PRINT_FAIL("the program does not load: %d", err);
		kt_verifier_log("rejected", tags->name, tester->log_buf);
		return;
	}
	if (!match_messages(mode, tester->log_buf)) {
		kt_verifier_log("log", tags->name, tester->log_buf);
		return;
	}
	if (err || !tags->run || mode == &tags->unpriv)
		return;
	if (tester->pre_execution_cb && !ASSERT_OK(tester->pre_execution_cb(obj), "pre_execution"))
		return;
	run(tags, prog);
}

static int load(const struct prog_tags *tags, const struct prog_mode *mode, struct bpf_object *obj)
{
	int err;

	kt_quiet(mode->failure);
	err = mode == &tags->unpriv ? kt_load_unpriv(obj, tags->caps) : bpf_object__load(obj);
	kt_quiet(false);
	return err;
}

static void run_mode(struct test_loader *tester, const struct subject *s,
		     const struct prog_tags *tags, const struct prog_mode *mode)
{
	struct bpf_program *prog;
	struct bpf_object *obj;

	obj = open_object(s, tags->btf_path);
	if (!obj)
		return;
	prog = select_program(obj, s, tags);
	prepare(tester, tags, prog);
	judge(tester, tags, mode, obj, prog, load(tags, mode, obj));
	bpf_object__close(obj);
}

static void run_priv(struct test_loader *tester, const struct subject *s,
		     const struct prog_tags *tags)
{
	if (!test__start_subtest(tags->title))
		return;
	if (tags->foreign_arch)
		test__skip();
	else
		run_mode(tester, s, tags, &tags->priv);
}

/* Without any capability libbpf itself gets nowhere, so that is left out. */
static void run_unpriv(struct test_loader *tester, const struct subject *s,
		       const struct prog_tags *tags)
{
	char title[256];

	snprintf(title, sizeof(title), "%s @unpriv", tags->title);
	if (!test__start_subtest(title))
		return;
	if (tags->foreign_arch || !tags->caps || kt_unpriv_begin()) {
		test__skip();
		return;
	}
	run_mode(tester, s, tags, &tags->unpriv);
	kt_unpriv_end();
}

static void run_one(struct test_loader *tester, const struct subject *s,
		    const struct prog_tags *tags)
{
	if (tags->priv.wanted)
		run_priv(tester, s, tags);
	if (tags->unpriv.wanted)
		run_unpriv(tester, s, tags);
}

static bool read_all_tags(struct subject *s, const struct bpf_object *obj)
{
	struct bpf_program *prog;
	int i = 0;

	bpf_object__for_each_program(prog, obj)
		s->nr_progs++;
	s->tags = calloc(s->nr_progs, sizeof(*s->tags));
	if (!s->tags)
		return false;
	bpf_object__for_each_program(prog, obj)
		if (read_tags(obj, prog, &s->tags[i++]))
			return false;
	return true;
}

void test_loader__run_subtests(struct test_loader *tester, const char *skel_name,
			       skel_elf_bytes_fn elf_bytes_factory)
{
	struct subject s = { .name = skel_name };
	struct bpf_object *obj;
	int i;

	s.bytes = elf_bytes_factory(&s.size);
	if (!tester->log_buf) {
		tester->log_buf_sz = LOG_SIZE;
		tester->log_buf = calloc(1, LOG_SIZE);
	}
	obj = open_object(&s, NULL);
	if (!obj || !tester->log_buf)
		return;
	if (read_all_tags(&s, obj))
		for (i = 0; i < s.nr_progs; i++)
			if (!s.tags[i].auxiliary)
				run_one(tester, &s, &s.tags[i]);
	test__end_subtest();
	free(s.tags);
	bpf_object__close(obj);
}

void test_loader_fini(struct test_loader *tester)
{
	free(tester->log_buf);
	tester->log_buf = NULL;
}
