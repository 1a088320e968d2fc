/*
 * record_many.c: many records in few questions, see record.h. With a server each question is a round trip; a list of requests with all that belongs to them would put some
 * thousands.
 */
#include "record_int.h"

#include "base/limits.h"
#include "base/report.h"
#include "node/readings.h"

/*
 * As many as parameters have room (LIMIT_SQL_PARAMS). $2 and $3 are the first object's, as in ONE_CLEARED's questions; the others go on from $19. Each is said in full: SQLite before
 * 3.46 finds no index for a list of pairs, and would read all of the table.
 */
_Static_assert(RECORDS_MANY == 20, "the lists below are as long");
#define IS(a, b) "(coalition = $1 AND object_owner = $" #a " AND object_name = $" #b ")"
#define OBJECTS                                                                                    \
	"(" IS(2, 3) " OR " IS(19, 20) " OR " IS(21, 22) " OR " IS(23, 24) " OR " IS(              \
		25, 26) " OR " IS(27, 28) " OR " IS(29, 30) " OR " IS(31, 32) " OR " IS(33,        \
		34) " OR " IS(35, 36) " OR " IS(37, 38) " OR " IS(39, 40) " OR " IS(41,            \
		42) " OR " IS(43, 44) " OR " IS(45, 46) " OR " IS(47, 48) " OR " IS(49,            \
		50) " OR " IS(51, 52) " OR " IS(53, 54) " OR " IS(55, 56) ")"
#define AT(a, b) "(e.log = $" #a " AND e.seq = $" #b ")"
#define ENTRIES                                                                                    \
	"(" AT(1, 2) " OR " AT(3, 4) " OR " AT(5, 6) " OR " AT(7, 8) " OR " AT(9, 10) " OR " AT(   \
		11, 12) " OR " AT(13, 14) " OR " AT(15, 16) " OR " AT(17, 18) " OR " AT(19,        \
		20) " OR " AT(21, 22) " OR " AT(23, 24) " OR " AT(25, 26) " OR " AT(27,            \
		28) " OR " AT(29, 30) " OR " AT(31, 32) " OR " AT(33, 34) " OR " AT(35,            \
		36) " OR " AT(37, 38) " OR " AT(39, 40) ")"

struct many {
	struct db *db;
	struct arena *arena;
	const struct object_id *object;
	size_t n;
	struct record *ret;
	struct item_row row[RECORDS_MANY];
	struct page_cache content[RECORDS_MANY]; /* of each row, its own */
};

static size_t place_of(const struct many *m, const struct object_id *object)
{
	size_t i = 0;

	while (i < m->n && !object_id_eq(&m->object[i], object))
		i++;
	return i;
}

static int rows_read(
	struct many *m, const struct world *w, const struct reader *who, struct why *why)
{
	struct stmt *s = db_stmt(m->db,
		"SELECT " ITEM_COLUMNS " FROM item WHERE " OBJECTS " AND " SEEN_SQL("item", "$4",
			"$5") " AND " NEWEST_SQL("$4", "$5") " AND " ONE_CLEARED("item.label"));
	int rc;

	/* Fewer than there is room for: the first stands for the rest. */
	record_one_bind(s, w, who, &m->object[0], m->arena);
	for (size_t i = 1; i < RECORDS_MANY; i++) {
		const struct object_id *o = &m->object[i < m->n ? i : 0];

		db_bind_blob(s, (int)(17 + 2 * i), id_slice(&o->owner));
		db_bind_blob(s, (int)(18 + 2 * i), id_slice(&o->name));
	}
	while ((rc = db_step(s, why)) == DB_ROW) {
		struct item_row row;
		struct record r;

		record_row_read(s, m->arena, &r, &row);
		size_t at = place_of(m, &r.object);
		if (at < m->n) {
			m->ret[at] = r;
			m->row[at] = row;
		}
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

static bool content_wanted(const struct many *m, size_t i)
{
	return m->ret[i].kind.n && m->ret[i].state == ITEM_LIVE;
}

static void content_take(struct many *m, struct stmt *s)
{
	for (size_t i = 0; i < m->n; i++) {
		struct page_cache *c = &m->content[i];
		bool here = db_blob(s, 3).n == 32;

		if (!content_wanted(m, i) || m->row[i].log != db_i64(s, 0) ||
			m->ret[i].seq != (uint64_t)db_i64(s, 1) || db_is_null(s, 2))
			continue;
		struct slice bytes = arena_copy(m->arena, db_blob(s, 2));
		struct slice plain = here ? arena_copy(m->arena, db_blob(s, 4)) : SLICE_NONE;
		int rc = record_content_read(bytes, here ? db_blob(s, 3).p : NULL, plain,
			m->ret[i].seq, m->arena, &c->content, &c->leaf, &c->why);
		c->content_log = m->row[i].log;
		c->content_seq = m->ret[i].seq;
		c->has_content = rc == 0;
		c->damaged = rc == E_VERIFY;
	}
}

/* What does not come here is asked for alone (record_row_content), which says why it is not there. */
static int contents_read(struct many *m, struct why *why)
{
	struct stmt *s = db_stmt(m->db,
		"SELECT e.log, e.seq, e.bytes, p.salt, p.plain FROM entry e LEFT JOIN payload p "
		"ON p.log = e.log AND p.seq = e.seq WHERE " ENTRIES);
	size_t first = 0;
	int rc;

	while (first < m->n && !content_wanted(m, first))
		first++;
	if (first == m->n)
		return 0;
	for (size_t i = 0; i < RECORDS_MANY; i++) {
		size_t at = i < m->n && content_wanted(m, i) ? i : first;

		db_bind_i64(s, (int)(1 + 2 * i), m->row[at].log);
		db_bind_i64(s, (int)(2 + 2 * i), (int64_t)m->ret[at].seq);
	}
	while ((rc = db_step(s, why)) == DB_ROW)
		content_take(m, s);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int record_get_many(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, size_t n, struct arena *arena, struct record *ret,
	struct why *why)
{
	struct many *m = arena_new(arena, struct many);
	struct page_cache last = {0};
	int rc;

	MUST(n <= RECORDS_MANY);
	if (n == 0)
		return 0;
	*m = (struct many){.db = db, .arena = arena, .object = object, .n = n, .ret = ret};
	memset(ret, 0, n * sizeof(*ret));
	rc = rows_read(m, w, who, why);
	if (rc == 0)
		rc = contents_read(m, why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!ret[i].kind.n)
			continue;
		rc = record_row_content(db, &ret[i], &m->row[i], &m->content[i], arena, why);
		if (rc == 0)
			rc = record_row_fill(db, &ret[i], &m->row[i], &last, arena, why);
		if (rc == E_MISSING) {
			ret[i] = (struct record){0};
			rc = 0;
		}
	}
	if (rc == 0)
		readings_records(who, w, ret, n);
	return rc;
}
