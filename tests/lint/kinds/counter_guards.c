// SPDX-License-Identifier: GPL-2.0-only
// What says whether there is memory to free is a number that the end sets to 0.
struct bpf_iter_x_kern {
	u64 *words;
	u32 left;
	u32 at;
};

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->words = NULL;
	kit->left = 0;
	kit->at = 0;
	if (!nr || nr > 32)
		return -EINVAL;
	kit->words = bpf_mem_alloc(&bpf_global_ma, nr * sizeof(u64)); // # I04
	if (!kit->words)
		return -ENOMEM;
	if (copy_words(kit->words, nr)) {
		bpf_mem_free(&bpf_global_ma, kit->words);
		return -EFAULT;
	}
	kit->left = nr;
	return 0;
}

__bpf_kfunc u64 *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->left)
		return NULL;
	kit->left--;
	return &kit->words[kit->at++];
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->left)
		return;
	bpf_mem_free(&bpf_global_ma, kit->words);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(x_ids)
BTF_ID_FLAGS(func, bpf_iter_x_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_x_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_x_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(x_ids)
