/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef __KITER_BPF_UTIL_H
#define __KITER_BPF_UTIL_H

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syscall.h>
#include <unistd.h>
#include <bpf/libbpf.h>

/* The kernel's tools/include has these in linux/types.h. */
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

static inline unsigned int bpf_num_possible_cpus(void)
{
	int cpus = libbpf_num_possible_cpus();

	if (cpus < 0) {
		fprintf(stderr, "no count of possible CPUs: %s\n", strerror(-cpus));
		exit(1);
	}
	return cpus;
}

#define __bpf_percpu_val_align __attribute__((__aligned__(8)))

#define BPF_DECLARE_PERCPU(type, name)					\
	struct { type v; } __bpf_percpu_val_align name[bpf_num_possible_cpus()]
#define bpf_percpu(name, cpu) name[(cpu)].v

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#endif

#ifndef sizeof_field
#define sizeof_field(type, member) sizeof((((type *)0)->member))
#endif

#ifndef offsetofend
#define offsetofend(type, member) (offsetof(type, member) + sizeof_field(type, member))
#endif

#ifndef sys_gettid
#define sys_gettid() syscall(SYS_gettid)
#endif

#ifndef __maybe_unused
#define __maybe_unused __attribute__((__unused__))
#endif

#endif /* __KITER_BPF_UTIL_H */
