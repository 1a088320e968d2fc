/* match_run.c: one stream against a pack; see match.h. */
#include "work/cyber/match.h"

#include "base/report.h"

struct running {
	struct match_run *run;
	const char *name;
	enum match_format format;
	struct match_columns columns;
	struct stream_piece piece;
	uint64_t line; /* of the byte `counted` of the piece, from 0 */
	size_t counted;
	struct buf field;
};

/* The whole line that byte `at` of the piece is on; false if the piece holds only part of it. */
static bool line_of(const struct running *r, size_t at, struct slice *ret, size_t *ret_from)
{
	const uint8_t *p = r->piece.p;
	const uint8_t *before = at ? memrchr(p, '\n', at) : NULL,
		      *behind = memchr(p + at, '\n', r->piece.n - at);
	size_t from = before ? (size_t)(before - p) + 1 : 0,
	       to = behind ? (size_t)(behind - p) : r->piece.n;

	if (!before && !r->piece.from_start)
		return false;
	*ret = slice_sub(slice_of(p, r->piece.n), from, to);
	*ret_from = from;
	return true;
}

static void count_to(struct running *r, size_t at)
{
	const uint8_t *p = r->piece.p, *hit;

	while (r->counted < at && (hit = memchr(p + r->counted, '\n', at - r->counted))) {
		r->counted = (size_t)(hit - p) + 1;
		r->line++;
	}
	r->counted = at;
}

static void on_hit(void *ctx, const struct scan_hit *scan)
{
	struct running *r = ctx;
	struct pack_object object[LIMIT_MATCH_OBJECTS];
	struct match_hit hit = {
		.file = r->name, .scan = scan, .offset = scan->offset, .object = object};
	size_t at = (size_t)(scan->offset - r->piece.offset), from;
	uint64_t next = 0;
	struct slice line;

	while (hit.n < LIMIT_MATCH_OBJECTS &&
		pack_live(r->run->pack, scan->entry, r->run->now_ms, &next, &object[hit.n]))
		hit.n++;
	if (hit.n == 0) {
		r->run->stale++;
		return;
	}
	count_to(r, at);
	hit.line = r->line + 1;
	buf_clear(&r->field);
	if (line_of(r, at, &line, &from) &&
		match_field(r->format, &r->columns, line, at - from, &r->field) &&
		!buf_over(&r->field))
		hit.field = buf_slice(&r->field);
	r->run->hits++;
	r->run->tell(r->run->ctx, &hit);
}

/* Header lines, which name columns, stand at the beginning of what is scanned. */
static void headers(struct running *r)
{
	struct slice rest = slice_of(r->piece.p, r->piece.n), line;

	if (r->format == FORMAT_CSV && slice_cut(&rest, '\n', &line))
		match_columns_header(&r->columns, r->format, slice_trim(line));
	while (r->format == FORMAT_ZEEK && slice_starts(rest, "#") && slice_cut(&rest, '\n', &line))
		match_columns_header(&r->columns, r->format, line);
}

/* Another pack, if there is one: a stream that does not end outlives many. */
static int renew(struct running *r, struct scan **scan, struct why *why)
{
	int rc = r->run->renew ? r->run->renew(r->run->ctx, why) : 0;

	if (rc != 1)
		return rc;
	scan_free(scan);
	*scan = scan_new(r->run->pack, on_hit, r);
	scan_set_json(*scan, r->format == FORMAT_JSON);
	return 0;
}

static int each_piece(struct running *r, struct stream *s, struct scan **scan, struct why *why)
{
	uint64_t lines = 0, done, all;
	bool open_line = false;
	int rc;

	while ((rc = match_stream_next(s, &r->piece, why)) == 1) {
		if (r->piece.offset == 0) {
			if (r->format == FORMAT_AUTO)
				r->format =
					match_format_of(slice_of(r->piece.p, r->piece.n), r->name);
			scan_set_json(*scan, r->format == FORMAT_JSON);
			headers(r);
		}
		rc = renew(r, scan, why);
		if (rc < 0)
			return rc;
		r->line = lines;
		r->counted = 0;
		scan_piece(*scan, r->piece.p, r->piece.n, r->piece.offset, &lines);
		open_line = r->piece.p[r->piece.n - 1] != '\n';
		r->run->bytes += r->piece.n;
		if (pack_damage(r->run->pack))
			return why_set(why, E_VERIFY, "pack", "%s", pack_damage(r->run->pack));
		if (r->run->progress) {
			match_stream_progress(s, &done, &all);
			r->run->progress(r->run->ctx, done, all);
		}
	}
	r->run->lines += lines + open_line;
	return rc;
}

int match_stream(struct match_run *run, struct stream *s, const char *name, struct why *why)
{
	struct running r = {.run = run, .name = name, .format = run->format};
	struct scan *scan = scan_new(run->pack, on_hit, &r);
	int rc = E_STATE;

	r.field = BUF(8 * KIB);
	match_stream_idle(s, run->idle, run->ctx);
	if (scan_set_way(scan, run->way))
		rc = each_piece(&r, s, &scan, why);
	else
		why_set(why, E_STATE, "", "this processor has no such instructions");
	run->skipped += match_stream_skipped(s);
	scan_free(&scan);
	match_columns_free(&r.columns);
	buf_free(&r.field);
	return rc;
}

int match_file(struct match_run *run, const char *path, struct why *why)
{
	struct stream *s = NULL;
	int rc = match_stream_open(&s, path, why);

	if (rc < 0)
		return rc;
	rc = match_stream(run, s, path, why);
	match_stream_close(&s);
	return rc;
}
