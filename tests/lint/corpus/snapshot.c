// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	u32 *ids;
	u32 nr;
	u32 at;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 most)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	u32 *ids;
	int nr;

	memset(kit, 0, sizeof(*kit));
	if (!most || most > 1024)
		return -EINVAL;
	ids = bpf_mem_alloc(&bpf_global_ma, most * sizeof(*ids));
	if (!ids)
		return -ENOMEM;
	nr = foo_ids(ids, most);
	if (nr < 0) {
		bpf_mem_free(&bpf_global_ma, ids);
		return nr;
	}
	kit->ids = ids;
	kit->nr = nr;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->at >= kit->nr)
		return NULL;
	return (struct foo *)&kit->ids[kit->at++];
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	bpf_mem_free(&bpf_global_ma, kit->ids);
}
// I01: memset(kit, 0, sizeof(*kit));\n ==>
// I04: bpf_mem_free(&bpf_global_ma, ids);\n\t\treturn nr ==> return nr
// I01: kit->ids = ids;\n\tkit->nr = nr;\n\treturn 0 ==> kit->nr = nr;\n\tkit->ids = ids;\n\tbpf_mem_free(&bpf_global_ma, ids);\n\treturn nr ? -EIO : 0
// I04: bpf_mem_free(&bpf_global_ma, kit->ids);\n} ==> }
// I04: bpf_mem_free(&bpf_global_ma, kit->ids);\n} ==> if (kit->at < kit->nr)\n\t\tbpf_mem_free(&bpf_global_ma, kit->ids);\n}
// I14: bpf_mem_free(&bpf_global_ma, kit->ids);\n} ==> bpf_mem_free(&bpf_global_ma, kit->ids);\n\tbpf_mem_free(&bpf_global_ma, kit->ids);\n}
// I02: if (kit->at >= kit->nr) ==> if (kit->at++ == kit->nr)
// I05: if (!most || most > 1024) ==> if (!most)
// I08: bpf_mem_alloc(&bpf_global_ma, most * sizeof(*ids)) ==> kmalloc_array(most, sizeof(*ids), GFP_KERNEL)
// I01: kit->ids = ids;\n\tkit->nr = nr;\n\treturn 0 ==> kit->ids = ids;\n\tkit->nr = nr;\n\treturn nr < most ? 0 : -E2BIG
