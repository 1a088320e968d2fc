/* fold.c: tables, begin and end, and what all parts of the fold use: flags, sets of members, rolls. */
#include "base/limits.h"
#include "base/report.h"
#include "node/fold_int.h"

const char fold_schema_1[] =
	"CREATE TABLE item (\n"
	"	row INTEGER NOT NULL PRIMARY KEY,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	epoch INTEGER NOT NULL,\n"
	"	object_owner BLOB NOT NULL,\n"
	"	object_name BLOB NOT NULL,\n"
	"	kind TEXT NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	label TEXT NOT NULL,\n"
	"	audience INTEGER NOT NULL,\n"
	"	media TEXT NOT NULL,\n"
	"	until_ms INTEGER NOT NULL,\n"
	"	time_ms INTEGER NOT NULL,\n"
	"	state INTEGER NOT NULL,\n"
	"	UNIQUE (log, seq, at)\n"
	");\n"
	"CREATE INDEX item_object ON item (coalition, object_owner, object_name);\n"
	"CREATE INDEX item_page ON item (coalition, mode, time_ms, object_owner, object_name);\n"
	"CREATE TABLE item_use (\n"
	"	coalition INTEGER NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	owner BLOB NOT NULL,\n"
	"	label TEXT NOT NULL,\n"
	"	audience INTEGER NOT NULL,\n"
	"	n INTEGER NOT NULL,\n"
	"	PRIMARY KEY (coalition, mode, owner, label, audience)\n"
	") CLUSTERED;\n"
	"CREATE TABLE item_ref (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	ord INTEGER NOT NULL,\n"
	"	ref_member BLOB NOT NULL,\n"
	"	ref_epoch INTEGER NOT NULL,\n"
	"	ref_seq INTEGER NOT NULL,\n"
	"	ref_leaf BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq, ord)\n"
	") CLUSTERED;\n"
	"CREATE TABLE item_file (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	ord INTEGER NOT NULL,\n"
	"	sha256 BLOB NOT NULL,\n"
	"	size INTEGER NOT NULL,\n"
	"	name TEXT NOT NULL,\n"
	"	media TEXT NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at, ord)\n"
	") CLUSTERED;\n"
	"CREATE INDEX item_file_sha256 ON item_file (sha256);\n"
	/* Own entries whose content is to go after a time. */
	"CREATE TABLE expiry (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	until_ms INTEGER NOT NULL,\n"
	"	object_name BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq)\n"
	") CLUSTERED;\n"
	"CREATE INDEX expiry_until ON expiry (until_ms);\n"
	"CREATE TABLE grants (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	epoch INTEGER NOT NULL,\n"
	"	coalition INTEGER NOT NULL,\n"
	"	owner BLOB NOT NULL,\n"
	"	target_epoch INTEGER NOT NULL,\n"
	"	target_seq INTEGER NOT NULL,\n"
	"	member BLOB NOT NULL,\n" /* zero for an erasure */
	"	kind INTEGER NOT NULL,\n"
	"	label TEXT NOT NULL,\n"
	"	mode INTEGER NOT NULL,\n"
	"	object_name BLOB NOT NULL,\n"
	"	audience INTEGER NOT NULL,\n"
	"	time_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq, target_epoch, target_seq, member)\n"
	") CLUSTERED;\n"
	"CREATE INDEX grants_target ON grants (coalition, owner, target_epoch, target_seq);\n"
	"CREATE TABLE answer (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	owner BLOB NOT NULL,\n"
	"	target_epoch INTEGER NOT NULL,\n"
	"	target_seq INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq, owner, target_epoch, target_seq)\n"
	") CLUSTERED;\n"
	"CREATE TABLE flag (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	at INTEGER NOT NULL,\n"
	"	step TEXT NOT NULL,\n"
	"	text TEXT NOT NULL,\n"
	"	PRIMARY KEY (log, seq, at, step)\n"
	") CLUSTERED;\n"
	"CREATE TABLE roll (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	hash BLOB NOT NULL,\n"
	"	audience INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq)\n"
	") CLUSTERED;\n"
	"CREATE TABLE want (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	next_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq)\n"
	") CLUSTERED;\n"
	/* What will never be asked for is most of it where one has little to do with a busy member. */
	"CREATE INDEX want_due ON want (log, seq) WHERE next_ms < 9223372036854775807;\n"
	/* Per entry, not per hash: who names a hash has not shown that the file is theirs to give. */
	"CREATE TABLE file_want (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	sha256 BLOB NOT NULL,\n"
	"	size INTEGER NOT NULL,\n"
	"	next_ms INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq, sha256)\n"
	") CLUSTERED;\n"
	"CREATE TABLE file_got (\n"
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	sha256 BLOB NOT NULL,\n"
	"	PRIMARY KEY (log, seq, sha256)\n"
	") CLUSTERED;\n"
	"CREATE TABLE words_due (\n" /* batches that are not in the full text yet */
	"	log INTEGER NOT NULL,\n"
	"	seq INTEGER NOT NULL,\n"
	"	PRIMARY KEY (log, seq)\n"
	") CLUSTERED;\n"
	"CREATE TABLE todo (\n"
	"	kind TEXT NOT NULL,\n" /* 'scrub', 'scrubbing', 'file' */
	"	sha256 BLOB NOT NULL,\n" /* of a file to unlink; the number of a scrubbing; else empty */
	"	PRIMARY KEY (kind, sha256)\n"
	") CLUSTERED;\n";

/* For what is asked again and again about a growing table; all of them made from it alone. */
const char fold_schema_2[] =
	"CREATE INDEX answer_target ON answer (owner, target_epoch, target_seq, log);\n"
	"CREATE INDEX grants_erase ON grants (coalition, owner, epoch, seq) WHERE kind = 3;\n";
_Static_assert(GRANT_ERASE == 3, "grants_erase names it by number");

/* Pages of one owner's records, and of one kind. */
const char fold_schema_3[] =
	"CREATE INDEX item_owner ON item (coalition, mode, object_owner, time_ms, object_name);\n"
	"CREATE INDEX item_kind ON item (coalition, mode, kind, time_ms, object_owner, object_name);\n";

/*
 * grant_wait: targets of releases, recalls and erasures in an earlier log of the author that is not here, or not as far: looked at when it is.
 * file_day: bytes of attached files that were begun for an author in one day of this node's clock (files.h).
 */
const char fold_schema_4[] = "CREATE TABLE grant_wait (\n"
			     "	log INTEGER NOT NULL,\n"
			     "	seq INTEGER NOT NULL,\n"
			     "	target_epoch INTEGER NOT NULL,\n"
			     "	target_seq INTEGER NOT NULL,\n"
			     "	PRIMARY KEY (log, seq, target_epoch, target_seq)\n"
			     ") CLUSTERED;\n"
			     "CREATE TABLE file_day (\n"
			     "	member BLOB NOT NULL PRIMARY KEY,\n"
			     "	day INTEGER NOT NULL,\n"
			     "	bytes INTEGER NOT NULL\n"
			     ") CLUSTERED;\n";

static int number_of(struct stmt *s, int64_t *ret, struct why *why)
{
	int rc = db_step(s, why);

	*ret = rc == DB_ROW ? db_i64(s, 0) : 0;
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int fold_begin(
	struct fold *ret, struct world *w, struct db *db, struct arena *arena, struct why *why)
{
	struct fold f = {.world = w, .db = db, .arena = arena, .roll_log = -1, .time_log = -1};
	int64_t any;
	struct stmt *s;
	int rc;

	MUST(db_in_write(db));
	rc = number_of(db_stmt(db, "SELECT max(row) FROM item"), &f.next_row, why);
	if (rc < 0)
		return rc;
	f.next_row++;
	s = db_stmt(db, "SELECT 1 FROM grants WHERE coalition = $1 LIMIT 1");
	db_bind_i64(s, 1, w->coalition.row);
	rc = number_of(s, &any, why);
	if (rc < 0)
		return rc;
	f.grants_any = any != 0;
	*ret = f;
	return 0;
}

int fold_end(struct fold *f, struct why *why)
{
	int rc = f->rebuilding ? 0 : fold_grants_waiting(f, why);

	if (rc == 0)
		rc = fold_use_flush(f, why);
	return rc == 0 && f->acts_changed ? world_again(f->world, f->db, f->arena, why) : rc;
}

/* ---- flags ---- */

bool fold_rule(int rc)
{
	return rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT || rc == E_VERIFY ||
	       rc == E_DENIED || rc == E_STATE || rc == E_CONFLICT || rc == E_MISSING;
}

int fold_flag(struct fold *f, const struct log *log, uint64_t seq, uint64_t at, const char *step,
	const struct why *rule, struct why *why)
{
	struct buf text CLEANUP_BUF = BUF(1 * KIB);
	struct stmt *s = db_stmt(f->db, "INSERT INTO flag (log, seq, at, step, text) "
					"VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");

	if (rule->where[0])
		buf_addf(&text, "%s: ", rule->where);
	buf_str(&text, rule->text);
	db_bind_i64(s, 1, log->row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_i64(s, 3, (int64_t)at);
	db_bind_text(s, 4, slice_str(step));
	db_bind_text(s, 5, buf_slice(&text));
	f->flagged++;
	return db_run(s, why);
}

/* ---- sets of members ---- */

bool fold_set_has(const struct fold_set *s, const struct id *one)
{
	return bsearch(one, s->member, s->n, sizeof(*one), id_cmp) != NULL;
}

static bool set_is(const struct fold_set *s, const struct id *member, size_t n)
{
	return s->member && s->n == n && memcmp(s->member, member, n * sizeof(*member)) == 0;
}

/* Every slot has its place for members once and keeps it: a rebuild goes through any number of sets. */
static void set_fill(struct fold *f, struct fold_set *slot, const struct fold_set *fresh,
	const struct id *member)
{
	struct id *place = slot->place;

	MUST(fresh->n <= FOLD_SET_MEMBERS);
	if (!place)
		place = arena_array(f->arena, struct id, FOLD_SET_MEMBERS);
	memcpy(place, member, fresh->n * sizeof(*place));
	*slot = *fresh;
	slot->place = place;
	slot->member = place;
}

/* Sorted and distinct. A few sets come again and again; where each is looked for follows from its members. */
static int set_intern(
	struct fold *f, const struct id *member, size_t n, struct fold_set *ret, struct why *why)
{
	unsigned slot = 0;
	struct fold_set *s;
	int rc;

	for (size_t i = 0; i < n; i++)
		slot = slot * 31 + member[i].b[0] + member[i].b[15];
	s = &f->set[slot % FOLD_SETS];
	if (!set_is(s, member, n)) {
		struct fold_set fresh = {.n = n};

		rc = audience_intern(f->db, member, n, &fresh.audience, why);
		if (rc < 0)
			return rc;
		set_fill(f, s, &fresh, member);
	}
	*ret = *s;
	return 0;
}

int fold_set_of(struct fold *f, const struct id *author, const struct id *member, size_t n,
	struct fold_set *ret, struct why *why)
{
	struct id all[FOLD_SET_MEMBERS];
	size_t before = 0;

	MUST(n < FOLD_SET_MEMBERS); /* the grammar's limit, and the author with it (grant_apply) */
	while (before < n && id_cmp(&member[before], author) < 0)
		before++;
	if (before < n && id_eq(&member[before], author))
		return set_intern(f, member, n, ret, why);
	memcpy(all, member, before * sizeof(*all));
	all[before] = *author;
	memcpy(all + before + 1, member + before, (n - before) * sizeof(*all));
	return set_intern(f, all, n + 1, ret, why);
}

/* ---- rolls ---- */

int fold_roll_put(
	struct fold *f, const struct log *log, uint64_t seq, const struct entry *e, struct why *why)
{
	struct hash hash = roll_hash(&log->id.coalition, e->member, e->n_member);
	struct fold_set set;
	int rc = fold_set_of(f, &log->id.member, e->member, e->n_member, &set, why);

	if (rc < 0)
		return rc;
	struct stmt *s = db_stmt(f->db, "INSERT INTO roll (log, seq, hash, audience) "
					"VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
	db_bind_i64(s, 1, log->row);
	db_bind_i64(s, 2, (int64_t)seq);
	db_bind_blob(s, 3, slice_of(hash.b, 32));
	db_bind_i64(s, 4, set.audience);
	return db_run(s, why);
}

/* Where the roll stands first; its members follow from the hash. */
struct roll_place {
	uint64_t seq;
	int64_t audience;
};

static int no_roll(struct why *why)
{
	return why_set(why, E_MISSING, "audience", "the log has had no such roll before");
}

static int roll_find(struct db *db, int64_t log_row, const struct hash *hash,
	struct roll_place *ret, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT seq, audience FROM roll WHERE log = $1 AND hash = $2 ORDER BY seq LIMIT 1");
	int rc;

	db_bind_i64(s, 1, log_row);
	db_bind_blob(s, 2, slice_of(hash->b, 32));
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = (struct roll_place){(uint64_t)db_i64(s, 0), db_i64(s, 1)};
	else if (rc == DB_DONE)
		rc = no_roll(why);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int fold_roll_get(struct fold *f, const struct log *log, uint64_t seq, const struct hash *hash,
	struct fold_set *ret, struct why *why)
{
	struct arena scratch CLEANUP_ARENA = ARENA(1 * MIB);
	struct roll_place place;
	struct fold_set set = {0};
	struct id *member;
	int rc;

	if (f->roll_log != log->row || !hash_eq(&f->roll, hash)) {
		rc = roll_find(f->db, log->row, hash, &place, why);
		if (rc == 0)
			rc = audience_members(
				f->db, place.audience, &scratch, &member, &set.n, why);
		if (rc < 0)
			return rc;
		set.audience = place.audience;
		f->roll_log = log->row;
		f->roll_seq = place.seq;
		f->roll = *hash;
		set_fill(f, &f->roll_set, &set, member);
	}
	/* Were the order in which entries come to decide, a roll that came late would be a roll for some. */
	if (f->roll_seq >= seq)
		return no_roll(why);
	*ret = f->roll_set;
	return 0;
}

int fold_roll(struct db *db, int64_t log_row, const struct hash *hash, struct arena *arena,
	struct id **ret_member, size_t *ret_n, struct why *why)
{
	struct roll_place place;
	int rc = roll_find(db, log_row, hash, &place, why);

	return rc < 0 ? rc : audience_members(db, place.audience, arena, ret_member, ret_n, why);
}
