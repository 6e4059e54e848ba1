// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: KF_RCU_PROTECTED
// all: 
struct bpf_iter_x_kern {
	struct task_struct *pos;
	u32 left;
} __aligned(8);

#define KIT(it) ((struct bpf_iter_x_kern *)(it))
#define EMPTY(kit) do { (kit)->pos = NULL; (kit)->left = 0; } while (0)
#define LIVE(kit) ((kit)->pos != NULL)

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, u32 most)
{
	struct bpf_iter_x_kern *kit = KIT(it);

	EMPTY(kit);
	if (most > 100)
		return -E2BIG;
	kit->pos = &init_task;
	kit->left = most;
	return 0;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = KIT(it);

	struct task_struct *pos = kit->pos;

	if (!LIVE(kit))
		return NULL;
	if (!kit->left) {
		EMPTY(kit);
		return NULL;
	}
	kit->left--;
	kit->pos = next_task(pos);
	if (kit->pos == &init_task)
		EMPTY(kit);
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: EMPTY(kit);\n\tif (most ==> if (most
// I01: (kit)->pos = NULL; (kit)->left ==> (kit)->left
// I02: if (!kit->left) {\n\t\tEMPTY(kit);\n\t\treturn NULL;\n\t}\n\tkit->left--; ==> if (!kit->left--)\n\t\treturn NULL;
// I02: EMPTY(kit);\n\treturn pos ==> return NULL;\n\treturn pos
// I01: if (most > 100) ==> kit->pos = &init_task;\n\tkit->left = most;\n\tif (most > 100)
// I09: kit->left = most; ==> kit->left = most;\n\trcu_read_lock();
// I08: kit->left--; ==> kit->left--;\n\tcond_resched();
// I35: __bpf_kfunc void ==> __bpf_kfunc int
// I36: bpf_iter_x_destroy(struct ==> bpf_iter_x_free(struct
// I37: // all: ==> // drop: next\n// all:
