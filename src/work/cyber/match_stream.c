/*
 * match_stream.c: bytes of a log in pieces that can be scanned for themselves; see match.h.
 *
 * Invariants:
 *  1. room[MARGIN, MARGIN + have) are bytes read and not yet given out, but for the piece given out last, which is [0, given) of them.
 *  2. A piece ends behind a newline, or, if the room holds none, behind a byte that is in no token; or it is the last one.
 *  3. While `skipping`, everything up to the next such byte belongs to a token that did not fit the room, and is thrown away.
 */
#include "work/cyber/match.h"

#include "work/cyber/unpack.h"

#include "base/report.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct stream {
	int fd;
	bool close;
	struct unpack *unpack; /* owned */
	uint8_t *room;	       /* owned: margin, LIMIT_MATCH_PIECE, margin */
	size_t have, given;
	uint64_t offset; /* of room[MARGIN] */
	bool ended, skipping, mid_line;
	uint64_t skipped, all;
};

struct stream *match_stream_of(int fd, const char *name)
{
	struct stream *s = mem_new(struct stream);
	struct stat st;

	s->fd = fd;
	s->unpack = unpack_new(fd, name);
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

void match_stream_idle(struct stream *s, int (*idle)(void *ctx), void *ctx)
{
	if (!s->all)
		unpack_idle(s->unpack, idle, ctx);
}

void match_stream_close(struct stream **s)
{
	if (!*s)
		return;
	if ((*s)->close)
		close((*s)->fd);
	unpack_free(&(*s)->unpack);
	mem_free((*s)->room);
	mem_free(*s);
	*s = NULL;
}

/* More bytes behind those that are there. */
static int fill(struct stream *s, struct why *why)
{
	uint8_t *to = s->room + SCAN_MARGIN + s->have;
	size_t space = LIMIT_MATCH_PIECE - s->have;
	ssize_t got = unpack_read(s->unpack, to, space, why);

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
	*ret_done = unpack_done(s->unpack);
	*ret_all = s->all;
}

uint64_t match_stream_skipped(const struct stream *s)
{
	return s->skipped;
}
