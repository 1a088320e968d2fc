/*
 * arena.c: see arena.h.
 *
 * Chunks grow from 4 KiB to 1 MiB; what is larger gets a chunk of its own. Memory comes zeroed
 * from the system and is handed out once, so nothing is cleared twice; only arena_reset() clears.
 */
#include "base/arena.h"

#include "base/limits.h"
#include "base/report.h"

#include <inttypes.h>
#include <stdarg.h>

struct arena_chunk {
	struct arena_chunk *below; /* owned */
	size_t used, size;
	_Alignas(max_align_t) uint8_t p[];
};

struct arena_end {
	struct arena_end *before;
	void (*end)(void *what);
	void *what;
};

#define ARENA_ALIGN	  _Alignof(max_align_t)
#define ARENA_CHUNK_FIRST (4 * KIB)
#define ARENA_CHUNK_MAX	  (1 * MIB)

static void arena_run_ends(struct arena *a)
{
	while (a->ends) {
		struct arena_end *e = a->ends;

		a->ends = e->before;
		e->end(e->what);
	}
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	arena_run_ends(a);
	while (a->top) {
		struct arena_chunk *c = a->top;

		a->top = c->below;
		mem_free(c);
	}
	a->used = 0;
}

void arena_reset(struct arena *a)
{
	arena_run_ends(a);
	while (a->top && a->top->below) {
		struct arena_chunk *c = a->top;

		a->top = c->below;
		mem_free(c);
	}
	if (a->top) {
		memset(a->top->p, 0, a->top->used);
		a->top->used = 0;
	}
	a->used = 0;
}

static void arena_push(struct arena *a, size_t need)
{
	size_t size = a->top ? a->top->size * 2 : ARENA_CHUNK_FIRST;
	struct arena_chunk *c;

	if (size > ARENA_CHUNK_MAX)
		size = ARENA_CHUNK_MAX;
	if (size < need)
		size = need;
	c = mem_zero_alloc(1, sizeof(*c) + size);
	c->size = size;
	c->below = a->top;
	a->top = c;
}

/*
 * A request that needs a chunk of its own goes beneath the top one, so that the rest of the top
 * chunk is not lost to the next small request.
 */
static void *arena_large(struct arena *a, size_t n)
{
	struct arena_chunk *c = mem_zero_alloc(1, sizeof(*c) + n);

	c->size = c->used = n;
	c->below = a->top->below;
	a->top->below = c;
	return c->p;
}

void *arena_try(struct arena *a, size_t n)
{
	void *p;

	if (n > a->max)
		return NULL;
	n = (n + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
	if (n == 0)
		n = ARENA_ALIGN;
	if (n > a->max - a->used)
		return NULL;
	a->used += n;
	if (a->top && n > ARENA_CHUNK_MAX / 4 && n > a->top->size - a->top->used)
		return arena_large(a, n);
	if (!a->top || n > a->top->size - a->top->used)
		arena_push(a, n);
	p = a->top->p + a->top->used;
	a->top->used += n;
	return p;
}

void arena_defer(struct arena *a, void (*end)(void *what), void *what)
{
	struct arena_end *e = arena_new(a, struct arena_end);

	*e = (struct arena_end){a->ends, end, what};
	a->ends = e;
}

void *arena_alloc(struct arena *a, size_t n)
{
	void *p = arena_try(a, n);

	MUST(p != NULL);
	return p;
}

void *arena_alloc_n(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	MUST(!__builtin_mul_overflow(n, size, &bytes));
	return arena_alloc(a, bytes);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
	uint8_t *p = arena_alloc(a, s.n);

	if (s.n)
		memcpy(p, s.p, s.n);
	return slice_of(p, s.n);
}

char *arena_string(struct arena *a, struct slice s)
{
	char *p;

	MUST(s.n < SIZE_MAX);
	p = arena_alloc(a, s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

char *arena_count(struct arena *a, uint64_t n, const char *one, const char *many)
{
	return arena_printf(a, "%" PRIu64 " %s", n, n == 1 ? one : many);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	MUST(n >= 0);
	p = arena_alloc(a, (size_t)n + 1);
	n = vsnprintf(p, (size_t)n + 1, fmt, again);
	MUST(n >= 0);
	va_end(again);
	return p;
}
