# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
ifeq ($(CONFIG_NET_NS),y)
obj-$(CONFIG_BPF_SYSCALL) += net_iter.o
endif
