// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library reads the kernel's BTF for every object that it loads, which
 * takes longer than the verifier does. Its calls are wrapped by the linker, so
 * that the first process reads it once and every test inherits it.
 */
#include <stdlib.h>
#include <bpf/btf.h>

#include "harness.h"

struct btf *__real_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);

static struct btf *kernel;

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
	__wrap_btf__load_vmlinux_btf();
}
