// SPDX-License-Identifier: GPL-2.0-only
/* Slab caches come and go as often as somebody writes to the module's parameter. */
#include <linux/module.h>
#include <linux/slab.h>

static int churn(const char *text, const struct kernel_param *param)
{
	struct kmem_cache *cache;
	void *object;

	cache = kmem_cache_create("kiter_churn", 200, 8, SLAB_NO_MERGE, NULL);
	if (!cache)
		return -ENOMEM;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	if (object)
		kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
	return 0;
}

static const struct kernel_param_ops ops = { .set = churn };
module_param_cb(churn, &ops, NULL, 0200);

MODULE_DESCRIPTION("Slab caches that come and go");
MODULE_LICENSE("GPL");
