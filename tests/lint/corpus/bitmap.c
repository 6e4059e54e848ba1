// SPDX-License-Identifier: GPL-2.0-only
// words: 10
// new: 
// all: 
#define SNAP_BITS 512

struct bpf_iter_x_kern {
	DECLARE_BITMAP(bits, SNAP_BITS);
	int bit;
	bool live;
};

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, const struct slots *slots)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->live = false;
	kit->bit = -1;
	if (slots->nr > SNAP_BITS)
		return -E2BIG;
	bitmap_copy(kit->bits, slots->used, slots->nr);
	bitmap_clear(kit->bits, slots->nr, SNAP_BITS - slots->nr);
	kit->live = true;
	return 0;
}

__bpf_kfunc int *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	int bit;

	if (!kit->live)
		return NULL;
	bit = find_next_bit(kit->bits, SNAP_BITS, kit->bit + 1);
	if (bit >= SNAP_BITS) {
		kit->live = false;
		return NULL;
	}
	kit->bit = bit;
	return &kit->bit;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: kit->live = false;\n\tkit->bit = -1;\n ==>
// I01: kit->live = false;\n\tkit->bit = -1; ==> kit->live = slots->nr;\n\tkit->bit = -1;
// I02: kit->live = false;\n\t\treturn NULL; ==> kit->bit = -1;\n\t\treturn NULL;
// I02: if (!kit->live)\n\t\treturn NULL;\n\tbit ==> if (!kit->live)\n\t\tkit->bit = -1;\n\tbit
// I02: kit->live = false;\n\t\treturn NULL; ==> kit->live = true;\n\t\tkit->bit = -1;\n\t\treturn NULL;
// I35: __bpf_kfunc int *bpf_iter_x_next ==> __bpf_kfunc int bpf_iter_x_next
// I35: bpf_iter_x_next(struct bpf_iter_x *it) ==> bpf_iter_x_next(struct bpf_iter_x *it, int n)
// I24: KF_ITER_DESTROY) ==> KF_ITER_DESTROY | KF_ITER_NEXT)
// I38: KF_ITER_NEW ==> KF_ITER_NEW | KF_TRUSTED_ARG
// I39: BTF_KFUNCS_START ==> BTF_SET8_START
// I09: kit->live = true; ==> spin_lock(&slots->lock);\n\tkit->live = true;
