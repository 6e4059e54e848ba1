// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs emitted kfuncs: quiet walks against what a plain array says, walks in which tasks are created
 * and removed, ends that must stay ends, and new() with everything that it must refuse.
 */
#include "kernel.h"

#define MAX_PROCS 64
#define MAX_THREADS 6
#define MAX_CSS 16
#define MAX_STEPS 4096
#define ROUNDS 40

enum expect {
	PROCESSES, PROCESSES_FROM_TASK, THREADS, THREADS_FROM_TASK, OWN_THREADS, PARENTS, PARENTS_THREADS,
	PREORDER, POSTORDER, ANCESTORS, CHILDREN, CSS_OF_ALL,
};

struct given {
	struct task_struct *task;
	struct cgroup_subsys_state *css;
	unsigned int flags, number;
};

struct walk {
	unsigned int flag;
	enum expect expect;
	int null;	/* new()'s answer to a NULL task, 1 when NULL may not be passed */
	int dead;	/* its answer to a task that has exited, 1 when the walk does not mind */
};

struct subject {
	const char *name;
	size_t size;
	int (*new)(void *it, struct given *given);
	void *(*next)(void *it);
	void (*destroy)(void *it);
	bool selects;
	bool checks_number;
	bool wants_leader;
	int nr_walks;
	struct walk walks[8];
};

#include "subjects.inc"

#define FAIL(...) do { \
	fprintf(stderr, "%s, walk %d, seed %u: ", subject->name, which, seed); \
	fprintf(stderr, __VA_ARGS__); \
	fprintf(stderr, "\n"); \
	exit(1); \
} while (0)

static const struct subject *subject;
static int which;
static unsigned int seed;

/* --- the fixture: arrays say what there is, lists are what the kfuncs see ---------------------- */

struct task_struct init_task;

struct proc {
	struct task_struct *thread[MAX_THREADS];	/* the first is the leader */
	bool gone[MAX_THREADS];
	int nr;
};

static struct proc procs[MAX_PROCS];
static int nr_procs;
static struct cgroup_subsys_state *tree[MAX_CSS];
static int nr_css;

static unsigned int below(unsigned int n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void add_thread(struct proc *proc, struct task_struct *task)
{
	struct task_struct *leader = proc->nr ? proc->thread[0] : task;

	task->alive = true;
	task->group_leader = leader;
	task->signal = &leader->own;
	task->css = tree[below(nr_css)];
	task->real_parent = nr_procs ? procs[below(nr_procs)].thread[0] : leader;
	if (task == leader)
		list_init(&task->own.thread_head);
	list_add_tail_rcu(&task->thread_node, &leader->own.thread_head);
	proc->gone[proc->nr] = false;
	proc->thread[proc->nr++] = task;
}

static void add_proc(struct task_struct *leader)
{
	struct proc *proc = &procs[nr_procs];
	int more = below(3);

	proc->nr = 0;
	add_thread(proc, leader);
	if (leader == &init_task)
		list_init(&leader->tasks);
	else
		list_add_tail_rcu(&leader->tasks, &init_task.tasks);
	while (more--)
		add_thread(proc, calloc(1, sizeof(*leader)));
	nr_procs++;
}

static void add_css(struct cgroup_subsys_state *parent)
{
	struct cgroup_subsys_state *css = calloc(1, sizeof(*css));

	css->parent = parent;
	list_init(&css->children);
	if (parent)
		list_add_tail_rcu(&css->sibling, &parent->children);
	tree[nr_css++] = css;
}

static void set_up(void)
{
	int more = below(9);

	nr_procs = 0;
	nr_css = 0;
	add_css(NULL);
	while (nr_css < 8)
		add_css(tree[below(nr_css)]);
	memset(&init_task, 0, sizeof(init_task));
	add_proc(&init_task);
	while (more--)
		add_proc(calloc(1, sizeof(struct task_struct)));
}

/* the critical section is over: whatever is touched from now on was not protected */
static void tear_down(void)
{
	int i, j;

	for (i = 0; i < nr_procs; i++)
		for (j = 0; j < procs[i].nr; j++)
			if (procs[i].thread[j] != &init_task)
				free(procs[i].thread[j]);
	for (i = 0; i < nr_css; i++)
		free(tree[i]);
}

static void remove_task(int p, int t)
{
	struct proc *proc = &procs[p];
	struct task_struct *task = proc->thread[t];

	if (proc->gone[t] || task == &init_task)
		return;
	proc->gone[t] = true;
	task->alive = false;
	list_del_rcu(&task->thread_node);
	if (!t)
		list_del_rcu(&task->tasks);
}

static void create_task(void)
{
	struct proc *proc = &procs[below(nr_procs)];

	if (proc->nr < MAX_THREADS && !proc->gone[0])
		add_thread(proc, calloc(1, sizeof(struct task_struct)));
	if (nr_procs < MAX_PROCS)
		add_proc(calloc(1, sizeof(struct task_struct)));
}

static void churn(void)
{
	int p = below(nr_procs);

	switch (below(4)) {
	case 0:
		remove_task(p, below(procs[p].nr));
		break;
	case 1:
		remove_task(p, 0);
		break;
	case 2:
		create_task();
		break;
	}
}

/* --- what a walk must visit ---------------------------------------------------------------------- */

static void *want[MAX_STEPS];
static int nr_want;

static void want_threads(struct proc *proc)
{
	int t;

	for (t = 0; t < proc->nr; t++)
		if (!proc->gone[t])
			want[nr_want++] = proc->thread[t];
}

static int number_of(struct task_struct *task)
{
	int p;

	for (p = 0; procs[p].thread[0] != task->group_leader; p++)
		;
	return p;
}

static void want_procs(int first, bool threads)
{
	int i;

	for (i = 0; i < nr_procs; i++) {
		struct proc *proc = &procs[(first + i) % nr_procs];

		if (!proc->gone[0] && threads)
			want_threads(proc);
		else if (!proc->gone[0])
			want[nr_want++] = proc->thread[0];
	}
}

static void want_parents(struct task_struct *task, bool threads)
{
	for (;; task = task->real_parent) {
		if (threads)
			want_threads(&procs[number_of(task)]);
		else
			want[nr_want++] = task;
		if (task == &init_task)
			return;
	}
}

static void want_css(struct cgroup_subsys_state *css, enum expect order)
{
	int i;

	if (order == PREORDER)
		want[nr_want++] = css;
	for (i = 0; i < nr_css; i++) {
		if (tree[i]->parent != css)
			continue;
		if (order == CHILDREN)
			want[nr_want++] = tree[i];
		else
			want_css(tree[i], order);
	}
	if (order == POSTORDER)
		want[nr_want++] = css;
}

static void want_ancestors(struct cgroup_subsys_state *css)
{
	for (; css; css = css->parent)
		want[nr_want++] = css;
}

static void expect(enum expect order, struct given *given)
{
	int p;

	nr_want = 0;
	switch (order) {
	case PROCESSES:
		return want_procs(0, false);
	case PROCESSES_FROM_TASK:
		return want_procs(number_of(given->task), false);
	case THREADS:
		return want_procs(0, true);
	case THREADS_FROM_TASK:
		return want_procs(number_of(given->task), true);
	case OWN_THREADS:
		return want_threads(&procs[number_of(given->task)]);
	case PARENTS:
		return want_parents(given->task, false);
	case PARENTS_THREADS:
		return want_parents(given->task, true);
	case ANCESTORS:
		return want_ancestors(given->css);
	case CSS_OF_ALL:
		for (p = 0; p < nr_procs; p++)
			want_ancestors(procs[p].thread[0]->css);
		return;
	default:
		return want_css(given->css, order);
	}
}

#include "cases.inc"

int main(void)
{
	int s;

	for (s = 0; s < (int)(sizeof(subjects) / sizeof(subjects[0])); s++) {
		subject = &subjects[s];
		for (which = 0; which < subject->nr_walks; which++)
			try_walk(&subject->walks[which]);
	}
	return 0;
}
