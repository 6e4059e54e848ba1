// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes that walk every iterator while others change what is walked; then
 * everything stops, and the kernel must hold as much as before.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <linux/dma-heap.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <test_progs.h>
#include "stress.skel.h"
#if @SCHEDULER@
#include "stress_scx.skel.h"
#endif

#define SECONDS @SECONDS@
#define WARM_UP 3
#define SETTLE 20
#define HELD 32
#define SCRATCH "/sys/fs/cgroup/scratch"

static struct stress *skel;

/* --- churners: each is a process that goes on until it is killed */

static void *idle(void *arg)
{
	usleep(rand() % 2000);
	return NULL;
}

static void come_and_go(void)
{
	pthread_t threads[2];
	int i;

	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, idle, NULL);
	usleep(rand() % 1000);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

static void churn_tasks(void)
{
	pid_t pid = fork();

	if (!pid)
		come_and_go();
	waitpid(pid, NULL, 0);
}

static void put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		errno = 0;
	close(fd);
}

static void churn_cgroups(void)
{
	char path[64], procs[96];
	pid_t pid;

	snprintf(path, sizeof(path), SCRATCH "/c%d", rand() % 8);
	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	mkdir(path, 0755);
	pid = fork();
	if (!pid) {
		put_text(procs, "0");
		usleep(rand() % 1000);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	rmdir(path);
}

static void churn_maps(void)
{
	static void *held[HELD];
	int i = rand() % HELD, fd;

	if (held[i])
		munmap(held[i], 8 * 4096);
	fd = open("/init", O_RDONLY);
	held[i] = mmap(NULL, 8 * 4096, PROT_READ, MAP_PRIVATE | (rand() & 1 ? MAP_ANONYMOUS : 0), fd, 0);
	close(fd);
	if (held[i] == MAP_FAILED)
		held[i] = NULL;
	else
		mprotect(held[i] + 2 * 4096, 4096, PROT_READ | PROT_WRITE);
}

static void churn_dmabufs(void)
{
	static int heap = -1, held[HELD];
	struct dma_heap_allocation_data data = { .len = 4096, .fd_flags = O_RDWR | O_CLOEXEC };
	int i = rand() % HELD;

	if (heap < 0)
		heap = open("/dev/dma_heap/system", O_RDWR);
	if (held[i] > 0)
		close(held[i]);
	held[i] = ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data) ? 0 : data.fd;
}

static void churn_caches(void)
{
	put_text("/sys/module/kiter_churn/parameters/churn", "1");
}

static void (*const churners[])(void) = {
	churn_maps, churn_tasks, churn_cgroups, churn_dmabufs, churn_caches,
};

/* --- walkers: each a process, too */

static const char *const names[] = {
	"num", "bits", "task", "task_vma", "css", "css_task", "kmem_cache", "dmabuf", "testmod_seq",
};

static bool wanted(int which)
{
	char name[32];

	snprintf(name, sizeof(name), " %s ", names[which]);
	return strstr(" @ITERATORS@ ", name);
}

static void walk(int which)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct bpf_program *prog;
	char name[32];

	snprintf(name, sizeof(name), "walk_%s", names[which]);
	prog = bpf_object__find_program_by_name(skel->obj, name);
	for (;;)
		bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
}

/* --- counters: what a reference or an object that is lost makes grow */

#define NR_COUNTERS 7

static const struct {
	const char *name;
	long slack;
} counters[NR_COUNTERS] = {
	{ "tasks", 10 },
	{ "memory maps", 2 },
	{ "files", 40 },
	{ "dying cgroups", 8 },
	{ "dma-bufs", 0 },
	{ "slab caches", 0 },
	{ "small objects", 1000 },
};

static long slab_objects(const char *name, bool prefix)
{
	char line[256], key[64];
	long total = 0, active;
	FILE *file = fopen("/proc/slabinfo", "r");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %ld", key, &active) != 2)
			continue;
		if (prefix ? !strncmp(key, name, strlen(name)) : !strcmp(key, name))
			total += active;
	}
	if (file)
		fclose(file);
	return total;
}

static long lines_with(const char *path, const char *text)
{
	char line[512];
	long found = 0;
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file))
		found += !!strstr(line, text);
	if (file)
		fclose(file);
	return found;
}

static long dying(void)
{
	long value, found = 0;
	char key[64];
	FILE *file = fopen("/sys/fs/cgroup/cgroup.stat", "r");

	while (file && fscanf(file, "%63s %ld", key, &value) == 2)
		if (!strcmp(key, "nr_dying_descendants"))
			found = value;
	if (file)
		fclose(file);
	return found;
}

static void shrink(void)
{
	glob_t found;
	size_t i;

	put_text("/proc/sys/vm/drop_caches", "3");
	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++)
		put_text(found.gl_pathv[i], "1");
	globfree(&found);
}

static void measure(long *now)
{
	now[0] = slab_objects("task_struct", false);
	now[1] = slab_objects("mm_struct", false);
	now[2] = slab_objects("filp", false);
	now[3] = dying();
	now[4] = lines_with("/sys/kernel/debug/dma_buf/bufinfo", "exp_name") ?
		 lines_with("/sys/kernel/debug/dma_buf/bufinfo", "\tsystem\t") : 0;
	now[5] = lines_with("/proc/slabinfo", " : tunables");
	now[6] = slab_objects("kmalloc-", true);
}

static bool within(const long *before, const long *now)
{
	int i;

	for (i = 0; i < NR_COUNTERS; i++)
		if (now[i] > before[i] + counters[i].slack)
			return false;
	return true;
}

/* Much is freed after grace periods: it gets the time that it needs. */
static void settle(const long *before, long *now)
{
	int i;

	for (i = 0; i < SETTLE; i++) {
		shrink();
		sleep(1);
		measure(now);
		if (before && within(before, now))
			return;
		if (!before && i > 3)
			return;
	}
}

/* --- all together */

#define NR_PROCESSES (ARRAY_SIZE(churners) + ARRAY_SIZE(names))

static pid_t start(int number)
{
	int which = number - (int)ARRAY_SIZE(churners);
	pid_t pid;

	if (which >= 0 && !wanted(which))
		return 0;
	pid = fork();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	srand(getpid());
	if (which >= 0)
		walk(which);
	for (;;)
		churners[number]();
}

static void run(int seconds)
{
	pid_t pids[NR_PROCESSES];
	int i;

	for (i = 0; i < NR_PROCESSES; i++) {
		pids[i] = start(i);
		if (!i)
			skel->bss->target_pid = pids[0];
	}
	sleep(seconds);
	for (i = 0; i < NR_PROCESSES; i++)
		if (pids[i])
			kill(pids[i], SIGKILL);
	for (i = 0; i < NR_PROCESSES; i++)
		if (pids[i])
			waitpid(pids[i], NULL, 0);
	for (i = 0; i < 8; i++) {
		char path[64];

		snprintf(path, sizeof(path), SCRATCH "/c%d", i);
		rmdir(path);
	}
}

static void load(void)
{
	int i;

	skel = stress__open();
	if (!ASSERT_OK_PTR(skel, "open"))
		return;
	for (i = 0; i < ARRAY_SIZE(skel->bss->words); i += 3)
		skel->bss->words[i] = 0x8001;
	ASSERT_OK(stress__load(skel), "load");
}

/* The tenth iterator walks a queue of a scheduler, which all of this then runs under. */
#if @SCHEDULER@
static struct stress_scx *scheduler;

static void schedule(void)
{
	scheduler = stress_scx__open();
	if (!ASSERT_OK_PTR(scheduler, "open_scheduler"))
		return;
	bpf_program__set_flags(scheduler->progs.init, BPF_F_SLEEPABLE);
	if (ASSERT_OK(stress_scx__load(scheduler), "load_scheduler"))
		ASSERT_OK_PTR(bpf_map__attach_struct_ops(scheduler->maps.ops), "attach_scheduler");
}

static void report_scheduler(void)
{
	if (!test__start_subtest("walks scx_dsq"))
		return;
	ASSERT_EQ(lines_with("/sys/kernel/sched_ext/state", "enabled"), 1, "scheduler_runs");
	printf("walks scx_dsq %llu %llu\n", scheduler->bss->walks, scheduler->bss->elems);
	ASSERT_GT(scheduler->bss->moved, 0, "moved");
	ASSERT_GT(scheduler->bss->elems, 0, "elements");
}
#else
static void schedule(void)
{
}

static void report_scheduler(void)
{
}
#endif

/* into the kernel's log, so that it stands among what the kernel says */
static void note(const char *text)
{
	char line[80];

	snprintf(line, sizeof(line), "<4>stress: %s\n", text);
	put_text("/dev/kmsg", line);
}

void test_stress(void)
{
	long before[NR_COUNTERS], after[NR_COUNTERS];
	int i;

	load();
	if (!skel)
		return;
	mkdir(SCRATCH, 0755);
	put_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory +pids");
	put_text(SCRATCH "/cgroup.subtree_control", "+memory +pids");
	schedule();
	note("warming up");
	run(WARM_UP);
	note("settling");
	settle(NULL, before);
	note("walking");
	memset(skel->bss->walks, 0, sizeof(skel->bss->walks));
	memset(skel->bss->elems, 0, sizeof(skel->bss->elems));
	run(SECONDS);
	note("settling");
	settle(before, after);
	note("counted");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		char name[64];

		if (!wanted(i))
			continue;
		snprintf(name, sizeof(name), "walks %s", names[i]);
		if (!test__start_subtest(name))
			continue;
		printf("walks %s %llu %llu\n", names[i], skel->bss->walks[i], skel->bss->elems[i]);
		ASSERT_GT(skel->bss->walks[i], 0, "walks");
		ASSERT_GT(skel->bss->elems[i], 0, "elements");
	}
	report_scheduler();
	for (i = 0; i < NR_COUNTERS; i++) {
		char name[64];

		snprintf(name, sizeof(name), "kept %s", counters[i].name);
		if (!test__start_subtest(name))
			continue;
		printf("counter %s: %ld %ld\n", counters[i].name, before[i], after[i]);
		ASSERT_LE(after[i], before[i] + counters[i].slack, "lost");
	}
	stress__destroy(skel);
}
