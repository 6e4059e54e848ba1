// SPDX-License-Identifier: GPL-2.0-only
// words: 3
// new: KF_RCU_PROTECTED
// all: 
struct x_ops {
	struct foo *(*first)(struct box *box);
	struct foo *(*next)(struct box *box, struct foo *pos);
};

struct bpf_iter_x_kern {
	const struct x_ops *ops;
	struct box *box;
	struct foo *pos;
};

static struct foo *up_first(struct box *box)
{
	return box->top;
}

static struct foo *up_next(struct box *box, struct foo *pos)
{
	return pos == box->bottom ? NULL : pos->above;
}

static struct foo *down_first(struct box *box)
{
	return box->bottom;
}

static struct foo *down_next(struct box *box, struct foo *pos)
{
	return pos->below;
}

static const struct x_ops up_ops = { .first = up_first, .next = up_next };
static const struct x_ops down_ops = { .first = down_first, .next = down_next };

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct box *box, u64 flags)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	*kit = (struct bpf_iter_x_kern){};
	switch (flags) {
	case X_UP:
		kit->ops = &up_ops;
		break;
	case X_DOWN:
		kit->ops = &down_ops;
		break;
	default:
		return -EINVAL;
	}
	kit->box = box;
	kit->pos = kit->ops->first(box);
	return 0;
}

__bpf_kfunc struct foo *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;
	struct foo *pos = kit->pos;

	if (!pos)
		return NULL;
	kit->pos = kit->ops->next(kit->box, pos);
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
}
// I01: *kit = (struct bpf_iter_x_kern){};\n ==>
// I01: *kit = (struct bpf_iter_x_kern){};\n\tswitch ==> kit->pos = box->top;\n\tswitch
// I02: if (!pos)\n\t\treturn NULL; ==> if (!pos)\n\t\treturn kit->box ? box_last(kit->box) : NULL;
// I02: if (!pos)\n\t\treturn NULL; ==> if (!pos)\n\t\tpos = kit->ops->first(kit->box);
// I11: default:\n\t\treturn -EINVAL; ==> default:\n\t\tkit->ops = &up_ops;
// I10: KF_RCU_PROTECTED ==> KF_RCU
// I24: KF_ITER_NEXT | KF_RET_NULL ==> KF_RET_NULL
// I25: KF_ITER_NEXT | KF_RET_NULL ==> KF_ITER_NEXT
// I09: kit->pos = kit->ops->first(box); ==> box_lock(box);\n\tkit->pos = kit->ops->first(box);
// I08: if (!pos)\n\t\treturn NULL; ==> if (!pos)\n\t\treturn NULL;\n\tcond_resched();
// I49: __bpf_kfunc struct foo * ==> struct foo *
