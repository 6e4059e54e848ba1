// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <limits.h>
#include <test_progs.h>
#include <bpf/btf.h>

#include "tags.h"

#define PREFIX "comment:test_"

static const struct {
	const char *name;
	unsigned int bit;
} flag_names[] = {
	{ "BPF_F_STRICT_ALIGNMENT", 1U << 0 },
	{ "BPF_F_ANY_ALIGNMENT", 1U << 1 },
	{ "BPF_F_TEST_RND_HI32", 1U << 2 },
	{ "BPF_F_TEST_STATE_FREQ", 1U << 3 },
	{ "BPF_F_SLEEPABLE", 1U << 4 },
	{ "BPF_F_XDP_HAS_FRAGS", 1U << 5 },
	{ "BPF_F_TEST_REG_INVARIANTS", 1U << 7 },
};

/* The text after "key=", and after the number where the tag has one. */
static const char *value_of(const char *tag, const char *key, bool numbered)
{
	size_t len = strlen(key);

	if (strncmp(tag, key, len) || tag[len] != '=')
		return NULL;
	tag += len + 1;
	if (numbered) {
		tag = strchr(tag, '=');
		return tag ? tag + 1 : NULL;
	}
	return tag;
}

static int number(const char *text, const char *what, int *value)
{
	char *end;

	if (!strcmp(text, "INT_MIN")) {
		*value = INT_MIN;
		return 0;
	}
	errno = 0;
	*value = strtoll(text, &end, 0);
	if (!errno && end != text && !*end)
		return 0;
	PRINT_FAIL("%s: \"%s\" is no number", what, text);
	return -EINVAL;
}

static int set_flag(struct prog_tags *tags, const char *text)
{
	bool clear = *text == '!';
	unsigned int bit = 0;
	size_t i;

	text += clear;
	for (i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (!strcmp(text, flag_names[i].name))
			bit = flag_names[i].bit;
	if (!bit && number(text, "__flag", (int *)&bit))
		return -EINVAL;
	tags->flags = clear ? tags->flags & ~bit : tags->flags | bit;
	return 0;
}

static int add_message(struct prog_mode *mode, const char *pattern, bool absent)
{
	if (mode->nr_msgs == MAX_MSGS) {
		PRINT_FAIL("more than %d messages", MAX_MSGS);
		return -E2BIG;
	}
	mode->msgs[mode->nr_msgs++] = (struct expectation){ pattern, absent };
	mode->wanted = true;
	return 0;
}

static void judge(struct prog_mode *mode, bool failure)
{
	mode->failure = failure;
	mode->judged = true;
	mode->wanted = true;
}

static int outcome_tag(struct prog_tags *tags, const char *tag)
{
	const char *value;

	if (!strcmp(tag, "expect_success") || !strcmp(tag, "expect_failure")) {
		judge(&tags->priv, !strcmp(tag, "expect_failure"));
		return 0;
	}
	if (!strcmp(tag, "auxiliary")) {
		tags->auxiliary = true;
		tags->priv.wanted = true;
		return 0;
	}
	value = value_of(tag, "expect_msg", true);
	if (value)
		return add_message(&tags->priv, value, false);
	value = value_of(tag, "expect_not_msg", true);
	if (value)
		return add_message(&tags->priv, value, true);
	value = value_of(tag, "retval", false);
	if (value) {
		tags->run = true;
		tags->priv.wanted = true;
		return number(value, "__retval", &tags->retval);
	}
	return -ENOENT;
}

/* Numbers with "|" between them. */
static int set_caps(struct prog_tags *tags, const char *text)
{
	char *end;

	do {
		unsigned long cap = strtoul(text, &end, 0);

		if (end == text || cap > 63) {
			PRINT_FAIL("__caps_unpriv: \"%s\" is no capability", text);
			return -EINVAL;
		}
		tags->caps |= 1ULL << cap;
		text = end + strspn(end, " |");
	} while (*text);
	return 0;
}

/* What is not known says only that there is a mode without privileges. */
static int unprivileged_tag(struct prog_tags *tags, const char *tag)
{
	const char *value = value_of(tag, "caps_unpriv", false);

	tags->unpriv.wanted = true;
	if (value)
		return set_caps(tags, value);
	if (!strcmp(tag, "expect_success_unpriv") || !strcmp(tag, "expect_failure_unpriv")) {
		judge(&tags->unpriv, !strcmp(tag, "expect_failure_unpriv"));
		return 0;
	}
	value = value_of(tag, "expect_msg_unpriv", true);
	if (value)
		return add_message(&tags->unpriv, value, false);
	value = value_of(tag, "expect_not_msg_unpriv", true);
	return value ? add_message(&tags->unpriv, value, true) : 0;
}

static int loading_tag(struct prog_tags *tags, const char *tag)
{
	const char *value;

	value = value_of(tag, "description", false);
	if (value) {
		tags->title = value;
		return 0;
	}
	value = value_of(tag, "log_level", false);
	if (value)
		return number(value, "__log_level", &tags->log_level);
	value = value_of(tag, "prog_flags", false);
	if (value)
		return set_flag(tags, value);
	value = value_of(tag, "btf_path", false);
	if (value) {
		tags->btf_path = value;
		return 0;
	}
	return -ENOENT;
}

static int one_tag(struct prog_tags *tags, const char *tag, bool *arch_named, bool *arch_ours)
{
	const char *value = value_of(tag, "arch", false);
	int err;

	if (value) {
		*arch_named = true;
		*arch_ours |= !strcmp(value, "X86_64");
		return 0;
	}
	if (strstr(tag, "_unpriv"))
		return unprivileged_tag(tags, tag);
	err = outcome_tag(tags, tag);
	if (err != -ENOENT)
		return err;
	err = loading_tag(tags, tag);
	return err == -ENOENT ? 0 : err;
}

/* What is not said of the mode without privileges is as in the other. */
static void fill_in(struct prog_mode *unpriv, const struct prog_mode *priv)
{
	if (!unpriv->judged)
		unpriv->failure = priv->failure;
	if (unpriv->nr_msgs)
		return;
	memcpy(unpriv->msgs, priv->msgs, sizeof(priv->msgs));
	unpriv->nr_msgs = priv->nr_msgs;
}

int read_tags(const struct bpf_object *obj, const struct bpf_program *prog,
	      struct prog_tags *tags)
{
	bool arch_named = false, arch_ours = false;
	const struct btf *btf = bpf_object__btf(obj);
	const struct btf_type *type;
	int func, err;
	__u32 i;

	memset(tags, 0, sizeof(*tags));
	tags->name = bpf_program__name(prog);
	tags->title = tags->name;
	tags->flags = testing_prog_flags();

	func = btf ? btf__find_by_name_kind(btf, tags->name, BTF_KIND_FUNC) : -ENOENT;
	if (func < 0) {
		PRINT_FAIL("%s: no BTF", tags->name);
		return func;
	}
	for (i = 1; i < btf__type_cnt(btf); i++) {
		const char *text;

		type = btf__type_by_id(btf, i);
		if (!btf_is_decl_tag(type) || type->type != (__u32)func ||
		    btf_decl_tag(type)->component_idx != -1)
			continue;
		text = btf__str_by_offset(btf, type->name_off);
		if (strncmp(text, PREFIX, strlen(PREFIX)))
			continue;
		err = one_tag(tags, text + strlen(PREFIX), &arch_named, &arch_ours);
		if (err)
			return err;
	}
	tags->foreign_arch = arch_named && !arch_ours;
	tags->priv.wanted |= !tags->unpriv.wanted;
	fill_in(&tags->unpriv, &tags->priv);
	return 0;
}
