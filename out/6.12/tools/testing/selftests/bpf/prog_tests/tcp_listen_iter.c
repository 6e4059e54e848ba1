// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <sys/socket.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "tcp_listen_iter.skel.h"
#include "tcp_listen_iter_failure.skel.h"

#define NR_LISTENERS 8
#define LISTENING 0xa
/*
 * Ports so far apart are in one bucket of 4096 or fewer: it is chosen by the
 * low bits of the port, with the address and the namespace
 * (net/ipv4/inet_hashtables.c, inet_lhash2_bucket_sk(), 6.12).
 */
#define FIRST_PORT 20000
#define APART 4096

static int listeners[NR_LISTENERS];
static int added = -1;

static void add_listed(struct ids *ids, const char *path)
{
	unsigned int port, state;
	char line[256];
	FILE *file;

	file = fopen(path, "r");
	if (!file)
		return;
	while (ids->nr < MAX_ELEMS && fgets(line, sizeof(line), file))
		if (sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x", &port, &state) == 2 &&
		    state == LISTENING)
			ids->id[ids->nr++] = port;
	fclose(file);
}

/* a socket is known by its port */
static void tcp_listeners(int start, struct ids *want)
{
	want->nr = 0;
	add_listed(want, "/proc/net/tcp");
	add_listed(want, "/proc/net/tcp6");
}

static int listener(int wanted, __u64 *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		return -1;
	/* any other port where somebody has that one */
	address.sin_port = htons(wanted);
	if (wanted && bind(fd, (struct sockaddr *)&address, size) && errno != EADDRINUSE) {
		close(fd);
		return -1;
	}
	if (listen(fd, 1) || getsockname(fd, (struct sockaddr *)&address, &size)) {
		close(fd);
		return -1;
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static __u64 create_element(void)
{
	__u64 port = 0;

	added = listener(0, &port);
	return port;
}

static void remove_element(void)
{
	close(added);
}

static int set_up(void)
{
	__u64 port;
	int i;

	for (i = 0; i < NR_LISTENERS; i++) {
		listeners[i] = listener(FIRST_PORT + i * APART, &port);
		if (listeners[i] < 0)
			return -1;
	}
	return 0;
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < NR_LISTENERS; i++)
		if (listeners[i] > 0)
			close(listeners[i]);
}

static struct tcp_listen_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = tcp_listeners, .meets = true },
};

static void choose(int which, __u64 id)
{
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.set_up = set_up,
	.tear_down = tear_down,
	.nr_starts = 1,
	.create_element = create_element,
	.remove_element = remove_element,
	.leaks = 100,
	.known = true,
};

void test_tcp_listen_iter(void)
{
	skel = tcp_listen_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	tcp_listen_iter__destroy(skel);

	RUN_TESTS(tcp_listen_iter_failure);
}
