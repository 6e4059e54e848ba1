// SPDX-License-Identifier: GPL-2.0-only
// words: 2
// new: 
// all: 
struct bpf_iter_x_kern {
	struct task_struct *task;
	u64 *buf;
} __aligned(8);

__bpf_kfunc int bpf_iter_x_new(struct bpf_iter_x *it, struct task_struct *task, u32 nr)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	int err;

	kit->task = NULL;
	kit->buf = NULL;
	err = -E2BIG;
	if (!nr || nr > 64)
		goto out;
	kit->task = get_task_struct(task);
	err = -ENOMEM;
	kit->buf = bpf_mem_alloc(&bpf_global_ma, nr * sizeof(u64));
	if (!kit->buf)
		goto put;
	err = fill_words(kit->buf, task, nr);
	if (err)
		goto free;
	return 0;
free:
	bpf_mem_free(&bpf_global_ma, kit->buf);
	kit->buf = NULL;
put:
	put_task_struct(kit->task);
	kit->task = NULL;
out:
	return err;
}

__bpf_kfunc struct task_struct *bpf_iter_x_next(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	struct task_struct *pos;

	if (!kit->buf)
		return NULL;
	pos = take_task(kit->buf, kit->task);
	if (!pos) {
		bpf_mem_free(&bpf_global_ma, kit->buf);
		kit->buf = NULL;
	}
	return pos;
}

__bpf_kfunc void bpf_iter_x_destroy(struct bpf_iter_x *it)
{
	struct bpf_iter_x_kern *kit = (void *)it;

	if (kit->buf)
		bpf_mem_free(&bpf_global_ma, kit->buf);
	if (kit->task)
		put_task_struct(kit->task);
}
// I01: kit->buf = NULL;\n\terr ==> err
// I01: kit->task = NULL;\n\tkit->buf ==> kit->buf
// I01: kit->buf = NULL;\nput: ==> put:
// I01: kit->task = NULL;\nout: ==> out:
// I04: put_task_struct(kit->task);\n\tkit->task = NULL;\nout ==> kit->task = NULL;\nout
// I01: goto free; ==> goto put;
// I14: kit->buf = NULL;\n\t}\n\treturn pos ==> }\n\treturn pos
// I03: if (kit->task)\n\t\tput ==> put
// I04: if (kit->task)\n\t\tput_task_struct(kit->task);\n} ==> }
// I04: if (kit->buf)\n\t\tbpf_mem_free(&bpf_global_ma, kit->buf);\n\tif (kit->task) ==> if (kit->task)
// I10: get_task_struct(task); ==> task;
