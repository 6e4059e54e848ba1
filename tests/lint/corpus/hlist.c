// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct foo *pos;
	u32 bucket;
	u32 nr;
} __aligned(8);

static struct foo *first_of(u32 *bucket, u32 nr)
{
	struct foo *foo;

	for (; *bucket < nr; ++*bucket) {
		hlist_for_each_entry_rcu(foo, &foo_table[*bucket], node)
			return foo;
	}
	return NULL;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->pos = NULL;
	kit->bucket = 0;
	kit->nr = 0;
	if (nr > 256)
		return -E2BIG;
	kit->nr = nr;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct foo *pos;

	if (kit->bucket >= kit->nr)
		return NULL;
	pos = first_of(&kit->bucket, kit->nr);
	if (!pos) {
		kit->bucket = kit->nr;
		return NULL;
	}
	kit->bucket++;
	kit->pos = pos;
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: kit->bucket = 0;\n\tkit->nr = 0; ==> kit->nr = 0;
// I01: kit->nr = 0;\n\tif ==> if
// I01: kit->nr = 0;\n\tif (nr > 256) ==> kit->nr = nr;\n\tif (nr > 256)
// I02: if (kit->bucket >= kit->nr) ==> if (!kit->nr)
// I02: kit->bucket = kit->nr;\n ==> kit->bucket = 0;\n
// I09: kit->bucket++; ==> kit->bucket++;\n\trcu_read_lock();
// I09: kit->nr = nr; ==> kit->nr = nr;\n\tlocal_bh_disable();
// I08: kit->pos = pos; ==> kit->pos = pos;\n\tmsleep(1);
// I36: bpf_iter_x_destroy(struct ==> bpf_iter_x_done(struct
// I38: KF_RCU_PROTECTED ==> KF_TRUSTED_ARGS
