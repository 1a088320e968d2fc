/* mem.c: see mem.h. The one file that calls the allocator. */
#include "base/mem.h"

#include <malloc.h>
#include <stdint.h>
#include <unistd.h>

static void mem_fail(void) __attribute__((noreturn));

/* Nothing here may allocate: the text goes out in one write. */
static void mem_fail(void)
{
	static const char text[] = "out of memory\n";
	ssize_t rc = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)rc;
	abort();
}

void *mem_zero_alloc(size_t n, size_t size)
{
	/* calloc(0) may answer NULL; one byte keeps the promise of the header. */
	void *p = n && size ? calloc(n, size) : calloc(1, 1);

	if (!p)
		mem_fail();
	return p;
}

void *mem_resize(void *p, size_t n, size_t size)
{
	size_t bytes;
	void *q;

	if (__builtin_mul_overflow(n, size, &bytes))
		mem_fail();
	q = realloc(p, bytes ? bytes : 1);
	if (!q)
		mem_fail();
	return q;
}

char *mem_string(const void *p, size_t n)
{
	char *s;

	if (n == SIZE_MAX)
		mem_fail();
	s = mem_resize(NULL, n + 1, 1);
	if (n)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

void mem_free(void *p)
{
	free(p);
}

void mem_free_p(void *pp)
{
	void **p = pp;

	free(*p);
	*p = NULL;
}

void mem_few_heaps(void)
{
	/* Refused means that there are as many as there would have been. */
	(void)mallopt(M_ARENA_MAX, 2);
}

void mem_trim(void)
{
	(void)malloc_trim(0);
}
