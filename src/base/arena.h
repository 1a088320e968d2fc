/*
 * arena.h: memory that ends all at once: one per request, per batch, per command.
 *
 *	struct arena a CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
 *	char *s = arena_printf(&a, "%s/%u", dir, n);
 *
 * Pointers stay good until arena_free() or arena_reset(). Over the ceiling the process stops: it
 * is a bug if a caller lets a stranger reach it (check sizes against limits.h first), except that
 * arena_try() answers NULL, for parsers whose node count is the stranger's.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena_chunk;
struct arena_end;

struct arena {
	struct arena_chunk *top; /* owned */
	struct arena_end *ends;	 /* arena_defer; in the chunks */
	size_t used;		 /* bytes handed out */
	size_t max;		 /* ceiling */
};

#define ARENA(ceiling) ((struct arena){.max = (ceiling)})
#define CLEANUP_ARENA  __attribute__((cleanup(arena_free)))

void arena_free(struct arena *a);
/* Forgets everything but keeps the first chunk for the next round. */
void arena_reset(struct arena *a);

/* `end(what)` is called when the arena is freed or reset, the latest first: for what is borrowed as long as the arena lives. */
void arena_defer(struct arena *a, void (*end)(void *what), void *what);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull, warn_unused_result));
void *arena_try(struct arena *a, size_t n) MUST_USE;
#define arena_new(a, T)	     ((T *)arena_alloc((a), sizeof(T)))
#define arena_array(a, T, n) ((T *)arena_alloc_n((a), (n), sizeof(T)))
void *arena_alloc_n(struct arena *a, size_t n, size_t size)
	__attribute__((returns_nonnull, warn_unused_result));

/* Copies; the char * ones are NUL-terminated. */
struct slice arena_copy(struct arena *a, struct slice s) MUST_USE;
char *arena_string(struct arena *a, struct slice s)
	__attribute__((returns_nonnull, warn_unused_result));
/* "1 entry", "3 entries". */
char *arena_count(struct arena *a, uint64_t n, const char *one, const char *many)
	__attribute__((returns_nonnull, warn_unused_result));
char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull, warn_unused_result));

#endif
