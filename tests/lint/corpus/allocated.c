// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct walk *walk;
} __aligned(8);

struct walk {
	struct file *file;
	struct foo *foo;
	u64 index;
};

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct file *file)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct walk *walk;

	kit->walk = NULL;
	walk = kzalloc(sizeof(*walk), GFP_KERNEL);
	if (!walk)
		return -ENOMEM;
	walk->file = get_file(file);
	walk->foo = foo_open(file);
	if (IS_ERR(walk->foo)) {
		int err = PTR_ERR(walk->foo);

		fput(walk->file);
		kfree(walk);
		return err;
	}
	kit->walk = walk;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct walk *walk = kit->walk;
	struct foo *found;

	if (!walk || !walk->foo)
		return NULL;
	found = foo_at(walk->foo, walk->index++);
	if (!found) {
		foo_close(walk->foo);
		walk->foo = NULL;
	}
	return found;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct walk *walk = kit->walk;

	if (!walk)
		return;
	if (walk->foo)
		foo_close(walk->foo);
	fput(walk->file);
	kfree(walk);
}
// I01: kit->walk = NULL;\n\twalk ==> walk
// I04: fput(walk->file);\n\t\tkfree ==> kfree
// I04: kfree(walk);\n\t\treturn err ==> return err
// I01: kfree(walk);\n\t\treturn err ==> kfree(walk);\n\t\tkit->walk = walk;\n\t\treturn err
// I02: foo_close(walk->foo);\n\t\twalk->foo = NULL; ==> walk->index = 0;
// I14: walk->foo = NULL;\n\t} ==> }
// I04: if (walk->foo)\n\t\tfoo_close(walk->foo);\n\tfput ==> fput
// I04: fput(walk->file);\n\tkfree(walk);\n} ==> kfree(walk);\n}
// I04: kfree(walk);\n} ==> }
// I14: fput(walk->file);\n\tkfree(walk);\n} ==> kfree(walk);\n\tfput(walk->file);\n}
// I34: // all: KF_SLEEPABLE ==> // all:
