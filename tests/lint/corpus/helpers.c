// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct foo *pos;
} __aligned(8);

static struct bpf_iter_x_kern *state(struct bpf_iter_x *it)
{
	return (struct bpf_iter_x_kern *)it;
}

static void let_go(struct bpf_iter_x_kern *kit)
{
	if (kit->pos)
		foo_put(kit->pos);
	kit->pos = NULL;
}

static int checked(u64 flags)
{
	return flags ? -EINVAL : 0;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct foo *foo, u64 flags)
{
	struct bpf_iter_x_kern *kit = state(it);

	int err = checked(flags);

	kit->pos = NULL;
	if (err)
		return err;
	kit->pos = foo_get(foo);
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = state(it);

	struct foo *pos;

	if (!kit->pos)
		return NULL;
	mutex_lock(&foo_mutex);
	pos = foo_after_get(kit->pos);
	mutex_unlock(&foo_mutex);
	let_go(kit);
	kit->pos = pos;
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = state(it);

	let_go(kit);
}
// I01: kit->pos = NULL;\n\tif (err) ==> if (err)
// I09: mutex_unlock(&foo_mutex);\n ==>
// I04: let_go(kit);\n\tkit->pos = pos; ==> kit->pos = pos;
// I04: let_go(kit);\n}\n ==> }\n
// I10: foo_get(foo); ==> foo;
// I34: // all: KF_SLEEPABLE ==> // all:
// I02: if (!kit->pos)\n\t\treturn NULL;\n\tmutex ==> mutex
// I14: let_go(kit);\n\tkit->pos = pos; ==> let_go(kit);\n\tfoo_put(kit->pos = pos);
// I11: checked(flags); ==> 0;
// I04: return 0;\n}\n\n__bpf_kfunc struct ==> kit->pos = NULL;\n\treturn 0;\n}\n\n__bpf_kfunc struct
