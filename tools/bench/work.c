// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/cgroup.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/sched/signal.h>

/* Its headers are the work: it is compiled to tell how fast a machine is. */
static int __init work_init(void)
{
	struct task_struct *p;
	int nr = 0;

	rcu_read_lock();
	for_each_process(p)
		nr++;
	rcu_read_unlock();
	return nr ? 0 : -ENOENT;
}
module_init(work_init);

MODULE_DESCRIPTION("A fixed piece of work");
MODULE_LICENSE("GPL");
