/*
 * list.c: see list.h. Batches are asked for release (cyber_batch has label and audience), then the objects of each that passed. Whoever may not
 * see a batch pays one row for it, however much is in it.
 */
#include "work/cyber/list.h"

#include "work/cyber/index.h"
#include "work/cyber/seen.h"

#include "base/report.h"
#include "log/batch.h"
#include "node/search.h"

/* Batches looked up at once. */
#define BATCHES 64

/* Parameters of every statement here: those of seen.h, $17 restricted to an author, $18 author, $19 restricted to an inbox, $20 inbox. */
#define SEEN(b)                                                                                    \
	SEEN_ENTRY(b)                                                                              \
	" AND ($17 = 0 OR " b ".author = $18) AND ($19 = 0 OR EXISTS (SELECT 1 "                   \
	"FROM cyber_source cs WHERE cs.log = " b ".log AND cs.seq = " b ".seq "                    \
	"AND cs.source = $20))"

/* Batches: $21 where to go on, $22 limit, $23 tlp; $24 a type that must be in it, or $24 to $55 types of which one must. */
#define BATCH_SQL(page)                                                                            \
	"SELECT b.first, b.last, b.log, b.epoch, b.seq, b.author, b.label, b.tlp "                 \
	"FROM cyber_batch b WHERE b.root = $1 AND " page                                           \
	" AND " SEEN("b") " AND ($23 = 0 OR b.tlp <= $23)"
#define BATCH_TYPE                                                                                 \
	" AND EXISTS (SELECT 1 FROM cyber_object t WHERE t.root = $1 AND t.type = $24 "            \
	"AND t.added >= b.first AND t.added <= b.last)"
#define BATCH_TYPES                                                                                \
	" AND EXISTS (SELECT 1 FROM cyber_object t WHERE t.root = $1 AND t.type IN ("              \
	"$24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, "         \
	"$40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54, $55) "         \
	"AND t.added >= b.first AND t.added <= b.last)"
#define BATCH_TYPES_MAX 32
#define BATCH_UP	"b.last > $21"
#define BATCH_DOWN	"b.last <= $21 + 9999 AND b.first < $21"

#define NOT_WITHDRAWN(o, author, epoch, seq)                                                       \
	"NOT " STIX_WITHDRAWN(o, author, epoch, seq, "'*'") " AND NOT " STIX_WITHDRAWN(            \
		o, author, epoch, seq, o ".vkey")

/*
 * Of the query: $21 after, $22 upto, $23 tlp, $24 which versions (0 last, 1 first, 2 all, 3 exact), $25 types ",a,b,", $26 exact versions "|v|v|",
 * $27 limit. Then of a batch: $28 author, $29 epoch, $30 seq ($31 a type), with $21 and $22 inside of it; or of an id: $28 uuid, $29 type.
 *
 * `seen` is all that the reader may see; never made as a table, but entered from the index each time. `+ 0` keeps the engines from entering by the root,
 * which all objects share, instead of by the id.
 */
#define WITH_SEEN                                                                                  \
	"WITH seen AS NOT MATERIALIZED (SELECT x.added, x.at, x.n, x.type, x.uuid, x.version, "    \
	"x.tlp, x.revoked, x.vkey, x.digest, xb.first, xb.last, xb.log, xb.epoch, xb.seq, "        \
	"xb.author, xb.label, xb.tlp AS batch_tlp "                                                \
	"FROM cyber_object x JOIN cyber_batch xb ON xb.first = x.batch WHERE x.root + 0 = $1 "     \
	"AND " SEEN("xb") " AND " NOT_WITHDRAWN("x", "xb.author", "xb.epoch", "xb.seq + 0") ") "
#define NONE(s, o, which)                                                                          \
	"NOT EXISTS (SELECT 1 FROM seen " s " WHERE " s ".uuid = " o ".uuid AND " s ".type = " o   \
	".type AND " which ")"
#define NONE_OF(s, a, o, which) NONE(s, o, s ".author = " a " AND " which)
/*
 * Each condition on `o` of author `a` enters an index by itself, (uuid, vkey, added) or for SAME (uuid, vkey, digest, added): ten thousand of one id are ten
 * thousand steps and not their square. What has no versions goes by when it came.
 */
#define LATER(o, a, s)                                                                             \
	NONE_OF(s, a, o,                                                                           \
		"(" s ".vkey, " s ".added) > (" o ".vkey, CASE " o ".vkey WHEN '' THEN " o         \
		".added ELSE 9223372036854775807 END)")
#define BEFORE(o, a, s)                                                                            \
	NONE_OF(s, a, o,                                                                           \
		"(" s ".vkey, " s ".added) < (" o ".vkey, CASE " o ".vkey WHEN '' THEN " o         \
		".added ELSE 0 END)")
#define AGAIN(o, a, s)                                                                             \
	"(" o ".vkey = '' OR " NONE_OF(                                                            \
		s, a, o, s ".vkey = " o ".vkey AND " s ".added < " o ".added") ")"
#define EXACT(o)                                                                                   \
	"$26 LIKE '%|' || " o ".vkey || '|%' OR $26 LIKE '%|' || CAST(" o ".added AS TEXT) || '|%'"
#define BY_VERSION(o, a, s)                                                                        \
	AGAIN(o, a, s)                                                                             \
	" AND ($24 <> 0 OR " LATER(o, a, s) ") AND ($24 <> 1 OR " BEFORE(                          \
		o, a, s) ") AND ($24 <> 3 OR " EXACT(o) ")"
/* Only what is itself shown here stands for another's: else a copy that its author has then replaced would hide what he cannot replace. */
#define SAME(o, a)                                                                                 \
	NONE("s", o,                                                                               \
		"s.author <> " a " AND s.vkey = " o ".vkey AND s.digest = " o                      \
		".digest AND s.added < " o ".added AND ($23 = 0 OR s.batch_tlp <= $23) "           \
		"AND " BY_VERSION("s", "s.author", "t"))
#define SHOWN(a)                                                                                   \
	" AND o.added > $21 AND o.added < $22 AND ($23 = 0 OR o.tlp <= $23) "                      \
	"AND ($25 = '' OR $25 LIKE '%,' || o.type || ',%') AND " BY_VERSION(                       \
		"o", a, "s") " AND " SAME("o", a)

#define COLUMNS "SELECT o.added, o.at, o.n, o.type, o.uuid, o.version, o.tlp, o.revoked"
#define OF_BATCH                                                                                   \
	WITH_SEEN COLUMNS " FROM cyber_object o WHERE o.root = $1 "                                \
			  "AND " NOT_WITHDRAWN("o", "$28", "$29", "$30") SHOWN("$28")
#define OF_ID                                                                                      \
	WITH_SEEN COLUMNS ", o.first, o.last, o.log, o.epoch, o.seq, o.author, o.label, "          \
			  "o.batch_tlp FROM seen o WHERE o.uuid = $28 AND o.type = $29 "           \
			  "AND ($23 = 0 OR o.batch_tlp <= $23)" SHOWN("o.author")
#define OF_TYPE OF_BATCH " AND o.type = $31"
/* What of an author counts, whoever may see it and whatever it came in through. */
#define WITH_LIVE                                                                                  \
	WITH_SEEN ", live AS NOT MATERIALIZED (" LIVE_COLUMNS                                      \
		  "FROM cyber_object x JOIN cyber_batch xb ON xb.first = x.batch "                 \
		  "WHERE x.root + 0 = $1 AND xb.author = $18 AND " LIVE_WHERE ") "
#define LIVE_COLUMNS                                                                               \
	"SELECT x.added, x.at, x.n, x.type, x.uuid, x.version, x.tlp, x.revoked, x.vkey, "         \
	"xb.first, xb.last, xb.log, xb.epoch, xb.seq, xb.author, xb.label, xb.tlp AS batch_tlp "
#define LIVE_WHERE NOT_WITHDRAWN("x", "xb.author", "xb.epoch", "xb.seq + 0")
/* The version is one that the query finds: $30 the last, $31 the first. */
#define FOUND_LAST  "($30 = 1 AND " NONE_OF("s", "o.author", "o", "s.vkey > o.vkey") ")"
#define FOUND_FIRST "($31 = 1 AND " NONE_OF("s", "o.author", "o", "s.vkey < o.vkey") ")"
#define FOUND_EXACT "($24 = 3 AND (" EXACT("e") "))"
#define OF_ENTRIES                                                                                     \
	WITH_LIVE COLUMNS                                                                              \
		", o.first, o.last, o.log, o.epoch, o.seq, o.author, o.label, o.batch_tlp, o.vkey "    \
		"FROM live o WHERE o.uuid = $28 AND o.type = $29 AND o.added > $21 AND o.added < $22 " \
		"AND EXISTS (SELECT 1 FROM seen e WHERE e.uuid = o.uuid AND e.type = o.type "          \
		"AND e.author = o.author AND e.vkey = o.vkey "                                         \
		"AND ($23 = 0 OR (e.tlp <= $23 AND e.batch_tlp <= $23)) "                              \
		"AND ($25 = '' OR $25 LIKE '%,' || e.type || ',%') "                                   \
		"AND ($24 = 2 OR " FOUND_LAST " OR " FOUND_FIRST " OR " FOUND_EXACT                    \
		")) ORDER BY o.vkey, o.added LIMIT $27"
#define UP   " ORDER BY o.added LIMIT $27"
#define DOWN " ORDER BY o.added DESC LIMIT $27"

struct batch {
	int64_t first, last, log, epoch;
	uint64_t seq;
	struct id author;
	struct slice label;
	bool kept; /* the label lies in the arena of the listing, and not in the scratch of the batches */
	enum tlp tlp;
};

struct listing {
	const struct world *w;
	struct db *db;
	const struct reader *who;
	const struct list_query *q;
	struct arena *arena;
	struct release_classes classes;
	struct slice types, exact;
	struct list_row *row;
	size_t n, max;
	struct why *why;
};

static struct listing listing_of(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct arena *arena, struct why *why)
{
	return (struct listing){.w = w,
		.db = db,
		.who = who,
		.q = q,
		.arena = arena,
		.classes = release_classes_of(who, w->standing.charter, arena),
		.why = why};
}

static int listing_end(const struct listing *l, int rc, struct list_row **ret, size_t *ret_n)
{
	*ret = l->row;
	*ret_n = l->n;
	return rc < 0 ? rc : stix_list_note(l->w, l->db, l->who, l->row, l->n, l->why);
}

static void bind_reader(struct stmt *s, const struct listing *l)
{
	seen_bind(s, l->q->root, l->who, &l->classes);
	db_bind_i64(s, 17, l->q->has_author);
	db_bind_blob(s, 18, id_slice(&l->q->author));
	db_bind_i64(s, 19, l->q->has_source);
	db_bind_blob(s, 20, slice_of(l->q->source.b, 16));
}

/* Its eight columns, from `at` on. */
static void batch_read(struct stmt *s, int at, struct arena *arena, struct batch *b)
{
	*b = (struct batch){.first = db_i64(s, at),
		.last = db_i64(s, at + 1),
		.log = db_i64(s, at + 2),
		.epoch = db_i64(s, at + 3),
		.seq = (uint64_t)db_i64(s, at + 4),
		.tlp = (enum tlp)db_i64(s, at + 7)};
	MUST(db_blob(s, at + 5).n == sizeof(b->author.b));
	memcpy(b->author.b, db_blob(s, at + 5).p, sizeof(b->author.b));
	b->label = arena_copy(arena, db_text(s, at + 6));
}

static struct stmt *batches_stmt(struct listing *l)
{
	/* Types are what an index can be entered by: a batch without them costs one look for each. */
	if (l->q->n_type == 1)
		return l->q->down ? db_stmt(l->db, BATCH_SQL(BATCH_DOWN) BATCH_TYPE
					    " ORDER BY b.last DESC LIMIT $22")
				  : db_stmt(l->db, BATCH_SQL(BATCH_UP) BATCH_TYPE
					    " ORDER BY b.last LIMIT $22");
	if (l->q->n_type && l->q->n_type <= BATCH_TYPES_MAX)
		return l->q->down ? db_stmt(l->db, BATCH_SQL(BATCH_DOWN) BATCH_TYPES
					    " ORDER BY b.last DESC LIMIT $22")
				  : db_stmt(l->db, BATCH_SQL(BATCH_UP) BATCH_TYPES
					    " ORDER BY b.last LIMIT $22");
	return l->q->down ? db_stmt(l->db, BATCH_SQL(BATCH_DOWN) " ORDER BY b.last DESC LIMIT $22")
			  : db_stmt(l->db, BATCH_SQL(BATCH_UP) " ORDER BY b.last LIMIT $22");
}

static void bind_types(struct stmt *s, const struct list_query *q)
{
	if (q->n_type == 1)
		db_bind_text(s, 24, q->type[0]);
	/* Places that are left over ask for the first once more. */
	for (size_t i = 0; q->n_type > 1 && q->n_type <= BATCH_TYPES_MAX && i < BATCH_TYPES_MAX;
		i++)
		db_bind_text(s, 24 + (int)i, q->type[i < q->n_type ? i : 0]);
}

/* The next batches from `at` on, in the order of the page; their labels in the scratch. */
static int batches_next(struct listing *l, int64_t at, struct arena *scratch,
	struct batch ret[BATCHES], size_t *ret_n)
{
	struct stmt *s = batches_stmt(l);
	size_t n = 0;
	int rc;

	_Static_assert(LIMIT_BATCH_OBJECTS == 10000, "the longest batch, in the query");
	bind_reader(s, l);
	db_bind_i64(s, 21, at);
	db_bind_i64(s, 22, BATCHES);
	db_bind_i64(s, 23, l->q->tlp_most);
	bind_types(s, l->q);
	while ((rc = db_step(s, l->why)) == DB_ROW)
		batch_read(s, 0, scratch, &ret[n++]);
	db_reset(s);
	*ret_n = n;
	return rc;
}

/* A label may be tighter than the object's own marking, and the other way round. */
static void row_read(struct stmt *s, struct listing *l, struct batch *b)
{
	struct list_row *r = &l->row[l->n++];
	enum tlp own = (enum tlp)db_i64(s, 6);

	if (!b->kept)
		b->label = arena_copy(l->arena, b->label);
	b->kept = true;
	*r = (struct list_row){.added = db_i64(s, 0),
		.log = b->log,
		.seq = b->seq,
		.at = (uint64_t)db_i64(s, 1),
		.n = (uint32_t)db_i64(s, 2),
		.type = arena_copy(l->arena, db_text(s, 3)),
		.version = arena_copy(l->arena, db_text(s, 5)),
		.tlp = own > b->tlp ? own : b->tlp,
		.revoked = db_i64(s, 7) != 0,
		.author = b->author,
		.label = b->label};
	MUST(db_blob(s, 4).n == sizeof(r->uuid.b));
	memcpy(r->uuid.b, db_blob(s, 4).p, sizeof(r->uuid.b));
}

/* Of the page, what lies behind `after` and before `before`. */
static void bind_query(struct stmt *s, struct listing *l, int64_t after, int64_t before)
{
	const struct list_query *q = l->q;
	int64_t page_after = q->down ? 0 : q->after;
	int64_t page_before = q->down && q->after ? q->after : q->upto ? q->upto + 1 : INT64_MAX;

	bind_reader(s, l);
	db_bind_i64(s, 21, after > page_after ? after : page_after);
	db_bind_i64(s, 22, before < page_before ? before : page_before);
	db_bind_i64(s, 23, q->tlp_most);
	db_bind_i64(s, 24, (int64_t)q->versions);
	db_bind_text(s, 25, l->types);
	db_bind_text(s, 26, l->exact);
	db_bind_i64(s, 27, (int64_t)(l->max - l->n));
}

static struct stmt *objects_stmt(struct listing *l)
{
	if (l->q->n_type == 1)
		return l->q->down ? db_stmt(l->db, OF_TYPE DOWN) : db_stmt(l->db, OF_TYPE UP);
	return l->q->down ? db_stmt(l->db, OF_BATCH DOWN) : db_stmt(l->db, OF_BATCH UP);
}

/* Objects of one batch between these two places. */
static int objects_of(struct listing *l, struct batch *b, int64_t first, int64_t last)
{
	struct stmt *s = objects_stmt(l);
	int rc;

	/* One bound on each side: with two, SQLite thinks that so little is left that it may sort all of it, instead of reading in order up to the limit. */
	bind_query(s, l, first - 1, last + 1);
	db_bind_blob(s, 28, id_slice(&b->author));
	db_bind_i64(s, 29, b->epoch);
	db_bind_i64(s, 30, (int64_t)b->seq);
	if (l->q->n_type == 1)
		db_bind_text(s, 31, l->q->type[0]);
	while ((rc = db_step(s, l->why)) == DB_ROW && l->n < l->max)
		row_read(s, l, b);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int list_range(struct listing *l)
{
	/* Of batches that are passed over nothing is left: a listing that finds nothing costs no more memory in a large store. */
	struct arena scratch CLEANUP_ARENA = ARENA(4 * MIB);
	const struct list_query *q = l->q;
	struct batch b[BATCHES];
	int64_t at = q->down ? (q->after	 ? q->after
				       : q->upto ? q->upto + 1
						 : INT64_MAX - 9999)
			     : q->after;
	size_t n = BATCHES;
	int rc = 0;

	while (rc == 0 && n == BATCHES && l->n < l->max) {
		arena_reset(&scratch);
		rc = batches_next(l, at, &scratch, b, &n);
		for (size_t i = 0; rc == 0 && i < n && l->n < l->max; i++) {
			rc = objects_of(l, &b[i], b[i].first, b[i].last);
			at = q->down ? b[i].first : b[i].last;
		}
		if (!q->down && q->upto && at >= q->upto)
			break;
	}
	return rc;
}

/* ---- by id ---- */

/* The first `most` of one id, in the order of the page. */
static int list_id(struct listing *l, struct slice id, size_t most)
{
	struct stix_uuid uuid;
	struct slice type;
	struct stmt *s;
	size_t n = 0;
	int rc;

	if (stix_id_parse(id, &type, &uuid) < 0)
		return 0; /* nothing has it */
	s = l->q->down ? db_stmt(l->db, OF_ID DOWN) : db_stmt(l->db, OF_ID UP);
	bind_query(s, l, 0, INT64_MAX);
	db_bind_i64(s, 27, (int64_t)most);
	db_bind_blob(s, 28, slice_of(uuid.b, 16));
	db_bind_text(s, 29, type);
	while ((rc = db_step(s, l->why)) == DB_ROW && n++ < most && l->n < l->max) {
		struct batch b;

		batch_read(s, 8, l->arena, &b);
		b.kept = true;
		row_read(s, l, &b);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static int row_cmp_up(const void *a, const void *b)
{
	int64_t x = ((const struct list_row *)a)->added, y = ((const struct list_row *)b)->added;

	return (x > y) - (x < y);
}

static int row_cmp_down(const void *a, const void *b)
{
	return row_cmp_up(b, a);
}

static size_t rows_distinct(struct list_row *row, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (kept == 0 || row[kept - 1].added != row[i].added)
			row[kept++] = row[i];
	return kept;
}

static void rows_order(struct listing *l, size_t limit)
{
	if (l->n)
		qsort(l->row, l->n, sizeof(*l->row), l->q->down ? row_cmp_down : row_cmp_up);
	l->n = rows_distinct(l->row, l->n);
	if (l->n > limit)
		l->n = limit;
}

static int list_ids(struct listing *l)
{
	size_t limit = l->max;
	int rc = 0;

	/* So many of each as would fill the page by itself; what cannot be on it any more goes at once. */
	l->max = 2 * limit;
	l->row = arena_array(l->arena, struct list_row, l->max);
	for (size_t i = 0; rc == 0 && i < l->q->n_id; i++) {
		rc = list_id(l, l->q->id[i], limit);
		if (l->n > limit)
			rows_order(l, limit);
	}
	rows_order(l, limit);
	l->max = limit;
	return rc;
}

/* ---- a page ---- */

static struct slice words_join(const struct slice *word, size_t n, char sep, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	for (size_t i = 0; i < n; i++) {
		buf_byte(&b, (uint8_t)sep);
		buf_slice_add(&b, word[i]);
	}
	if (n)
		buf_byte(&b, (uint8_t)sep);
	return arena_copy(arena, buf_slice(&b));
}

/* Times in the spelling of their keys; and as numbers, for what has only its date_added. */
static struct slice exact_join(const struct list_query *q, struct arena *arena)
{
	struct slice word[2 * LIST_EXACT];
	size_t n = 0;

	MUST(q->n_exact <= LIST_EXACT);
	for (size_t i = 0; i < q->n_exact; i++) {
		struct when_key key;
		int64_t us;

		if (when_key(q->exact[i], &key) < 0 || when_us(q->exact[i], &us) < 0)
			continue;
		word[n++] = slice_str(arena_string(arena, slice_of(key.text, key.n)));
		word[n++] = slice_str(arena_printf(arena, "%lld", (long long)us));
	}
	return n ? words_join(word, n, '|', arena) : SLICE("|");
}

static int list_run(struct listing *l)
{
	return l->q->n_id ? list_ids(l) : list_range(l);
}

/* Exact versions, and beside them the last or the first: each is a list of its own, and they are laid over each other. */
static int list_mixed(struct listing *l, const struct list_query *whole)
{
	struct list_query part = *whole;
	struct list_row *all = arena_array(l->arena, struct list_row, 3 * l->max);
	size_t n = 0, max = l->max;
	const enum list_versions kinds[] = {VERSION_EXACT, VERSION_LAST, VERSION_FIRST};
	const bool wanted[] = {whole->n_exact > 0, whole->exact_last, whole->exact_first};
	int rc = 0;

	l->q = &part;
	for (size_t i = 0; rc == 0 && i < 3; i++) {
		if (!wanted[i])
			continue;
		part.versions = kinds[i];
		l->row = arena_array(l->arena, struct list_row, max);
		l->max = max;
		l->n = 0;
		rc = list_run(l);
		memcpy(all + n, l->row, l->n * sizeof(*all));
		n += l->n;
	}
	if (n)
		qsort(all, n, sizeof(*all), whole->down ? row_cmp_down : row_cmp_up);
	l->row = all;
	l->n = rows_distinct(all, n);
	if (l->n > max)
		l->n = max;
	l->q = whole;
	return rc;
}

int stix_list_page(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct arena *arena, struct list_row **ret, size_t *ret_n,
	bool *ret_more, struct why *why)
{
	struct listing l = listing_of(w, db, who, q, arena, why);
	int rc;

	MUST(q->limit > 0 && q->limit <= LIST_LIMIT && q->n_id <= LIST_IDS);
	l.max = q->limit + 1;
	l.row = arena_array(arena, struct list_row, l.max);
	l.types = words_join(q->type, q->n_type, ',', arena);
	l.exact = exact_join(q, arena);
	rc = q->versions == VERSION_EXACT ? list_mixed(&l, q) : list_run(&l);
	if (rc < 0)
		return rc;
	*ret_more = l.n > q->limit;
	l.n = *ret_more ? q->limit : l.n;
	for (size_t i = 0, bytes = 0; q->bytes && i < l.n; i++) {
		bytes += l.row[i].n;
		if (i > 0 && bytes > q->bytes) {
			l.n = i;
			*ret_more = true;
		}
	}
	return listing_end(&l, 0, ret, ret_n);
}

/* ---- where it stands ---- */

/* Rows in the order of their versions, as far as whole versions fit. */
static int entries_read(struct listing *l, struct stmt *s, size_t *ret_versions, bool *ret_more)
{
	char before[WHEN_KEY_MAX + 1] = "";
	size_t whole = 0, versions = 0;
	int rc;

	while ((rc = db_step(s, l->why)) == DB_ROW && l->n < l->max) {
		struct slice vkey = db_text(s, 16);
		struct batch b;

		if (l->n == 0 || !slice_is(vkey, before)) {
			whole = l->n;
			versions++;
			snprintf(before, sizeof(before), "%.*s", SLICE_FMT(vkey));
		}
		batch_read(s, 8, l->arena, &b);
		b.kept = true;
		row_read(s, l, &b);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret_more = l->n == l->max;
	if (*ret_more) {
		if (whole == 0)
			return why_set(l->why, E_LIMIT, "",
				"one version stands in more than %zu entries", l->max - 1);
		l->n = whole;
		versions--;
	}
	*ret_versions = versions;
	return 0;
}

int stix_list_entries(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct arena *arena, struct list_row **ret, size_t *ret_n,
	size_t *ret_versions, bool *ret_more, struct why *why)
{
	struct listing l = listing_of(w, db, who, q, arena, why);
	bool exact = q->versions == VERSION_EXACT;
	struct stix_uuid uuid;
	struct slice type;
	struct stmt *s;
	int rc;

	MUST(q->limit > 0 && q->limit <= LIST_LIMIT && q->n_id == 1 && q->has_author);
	*ret = NULL;
	*ret_n = *ret_versions = 0;
	*ret_more = false;
	if (stix_id_parse(q->id[0], &type, &uuid) < 0)
		return 0; /* nothing has it */
	l.max = q->limit + 1;
	l.row = arena_array(arena, struct list_row, l.max);
	l.types = words_join(q->type, q->n_type, ',', arena);
	l.exact = exact_join(q, arena);
	s = db_stmt(db, OF_ENTRIES);
	bind_query(s, &l, 0, INT64_MAX);
	db_bind_blob(s, 28, slice_of(uuid.b, 16));
	db_bind_text(s, 29, type);
	db_bind_i64(s, 30, q->versions == VERSION_LAST || (exact && q->exact_last));
	db_bind_i64(s, 31, q->versions == VERSION_FIRST || (exact && q->exact_first));
	rc = entries_read(&l, s, ret_versions, ret_more);
	if (rc < 0)
		return rc;
	rows_order(&l, l.n);
	*ret = l.row;
	*ret_n = l.n;
	return 0;
}

/* ---- what a reader does not see ---- */

#define HIDDEN_SQL                                                                                        \
	"SELECT 1 FROM cyber_object x JOIN cyber_batch xb ON xb.first = x.batch "                         \
	"WHERE x.root + 0 = $1 AND x.uuid = $21 AND x.type = $22 AND xb.author = $23 AND " NOT_WITHDRAWN( \
		"x", "xb.author", "xb.epoch", "xb.seq + 0") " AND NOT (" SEEN("xb") ") LIMIT 1"

int stix_list_hidden(const struct world *w, struct db *db, const struct reader *who, int64_t root,
	const struct id *author, struct slice id, bool *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	const struct list_query q = {.root = root};
	const struct listing l = listing_of(w, db, who, &q, &arena, why);
	struct stix_uuid uuid;
	struct slice type;
	struct stmt *s;
	int rc;

	*ret = false;
	if (stix_id_parse(id, &type, &uuid) < 0)
		return 0; /* nothing has it */
	s = db_stmt(db, HIDDEN_SQL);
	bind_reader(s, &l);
	db_bind_blob(s, 21, slice_of(uuid.b, 16));
	db_bind_text(s, 22, type);
	db_bind_blob(s, 23, id_slice(author));
	rc = db_step(s, why);
	*ret = rc == DB_ROW;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* ---- by place ---- */

/* A batch in which nothing lies. */
#define NO_BATCH ((struct batch){.first = 1})

static int batch_at(struct listing *l, int64_t added, struct arena *scratch, struct batch *ret)
{
	struct stmt *s = db_stmt(
		l->db, BATCH_SQL("b.last >= $21 AND b.first <= $21") " ORDER BY b.last LIMIT $22");
	int rc;

	bind_reader(s, l);
	db_bind_i64(s, 21, added);
	db_bind_i64(s, 22, 1);
	db_bind_i64(s, 23, l->q->tlp_most);
	rc = db_step(s, l->why);
	*ret = NO_BATCH;
	if (rc == DB_ROW)
		batch_read(s, 0, scratch, ret);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* `b` is the batch of the one before: neighbours in a list are mostly of one. */
static int list_at(struct listing *l, int64_t added, struct arena *scratch, struct batch *b)
{
	int rc = 0;

	if (added < b->first || added > b->last) {
		arena_reset(scratch);
		rc = batch_at(l, added, scratch, b);
	}
	return rc < 0 || added < b->first || added > b->last ? rc : objects_of(l, b, added, added);
}

int stix_list_added(const struct world *w, struct db *db, const struct reader *who, int64_t root,
	const int64_t *added, size_t n, struct arena *arena, struct list_row **ret, size_t *ret_n,
	struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(MIB);
	struct batch b = NO_BATCH;
	const struct list_query q = {.root = root};
	struct listing l = listing_of(w, db, who, &q, arena, why);
	int rc = 0;

	l.max = n < LIST_LIMIT ? n + 1 : LIST_LIMIT + 1;
	l.row = arena_array(arena, struct list_row, l.max);
	l.types = SLICE("");
	l.exact = SLICE("|");
	for (size_t i = 0; rc == 0 && i < n && i < LIST_LIMIT; i++)
		rc = list_at(&l, added[i], &scratch, &b);
	return listing_end(&l, rc, ret, ret_n);
}

/* ---- by what they point at ---- */

#define POINTING_SQL                                                                                     \
	"SELECT r.added FROM cyber_ref r JOIN cyber_object o ON o.root = r.root AND o.added = r.added "  \
	"JOIN cyber_batch b ON b.first = o.batch WHERE r.root = $1 AND r.target = $21 AND r.name = $22 " \
	"AND r.added > $23 AND " SEEN("b") " ORDER BY r.added LIMIT $24"

int stix_list_pointing(const struct world *w, struct db *db, const struct reader *who, int64_t root,
	const struct stix_uuid *target, const char *name, size_t limit, int64_t *after,
	struct arena *arena, struct list_row **ret, size_t *ret_n, bool *ret_more, struct why *why)
{
	const struct list_query q = {.root = root};
	struct listing l = listing_of(w, db, who, &q, arena, why);
	int64_t *added = arena_array(arena, int64_t, limit);
	struct stmt *s = db_stmt(db, POINTING_SQL);
	size_t n = 0;
	int rc;

	MUST(limit > 0 && limit <= LIST_LIMIT);
	bind_reader(s, &l);
	db_bind_blob(s, 21, slice_of(target->b, 16));
	db_bind_text(s, 22, slice_str(name));
	db_bind_i64(s, 23, *after);
	db_bind_i64(s, 24, (int64_t)limit);
	while ((rc = db_step(s, why)) == DB_ROW)
		added[n++] = db_i64(s, 0);
	db_reset(s);
	if (rc == 0)
		rc = stix_list_added(w, db, who, root, added, n, arena, ret, ret_n, why);
	if (rc < 0)
		return rc;
	if (n)
		*after = added[n - 1];
	*ret_more = n == limit;
	return 0;
}

/* ---- by words, by names ---- */

/* Behind the hit at $21 in its own batch, too, which may have more hits than are looked at. */
#define WORDS_SQL(search)                                                                                                     \
	"SELECT b.first, item.object_name, item.media FROM cyber_batch b JOIN item ON item.log = b.log AND item.seq = b.seq " \
	"WHERE b.root = $1 AND item.state = 0 AND b.first < $21 AND (b.last < $21 OR item.at < "                              \
	"(SELECT x.at FROM cyber_object x WHERE x.root = $1 AND x.added = $21)) AND " SEEN(                                   \
		"b") " AND " search " ORDER BY b.first DESC, item.at DESC LIMIT $23"
#define NAMED_SQL                                                                                                 \
	"SELECT r.added FROM cyber_alias r JOIN cyber_object o ON o.root = r.root AND o.added = r.added "         \
	"JOIN cyber_batch b ON b.first = o.batch WHERE r.root = $1 AND r.word = $22 AND r.added < $21 AND " SEEN( \
		"b") " ORDER BY r.added DESC LIMIT $23"

/* Hits that are looked at for one page: older versions are among them, and objects of other types. */
#define HITS_MAX 1000

static int64_t words_added(struct stmt *s)
{
	struct slice name = db_blob(s, 1);
	const uint8_t *p = name.p + 12;
	int64_t place = 0;

	MUST(name.n == 16);
	if (slice_is(db_text(s, 2), BATCH_MEDIA))
		place = (int64_t)((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
				  (uint32_t)p[2] << 8 | p[3]);
	return db_i64(s, 0) + place;
}

/* Of hits before `after`, `what` in their order, those that the query asks for. */
static int list_hits(struct listing *l, struct stmt *s, struct slice what,
	int64_t (*added)(struct stmt *s), int64_t *ret_next)
{
	struct arena scratch CLEANUP_ARENA = ARENA(MIB);
	struct batch b = NO_BATCH;
	int64_t *hit = arena_array(l->arena, int64_t, HITS_MAX);
	size_t n = 0;
	int rc;

	MUST(l->q->limit > 0 && l->q->limit <= LIST_LIMIT);
	l->max = l->q->limit + 1;
	l->row = arena_array(l->arena, struct list_row, l->max);
	l->types = words_join(l->q->type, l->q->n_type, ',', l->arena);
	l->exact = SLICE("|");
	bind_reader(s, l);
	db_bind_i64(s, 21, l->q->after ? l->q->after : INT64_MAX);
	db_bind_text(s, 22, what);
	db_bind_i64(s, 23, HITS_MAX);
	while ((rc = db_step(s, l->why)) == DB_ROW)
		hit[n++] = added(s);
	db_reset(s);
	for (size_t i = 0; rc == 0 && i < n && l->n < l->max; i++)
		rc = list_at(l, hit[i], &scratch, &b);
	*ret_next = 0;
	if (l->n > l->q->limit)
		*ret_next = l->row[--l->n - 1].added;
	else if (n == HITS_MAX)
		*ret_next = hit[n - 1];
	return rc;
}

int stix_list_words(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct slice words, struct arena *arena, struct list_row **ret,
	size_t *ret_n, int64_t *ret_next, struct why *why)
{
	struct listing l = listing_of(w, db, who, q, arena, why);
	struct buf query CLEANUP_BUF = BUF(16 * KIB);
	int rc = 0;

	search_query(db, words, &query);
	*ret_next = 0;
	if (query.n && !buf_over(&query))
		rc = list_hits(&l,
			db_is_postgres(db) ? db_stmt(db, WORDS_SQL(SEARCH_POSTGRES("$22")))
					   : db_stmt(db, WORDS_SQL(SEARCH_SQLITE("$22"))),
			buf_slice(&query), words_added, ret_next);
	return listing_end(&l, rc, ret, ret_n);
}

static int64_t named_added(struct stmt *s)
{
	return db_i64(s, 0);
}

int stix_list_named(const struct world *w, struct db *db, const struct reader *who,
	const struct list_query *q, struct slice name, struct arena *arena, struct list_row **ret,
	size_t *ret_n, int64_t *ret_next, struct why *why)
{
	struct listing l = listing_of(w, db, who, q, arena, why);
	int rc = list_hits(
		&l, db_stmt(db, NAMED_SQL), stix_index_name(name, arena), named_added, ret_next);

	return listing_end(&l, rc, ret, ret_n);
}
