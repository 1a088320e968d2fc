/* store_schema.c: the tables, as they are made, emptied, and told for the digest. All are caches of the log (law 3). */
#include "work/response/store.h"

static const char schema_1[] =
	"CREATE TABLE response_item (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	kind INTEGER NOT NULL,\n"
	"	object_owner BLOB NOT NULL,\n"
	"	object_name BLOB NOT NULL,\n"
	"	label TEXT NOT NULL,\n"
	"	audience INTEGER NOT NULL,\n"
	"	leaf BLOB NOT NULL,\n"
	"	thread_owner BLOB NOT NULL,\n" /* zero: none */
	"	thread_name BLOB NOT NULL,\n"
	"	target_owner BLOB NOT NULL,\n"
	"	target_name BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at)\n"
	") CLUSTERED;\n"
	"CREATE INDEX response_item_kind ON response_item (coalition, mode, kind);\n"
	"CREATE INDEX response_item_thread ON response_item (coalition, thread_owner, thread_name);\n"
	"CREATE INDEX response_item_target ON response_item (coalition, target_owner, target_name);\n"
	"CREATE INDEX response_item_object ON response_item (coalition, object_owner, object_name);\n"
	"CREATE TABLE response_alert (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	object_owner BLOB NOT NULL,\n"
	"	object_name BLOB NOT NULL,\n"
	"	label TEXT NOT NULL,\n"
	"	audience INTEGER NOT NULL,\n"
	"	identifier TEXT NOT NULL,\n"
	"	sender TEXT NOT NULL,\n"
	"	sent_ms INTEGER NOT NULL,\n"
	"	expires_ms INTEGER NOT NULL,\n"
	"	msg_type INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at)\n"
	") CLUSTERED;\n"
	"CREATE INDEX response_alert_sent ON response_alert (coalition, mode, sent_ms);\n"
	"CREATE TABLE response_alert_ref (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	ord INTEGER NOT NULL,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	owner BLOB NOT NULL,\n"
	"	identifier TEXT NOT NULL,\n"
	"	sender TEXT NOT NULL,\n"
	"	sent_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at, ord)\n"
	") CLUSTERED;\n"
	"CREATE INDEX response_alert_ref_name ON response_alert_ref (coalition, owner, identifier);\n";

/* Drafts of alerts and the state of polled feeds are this node's own, in no log: a rebuild keeps them. */
static const char schema_2[] = "CREATE TABLE response_draft (\n"
			       "	row ROWKEY,\n"
			       "	coalition INTEGER NOT NULL,\n"
			       "	mode INTEGER NOT NULL,\n"
			       "	form TEXT NOT NULL,\n" /* JSON, alert.h */
			       "	label TEXT NOT NULL,\n"
			       "	audience TEXT NOT NULL,\n" /* "all" or ids with commas */
			       "	written_by TEXT NOT NULL,\n"
			       "	written_ms INTEGER NOT NULL,\n"
			       "	approved_by TEXT NOT NULL,\n" /* "" not yet */
			       "	approved_ms INTEGER NOT NULL\n"
			       ");\n"
			       "CREATE TABLE response_feed (\n"
			       "	row ROWKEY,\n"
			       "	coalition INTEGER NOT NULL,\n"
			       "	url TEXT NOT NULL,\n"
			       "	label TEXT NOT NULL,\n"
			       "	audience TEXT NOT NULL,\n"
			       "	every_ms INTEGER NOT NULL,\n"
			       "	etag TEXT NOT NULL,\n"
			       "	next_ms INTEGER NOT NULL,\n"
			       "	last_ok_ms INTEGER NOT NULL,\n"
			       "	last_error TEXT NOT NULL,\n"
			       "	taken INTEGER NOT NULL,\n"
			       "	UNIQUE (coalition, url)\n"
			       ");\n";

/* What is active is found by its end, however many alerts there have been; and who wrote a draft is known by his account, not by how he came. */
static const char schema_3[] =
	"CREATE INDEX response_alert_expires ON response_alert (coalition, mode, expires_ms);\n"
	"CREATE TABLE response_feed_link (\n" /* like the feeds: of this node, in no log */
	"	feed INTEGER NOT NULL,\n"
	"	link BLOB NOT NULL,\n"
	"	seen_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (feed, link)\n"
	") CLUSTERED;\n"
	"ALTER TABLE response_draft ADD COLUMN written_account INTEGER NOT NULL DEFAULT 0;\n";

/* What waits for a second person, waiting.h; of this node, in no log. */
static const char schema_4[] =
	"CREATE TABLE response_waiting (\n"
	"	row ROWKEY,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	hash BLOB NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	content TEXT NOT NULL,\n"
	"	label TEXT NOT NULL,\n"
	"	audience TEXT NOT NULL,\n" /* "all" or ids with commas */
	"	proposed_by TEXT NOT NULL,\n"
	"	account INTEGER NOT NULL,\n"
	"	made_ms INTEGER NOT NULL,\n"
	"	until_ms INTEGER NOT NULL,\n"
	"	final BLOB NOT NULL,\n" /* hash of what may be written now; empty: nobody has confirmed it */
	"	UNIQUE (coalition, hash)\n"
	");\n";

/* What the last reading of a feed has passed over. */
static const char schema_5[] =
	"ALTER TABLE response_feed ADD COLUMN known INTEGER NOT NULL DEFAULT 0;\n"
	"ALTER TABLE response_feed ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;\n"
	"ALTER TABLE response_feed ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;\n"
	"ALTER TABLE response_feed ADD COLUMN failed INTEGER NOT NULL DEFAULT 0;\n"
	"ALTER TABLE response_feed ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;\n"
	"ALTER TABLE response_feed ADD COLUMN refused_why TEXT NOT NULL DEFAULT '';\n";

/*
 * Of what alerts refer to only what can take another's place: an update's or cancellation's, of the same sender, once. Found by all that has to agree, or a partner with some thousand
 * references to one name would have every list look at all of them for each of his alerts.
 */
#define OF_REF                                                                                     \
	"a.log = response_alert_ref.log AND a.seq = response_alert_ref.seq AND a.at = response_alert_ref.at"
static const char schema_6[] =
	"ALTER TABLE response_alert_ref ADD COLUMN mode INTEGER NOT NULL DEFAULT 0;\n"
	"UPDATE response_alert_ref SET mode = COALESCE((SELECT a.mode FROM response_alert a WHERE " OF_REF
	"), 0);\n"
	"DELETE FROM response_alert_ref WHERE NOT EXISTS (SELECT 1 FROM response_alert a WHERE " OF_REF
	" AND a.sender = response_alert_ref.sender AND a.msg_type IN (1, 2));\n"
	"DELETE FROM response_alert_ref WHERE EXISTS (SELECT 1 FROM response_alert_ref a WHERE " OF_REF
	" AND a.identifier = response_alert_ref.identifier AND a.sent_ms = response_alert_ref.sent_ms AND a.ord < response_alert_ref.ord);\n"
	"DROP INDEX response_alert_ref_name;\n"
	"CREATE INDEX response_alert_ref_exact ON response_alert_ref (coalition, owner, mode, identifier, sender, sent_ms);\n";

const struct migration response_migrations[] = {{"response 1", schema_1}, {"response 2", schema_2},
	{"response 3", schema_3}, {"response 4", schema_4}, {"response 5", schema_5},
	{"response 6", schema_6}, {NULL, NULL}};

#define FROM(name) " FROM " name " t JOIN log l ON l.id = t.log AND l.id = @log "
#define LOG_KEY	   "l.coalition, l.member, l.epoch"
const char *const response_tables[] = {
	"SELECT " LOG_KEY
	", t.seq, t.at, t.mode, t.kind, t.object_owner, t.object_name, t.label, a.digest, t.leaf, t.thread_owner, t.thread_name, "
	"t.target_owner, t.target_name" FROM(
		"response_item") "JOIN audience a ON a.id = t.audience ORDER BY " LOG_KEY
				 ", t.seq, t.at",
	"SELECT " LOG_KEY
	", t.seq, t.at, t.mode, t.object_owner, t.object_name, t.label, a.digest, t.identifier, t.sender, t.sent_ms, "
	"t.expires_ms, t.msg_type" FROM(
		"response_alert") "JOIN audience a ON a.id = t.audience ORDER BY " LOG_KEY
				  ", t.seq, t.at",
	"SELECT " LOG_KEY
	", t.seq, t.at, t.ord, t.mode, t.owner, t.identifier, t.sender, t.sent_ms" FROM(
		"response_alert_ref") "ORDER BY " LOG_KEY ", t.seq, t.at, t.ord",
	NULL,
};
const char *const response_drops[] = {"DELETE FROM response_item", "DELETE FROM response_alert",
	"DELETE FROM response_alert_ref", NULL};
const char *const response_scrub[] = {
	"response_item", "response_alert", "response_alert_ref", NULL};
