// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

struct bpf_iter_task_by_id {
	__u64 __opaque[4];
} __aligned(8);

struct bpf_iter_task_by_id_kern {
	struct task_struct *pos;
	struct pid_namespace *ns;
	struct task_struct *start;
	u32 last;
	unsigned int flags;
} __aligned(8);

enum {
	BPF_TASK_BY_ID_ITER_LEADERS = BIT(31),
};

/* a number may be that of a group or session whose leader has gone */
static struct task_struct *bpf_iter_task_by_id_task_of(u32 nr,
						       struct pid_namespace *ns,
						       bool process)
{
	return pid_task(find_pid_ns(nr, ns), process ? PIDTYPE_TGID : PIDTYPE_PID);
}

/*
 * The walk goes on behind a number, as the task that had it may have left its
 * number.
 */
static struct task_struct *bpf_iter_task_by_id_behind_number(u32 *last,
							     struct pid_namespace *ns,
							     unsigned int flags)
{
	bool leaders = flags & BPF_TASK_BY_ID_ITER_LEADERS;
	struct task_struct *task = NULL;
	struct pid *pid;

	while (!task && (pid = find_ge_pid(*last + 1, ns))) {
		*last = pid_nr_ns(pid, ns);
		task = pid_task(pid, leaders ? PIDTYPE_TGID : PIDTYPE_PID);
	}
	return task;
}

/* the next thread of the process, unless one is all */
static struct task_struct *bpf_iter_task_by_id_behind_thread(struct task_struct *pos,
							     unsigned int flags)
{
	return flags & BPF_TASK_BY_ID_ITER_LEADERS ? NULL : __next_thread(pos);
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_task_by_id_new() - begin to walk over processes and threads, by a
 *	number that the caller knows one by
 * @it: the iterator, on the BPF program's stack
 * @nr: the number of a thread or process in the caller's PID namespace
 * @flags: what to walk, an enum bpf_iter_task_type
 *
 * @flags selects what is visited:
 *
 * * %BPF_TASK_ITER_ALL: all threads of the namespace, by their numbers; @nr
 *   does not matter
 * * %BPF_TASK_ITER_TID: the thread with @nr
 * * %BPF_TASK_ITER_TGID: all threads of the process with @nr
 *
 * In addition, @flags may have these bits set:
 *
 * * %BPF_TASK_BY_ID_ITER_LEADERS: leaders of processes alone
 *
 * The numbers are those of the PID namespace of the task that runs the
 * program, as with SEC("iter/task"), and the walk over all goes by them.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flags is not one of these values, or has
 * another bit set, -ESRCH if the caller has left its namespace or if nobody
 * has @nr. After an error the iterator is empty: bpf_iter_task_by_id_next()
 * returns NULL.
 */
__bpf_kfunc int bpf_iter_task_by_id_new(struct bpf_iter_task_by_id *it, u32 nr,
					unsigned int flags)
{
	struct bpf_iter_task_by_id_kern *kit = (void *)it;
	struct task_struct *start;
	struct pid_namespace *ns;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->ns = NULL;

	switch (flags & ~BPF_TASK_BY_ID_ITER_LEADERS) {
	case BPF_TASK_ITER_ALL:
	case BPF_TASK_ITER_TID:
	case BPF_TASK_ITER_TGID:
		break;
	default:
		return -EINVAL;
	}

	ns = task_active_pid_ns(current);
	if (!ns)
		return -ESRCH;

	start = bpf_iter_task_by_id_task_of(nr, ns, flags != BPF_TASK_ITER_TID);

	if (!start &&
	    (flags & ~BPF_TASK_BY_ID_ITER_LEADERS) != BPF_TASK_ITER_ALL)
		return -ESRCH;

	kit->pos = NULL;
	kit->ns = ns;
	kit->start = start;
	kit->last = 0;
	kit->flags = flags;
	return 0;
}

/**
 * bpf_iter_task_by_id_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct task_struct, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct task_struct *bpf_iter_task_by_id_next(struct bpf_iter_task_by_id *it)
{
	struct bpf_iter_task_by_id_kern *kit = (void *)it;

	if (!kit->ns)
		return NULL;

	switch (kit->flags & ~BPF_TASK_BY_ID_ITER_LEADERS) {
	case BPF_TASK_ITER_ALL:
		kit->pos = bpf_iter_task_by_id_behind_number(&kit->last,
							     kit->ns,
							     kit->flags);
		break;
	case BPF_TASK_ITER_TID:
		if (kit->pos) {
			kit->pos = bpf_iter_task_by_id_behind_thread(kit->pos,
								     BPF_TASK_BY_ID_ITER_LEADERS);
		} else {
			kit->pos = kit->start;
		}
		break;
	case BPF_TASK_ITER_TGID:
		kit->pos = kit->pos ? bpf_iter_task_by_id_behind_thread(kit->pos, kit->flags) :
				      kit->start;
		break;
	}

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->ns = NULL;

	return kit->pos;
}

/**
 * bpf_iter_task_by_id_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_task_by_id_destroy(struct bpf_iter_task_by_id *it)
{
}

__bpf_kfunc_end_defs();
