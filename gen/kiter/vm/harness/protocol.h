/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for the host: one JSON object a line, on a channel of their own, each
 * written by a single write() so that processes cannot mix their lines.
 */
#ifndef __KITER_PROTOCOL_H
#define __KITER_PROTOCOL_H

#include <stddef.h>

/* NULL for the standard output. */
void kt_open(const char *const *candidates);

void kt_begin(const char *event);
void kt_str(const char *key, const char *value);
void kt_text(const char *key, const char *value, size_t len);
void kt_num(const char *key, long long value);
void kt_end(void);

#endif /* __KITER_PROTOCOL_H */
