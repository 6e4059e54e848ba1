// SPDX-License-Identifier: GPL-2.0-only
/* Runs each walk by turns, so that what disturbs one disturbs the others, and prints the medians. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <test_progs.h>
#include <time.h>
#include "walks.skel.h"

#define NR_ROUNDS 301
#define NR_CHILDREN 150
#define NR_THREADS 150

/* each beside the one that it is compared with; no element counts twice */
static const struct {
	const char *name, *beside;
	bool file;
} walks[] = {
	{ "process", "task_procs" },
	{ "letter_process", "task_procs" },
	{ "letter_thread", "task_proc_threads" },
	{ "letter_all", "task_threads" },
	{ "task_procs", "task_procs" },
	{ "task_proc_threads", "task_proc_threads" },
	{ "task_threads", "task_threads" },
	{ "by_id_leaders", "task_procs" },
	{ "by_id_tgid", "task_proc_threads" },
	{ "by_id_all", "task_threads" },
	{ "or_id_tgid", "task_proc_threads" },
	{ "or_id_all", "task_threads" },
	{ "task", "task_threads", .file = true },
	{ "kmem_cache", "kmem_cache", .file = true },
	{ "kmem_cache_kiter", "kmem_cache", .file = true },
};

static double laps[ARRAY_SIZE(walks)][NR_ROUNDS];
static unsigned long long counts[ARRAY_SIZE(walks)];
static pid_t children[NR_CHILDREN];
static pthread_t threads[NR_THREADS];

static void *rest(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

static int add_tasks(void)
{
	int i;

	for (i = 0; i < NR_CHILDREN; i++) {
		children[i] = fork();
		if (!children[i])
			rest(NULL);
	}
	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, rest, NULL))
			return -1;
	return 0;
}

static void remove_tasks(void)
{
	int i;

	for (i = 0; i < NR_THREADS; i++) {
		pthread_cancel(threads[i]);
		pthread_join(threads[i], NULL);
	}
	for (i = 0; i < NR_CHILDREN; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* nanoseconds of a read() that goes to the end; -EAGAIN says that nothing was printed yet */
static double read_to_end(struct bpf_link *link)
{
	int fd = bpf_iter_create(bpf_link__fd(link));
	double since = now(), spent;
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EAGAIN)
		;
	spent = now() - since;
	close(fd);
	return spent;
}

/* of a walk or file, for each element */
static double once(struct walks *skel, struct bpf_program *prog, struct bpf_link *link)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	double spent;

	skel->bss->nr = 0;
	if (link) {
		spent = read_to_end(link);
	} else {
		bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
		spent = skel->bss->spent;
	}
	return spent / MAX(skel->bss->nr, 1);
}

/* the first time finds its memory in no cache */
static double time_of(struct walks *skel, struct bpf_program *prog, struct bpf_link *link)
{
	double first = once(skel, prog, link);

	return MIN(first, once(skel, prog, link));
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static double median(const double *given)
{
	static double sorted[NR_ROUNDS];

	memcpy(sorted, given, sizeof(sorted));
	qsort(sorted, NR_ROUNDS, sizeof(sorted[0]), by_size);
	return sorted[NR_ROUNDS / 2];
}

static int index_of(const char *name)
{
	int i;

	for (i = 0; strcmp(walks[i].name, name); i++)
		;
	return i;
}

static void print_walk(int which)
{
	int i, other = index_of(walks[which].beside);
	static double ratios[NR_ROUNDS];

	for (i = 0; i < NR_ROUNDS; i++)
		ratios[i] = laps[which][i] / laps[other][i];
	printf("walk\t%s\t%llu\t%.1f\t%.3f\n", walks[which].name, counts[which],
	       median(laps[which]), median(ratios));
}

static void race(struct walks *skel)
{
	struct bpf_program *progs[ARRAY_SIZE(walks)];
	struct bpf_link *links[ARRAY_SIZE(walks)] = {};
	int i, round;

	for (i = 0; i < ARRAY_SIZE(walks); i++) {
		progs[i] = bpf_object__find_program_by_name(skel->obj, walks[i].name);
		links[i] = walks[i].file ? bpf_program__attach_iter(progs[i], NULL) : NULL;
		if (walks[i].file && !ASSERT_OK_PTR(links[i], walks[i].name))
			return;
	}
	for (round = 0; round < NR_ROUNDS; round++) {
		for (i = 0; i < ARRAY_SIZE(walks); i++) {
			laps[i][round] = time_of(skel, progs[i], links[i]);
			counts[i] = skel->bss->nr;
		}
	}
	for (i = 0; i < ARRAY_SIZE(walks); i++) {
		ASSERT_GT(counts[i], 0, walks[i].name);
		print_walk(i);
		bpf_link__destroy(links[i]);
	}
}

void test_walks(void)
{
	struct walks *skel;

	skel = walks__open_and_load();
	if (!ASSERT_OK_PTR(skel, "open_and_load"))
		return;
	skel->bss->id = getpid();
	if (ASSERT_OK(add_tasks(), "add_tasks"))
		race(skel);
	remove_tasks();
	walks__destroy(skel);
}
