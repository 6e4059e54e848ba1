// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	int id;
	u64 left;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u64 most)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->left = 0;
	if (most > 1000)
		return -E2BIG;
	kit->id = 0;
	kit->left = most;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *foo = NULL;

	if (kit->left) {
		spin_lock(&foo_lock);
		foo = idr_get_next(&foo_idr, &kit->id);
		spin_unlock(&foo_lock);
		kit->id++;
		kit->left = foo ? kit->left - 1 : 0;
	}
	return foo;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: kit->left = 0;\n\tif ==> if
// I02: foo ? kit->left - 1 : 0 ==> kit->left - 1
// I02: if (kit->left) { ==> {
// I09: spin_unlock(&foo_lock);\n ==>
// I09: spin_lock(&foo_lock);\n ==>
// I09: spin_unlock(&foo_lock); ==> spin_lock(&foo_lock);
// I08: spin_unlock(&foo_lock);\n ==> cond_resched();\n\t\tspin_unlock(&foo_lock);\n
// I01: kit->id = 0;\n ==>
// I01: if (most > 1000) ==> kit->left = most;\n\tkit->id = 0;\n\tif (most > 1000)
// I35: struct bpf_iter_x *it)\n{\n\tstruct bpf_iter_x_kern *kit = (void *)it;\n\n\tstruct foo ==> struct bpf_iter_x *it, int more)\n{\n\tstruct bpf_iter_x_kern *kit = (void *)it;\n\n\tstruct foo
