// SPDX-License-Identifier: GPL-2.0-only
#include <linux/blk_types.h>
#include <linux/blkdev.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/device.h>

struct bpf_iter_block_device {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_block_device_kern {
	struct class_dev_iter *devices;
} __aligned(8);

/* a class knows its devices as such */
static struct block_device *bpf_iter_block_device_step(struct class_dev_iter *devices)
{
	struct device *dev = class_dev_iter_next(devices);

	return dev ? dev_to_bdev(dev) : NULL;
}

static void bpf_iter_block_device_release(struct bpf_iter_block_device_kern *kit)
{
	class_dev_iter_exit(kit->devices);
	kfree(kit->devices);
	kit->devices = NULL;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_block_device_new() - begin to walk over all block devices
 * @it: the iterator, on the BPF program's stack
 *
 * Disks and their partitions come in the order in which they were added. One
 * that is removed during the walk may still be seen.
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0 on success, -ENOMEM if memory allocation fails. After an error the
 * iterator is empty: bpf_iter_block_device_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_block_device_new(struct bpf_iter_block_device *it)
{
	struct bpf_iter_block_device_kern *kit = (void *)it;
	struct class_dev_iter *devices;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->devices = NULL;

	devices = kmalloc_obj(*devices);
	if (!devices)
		return -ENOMEM;

	kit->devices = devices;
	class_dev_iter_init(devices, &block_class, NULL, NULL);
	return 0;
}

/**
 * bpf_iter_block_device_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct block_device, valid until the next call, or NULL at
 * the end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct block_device *bpf_iter_block_device_next(struct bpf_iter_block_device *it)
{
	struct bpf_iter_block_device_kern *kit = (void *)it;
	struct block_device *pos;

	if (!kit->devices)
		return NULL;

	pos = bpf_iter_block_device_step(kit->devices);

	/* once drained, always drained: the verifier counts on it */
	if (!pos)
		bpf_iter_block_device_release(kit);

	return pos;
}

/**
 * bpf_iter_block_device_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_block_device_destroy(struct bpf_iter_block_device *it)
{
	struct bpf_iter_block_device_kern *kit = (void *)it;

	if (kit->devices)
		bpf_iter_block_device_release(kit);
}

__bpf_kfunc_end_defs();
