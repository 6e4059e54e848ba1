// SPDX-License-Identifier: GPL-2.0-only
// words: 4
// new: KF_SLEEPABLE
// all: KF_SLEEPABLE
struct bpf_iter_x_kern {
	struct table *table;
	struct entry copy;
	u32 at;
};

static bool entry_read(struct table *table, u32 at, struct entry *to)
{
	unsigned int seq;
	bool there;

	do {
		seq = read_seqbegin(&table->lock);
		there = at < table->nr;
		if (there)
			*to = table->entries[at];
	} while (read_seqretry(&table->lock, seq));
	return there;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 id)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	kit->at = 0;
	kit->table = table_get_by_id(id);
	if (!kit->table)
		return -ENOENT;
	return 0;
}

__bpf_kfunc struct entry *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (!kit->table)
		return NULL;
	if (!entry_read(kit->table, kit->at, &kit->copy)) {
		table_put(kit->table);
		kit->table = NULL;
		return NULL;
	}
	kit->at++;
	return &kit->copy;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->table)
		table_put(kit->table);
}
// I04: table_put(kit->table);\n\t\tkit->table = NULL;\n\t\treturn NULL; ==> kit->table = NULL;\n\t\treturn NULL;
// I14: table_put(kit->table);\n\t\tkit->table = NULL;\n\t\treturn NULL; ==> table_put(kit->table);\n\t\treturn NULL;
// I02: table_put(kit->table);\n\t\tkit->table = NULL;\n\t\treturn NULL; ==> kit->at = 0;\n\t\treturn NULL;
// I03: if (kit->table)\n\t\ttable_put(kit->table); ==> mmput(kit->table);
// I04: if (kit->table)\n\t\ttable_put(kit->table); ==> if (kit->table && kit->at)\n\t\ttable_put(kit->table);
// I01: kit->table = table_get_by_id(id);\n\tif (!kit->table)\n\t\treturn -ENOENT; ==> if (!id)\n\t\treturn -ENOENT;\n\tkit->table = table_get_by_id(id);
// I14: kit->at++;\n ==> table_put(kit->table);\n\tkit->at++;\n
// I09: there = at < table->nr;\n ==> mutex_lock(&table->mutex);\n\t\tthere = at < table->nr;\n
// I34: KF_RET_NULL | KF_SLEEPABLE ==> KF_RET_NULL
// I35: __bpf_kfunc void bpf_iter_x_destroy ==> __bpf_kfunc bool bpf_iter_x_destroy
// I36: bpf_iter_x_destroy(struct ==> bpf_iter_x_end(struct
