// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs emitted kfuncs that hold something: to the end, left after any step, and with each call that
 * can fail failing in turn. Everything that was taken must have been released, once.
 */
#include "holding.h"

#define MAX_ITEMS 5
#define MAX_TURNS 9
#define ALL_WELL 1000

struct subject {
	const char *name;
	size_t size;
	bool numbers;	/* elements are indices of the state */
	int (*new)(void *it, int count);
	void *(*next)(void *it);
	void (*destroy)(void *it);
};

#include "subjects.inc"

static struct item pool[MAX_ITEMS + 1], companion;

static void populate(int nr)
{
	int i;

	list_init(&items);
	companion.refs = 1;
	for (i = 0; i < nr; i++) {
		pool[i] = (struct item){ .nr = i, .refs = 1, .friend = i % 2 ? &companion : NULL };
		list_add_tail_rcu(&pool[i].list, &items);
	}
}

static void check_given_back(int nr)
{
	int i;

	if (nr_memory || nr_things || nr_natives || locked)
		BUG("something was not released");
	for (i = 0; i < nr; i++)
		if (pool[i].refs != 1)
			BUG("an element is still held, or was put twice");
	if (companion.refs != 1)
		BUG("what a copy refers to is still held, or was put twice");
}

static void check_element(const struct subject *subject, void *found, int step)
{
	int nr = subject->numbers ? *(int *)found : ((struct item *)found)->nr;

	if (nr != step)
		BUG("another element than the next one");
	if (locked)
		BUG("next() returns with the lock held");
}

static void check_drained(const struct subject *subject, void *it, int nr)
{
	int i;

	pool[nr] = (struct item){ .nr = nr, .refs = 1 };
	list_add_tail_rcu(&pool[nr].list, &items);
	for (i = 0; i < 3; i++)
		if (subject->next(it))
			BUG("the iterator starts again after its end");
}

/* one life: `steps` of a walk over `nr` elements, in which call number `failing` fails */
static bool live(const struct subject *subject, int nr, int steps, int failing)
{
	void *it = malloc(subject->size), *found;
	bool failed;
	int i;

	memset(it, 0xff, subject->size);
	populate(nr);
	turn = failing;
	failed = subject->new(it, nr);
	turn = ALL_WELL;
	for (i = 0; !failed && i < steps; i++) {
		found = subject->next(it);
		if (!found != (i >= nr))
			BUG("too few or too many elements");
		if (!found)
			break;
		check_element(subject, found, i);
	}
	if (failed || (i < steps && i >= nr))
		check_drained(subject, it, nr);
	subject->destroy(it);
	check_given_back(nr);
	free(it);
	return failed;
}

int main(void)
{
	int i, nr, steps, failing;

	for (i = 0; i < (int)(sizeof(subjects) / sizeof(subjects[0])); i++) {
		running = subjects[i].name;
		for (nr = 0; nr < MAX_ITEMS; nr++) {
			for (steps = 0; steps <= nr + 1; steps++)
				if (live(&subjects[i], nr, steps, ALL_WELL))
					BUG("new() fails for no reason");
			for (failing = 0; failing < MAX_TURNS; failing++)
				live(&subjects[i], nr, nr + 1, failing);
		}
	}
	return 0;
}
