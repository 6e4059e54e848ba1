// SPDX-License-Identifier: GPL-2.0-only
/* Expected messages against the verifier's log. */
#define _GNU_SOURCE
#include <regex.h>
#include <test_progs.h>

#include "tags.h"

/* Text outside {{ }} is meant literally. */
static bool to_regex(const char *pattern, char *out, size_t size)
{
	bool inside = false;
	size_t n = 0;

	while (*pattern && n + 2 < size) {
		if (!strncmp(pattern, inside ? "}}" : "{{", 2)) {
			inside = !inside;
			pattern += 2;
			continue;
		}
		if (!inside && strchr(".[]\\()*+?{}|^$", *pattern))
			out[n++] = '\\';
		out[n++] = *pattern++;
	}
	out[n] = '\0';
	return !*pattern && !inside;
}

/* The end of the match, or NULL. */
static const char *find_regex(const char *pattern, const char *log, const char **start)
{
	regmatch_t match;
	char text[1024];
	regex_t regex;
	int err;

	if (!to_regex(pattern, text, sizeof(text)) ||
	    regcomp(&regex, text, REG_EXTENDED | REG_NEWLINE)) {
		PRINT_FAIL("\"%s\" is no pattern", pattern);
		return NULL;
	}
	err = regexec(&regex, log, 1, &match, 0);
	regfree(&regex);
	if (err)
		return NULL;
	*start = log + match.rm_so;
	return log + match.rm_eo;
}

static const char *find(const char *pattern, const char *log, const char **start)
{
	if (strstr(pattern, "{{"))
		return find_regex(pattern, log, start);
	*start = strstr(log, pattern);
	return *start ? *start + strlen(pattern) : NULL;
}

/* None of the forbidden patterns from first on begins before limit. */
static bool none_before(const struct prog_mode *mode, int first, int end,
			const char *log, const char *limit)
{
	const char *start;
	int i;

	for (i = first; i < end; i++) {
		if (!find(mode->msgs[i].pattern, log, &start))
			continue;
		if (limit && start >= limit)
			continue;
		PRINT_FAIL("the verifier's log has \"%s\"", mode->msgs[i].pattern);
		return false;
	}
	return true;
}

bool match_messages(const struct prog_mode *mode, const char *log)
{
	int i, forbidden = 0;

	for (i = 0; i < mode->nr_msgs; i++) {
		const char *start, *end;

		if (mode->msgs[i].absent)
			continue;
		end = find(mode->msgs[i].pattern, log, &start);
		if (!end) {
			PRINT_FAIL("the verifier's log lacks \"%s\"%s", mode->msgs[i].pattern,
				   i ? " after the messages before it" : "");
			return false;
		}
		if (!none_before(mode, forbidden, i, log, start))
			return false;
		forbidden = i + 1;
		log = end;
	}
	return none_before(mode, forbidden, mode->nr_msgs, log, NULL);
}
