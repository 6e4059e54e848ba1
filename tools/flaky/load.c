// SPDX-License-Identifier: GPL-2.0-only
/* Keeps all CPUs busy from now on, with processes that come and go beside the tests. */
#include <test_progs.h>

#define NR_BUSY 4

static void be_busy(void)
{
	volatile int spins = 1 + rand() % (2 * 1000 * 1000);

	while (spins-- > 0)
		;
}

static void come_and_go(unsigned int seed)
{
	pid_t pid;

	srand(seed);
	for (;;) {
		pid = fork();
		if (!pid) {
			be_busy();
			_exit(0);
		}
		be_busy();
		waitpid(pid, NULL, 0);
	}
}

void test_load(void)
{
	int i;

	for (i = 0; i < NR_BUSY; i++)
		if (!fork())
			come_and_go(i);
}
