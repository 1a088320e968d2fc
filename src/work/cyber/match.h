/*
 * match.h: logs against a pack: streams of bytes cut into pieces that can be scanned each for itself, and what is told of a hit.
 *
 *	struct match_run run = {.pack = pack, .now_ms = now, .format = FORMAT_AUTO, .tell = tell, .ctx = cli};
 *	rc = match_file(&run, "proxy.log.zst", why);           -- "-": standard input
 *
 * Memory is bounded whatever comes: a line of any length is scanned in pieces, and a token longer than a piece, which can be no key, is passed
 * over and counted.
 */
#ifndef CYBER_MATCH_H
#define CYBER_MATCH_H

#include "work/cyber/scan.h"

/* ---- match_stream.c ---- */

struct stream;
struct stream_piece {
	const uint8_t *p; /* SCAN_MARGIN readable bytes around; valid until the next call */
	size_t n;
	uint64_t offset; /* in the stream, decompressed */
	bool from_start; /* begins with a line */
};

/* A file, a pipe, "-"; gzip and zstd are known by their first bytes. */
MUST_USE int match_stream_open(struct stream **ret, const char *path, struct why *why);
/* The same over a descriptor, which stays the caller's. */
struct stream *match_stream_of(int fd, const char *name);
/* unpack_idle() of what is no file: that always has bytes. */
void match_stream_idle(struct stream *s, int (*idle)(void *ctx), void *ctx);
void match_stream_close(struct stream **s);
/* 1 and a piece, 0 at the end; E_IO, E_SYNTAX (broken compression). */
MUST_USE int match_stream_next(struct stream *s, struct stream_piece *ret, struct why *why);
/* Bytes read so far and, if known, bytes there are: of the file, compressed or not. */
void match_stream_progress(const struct stream *s, uint64_t *ret_done, uint64_t *ret_all);
/* Bytes of tokens that were too long to be anything. */
uint64_t match_stream_skipped(const struct stream *s);

/* ---- match_field.c ---- */

enum match_format { FORMAT_AUTO, FORMAT_LINES, FORMAT_JSON, FORMAT_ZEEK, FORMAT_CSV };

/* Names of columns, from the header of a Zeek log or a CSV file. */
struct match_columns {
	struct buf text; /* owned: the header line */
	char separator;	 /* of Zeek: tab, usually */
};
void match_columns_free(struct match_columns *c);
/* The format of a stream that begins with `head`, under the name `path`. */
enum match_format match_format_of(struct slice head, const char *path);
/* Takes a header line for the columns it names, if it is one. */
void match_columns_header(struct match_columns *c, enum match_format format, struct slice line);
/* The field that byte `at` of `line` is in: JSON path, column; false if it cannot be told. */
bool match_field(enum match_format format, const struct match_columns *c, struct slice line,
	size_t at, struct buf *ret);

/* ---- match_run.c ---- */

struct match_hit {
	const char *file;
	uint64_t line, offset; /* from 1; from 0 */
	const struct scan_hit *scan;
	struct slice field; /* or empty */
	const struct pack_object *object;
	size_t n; /* objects whose time it is: at least one */
};

struct match_run {
	struct pack *pack;
	int64_t now_ms;
	enum match_format format;
	enum scan_way way;
	void (*tell)(void *ctx, const struct match_hit *hit);
	void (*progress)(void *ctx, uint64_t done, uint64_t all); /* may be NULL */
	/* Asked before each piece: 1 with another pack in run->pack, 0, or a failure. What was there before is no more used then. May be NULL. */
	int (*renew)(void *ctx, struct why *why);
	/* Asked before each wait for bytes of a stream: after how many ms to ask again if none have come; -1: not again. May be NULL. */
	int (*idle)(void *ctx);
	void *ctx;
	/* What came of it, over all files. */
	uint64_t lines, bytes, hits, stale,
		skipped; /* stale: hits of which every object is not yet or no longer valid */
};
MUST_USE int match_file(struct match_run *run, const char *path, struct why *why);
MUST_USE int match_stream(
	struct match_run *run, struct stream *s, const char *name, struct why *why);

#endif
