// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: KF_SLEEPABLE
DEFINE_STATIC_SRCU(zone_srcu);
static LIST_HEAD(zones);

struct zone_entry {
	struct list_head node;
	struct kref kref;
	bool dead;
};

struct bpf_iter_x_kern {
	struct zone_entry *pos;
	bool started;
};

static void zone_free(struct kref *kref)
{
	kfree(container_of(kref, struct zone_entry, kref));
}

static struct zone_entry *zone_get(struct zone_entry *zone)
{
	return zone && kref_get_unless_zero(&zone->kref) ? zone : NULL;
}

static void zone_put(struct zone_entry *zone)
{
	if (zone)
		kref_put(&zone->kref, zone_free);
}

static struct zone_entry *zone_next(struct zone_entry *prev)
{
	struct zone_entry *pos;
	int idx = srcu_read_lock(&zone_srcu);

	list_for_each_entry_srcu(pos, &zones, node, srcu_read_lock_held(&zone_srcu)) {
		if (prev) {
			if (pos == prev)
				prev = NULL;
			continue;
		}
		if (zone_get(pos)) {
			srcu_read_unlock(&zone_srcu, idx);
			return pos;
		}
	}
	srcu_read_unlock(&zone_srcu, idx);
	return NULL;
}

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	*kit = (struct bpf_iter_x_kern){};
	return 0;
}

__bpf_kfunc struct zone_entry *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct zone_entry *prev = kit->pos;

	if (!prev && kit->started)
		return NULL;
	kit->started = true;
	kit->pos = zone_next(prev);
	zone_put(prev);
	return kit->pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	zone_put(kit->pos);
}
// I09: \t\t\tsrcu_read_unlock(&zone_srcu, idx);\n\t\t\treturn pos; ==> \t\t\treturn pos;
// I04: \tzone_put(prev);\n\treturn ==> \treturn
// I02: \tkit->started = true;\n ==> 
// I53: \tif (zone)\n\t\tkref_put ==> \tkref_put
// I14: \t\tif (zone_get(pos)) { ==> \t\tif (pos) {
// I04: \tzone_put(kit->pos);\n} ==> }
