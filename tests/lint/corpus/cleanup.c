// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct state *state;
	u64 over;
} __aligned(8);

struct state {
	struct foo *foo;
};

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u64 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->state = NULL;
	kit->over = 1;
	if (flags)
		return -EINVAL;

	struct state *state __free(kfree) = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state)
		return -ENOMEM;
	guard(mutex)(&foo_mutex);
	if (!foo_ready)
		return -EAGAIN;
	kit->state = no_free_ptr(state);
	kit->over = 0;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *foo;

	if (kit->over)
		return NULL;
	scoped_guard(mutex, &foo_mutex) {
		foo = foo_after(kit->state->foo);
		kit->state->foo = foo;
	}
	if (!foo)
		kit->over = 1;
	return foo;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kfree(kit->state);
}
// I01: kit->state = NULL;\n ==>
// I01: kit->over = 1;\n\tif (flags) ==> if (flags)
// I01: kit->over = 1;\n\tif (flags) ==> kit->over = 0;\n\tif (flags)
// I14: no_free_ptr(state) ==> state
// I02: if (!foo)\n\t\tkit->over = 1;\n ==>
// I04: kfree(kit->state);\n ==>
// I09: guard(mutex)(&foo_mutex); ==> mutex_lock(&foo_mutex);
// I08: // all: KF_SLEEPABLE ==> // all:
// I04: __free(kfree) = ==> =
// I11: if (flags)\n\t\treturn -EINVAL;\n ==>
