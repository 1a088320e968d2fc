/* The tables of the pact, on both engines: what is put comes back, what must not be put is refused, and standing is computed from rows. */
#include "rootdoc.h"

#include "../db/store.h"
#include "../log/sample.h"

#include "pact/forkkeep.h"
#include "pact/pactdb.h"

static const struct migration steps[] = {{"log 1", log_schema_1}, {"release 1", release_schema_1},
	{"pact 1", pact_schema_1}, {"pact 2", pact_schema_2}, {"pact 3", pact_schema_3},
	{"pact 4", pact_schema_4}, {"pact 5", pact_schema_5}, {NULL, NULL}};

static struct arena arena;

static int setup(void **state)
{
	if (store_setup(state) < 0)
		return -1;
	arena = ARENA(256 * MIB);
	struct store *st = *state;
	struct why why = {0};
	int rc = db_migrate(st->db, steps, &why);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", why.where, why.text);
	return rc < 0 ? rc : db_begin(st->db, &why);
}

static int teardown(void **state)
{
	struct store *st = *state;

	db_rollback(st->db);
	arena_free(&arena);
	return store_teardown(state);
}

#define P(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static void ok(int rc, const struct why *why)
{
	if (rc < 0)
		fail_msg("%d %s: %s", rc, why->where, why->text);
}

static struct db *db_of(void **state)
{
	return ((struct store *)*state)->db;
}

static struct why why;

/* A charter with these two founders. */
static struct slice charter_text(
	const char *name, const struct id *a, const struct id *b, const struct hash *prev)
{
	struct buf t CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES);
	char id[2][ID_TEXT + 1];
	bool swap = id_cmp(a, b) > 0;

	id_format(swap ? b : a, id[0]);
	id_format(swap ? a : b, id[1]);
	buf_addf(&t, "entente-charter/1\nname %s\nversion %d\nprev ", name, prev ? 2 : 1);
	if (prev)
		buf_hex(&t, prev->b, sizeof(prev->b));
	else
		buf_byte(&t, '-');
	buf_addf(&t,
		"\nfold 1\nfield x\nmember %s One\nmember %s Two\nforce all\naccession all\nobservers no\nsuspension 2\n"
		"policy p\nladder OPEN\nquota entries 1 payload-bytes 1\ntwo-person -\n\nText.\n",
		id[0], id[1]);
	return arena_copy(&arena, buf_slice(&t));
}

static void sets_are_kept_once(void **state)
{
	struct db *db = db_of(state);
	struct id a[3] = {sample_id(1), sample_id(2), sample_id(3)}, *back;
	int64_t all, again, two, none, none_again;
	size_t n;
	bool has;

	ok(audience_intern(db, a, 3, &all, &why), &why);
	ok(audience_intern(db, a, 2, &two, &why), &why);
	ok(audience_intern(db, a, 3, &again, &why), &why);
	ok(audience_intern(db, a, 0, &none, &why), &why);
	ok(audience_intern(db, NULL, 0, &none_again, &why), &why);
	assert_true(all == again && all != two && none == none_again && none != all);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM audience_member"), 5);
	ok(audience_members(db, all, &arena, &back, &n, &why), &why);
	assert_int_equal(n, 3);
	assert_memory_equal(back, a, sizeof(a));
	ok(audience_members(db, none, &arena, &back, &n, &why), &why);
	assert_int_equal(n, 0);
	ok(audience_has(db, two, &a[1], &has, &why), &why);
	assert_true(has);
	ok(audience_has(db, two, &a[2], &has, &why), &why);
	assert_false(has);
	/* The rule as a join. */
	ok(db_script(db, "CREATE TABLE item (id INTEGER PRIMARY KEY, audience INTEGER NOT NULL)",
		   &why),
		&why);
	int64_t sets[3] = {all, two, none};
	for (int i = 0; i < 3; i++) {
		struct stmt *s = db_stmt(db, "INSERT INTO item (id, audience) VALUES ($1, $2)");
		db_bind_i64(s, 1, i);
		db_bind_i64(s, 2, sets[i]);
		ok(db_run(s, &why), &why);
	}
	static const int64_t expected[4] = {0, 2, 2, 1};
	for (unsigned m = 1; m < 4; m++) {
		struct id id = sample_id(m);
		struct stmt *s = db_stmt(
			db, "SELECT count(*) FROM item WHERE " RELEASE_SQL("item.audience", "$1"));
		db_bind_blob(s, 1, id_slice(&id));
		assert_int_equal(db_step(s, &why), DB_ROW);
		assert_int_equal(db_i64(s, 0), expected[m]);
		db_reset(s);
	}
}

static void coalitions_and_charters(void **state)
{
	struct db *db = db_of(state);
	struct id a = sample_id(1), b = sample_id(2), unknown = sample_id(99);
	struct slice first = charter_text("First", &a, &b, NULL),
		     second = charter_text("Second", &a, &b, NULL);
	struct coalition c = {.row = 77}, *list;
	int64_t row1, row2, again;
	size_t n;

	ok(coalition_add(db, first, &row1, &why), &why);
	ok(coalition_add(db, second, &row2, &why), &why);
	ok(coalition_add(db, first, &again, &why), &why);
	assert_true(row1 == again && row1 != row2);
	struct hash h = hash_bytes(first);
	struct id id;
	memcpy(id.b, h.b, sizeof(id.b));
	ok(coalition_load(db, &id, &arena, &c, &why), &why);
	assert_true(c.row == row1 && slice_eq(c.founding.text, first));
	assert_int_equal(coalition_load(db, &unknown, &arena, &c, &why), E_MISSING);
	assert_true(c.row == row1);
	ok(coalition_list(db, &arena, &list, &n, &why), &why);
	assert_int_equal(n, 2);
	assert_true(id_cmp(&list[0].id, &list[1].id) < 0);
	struct slice amended = charter_text("Amended", &a, &b, &h);
	assert_int_equal(coalition_add(db, amended, &again, &why), E_INVALID);
	assert_int_equal(coalition_add(db, SLICE("no charter"), &again, &why), E_SYNTAX);
	ok(charter_put(db, row1, amended, &why), &why);
	ok(charter_put(db, row1, amended, &why), &why);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM charter"), 3);
	/* Whoever brings a text into another coalition first keeps it from none. */
	ok(charter_put(db, row2, amended, &why), &why);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM charter"), 4);
}

static void no_more_coalitions_than_can_be_listed(void **state)
{
	struct db *db = db_of(state);
	struct id a = sample_id(1), b = sample_id(2);
	struct coalition *list;
	int64_t row, last = 0;
	char name[32];
	size_t n;

	for (int i = 0; i < LIMIT_COALITIONS; i++) {
		snprintf(name, sizeof(name), "Coalition %d", i);
		ok(coalition_add(db, charter_text(name, &a, &b, NULL), &last, &why), &why);
	}
	assert_int_equal(
		coalition_add(db, charter_text("One more", &a, &b, NULL), &row, &why), E_LIMIT);
	ok(coalition_add(db, charter_text(name, &a, &b, NULL), &row, &why), &why);
	assert_int_equal(row, last);
	ok(coalition_list(db, &arena, &list, &n, &why), &why);
	assert_int_equal(n, LIMIT_COALITIONS);
}

static void root_chains(void **state)
{
	struct db *db = db_of(state);
	static struct custody c;
	struct id member, none = sample_id(5);
	struct root_chain chain;

	custody_init(&c, 4000);
	struct slice v1 = arena_copy(&arena, buf_slice(&c.note));
	custody_next(&c);
	static struct root good;
	good = c.doc;
	custody_publish(&c);
	struct slice v2 = arena_copy(&arena, buf_slice(&c.note));
	assert_int_equal(root_put(db, v2, &member, &why), E_VERIFY); /* the first is not known */
	ok(root_put(db, v1, &member, &why), &why);
	ok(root_put(db, v1, &member, &why), &why);
	ok(root_put(db, v2, &member, &why), &why);
	ok(root_put(db, v2, &member, &why), &why);
	assert_int_equal(root_put(db, v1, &member, &why), E_VERIFY); /* back again */
	c.doc = good;
	c.doc.label = SLICE("Two faces");
	custody_publish(&c);
	assert_int_equal(root_put(db, buf_slice(&c.note), &member, &why), E_VERIFY);
	assert_non_null(strstr(why.text, "misbehaviour"));
	c.doc.version = 4;
	custody_publish(&c);
	assert_int_equal(root_put(db, buf_slice(&c.note), &member, &why), E_VERIFY);
	ok(root_chain_load(db, &member, &arena, &chain, &why), &why);
	assert_int_equal(chain.n, 2);
	assert_true(id_eq(&chain.member, &member) && root_latest(&chain)->version == 2);
	assert_int_equal(root_chain_load(db, &none, &arena, &chain, &why), E_MISSING);
	assert_int_equal(root_put(db, SLICE("junk\n"), &member, &why), E_SYNTAX);
	custody_free(&c);
}

static void pins_lead_to_parties(void **state)
{
	struct db *db = db_of(state);
	static struct custody honest, thief;
	struct id a, b, got = {{0}};
	struct hash unknown = sample_hash(1);
	int64_t coalition;

	custody_init(&honest, 4000);
	custody_init(&thief, 5000);
	thief.doc.n_tls = 2;
	thief.doc.tls[1] = honest.doc.tls[0];
	custody_publish(&thief);
	ok(root_put(db, buf_slice(&honest.note), &a, &why), &why);
	ok(root_put(db, buf_slice(&thief.note), &b, &why), &why);
	assert_int_equal(party_by_pin(db, &honest.doc.tls[0], &got, &why),
		E_MISSING); /* nobody is a party yet */
	ok(coalition_add(db, charter_text("First", &a, &b, NULL), &coalition, &why), &why);
	ok(party_put(db, coalition, &a, SLICE("Honest"), 5, &why), &why);
	ok(party_put(db, coalition, &b, SLICE("Thief"), 6, &why), &why);
	/* The thief claims the honest party's pin as well: the key alone says nothing any more, the name with it does. */
	assert_int_equal(party_by_pin(db, &honest.doc.tls[0], &got, &why), E_MISSING);
	bool has = false;
	ok(party_has_pin(db, &a, &honest.doc.tls[0], &has, &why), &why);
	assert_true(has);
	ok(party_has_pin(db, &b, &honest.doc.tls[0], &has, &why), &why);
	assert_true(has); /* but it cannot show the key */
	ok(party_has_pin(db, &a, &unknown, &has, &why), &why);
	assert_false(has);
	assert_int_equal(party_by_pin(db, &unknown, &got, &why), E_MISSING);
	/* A new version: a pin that stays keeps its place, one that is gone leads nowhere. */
	struct hash old = honest.doc.tls[0];
	custody_next(&honest);
	honest.doc.tls[1] = unknown;
	honest.doc.n_tls = 2;
	custody_publish(&honest);
	ok(root_put(db, buf_slice(&honest.note), &a, &why), &why);
	ok(party_has_pin(db, &a, &old, &has, &why), &why);
	assert_true(has);
	custody_next(&honest);
	honest.doc.tls[0] = unknown;
	honest.doc.n_tls = 1;
	custody_publish(&honest);
	ok(root_put(db, buf_slice(&honest.note), &a, &why), &why);
	ok(party_by_pin(db, &unknown, &got, &why), &why);
	assert_true(id_eq(&got, &a));
	ok(party_by_pin(db, &old, &got, &why), &why);
	assert_true(
		id_eq(&got, &b)); /* only the other claims it now, and only its key could use it */
	struct party *list;
	size_t n;
	ok(party_put(db, coalition, &a, SLICE("Renamed"), 7, &why), &why);
	ok(party_list(db, coalition, &arena, &list, &n, &why), &why);
	assert_int_equal(n, 2);
	assert_slice(list[id_eq(&list[1].id, &a)].label, "Renamed");
	custody_free(&honest);
	custody_free(&thief);
}

/* A coalition of two in the database, with logs. */
struct two {
	struct custody c[2];
	struct id member[2];
	struct log log[2];
	uint64_t size[2];
	struct coalition coalition;
	unsigned made;
};

static void two_init(struct two *t, struct db *db)
{
	int64_t row;

	*t = (struct two){0};
	for (unsigned i = 0; i < 2; i++) {
		custody_init(&t->c[i], 6000 + 1000 * i);
		ok(root_put(db, buf_slice(&t->c[i].note), &t->member[i], &why), &why);
	}
	struct slice text = charter_text("Two", &t->member[0], &t->member[1], NULL);
	struct hash h = hash_bytes(text);
	struct id id;
	memcpy(id.b, h.b, sizeof(id.b));
	ok(coalition_add(db, text, &row, &why), &why);
	ok(coalition_load(db, &id, &arena, &t->coalition, &why), &why);
	for (unsigned i = 0; i < 2; i++) {
		struct log_id log = {id, t->member[i], 0};
		ok(log_open(db, &log, &t->log[i], &why), &why);
	}
}

static void two_free(struct two *t)
{
	custody_free(&t->c[0]);
	custody_free(&t->c[1]);
}

struct made {
	unsigned by;
	uint64_t seq;
	enum act_kind kind;
	struct hash leaf;
	struct slice bytes, body;
};

/* The next act of `by`, signed with `key`; in the arena. */
static struct made make_act(struct two *t, unsigned by, enum act_kind kind, struct slice body,
	unsigned key, int64_t time_ms)
{
	struct buf message CLEANUP_BUF = BUF(64 * KIB), bytes CLEANUP_BUF = BUF(64 * KIB);
	struct entry_seen seen = {t->member[by], 0, t->size[by]};
	struct seckey k = test_key(key);
	struct entry e = {.log = t->log[by].id,
		.seq = t->size[by]++,
		.time_ms = time_ms,
		.mode = MODE_REAL,
		.kind = slice_str(act_rules[kind].kind),
		.has_object = true,
		.object = {t->member[by], sample_id(++t->made)},
		.seen = &seen,
		.n_seen = 1,
		.audience = AUDIENCE_LIST,
		.member = t->member,
		.n_member = 1,
		.has_payload = true,
		.commit = sample_hash(t->made),
		.bucket = 256,
		.media = kind == ACT_ROOT ? SLICE(ROOT_MEDIA) : SLICE(ACT_MEDIA),
		.has_act = act_rules[kind].scope != 0,
		.officer = rootdoc_officer()};

	entry_act_message(&e, &message);
	e.act = sign_bytes(&k, buf_slice(&message));
	entry_print(&e, &bytes);
	return (struct made){.by = by,
		.seq = e.seq,
		.kind = kind,
		.leaf = hash_leaf(buf_slice(&bytes)),
		.bytes = arena_copy(&arena, buf_slice(&bytes)),
		.body = arena_copy(&arena, body)};
}

static void lay_act(struct two *t, struct db *db, const struct made *m)
{
	for (unsigned twice = 0; twice < 2; twice++)
		ok(act_put(db, t->log[m->by].row, m->seq, slice_str(act_rules[m->kind].kind),
			   &m->leaf, m->bytes, m->body, &why),
			&why);
}

static void put_act(struct two *t, struct db *db, unsigned by, enum act_kind kind, const char *body,
	unsigned key, int64_t time_ms)
{
	struct made m = make_act(t, by, kind, slice_str(body), key, time_ms);

	lay_act(t, db, &m);
}

static void cosign(struct two *t, struct db *db, unsigned by, unsigned witness)
{
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct checkpoint c = {t->log[by].id, t->size[by], sample_hash((unsigned)t->size[by])};
	struct seckey k = test_key(1);

	sample_note(&c, &k, &note);
	ok(cosign_put(
		   db, t->log[by].row, &t->member[witness], c.size, 1000, buf_slice(&note), &why),
		&why);
}

/* Signed by the first of two: who has and who has not is told, whatever the witnesses say. */
static void proposal_of_one(struct two *t, struct db *db, const struct hash *h)
{
	struct standing s;
	size_t n;

	ok(standing_load(db, &t->coalition, &arena, &s, &why), &why);
	assert_int_equal(s.charter->version, 1);
	assert_int_equal(s.n_proposal, 1);
	assert_true(hash_eq(&s.proposal[0].hash, h));
	assert_int_equal(s.proposal[0].version, 2);
	assert_int_equal(s.proposal[0].n_member, 2);
	assert_int_equal(s.proposal[0].n_signed, 1);
	assert_true(id_eq(&s.proposal[0].signed_by[0], &t->member[0]));
	const struct id *missing = proposal_missing(&s.proposal[0], &arena, &n);
	assert_int_equal(n, 1);
	assert_true(id_eq(&missing[0], &t->member[1]));
}

static void standing_from_rows(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	struct standing s;
	char body[256], hex[65];

	two_init(&t, db);
	hex_encode(t.coalition.founding.hash.b, 32, hex);
	snprintf(body, sizeof(body), "entente-act-body/1\ncharter %s\n\n", hex);
	put_act(&t, db, 0, ACT_SIGN, body, 6100, 1);
	put_act(&t, db, 1, ACT_SIGN, body, 7101, 1); /* not the officer's key */
	put_act(&t, db, 1, ACT_SIGN, "entente-act-body/1\n\n", 7100,
		2); /* no body of a signature */
	cosign(&t, db, 0, 1);
	cosign(&t, db, 1, 0);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_false(s.in_force);
	assert_int_equal(s.n_signed, 1);
	assert_true(id_eq(&s.signed_by[0], &t.member[0]));
	put_act(&t, db, 1, ACT_SIGN, body, 7100, 3);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_false(s.in_force); /* not witnessed */
	cosign(&t, db, 1, 0);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_true(s.in_force);
	assert_int_equal(s.n_member, 2);
	/* An amendment in the tables, signed by both. */
	struct slice amended =
		charter_text("Amended", &t.member[0], &t.member[1], &t.coalition.founding.hash);
	struct hash h = hash_bytes(amended);
	ok(charter_put(db, t.coalition.row, amended, &why), &why);
	hex_encode(h.b, 32, hex);
	snprintf(body, sizeof(body), "entente-act-body/1\ncharter %s\n\n", hex);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_int_equal(s.n_proposal, 0); /* its text is here, and nobody stands by it */
	for (unsigned i = 0; i < 2; i++) {
		put_act(&t, db, i, ACT_SIGN, body, i ? 7100 : 6100, 4);
		if (i == 0)
			proposal_of_one(&t, db, &h);
		cosign(&t, db, i, 1 - i);
	}
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_int_equal(s.charter->version, 2);
	assert_int_equal(s.n_proposal, 0);
	assert_true(id_eq(&s.charter->coalition, &t.coalition.id));
	/* A fork from the amendment on. */
	ok(fork_put(db, t.log[1].row, 3, SLICE("a proof"), &why), &why);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_int_equal(s.charter->version, 1);
	assert_true(standing_find(&s, &t.member[1])->forked);
	two_free(&t);
}

/* What one party publishes without end costs the others little and changes nothing. */
static void standing_under_a_flood(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	struct standing s, again;
	char body[256], hex[65], name[32];
	struct hash founding;

	two_init(&t, db);
	founding = t.coalition.founding.hash;
	for (unsigned i = 0; i < 400; i++) {
		snprintf(name, sizeof(name), "Flood %u", i);
		struct slice text = charter_text(name, &t.member[0], &t.member[1], &founding);
		struct hash h = hash_bytes(text);
		ok(charter_put(db, t.coalition.row, text, &why), &why);
		/* One of two founders signs them all, and is interested in each. */
		hex_encode(h.b, 32, hex);
		snprintf(body, sizeof(body), "entente-act-body/1\ncharter %s\n\n", hex);
		put_act(&t, db, 0, ACT_SIGN, body, 6100, 1);
		put_act(&t, db, 0, ACT_INTEREST, body, 6100, 1);
	}
	cosign(&t, db, 0, 1);
	struct arena small CLEANUP_ARENA = ARENA(4 * MIB), tiny CLEANUP_ARENA = ARENA(64 * KIB);
	ok(standing_load(db, &t.coalition, &small, &s, &why), &why);
	assert_int_equal(s.charter->version, 1);
	assert_int_equal(s.n_signed, 0);
	assert_int_equal(standing_load(db, &t.coalition, &tiny, &again, &why), E_LIMIT);
	/* The founding charter comes too late: that place is taken. */
	hex_encode(founding.b, 32, hex);
	snprintf(body, sizeof(body), "entente-act-body/1\ncharter %s\n\n", hex);
	put_act(&t, db, 0, ACT_SIGN, body, 6100, 2);
	put_act(&t, db, 1, ACT_SIGN, body, 7100, 2); /* of another author it does not */
	cosign(&t, db, 0, 1);
	cosign(&t, db, 1, 0);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_int_equal(s.n_signed, 1);
	assert_true(id_eq(&s.signed_by[0], &t.member[1]));
	/* Who does not hold what is beyond the bound comes to the same. */
	struct stmt *st = db_stmt(db, "DELETE FROM act WHERE log = $1 AND seq > $2");
	db_bind_i64(st, 1, t.log[0].row);
	db_bind_i64(st, 2, 2 * LIMIT_STANDING_SIGN);
	ok(db_run(st, &why), &why);
	ok(standing_load(db, &t.coalition, &arena, &again, &why), &why);
	assert_true(hash_eq(&s.digest, &again.digest));
	two_free(&t);
}

/* An interest in a charter that is known and that nobody has signed. */
static void interest_in_what_is_known(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	static struct custody other;
	struct standing s;
	char body[256], hex[65];

	two_init(&t, db);
	custody_init(&other, 8000);
	ok(root_put(db, buf_slice(&other.note), &t.member[0], &why), &why);
	ok(log_open(db, &(struct log_id){t.coalition.id, t.member[0], 0}, &t.log[0], &why), &why);
	struct slice text =
		charter_text("Next", &t.member[0], &t.member[1], &t.coalition.founding.hash);
	struct hash h = hash_bytes(text);
	hex_encode(h.b, 32, hex);
	snprintf(body, sizeof(body), "entente-act-body/1\ncharter %s\n\n", hex);
	put_act(&t, db, 0, ACT_INTEREST, body, 8100, 1);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_int_equal(standing_find(&s, &t.member[0])->status, STATUS_MENTIONED);
	ok(charter_put(db, t.coalition.row, text, &why), &why);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_int_equal(standing_find(&s, &t.member[0])->status, STATUS_INTERESTED);
	custody_free(&other);
	two_free(&t);
}

static void root_chains_end(void **state)
{
	struct db *db = db_of(state);
	static struct custody c;
	struct id member;
	struct hash first;

	custody_init(&c, 4000);
	struct hash expected = c.hash;
	for (unsigned v = 1; v <= LIMIT_ROOT_VERSIONS; v++) {
		ok(root_put(db, buf_slice(&c.note), &member, &why), &why);
		custody_next(&c);
		custody_publish(&c);
	}
	assert_int_equal(root_put(db, buf_slice(&c.note), &member, &why), E_LIMIT);
	assert_int_equal(sql_i64(db, "SELECT count(*) FROM root"), (int64_t)LIMIT_ROOT_VERSIONS);
	ok(root_first(db, &member, &first, &why), &why);
	assert_true(hash_eq(&first, &expected));
	member = sample_id(77);
	assert_int_equal(root_first(db, &member, &first, &why), E_MISSING);
	custody_free(&c);
}

/* ---- which documents judge ---- */

/* Version 2 with another officer's key. */
static struct slice document_with(const struct custody *first, unsigned officer_key)
{
	static struct custody c;

	custody_init(&c, first->base);
	custody_next(&c);
	c.doc.officer[0].key = test_key(officer_key).pub;
	custody_publish(&c);
	struct slice note = arena_copy(&arena, buf_slice(&c.note));
	custody_free(&c);
	return note;
}

#define MADE_MAX 6
struct told {
	struct slice hearsay[3];
	struct made act[MADE_MAX];
	size_t n_act;
};

/* One delivery: every document and every act, in this order; cosignatures behind them. */
static struct hash delivered(struct two *t, struct db *db, const struct told *told,
	const unsigned *order, struct standing *ret)
{
	struct id member;

	ok(db_script(db,
		   "DELETE FROM act; DELETE FROM cosign; DELETE FROM root_twin;"
		   " DELETE FROM root WHERE version > 1",
		   &why),
		&why);
	for (unsigned i = 0; i < 3 + told->n_act; i++) {
		if (order[i] >= 3)
			lay_act(t, db, &told->act[order[i] - 3]);
		else if (told->hearsay[order[i]].n)
			(void)!root_put(db, told->hearsay[order[i]], &member, NULL);
	}
	cosign(t, db, 0, 1);
	cosign(t, db, 1, 0);
	ok(standing_load(db, &t->coalition, &arena, ret, &why), &why);
	return ret->digest;
}

/*
 * A member's root keys sign two documents of version 2 and tell one to some and the other to others. Its log has one of them. Whatever came when, and whichever
 * was heard first or at all: the officer whom the log names is its officer from there on, the other never was, and who holds the same log comes to the same standing.
 */
static void the_log_says_which_documents_judge(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	static struct told told;
	struct slice a, b;
	struct standing s;
	struct hash want;
	unsigned order[3 + MADE_MAX];
	char hex[65], sign[128];
	bool first = true;

	two_init(&t, db);
	a = document_with(&t.c[0], 6201);
	b = document_with(&t.c[0], 6202);
	hex_encode(t.coalition.founding.hash.b, 32, hex);
	snprintf(sign, sizeof(sign), "entente-act-body/1\ncharter %s\n\n", hex);
	told.act[0] = make_act(&t, 0, ACT_SIGN, slice_str(sign), 6202, 1); /* too early */
	told.act[1] = make_act(&t, 0, ACT_SIGN, slice_str(sign), 6201, 2);
	told.act[2] = make_act(&t, 0, ACT_ROOT, b, 1, 3);
	told.act[3] = make_act(&t, 0, ACT_ROOT, a, 1, 4); /* that place is taken */
	told.act[4] = make_act(&t, 0, ACT_SIGN, slice_str(sign), 6201, 5);
	told.act[5] = make_act(&t, 1, ACT_SIGN, slice_str(sign), 7100, 6);
	told.n_act = 6;
	for (unsigned round = 0; round < 200; round++) {
		/* Who has heard of which: neither, one, both, in any order. */
		told.hearsay[0] = round & 1 ? a : SLICE_NONE;
		told.hearsay[1] = round & 2 ? b : SLICE_NONE;
		told.hearsay[2] = round & 4 ? a : SLICE_NONE;
		for (unsigned i = 0; i < 9; i++)
			order[i] = i;
		for (unsigned i = 9; i-- > 1;) {
			unsigned k = (round * 2654435761u + i * 40503u) / 7 % (i + 1),
				 swap = order[i];
			order[i] = order[k];
			order[k] = swap;
		}
		struct hash digest = delivered(&t, db, &told, order, &s);
		if (first)
			want = digest;
		first = false;
		assert_true(hash_eq(&digest, &want));
	}
	/* Only the other party has signed so far: nobody but the officer of `b`, and behind it, may. */
	assert_true(s.n_signed == 1 && id_eq(&s.signed_by[0], &t.member[1]));
	told.act[4] = make_act(&t, 0, ACT_SIGN, slice_str(sign), 6202, 7);
	delivered(&t, db, &told, order, &s);
	assert_int_equal(s.n_signed, 2);
	/* A fork below the document takes it away, and with it what rests on it. */
	ok(fork_put(db, t.log[0].row, 2, SLICE("a proof"), &why), &why);
	ok(standing_load(db, &t.coalition, &arena, &s, &why), &why);
	assert_int_equal(s.n_signed, 1);
	two_free(&t);
}

/* Both documents are kept and count for keys of logs and witnesses, whichever came first; their number has an end. */
static void twins_are_kept(void **state)
{
	struct db *db = db_of(state);
	static struct custody c;
	struct root_chain chain;
	const struct pubkey *key[ROOT_SPEAKERS_MAX];
	struct id member;

	custody_init(&c, 4000);
	ok(root_put(db, buf_slice(&c.note), &member, &why), &why);
	custody_next(&c);
	static struct root good;
	good = c.doc;
	for (unsigned i = 0; i < LIMIT_ROOT_TWINS + 3; i++) {
		c.doc = good;
		c.doc.log_key = test_key(4300 + i).pub;
		c.doc.witness = test_key(4400 + i).pub;
		custody_publish(&c);
		int rc = root_put(db, buf_slice(&c.note), &member, &why);
		assert_int_equal(rc, i == 0 ? 0 : E_VERIFY);
		if (i > 0)
			assert_non_null(strstr(why.text, "misbehaviour"));
		/* What follows one of them is kept beside it. */
		if (i != 1)
			continue;
		custody_next(&c);
		c.doc.log_key = test_key(4500).pub;
		custody_publish(&c);
		assert_int_equal(root_put(db, buf_slice(&c.note), &member, &why), E_VERIFY);
	}
	ok(root_chain_load(db, &member, &arena, &chain, &why), &why);
	assert_int_equal(chain.n, 2);
	assert_int_equal(chain.n_twin, LIMIT_ROOT_TWINS);
	struct pubkey first = test_key(4300).pub, twin = test_key(4301).pub,
		      after = test_key(4500).pub;
	size_t n = root_log_keys_ever(&chain, key, ROOT_SPEAKERS_MAX), found = 0;
	for (size_t i = 0; i < n; i++)
		found += pubkey_eq(key[i], &first) || pubkey_eq(key[i], &twin) ||
			 pubkey_eq(key[i], &after);
	assert_int_equal(found, 3);
	assert_true(pubkey_eq(&root_latest(&chain)->log_key, &first));
	struct id coalition = sample_id(1);
	n = root_log_keys(&chain, &coalition, 0, 5, key, ROOT_SPEAKERS_MAX);
	assert_true(n >= 3 && pubkey_eq(key[0], &first));
	custody_free(&c);
}

static void statements_newest_first(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	struct statement *list;
	size_t n;
	static const char text[] =
		"entente-act-body/1\nabout-label X\nspeaker %s\nsaid 2025-03-25\nwhere Y\nclaim member\n\nq\n";

	two_init(&t, db);
	for (unsigned i = 0; i < 4; i++) {
		char body[256], speaker[] = {(char)('a' + i), '\0'};
		snprintf(body, sizeof(body),
			"entente-act-body/1\nabout-label X\nspeaker %s\nsaid 2025-03-25\nwhere Y\nclaim member\n\nq\n",
			speaker);
		put_act(&t, db, i % 2, ACT_STATEMENT, body, 1, 100 + (int64_t)i);
	}
	put_act(&t, db, 0, ACT_STATEMENT, text + 30, 1, 999); /* broken: no statement */
	size_t more;
	ok(statement_list(db, &t.coalition, 2, &arena, &list, &n, &more, &why), &why);
	assert_int_equal(n, 1); /* of the newest two, one is none */
	assert_int_equal(more, 3);
	ok(statement_list(db, &t.coalition, 100, &arena, &list, &n, &more, &why), &why);
	assert_int_equal(more, 0);
	assert_int_equal(n, 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(list[i].time_ms, 103 - (int64_t)i);
		assert_int_equal(list[i].body.speaker.p[0], 'd' - i);
		assert_true(id_eq(&list[i].author, &t.member[(3 - i) % 2]));
		assert_int_equal(list[i].mode, MODE_REAL);
	}
	two_free(&t);
}

static struct slice note_of(const struct log *log, uint64_t size, unsigned root)
{
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct checkpoint c = {log->id, size, sample_hash(root)};
	struct seckey k = test_key(1);

	sample_note(&c, &k, &note);
	return arena_copy(&arena, buf_slice(&note));
}

static void heads_only_grow(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	struct slice got = SLICE_NONE;
	uint64_t size = 0;

	two_init(&t, db);
	const struct log *l = &t.log[0];
	assert_int_equal(head_get(db, l->row, &arena, &size, &got, &why), E_MISSING);
	ok(head_put(db, l->row, 10, note_of(l, 10, 1), &why), &why);
	ok(head_put(db, l->row, 5, note_of(l, 5, 2), &why), &why);
	ok(head_put(db, l->row, 10, note_of(l, 10, 1), &why), &why);
	assert_int_equal(head_put(db, l->row, 10, note_of(l, 10, 3), &why), E_VERIFY);
	assert_int_equal(head_put(db, l->row, 11, note_of(l, 10, 3), &why), E_INVALID);
	assert_int_equal(head_put(db, l->row, 11, SLICE("no note"), &why), E_SYNTAX);
	ok(head_get(db, l->row, &arena, &size, &got, &why), &why);
	assert_int_equal(size, 10);
	assert_true(slice_eq(got, note_of(l, 10, 1)));
	ok(head_put(db, l->row, 12, note_of(l, 12, 4), &why), &why);
	ok(head_get(db, l->row, &arena, &size, &got, &why), &why);
	assert_int_equal(size, 12);
	two_free(&t);
}

static void cosignatures_by_witness(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	struct cosigned *list;
	size_t n;

	two_init(&t, db);
	const struct log *l = &t.log[0];
	struct id w1 = sample_id(1), w2 = sample_id(2);
	ok(cosign_put(db, l->row, &w2, 7, 70, note_of(l, 7, 1), &why), &why);
	ok(cosign_put(db, l->row, &w1, 9, 90, note_of(l, 9, 2), &why), &why);
	ok(cosign_put(db, l->row, &w1, 8, 95, note_of(l, 8, 3), &why), &why);
	assert_int_equal(cosign_put(db, l->row, &w1, 9, 99, note_of(l, 9, 4), &why), E_VERIFY);
	ok(cosign_list(db, l->row, &arena, &list, &n, &why), &why);
	assert_int_equal(n, 2);
	assert_true(id_eq(&list[0].witness, &w1) && list[0].size == 9 && list[0].time_s == 90);
	assert_true(id_eq(&list[1].witness, &w2) && list[1].size == 7);
	assert_true(slice_eq(list[0].note, note_of(l, 9, 2)));
	ok(cosign_list(db, t.log[1].row, &arena, &list, &n, &why), &why);
	assert_int_equal(n, 0);
	two_free(&t);
}

enum { CUTS = 5 }; /* at 1, 2, 4, 8, 16 */

/* Two stories of a log that part at 1 << bit, told by two keys: trees of a perfect half, which is the same, and one leaf. */
static struct slice fork_told(
	const struct log *log, unsigned bit, const struct seckey *a, const struct seckey *b)
{
	struct fork f = {.has_index = true, .index = 1ull << bit};
	struct hash left = hash_leaf(SLICE("the half"));
	struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	char origin[ORIGIN_MAX];

	origin_format(&log->id, origin);
	f.leaf_a = hash_leaf(SLICE("one"));
	f.leaf_b = hash_leaf(SLICE("two"));
	f.proof_a.n = f.proof_b.n = 1;
	f.proof_a.node[0] = f.proof_b.node[0] = left;
	for (int i = 0; i < 2; i++) {
		struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
		struct checkpoint cp = {
			log->id, f.index + 1, hash_node(&left, i == 0 ? &f.leaf_a : &f.leaf_b)};
		size_t n;

		checkpoint_print(&note, &cp);
		n = note.n;
		buf_byte(&note, '\n');
		note_sign(&note, slice_of(note.p, n), slice_str(origin), i == 0 ? a : b);
		*(i == 0 ? &f.note_a : &f.note_b) = arena_copy(&arena, buf_slice(&note));
	}
	fork_print(&f, &proof);
	return arena_copy(&arena, buf_slice(&proof));
}

static uint64_t lowest_cut(const struct slice *proof, size_t n, const struct root_chain *chain)
{
	uint64_t lowest = UINT64_MAX;

	for (size_t i = 0; i < n; i++) {
		struct fork f;

		ok(fork_parse(&f, &arena, proof[i], &why), &why);
		uint64_t cut = fork_cut_by(&f, chain);
		lowest = cut < lowest ? cut : lowest;
	}
	return lowest;
}

/* What is left of the proofs when they come in this order. */
static size_t kept_of(struct db *db, const struct two *t, const struct root_chain *chain,
	const struct slice *proof, size_t n, bool backwards, struct slice *ret)
{
	struct fork_row *row;
	size_t kept;

	ok(db_run(db_stmt(db, "DELETE FROM fork"), &why), &why);
	for (size_t i = 0; i < n; i++) {
		struct slice one = proof[backwards ? n - 1 - i : i];
		struct fork_by by;
		struct fork f;
		bool news;

		ok(fork_parse(&f, &arena, one, &why), &why);
		ok(fork_signers(&f, chain, &by, &why), &why);
		ok(fork_keep(db, &t->log[0], chain, &by, one, &news, &why), &why);
	}
	ok(fork_list(db, t->coalition.row, &arena, &row, &kept, &why), &why);
	for (size_t i = 0; i < kept; i++)
		ret[i] = row[i].proof;
	return kept;
}

/* Few proofs are kept, and whatever is revoked afterwards, they cut where all of them would, in whatever order they came. */
static void proofs_that_are_needed(void **state)
{
	enum { TOLD = 9, KEYS = 2 };
	static const struct {
		uint64_t at[KEYS];
	} revoked[] = {{{0, 0}}, {{3, 0}}, {{0, 5}}, {{12, 3}}, {{40, 40}}};
	struct db *db = db_of(state);
	static struct two t;
	static struct root version[KEYS];
	struct seckey key[KEYS] = {test_key(7001), test_key(7002)};
	struct root_chain chain = {.version = version, .n = KEYS};
	uint64_t random = 1;

	two_init(&t, db);
	for (int i = 0; i < KEYS; i++)
		version[i].log_key = key[i].pub;
	for (int round = 0; round < 60; round++) {
		struct slice told[TOLD], one[TOLD], other[TOLD];

		for (int i = 0; i < TOLD; i++) {
			random = random * 6364136223846793005ull + 1442695040888963407ull;
			told[i] = fork_told(&t.log[0], (unsigned)(random >> 33) % CUTS,
				&key[random >> 40 & 1], &key[random >> 41 & 1]);
		}
		size_t n = kept_of(db, &t, &chain, told, TOLD, false, one),
		       m = kept_of(db, &t, &chain, told, TOLD, true, other);
		assert_true(n == m && n <= KEYS + 1);
		for (size_t r = 0; r < COUNT_OF(revoked); r++) {
			for (int i = 0; i < KEYS; i++) {
				version[i].n_revoke = revoked[r].at[i] > 0;
				version[i].revoke[0] = (struct root_revoke){.key = key[i].pub,
					.coalition = t.log[0].id.coalition,
					.epoch = t.log[0].id.epoch,
					.size = revoked[r].at[i]};
			}
			uint64_t want = lowest_cut(told, TOLD, &chain);
			assert_true(lowest_cut(one, n, &chain) == want);
			assert_true(lowest_cut(other, m, &chain) == want);
		}
		version[0].n_revoke = version[1].n_revoke = 0;
	}
	two_free(&t);
}

static void forks_and_refusals(void **state)
{
	struct db *db = db_of(state);
	static struct two t;
	struct fork_row *forks;
	struct refusal *list;
	struct why first = {.code = E_VERIFY, .where = "note", .text = "a bad signature"},
		   second = {.text = "too much"};
	size_t n;

	two_init(&t, db);
	ok(fork_put(db, t.log[0].row, 4, SLICE("proof one"), &why), &why);
	ok(fork_put(db, t.log[0].row, 4, SLICE("proof one"), &why), &why);
	ok(fork_put(db, t.log[1].row, 0, SLICE("proof two"), &why), &why);
	ok(fork_list(db, t.coalition.row, &arena, &forks, &n, &why), &why);
	assert_int_equal(n, 2);
	size_t one = forks[0].log_row == t.log[0].row ? 0 : 1;
	assert_int_equal(forks[one].cut, 4);
	assert_slice(forks[one].proof, "proof one");
	ok(fork_list(db, t.coalition.row + 1, &arena, &forks, &n, &why), &why);
	assert_int_equal(n, 0);
	for (int64_t i = 0; i < 3; i++)
		ok(refusal_put(db, t.coalition.row, &t.member[0], "5", &first, 100 + i, &why),
			&why);
	ok(refusal_put(db, t.coalition.row, &t.member[0], "7", &second, 50, &why), &why);
	size_t more;
	ok(refusal_list(db, t.coalition.row, 1, &arena, &list, &n, &more, &why), &why);
	assert_int_equal(n, 1);
	assert_int_equal(more, 1);
	ok(refusal_list(db, t.coalition.row, 10, &arena, &list, &n, &more, &why), &why);
	assert_int_equal(n, 2);
	assert_int_equal(more, 0);
	assert_slice(list[0].text, "note: a bad signature");
	assert_slice(list[0].step, "5");
	assert_true(list[0].first_ms == 100 && list[0].last_ms == 102 && list[0].times == 3);
	assert_slice(list[1].text, "too much");
	two_free(&t);
}

static const struct CMUnitTest tests[] = {
	P(sets_are_kept_once),
	P(coalitions_and_charters),
	P(no_more_coalitions_than_can_be_listed),
	P(root_chains),
	P(pins_lead_to_parties),
	P(standing_from_rows),
	P(standing_under_a_flood),
	P(interest_in_what_is_known),
	P(root_chains_end),
	P(the_log_says_which_documents_judge),
	P(twins_are_kept),
	P(statements_newest_first),
	P(heads_only_grow),
	P(cosignatures_by_witness),
	P(proofs_that_are_needed),
	P(forks_and_refusals),
};

STORE_MAIN("pact/pactdb", tests)
