// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library reads the kernel's BTF for every object that it loads, and goes
 * through all of it for every kfunc, which takes longer than the verifier does.
 * Its calls are wrapped by the linker, so that the first process reads it once,
 * sorts its functions by name, and every test inherits both.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>

#include "harness.h"

struct btf *__real_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);

__s32 __real_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind);

struct function {
	const char *name;
	__s32 id;
};

static struct btf *kernel;
static struct function *functions;
static size_t nr_functions;

/* Of two with one name the library finds the first. */
static int by_name(const void *a, const void *b)
{
	const struct function *one = a, *other = b;
	int order = strcmp(one->name, other->name);

	return order ? order : one->id - other->id;
}

static int has_name(const void *name, const void *function)
{
	return strcmp(name, ((const struct function *)function)->name);
}

static void sort_functions(void)
{
	__u32 id, nr = btf__type_cnt(kernel);

	functions = calloc(nr, sizeof(*functions));
	for (id = 1; functions && id < nr; id++) {
		const struct btf_type *type = btf__type_by_id(kernel, id);

		if (btf_is_func(type))
			functions[nr_functions++] = (struct function){
				btf__name_by_offset(kernel, type->name_off), id,
			};
	}
	if (functions)
		qsort(functions, nr_functions, sizeof(*functions), by_name);
}

__s32 __wrap_btf__find_by_name_kind(const struct btf *btf, const char *name, __u32 kind)
{
	struct function *found;

	if (btf != kernel || kind != BTF_KIND_FUNC || !functions)
		return __real_btf__find_by_name_kind(btf, name, kind);
	found = bsearch(name, functions, nr_functions, sizeof(*functions), has_name);
	if (!found)
		return -ENOENT;
	while (found > functions && !has_name(name, found - 1))
		found--;
	return found->id;
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	if (!kernel)
		kernel = __real_btf__load_vmlinux_btf();
	return kernel;
}

void __wrap_btf__free(struct btf *btf)
{
	if (btf != kernel)
		__real_btf__free(btf);
}

void kt_read_btf(void)
{
	if (__wrap_btf__load_vmlinux_btf())
		sort_functions();
}
