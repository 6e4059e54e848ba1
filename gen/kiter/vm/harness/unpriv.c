// SPDX-License-Identifier: GPL-2.0-only
/*
 * Capabilities are given up only when libbpf is about to load a program: to
 * find the kfuncs of a module it needs CAP_SYS_ADMIN, with which the verifier
 * would allow everything.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "unpriv.h"

static __u64 kept;
static bool dropping;
static int handler;

static struct __user_cap_header_struct self(void)
{
	return (struct __user_cap_header_struct){ .version = _LINUX_CAPABILITY_VERSION_3 };
}

static int read_caps(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct head = self();

	return syscall(SYS_capget, &head, data) ? -errno : 0;
}

static int write_caps(struct __user_cap_data_struct data[2])
{
	struct __user_cap_header_struct head = self();

	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

static int drop(struct bpf_program *prog, struct bpf_prog_load_opts *opts, long cookie)
{
	struct __user_cap_data_struct data[2];
	int err;

	opts->prog_flags |= BPF_F_SLEEPABLE; /* as libbpf does for "syscall" */
	if (!dropping)
		return 0;
	err = read_caps(data);
	if (err)
		return err;
	data[0].effective = kept;
	data[1].effective = kept >> 32;
	return write_caps(data);
}

int kt_unpriv_begin(void)
{
	LIBBPF_OPTS(libbpf_prog_handler_opts, opts, .prog_prepare_load_fn = drop);

	handler = libbpf_register_prog_handler("syscall", BPF_PROG_TYPE_SYSCALL, 0, &opts);
	return handler < 0 ? handler : 0;
}

void kt_unpriv_end(void)
{
	libbpf_unregister_prog_handler(handler);
}

int kt_load_unpriv(struct bpf_object *obj, __u64 caps)
{
	struct __user_cap_data_struct all[2];
	int err;

	err = read_caps(all);
	if (err)
		return err;
	kept = caps;
	dropping = true;
	err = bpf_object__load(obj);
	dropping = false;
	return write_caps(all) ?: err;
}
