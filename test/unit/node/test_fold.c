/*
 * Receiving what a partner may have got wrong, or sent on purpose: a log of member 1 is written by hand, carried to member 0, and
 * looked at there. Flags never stop a log; what breaks a rule is kept and not shown.
 */
#include "league.h"

#include "log/batch.h"
#include "node/fold_int.h"
#include "node/grant.h"

struct forge {
	struct league *l;
	struct log log; /* member 1's log at node 0 */
	struct world world;
	struct fold f;
	struct arena arena;
	int64_t time_ms;
};

static void forge_start(struct forge *g, struct league *l)
{
	struct log_id id = {.coalition = l->id, .member = l->m[1].id, .epoch = 1};
	struct db *db = l->m[0].db;

	*g = (struct forge){.l = l, .arena = ARENA(64 * MIB), .time_ms = LEAGUE_NOW + 1000};
	assert_ok(db_begin(db, &why));
	assert_ok(world_load(&g->world, l->m[0].node, db, &l->id, &g->arena, &why));
	assert_ok(log_load(db, &id, &g->log, &why));
	assert_ok(fold_begin(&g->f, &g->world, db, &g->arena, &why));
}

static void forge_end(struct forge *g)
{
	assert_ok(fold_end(&g->f, &why));
	assert_ok(db_commit(g->l->m[0].db, &why));
	arena_free(&g->arena);
}

static struct entry forge_entry(struct forge *g)
{
	return (struct entry){.log = g->log.id,
		.seq = g->log.size,
		.time_ms = g->time_ms++,
		.audience = AUDIENCE_VEILED};
}

static uint64_t forge_bytes(struct forge *g, struct slice bytes)
{
	struct hash leaf = hash_leaf(bytes);
	bool wanted;
	uint64_t seq = g->log.size;

	assert_ok(log_append(g->l->m[0].db, &g->log, &bytes, &leaf, 1, g->time_ms, 0, &why));
	assert_ok(fold_header(&g->f, &g->log, seq, bytes, &wanted, &why));
	return seq;
}

/* Appends the entry with this plaintext as its payload; folds both. */
static int forge_add(struct forge *g, struct entry *e, struct slice plain, struct why *why)
{
	static const uint8_t salt[32] = {7};
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct slice bytes;

	e->has_payload = true;
	e->commit = payload_commit(salt, plain);
	e->bucket = payload_bucket(plain.n);
	entry_print(e, &b);
	bytes = arena_copy(&g->arena, buf_slice(&b));
	uint64_t seq = forge_bytes(g, bytes);
	return fold_payload(&g->f, &g->log, seq, bytes, salt, plain, why);
}

static struct inner forge_inner(struct forge *g)
{
	struct inner in = {.mode = MODE_REAL,
		.kind = SLICE("note/1"),
		.has_object = true,
		.object = {.owner = g->l->m[1].id, .name = {.b = {9}}},
		.label = SLICE("league RESTRICTED"),
		.media = SLICE("application/json"),
		.content = SLICE("{\"title\":\"t\"}")};
	struct id *member = arena_array(&g->arena, struct id, 1);

	member[0] = g->l->m[0].id;
	in.member = member;
	in.n_member = 1;
	return in;
}

static int forge_veiled(struct forge *g, const struct inner *in, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES);
	struct entry e = forge_entry(g);

	inner_print(in, &b);
	return forge_add(g, &e, arena_copy(&g->arena, buf_slice(&b)), why);
}

static void expect(struct league *l, const char *step, int64_t flags, int64_t items)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM flag WHERE step = '%s'", step);
	int64_t n = league_number(l, 0, sql);
	if (n != flags)
		fail_msg("%s: %lld flags", step, (long long)n);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), flags);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), items);
	league_rebuilds(l, 0);
}

static void a_good_entry_is_folded(void **state)
{
	struct forge g;

	forge_start(&g, *state);
	struct inner in = forge_inner(&g);
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	expect(*state, "", 0, 1);
}

static void broken_contents(void **state)
{
	struct league *l = *state;
	struct forge g;

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	in.content = SLICE("{\"title\":\"\"}");
	assert_ok(forge_veiled(&g, &in, &why)); /* an empty title */
	in.content = SLICE("{\"title\":\"a\"} x");
	assert_ok(forge_veiled(&g, &in, &why));
	in.content = SLICE(
		"{\"title\":\"a\",\"files\":[{\"name\":\"../../etc/passwd\",\"size\":1,\"sha256\":\"00\"}]}");
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	expect(l, "model", 3, 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM payload WHERE seq >= 2"), 3);
}

static void wrong_owners_and_kinds(void **state)
{
	struct league *l = *state;
	struct forge g;

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	in.object.owner = l->m[0].id; /* our own object, written by somebody else */
	assert_ok(forge_veiled(&g, &in, &why));
	in = forge_inner(&g);
	in.kind = SLICE("sign/1"); /* an act, veiled */
	assert_ok(forge_veiled(&g, &in, &why));
	struct entry e = forge_entry(&g);
	assert_ok(forge_add(&g, &e, SLICE("no inner header at all"), &why));
	forge_end(&g);
	expect(l, "content", 3, 0);
}

static void labels_that_are_none(void **state)
{
	struct league *l = *state;
	struct forge g;

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	in.label = SLICE_NONE;
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	expect(l, "label", 1, 0);
}

/* A label above its readers' clearance is kept and shown as a warning: charter and clearances may change. */
static void a_label_over_the_clearance_is_warned_of(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct buf text CLEANUP_BUF = BUF(1 * MIB);

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	in.label = SLICE("league SECRET");
	assert_ok(forge_veiled(&g, &in, &why));
	in.object.name.b[0]++;
	in.label = SLICE("other COSMIC");
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	expect(l, "", 0, 2);
	struct reading *r = reading_start(l, 0);
	assert_ok(status_text(&r->world, r->db, 120, false, &text, &why));
	reading_end(&r);
	assert_non_null(strstr(buf_cstr(&text),
		"1 records of HRV labelled league SECRET have ALB among their readers"));
	assert_non_null(strstr(
		buf_cstr(&text), "1 records of HRV have a label that the charter does not know"));
}

static void a_kind_of_the_future_is_kept(void **state)
{
	struct league *l = *state;
	struct forge g;

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	in.kind = SLICE("weather/map/7");
	in.media = SLICE("image/png");
	in.content = slice_of("\x89PNG\0\0", 6);
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	expect(l, "", 0, 1);
	assert_int_equal(league_count(l, 0, 0, MODE_REAL, ""), 1);
}

static void headers_out_of_place(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct entry e;

	forge_start(&g, l);
	forge_bytes(&g, SLICE("not an entry at all\n"));
	e = forge_entry(&g);
	e.log.coalition.b[0] ^= 1;
	assert_ok(forge_add(&g, &e, SLICE("x"), &why));
	e = forge_entry(&g);
	e.seq += 5;
	assert_ok(forge_add(&g, &e, SLICE("x"), &why));
	e = forge_entry(&g);
	e.log.epoch = 9;
	assert_ok(forge_add(&g, &e, SLICE("x"), &why));
	e = forge_entry(&g); /* an act without its officer */
	e.mode = MODE_REAL;
	e.kind = SLICE("sign/1");
	e.has_object = true;
	e.object = (struct object_id){.owner = l->m[1].id};
	e.audience = AUDIENCE_LIST;
	e.member = &l->m[0].id;
	e.n_member = 1;
	e.media = SLICE(ACT_MEDIA);
	assert_ok(forge_add(&g, &e, SLICE("x"), &why));
	e = forge_entry(&g); /* a recall in the open */
	e.mode = MODE_REAL;
	e.kind = SLICE("recall/1");
	e.label = SLICE("league RESTRICTED");
	e.audience = AUDIENCE_LIST;
	e.member = &l->m[0].id;
	e.n_member = 1;
	e.media = SLICE(GRANT_MEDIA);
	assert_ok(forge_add(&g, &e, SLICE("x"), &why));
	forge_end(&g);
	buf_free(&b);
	assert_int_equal(
		league_number(l, 0, "SELECT count(*) FROM flag WHERE step = 'grammar'"), 1);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag WHERE step = 'header'"), 5);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), 0);
	league_rebuilds(l, 0);
}

static void a_clock_that_goes_back(void **state)
{
	struct league *l = *state;
	struct forge g;

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	assert_ok(forge_veiled(&g, &in, &why));
	g.time_ms -= 100;
	in.object.name.b[0]++;
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	expect(l, "time", 1, 2);
}

static void a_roll_that_nobody_wrote(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct entry e;

	forge_start(&g, l);
	e = forge_entry(&g);
	e.mode = MODE_REAL;
	e.kind = SLICE("note/1");
	e.has_object = true;
	e.object = (struct object_id){.owner = l->m[1].id};
	e.label = SLICE("league OPEN");
	e.audience = AUDIENCE_ALL;
	e.roll.b[0] = 77;
	e.media = SLICE("application/json");
	assert_ok(forge_add(&g, &e, SLICE("{\"title\":\"t\"}"), &why));
	forge_end(&g);
	expect(l, "audience", 1, 0);
}

static void batches_that_are_torn(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	in.has_object = false;
	in.media = SLICE(BATCH_MEDIA);
	batch_add(&b, SLICE("{\"title\":\"one\"}"));
	batch_add(&b, SLICE("{\"title\":2}"));
	batch_add(&b, SLICE("{\"title\":\"three\"}"));
	buf_be32(&b, 1000);
	in.content = buf_slice(&b);
	assert_ok(forge_veiled(&g, &in, &why));
	in.has_object = true;
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	/* Two good objects of the first; the bad one, the torn end, and the batch with an id are flagged. */
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item"), 2);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag WHERE step = 'model'"), 1);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag WHERE step = 'batch'"), 1);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag WHERE step = 'object'"), 1);
	league_rebuilds(l, 0);
}

/* A NUL may stand in a JSON string: it must reach neither engine's text columns. */
static void nul_in_a_string(void **state)
{
	struct league *l = *state;
	struct forge g;

	forge_start(&g, l);
	struct inner in = forge_inner(&g);
	in.content = SLICE("{\"title\":\"a\\u0000b\",\"text\":\"needle\\u0000\\u0001\"}");
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM item") +
				 league_number(l, 0, "SELECT count(*) FROM flag"),
		1);
	league_rebuilds(l, 0);
}

/* Member 1 says that it erases an entry of member 2, of its own future, and by a wrong leaf. */
static void grants_that_do_not_count(void **state)
{
	struct league *l = *state;
	struct written theirs = league_note(l, 2, MODE_REAL, (int[]){0, 1}, 2, "t", "x");
	struct forge g;
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct record r;

	league_settle(l);
	forge_start(&g, l);
	struct inner note = forge_inner(&g), in;
	assert_ok(forge_veiled(&g, &note, &why));
	struct entry_ref bad[] = {
		{.member = l->m[2].id, .epoch = 1, .seq = theirs.seq, .leaf = theirs.leaf},
		{.member = l->m[1].id, .epoch = 1, .seq = g.log.size + 7},
		{.member = l->m[1].id, .epoch = 1, .seq = g.log.size - 1},
		{.member = l->m[1].id, .epoch = 9, .seq = 0},
	};
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct grant grant = {.kind = GRANT_ERASE, .target = &bad[i], .n_target = 1};

		buf_clear(&b);
		grant_print(&grant, &b);
		in = forge_inner(&g);
		in.kind = SLICE("erase/1");
		in.media = SLICE(GRANT_MEDIA);
		in.content = buf_slice(&b);
		assert_ok(forge_veiled(&g, &in, &why));
	}
	in.content = SLICE("entente-grant-body/1\n");
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag WHERE step = 'grant'"), 5);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM grants"), 0);
	assert_int_equal(league_get(l, 0, 0, &theirs.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_LIVE);
	assert_int_equal(league_get(l, 0, 0, &note.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_LIVE);
	league_rebuilds(l, 0);
}

/* The author's next log is here before the one before it: what it takes back there counts when that one comes, and a wrong leaf does not. */
static void grants_that_wait_for_an_earlier_log(void **state)
{
	struct league *l = *state;
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct record r;
	struct forge g;
	struct log first;

	/* What the first log will say, made beforehand: its note is the next entry. */
	forge_start(&g, l);
	struct inner note = forge_inner(&g);
	struct buf plain CLEANUP_BUF = BUF(64 * KIB), bytes CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	static const uint8_t salt[32] = {7};
	inner_print(&note, &plain);
	struct entry e = forge_entry(&g);
	e.has_payload = true;
	e.commit = payload_commit(salt, buf_slice(&plain));
	e.bucket = payload_bucket(plain.n);
	entry_print(&e, &bytes);
	struct hash leaf = hash_leaf(buf_slice(&bytes)), other = {{1}};
	first = g.log;
	struct entry_ref target[] = {
		{.member = l->m[1].id, .epoch = 1, .seq = first.size, .leaf = leaf},
		{.member = l->m[1].id, .epoch = 1, .seq = first.size, .leaf = other}};
	struct log_id id = first.id;
	id.epoch = 2;
	assert_ok(log_open(l->m[0].db, &id, &g.log, &why));
	for (size_t i = 0; i < COUNT_OF(target); i++) {
		struct grant grant = {.kind = GRANT_ERASE, .target = &target[i], .n_target = 1};
		struct inner in = forge_inner(&g);

		buf_clear(&b);
		grant_print(&grant, &b);
		in.kind = SLICE("erase/1");
		in.media = SLICE(GRANT_MEDIA);
		in.content = buf_slice(&b);
		assert_ok(forge_veiled(&g, &in, &why));
	}
	forge_end(&g);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM grants"), 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM grant_wait"), 2);
	league_rebuilds(l, 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM grant_wait"), 2);

	forge_start(&g, l);
	assert_int_equal(g.log.size, first.size);
	forge_bytes(&g, arena_copy(&g.arena, buf_slice(&bytes)));
	forge_end(&g);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM grant_wait"), 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM grants"), 1);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag WHERE step = 'grant'"), 1);
	assert_int_equal(league_get(l, 0, 0, &note.object, &r, &arena), 0);
	assert_int_equal(r.state, ITEM_ERASED);
	league_rebuilds(l, 0);
}

/* To as many members as can be named, and then to more of them: flagged or cut, but never in the way of the log. */
static void releases_without_end(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct id member[LIMIT_MEMBERS];

	forge_start(&g, l);
	struct inner note = forge_inner(&g), in;
	for (size_t i = 0; i < LIMIT_MEMBERS; i++)
		member[i] = (struct id){.b = {(uint8_t)(i + 1)}};
	member[0] = l->m[0].id;
	qsort(member, LIMIT_MEMBERS, sizeof(*member), id_cmp);
	note.member = member;
	note.n_member = LIMIT_MEMBERS;
	uint64_t seq = g.log.size;
	assert_ok(forge_veiled(&g, &note, &why));
	for (uint8_t round = 1; round < 80; round++) {
		struct entry_ref target = {.member = l->m[1].id, .epoch = 1, .seq = seq};
		struct id more[LIMIT_MEMBERS];
		struct grant grant = {.kind = round % 3 ? GRANT_RELEASE : GRANT_RECALL,
			.target = &target,
			.n_target = 1,
			.member = more,
			.n_member = LIMIT_MEMBERS};

		for (size_t i = 0; i < LIMIT_MEMBERS; i++)
			more[i] = (struct id){.b = {200, round, (uint8_t)i}};
		assert_ok(log_leaf(l->m[0].db, g.log.row, seq, &target.leaf, &why));
		buf_clear(&b);
		grant_print(&grant, &b);
		in = forge_inner(&g);
		in.kind = round % 3 ? SLICE("release/1") : SLICE("recall/1");
		in.media = SLICE(GRANT_MEDIA);
		in.content = buf_slice(&b);
		assert_ok(forge_veiled(&g, &in, &why));
	}
	forge_end(&g);
	expect(l, "", 0, 1);
	assert_int_equal(league_count(l, 0, 0, MODE_REAL, ""), 1);
}

/* The label of a release may be longer than an entry's own. */
static void a_release_with_a_long_label(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct buf b CLEANUP_BUF = BUF(64 * KIB), label CLEANUP_BUF = BUF(LABEL_BYTES_MAX);

	forge_start(&g, l);
	struct inner note = forge_inner(&g), in = note;
	struct entry_ref target = {.member = l->m[1].id, .epoch = 1, .seq = g.log.size};
	struct grant grant = {.kind = GRANT_RELEASE,
		.target = &target,
		.n_target = 1,
		.member = &l->m[2].id,
		.n_member = 1};
	assert_ok(forge_veiled(&g, &note, &why));
	assert_ok(log_leaf(l->m[0].db, g.log.row, target.seq, &target.leaf, &why));
	buf_slice_add(&label, note.label);
	for (char tag = 'A'; tag <= 'P'; tag++)
		buf_addf(&label, " T%c=%0110d", tag, 1);
	assert_true(!buf_over(&label) && label.n > ENTRY_LABEL_MAX);
	grant.label = buf_slice(&label);
	grant_print(&grant, &b);
	in.kind = SLICE("release/1");
	in.media = SLICE(GRANT_MEDIA);
	in.content = buf_slice(&b);
	assert_ok(forge_veiled(&g, &in, &why));
	forge_end(&g);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), 0);
	assert_int_equal(league_number(l, 0, "SELECT max(length(label)) FROM item"), (int)label.n);
	assert_int_equal(league_number(l, 0, "SELECT CAST(sum(n) AS BIGINT) FROM item_use"),
		league_number(l, 0, "SELECT count(*) FROM item WHERE state = 0"));
	league_rebuilds(l, 0);
}

/* Forges an erase/1 of `seq`; the object it names is that of forge_inner. */
static void forge_erase(struct forge *g, uint64_t seq)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	struct entry_ref target = {.member = g->l->m[1].id, .epoch = 1, .seq = seq};
	struct grant grant = {.kind = GRANT_ERASE, .target = &target, .n_target = 1};
	struct inner in = forge_inner(g);

	assert_ok(log_leaf(g->l->m[0].db, g->log.row, seq, &target.leaf, &why));
	grant_print(&grant, &b);
	in.kind = SLICE("erase/1");
	in.media = SLICE(GRANT_MEDIA);
	in.content = buf_slice(&b);
	assert_ok(forge_veiled(g, &in, &why));
}

/* What was flagged of a content goes with it, whatever was wrong: nothing quotes it, and a rebuild finds the same. */
static void broken_contents_are_erased(void **state)
{
	struct league *l = *state;
	struct forge g;
	char sql[160];

	forge_start(&g, l);
	uint64_t first = g.log.size;
	struct inner in = forge_inner(&g);
	in.label = SLICE_NONE;
	assert_ok(forge_veiled(&g, &in, &why)); /* label */
	in = forge_inner(&g);
	in.has_object = false;
	assert_ok(forge_veiled(&g, &in, &why)); /* object */
	in = forge_inner(&g);
	in.content = SLICE("{\"title\":\"\"}");
	assert_ok(forge_veiled(&g, &in, &why)); /* model */
	in = forge_inner(&g);
	in.has_object = false;
	in.media = SLICE(BATCH_MEDIA);
	in.content = SLICE("torn");
	assert_ok(forge_veiled(&g, &in, &why)); /* batch */
	struct entry e = forge_entry(&g);
	assert_ok(
		forge_add(&g, &e, SLICE("quillwort without an inner header"), &why)); /* content */
	forge_end(&g);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), 5);
	league_rebuilds(l, 0);
	forge_start(&g, l);
	g.time_ms += 1000;
	for (uint64_t seq = first; seq < first + 5; seq++)
		forge_erase(&g, seq);
	forge_end(&g);
	snprintf(sql, sizeof(sql),
		"SELECT count(*) FROM payload p JOIN log l ON l.id = p.log WHERE p.seq >= %llu "
		"AND p.seq < %llu AND p.log = %lld",
		(unsigned long long)first, (unsigned long long)first + 5, (long long)g.log.row);
	assert_int_equal(league_number(l, 0, sql), 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), 0);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM todo WHERE kind = 'scrub'"), 1);
	league_rebuilds(l, 0);
}

/* A place in the log that is withheld for now; *ret_bytes is what will come. */
static uint64_t forge_hole(struct forge *g, const struct entry *e, struct slice *ret_bytes)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	struct slice none = SLICE_NONE;
	uint64_t seq = g->log.size;

	entry_print(e, &b);
	*ret_bytes = arena_copy(&g->arena, buf_slice(&b));
	struct hash leaf = hash_leaf(*ret_bytes);
	assert_ok(log_append(g->l->m[0].db, &g->log, &none, &leaf, 1, g->time_ms, 0, &why));
	return seq;
}

static void forge_fill(struct forge *g, uint64_t seq, struct slice bytes)
{
	bool wanted;

	assert_ok(log_fill(g->l->m[0].db, g->log.row, seq, bytes, &why));
	assert_ok(fold_header_late(&g->f, &g->log, seq, bytes, &wanted, &why));
}

/* An entry that was withheld comes after those behind it: what is wrong between the two is flagged all the same. */
static void a_hole_is_filled(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct slice one, two;

	forge_start(&g, l);
	struct entry e = forge_entry(&g);
	e.has_payload = true;
	e.bucket = payload_bucket(1);
	e.time_ms += 100000;
	uint64_t at = forge_hole(&g, &e, &one);
	e.seq++;
	forge_hole(&g, &e, &two); /* the very clock of the one before */
	struct inner in = forge_inner(&g);
	assert_ok(forge_veiled(&g, &in, &why));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), 0);
	forge_fill(&g, at, one);
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), 0);
	forge_fill(&g, at + 1, two);
	forge_end(&g);
	expect(l, "time", 2, 1);
}

/* A roll counts for entries behind it, also for one that comes later than both. */
static void a_roll_behind_the_entry(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct slice bytes;
	struct id *member = NULL;

	forge_start(&g, l);
	member = arena_array(&g.arena, struct id, 1);
	*member = l->m[0].id;
	struct entry e = forge_entry(&g);
	e.mode = MODE_REAL;
	e.kind = SLICE("note/1");
	e.has_object = true;
	e.object = (struct object_id){.owner = l->m[1].id};
	e.label = SLICE("league OPEN");
	e.audience = AUDIENCE_ALL;
	e.roll = roll_hash(&l->id, member, 1);
	e.media = SLICE("application/json");
	e.has_payload = true;
	e.bucket = payload_bucket(1);
	uint64_t at = forge_hole(&g, &e, &bytes);
	struct entry roll = forge_entry(&g);
	roll.mode = MODE_REAL;
	roll.kind = SLICE("roll/1");
	roll.has_object = true;
	roll.object = e.object;
	roll.audience = AUDIENCE_LIST;
	roll.member = member;
	roll.n_member = 1;
	struct buf b CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	entry_print(&roll, &b);
	forge_bytes(&g, arena_copy(&g.arena, buf_slice(&b)));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM flag"), 0);
	forge_fill(&g, at, bytes);
	forge_end(&g);
	expect(l, "audience", 1, 0);
}

/* A rebuild goes through any number of sets of readers with the same memory. */
static void sets_of_readers_without_end(void **state)
{
	struct league *l = *state;
	struct forge g;
	struct id member[LIMIT_MEMBERS];
	struct fold_set set;

	forge_start(&g, l);
	size_t before = g.arena.used;
	for (size_t i = 0; i < LIMIT_MEMBERS; i++)
		member[i] = (struct id){.b = {1, (uint8_t)i}};
	for (unsigned round = 0; round < 300; round++) {
		member[LIMIT_MEMBERS - 1].b[14] = (uint8_t)(round >> 8);
		member[LIMIT_MEMBERS - 1].b[15] = (uint8_t)round;
		assert_ok(fold_set_of(&g.f, &l->m[1].id, member, LIMIT_MEMBERS, &set, &why));
		assert_int_equal(set.n, LIMIT_MEMBERS + 1);
		assert_true(fold_set_has(&set, &member[LIMIT_MEMBERS - 1]));
		assert_true(fold_set_has(&set, &l->m[1].id));
	}
	assert_true(g.arena.used - before < 64 * KIB);
	forge_end(&g);
}

/* The same rows by whatever way: the digest of a node does not change with the order in which contents came. */
static void the_digest_is_the_same_in_any_order(void **state)
{
	struct league *l = *state;
	struct written a = league_note(l, 0, MODE_REAL, NULL, 0, "a", "x"), w;
	struct hash one, two;

	league_note(l, 0, MODE_EXERCISE, (int[]){1, 2}, 2, "b", "x");
	assert_ok(record_erase(l->m[0].node, l->m[0].db, &l->id, &a.object, &w, &why));
	league_note(l, 1, MODE_REAL, NULL, 0, "c", "x");
	league_settle(l);
	league_settle(l);
	assert_ok(fold_digest(l->m[2].db, &one, &why));
	league_rebuilds(l, 2);
	/* Node 1 saw its own log from the other side; what it holds of the rest is the same, so its digest must be too. */
	assert_ok(fold_digest(l->m[1].db, &two, &why));
	assert_true(hash_eq(&one, &two));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SIGNED(a_good_entry_is_folded),
		SIGNED(broken_contents),
		SIGNED(wrong_owners_and_kinds),
		SIGNED(labels_that_are_none),
		SIGNED(a_label_over_the_clearance_is_warned_of),
		SIGNED(a_kind_of_the_future_is_kept),
		SIGNED(headers_out_of_place),
		SIGNED(a_clock_that_goes_back),
		SIGNED(a_roll_that_nobody_wrote),
		SIGNED(batches_that_are_torn),
		SIGNED(nul_in_a_string),
		SIGNED(grants_that_do_not_count),
		SIGNED(grants_that_wait_for_an_earlier_log),
		SIGNED(releases_without_end),
		SIGNED(a_release_with_a_long_label),
		SIGNED(broken_contents_are_erased),
		SIGNED(a_hole_is_filled),
		SIGNED(a_roll_behind_the_entry),
		SIGNED(sets_of_readers_without_end),
		SIGNED(the_digest_is_the_same_in_any_order),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/fold", tests, NULL, NULL);
}
