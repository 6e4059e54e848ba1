/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For clang's BPF target glibc takes its branch for 32 bits, whose file only
 * the packages for building 32-bit programs have. Programs need none of it.
 */
