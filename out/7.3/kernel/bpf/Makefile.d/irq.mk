# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
ifeq ($(CONFIG_SPARSE_IRQ),y)
obj-$(CONFIG_BPF_SYSCALL) += irq_iter.o
endif
