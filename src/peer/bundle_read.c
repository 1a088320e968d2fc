/* bundle_read.c: a bundle file taken apart. Everything in it is a stranger's: each length is judged before anything is made of it. */
#include "base/limits.h"
#include "base/report.h"
#include "peer/bundle_int.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define READ_BYTES (256 * KIB)
#define TRAILER	   32

/* ---- manifest ---- */

void bundle_manifest_print(struct buf *b, const struct bundle_manifest *m)
{
	char coalition[COAL_TEXT + 1], from[ID_TEXT + 1], to[ID_TEXT + 1];

	coalition_format(&m->coalition, coalition);
	id_format(&m->from, from);
	id_format(&m->to, to);
	buf_addf(b, "coalition %s\nfrom %s\nto %s\ntime %" PRId64 "\n", coalition, from, to,
		m->time_ms);
}

int bundle_manifest_parse(struct slice text, struct bundle_manifest *ret, struct why *why)
{
	struct slice coalition, from, to, time;
	struct bundle_manifest m;

	if (!slice_take(&text, "coalition ") || !slice_cut_exact(&text, '\n', &coalition) ||
		!slice_take(&text, "from ") || !slice_cut_exact(&text, '\n', &from) ||
		!slice_take(&text, "to ") || !slice_cut_exact(&text, '\n', &to) ||
		!slice_take(&text, "time ") || !slice_cut_exact(&text, '\n', &time) || text.n > 0 ||
		coalition_parse(coalition, &m.coalition) < 0 || id_parse(from, &m.from) < 0 ||
		id_parse(to, &m.to) < 0 || slice_i64(time, &m.time_ms) < 0)
		return why_set(why, E_SYNTAX, BUNDLE_MANIFEST, "the manifest is broken");
	*ret = m;
	return 0;
}

/* ---- the walk through the file ---- */

struct walk {
	struct bundle_file *f;
	struct hasher *hash;
	uint64_t at;	 /* position in the file */
	uint8_t *buf;	 /* owned; READ_BYTES */
	size_t from, to; /* what is in buf and not yet taken */
	bundle_progress progress;
	void *ctx;
};

static int walk_more(struct walk *w, struct why *why)
{
	ssize_t n;

	do
		n = pread(w->f->fd, w->buf, READ_BYTES, (off_t)(w->at));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return why_set(why, E_IO, "bundle", "%s", strerror(errno));
	if (n == 0)
		return why_set(why, E_SYNTAX, "bundle", "the file ends too early");
	w->from = 0;
	w->to = (size_t)n;
	if (w->progress != NULL)
		w->progress(w->ctx, w->at, w->f->size, "checking");
	return 0;
}

/* Takes n bytes, to `ret` or, if that is NULL, only through the hash. */
static int walk_take(struct walk *w, uint8_t *ret, uint64_t n, struct why *why)
{
	while (n > 0) {
		size_t part;
		int rc;

		if (w->from == w->to && (rc = walk_more(w, why)) < 0)
			return rc;
		part = w->to - w->from;
		if (part > n)
			part = (size_t)n;
		if (w->hash != NULL)
			hash_add(w->hash, slice_of(w->buf + w->from, part));
		if (ret != NULL) {
			memcpy(ret, w->buf + w->from, part);
			ret += part;
		}
		w->from += part;
		w->at += part;
		n -= part;
	}
	return 0;
}

static int walk_number(struct walk *w, unsigned bytes, uint64_t *ret, struct why *why)
{
	uint8_t be[8];
	uint64_t v = 0;
	int rc = walk_take(w, be, bytes, why);

	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < bytes; i++)
		v = v << 8 | be[i];
	*ret = v;
	return 0;
}

/* ---- sections ---- */

static int section_judge(const struct walk *w, const struct bundle_section *s, struct why *why)
{
	if (s->deflated > w->f->size - w->at)
		return why_set(why, E_SYNTAX, "bundle", "a section is longer than the file");
	if (s->length > LIMIT_PEER_ANSWER || s->deflated > s->length)
		return why_set(why, E_LIMIT, "bundle", "a section is at most %zu bytes",
			LIMIT_PEER_ANSWER);
	if (s->length > LIMIT_BUNDLE_PLAIN && s->length / LIMIT_BUNDLE_RATIO > s->deflated)
		return why_set(why, E_LIMIT, "bundle",
			"a section inflates to more than %d times its size", LIMIT_BUNDLE_RATIO);
	return 0;
}

/* The name under which a section is looked for: of a tile, the full one, whatever its width. */
static int section_name(
	struct slice path, struct bundle_section *s, struct buf *ret, struct why *why)
{
	ptrdiff_t mark = slice_find(path, '?');
	struct slice plain = mark < 0 ? path : slice_sub(path, 0, (size_t)mark);
	struct slice query = mark < 0 ? SLICE_NONE : slice_sub(path, (size_t)mark + 1, path.n);
	struct peer_path p;

	if (slice_is(path, BUNDLE_MANIFEST)) {
		buf_slice_add(ret, path);
		return 0;
	}
	if (peer_path_parse(plain, &p) < 0)
		return why_set(why, E_SYNTAX, "bundle", "a section has an unknown name");
	if (p.resource == PEER_PAYLOADS) {
		s->log = p.log;
		if (slice_u64(peer_query(query, "from"), &s->from) < 0 ||
			slice_u64(peer_query(query, "to"), &s->to) < 0 || s->from > s->to ||
			s->to > INT64_MAX)
			return why_set(why, E_SYNTAX, "bundle", "contents of no range");
	}
	if (p.resource == PEER_TILE) {
		s->width = p.tile.width;
		p.tile.width = TILE_WIDTH;
	}
	peer_path_print(ret, &p);
	if (query.n > 0) {
		buf_byte(ret, '?');
		buf_slice_add(ret, query);
	}
	return 0;
}

static int section_add(struct walk *w, struct slice path, struct bundle_section *s, struct why *why)
{
	struct buf name CLEANUP_BUF = BUF(2 * PEER_PATH_MAX);
	int rc = section_name(path, s, &name, why);

	if (rc < 0)
		return rc;
	if (w->f->section.n == LIMIT_BUNDLE_SECTIONS)
		return why_set(
			why, E_LIMIT, "bundle", "more than %d sections", LIMIT_BUNDLE_SECTIONS);
	if (buf_over(&name) || map_has(&w->f->by_path, buf_slice(&name)))
		return why_set(why, E_SYNTAX, "bundle", "the same section twice");
	if (s->log.epoch != 0 || !id_is_zero(&s->log.member))
		vec_push(&w->f->payloads, w->f->section.n);
	vec_push(&w->f->section, *s);
	map_put(&w->f->by_path, buf_slice(&name), (void *)(uintptr_t)w->f->section.n);
	return 0;
}

/* 1 = a section, 0 = the end of them. */
static int section_next(struct walk *w, struct why *why)
{
	uint8_t path[PEER_PATH_MAX];
	struct bundle_section s = {0};
	uint64_t n;
	int rc = walk_number(w, 4, &n, why);

	if (rc < 0 || n == 0)
		return rc;
	if (n > sizeof(path))
		return why_set(why, E_SYNTAX, "bundle", "the name of a section is too long");
	if ((rc = walk_take(w, path, n, why)) < 0 || (rc = walk_number(w, 8, &s.length, why)) < 0 ||
		(rc = walk_number(w, 8, &s.deflated, why)) < 0 ||
		(rc = section_judge(w, &s, why)) < 0)
		return rc;
	s.at = w->at;
	if ((rc = section_add(w, slice_of(path, (size_t)n), &s, why)) < 0 ||
		(rc = walk_take(w, NULL, s.deflated, why)) < 0)
		return rc;
	return 1;
}

static int walk_all(struct walk *w, struct why *why)
{
	uint8_t magic[sizeof(BUNDLE_MAGIC) - 1], trailer[TRAILER];
	struct hash hash;
	int rc = walk_take(w, magic, sizeof(magic), why);

	if (rc == E_IO)
		return rc;
	if (rc < 0 || memcmp(magic, BUNDLE_MAGIC, sizeof(magic)) != 0)
		return why_set(why, E_SYNTAX, "bundle", "this is no bundle");
	while ((rc = section_next(w, why)) == 1)
		;
	if (rc < 0)
		return rc;
	hash = hash_end(&w->hash);
	if ((rc = walk_take(w, trailer, sizeof(trailer), why)) < 0)
		return rc;
	if (memcmp(trailer, hash.b, sizeof(trailer)) != 0)
		return why_set(why, E_VERIFY, "bundle", "the file has been altered or torn");
	if (w->at != w->f->size)
		return why_set(why, E_SYNTAX, "bundle", "something follows the end of the bundle");
	return 0;
}

int bundle_file_open(
	struct bundle_file *ret, int fd, bundle_progress progress, void *ctx, struct why *why)
{
	struct bundle_file f = {.fd = fd};
	struct walk w = {.f = &f, .progress = progress, .ctx = ctx};
	struct stat st;
	int rc;

	if (fstat(fd, &st) < 0)
		return why_set(why, E_IO, "bundle", "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return why_set(why, E_USAGE, "bundle", "a bundle is read from a file");
	if ((uint64_t)st.st_size > LIMIT_BUNDLE_FILE)
		return why_set(
			why, E_LIMIT, "bundle", "a bundle is at most %zu bytes", LIMIT_BUNDLE_FILE);
	f.size = (uint64_t)st.st_size;
	w.buf = mem_zero_alloc(1, READ_BYTES);
	w.hash = hash_start();
	rc = walk_all(&w, why);
	mem_free(w.buf);
	if (w.hash != NULL)
		hash_drop(&w.hash);
	if (rc < 0) {
		bundle_file_close(&f);
		return rc;
	}
	*ret = f;
	return 0;
}

void bundle_file_close(struct bundle_file *f)
{
	map_free(&f->by_path);
	vec_free(&f->section);
	vec_free(&f->payloads);
}

const struct bundle_section *bundle_file_find(const struct bundle_file *f, struct slice path)
{
	uintptr_t at = (uintptr_t)map_get(&f->by_path, path);

	return at == 0 ? NULL : &f->section.p[at - 1];
}

/* ---- bytes ---- */

static int inflate_exactly(struct slice from, uint8_t *to, size_t n, struct why *why)
{
	z_stream z = {0};
	int rc;

	MUST(inflateInit2(&z, -MAX_WBITS) == Z_OK);
	z.next_in = (z_const Bytef *)(uintptr_t)from.p;
	z.avail_in = (uInt)from.n;
	z.next_out = to;
	z.avail_out = (uInt)n;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (rc != Z_STREAM_END || z.avail_out != 0 || z.avail_in != 0)
		return why_set(why, E_SYNTAX, "bundle", "a section does not inflate to its length");
	return 0;
}

static int read_at(const struct bundle_file *f, uint64_t at, uint8_t *to, size_t n, struct why *why)
{
	while (n > 0) {
		ssize_t got = pread(f->fd, to, n, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return why_set(why, E_IO, "bundle", "%s",
				got < 0 ? strerror(errno) : "the file has shrunk");
		to += got;
		at += (uint64_t)got;
		n -= (size_t)got;
	}
	return 0;
}

int bundle_section_read(const struct bundle_file *f, const struct bundle_section *s,
	struct buf *ret, struct why *why)
{
	struct buf deflated CLEANUP_BUF = BUF(LIMIT_PEER_ANSWER);
	size_t before = ret->n;
	uint8_t *to = buf_room(ret, (size_t)s->length), *raw;
	int rc;

	if (s->length == 0)
		return 0;
	if (to == NULL)
		return why_set(why, E_LIMIT, "bundle", "a section is too long here");
	if (s->length == s->deflated) {
		rc = read_at(f, s->at, to, (size_t)s->length, why);
	} else {
		raw = buf_room(&deflated, (size_t)s->deflated);
		rc = s->deflated == 0 || raw == NULL
			     ? why_set(why, E_SYNTAX, "bundle", "a section without bytes")
			     : read_at(f, s->at, raw, (size_t)s->deflated, why);
		if (rc >= 0)
			rc = inflate_exactly(buf_slice(&deflated), to, (size_t)s->length, why);
	}
	if (rc < 0)
		buf_cut(ret, before);
	return rc;
}
