/* schema.c: tables of this workspace; store.h says what they mean. */
#include "work/cyber/collection.h"
#include "work/cyber/coord.h"
#include "work/cyber/index.h"
#include "work/cyber/remote.h"

/* first, last: the `added` of its objects. One row per entry. */
static const char schema_1[] =
	"CREATE TABLE cyber_batch (\n"
	"	first INTEGER NOT NULL PRIMARY KEY,\n"
	"	last INTEGER NOT NULL,\n"
	"	root INTEGER NOT NULL,\n"
	"	log INTEGER NOT NULL,\n"
	"	epoch INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	author BLOB NOT NULL,\n"
	"	audience INTEGER NOT NULL,\n"
	"	label TEXT NOT NULL\n"
	");\n"
	"CREATE UNIQUE INDEX cyber_batch_entry ON cyber_batch (log, seq);\n"
	"CREATE INDEX cyber_batch_page ON cyber_batch (root, last);\n"
	"CREATE TABLE cyber_object (\n"
	"	root INTEGER NOT NULL,\n"
	"	added INTEGER NOT NULL,\n"
	"	batch INTEGER NOT NULL,\n" /* its first */
	"	at INTEGER NOT NULL,\n"
	"	n INTEGER NOT NULL,\n"
	"	type TEXT NOT NULL,\n"
	"	uuid BLOB NOT NULL,\n"
	"	version TEXT NOT NULL,\n" /* as written; empty for observables */
	"	vkey TEXT NOT NULL,\n"	  /* orders versions (when_key) */
	"	digest INTEGER NOT NULL,\n"
	"	tlp INTEGER NOT NULL,\n"
	"	revoked INTEGER NOT NULL,\n"
	"	PRIMARY KEY (root, added)\n"
	") CLUSTERED;\n"
	"CREATE INDEX cyber_object_id ON cyber_object (uuid);\n"
	"CREATE INDEX cyber_object_type ON cyber_object (root, type, added);\n"
	"CREATE TABLE cyber_withdrawn (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	ord INTEGER NOT NULL,\n"
	"	epoch INTEGER NOT NULL,\n"
	"	root INTEGER NOT NULL,\n"
	"	author BLOB NOT NULL,\n"
	"	type TEXT NOT NULL,\n"
	"	uuid BLOB NOT NULL,\n"
	"	vkey TEXT NOT NULL,\n" /* '*': all versions */
	"	PRIMARY KEY (log, seq, ord)\n"
	") CLUSTERED;\n"
	"CREATE INDEX cyber_withdrawn_id ON cyber_withdrawn (root, uuid);\n"
	/* Kept over a rebuild: when an entry became visible here. */
	"CREATE TABLE cyber_arrival (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	first INTEGER NOT NULL,\n"
	"	n INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq)\n"
	") CLUSTERED;\n"
	"CREATE INDEX cyber_arrival_first ON cyber_arrival (first);\n"
	"CREATE TABLE cyber_turn (\n"
	"	root INTEGER NOT NULL PRIMARY KEY,\n"
	"	n INTEGER NOT NULL\n"
	");\n";

/* The label's TLP beside the entry; versions of an id are entered by their order (list.c). */
static const char schema_6[] =
	"ALTER TABLE cyber_batch ADD COLUMN tlp INTEGER NOT NULL DEFAULT 0;\n"
	"UPDATE cyber_batch SET tlp = CASE WHEN label LIKE '% TLP=RED%' THEN 5 "
	"WHEN label LIKE '% TLP=AMBER+STRICT%' THEN 4 WHEN label LIKE '% TLP=AMBER%' THEN 3 "
	"WHEN label LIKE '% TLP=GREEN%' THEN 2 WHEN label LIKE '% TLP=CLEAR%' THEN 1 ELSE 0 END;\n"
	"DROP INDEX cyber_object_id;\n"
	"CREATE INDEX cyber_object_version ON cyber_object (uuid, vkey, digest, added);\n";

/*
 * What cyber_arrival has ever reached: it only grows, whatever is recalled or erased, so that no moment is given out twice. One row, kept over a rebuild.
 */
static const char schema_7[] = "CREATE TABLE cyber_moment (\n"
			       "	one INTEGER NOT NULL PRIMARY KEY,\n"
			       "	next INTEGER NOT NULL\n"
			       ");\n"
			       "INSERT INTO cyber_moment (one, next) "
			       "SELECT 1, COALESCE(MAX(first + n), 0) FROM cyber_arrival;\n"
			       "DROP INDEX cyber_arrival_first;\n";

/* What is asked for each object of a list (list.c) is one step, however many share its id: among versions by their order, among withdrawals by author. */
static const char schema_8[] =
	"CREATE INDEX cyber_object_again ON cyber_object (uuid, vkey, added);\n"
	"DROP INDEX cyber_withdrawn_id;\n"
	"CREATE INDEX cyber_withdrawn_by ON cyber_withdrawn (root, uuid, author, type, vkey, epoch, seq);\n";

const struct migration cyber_schema[] = {
	{"cyber 1", schema_1},
	{"cyber 2", collection_schema},
	{"cyber 3", stix_index_schema},
	{"cyber 4", coord_schema},
	{"cyber 5", remote_schema},
	{"cyber 6", schema_6},
	{"cyber 7", schema_7},
	{"cyber 8", schema_8},
	{NULL, NULL},
};

#define LOG_KEY "l.coalition, l.member, l.epoch"

/* All that follows from the log alone: `added` and what hangs on it does not. */
const char *const cyber_tables[] = {
	"SELECT " LOG_KEY ", t.seq, t.root & 3, t.author, a.digest, t.label FROM cyber_batch t "
	"JOIN log l ON l.id = t.log AND l.id = @log JOIN audience a ON a.id = t.audience "
	"ORDER BY " LOG_KEY ", t.seq",
	"SELECT " LOG_KEY
	", b.seq, t.at, t.n, t.type, t.uuid, t.version, t.vkey, t.digest, t.tlp, t.revoked "
	"FROM cyber_batch b JOIN cyber_object t ON t.root = b.root AND t.added >= b.first AND t.added <= b.last "
	"JOIN log l ON l.id = b.log AND l.id = @log ORDER BY " LOG_KEY ", b.seq, t.at",
	"SELECT " LOG_KEY
	", t.seq, t.ord, t.epoch, t.root & 3, t.author, t.type, t.uuid, t.vkey FROM cyber_withdrawn t "
	"JOIN log l ON l.id = t.log AND l.id = @log ORDER BY " LOG_KEY ", t.seq, t.ord",
	"SELECT " LOG_KEY
	", t.seq, t.at, t.root & 3, t.owner, t.name, t.about_owner, t.about_name FROM cyber_link t "
	"JOIN log l ON l.id = t.log AND l.id = @log ORDER BY " LOG_KEY ", t.seq, t.at",
	NULL,
};

const char *const cyber_drop[] = {
	"DELETE FROM cyber_batch",
	"DELETE FROM cyber_object",
	"DELETE FROM cyber_withdrawn",
	"DELETE FROM cyber_link",
	"DELETE FROM cyber_ref",
	"DELETE FROM cyber_alias",
	"DELETE FROM cyber_due",
	/* Whoever has made pages before makes them anew. */
	"UPDATE cyber_turn SET n = n + 1",
	NULL,
};

const char *const cyber_scrub[] = {"cyber_batch", "cyber_object", "cyber_withdrawn", "cyber_ref",
	"cyber_alias", "cyber_link", "cyber_due", NULL};
