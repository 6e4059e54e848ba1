// SPDX-License-Identifier: GPL-2.0-only
struct bpf_iter_fg { __u64 __opaque[1]; } __aligned(8);
struct fg_data { struct file *file; struct iov_iter iter; void *page; size_t len; int err; };
struct bpf_iter_fg_kern { struct fg_data *d; };
static void fg_release(struct fg_data *d)
{
	if (IS_ERR_OR_NULL(d))
		return;
	if (d->page)
		free_page((unsigned long)d->page);
	if (d->file)
		fput(d->file);
	kfree(d);
}
DEFINE_FREE(fg, struct fg_data *, fg_release(_T))
__bpf_kfunc_start_defs();
__bpf_kfunc int bpf_iter_fg_new(struct bpf_iter_fg *it, struct file *file)
{
	struct bpf_iter_fg_kern *kit = (void *)it;

	kit->d = NULL;

	struct fg_data *d __free(fg) = kzalloc_obj(*d, GFP_KERNEL);
	if (!d)
		return -ENOMEM;
	d->file = get_file(file);
	d->page = (void *)__get_free_page(GFP_KERNEL);
	if (!d->page)
		return -ENOMEM;
	if (mutex_lock_killable(&fg_mutex))
		return -EINTR;
	d->len = fg_length(file);
	mutex_unlock(&fg_mutex);
	if (d->len > PAGE_SIZE)
		return -EFBIG;
	kit->d = no_free_ptr(d);
	return 0;
}
__bpf_kfunc int *bpf_iter_fg_next(struct bpf_iter_fg *it)
{
	struct fg_data *d = ((struct bpf_iter_fg_kern *)it)->d;
	ssize_t n;

	if (!d || d->err)
		return NULL;
	n = kernel_read(d->file, d->page, d->len, NULL);
	switch (n) {
	case 0:
		d->err = -ENODATA;
		return NULL;
	case 1 ... 4095:
		break;
	default:
		if (n < 0) {
			d->err = n;
			return NULL;
		}
	}
	return (int *)d->page;
}
__bpf_kfunc void bpf_iter_fg_destroy(struct bpf_iter_fg *it)
{
	struct bpf_iter_fg_kern *kit = (void *)it;

	fg_release(kit->d);
}
__bpf_kfunc_end_defs();
BTF_KFUNCS_START(fg_ids)
BTF_ID_FLAGS(func, bpf_iter_fg_new, KF_ITER_NEW | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_fg_next, KF_ITER_NEXT | KF_RET_NULL | KF_SLEEPABLE)
BTF_ID_FLAGS(func, bpf_iter_fg_destroy, KF_ITER_DESTROY | KF_SLEEPABLE)
BTF_KFUNCS_END(fg_ids)
