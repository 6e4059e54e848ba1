// SPDX-License-Identifier: GPL-2.0-only
/* Joins kernel/bpf/task_iter.c, at its end. */

struct bpf_iter_task_vma {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_task_vma_kern_data {
	struct vm_area_struct pos;
	struct mm_struct *mm;
	u64 next_addr;
};

struct bpf_iter_task_vma_kern {
	struct bpf_iter_task_vma_kern_data *data;
} __aligned(8);

/*
 * Pin the memory of a task; only a try, for the task may hold the lock on this
 * CPU.
 */
static struct mm_struct *bpf_iter_task_vma_get_mm(struct task_struct *task)
{
	struct mm_struct *mm;

	if (!spin_trylock(&task->alloc_lock))
		return ERR_PTR(-EBUSY);
	mm = task->mm;
	if (mm && !(task->flags & PF_KTHREAD))
		mmget(mm);
	else
		mm = ERR_PTR(-ENOENT);
	spin_unlock(&task->alloc_lock);
	return mm;
}

/* unpin it, without sleeping where the kernel can */
static void bpf_iter_task_vma_put_mm(struct mm_struct *mm)
{
#ifdef CONFIG_MMU
	mmput_async(mm);
#else
	mmput(mm);
#endif
}

/*
 * Find and lock the first area that ends behind an address. A lookup under RCU
 * tells where it is, and whatever has become of it before the lock was taken,
 * the address moves on.
 */
static struct vm_area_struct *bpf_iter_task_vma_find(struct mm_struct *mm,
						     u64 *addr)
{
	struct vm_area_struct *vma;
	unsigned long start, end;
	struct vma_iterator vmi;

	for (;;) {
		rcu_read_lock();
		vma_iter_init(&vmi, mm, *addr);
		vma = vma_next(&vmi);
		if (!vma) {
			rcu_read_unlock();
			return NULL;
		}
		start = vma->vm_start;
		end = vma->vm_end;
		rcu_read_unlock();

		vma = lock_vma_under_rcu(mm, start);
		if (vma && vma->vm_end > *addr) {
			*addr = vma->vm_end;
			return vma;
		}
		if (vma) {
			vma_end_read(vma);
			end = 0;
		}
		*addr = end > *addr ? end : *addr + PAGE_SIZE;
	}
}

/* the file is what programs may follow from the copy of an area */
static void bpf_iter_task_vma_hold_file(struct vm_area_struct *pos)
{
	if (pos->vm_file)
		get_file(pos->vm_file);
}

/* the copy is of no use any more */
static void bpf_iter_task_vma_drop_file(struct vm_area_struct *pos)
{
	if (pos->vm_file)
		fput(pos->vm_file);
}

/* the number of the process that a pidfd is of */
static int bpf_iter_task_vma_tgid_of(int fd)
{
	unsigned int flags;
	struct pid *pid;
	int tgid;

	pid = pidfd_get_pid(fd, &flags);
	if (IS_ERR(pid))
		return PTR_ERR(pid);
	tgid = pid_vnr(pid);
	put_pid(pid);
	return tgid ?: -ESRCH;
}

/* the task with a number, which may have to be a process */
static struct task_struct *bpf_iter_task_vma_thread(int tid,
						    enum bpf_iter_task_type type)
{
	enum pid_type kind = type == BPF_TASK_ITER_TID ? PIDTYPE_PID : PIDTYPE_TGID;
	struct task_struct *task;

	rcu_read_lock();
	task = get_pid_task(find_vpid(tid), kind);
	rcu_read_unlock();
	return task ?: ERR_PTR(-ESRCH);
}

static void bpf_iter_task_vma_release(struct bpf_iter_task_vma_kern *kit)
{
	struct bpf_iter_task_vma_kern_data *data = kit->data;

	bpf_iter_task_vma_drop_file(&data->pos);
	bpf_iter_task_vma_put_mm(data->mm);
	bpf_mem_free(&bpf_global_ma, data);
	kit->data = NULL;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_task_vma_new() - begin to walk over the memory areas of a task
 * @it: the iterator, on the BPF program's stack
 * @task: the task whose memory it is
 * @addr: where the walk starts
 *
 * An element is a copy of the area at the time of the call: areas that come
 * and go during the walk may or may not be seen, but it always moves on to
 * higher addresses.
 *
 * A step locks an area for reading while it copies it. No lock is held between
 * two steps. An area that is locked for writing is skipped: while another
 * thread of @task forks, that may be nearly all of them.
 *
 * Return: 0 on success, -EOPNOTSUPP if the kernel has no locks per area,
 * -EBUSY if interrupts are off or if the lock of @task is taken, -ENOMEM if
 * memory allocation fails, -ENOENT if @task has no memory. After an error the
 * iterator is empty: bpf_iter_task_vma_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it,
				      struct task_struct *task, u64 addr)
{
	struct bpf_iter_task_vma_kern *kit = (void *)it;
	struct bpf_iter_task_vma_kern_data *data;
	struct mm_struct *mm;
	int err;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->data = NULL;

	if (!IS_ENABLED(CONFIG_PER_VMA_LOCK))
		return -EOPNOTSUPP;

	if (irqs_disabled())
		return -EBUSY;

	data = bpf_mem_alloc(&bpf_global_ma, sizeof(*data));
	if (!data)
		return -ENOMEM;

	mm = bpf_iter_task_vma_get_mm(task);
	if (IS_ERR(mm)) {
		err = PTR_ERR(mm);
		goto free_data;
	}

	data->mm = mm;
	data->next_addr = addr;
	memset(&data->pos, 0, sizeof(data->pos));
	kit->data = data;
	return 0;

free_data:
	bpf_mem_free(&bpf_global_ma, data);
	return err;
}

/**
 * bpf_iter_task_vma_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct vm_area_struct, a copy that is valid until the next
 * call, or NULL at the end. Once it has returned NULL, it keeps returning
 * NULL.
 */
__bpf_kfunc struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it)
{
	struct bpf_iter_task_vma_kern *kit = (void *)it;
	struct bpf_iter_task_vma_kern_data *data = kit->data;
	struct vm_area_struct *pos;

	if (!data)
		return NULL;

	pos = bpf_iter_task_vma_find(data->mm, &data->next_addr);
	if (!pos) {
		/* once drained, always drained: the verifier counts on it */
		bpf_iter_task_vma_release(kit);
		return NULL;
	}

	bpf_iter_task_vma_drop_file(&data->pos);
	memcpy(&data->pos, pos, sizeof(data->pos));
	bpf_iter_task_vma_hold_file(&data->pos);
	vma_end_read(pos);
	return &data->pos;
}

/**
 * bpf_iter_task_vma_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it)
{
	struct bpf_iter_task_vma_kern *kit = (void *)it;

	if (kit->data)
		bpf_iter_task_vma_release(kit);
}

__bpf_kfunc_end_defs();
