/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of a kernel as iterators need that hold something: memory, things that are taken and put,
 * elements with references, locks, an iterator of the kernel's own. Whatever can fail does so when
 * it is its turn, and whatever is taken is counted.
 */
#ifndef HOLDING_H
#define HOLDING_H

#include "kernel.h"

typedef int64_t s64;

#define GFP_KERNEL 0
#define IS_ERR(p) ((uintptr_t)(p) >= (uintptr_t)-4095)
#define PTR_ERR(p) ((long)(p))
#define ERR_PTR(e) ((void *)(long)(e))

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry_or_null(head, type, member) \
	((head)->next != (head) ? list_entry((head)->next, type, member) : NULL)
#define list_next_entry(pos, member) list_entry((pos)->member.next, typeof(*(pos)), member)
#define list_is_last(entry, head) ((entry)->next == (head))

#define BUG(what) do { fprintf(stderr, "%s: %s\n", running, what); exit(1); } while (0)

static const char *running;
static int turn;	/* which of the calls that can fail does, from 0; none for a large number */
static int nr_memory, nr_things, nr_natives;
static bool locked;

static inline bool fails(void)
{
	return turn-- == 0;
}

/* memory */
static int bpf_global_ma;

static inline void *allocated(size_t size)
{
	void *found = fails() ? NULL : malloc(size);

	if (found) {
		memset(found, 0xff, size);
		nr_memory++;
	}
	return found;
}

static inline void freed(void *memory)
{
	nr_memory--;
	free(memory);
}

#define bpf_mem_alloc(ma, size) ((void)(ma), allocated(size))
#define bpf_mem_free(ma, memory) ((void)(ma), freed(memory))
#define bpf_mem_alloc_check_size(percpu, size) ((size) > 4088)
#define kmalloc(size, flags) allocated(size)
#define kmalloc_array(count, size, flags) allocated((count) * (size))
#define kfree(memory) freed(memory)

/* things that new() takes */
struct thing {
	int nr;
};

static inline struct thing *get_thing(int nr)
{
	struct thing *found = fails() ? NULL : malloc(sizeof(*found));

	if (found) {
		found->nr = nr;
		nr_things++;
	}
	return found;
}

static inline struct thing *thing_or_error(int nr)
{
	return get_thing(nr) ?: ERR_PTR(-EBUSY);
}

static inline void put_thing(struct thing *thing)
{
	nr_things--;
	free(thing);
}

/* what is only looked up: nothing to give back */
static struct thing somewhere;

static inline struct thing *find_thing(void)
{
	return fails() ? NULL : &somewhere;
}

/* a lock of any kind */
typedef struct { int dummy; } lock_t;
static lock_t big_lock;

static inline void taken(void)
{
	if (locked)
		BUG("a lock is taken twice");
	locked = true;
}

static inline void dropped(void)
{
	if (!locked)
		BUG("a lock is dropped that nobody holds");
	locked = false;
}

#define mutex_lock(lock) ((void)(lock), taken())
#define mutex_unlock(lock) ((void)(lock), dropped())
#define spin_lock mutex_lock
#define spin_unlock mutex_unlock
#define spin_lock_irqsave(lock, flags) ((flags) = 1, mutex_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((flags) == 1 ? mutex_unlock(lock) : BUG_FLAGS())
#define raw_spin_lock_irqsave spin_lock_irqsave
#define raw_spin_unlock_irqrestore spin_unlock_irqrestore

static inline void BUG_FLAGS(void)
{
	BUG("the flags of a lock are lost");
}

/* elements: each begins with one reference, that of the list */
struct item {
	int nr, refs;
	bool freed;
	struct item *friend;
	struct list_head list;
};

static struct list_head items;

static inline struct item *first_item(void)
{
	return list_first_entry_or_null(&items, struct item, list);
}

static inline struct item *next_item(struct item *item)
{
	return item ? list_is_last(&item->list, &items) ? NULL : list_next_entry(item, list) : first_item();
}

static inline void hold_item(struct item *item)
{
	item->refs++;
}

static inline void put_item(struct item *item)
{
	if (item->refs <= 1)
		BUG("a reference is put that nobody held");
	item->refs--;
}

/* as a put that may free: not under the lock */
static inline void put_item_unlocked(struct item *item)
{
	if (locked)
		BUG("a put that may sleep is under the lock");
	put_item(item);
}

/* true for the last but the list's, which is what finish_item() is there for */
static inline bool drop_item(struct item *item)
{
	if (!locked)
		BUG("a count is changed without the lock");
	return item->refs == 2 ? true : (put_item(item), false);
}

static inline void finish_item(struct item *item)
{
	put_item_unlocked(item);
}

/* gives an element with its reference */
static inline struct item *referenced(struct item *item)
{
	if (item)
		hold_item(item);
	return item;
}

/* hands over: puts the one and holds the next */
static inline struct item *handed_over(struct item *item)
{
	struct item *next = item ? next_item(item) : first_item();

	if (item)
		put_item(item);
	if (next)
		hold_item(next);
	return next;
}

/* for copies: what is found is held until it is done with, what the copy refers to as long as it lives */
static inline struct item *find_held(struct thing *thing, int *after)
{
	struct item *item = first_item();

	(void)thing;
	while (item && item->nr <= *after)
		item = next_item(item);
	if (item) {
		hold_item(item);
		*after = item->nr;
	}
	return item;
}

static inline void hold_friend(struct item *copy)
{
	if (copy->friend)
		hold_item(copy->friend);
}

static inline void put_friend(struct item *copy)
{
	if (copy->friend)
		put_item(copy->friend);
}

/* an iterator of the kernel's own, which holds its element, and minds being asked behind its end */
struct native_iter {
	struct item *at;
	bool over;
};

static inline void native_start(struct native_iter *native)
{
	native->at = NULL;
	native->over = false;
	nr_natives++;
}

static inline struct item *native_next(struct native_iter *native)
{
	if (native->over)
		BUG("a native iterator is asked behind its end");
	native->at = handed_over(native->at);
	native->over = !native->at;
	return native->at;
}

static inline struct item *native_next_sticky(struct native_iter *native)
{
	return native->over ? NULL : native_next(native);
}

static inline void native_end(struct native_iter *native)
{
	if (native->at)
		put_item(native->at);
	nr_natives--;
}

/* numbers that a buffer holds */
static inline int read_numbers(u32 *numbers, int count)
{
	struct item *item;
	int i = 0;

	if (fails())
		return -EFAULT;
	for (item = first_item(); i < count; item = item ? next_item(item) : NULL)
		numbers[i++] = item ? 1 : 0;
	return 0;
}

static inline int next_number(u32 *numbers, int end, int from)
{
	while (from < end && !numbers[from])
		from++;
	return from;
}

#endif
