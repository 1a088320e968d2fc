/* unpack.c: see unpack.h. */
#include "work/cyber/unpack.h"

#include "base/mem.h"
#include "base/report.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct unpack {
	int fd;
	char name[256];
	enum packing packing;
	uint64_t done;
	uint8_t *in; /* owned */
	size_t in_at, in_n;
	bool in_frame; /* between the beginning and the end of a gzip member or zstd frame */
	z_stream gzip;
	ZSTD_DStream *zstd; /* owned */
	int (*idle)(void *ctx);
	void *idle_ctx;
};

struct unpack *unpack_new(int fd, const char *name)
{
	struct unpack *u = mem_new(struct unpack);

	u->fd = fd;
	snprintf(u->name, sizeof(u->name), "%s", name);
	return u;
}

void unpack_idle(struct unpack *u, int (*idle)(void *ctx), void *ctx)
{
	u->idle = idle;
	u->idle_ctx = ctx;
}

void unpack_free(struct unpack **unpack)
{
	struct unpack *u = *unpack;

	if (!u)
		return;
	if (u->packing == PACKING_GZIP)
		inflateEnd(&u->gzip);
	ZSTD_freeDStream(u->zstd);
	mem_free(u->in);
	mem_free(u);
	*unpack = NULL;
}

static enum packing packing_of(struct slice head)
{
	if (head.n >= 2 && memcmp(head.p, "\x1f\x8b", 2) == 0)
		return PACKING_GZIP;
	return head.n >= 4 && memcmp(head.p, "\x28\xb5\x2f\xfd", 4) == 0 ? PACKING_ZSTD
									 : PACKING_NONE;
}

bool unpack_packed(struct slice head)
{
	return packing_of(head) != PACKING_NONE;
}

/* Until there is something to read, if only the end or a failure. */
static void wait_for(const struct unpack *u)
{
	struct pollfd p = {.fd = u->fd, .events = POLLIN};
	int got = 0;

	while (u->idle && got == 0) {
		got = poll(&p, 1, u->idle(u->idle_ctx));
		if (got < 0 && errno == EINTR)
			got = 0;
	}
}

/* 0 at the end. */
static ssize_t read_some(struct unpack *u, void *p, size_t n, struct why *why)
{
	ssize_t got;

	wait_for(u);
	do
		got = read(u->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return why_set(why, E_IO, u->name, "%s", strerror(errno));
	u->done += (uint64_t)got;
	return got;
}

static int broken(const struct unpack *u, const char *what, struct why *why)
{
	return why_set(why, E_SYNTAX, u->name, "the %s data are broken or cut off", what);
}

/* One step of decompression: bytes made, or 0 if it needs more. */
static ssize_t unpack_gzip(struct unpack *u, uint8_t *p, size_t n, struct why *why)
{
	int rc;

	u->gzip.next_in = u->in + u->in_at;
	u->gzip.avail_in = (unsigned)(u->in_n - u->in_at);
	u->gzip.next_out = p;
	u->gzip.avail_out = (unsigned)n;
	u->in_frame = true;
	rc = inflate(&u->gzip, Z_NO_FLUSH);
	u->in_at = u->in_n - u->gzip.avail_in;
	if (rc == Z_STREAM_END) {
		/* Members may follow each other, as in a log that was appended to. */
		u->in_frame = false;
		if (inflateReset(&u->gzip) != Z_OK)
			return broken(u, "gzip", why);
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		return broken(u, "gzip", why);
	}
	return (ssize_t)(n - u->gzip.avail_out);
}

static ssize_t unpack_zstd(struct unpack *u, uint8_t *p, size_t n, struct why *why)
{
	ZSTD_inBuffer in = {u->in, u->in_n, u->in_at};
	ZSTD_outBuffer out = {p, n, 0};
	size_t rc = ZSTD_decompressStream(u->zstd, &out, &in);

	if (ZSTD_isError(rc))
		return broken(u, "zstd", why);
	u->in_at = in.pos;
	u->in_frame = rc != 0;
	return (ssize_t)out.pos;
}

static ssize_t unpacked(struct unpack *u, uint8_t *p, size_t n, struct why *why)
{
	for (;;) {
		bool dry = u->in_at == u->in_n;
		ssize_t got = 0;

		if (!dry || u->in_frame) {
			got = u->packing == PACKING_GZIP ? unpack_gzip(u, p, n, why)
							 : unpack_zstd(u, p, n, why);
			if (got != 0)
				return got;
		}
		if (u->in_at < u->in_n)
			continue;
		got = read_some(u, u->in, LIMIT_MATCH_PIECE, why);
		if (got < 0)
			return got;
		if (got == 0)
			return u->in_frame ? broken(u, u->packing == PACKING_GZIP ? "gzip" : "zstd",
						     why)
					   : 0;
		u->in_at = 0;
		u->in_n = (size_t)got;
	}
}

/* What kind of bytes these are; the first ones are read here. */
static int begin(struct unpack *u, struct why *why)
{
	ssize_t got;

	u->in = mem_zero_alloc(1, LIMIT_MATCH_PIECE);
	while (u->in_n < 4 &&
		(got = read_some(u, u->in + u->in_n, LIMIT_MATCH_PIECE - u->in_n, why)) != 0) {
		if (got < 0)
			return (int)got;
		u->in_n += (size_t)got;
	}
	u->packing = packing_of(slice_of(u->in, u->in_n));
	if (u->packing == PACKING_GZIP) {
		/* unpack_free() ends only what has begun. */
		u->packing = PACKING_NONE;
		if (inflateInit2(&u->gzip, 15 + 16) != Z_OK)
			return why_set(why, E_IO, u->name, "no memory for gzip");
		u->packing = PACKING_GZIP;
	} else if (u->packing == PACKING_ZSTD) {
		u->zstd = ZSTD_createDStream();
		MUST(u->zstd);
		ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, LIMIT_MATCH_WINDOW_LOG);
	}
	return 0;
}

ssize_t unpack_read(struct unpack *u, void *p, size_t n, struct why *why)
{
	size_t take;
	int rc = u->packing == PACKING_UNKNOWN ? begin(u, why) : 0;

	if (rc < 0)
		return rc;
	if (u->packing != PACKING_NONE)
		return unpacked(u, p, n, why);
	take = u->in_n - u->in_at < n ? u->in_n - u->in_at : n;
	if (take == 0)
		return read_some(u, p, n, why);
	memcpy(p, u->in + u->in_at, take);
	u->in_at += take;
	return (ssize_t)take;
}

uint64_t unpack_done(const struct unpack *u)
{
	return u->done;
}
