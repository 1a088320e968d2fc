/* coord.c: see coord.h. */
#include "work/cyber/coord.h"

#include "work/cyber/index.h"
#include "work/cyber/seen.h"

#include "work/cyber/model.h"
#include "work/cyber/store.h"

#include "base/clock.h"
#include "base/report.h"
#include "base/utf8.h"
#include "node/content.h"

#include <errno.h>

#define TITLE_MAX      800 /* 200 characters */
#define TEXT_MAX       (128 * KIB)
#define OBJECTS_MAX    1000
#define LINE_MAX_BYTES 2000
#define NODES_MAX      200000 /* of a CSAF document */

const char coord_schema[] =
	"CREATE TABLE cyber_link (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	root INTEGER NOT NULL,\n"
	"	owner BLOB NOT NULL,\n"
	"	name BLOB NOT NULL,\n"
	"	about_owner BLOB NOT NULL,\n"
	"	about_name BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at)\n"
	") CLUSTERED;\n"
	"CREATE INDEX cyber_link_about ON cyber_link (root, about_owner, about_name);\n";

static const struct {
	const char *word, *kind;
	const char *status; /* words that it may have; NULL: none */
	const char *about;  /* the member that names what it belongs to */
} rows[COORD_KINDS] = {
	[COORD_CASE] = {"case", "cyber/case/1", "open contained closed", NULL},
	[COORD_TASK] = {"task", "cyber/task/1", "open done withdrawn", "case"},
	[COORD_RFI] = {"rfi", "cyber/rfi/1", "open closed", "case"},
	[COORD_NOTICE] = {"notice", "cyber/notice/1", "draft published done", "case"},
	[COORD_ANSWER] = {"answer", "cyber/answer/1", NULL, "to"},
};

const char *coord_word(enum coord_kind k)
{
	return rows[k].word;
}

const char *coord_kind_name(enum coord_kind k)
{
	return rows[k].kind;
}

int coord_kind_parse(struct slice kind, enum coord_kind *ret)
{
	for (int k = 0; k < COORD_KINDS; k++)
		if (slice_is(kind, rows[k].kind)) {
			*ret = (enum coord_kind)k;
			return 0;
		}
	return -EINVAL;
}

int coord_word_parse(struct slice word, enum coord_kind *ret)
{
	for (int k = 0; k < COORD_KINDS; k++)
		if (slice_is(word, rows[k].word)) {
			*ret = (enum coord_kind)k;
			return 0;
		}
	return -EINVAL;
}

/* ---- reading ---- */

struct reading {
	struct coord *c;
	struct arena *arena;
	struct why *why;
};

static int text_of(struct reading *r, const char *key, size_t max, bool must, struct slice *ret)
{
	if (must)
		return json_need_string(&r->c->doc, r->c->root, key, max, r->arena, ret, r->why);
	return json_want_string(&r->c->doc, r->c->root, key, max, r->arena, ret, r->why);
}

static int word_of(struct reading *r, const char *key, const char *words, struct slice *ret)
{
	struct slice rest = slice_str(words), one;
	char where[40];
	int rc = text_of(r, key, 40, true, ret);

	if (rc < 0)
		return rc;
	while (slice_cut(&rest, ' ', &one))
		if (slice_eq(one, *ret))
			return 0;
	snprintf(where, sizeof(where), "/%s", key);
	return why_set(r->why, E_INVALID, where, "is one of: %s", words);
}

static int time_of(struct reading *r, const char *key, int64_t *ret)
{
	struct slice text;
	char where[40];
	int rc = text_of(r, key, 64, false, &text);

	if (rc < 0 || !text.n)
		return rc;
	if (utc_parse(text, ret, NULL) == 0 && *ret > 0)
		return 0;
	snprintf(where, sizeof(where), "/%s", key);
	return why_set(r->why, E_INVALID, where, "is no time like 2025-03-18T09:30:00Z");
}

static int about_of(struct reading *r, enum coord_kind kind)
{
	const char *key = rows[kind].about;
	struct slice text;
	char where[40];
	int rc;

	if (!key)
		return 0;
	rc = text_of(r, key, OBJECT_TEXT, kind == COORD_ANSWER, &text);
	if (rc < 0 || !text.n)
		return rc;
	r->c->has_about = true;
	if (object_parse(text, &r->c->about) == 0)
		return 0;
	snprintf(where, sizeof(where), "/%s", key);
	return why_set(r->why, E_INVALID, where, "is no id of a record");
}

static int objects_of(struct reading *r)
{
	const struct json_doc *doc = &r->c->doc;
	json_ref list = json_get(doc, r->c->root, "objects");
	struct stix_uuid uuid;
	struct slice type;

	if (json_type(doc, list) == JSON_NONE)
		return 0;
	if (json_type(doc, list) != JSON_ARRAY || json_count(doc, list) > OBJECTS_MAX)
		return why_set(
			r->why, E_INVALID, "/objects", "is a list of at most %d ids", OBJECTS_MAX);
	r->c->object = arena_array(r->arena, struct slice, json_count(doc, list) + 1);
	for (json_ref v = json_first(doc, list); v; v = json_next(doc, v)) {
		struct slice id = json_string(doc, v, r->arena);

		if (stix_id_parse(id, &type, &uuid) < 0)
			return why_set(r->why, E_INVALID, "/objects", "'%.*s' is no id of STIX",
				SLICE_FMT(slice_sub(id, 0, 80)));
		r->c->object[r->c->n_object++] = id;
	}
	return 0;
}

static int for_of(struct reading *r)
{
	struct slice text;
	int rc = text_of(r, "for", ID_TEXT, false, &text);

	if (rc < 0 || !text.n)
		return rc;
	r->c->has_for = true;
	return id_parse(text, &r->c->member) == 0
		       ? 0
		       : why_set(r->why, E_INVALID, "/for", "is no id of a member");
}

/* A CSAF 2.0 document says so, and has a title and an id (§3.2.1). */
static int csaf_of(struct reading *r)
{
	const struct json_doc *doc = &r->c->doc;
	json_ref csaf = json_get(doc, r->c->root, "csaf"), document, tracking;

	r->c->csaf = csaf;
	if (json_type(doc, csaf) == JSON_NONE)
		return 0;
	document = json_get(doc, csaf, "document");
	tracking = json_get(doc, document, "tracking");
	if (!slice_is(json_string(doc, json_get(doc, document, "csaf_version"), r->arena), "2.0"))
		return why_set(r->why, E_INVALID, "/csaf/document/csaf_version", "is not \"2.0\"");
	if (json_type(doc, json_get(doc, document, "title")) != JSON_STRING)
		return why_set(r->why, E_INVALID, "/csaf/document/title", "is missing");
	if (json_type(doc, json_get(doc, tracking, "id")) != JSON_STRING)
		return why_set(r->why, E_INVALID, "/csaf/document/tracking/id", "is missing");
	return 0;
}

static int read_kind(struct reading *r, enum coord_kind kind)
{
	struct coord *c = r->c;
	int rc = 0;

	if (kind == COORD_CASE) {
		rc = word_of(r, "severity", "low medium high critical", &c->severity);
		if (rc == 0)
			rc = time_of(r, "first_seen", &c->first_ms);
	}
	if (kind == COORD_TASK)
		rc = for_of(r);
	if (rc == 0 && (kind == COORD_TASK || kind == COORD_RFI))
		rc = time_of(r, "due", &c->due_ms);
	if (kind == COORD_NOTICE) {
		rc = word_of(r, "type", "advisory takedown vulnerability", &c->type);
		if (rc == 0)
			rc = text_of(r, "target", LINE_MAX_BYTES, false, &c->target);
		if (rc == 0)
			rc = text_of(r, "vulnerability", 64, false, &c->vulnerability);
		if (rc == 0)
			rc = csaf_of(r);
	}
	if (kind == COORD_ANSWER)
		rc = word_of(r, "answer", "accepted declined done answered covered", &c->answer);
	return rc;
}

int coord_parse(struct coord *ret, enum coord_kind kind, struct slice content, struct arena *arena,
	struct why *why)
{
	const struct json_limits limits = {32, NODES_MAX};
	struct coord c = {0};
	struct reading r = {.c = &c, .arena = arena, .why = why};
	int rc = json_read(&c.doc, arena, content, &limits, why);

	if (rc < 0)
		return rc;
	c.root = json_root(&c.doc);
	if (json_type(&c.doc, c.root) != JSON_OBJECT)
		return why_set(why, E_INVALID, "", "expected an object");
	rc = text_of(&r, "title", TITLE_MAX, kind != COORD_ANSWER, &c.title);
	if (rc == 0)
		rc = text_of(&r, kind == COORD_CASE ? "summary" : "text", TEXT_MAX, false, &c.text);
	if (rc == 0 && rows[kind].status)
		rc = word_of(&r, "status", rows[kind].status, &c.status);
	if (rc == 0)
		rc = about_of(&r, kind);
	if (rc == 0)
		rc = objects_of(&r);
	if (rc == 0)
		rc = read_kind(&r, kind);
	if (rc == 0)
		*ret = c;
	return rc;
}

/* ---- the kinds ---- */

static int check(enum coord_kind kind, struct slice content, struct slice media,
	struct arena *arena, struct why *why)
{
	struct coord c;

	if (!slice_is(media, "application/json"))
		return why_set(
			why, E_INVALID, "/media", "a record of this kind is application/json");
	return coord_parse(&c, kind, content, arena, why);
}

int coord_check_case(struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	return check(COORD_CASE, content, media, arena, why);
}

int coord_check_task(struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	return check(COORD_TASK, content, media, arena, why);
}

int coord_check_rfi(struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	return check(COORD_RFI, content, media, arena, why);
}

int coord_check_notice(
	struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	return check(COORD_NOTICE, content, media, arena, why);
}

int coord_check_answer(
	struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	return check(COORD_ANSWER, content, media, arena, why);
}

int coord_fold(const struct folding *f, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	enum coord_kind kind;
	struct coord c;
	struct stmt *s;
	int rc;

	MUST(coord_kind_parse(f->kind, &kind) == 0);
	rc = coord_parse(&c, kind, f->content, &arena, why);
	if (rc < 0 || !c.has_about)
		return rc;
	s = db_stmt(f->fold->db,
		"INSERT INTO cyber_link (log, seq, at, root, owner, name, about_owner, about_name) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
	db_bind_i64(s, 1, f->log->row);
	db_bind_i64(s, 2, (int64_t)f->seq);
	db_bind_i64(s, 3, (int64_t)f->at);
	db_bind_i64(s, 4, cyber_root(&f->fold->world->coalition, f->mode));
	db_bind_blob(s, 5, id_slice(&f->object.owner));
	db_bind_blob(s, 6, id_slice(&f->object.name));
	db_bind_blob(s, 7, id_slice(&c.about.owner));
	db_bind_blob(s, 8, id_slice(&c.about.name));
	return db_run(s, why);
}

int coord_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "DELETE FROM cyber_link WHERE log = $1 AND seq = $2 AND at = $3");

	db_bind_i64(s, 1, log_row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_i64(s, 3, (int64_t)at);
	return db_run(s, why);
}

void coord_words(struct slice content, struct arena *arena, struct buf *ret)
{
	static const char *const keys[] = {"title", "summary", "text", "target", "vulnerability"};
	const struct json_limits limits = {32, NODES_MAX};
	struct json_doc doc;

	if (json_read(&doc, arena, content, &limits, NULL) < 0)
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		buf_slice_add(
			ret, json_string(&doc, json_get(&doc, json_root(&doc), keys[i]), arena));
		buf_byte(ret, ' ');
	}
}

struct slice coord_title(struct slice content, struct arena *arena)
{
	static const char *const keys[] = {"title", "text", NULL};

	return content_title(content, keys, arena);
}

/* The newest version of it that the reader may see is this one, and he is cleared for it. */
#define LINK_SEEN                                                                                  \
	"EXISTS (SELECT 1 FROM item i WHERE i.log = k.log AND i.seq = k.seq AND i.at = k.at "      \
	"AND " SEEN_ENTRY("i") " AND NOT EXISTS (SELECT 1 FROM item newer "                        \
			       "WHERE newer.coalition = i.coalition "                              \
			       "AND newer.object_owner = i.object_owner "                          \
			       "AND newer.object_name = i.object_name "                            \
			       "AND (newer.epoch, newer.seq, newer.at) > (i.epoch, i.seq, i.at) "  \
			       "AND ($2 = 1 OR " RELEASE_SQL("newer.audience", "$3") ")))"

int coord_links_by(const struct index_view *v, const struct object_id *about,
	const struct id *owner, size_t limit, struct arena *arena, struct object_id **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(v->db,
		"SELECT DISTINCT k.owner, k.name FROM cyber_link k WHERE k.root = $1 "
		"AND k.about_owner = $17 AND k.about_name = $18 AND ($20 = 0 OR k.owner = $21) "
		"AND " LINK_SEEN " ORDER BY k.owner, k.name LIMIT $19");
	const struct release_classes classes =
		release_classes_of(v->who, v->w->standing.charter, arena);
	struct object_id *o = arena_array(arena, struct object_id, limit + 1);
	size_t n = 0;
	int rc;

	seen_bind(s, v->root, v->who, &classes);
	db_bind_blob(s, 17, id_slice(&about->owner));
	db_bind_blob(s, 18, id_slice(&about->name));
	db_bind_i64(s, 19, (int64_t)limit);
	db_bind_i64(s, 20, owner != NULL);
	db_bind_blob(s, 21, owner ? id_slice(owner) : SLICE(""));
	while ((rc = db_step(s, why)) == DB_ROW) {
		MUST(db_blob(s, 0).n == 16 && db_blob(s, 1).n == 16);
		memcpy(o[n].owner.b, db_blob(s, 0).p, 16);
		memcpy(o[n++].name.b, db_blob(s, 1).p, 16);
	}
	db_reset(s);
	*ret = o;
	*ret_n = n;
	return rc;
}

int coord_links(const struct index_view *v, const struct object_id *about, size_t limit,
	struct arena *arena, struct object_id **ret, size_t *ret_n, struct why *why)
{
	return coord_links_by(v, about, NULL, limit, arena, ret, ret_n, why);
}
