/* publicfile.c: form of the file. One order of parts, so that two files of the same content are the same bytes. */
#include "pact/publicfile.h"

#include "base/enc.h"
#include "base/limits.h"
#include "pact/lines.h"

#include <inttypes.h>

struct reading {
	struct lines l;
	struct arena *arena;
	struct publicfile *f;
	size_t max_party, max_log, max_charter, max_fork, max_witness, max_entry, entries;
};

/* Room for one more; at most `limit`. */
static int grow(struct reading *r, void **list, size_t n, size_t *max, size_t size, size_t limit)
{
	if (n == limit)
		return LINES_BAD(&r->l, E_LIMIT, "more than %zu of these", limit);
	if (n < *max)
		return 0;
	size_t more = *max ? 2 * *max : 8;
	void *larger = arena_alloc_n(r->arena, more, size);
	if (n)
		memcpy(larger, *list, n * size);
	*list = larger;
	*max = more;
	return 0;
}

/* So many bytes and their LF. */
static int blob(struct reading *r, uint64_t n, struct slice *ret)
{
	struct slice rest = r->l.rest;
	if (n >= rest.n || rest.p[n] != '\n')
		return LINES_BAD(&r->l, E_SYNTAX, "its %" PRIu64 " bytes are cut off", n);
	*ret = slice_sub(rest, 0, (size_t)n);
	for (size_t i = 0; i <= n; i++)
		r->l.line += rest.p[i] == '\n';
	r->l.rest = slice_sub(rest, (size_t)n + 1, rest.n);
	return 0;
}

/* "<field> <bytes>\n<bytes>\n" */
static int counted(struct reading *r, const char *field, struct slice *ret)
{
	uint64_t n;
	int rc = lines_u64(&r->l, field, &n);
	return rc < 0 ? rc : blob(r, n, ret);
}

static int hashes(struct reading *r, uint64_t n, struct slice *ret)
{
	const uint8_t *from = r->l.rest.p;
	if (n > TREE_DEPTH)
		return LINES_BAD(&r->l, E_LIMIT, "no tree is that deep");
	for (uint64_t i = 0; i < n; i++) {
		struct hash h;
		struct slice line;
		int rc = lines_next(&r->l, &line);
		if (rc < 0)
			return rc;
		if (base64_decode_exact(line, h.b, sizeof(h.b)) < 0)
			return LINES_BAD(&r->l, E_SYNTAX, "expected a hash in base64");
	}
	*ret = slice_of(from, (size_t)(r->l.rest.p - from));
	return 0;
}

static int charters(struct reading *r)
{
	struct publicfile *f = r->f;
	while (lines_is(&r->l, "charter")) {
		int rc = grow(r, (void **)&f->charter, f->n_charter, &r->max_charter,
			sizeof(*f->charter), LIMIT_PUBLIC_CHARTERS);
		if (rc == 0)
			rc = counted(r, "charter", &f->charter[f->n_charter]);
		if (rc < 0)
			return rc;
		f->n_charter++;
	}
	return 0;
}

static int party(struct reading *r)
{
	struct publicfile *f = r->f;
	struct slice v, id;
	uint64_t n;
	int rc = grow(r, (void **)&f->party, f->n_party, &r->max_party, sizeof(*f->party),
		LIMIT_PUBLIC_PARTIES);
	if (rc == 0)
		rc = lines_field(&r->l, "party", &v);
	if (rc < 0)
		return rc;
	struct public_party *p = &f->party[f->n_party];
	*p = (struct public_party){0};
	if (!slice_cut_exact(&v, ' ', &id) || id_parse(id, &p->member) < 0 || slice_u64(v, &n) < 0)
		return LINES_BAD(&r->l, E_SYNTAX, "\"party\" is <member> <bytes>");
	if (f->n_party > 0 && id_cmp(&p[-1].member, &p->member) >= 0)
		return LINES_BAD(&r->l, E_SYNTAX, "parties are sorted and distinct");
	f->n_party++;
	return blob(r, n, &p->notes);
}

static int witness(struct reading *r, struct public_log *log)
{
	struct slice v, id, bytes;
	uint64_t n, count;
	int rc = grow(r, (void **)&log->witness, log->n_witness, &r->max_witness,
		sizeof(*log->witness), LIMIT_MEMBERS);
	if (rc == 0)
		rc = lines_field(&r->l, "witness", &v);
	if (rc < 0)
		return rc;
	struct public_witness *w = &log->witness[log->n_witness];
	*w = (struct public_witness){0};
	if (!slice_cut_exact(&v, ' ', &id) || id_parse(id, &w->member) < 0 ||
		!slice_cut_exact(&v, ' ', &bytes) || slice_u64(bytes, &n) < 0 ||
		slice_u64(v, &count) < 0)
		return LINES_BAD(&r->l, E_SYNTAX, "\"witness\" is <member> <bytes> <hashes>");
	if (log->n_witness > 0 && id_cmp(&w[-1].member, &w->member) >= 0)
		return LINES_BAD(&r->l, E_SYNTAX, "witnesses are sorted and distinct");
	log->n_witness++;
	if ((rc = blob(r, n, &w->note)) < 0)
		return rc;
	w->n_hash = (size_t)count;
	return hashes(r, count, &w->hashes);
}

static int entry(struct reading *r, struct public_log *log)
{
	struct slice salt;
	uint64_t count;
	int rc = grow(r, (void **)&log->entry, log->n_entry, &r->max_entry, sizeof(*log->entry),
		LIMIT_PUBLIC_ENTRIES);
	if (rc < 0)
		return rc;
	if (++r->entries > LIMIT_PUBLIC_ENTRIES)
		return LINES_BAD(&r->l, E_LIMIT, "more than %d entries", LIMIT_PUBLIC_ENTRIES);
	struct public_entry *e = &log->entry[log->n_entry];
	*e = (struct public_entry){0};
	if ((rc = counted(r, "entry", &e->bytes)) < 0 ||
		(rc = lines_field(&r->l, "salt", &salt)) < 0)
		return rc;
	if (base64_decode_exact(salt, e->salt, sizeof(e->salt)) < 0)
		return LINES_BAD(&r->l, E_SYNTAX, "\"salt\" is 32 bytes in base64");
	if ((rc = counted(r, "payload", &e->payload)) < 0 ||
		(rc = lines_u64(&r->l, "proof", &count)) < 0)
		return rc;
	e->n_hash = (size_t)count;
	log->n_entry++;
	return hashes(r, count, &e->hashes);
}

static int log_cmp(const struct log_id *a, const struct log_id *b)
{
	int order = id_cmp(&a->member, &b->member);
	return order ? order : (a->epoch > b->epoch) - (a->epoch < b->epoch);
}

static int log_head(struct reading *r, struct public_log *log)
{
	struct slice v, id, epoch;
	uint64_t n;
	int rc = lines_field(&r->l, "log", &v);
	if (rc < 0)
		return rc;
	log->id.coalition = r->f->coalition;
	if (!slice_cut_exact(&v, '.', &id) || id_parse(id, &log->id.member) < 0 ||
		!slice_cut_exact(&v, ' ', &epoch) || word_u32(epoch, &log->id.epoch) < 0 ||
		slice_u64(v, &n) < 0)
		return LINES_BAD(&r->l, E_SYNTAX, "\"log\" is <member>.<epoch> <bytes>");
	return blob(r, n, &log->head);
}

static int one_log(struct reading *r)
{
	struct publicfile *f = r->f;
	int rc = grow(
		r, (void **)&f->log, f->n_log, &r->max_log, sizeof(*f->log), LIMIT_PUBLIC_PARTIES);
	if (rc < 0)
		return rc;
	struct public_log *log = &f->log[f->n_log];
	*log = (struct public_log){0};
	if ((rc = log_head(r, log)) < 0)
		return rc;
	if (f->n_log > 0 && log_cmp(&log[-1].id, &log->id) >= 0)
		return LINES_BAD(&r->l, E_SYNTAX, "logs are sorted and distinct");
	r->max_witness = r->max_entry = 0;
	f->n_log++;
	while (lines_is(&r->l, "witness"))
		if ((rc = witness(r, log)) < 0)
			return rc;
	while (lines_is(&r->l, "entry"))
		if ((rc = entry(r, log)) < 0)
			return rc;
	return 0;
}

static int tail(struct reading *r)
{
	struct publicfile *f = r->f;
	int rc;
	while (lines_is(&r->l, "fork")) {
		if ((rc = grow(r, (void **)&f->fork, f->n_fork, &r->max_fork, sizeof(*f->fork),
			     LIMIT_PUBLIC_PARTIES)) < 0 ||
			(rc = counted(r, "fork", &f->fork[f->n_fork])) < 0)
			return rc;
		f->n_fork++;
	}
	if ((rc = lines_exact(&r->l, "end")) < 0)
		return rc;
	return r->l.rest.n ? LINES_BAD(&r->l, E_SYNTAX, "something follows the end") : 0;
}

int publicfile_parse(
	struct publicfile *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct publicfile f = {0};
	struct reading r = {.l = lines_of(bytes, why), .arena = arena, .f = &f};
	struct slice v;
	int rc;

	if (bytes.n > LIMIT_PUBLIC_BYTES)
		return why_set(
			why, E_LIMIT, "", "larger than %zu bytes", (size_t)LIMIT_PUBLIC_BYTES);
	if ((rc = lines_exact(&r.l, "entente-public/1")) < 0 ||
		(rc = lines_field(&r.l, "coalition", &v)) < 0)
		return rc;
	if (coalition_parse(v, &f.coalition) < 0)
		return LINES_BAD(&r.l, E_SYNTAX, "\"coalition\" is 32 hex digits");
	if ((rc = charters(&r)) < 0)
		return rc;
	while (lines_is(&r.l, "party"))
		if ((rc = party(&r)) < 0)
			return rc;
	while (lines_is(&r.l, "log"))
		if ((rc = one_log(&r)) < 0)
			return rc;
	if ((rc = tail(&r)) < 0)
		return rc;
	*ret = f;
	return 0;
}

static void blob_print(struct buf *b, struct slice s)
{
	buf_slice_add(b, s);
	buf_byte(b, '\n');
}

static void entry_blob_print(const struct public_entry *e, struct buf *b)
{
	buf_addf(b, "entry %zu\n", e->bytes.n);
	blob_print(b, e->bytes);
	buf_str(b, "salt ");
	buf_base64(b, e->salt, sizeof(e->salt));
	buf_addf(b, "\npayload %zu\n", e->payload.n);
	blob_print(b, e->payload);
	buf_addf(b, "proof %zu\n", e->n_hash);
	buf_slice_add(b, e->hashes);
}

static void log_print(const struct public_log *log, struct buf *b)
{
	char id[ID_TEXT + 1];
	id_format(&log->id.member, id);
	buf_addf(b, "log %s.%" PRIu32 " %zu\n", id, log->id.epoch, log->head.n);
	blob_print(b, log->head);
	for (size_t i = 0; i < log->n_witness; i++) {
		const struct public_witness *w = &log->witness[i];
		id_format(&w->member, id);
		buf_addf(b, "witness %s %zu %zu\n", id, w->note.n, w->n_hash);
		blob_print(b, w->note);
		buf_slice_add(b, w->hashes);
	}
	for (size_t i = 0; i < log->n_entry; i++)
		entry_blob_print(&log->entry[i], b);
}

void publicfile_print(const struct publicfile *f, struct buf *b)
{
	char id[COAL_TEXT + 1];
	coalition_format(&f->coalition, id);
	buf_addf(b, PUBLICFILE_HEAD "coalition %s\n", id);
	for (size_t i = 0; i < f->n_charter; i++) {
		buf_addf(b, "charter %zu\n", f->charter[i].n);
		blob_print(b, f->charter[i]);
	}
	for (size_t i = 0; i < f->n_party; i++) {
		id_format(&f->party[i].member, id);
		buf_addf(b, "party %s %zu\n", id, f->party[i].notes.n);
		blob_print(b, f->party[i].notes);
	}
	for (size_t i = 0; i < f->n_log; i++)
		log_print(&f->log[i], b);
	for (size_t i = 0; i < f->n_fork; i++) {
		buf_addf(b, "fork %zu\n", f->fork[i].n);
		blob_print(b, f->fork[i]);
	}
	buf_str(b, "end\n");
}

const struct public_party *publicfile_party(const struct publicfile *f, const struct id *member)
{
	for (size_t i = 0; i < f->n_party; i++)
		if (id_eq(&f->party[i].member, member))
			return &f->party[i];
	return NULL;
}

const struct public_log *publicfile_log(const struct publicfile *f, const struct log_id *id)
{
	for (size_t i = 0; i < f->n_log; i++)
		if (log_id_eq(&f->log[i].id, id))
			return &f->log[i];
	return NULL;
}
