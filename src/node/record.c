/*
 * record.c: reading. Release is in the SQL, so what a reader may not see is not there to be counted, paged over or found.
 *
 * A record is the newest item of its object that the reader may see: (epoch, seq, at) decide. This node's own people see what the node
 * holds.
 */
#include "record_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "log/batch.h"
#include "node/readings.h"
#include "node/search.h"
#include "node/workspace.h"

#include <inttypes.h>

#define PAGE_MAX 1000
/* Contents of one page: half of what a request may use (LIMIT_REQUEST_ARENA). */
#define PAGE_BYTES (32 * MIB)

void record_row_read(
	struct stmt *s, struct arena *arena, struct record *ret, struct item_row *ret_row)
{
	*ret = (struct record){.seq = (uint64_t)db_i64(s, 1),
		.at = (uint64_t)db_i64(s, 2),
		.epoch = (uint32_t)db_i64(s, 3),
		.kind = arena_copy(arena, db_text(s, 6)),
		.mode = (enum mode)db_i64(s, 7),
		.label = arena_copy(arena, db_text(s, 8)),
		.media = arena_copy(arena, db_text(s, 10)),
		.until_ms = db_i64(s, 11),
		.time_ms = db_i64(s, 12),
		.state = (int)db_i64(s, 13)};
	*ret_row = (struct item_row){.log = db_i64(s, 0), .audience = db_i64(s, 9)};
	MUST(db_blob(s, 4).n == 16 && db_blob(s, 5).n == 16);
	memcpy(ret->object.owner.b, db_blob(s, 4).p, 16);
	memcpy(ret->object.name.b, db_blob(s, 5).p, 16);
	ret->author = ret->object.owner; /* only its owner writes an object */
}

/* ---- contents ---- */

int record_content_read(struct slice bytes, const uint8_t *salt, struct slice plain, uint64_t seq,
	struct arena *arena, struct slice *ret, struct hash *ret_leaf, struct why *why)
{
	struct entry e;
	struct inner in;
	int rc = entry_parse(&e, arena, bytes, why);

	if (rc < 0)
		return rc;
	*ret_leaf = hash_leaf(bytes);
	*ret = SLICE_NONE;
	if (!e.has_payload)
		return 0;
	if (!salt)
		return why_set(why, E_MISSING, "payload", "the content is not here");
	struct hash commit = payload_commit(salt, plain);
	if (!hash_eq(&commit, &e.commit)) {
		char where[32];
		snprintf(where, sizeof(where), "content %" PRIu64, seq);
		return why_set(why, E_VERIFY, where,
			"what is stored is not what its author signed: the store is damaged, 'entente doctor' looks at all of it");
	}
	*ret = plain;
	if (e.audience != AUDIENCE_VEILED)
		return 0;
	rc = inner_parse(&in, arena, plain, why);
	if (rc == 0)
		*ret = in.content;
	return rc;
}

int content_load(struct db *db, int64_t log_row, uint64_t seq, struct arena *arena,
	struct slice *ret, struct hash *ret_leaf, struct why *why)
{
	struct slice bytes, plain = SLICE_NONE;
	uint8_t salt[32];
	int rc = log_entry(db, log_row, seq, arena, &bytes, why), here;

	if (rc < 0)
		return rc;
	here = payload_get(db, log_row, seq, arena, salt, &plain, why);
	if (here < 0 && here != E_MISSING)
		return here;
	return record_content_read(
		bytes, here < 0 ? NULL : salt, plain, seq, arena, ret, ret_leaf, why);
}

/* Content and leaf. */
int record_row_content(struct db *db, struct record *r, const struct item_row *row,
	struct page_cache *c, struct arena *arena, struct why *why)
{
	int rc;

	if (r->state != ITEM_LIVE)
		return log_leaf(db, row->log, r->seq, &r->leaf, why);
	if (!(c->has_content || c->damaged) || c->content_log != row->log ||
		c->content_seq != r->seq) {
		c->content_log = row->log;
		c->content_seq = r->seq;
		rc = content_load(db, row->log, r->seq, arena, &c->content, &c->leaf, &c->why);
		c->has_content = rc == 0;
		c->damaged = rc == E_VERIFY;
	} else {
		rc = c->damaged ? E_VERIFY : 0;
	}
	if (rc < 0) {
		if (why)
			*why = c->why;
		return rc;
	}
	r->content = c->content;
	r->leaf = c->leaf;
	if (slice_is(r->media, BATCH_MEDIA)) {
		struct slice rest = slice_sub(r->content, r->at - 4, r->content.n);
		uint64_t at;

		if (batch_next(r->content, &rest, &r->content, &at, why) != 1)
			return why_set(why, E_VERIFY, "database", "a batch has changed");
	}
	return 0;
}

/* Readers, and whether its log is frozen below it. */
int record_row_fill(struct db *db, struct record *r, const struct item_row *row,
	struct page_cache *c, struct arena *arena, struct why *why)
{
	int rc = 0;

	if (c->log_row != row->log) {
		c->log_row = 0;
		rc = log_load_row(db, row->log, &c->log, why);
		c->log_row = rc == 0 ? row->log : 0;
	}
	if (rc == 0 && c->audience != row->audience) {
		c->audience = 0;
		rc = audience_members(db, row->audience, arena, &c->member, &c->n_member, why);
		c->audience = rc == 0 ? row->audience : 0;
	}
	if (rc < 0)
		return rc;
	r->frozen = c->log.frozen && r->seq >= c->log.frozen_at;
	r->audience = c->member;
	r->n_audience = c->n_member;
	return 0;
}

/* ---- one ---- */

void record_one_bind(struct stmt *s, const struct world *w, const struct reader *who,
	const struct object_id *object, struct arena *arena)
{
	db_bind_i64(s, 1, w->coalition.row);
	db_bind_blob(s, 2, id_slice(&object->owner));
	db_bind_blob(s, 3, id_slice(&object->name));
	db_bind_i64(s, 4, who->self);
	db_bind_blob(s, 5, id_slice(&who->member));
	release_classes_bind(s, ONE_CLASSES, who, w->standing.charter, arena);
}

int record_get(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, struct arena *arena, struct record *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT " ITEM_COLUMNS
		" FROM item WHERE coalition = $1 AND object_owner = $2 AND object_name = $3 "
		"AND " SEEN_SQL("item", "$4", "$5") " AND " NEWEST_SQL("$4", "$5") " AND " ONE_CLEARED(
			"item.label") " ORDER BY epoch DESC, seq DESC, at DESC LIMIT 1");
	struct page_cache cache = {0};
	struct item_row row;
	struct record r;
	int rc;

	record_one_bind(s, w, who, object, arena);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		record_row_read(s, arena, &r, &row);
	db_reset(s);
	if (rc == DB_DONE)
		return why_set(why, E_MISSING, "", "no such record");
	if (rc == DB_ROW)
		rc = record_row_content(db, &r, &row, &cache, arena, why);
	if (rc == 0)
		rc = record_row_fill(db, &r, &row, &cache, arena, why);
	if (rc < 0)
		return rc;
	readings_records(who, w, &r, 1);
	*ret = r;
	return 0;
}

/* Rows of a bound statement, without contents. */
static int versions_read(struct db *db, struct stmt *s, struct arena *arena, struct record **ret,
	struct item_row **ret_row, size_t *ret_n, struct why *why)
{
	size_t n = 0, max = 0;
	struct record *out = NULL;
	struct item_row *row = NULL;
	struct page_cache cache = {0};
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW) {
		if (n == max) {
			struct record *o = arena_array(arena, struct record, 2 * max + 8);
			struct item_row *r = arena_array(arena, struct item_row, 2 * max + 8);

			if (n) {
				memcpy(o, out, n * sizeof(*o));
				memcpy(r, row, n * sizeof(*r));
			}
			out = o;
			row = r;
			max = 2 * max + 8;
		}
		record_row_read(s, arena, &out[n], &row[n]);
		n++;
	}
	db_reset(s);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = log_leaf(db, row[i].log, out[i].seq, &out[i].leaf, why);
		if (rc == 0)
			rc = record_row_fill(db, &out[i], &row[i], &cache, arena, why);
	}
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_row = row;
	*ret_n = n;
	return 0;
}

int record_versions(const struct world *w, struct db *db, const struct object_id *object,
	struct arena *arena, struct record **ret, size_t *ret_n, struct why *why)
{
	struct item_row *row;
	struct stmt *s = db_stmt(db,
		"SELECT " ITEM_COLUMNS " FROM item WHERE coalition = $1 AND object_owner = $2 "
		"AND object_name = $3 ORDER BY epoch, seq, at");

	db_bind_i64(s, 1, w->coalition.row);
	db_bind_blob(s, 2, id_slice(&object->owner));
	db_bind_blob(s, 3, id_slice(&object->name));
	return versions_read(db, s, arena, ret, &row, ret_n, why);
}

int record_history(const struct world *w, struct db *db, const struct reader *who,
	const struct record_after *after, size_t limit, struct arena *arena, struct record **ret,
	size_t *ret_n, bool *ret_more, struct why *why)
{
	struct page_cache cache = {0};
	struct record *out, newest;
	struct item_row *row;
	size_t n;
	bool more = false;
	struct reader unnoted = reader_unnoted(who);
	int rc = record_get(w, db, &unnoted, &after->object, arena, &newest, why);
	struct stmt *s = db_stmt(db,
		"SELECT " ITEM_COLUMNS
		" FROM item WHERE coalition = $1 AND object_owner = $2 AND object_name = $3 "
		"AND " SEEN_SQL("item", "$4", "$5") " AND " ONE_CLEARED(
			"item.label") " AND ($19 = 0 OR (epoch, seq, at) < ($20, $21, $22)) "
				      "ORDER BY epoch DESC, seq DESC, at DESC LIMIT $23");

	if (rc < 0)
		return rc;
	record_one_bind(s, w, who, &after->object, arena);
	db_bind_i64(s, 19, after->set);
	db_bind_i64(s, 20, after->epoch);
	db_bind_i64(s, 21, (int64_t)after->seq);
	db_bind_i64(s, 22, (int64_t)after->at);
	db_bind_i64(s, 23, (int64_t)limit + 1);
	rc = versions_read(db, s, arena, &out, &row, &n, why);
	size_t before = arena->used;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		/* What one page takes no more is the first of the next. */
		more = i == limit || arena->used - before > PAGE_BYTES;
		if (more) {
			n = i;
			break;
		}
		rc = record_row_content(db, &out[i], &row[i], &cache, arena, why);
	}
	if (rc < 0)
		return rc;
	readings_records(who, w, out, n);
	*ret = out;
	*ret_n = n;
	*ret_more = more;
	return 0;
}

/* ---- a page ---- */

/*
 * The conditions of every page: parameters $1 to $10, $12 to $26; $11 is the limit, $27 the words. The place to go on from is a bare
 * comparison, with the end of time for the first page: with an OR around it no index would be entered there, and every page would cost
 * all those before it.
 */
#define PAGE_CLASSES 14
#define PAGE_CLEARED(label)                                                                        \
	RELEASE_CLASSES_SQL(label, "$14", "$15", "$16", "$17", "$18", "$19", "$20", "$21", "$22",  \
		"$23", "$24", "$25", "$26")
#define PAGE_SQL "SELECT " ITEM_COLUMNS PAGE_FROM
#define PAGE_ANY_KIND                                                                              \
	"($3 = '' OR item.kind = $3 OR ($4 = 1 AND item.kind >= $3 AND item.kind < $5))"
#define PAGE_ANY_OWNER "($6 = 0 OR item.object_owner = $7)"
/* One kind or one owner, and nothing else beside it: an index leads straight there. The other parameters stay, so that one function binds all. */
#define PAGE_ONE_KIND  "item.kind = $3 AND ($4 = 0 OR item.kind < $5)"
#define PAGE_ONE_OWNER "item.object_owner = $7 AND $6 = 1"
#define PAGE_FROM      PAGE_FROM_AS(PAGE_ANY_KIND, PAGE_ANY_OWNER)
#define PAGE_FROM_AS(kind, owner)                                                                  \
	" FROM item WHERE item.coalition = $1 AND item.mode = $2 AND " kind " AND " owner " "      \
	"AND (item.time_ms, item.object_owner, item.object_name) < ($8, $9, $10) "                 \
	"AND " SEEN_SQL("item", "$12", "$13") " AND " NEWEST_SQL(                                  \
		"$12", "$13") " AND " PAGE_CLEARED("item.label")
#define PAGE_ORDER                                                                                 \
	" ORDER BY item.time_ms DESC, item.object_owner DESC, item.object_name DESC LIMIT $11"

static struct stmt *page_stmt(struct db *db, const struct record_query *q)
{
	if (!q->text.n && q->has_owner)
		return db_stmt(db, "SELECT " ITEM_COLUMNS PAGE_FROM_AS(
					   PAGE_ANY_KIND, PAGE_ONE_OWNER) PAGE_ORDER);
	if (!q->text.n && q->kind.n && !slice_ends(q->kind, "/"))
		return db_stmt(db, "SELECT " ITEM_COLUMNS PAGE_FROM_AS(
					   PAGE_ONE_KIND, PAGE_ANY_OWNER) PAGE_ORDER);
	if (!q->text.n)
		return db_stmt(db, PAGE_SQL PAGE_ORDER);
	return db_is_postgres(db) ? db_stmt(db, PAGE_SQL " AND " SEARCH_POSTGRES("$27") PAGE_ORDER)
				  : db_stmt(db, PAGE_SQL " AND " SEARCH_SQLITE("$27") PAGE_ORDER);
}

static int page_rows(struct stmt *s, struct arena *arena, struct record *out, struct item_row *row,
	size_t max, size_t *ret_n, struct why *why)
{
	size_t n = 0;
	int rc;

	while ((rc = db_step(s, why)) == DB_ROW && n < max) {
		record_row_read(s, arena, &out[n], &row[n]);
		n++;
	}
	db_reset(s);
	*ret_n = n;
	return rc < 0 ? rc : 0;
}

static void page_bind(struct stmt *s, const struct world *w, const struct reader *who,
	const struct record_query *q, size_t max, struct arena *arena)
{
	bool prefix = slice_ends(q->kind, "/");

	/* "cyber/" is everything from there up to "cyber0": '0' follows '/'. */
	char *end = arena_string(arena, q->kind);
	if (prefix)
		end[q->kind.n - 1] = '0';
	db_bind_i64(s, 1, w->coalition.row);
	db_bind_i64(s, 2, q->mode);
	db_bind_text(s, 3, q->kind);
	db_bind_i64(s, 4, prefix);
	db_bind_text(s, 5, slice_str(end));
	db_bind_i64(s, 6, q->has_owner);
	db_bind_blob(s, 7, id_slice(&q->owner));
	db_bind_i64(s, 8, q->has_after ? q->after_ms : INT64_MAX);
	db_bind_blob(s, 9, id_slice(&q->after.owner));
	db_bind_blob(s, 10, id_slice(&q->after.name));
	db_bind_i64(s, 11, (int64_t)max);
	db_bind_i64(s, 12, who->self);
	db_bind_blob(s, 13, id_slice(&who->member));
	release_classes_bind(s, PAGE_CLASSES, who, w->standing.charter, arena);
}

int record_count(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	int64_t *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct record_query q = {.mode = mode};
	struct stmt *s =
		db_stmt(db, "SELECT count(*) FROM (SELECT 1" PAGE_FROM " LIMIT $11) AS found");
	int rc;

	page_bind(s, w, who, &q, INT32_MAX, &arena);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int record_list(const struct world *w, struct db *db, const struct reader *who,
	const struct record_query *q, struct arena *arena, struct record **ret, size_t *ret_n,
	struct why *why)
{
	struct buf words CLEANUP_BUF = BUF(4 * KIB);
	size_t max = q->limit < 1 ? 1 : q->limit > PAGE_MAX ? PAGE_MAX : q->limit, n = 0;
	struct page_cache cache = {0};
	int rc;

	if (q->mode == MODE_NONE)
		return why_set(why, E_USAGE, "mode", "real, exercise and test are never mixed");
	if (q->text.n) {
		search_query(db, q->text, &words);
		if (!words.n || buf_over(&words)) {
			*ret_n = 0;
			*ret = NULL;
			return 0;
		}
	}
	struct stmt *s = page_stmt(db, q);
	page_bind(s, w, who, q, max, arena);
	if (q->text.n)
		db_bind_text(s, 27, buf_slice(&words));
	struct record *out = arena_array(arena, struct record, max);
	struct item_row *row = arena_array(arena, struct item_row, max);
	rc = page_rows(s, arena, out, row, max, &n, why);
	size_t before = arena->used;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		out[i].cut = out[i].state == ITEM_LIVE && arena->used - before > PAGE_BYTES;
		if (!out[i].cut)
			rc = record_row_content(db, &out[i], &row[i], &cache, arena, why);
		/* One that is damaged does not hide the others: asked for alone, it says so. */
		if (rc == E_VERIFY)
			out[i].cut = true;
		if (out[i].cut)
			rc = log_leaf(db, row[i].log, out[i].seq, &out[i].leaf, why);
		if (rc == 0)
			rc = record_row_fill(db, &out[i], &row[i], &cache, arena, why);
	}
	if (rc < 0)
		return rc;
	readings_records(who, w, out, n);
	*ret = out;
	*ret_n = n;
	return 0;
}

/* Contents are long and many are asked about: each is read in a place of its own. */
struct slice record_title(const struct record *r, struct arena *arena)
{
	struct arena scratch CLEANUP_ARENA = ARENA(64 * MIB);
	const struct workspace_kind *k = workspace_kind_find(r->kind);
	struct slice title = SLICE_NONE;

	if (k && k->title && r->state == ITEM_LIVE && r->content.n)
		title = k->title(r->content, &scratch);
	return title.n ? arena_copy(arena, title) : r->kind;
}
