// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct file *pos;
	u64 done;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct file *file)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->done = 0;
	kit->pos = get_file(file);
	return 0;
}

__bpf_kfunc struct file *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct file *last = kit->pos;

	if (kit->done)
		return NULL;
	mutex_lock(&files_mutex);
	kit->pos = next_file_get(last);
	mutex_unlock(&files_mutex);
	fput(last);
	if (!kit->pos)
		kit->done = 1;
	return kit->pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->pos)
		fput(kit->pos);
}
// I02: kit->done = 1; ==> kit->done = 0;
// I10: get_file(file) ==> file
// I03: if (kit->pos)\n\t\tfput ==> fput
// I04: if (kit->pos)\n\t\tfput(kit->pos);\n ==>
// I14: fput(last);\n\tif ==> fput(last);\n\tfput(last);\n\tif
// I09: mutex_unlock(&files_mutex);\n ==>
// I14: mutex_lock(&files_mutex);\n\tkit->pos ==> fput(last);\n\tmutex_lock(&files_mutex);\n\tkit->pos
// I13: return kit->pos;\n ==> if (kit->pos)\n\t\tfput(kit->pos);\n\treturn kit->pos;\n
// I01: kit->done = 0;\n ==>
// I08: mutex_lock(&files_mutex); ==> guard(rcu)();\n\tmutex_lock(&files_mutex);
