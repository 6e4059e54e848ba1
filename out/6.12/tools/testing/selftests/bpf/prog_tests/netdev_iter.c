// SPDX-License-Identifier: GPL-2.0-only
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <test_progs.h>
#include "iter_tests.h"
#include "netdev_iter.skel.h"
#include "netdev_iter_failure.skel.h"

#define PATIENCE 100

struct request {
	struct nlmsghdr head;
	struct ifinfomsg info;
	char attributes[128];
};

static void net_devices(int start, struct ids *want)
{
	struct if_nameindex *names, *name;

	want->nr = 0;
	names = if_nameindex();
	if (!ASSERT_OK_PTR(names, "if_nameindex"))
		return;
	for (name = names; name->if_index && want->nr < MAX_ELEMS; name++)
		want->id[want->nr++] = name->if_index;
	if_freenameindex(names);
}

static struct rtattr *add(struct request *request, int type, const char *text)
{
	struct rtattr *attr = (void *)request + NLMSG_ALIGN(request->head.nlmsg_len);
	size_t size = text ? strlen(text) + 1 : 0;

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(size);
	memcpy(RTA_DATA(attr), text, size);
	request->head.nlmsg_len = NLMSG_ALIGN(request->head.nlmsg_len) + RTA_ALIGN(attr->rta_len);
	return attr;
}

/* the kernel has done it when it answers */
static int ask(struct request *request)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char rest[256];
	} answer = { .err.error = -EIO };
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	if (fd < 0 || send(fd, request, request->head.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		answer.err.error = -EIO;
	close(fd);
	return answer.err.error;
}

/* a pair of netkit, which needs nothing else; what is called alike may not be gone yet */
static int create(void)
{
	struct request request = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(request.info)),
		.head.nlmsg_type = RTM_NEWLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
	};
	static int nr_created;
	struct rtattr *info;
	char name[32];

	snprintf(name, sizeof(name), "fixture%d", nr_created++);
	add(&request, IFLA_IFNAME, name);
	info = add(&request, IFLA_LINKINFO, NULL);
	add(&request, IFLA_INFO_KIND, "netkit");
	info->rta_len = (void *)&request + request.head.nlmsg_len - (void *)info;
	ASSERT_OK(ask(&request), name);
	return if_nametoindex(name);
}

static void *deleted(void *index)
{
	struct request request = {
		.head.nlmsg_len = NLMSG_LENGTH(sizeof(request.info)),
		.head.nlmsg_type = RTM_DELLINK,
		.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		.info.ifi_index = (long)index,
	};

	ask(&request);
	return NULL;
}

/*
 * It is gone only when no walk can stand on it any more. Most kernels take it
 * out of their lists before they wait for that, dev_deactivate_many() of 6.12
 * waits first.
 */
static void delete(int index)
{
	char name[IF_NAMESIZE];
	pthread_t thread;
	int i, err;

	err = pthread_create(&thread, NULL, deleted, (void *)(long)index);
	if (!ASSERT_OK(err, "pthread_create"))
		return;
	pthread_detach(thread);
	for (i = 0; i < PATIENCE && if_indextoname(index, name); i++)
		usleep(1000);
}

static int first, second;

static __u64 create_element(void)
{
	first = create();
	return first;
}

static void remove_element(void)
{
	delete(first);
}

static __u64 create_next(void)
{
	second = create();
	return second;
}

static void remove_next(void)
{
	delete(second);
}

static struct netdev_iter *skel;

static const struct iter_walk walks[] = {
	{ .name = "all", .expect = net_devices, .meets = true },
};

static void choose(int which, __u64 id)
{
	skel->bss->flags = skel->rodata->accepted[0];
}

static struct iter_test test = {
	.walks = walks,
	.nr_walks = ARRAY_SIZE(walks),
	.choose = choose,
	.nr_starts = 1,
	.create_element = create_element,
	.remove_element = remove_element,
	.create_next = create_next,
	.remove_next = remove_next,
	.known = true,
	.nr_flags = 1,
};

void test_netdev_iter(void)
{
	skel = netdev_iter__open_and_load();
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
	netdev_iter__destroy(skel);

	RUN_TESTS(netdev_iter_failure);
}
