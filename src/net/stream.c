/*
 * Answers that come piece by piece. libmicrohttpd's thread pulls: response.stream is asked for
 * bytes; when it has none the connection is suspended on server->streams until server_wake(). The
 * same count of wakes as in workers.c keeps a wake between asking and suspending from being lost.
 */
#include "net/server_int.h"

void streams_resume(struct server *s, bool gone_only)
{
	struct exchange *next;

	for (struct exchange *x = s->streams.head; x != NULL; x = next) {
		next = x->next;
		if (gone_only && !x->conn->gone)
			continue;
		exchanges_remove(&s->streams, x);
		MHD_resume_connection(x->mhd);
	}
}

/* True if suspended; false if it must be asked again at once. */
static bool suspend(struct exchange *x, uint64_t seen)
{
	struct server *s = x->server;
	bool waits;

	pthread_mutex_lock(&s->queue_lock);
	waits = s->wakes == seen && !s->stopping && !x->conn->gone;
	if (waits) {
		exchanges_add(&s->streams, x, ON_STREAMS);
		MHD_suspend_connection(x->mhd);
	}
	pthread_mutex_unlock(&s->queue_lock);
	return waits;
}

static uint64_t wakes(struct server *s)
{
	uint64_t n;

	pthread_mutex_lock(&s->queue_lock);
	n = s->wakes;
	pthread_mutex_unlock(&s->queue_lock);
	return n;
}

static size_t take(struct exchange *x, char *p, size_t max)
{
	struct slice rest = slice_sub(buf_slice(&x->piece), x->piece_at, x->piece.n);
	size_t n = rest.n < max ? rest.n : max;

	memcpy(p, rest.p, n);
	x->piece_at += n;
	if (x->piece_at == x->piece.n) {
		buf_clear(&x->piece);
		x->piece_at = 0;
	}
	x->server->bytes_out += n;
	return n;
}

ssize_t stream_read(void *cls, uint64_t pos, char *p, size_t max)
{
	struct exchange *x = cls;
	struct response *r = &x->req.response;

	(void)pos;
	MUST(x->magic == EXCHANGE_MAGIC && r->stream != NULL && max > 0);
	for (;;) {
		uint64_t seen;

		if (x->piece_at < x->piece.n)
			return (ssize_t)take(x, p, max);
		if (x->stream_over || x->server->stopping)
			return MHD_CONTENT_READER_END_OF_STREAM;
		if (x->conn->gone)
			return MHD_CONTENT_READER_END_WITH_ERROR;
		seen = wakes(x->server);
		x->stream_over = r->stream(r->stream_ctx, &x->piece) == 0;
		if (buf_over(&x->piece)) /* more at once than LIMIT_STREAM_PIECE: cut off, not cut
					    short */
			return MHD_CONTENT_READER_END_WITH_ERROR;
		if (x->piece.n == 0 && !x->stream_over && suspend(x, seen))
			return 0;
	}
}
