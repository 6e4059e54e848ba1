// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/slab.h>
#include <linux/pagemap.h>
#include <linux/fs.h>

struct bpf_iter_folios {
	__u64 __opaque[4];
} __aligned(8);

struct bpf_iter_folios_kern {
	struct address_space *mapping;
	struct folio *folio;
	pgoff_t index;
	pgoff_t end;
} __aligned(8);

__bpf_kfunc_start_defs();

__bpf_kfunc int bpf_iter_folios_new(struct bpf_iter_folios *it, struct inode *inode, u64 first, u64 last)
{
	struct bpf_iter_folios_kern *kit = (void *)it;
	int ret = 0;

	kit->mapping = NULL;
	kit->folio = NULL;
	if (first > last) {
		ret = -ERANGE;
	} else {
		ihold(inode);
		kit->mapping = inode->i_mapping;
		kit->index = first;
		kit->end = last;
	}
	return ret;
}

__bpf_kfunc struct folio *bpf_iter_folios_next(struct bpf_iter_folios *it)
{
	struct bpf_iter_folios_kern *kit = (void *)it;
	struct folio *folio = NULL;

	if (!kit->mapping)
		return NULL;
	if (kit->folio)
		folio_put(kit->folio);

	while (kit->index <= kit->end) {
		folio = filemap_get_folio(kit->mapping, kit->index);
		if (!IS_ERR(folio)) {
			kit->index = folio_next_index(folio);
			goto found;
		}
		kit->index++;
	}
	kit->folio = NULL;
	iput(kit->mapping->host);
	kit->mapping = NULL;
	return NULL;

found:
	kit->folio = folio;
	return folio;
}

__bpf_kfunc void bpf_iter_folios_destroy(struct bpf_iter_folios *it)
{
	struct bpf_iter_folios_kern *kit = (void *)it;

	if (kit->folio)
		folio_put(kit->folio);
	if (kit->mapping)
		iput(kit->mapping->host);
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(folios_ids)
BTF_ID_FLAGS(func, bpf_iter_folios_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_folios_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_folios_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(folios_ids)

static const struct btf_kfunc_id_set folios_set = {
	.owner = THIS_MODULE,
	.set = &folios_ids,
};

static int __init folios_register(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL, &folios_set);
}
late_initcall(folios_register);
