# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
obj-$(CONFIG_BPF_SYSCALL) += pid_iter.o
