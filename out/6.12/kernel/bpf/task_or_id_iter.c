// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

struct bpf_iter_task_or_id {
	__u64 __opaque[4];
} __aligned(8);

struct bpf_iter_task_or_id_kern {
	struct task_struct *pos;
	struct pid_namespace *ns;
	struct task_struct *start;
	u32 last;
	unsigned int flags;
} __aligned(8);

/* that of its process or its own; who has exited has none any more */
static struct pid *bpf_iter_task_or_id_number_of(struct task_struct *task,
						 bool process)
{
	return process ? task_tgid(task) : task_pid(task);
}

/* a number may be that of a group or session whose leader has gone */
static struct task_struct *bpf_iter_task_or_id_task_of(struct pid *pid,
						       bool process)
{
	return pid_task(pid, process ? PIDTYPE_TGID : PIDTYPE_PID);
}

/*
 * The walk goes on behind a number, as the task that had it may have left its
 * number.
 */
static struct task_struct *bpf_iter_task_or_id_behind_number(u32 *last,
							     struct pid_namespace *ns)
{
	struct task_struct *task = NULL;
	struct pid *pid;

	while (!task && (pid = find_ge_pid(*last + 1, ns))) {
		*last = pid_nr_ns(pid, ns);
		task = pid_task(pid, PIDTYPE_PID);
	}
	return task;
}

/* the next thread of the process, unless one is all */
static struct task_struct *bpf_iter_task_or_id_behind_thread(struct task_struct *pos,
							     bool alone)
{
	return alone ? NULL : __next_thread(pos);
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_task_or_id_new() - begin to walk over processes and threads, from a
 *	task or from a number that the caller knows one by
 * @it: the iterator, on the BPF program's stack
 * @task__nullable: the thread, or one of the process; @nr does not matter
 *	then, or NULL
 * @nr: the number of it in the caller's PID namespace, if @task__nullable is
 *	NULL
 * @flags: what to walk, an enum bpf_iter_task_type
 *
 * @flags selects what is visited:
 *
 * * %BPF_TASK_ITER_ALL: all threads of the namespace, by their numbers;
 *   neither @task__nullable nor @nr matters
 * * %BPF_TASK_ITER_TID: the thread alone
 * * %BPF_TASK_ITER_TGID: all threads of its process
 *
 * The numbers are those of the PID namespace of the task that runs the
 * program, as with SEC("iter/task"), and the walk over all goes by them.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0 on success, -EINVAL if @flags is not one of these values, -ESRCH
 * if the caller has left its namespace or if @task__nullable has exited, or
 * nobody has @nr. After an error the iterator is empty:
 * bpf_iter_task_or_id_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_task_or_id_new(struct bpf_iter_task_or_id *it,
					struct task_struct *task__nullable,
					u32 nr, unsigned int flags)
{
	struct bpf_iter_task_or_id_kern *kit = (void *)it;
	struct task_struct *start;
	struct pid_namespace *ns;
	struct pid *pid;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->ns = NULL;

	switch (flags) {
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

	if (task__nullable) {
		pid = bpf_iter_task_or_id_number_of(task__nullable,
						    flags == BPF_TASK_ITER_TGID);
	} else {
		pid = find_pid_ns(nr, ns);
	}

	start = bpf_iter_task_or_id_task_of(pid, flags == BPF_TASK_ITER_TGID);

	if (!start && flags != BPF_TASK_ITER_ALL)
		return -ESRCH;

	kit->pos = NULL;
	kit->ns = ns;
	kit->start = start;
	kit->last = 0;
	kit->flags = flags;
	return 0;
}

/**
 * bpf_iter_task_or_id_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct task_struct, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct task_struct *bpf_iter_task_or_id_next(struct bpf_iter_task_or_id *it)
{
	struct bpf_iter_task_or_id_kern *kit = (void *)it;

	if (!kit->ns)
		return NULL;

	switch (kit->flags) {
	case BPF_TASK_ITER_ALL:
		kit->pos = bpf_iter_task_or_id_behind_number(&kit->last,
							     kit->ns);
		break;
	case BPF_TASK_ITER_TID:
		kit->pos = kit->pos ? bpf_iter_task_or_id_behind_thread(kit->pos, true) :
				      kit->start;
		break;
	case BPF_TASK_ITER_TGID:
		kit->pos = kit->pos ? bpf_iter_task_or_id_behind_thread(kit->pos, false) :
				      kit->start;
		break;
	}

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->ns = NULL;

	return kit->pos;
}

/**
 * bpf_iter_task_or_id_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_task_or_id_destroy(struct bpf_iter_task_or_id *it)
{
}

__bpf_kfunc_end_defs();
