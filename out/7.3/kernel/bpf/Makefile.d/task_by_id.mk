# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
obj-$(CONFIG_BPF_SYSCALL) += task_by_id_iter.o
