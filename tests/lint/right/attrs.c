// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/slab.h>


struct bpf_iter_attrs {
	__u64 __opaque[3];
} __aligned(8);

struct attr_rec {
	u32 id;
	u32 val;
};
struct bpf_iter_attrs_kern {
	const u8 *buf;
	struct attr_rec cur;
	u32 off;
	u32 len;
} __aligned(8);

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_attrs_new(struct bpf_iter_attrs *it, const void *data, u32 data__sz)
{
	struct bpf_iter_attrs_kern *kit = (void *)it;

	kit->off = 0;
	kit->len = 0;
	kit->buf = kmemdup(data, data__sz, GFP_ATOMIC);
	if (!kit->buf)
		return -ENOMEM;
	kit->len = data__sz;
	return 0;
}

__bpf_kfunc struct attr_rec *bpf_iter_attrs_next(struct bpf_iter_attrs *it)
{
	struct bpf_iter_attrs_kern *kit = (void *)it;

	if (kit->len - kit->off < sizeof(kit->cur))
		return NULL;
	memcpy(&kit->cur, kit->buf + kit->off, sizeof(kit->cur));
	kit->off += sizeof(kit->cur);
	return &kit->cur;
}

__bpf_kfunc void bpf_iter_attrs_destroy(struct bpf_iter_attrs *it)
{
	struct bpf_iter_attrs_kern *kit = (void *)it;

	kfree(kit->buf);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(attrs_ids)
BTF_ID_FLAGS(func, bpf_iter_attrs_new, KF_ITER_NEW)
BTF_ID_FLAGS(func, bpf_iter_attrs_next, KF_ITER_NEXT | KF_RET_NULL)
BTF_ID_FLAGS(func, bpf_iter_attrs_destroy, KF_ITER_DESTROY)
BTF_KFUNCS_END(attrs_ids)

static const struct btf_kfunc_id_set attrs_set = {
	.owner = THIS_MODULE,
	.set = &attrs_ids,
};

static int __init attrs_register(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &attrs_set);
}
late_initcall(attrs_register);
