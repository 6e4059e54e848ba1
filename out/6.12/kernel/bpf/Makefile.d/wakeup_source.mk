# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
ifeq ($(CONFIG_PM_SLEEP),y)
obj-$(CONFIG_BPF_SYSCALL) += wakeup_source_iter.o
endif
