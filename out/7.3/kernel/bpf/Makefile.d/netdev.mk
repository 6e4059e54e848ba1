# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
ifeq ($(CONFIG_NET),y)
obj-$(CONFIG_BPF_SYSCALL) += netdev_iter.o
endif
