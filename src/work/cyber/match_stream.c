/*
 * match_stream.c: bytes of a log in pieces that can be scanned for themselves; see match.h.
 *
 * Invariants:
 *  1. room[MARGIN, MARGIN + have) are bytes read and not yet given out, but for the piece given out last, which is [0, given) of them.
 *  2. A piece ends behind a newline, or, if the room holds none, behind a byte that is in no token; or it is the last one.
 *  3. While `skipping`, everything up to the next such byte belongs to a token that did not fit the room, and is thrown away.
 */
#include "work/cyber/match.h"

#include "base/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum packing { PACKING_UNKNOWN, PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct stream {
	int fd;
	bool close;
	char name[256];
	enum packing packing;
	uint8_t *room; /* owned: margin, LIMIT_MATCH_PIECE, margin */
	size_t have, given;
	uint64_t offset; /* of room[MARGIN] */
	bool ended, skipping, mid_line;
	uint64_t skipped, done, all;
	/* Compressed input. */
	uint8_t *in; /* owned */
	size_t in_at, in_n;
	bool in_frame; /* between the beginning and the end of a gzip member or zstd frame */
	z_stream gzip;
	ZSTD_DStream *zstd; /* owned */
};

struct stream *match_stream_of(int fd, const char *name)
{
	struct stream *s = mem_new(struct stream);
	struct stat st;

	s->fd = fd;
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->room = mem_zero_alloc(1, LIMIT_MATCH_PIECE + 2 * SCAN_MARGIN);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		s->all = (uint64_t)st.st_size;
	return s;
}

int match_stream_open(struct stream **ret, const char *path, struct why *why)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return why_set(why, E_MISSING, path, "%s", strerror(errno));
	*ret = match_stream_of(fd, standard ? "standard input" : path);
	(*ret)->close = !standard;
	if ((*ret)->all)
		posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return 0;
}

void match_stream_close(struct stream **s)
{
	if (!*s)
		return;
	if ((*s)->close)
		close((*s)->fd);
	if ((*s)->packing == PACKING_GZIP)
		inflateEnd(&(*s)->gzip);
	ZSTD_freeDStream((*s)->zstd);
	mem_free((*s)->in);
	mem_free((*s)->room);
	mem_free(*s);
	*s = NULL;
}

/* ---- bytes ---- */

/* 0 at the end. */
static ssize_t read_some(struct stream *s, void *p, size_t n, struct why *why)
{
	ssize_t got;

	do
		got = read(s->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return why_set(why, E_IO, s->name, "%s", strerror(errno));
	s->done += (uint64_t)got;
	return got;
}

static int broken(const struct stream *s, const char *what, struct why *why)
{
	return why_set(why, E_SYNTAX, s->name, "the %s data are broken or cut off", what);
}

/* One step of decompression: bytes made, or 0 if it needs more. */
static ssize_t unpack_gzip(struct stream *s, uint8_t *p, size_t n, struct why *why)
{
	int rc;

	s->gzip.next_in = s->in + s->in_at;
	s->gzip.avail_in = (unsigned)(s->in_n - s->in_at);
	s->gzip.next_out = p;
	s->gzip.avail_out = (unsigned)n;
	s->in_frame = true;
	rc = inflate(&s->gzip, Z_NO_FLUSH);
	s->in_at = s->in_n - s->gzip.avail_in;
	if (rc == Z_STREAM_END) {
		/* Members may follow each other, as in a log that was appended to. */
		s->in_frame = false;
		if (inflateReset(&s->gzip) != Z_OK)
			return broken(s, "gzip", why);
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		return broken(s, "gzip", why);
	}
	return (ssize_t)(n - s->gzip.avail_out);
}

static ssize_t unpack_zstd(struct stream *s, uint8_t *p, size_t n, struct why *why)
{
	ZSTD_inBuffer in = {s->in, s->in_n, s->in_at};
	ZSTD_outBuffer out = {p, n, 0};
	size_t rc = ZSTD_decompressStream(s->zstd, &out, &in);

	if (ZSTD_isError(rc))
		return broken(s, "zstd", why);
	s->in_at = in.pos;
	s->in_frame = rc != 0;
	return (ssize_t)out.pos;
}

static ssize_t unpack(struct stream *s, uint8_t *p, size_t n, struct why *why)
{
	for (;;) {
		bool dry = s->in_at == s->in_n;
		ssize_t got = 0;

		if (!dry || s->in_frame) {
			got = s->packing == PACKING_GZIP ? unpack_gzip(s, p, n, why)
							 : unpack_zstd(s, p, n, why);
			if (got != 0)
				return got;
		}
		if (s->in_at < s->in_n)
			continue;
		got = read_some(s, s->in, LIMIT_MATCH_PIECE, why);
		if (got < 0)
			return got;
		if (got == 0)
			return s->in_frame ? broken(s, s->packing == PACKING_GZIP ? "gzip" : "zstd",
						     why)
					   : 0;
		s->in_at = 0;
		s->in_n = (size_t)got;
	}
}

/* What kind of bytes these are; the first ones are read here. */
static int begin(struct stream *s, struct why *why)
{
	ssize_t got;

	s->in = mem_zero_alloc(1, LIMIT_MATCH_PIECE);
	while (s->in_n < 4 &&
		(got = read_some(s, s->in + s->in_n, LIMIT_MATCH_PIECE - s->in_n, why)) != 0) {
		if (got < 0)
			return (int)got;
		s->in_n += (size_t)got;
	}
	s->packing = PACKING_NONE;
	if (s->in_n >= 2 && memcmp(s->in, "\x1f\x8b", 2) == 0) {
		if (inflateInit2(&s->gzip, 15 + 16) != Z_OK)
			return why_set(why, E_IO, s->name, "no memory for gzip");
		s->packing = PACKING_GZIP;
	} else if (s->in_n >= 4 && memcmp(s->in, "\x28\xb5\x2f\xfd", 4) == 0) {
		s->packing = PACKING_ZSTD;
		s->zstd = ZSTD_createDStream();
		MUST(s->zstd);
		ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, LIMIT_MATCH_WINDOW_LOG);
	}
	return 0;
}

/* More bytes behind those that are there. */
static int fill(struct stream *s, struct why *why)
{
	uint8_t *to = s->room + SCAN_MARGIN + s->have;
	size_t space = LIMIT_MATCH_PIECE - s->have;
	ssize_t got;

	if (s->packing == PACKING_UNKNOWN) {
		int rc = begin(s, why);

		if (rc < 0)
			return rc;
	}
	if (s->packing != PACKING_NONE) {
		got = unpack(s, to, space, why);
	} else if (s->in_at < s->in_n) {
		got = (ssize_t)(s->in_n - s->in_at < space ? s->in_n - s->in_at : space);
		memcpy(to, s->in + s->in_at, (size_t)got);
		s->in_at += (size_t)got;
	} else {
		got = read_some(s, to, space, why);
	}
	if (got < 0)
		return (int)got;
	s->ended = got == 0;
	s->have += (size_t)got;
	return 0;
}

/* ---- pieces ---- */

/* In no token, so that nothing is lost by a cut behind it. */
static bool is_gap(uint8_t c)
{
	return c <= ' ' || c == '"' || c == '<' || c == '>' || c == '|';
}

static void drop(struct stream *s, size_t n)
{
	memmove(s->room + SCAN_MARGIN, s->room + SCAN_MARGIN + n, s->have - n);
	s->have -= n;
	s->offset += n;
}

/* Where the bytes at hand may be cut: behind the last newline, else behind the last gap, else 0. */
static size_t cut_of(const struct stream *s)
{
	const uint8_t *p = s->room + SCAN_MARGIN;
	const uint8_t *end = memrchr(p, '\n', s->have);
	size_t n = s->have;

	if (end)
		return (size_t)(end - p) + 1;
	if (s->have < LIMIT_MATCH_PIECE)
		return 0; /* there is room for the line's rest */
	while (n > 0 && !is_gap(p[n - 1]))
		n--;
	return n;
}

/* Throws away what is left of a token that did not fit. */
static void skip(struct stream *s)
{
	const uint8_t *p = s->room + SCAN_MARGIN;
	size_t n = 0;

	while (n < s->have && !is_gap(p[n]))
		n++;
	s->skipping = n == s->have && !s->ended;
	s->skipped += n;
	drop(s, n);
}

static void give(struct stream *s, size_t n, struct stream_piece *ret)
{
	*ret = (struct stream_piece){s->room + SCAN_MARGIN, n, s->offset, !s->mid_line};
	s->given = n;
	s->mid_line = n && ret->p[n - 1] != '\n';
}

int match_stream_next(struct stream *s, struct stream_piece *ret, struct why *why)
{
	drop(s, s->given);
	s->given = 0;
	for (;;) {
		size_t cut;
		int rc = s->ended || s->have == LIMIT_MATCH_PIECE ? 0 : fill(s, why);

		if (rc < 0)
			return rc;
		if (s->skipping) {
			skip(s);
			if (s->skipping || s->have < LIMIT_MATCH_PIECE / 2)
				if (!s->ended)
					continue;
		}
		if (s->ended) {
			if (s->have == 0)
				return 0;
			give(s, s->have, ret);
			return 1;
		}
		cut = cut_of(s);
		if (cut) {
			give(s, cut, ret);
			return 1;
		}
		if (s->have == LIMIT_MATCH_PIECE) {
			s->skipping = true;
			s->mid_line = true;
		}
	}
}

void match_stream_progress(const struct stream *s, uint64_t *ret_done, uint64_t *ret_all)
{
	*ret_done = s->done;
	*ret_all = s->all;
}

uint64_t match_stream_skipped(const struct stream *s)
{
	return s->skipped;
}
