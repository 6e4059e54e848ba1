// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "protocol.h"

/* A verifier log's tail with every byte escaped must fit. */
#define LINE_MAX_BYTES (256 * 1024)

static int channel = STDOUT_FILENO;
static __thread char line[LINE_MAX_BYTES];
static __thread size_t used;

static void raw_terminal(int fd)
{
	struct termios mode;

	if (tcgetattr(fd, &mode))
		return;
	cfmakeraw(&mode);
	tcsetattr(fd, TCSANOW, &mode);
}

void kt_open(const char *const *candidates)
{
	for (; candidates && *candidates; candidates++) {
		int fd = open(*candidates, O_WRONLY | O_NOCTTY | O_CLOEXEC);

		if (fd < 0)
			continue;
		raw_terminal(fd);
		channel = fd;
		return;
	}
}

static void put(const char *text, size_t len)
{
	/* room for the end of the line is always left */
	if (used + len > sizeof(line) - 8)
		return;
	memcpy(line + used, text, len);
	used += len;
}

static void put_escaped(unsigned char c)
{
	char hex[8];

	if (c == '\n') {
		put("\\n", 2);
	} else if (c == '\t') {
		put("\\t", 2);
	} else if (c == '"' || c == '\\') {
		put("\\", 1);
		put((char *)&c, 1);
	} else if (c < ' ' || c > '~') {
		put(hex, snprintf(hex, sizeof(hex), "\\u%04x", c));
	} else {
		put((char *)&c, 1);
	}
}

static void put_key(const char *key)
{
	put(used > 1 ? ",\"" : "\"", used > 1 ? 2 : 1);
	put(key, strlen(key));
	put("\":", 2);
}

void kt_begin(const char *event)
{
	used = 0;
	put("{", 1);
	kt_str("event", event);
}

void kt_text(const char *key, const char *value, size_t len)
{
	/* an escaped byte takes up to six */
	if (len > (sizeof(line) - used - 256) / 6)
		len = (sizeof(line) - used - 256) / 6;
	put_key(key);
	put("\"", 1);
	while (len--)
		put_escaped(*value++);
	put("\"", 1);
}

void kt_str(const char *key, const char *value)
{
	kt_text(key, value, strlen(value));
}

void kt_num(const char *key, long long value)
{
	char digits[24];

	put_key(key);
	put(digits, snprintf(digits, sizeof(digits), "%lld", value));
}

void kt_end(void)
{
	size_t done = 0;

	line[used++] = '}';
	line[used++] = '\n';
	while (done < used) {
		ssize_t n = write(channel, line + done, used - done);

		if (n <= 0)
			return;
		done += n;
	}
}
