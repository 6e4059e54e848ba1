/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of a kernel as emitted kfuncs need to run in user space: RCU lists, tasks and css. */
#ifndef WORLD_H
#define WORLD_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef uint64_t __u64;

#define __aligned(n) __attribute__((aligned(n)))
#define __bpf_kfunc
#define __bpf_kfunc_start_defs() _Static_assert(1, "")
#define __bpf_kfunc_end_defs() _Static_assert(1, "")
#define BUILD_BUG_ON(wrong) _Static_assert(!(wrong), #wrong)
#define rcu_dereference(p) (p)

#define container_of(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

struct list_head {
	struct list_head *next, *prev;
};

#define list_next_or_null_rcu(head, ptr, type, member) ({ \
	struct list_head *__next = (ptr)->next; \
	__next != (head) ? container_of(__next, type, member) : NULL; })

#define list_first_or_null_rcu(head, type, member) list_next_or_null_rcu(head, head, type, member)

static inline void list_init(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline void list_add_tail_rcu(struct list_head *new, struct list_head *head)
{
	new->next = head;
	new->prev = head->prev;
	head->prev->next = new;
	head->prev = new;
}

/* as the kernel does: who stands on the entry can still go on from it, but not back */
static inline void list_del_rcu(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
	entry->prev = (void *)0xdead;
}

struct cgroup_subsys_state {
	struct cgroup_subsys_state *parent;
	struct list_head children, sibling;
};

struct cgroup {
	struct cgroup_subsys_state self;
};

enum bpf_cgroup_iter_order {
	BPF_CGROUP_ITER_ORDER_UNSPEC,
	BPF_CGROUP_ITER_SELF_ONLY,
	BPF_CGROUP_ITER_DESCENDANTS_PRE,
	BPF_CGROUP_ITER_DESCENDANTS_POST,
	BPF_CGROUP_ITER_ANCESTORS_UP,
};

struct signal_struct {
	struct list_head thread_head;
};

struct task_struct {
	struct list_head tasks, thread_node;
	struct task_struct *group_leader, *real_parent;
	struct signal_struct *signal;
	struct signal_struct own;
	struct cgroup_subsys_state *css;
	unsigned int flags;
	bool alive;
};

#define PF_KTHREAD 0x00200000

extern struct task_struct init_task;

#define __next_thread(p) \
	list_next_or_null_rcu(&(p)->signal->thread_head, &(p)->thread_node, struct task_struct, thread_node)
#define next_task(p) container_of((p)->tasks.next, struct task_struct, tasks)
#define task_dfl_cgroup(p) container_of((p)->css, struct cgroup, self)
#define pid_alive(p) ((p)->alive)
#define thread_group_leader(p) ((p)->group_leader == (p))

static inline struct cgroup_subsys_state *css_next_child(struct cgroup_subsys_state *pos,
							 struct cgroup_subsys_state *parent)
{
	struct list_head *at = pos ? &pos->sibling : &parent->children;

	return list_next_or_null_rcu(&parent->children, at, struct cgroup_subsys_state, sibling);
}

static inline struct cgroup_subsys_state *
css_next_descendant_pre(struct cgroup_subsys_state *pos, struct cgroup_subsys_state *root)
{
	struct cgroup_subsys_state *next;

	if (!pos)
		return root;
	next = css_next_child(NULL, pos);
	for (; !next && pos != root; pos = pos->parent)
		next = css_next_child(pos, pos->parent);
	return next;
}

static inline struct cgroup_subsys_state *leftmost(struct cgroup_subsys_state *pos)
{
	struct cgroup_subsys_state *child;

	while ((child = css_next_child(NULL, pos)))
		pos = child;
	return pos;
}

static inline struct cgroup_subsys_state *
css_next_descendant_post(struct cgroup_subsys_state *pos, struct cgroup_subsys_state *root)
{
	struct cgroup_subsys_state *next;

	if (!pos)
		return leftmost(root);
	if (pos == root)
		return NULL;
	next = css_next_child(pos, pos->parent);
	return next ? leftmost(next) : pos->parent;
}

#endif
