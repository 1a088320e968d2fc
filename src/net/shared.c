#include "net/server.h"

#include "base/report.h"

#include <stdatomic.h>

struct shared {
	atomic_uint count;
	struct buf bytes; /* owned */
};

struct shared *shared_new(struct buf *take)
{
	struct shared *s = mem_new(struct shared);

	MUST(take != NULL && !buf_over(take));
	s->count = 1;
	s->bytes = *take;
	*take = BUF(take->max);
	return s;
}

struct shared *shared_ref(struct shared *s)
{
	MUST(s != NULL && s->count > 0);
	s->count++;
	return s;
}

void shared_drop(struct shared **p)
{
	struct shared *s = *p;

	*p = NULL;
	if (s == NULL)
		return;
	MUST(s->count > 0);
	if (--s->count > 0)
		return;
	buf_free(&s->bytes);
	mem_free(s);
}

struct slice shared_bytes(const struct shared *s)
{
	MUST(s != NULL);
	return buf_slice(&s->bytes);
}
