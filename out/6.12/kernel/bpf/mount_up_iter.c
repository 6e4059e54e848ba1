// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/fs_struct.h>
#include <linux/namei.h>
#include <linux/path.h>

struct bpf_iter_mount_up {
	__u64 __opaque[1];
} __aligned(8);

struct bpf_iter_mount_up_kern_data {
	struct path pos;
};

struct bpf_iter_mount_up_kern {
	struct bpf_iter_mount_up_kern_data *data;
} __aligned(8);

/* the working directory first, then where each mount is mounted */
static bool bpf_iter_mount_up_up(struct path *pos)
{
	if (pos->mnt)
		return follow_up(pos);
	get_fs_pwd(current->fs, pos);
	return true;
}

static void bpf_iter_mount_up_release(struct bpf_iter_mount_up_kern *kit)
{
	struct bpf_iter_mount_up_kern_data *data = kit->data;

	path_put(&data->pos);
	kfree(data);
	kit->data = NULL;
}

__bpf_kfunc_start_defs();

/**
 * bpf_iter_mount_up_new() - begin to walk from the working directory up
 *	through the mounts that it is in
 * @it: the iterator, on the BPF program's stack
 *
 * The first element is the working directory of the current task, each further
 * one the directory that the mount of the one before is mounted on.
 *
 * Only for sleepable programs: all three kfuncs may sleep.
 *
 * Return: 0 on success, -ENOMEM if memory allocation fails. After an error the
 * iterator is empty: bpf_iter_mount_up_next() returns NULL.
 */
__bpf_kfunc int bpf_iter_mount_up_new(struct bpf_iter_mount_up *it)
{
	struct bpf_iter_mount_up_kern *kit = (void *)it;
	struct bpf_iter_mount_up_kern_data *data;

	BUILD_BUG_ON(sizeof(*kit) > sizeof(*it));
	BUILD_BUG_ON(__alignof__(*kit) != __alignof__(*it));

	/* next() and destroy() are called even when this fails */
	kit->data = NULL;

	data = kmalloc(sizeof(*data), GFP_KERNEL);
	if (!data)
		return -ENOMEM;

	memset(&data->pos, 0, sizeof(data->pos));
	kit->data = data;
	return 0;
}

/**
 * bpf_iter_mount_up_next() - get the next element
 * @it: the iterator
 *
 * Return: the next &struct path, advanced by the next call, or NULL at the
 * end. Once it has returned NULL, it keeps returning NULL.
 */
__bpf_kfunc struct path *bpf_iter_mount_up_next(struct bpf_iter_mount_up *it)
{
	struct bpf_iter_mount_up_kern *kit = (void *)it;
	struct bpf_iter_mount_up_kern_data *data = kit->data;

	if (!data)
		return NULL;

	if (!bpf_iter_mount_up_up(&data->pos)) {
		/* once drained, always drained: the verifier counts on it */
		bpf_iter_mount_up_release(kit);
		return NULL;
	}

	return &data->pos;
}

/**
 * bpf_iter_mount_up_destroy() - end the walk
 * @it: the iterator
 *
 * Must be called for every iterator, even if new() failed.
 */
__bpf_kfunc void bpf_iter_mount_up_destroy(struct bpf_iter_mount_up *it)
{
	struct bpf_iter_mount_up_kern *kit = (void *)it;

	if (kit->data)
		bpf_iter_mount_up_release(kit);
}

__bpf_kfunc_end_defs();
