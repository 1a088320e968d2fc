/*
 * mem.h: memory that cannot fail quietly.
 *
 * Sizes that a stranger can influence are bounded by base/limits.h before anything is allocated;
 * what is left can only fail when the machine is out of memory, and then the process stops with
 * a message (what was acknowledged is on disk). So none of these returns NULL.
 *
 *	struct peer *p = mem_new(struct peer);
 *	...
 *	mem_free(p);
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#define MUST_USE __attribute__((warn_unused_result))

/* Zeroed object of type T on the heap; the caller owns it, mem_free() ends it. */
#define mem_new(T) ((T *)mem_zero_alloc(1, sizeof(T)))

/* `n` zeroed elements of `size` bytes. Multiplication is checked. The caller owns the result. */
void *mem_zero_alloc(size_t n, size_t size) __attribute__((returns_nonnull, warn_unused_result));

/* realloc() with `n * size` checked; new bytes are not cleared. Moves ownership. */
void *mem_resize(void *p, size_t n, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));

/* Copy of `n` bytes with a NUL behind them. The caller owns it. */
char *mem_string(const void *p, size_t n) __attribute__((returns_nonnull, warn_unused_result));

/* free(); NULL is fine. */
void mem_free(void *p);

/* For a process of many threads that mostly rest: two heaps for all of them. Once, before they start. */
void mem_few_heaps(void);
/* Gives what is free back to the system: milliseconds, for a thread that has nothing better to do. */
void mem_trim(void);
/* For __attribute__((cleanup(mem_free_p))) on an owning pointer. */
void mem_free_p(void *pp);
#define CLEANUP_FREE __attribute__((cleanup(mem_free_p)))

#endif
