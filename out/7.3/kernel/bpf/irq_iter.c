// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqnr.h>

struct bpf_iter_irq {
	__u64 __opaque[2];
} __aligned(8);

struct bpf_iter_irq_kern {
	struct irq_desc *pos;
	bool live;
} __aligned(8);

/* the descriptor of this interrupt, or of the next higher one that there is */
static struct irq_desc *bpf_iter_irq_desc_from(unsigned int irq,
					       unsigned int nr)
{
	struct irq_desc *desc = NULL;

	/* one that is freed in between is passed over */
	while (!desc && irq < nr) {
		irq = irq_get_next_irq(irq);
		desc = irq_to_desc(irq++);
	}
	return desc;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_irq_new() - begin to walk over all interrupt descriptors
 * @it: the iterator, on the BPF program's stack
 *
 * Interrupts come by their numbers, also those that nobody has requested.
 *
 * Must be called inside an RCU read-side critical section that lasts until the
 * iterator is destroyed.
 *
 * Return: 0.
 */
__bpf_kfunc int bpf_iter_irq_new(struct bpf_iter_irq *it)
{
	struct bpf_iter_irq_kern *kit = (void *)it;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	kit->pos = NULL;
	kit->live = true;
	return 0;
}

/**
 * bpf_iter_irq_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct irq_desc, valid until the RCU read-side critical
 * section ends, or NULL at the end. Once it has returned NULL, it keeps
 * returning NULL.
 */
__bpf_kfunc struct irq_desc *bpf_iter_irq_next(struct bpf_iter_irq *it)
{
	struct bpf_iter_irq_kern *kit = (void *)it;

	if (!kit->live)
		return NULL;

	kit->pos = bpf_iter_irq_desc_from(kit->pos ? irq_desc_get_irq(kit->pos) + 1 : 0,
					  irq_get_nr_irqs());

	/* once drained, always drained: the verifier counts on it */
	if (!kit->pos)
		kit->live = false;

	return kit->pos;
}

/**
 * bpf_iter_irq_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_irq_destroy(struct bpf_iter_irq *it)
{
}

__bpf_kfunc_end_defs();
