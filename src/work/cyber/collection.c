/* collection.c: see collection.h. */
#include "work/cyber/collection.h"

#include "base/report.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "crypt/hash.h"
#include "node/account.h"
#include "work/cyber/sco.h"

const char collection_schema[] = "CREATE TABLE cyber_collection (\n"
				 "	id BLOB NOT NULL PRIMARY KEY,\n"
				 "	root INTEGER NOT NULL,\n"
				 "	alias TEXT NOT NULL,\n"
				 "	title TEXT NOT NULL,\n"
				 "	description TEXT NOT NULL,\n"
				 "	author BLOB NOT NULL,\n" /* empty: any */
				 "	tlp INTEGER NOT NULL,\n"
				 "	types TEXT NOT NULL,\n"
				 "	inbox INTEGER NOT NULL,\n"
				 "	label TEXT NOT NULL,\n"
				 "	everybody INTEGER NOT NULL,\n"
				 "	member BLOB NOT NULL,\n" /* ids, 16 bytes each */
				 "	accounts TEXT NOT NULL,\n"
				 "	UNIQUE (root, alias)\n"
				 ");\n"
				 "CREATE TABLE cyber_source (\n"
				 "	log INTEGER NOT NULL,\n"
				 "	seq INTEGER NOT NULL,\n"
				 "	source BLOB NOT NULL,\n"
				 "	PRIMARY KEY (log, seq)\n"
				 ") CLUSTERED;\n"
				 "CREATE TABLE cyber_status (\n"
				 "	id BLOB NOT NULL PRIMARY KEY,\n"
				 "	root INTEGER NOT NULL,\n"
				 "	account INTEGER NOT NULL,\n"
				 "	made_ms INTEGER NOT NULL,\n"
				 "	body TEXT NOT NULL\n"
				 ");\n"
				 "CREATE INDEX cyber_status_made ON cyber_status (made_ms);\n";

void collection_id_print(const struct collection *c, char ret[37])
{
	struct buf b CLEANUP_BUF = BUF(80);

	stix_id_print(&b, SLICE("x"), &c->id);
	memcpy(ret, b.p + 3, 36);
	ret[36] = '\0';
}

/* ---- built in ---- */

/* A version 4 UUID by its looks, the same at every start. */
static struct stix_uuid id_of(const struct world *w, enum mode mode, const char *alias)
{
	uint8_t kind = (uint8_t)mode;
	const struct slice pieces[] = {SLICE("entente-collection/1\n"), id_slice(&w->node->self),
		id_slice(&w->coalition.id), slice_of(&kind, 1), slice_str(alias)};
	struct hash h = hash_of(pieces, sizeof(pieces) / sizeof(*pieces));

	return uuid_v4(h.b);
}

static struct collection builtin(const struct world *w, enum mode mode, const char *alias,
	const char *title, const char *text)
{
	return (struct collection){.id = id_of(w, mode, alias),
		.alias = slice_str(alias),
		.title = slice_str(title),
		.description = slice_str(text),
		.builtin = true};
}

/* "from-alb": a label in letters that an alias may have; of two that come out alike the second has its id. */
static const char *member_alias(const struct world *w, const struct id *member, struct arena *arena)
{
	struct slice label = slice_str(world_party_label(w, member, arena));
	char *text = arena_printf(arena, "from-%.40s", arena_string(arena, label));
	char id[ID_TEXT + 1];

	for (char *p = text; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') && *p != '-') {
			id_format(member, id);
			return arena_printf(arena, "from-%s", id);
		}
	}
	return text;
}

#define BUILTIN 4

static size_t builtins(
	const struct world *w, enum mode mode, struct arena *arena, struct collection *c)
{
	struct slice *type = arena_array(arena, struct slice, 1);
	size_t n = 0;

	type[0] = SLICE("indicator");
	c[n++] = builtin(w, mode, "all", "Everything", "All objects that may be seen here");
	c[n] = builtin(w, mode, "indicators", "Indicators", "All indicators that may be seen here");
	c[n].type = type;
	c[n++].n_type = 1;
	c[n] = builtin(w, mode, "tlp-clear", "TLP:CLEAR", "What is marked TLP:CLEAR or not at all");
	c[n++].tlp_most = TLP_CLEAR;
	c[n] = builtin(
		w, mode, "tlp-green", "TLP:GREEN", "What is marked no tighter than TLP:GREEN");
	c[n++].tlp_most = TLP_GREEN;
	MUST(n == BUILTIN);
	for (size_t i = 0; i < w->n_party; i++) {
		const struct id *member = &w->party[i].id;
		const char *alias = member_alias(w, member, arena);

		for (size_t k = BUILTIN; k < n; k++)
			if (slice_is(c[k].alias, alias)) {
				char id[ID_TEXT + 1];

				id_format(member, id);
				alias = arena_printf(arena, "from-%s", id);
			}
		c[n] = builtin(w, mode, alias,
			arena_printf(arena, "Published by %s", world_party_label(w, member, arena)),
			"What this member has published and may be seen here");
		c[n].has_author = true;
		c[n++].author = *member;
	}
	return n;
}

/* ---- stored ---- */

static void types_split(struct slice text, struct arena *arena, struct collection *c)
{
	struct slice one;

	if (!text.n)
		return;
	c->type = arena_array(arena, struct slice, COLLECTION_TYPES_MAX);
	while (c->n_type < COLLECTION_TYPES_MAX && slice_cut(&text, ',', &one))
		c->type[c->n_type++] = one;
}

static void row_read(struct stmt *s, struct arena *arena, struct collection *c)
{
	struct slice member = db_blob(s, 10);

	*c = (struct collection){.alias = arena_copy(arena, db_text(s, 1)),
		.title = arena_copy(arena, db_text(s, 2)),
		.description = arena_copy(arena, db_text(s, 3)),
		.has_author = db_blob(s, 4).n == 16,
		.tlp_most = (enum tlp)db_i64(s, 5),
		.inbox = db_i64(s, 7) != 0,
		.label = arena_copy(arena, db_text(s, 8)),
		.all = db_i64(s, 9) != 0,
		.n_member = member.n / 16,
		.accounts = arena_copy(arena, db_text(s, 11))};
	MUST(db_blob(s, 0).n == 16);
	memcpy(c->id.b, db_blob(s, 0).p, 16);
	if (c->has_author)
		memcpy(c->author.b, db_blob(s, 4).p, 16);
	types_split(arena_copy(arena, db_text(s, 6)), arena, c);
	c->member = arena_array(arena, struct id, c->n_member + 1);
	for (size_t i = 0; i < c->n_member; i++)
		memcpy(c->member[i].b, member.p + 16 * i, 16);
}

/* More than anybody sets up. */
#define STORED_MAX 1000

int collection_list(const struct world *w, struct db *db, enum mode mode, struct arena *arena,
	struct collection **ret, size_t *ret_n, struct why *why)
{
	struct collection *c =
		arena_array(arena, struct collection, BUILTIN + w->n_party + STORED_MAX);
	size_t n = builtins(w, mode, arena, c);
	struct stmt *s = db_stmt(db,
		"SELECT id, alias, title, description, author, tlp, types, inbox, label, everybody, member, accounts "
		"FROM cyber_collection WHERE root = $1 ORDER BY id LIMIT $2");
	int rc;

	db_bind_i64(s, 1, cyber_root(&w->coalition, mode));
	db_bind_i64(s, 2, STORED_MAX);
	while ((rc = db_step(s, why)) == DB_ROW)
		row_read(s, arena, &c[n++]);
	db_reset(s);
	if (rc < 0)
		return rc;
	*ret = c;
	*ret_n = n;
	return 0;
}

int collection_find(const struct world *w, struct db *db, enum mode mode, struct slice name,
	struct arena *arena, struct collection *ret, struct why *why)
{
	struct collection *c;
	char id[37];
	size_t n;
	int rc = collection_list(w, db, mode, arena, &c, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		collection_id_print(&c[i], id);
		if (slice_is(name, id) || slice_eq(name, c[i].alias)) {
			*ret = c[i];
			return 0;
		}
	}
	return rc < 0 ? rc : why_set(why, E_MISSING, "", "no such collection");
}

bool collection_open_to(const struct collection *c, struct slice account)
{
	struct slice rest = c->accounts, one;

	if (!c->accounts.n || !account.n)
		return true;
	while (slice_cut(&rest, ',', &one))
		if (slice_eq(one, account))
			return true;
	return false;
}

void collection_query(const struct collection *c, int64_t root, struct list_query *q)
{
	q->root = root;
	q->has_author = c->has_author;
	q->author = c->author;
	q->tlp_most = c->tlp_most;
	q->type = c->type;
	q->n_type = c->n_type;
	q->has_source = c->inbox;
	q->source = c->id;
}

/* ---- changing ---- */

static bool alias_valid(struct slice s)
{
	if (s.n < 1 || s.n > COLLECTION_ALIAS_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
			!(s.p[i] == '-' && i > 0))
			return false;
	return true;
}

static int words_check(const struct collection *c, struct why *why)
{
	struct slice rest = c->accounts, one;

	if (!alias_valid(c->alias))
		return why_set(why, E_INVALID, "/alias",
			"an alias is 1 to 64 of [a-z0-9-], not '-' first");
	if (!c->title.n || c->title.n > COLLECTION_TEXT_MAX ||
		c->description.n > COLLECTION_TEXT_MAX || utf8_bad_at(c->title) >= 0 ||
		utf8_bad_at(c->description) >= 0)
		return why_set(why, E_INVALID, "/title", "a title is 1 to %d bytes of text",
			COLLECTION_TEXT_MAX);
	if (c->n_type > COLLECTION_TYPES_MAX)
		return why_set(why, E_LIMIT, "/types", "at most %d types", COLLECTION_TYPES_MAX);
	for (size_t i = 0; i < c->n_type; i++)
		if (!stix_type_valid(c->type[i]))
			return why_set(why, E_INVALID, "/types", "'%.*s' is no type of STIX",
				SLICE_FMT(c->type[i]));
	while (slice_cut(&rest, ',', &one))
		if (account_name_check(one, NULL) < 0)
			return why_set(why, E_INVALID, "/accounts",
				"'%.*s' is no name of an account", SLICE_FMT(one));
	return 0;
}

static int place_check(const struct world *w, const struct collection *c, struct why *why)
{
	struct label label;
	int rc;

	if (!c->inbox)
		return 0;
	rc = label_parse(&label, c->label, why);
	if (rc == 0)
		rc = label_check(&label, w->standing.charter, why);
	if (rc == 0)
		rc = label_fits_audience(&label, c->all, why);
	if (rc < 0 && why)
		snprintf(why->where, sizeof(why->where), "/label");
	if (rc == 0 && !c->all && c->n_member == 0)
		rc = why_set(why, E_INVALID, "/audience", "an inbox says whom its objects are for");
	return rc;
}

int collection_add(
	const struct world *w, struct db *db, enum mode mode, struct collection *c, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf types CLEANUP_BUF = BUF(16 * KIB);
	struct collection other;
	uint8_t random[16];
	struct stmt *s;
	int rc = words_check(c, why);

	if (rc == 0)
		rc = place_check(w, c, why);
	if (rc < 0)
		return rc;
	rc = collection_find(w, db, mode, c->alias, &arena, &other, why);
	if (rc != E_MISSING)
		return rc < 0 ? rc
			      : why_set(why, E_CONFLICT, "/alias",
					"there is a collection of that name");
	env_random(&w->node->env, random, sizeof(random));
	c->id = uuid_v4(random);
	for (size_t i = 0; i < c->n_type; i++)
		buf_addf(&types, "%s%.*s", i ? "," : "", SLICE_FMT(c->type[i]));
	s = db_stmt(db,
		"INSERT INTO cyber_collection (id, root, alias, title, description, author, tlp, types, inbox, label, "
		"everybody, member, accounts) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
	db_bind_blob(s, 1, slice_of(c->id.b, 16));
	db_bind_i64(s, 2, cyber_root(&w->coalition, mode));
	db_bind_text(s, 3, c->alias);
	db_bind_text(s, 4, c->title);
	db_bind_text(s, 5, c->description);
	db_bind_blob(s, 6, c->has_author ? id_slice(&c->author) : SLICE_NONE);
	db_bind_i64(s, 7, c->tlp_most);
	db_bind_text(s, 8, buf_slice(&types));
	db_bind_i64(s, 9, c->inbox);
	db_bind_text(s, 10, c->label);
	db_bind_i64(s, 11, c->all);
	db_bind_blob(s, 12, slice_of(c->member, c->n_member * sizeof(*c->member)));
	db_bind_text(s, 13, c->accounts);
	return db_run(s, why);
}

int collection_remove(const struct world *w, struct db *db, enum mode mode, struct slice name,
	struct arena *arena, struct why *why)
{
	struct collection c;
	struct stmt *s;
	int rc = collection_find(w, db, mode, name, arena, &c, why);

	if (rc < 0)
		return rc;
	if (c.builtin)
		return why_set(why, E_DENIED, "", "this collection is built in");
	s = db_stmt(db, "DELETE FROM cyber_collection WHERE id = $1");
	db_bind_blob(s, 1, slice_of(c.id.b, 16));
	return db_run(s, why);
}

int inbox_note(const void *source, struct db *db, const struct written *w, struct why *why)
{
	const struct stix_uuid *inbox = source;
	struct stmt *s =
		db_stmt(db, "INSERT INTO cyber_source (log, seq, source) VALUES ($1, $2, $3) "
			    "ON CONFLICT (log, seq) DO NOTHING");

	db_bind_i64(s, 1, w->log_row);
	db_bind_i64(s, 2, (int64_t)w->seq);
	db_bind_blob(s, 3, slice_of(inbox->b, 16));
	return db_run(s, why);
}
