// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	union {
		u64 *words;
		u64 word;
	};
	int nr;
	int bit;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, const u64 *addr__ign, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->nr = 0;
	kit->word = 0;
	kit->bit = -1;
	if (!addr__ign || !nr)
		return -EINVAL;
	if (nr > 500)
		return -E2BIG;
	if (nr == 1) {
		if (copy_from_kernel_nofault(&kit->word, addr__ign, 8))
			return -EFAULT;
	} else {
		kit->words = bpf_mem_alloc(&bpf_global_ma, nr * sizeof(u64));
		if (!kit->words)
			return -ENOMEM;
		if (copy_from_kernel_nofault(kit->words, addr__ign, nr * 8)) {
			bpf_mem_free(&bpf_global_ma, kit->words);
			return -EFAULT;
		}
	}
	kit->nr = nr;
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	void *bits = kit->nr == 1 ? &kit->word : kit->words;
	int bit;

	if (kit->bit >= kit->nr * 64)
		return NULL;
	bit = find_next_bit(bits, kit->nr * 64, kit->bit + 1);
	if (bit >= kit->nr * 64) {
		kit->bit = kit->nr * 64;
		return NULL;
	}
	kit->bit = bit;
	return (struct foo *)&kit->bit;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->nr > 1)
		bpf_mem_free(&bpf_global_ma, kit->words);
}
// I01: kit->nr = 0;\n\tkit->word ==> kit->word
// I04: bpf_mem_free(&bpf_global_ma, kit->words);\n\t\t\treturn ==> return
// I04: kit->bit = kit->nr * 64;\n\t\treturn NULL ==> kit->nr = 0;\n\t\treturn NULL
// I05: if (nr > 500)\n\t\treturn -E2BIG;\n ==>
// I02: kit->bit = kit->nr * 64;\n ==>
// I04: if (kit->nr > 1)\n ==> if (kit->nr > 2)\n
// I01: kit->bit = -1;\n ==>
// I04: if (kit->nr > 1)\n\t\tbpf_mem_free(&bpf_global_ma, kit->words);\n ==>
// I01: kit->nr = nr; ==> kit->nr = nr;\n\tif (nr == 3) {\n\t\tbpf_mem_free(&bpf_global_ma, kit->words);\n\t\treturn -EINVAL;\n\t}
// I08: kit->bit = -1; ==> kit->bit = -1;\n\tmight_sleep();
