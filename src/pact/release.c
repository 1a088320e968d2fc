/* Who may have what. Nothing else in the program decides it; nothing here depends on who is asking
 * for the answer. */
#include "pact/release_classes.h"

#include "base/report.h"

#include <limits.h>

_Static_assert(RELEASE_CLASSES == CHARTER_LADDER_MAX + 1, "one parameter for each class");

const char release_schema_1[] =
	"CREATE TABLE audience (id ROWKEY, digest BLOB NOT NULL UNIQUE);\n"
	"CREATE TABLE audience_member (\n"
	"	audience INTEGER NOT NULL REFERENCES audience (id),\n"
	"	member BLOB NOT NULL,\n"
	"	PRIMARY KEY (audience, member)\n"
	") CLUSTERED;\n"
	"CREATE INDEX audience_member_member ON audience_member (member);\n";

static struct hash audience_digest(const struct id *member, size_t n)
{
	const struct slice pieces[] = {
		SLICE("entente-audience/1\n"), slice_of(member, n * sizeof(*member))};

	for (size_t i = 1; i < n; i++)
		MUST(id_cmp(&member[i - 1], &member[i]) < 0);
	return hash_of(pieces, n > 0 ? 2 : 1);
}

/* 1 and the row, 0 if the set is not there. */
static int audience_find(struct db *db, struct slice digest, int64_t *ret, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT id FROM audience WHERE digest = $1");
	db_bind_blob(s, 1, digest);
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc;
}

int audience_intern(struct db *db, const struct id *member, size_t n, int64_t *ret, struct why *why)
{
	struct hash digest = audience_digest(member, n);
	struct slice key = slice_of(digest.b, sizeof(digest.b));
	int64_t row = 0;
	int rc = audience_find(db, key, &row, why);

	if (rc < 0)
		return rc;
	if (rc == DB_ROW) {
		*ret = row;
		return 0;
	}
	struct stmt *s = db_stmt(db, "INSERT INTO audience (digest) VALUES ($1)");
	db_bind_blob(s, 1, key);
	if ((rc = db_run(s, why)) < 0 || (rc = audience_find(db, key, &row, why)) < 0)
		return rc;
	MUST(rc == DB_ROW);
	for (size_t i = 0; i < n; i++) {
		s = db_stmt(db, "INSERT INTO audience_member (audience, member) VALUES ($1, $2)");
		db_bind_i64(s, 1, row);
		db_bind_blob(s, 2, id_slice(&member[i]));
		if ((rc = db_run(s, why)) < 0)
			return rc;
	}
	*ret = row;
	return 0;
}

int audience_members(struct db *db, int64_t audience, struct arena *arena, struct id **ret,
	size_t *ret_n, struct why *why)
{
	struct stmt *s = db_stmt(db, "SELECT COUNT(*) FROM audience_member WHERE audience = $1");
	size_t n = 0, at = 0;

	db_bind_i64(s, 1, audience);
	int rc = db_step(s, why);
	if (rc == DB_ROW)
		n = (size_t)db_i64(s, 0);
	db_reset(s);
	if (rc < 0)
		return rc;
	struct id *out = arena_array(arena, struct id, n);
	s = db_stmt(db, "SELECT member FROM audience_member WHERE audience = $1 ORDER BY member");
	db_bind_i64(s, 1, audience);
	while ((rc = db_step(s, why)) == DB_ROW && at < n) {
		struct slice m = db_blob(s, 0);
		MUST(m.n == sizeof(out->b));
		memcpy(out[at++].b, m.p, m.n);
	}
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = out;
	*ret_n = at;
	return 0;
}

int audience_has(
	struct db *db, int64_t audience, const struct id *member, bool *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT 1 FROM audience_member WHERE audience = $1 AND member = $2");
	db_bind_i64(s, 1, audience);
	db_bind_blob(s, 2, id_slice(member));
	int rc = db_step(s, why);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = rc == DB_ROW;
	return 0;
}

static bool in_audience(const struct id *member, const struct id *audience, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (id_eq(&audience[i], member))
			return true;
	return false;
}

bool release_header(const struct reader *who, const struct entry *e, const struct id *audience,
	size_t n_audience)
{
	if (who->self || id_eq(&who->member, &e->log.member))
		return true;
	/* What the log itself needs from everybody, and what says nothing. */
	if (e->audience == AUDIENCE_VEILED || act_is_public_to_parties(e->kind))
		return who->is_party;
	return (who->is_member || (who->is_party && release_takes_back(e->kind))) &&
	       in_audience(&who->member, audience, n_audience);
}

/* A user of a node may be cleared for less than the member that runs it. */
static bool user_cleared(
	const struct reader *who, const struct label *label, const struct charter *charter)
{
	if (who->no_clearance)
		return false;
	if (who->clearance_level == UINT_MAX)
		return true;
	int level = charter_level(charter, label->class_name);
	return level >= 0 && (unsigned)level <= who->clearance_level;
}

struct release_classes release_classes_of(
	const struct reader *who, const struct charter *charter, struct arena *arena)
{
	struct release_classes c = {.open = !who->no_clearance && who->clearance_level == UINT_MAX};

	for (unsigned i = 0; i + 1 < RELEASE_CLASSES; i++) {
		/* No label has a DEL in it. */
		c.text[i] = SLICE("\x7f");
		if (!c.open && !who->no_clearance && i < charter->n_ladder &&
			i <= who->clearance_level)
			c.text[i] = slice_str(arena_printf(arena, "%.*s %.*s",
				SLICE_FMT(charter->policy), SLICE_FMT(charter->ladder[i])));
	}
	return c;
}

void release_classes_bound(struct stmt *s, int at, const struct release_classes *c)
{
	db_bind_i64(s, at, c->open);
	for (int i = 0; i + 1 < RELEASE_CLASSES; i++)
		db_bind_text(s, at + 1 + i, c->text[i]);
}

void release_classes_bind(struct stmt *s, int at, const struct reader *who,
	const struct charter *charter, struct arena *arena)
{
	struct release_classes c = release_classes_of(who, charter, arena);

	release_classes_bound(s, at, &c);
}

bool release_user_cleared(
	const struct reader *who, struct slice label, const struct charter *charter)
{
	struct label l;

	if (!who->no_clearance && who->clearance_level == UINT_MAX)
		return true;
	return label_parse(&l, label, NULL) == 0 && slice_eq(l.policy, charter->policy) &&
	       user_cleared(who, &l, charter);
}

bool release_header_user(
	const struct reader *who, const struct entry *e, const struct charter *charter)
{
	if (e->audience == AUDIENCE_VEILED || act_is_public_to_parties(e->kind))
		return true;
	return release_user_cleared(who, e->label, charter);
}

bool release_takes_back(struct slice kind)
{
	return slice_is(kind, "recall/1") || slice_is(kind, "erase/1");
}

bool release_content(const struct reader *who, struct slice kind, const struct id *author,
	const struct id *audience, size_t n_audience, const struct label *label,
	const struct charter *charter, struct slice accession_clearance)
{
	if (act_is_public_to_parties(kind))
		return who->self || who->is_party || id_eq(&who->member, author);
	/* Without a label nobody knows who may hold it. */
	if (label == NULL || charter == NULL || !user_cleared(who, label, charter))
		return false;
	if (who->self || id_eq(&who->member, author))
		return true;
	if (release_takes_back(kind))
		return who->is_party && in_audience(&who->member, audience, n_audience);
	return who->is_member && in_audience(&who->member, audience, n_audience) &&
	       label_admits(label, charter, &who->member, accession_clearance);
}

int release_audience_check(const struct label *label, const struct charter *charter,
	const struct standing *standing, const struct id *audience, size_t n, bool all_members,
	struct why *why)
{
	int rc;

	if (n == 0)
		return why_set(why, E_INVALID, "audience", "an empty audience is nobody");
	if ((rc = label_check(label, charter, why)) < 0 ||
		(rc = label_fits_audience(label, all_members, why)) < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		char id[ID_TEXT + 1];
		id_format(&audience[i], id);
		if (!standing_is_member(standing, &audience[i]))
			return why_set(
				why, E_INVALID, "audience", "%s is not a member in standing", id);
		const struct standing_party *p = standing_find(standing, &audience[i]);
		if (!label_admits(label, charter, &audience[i], p ? p->clearance : SLICE_NONE))
			return why_set(
				why, E_INVALID, "audience", "the label does not admit %s", id);
	}
	return 0;
}
