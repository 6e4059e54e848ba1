// SPDX-License-Identifier: GPL-2.0-only
// words: 1
// new: 
// all: 
struct bpf_iter_x_kern {
	struct foo_iter *fi;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct foos *foos)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	int err;

	kit->fi = NULL;
	err = foos_lock_free(foos) ? 0 : -EBUSY;
	if (err)
		goto out;
	kit->fi = bpf_mem_alloc(&bpf_global_ma, sizeof(*kit->fi));
	if (!kit->fi) {
		err = -ENOMEM;
		goto out;
	}
	foo_iter_start(foos, kit->fi);
out:
	return err;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	return kit->fi ? foo_iter_next(kit->fi) : NULL;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->fi)
		return;
	foo_iter_end(kit->fi);
	bpf_mem_free(&bpf_global_ma, kit->fi);
}
// I01: kit->fi = NULL;\n ==>
// I01: kit->fi ? foo_iter_next(kit->fi) : NULL ==> foo_iter_next(kit->fi)
// I04: bpf_mem_free(&bpf_global_ma, kit->fi);\n ==>
// I14: bpf_mem_free(&bpf_global_ma, kit->fi);\n ==> bpf_mem_free(&bpf_global_ma, kit->fi);\n\tfoo_iter_end(kit->fi);\n
// I08: bpf_mem_alloc(&bpf_global_ma, sizeof(*kit->fi)) ==> kmalloc(sizeof(*kit->fi), GFP_KERNEL)
// I01: foo_iter_start(foos, kit->fi);\n ==> if (foo_iter_start(foos, kit->fi)) {\n\t\tbpf_mem_free(&bpf_global_ma, kit->fi);\n\t\terr = -EIO;\n\t}\n
// I04: if (!kit->fi)\n\t\treturn;\n ==> if (kit->fi)\n\t\treturn;\n
// I09: foo_iter_start(foos, kit->fi);\n ==> foo_iter_start(foos, kit->fi);\n\tmutex_lock(&foos->lock);\n
// I36: bpf_iter_x_destroy(struct ==> bpf_iter_x_delete(struct
// I35: __bpf_kfunc void ==> __bpf_kfunc bool
