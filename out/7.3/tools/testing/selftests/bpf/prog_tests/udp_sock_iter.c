// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <sys/socket.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "udp_sock_iter.skel.h"
#include "udp_sock_iter_failure.skel.h"

#define NR_SOCKETS 40

static int added = -1;
static int sockets[NR_SOCKETS];

static void add_listed(struct ids *ids, const char *path)
{
	unsigned int port;
	char line[256];
	FILE *file;

	file = fopen(path, "r");
	if (!file)
		return;
	while (ids->nr < MAX_ELEMS && fgets(line, sizeof(line), file))
		if (sscanf(line, " %*u: %*[0-9A-F]:%x", &port) == 1)
			ids->id[ids->nr++] = port;
	fclose(file);
}

/* a socket is known by its port */
static void udp_sockets(int start, struct ids *want)
{
	want->nr = 0;
	add_listed(want, "/proc/net/udp");
	add_listed(want, "/proc/net/udp6");
}

static int bound(__u64 *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		return -1;
	if (bind(fd, (struct sockaddr *)&address, size) ||
	    getsockname(fd, (struct sockaddr *)&address, &size)) {
		close(fd);
		return -1;
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static __u64 create_element(void)
{
	__u64 port = 0;

	added = bound(&port);
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

	for (i = 0; i < NR_SOCKETS; i++) {
		sockets[i] = bound(&port);
		if (sockets[i] < 0)
			return -1;
	}
	return 0;
}

static void tear_down(void)
{
	int i;

	for (i = 0; i < NR_SOCKETS; i++)
		if (sockets[i] > 0)
			close(sockets[i]);
}

static struct udp_sock_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = udp_sockets, .meets = true },
};

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[0];
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
	.known = true,
	.nr_flags = 1,
};

void test_udp_sock_iter(void)
{
	skel = udp_sock_iter__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;

	test.flags[0] = (struct iter_flag){
		.name = "refused",
		.value = &skel->bss->flags,
		.size = sizeof(skel->bss->flags),
		.accepted = skel->rodata->accepted,
		.nr_accepted = ARRAY_SIZE(skel->rodata->accepted),
	};
	test_iter(&test, skel->obj, &skel->bss->asked, &skel->bss->found);
	udp_sock_iter__destroy(skel);

	RUN_TESTS(udp_sock_iter_failure);
}
