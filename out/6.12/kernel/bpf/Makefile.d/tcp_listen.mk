# SPDX-License-Identifier: GPL-2.0-only
# Joins kernel/bpf/Makefile.
ifeq ($(CONFIG_INET),y)
obj-$(CONFIG_BPF_SYSCALL) += tcp_listen_iter.o
endif
