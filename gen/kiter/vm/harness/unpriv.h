/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of the kind "syscall" loaded with a few capabilities only. */
#ifndef __KITER_UNPRIV_H
#define __KITER_UNPRIV_H

#include <bpf/libbpf.h>

/* To be called before the object is opened; 0 or a negative errno. */
int kt_unpriv_begin(void);
void kt_unpriv_end(void);
/* As bpf_object__load(), but the verifier sees these capabilities and no others. */
int kt_load_unpriv(struct bpf_object *obj, __u64 caps);

#endif /* __KITER_UNPRIV_H */
