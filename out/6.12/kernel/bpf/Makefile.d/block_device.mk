# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
ifeq ($(CONFIG_BLOCK),y)
obj-$(CONFIG_BPF_SYSCALL) += block_device_iter.o
endif
