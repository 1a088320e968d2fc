/* People of a node: accounts, roles, second factor, certificates, tokens, and what stands against guessing. */
#include "league.h"

#include "base/enc.h"
#include "node/audit.h"
#include "node/device.h"
#include "node/signin.h"
#include "node/token.h"

#define PASS "a long enough sentence"

struct people {
	struct league *l;
	struct node *node;
	struct db *db;
	struct arena arena;
};

static struct people people_of(void **state)
{
	struct league *l = *state;

	return (struct people){
		.l = l, .node = l->m[0].node, .db = l->m[0].db, .arena = ARENA(16 * MIB)};
}

static void begin(struct people *p)
{
	assert_ok(db_begin(p->db, &why));
}

static void commit(struct people *p)
{
	assert_ok(db_commit(p->db, &why));
}

static struct account add(struct people *p, const char *name, const char *roles)
{
	static char hash[PASSWORD_TEXT + 1];
	struct account_new a = {
		.name = slice_str(name), .password = hash, .clearance = SLICE("RESTRICTED")};
	struct account got;
	int64_t row;

	if (!hash[0])
		assert_ok(account_password_hash(p->node, a.name, SLICE(PASS), hash, &why));
	assert_ok(roles_parse(slice_str(roles), &a.roles, &why));
	begin(p);
	assert_ok(account_add(p->db, &a, 1000, &row, &why));
	commit(p);
	assert_ok(account_get(p->db, a.name, &p->arena, &got, &why));
	assert_int_equal(got.row, row);
	return got;
}

static void roles_in_words(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"king", "pact=king", "ships=reader", "pact", "pact=", "=reader"};
	struct roles r;
	struct buf b CLEANUP_BUF = BUF(4096);

	assert_int_equal(roles_parse(SLICE("officer"), &r, NULL), 0);
	assert_int_equal(r.of[AREA_PACT], ROLE_OFFICER);
	assert_int_equal(
		r.of[AREA_NODE], ROLE_NONE); /* only administrators come into it by one word */
	assert_int_equal(roles_parse(SLICE("administrator"), &r, NULL), 0);
	assert_int_equal(r.of[AREA_NODE], ROLE_ADMINISTRATOR);
	assert_int_equal(roles_parse(SLICE("records=reader,pact=officer"), &r, NULL), 0);
	roles_print(&r, &b);
	assert_slice(buf_slice(&b), "pact=officer records=reader");
	struct roles again;
	assert_int_equal(roles_parse(buf_slice(&b), &again, NULL), 0);
	assert_true(roles_eq(&r, &again));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(roles_parse(slice_str(bad[i]), &r, NULL), E_INVALID);
	struct roles low = {{ROLE_READER, ROLE_ADMINISTRATOR}};
	struct roles both = roles_both(&low, &again);
	assert_int_equal(both.of[AREA_PACT], ROLE_READER);
	assert_int_equal(both.of[AREA_RECORDS], ROLE_READER);
}

static void names(void **state)
{
	struct people p = people_of(state);
	static const char *const bad[] = {"", "Edi", "e di", ".edi", "-edi", "ed\xc3\xad", "edi/..",
		"12345678901234567890123456789012345678901234567890123456789012345"};
	struct account a;
	int64_t row;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(account_name_check(slice_str(bad[i]), NULL), E_INVALID);
	assert_fails(E_MISSING, account_get(p.db, SLICE("nobody"), &p.arena, &a, &why));
	assert_fails(E_MISSING, account_get(p.db, SLICE("not a name \xff"), &p.arena, &a, &why));
	add(&p, "edi", "reader");
	begin(&p);
	assert_fails(E_CONFLICT,
		account_add(p.db, &(struct account_new){.name = SLICE("edi")}, 1, &row, &why));
	db_rollback(p.db);
	begin(&p);
	assert_fails(E_INVALID, account_add(p.db,
					&(struct account_new){.name = SLICE("eva"),
						.shown = SLICE("\xe2\x80\xae"
							       "ave")},
					1, &row, &why));
	db_rollback(p.db);
	arena_free(&p.arena);
}

/* Nobody locks the door and throws the key away. */
static void last_administrator(void **state)
{
	struct people p = people_of(state);
	struct account one = add(&p, "one", "administrator"), two;
	struct roles reader;
	bool any;

	assert_ok(account_any(p.db, &any, &why));
	assert_true(any);
	assert_int_equal(roles_parse(SLICE("reader"), &reader, NULL), 0);
	begin(&p);
	assert_fails(E_STATE, account_set_disabled(p.db, &one, true, &why));
	assert_fails(E_STATE, account_set_roles(p.db, &one, &reader, &why));
	db_rollback(p.db);
	two = add(&p, "two", "administrator");
	begin(&p);
	assert_ok(account_set_disabled(p.db, &one, true, &why));
	commit(&p);
	begin(&p);
	assert_fails(E_STATE, account_set_roles(p.db, &two, &reader, &why));
	db_rollback(p.db);
	struct account again;
	assert_ok(account_get(p.db, SLICE("one"), &p.arena, &again, &why));
	assert_true(again.disabled && again.generation > one.generation);
	arena_free(&p.arena);
}

static int try_in(struct people *p, const char *name, const char *pass, const char *code,
	const char *address, int64_t *ret_retry, struct why *why)
{
	struct account a;

	*ret_retry = 0;
	return signin_password(p->node, p->db,
		&(struct signin){.name = slice_str(name),
			.password = slice_str(pass),
			.code = slice_str(code),
			.address = address,
			.purpose = "sign-in"},
		&p->arena, &a, ret_retry, why);
}

static void lockout(void **state)
{
	struct people p = people_of(state);
	struct env_fake *clock = &p.l->m[0].clock;
	int64_t retry, until;

	add(&p, "edi", "reader");
	assert_ok(try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &why));
	for (int i = 0; i < SIGNIN_NAME_FAILURES; i++)
		assert_fails(E_AUTH, try_in(&p, "edi", "wrong", NULL, "192.0.2.1", &retry, &why));
	/* Now the right one does not help, from nowhere; and a name that does not exist looks the same. */
	assert_fails(E_BUSY, try_in(&p, "edi", PASS, NULL, "192.0.2.2", &retry, &why));
	assert_true(retry > 0 && retry <= SIGNIN_WAIT_MS);
	assert_ok(signin_locked(p.db, SLICE("edi"), clock->now_ms, &until, &why));
	assert_true(until > clock->now_ms);
	for (int i = 0; i < SIGNIN_NAME_FAILURES; i++)
		assert_fails(
			E_AUTH, try_in(&p, "nobody", "wrong", NULL, "192.0.2.3", &retry, &why));
	assert_fails(E_BUSY, try_in(&p, "nobody", "wrong", NULL, "192.0.2.3", &retry, &why));
	clock->now_ms += SIGNIN_WAIT_MS;
	assert_fails(E_AUTH, try_in(&p, "edi", "wrong", NULL, "192.0.2.1", &retry, &why));
	clock->now_ms += SIGNIN_WAIT_MS;
	assert_fails(
		E_BUSY, try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &why)); /* doubled */
	clock->now_ms += SIGNIN_WAIT_MS;
	assert_ok(try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &why));
	/* Success forgets the name's failures. */
	assert_fails(E_AUTH, try_in(&p, "edi", "wrong", NULL, "192.0.2.1", &retry, &why));
	assert_ok(try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &why));
	uint64_t rows;
	assert_ok(audit_verify(p.db, &rows, &why));
	assert_true(rows > 10);
	arena_free(&p.arena);
}

static int try_from(struct people *p, const char *name, const char *pass, const char *device,
	const struct hash *session, struct why *why)
{
	struct account a;
	int64_t retry;

	return signin_password(p->node, p->db,
		&(struct signin){.name = slice_str(name),
			.password = slice_str(pass),
			.device = slice_str(device),
			.session = session,
			.address = "192.0.2.1",
			.purpose = "sign-in"},
		&p->arena, &a, &retry, why);
}

static void note(struct people *p, const struct account *a, const char *old, char *ret)
{
	begin(p);
	assert_ok(device_note(p->node, p->db, a->row, slice_str(old), ret, &why));
	commit(p);
}

/* Somebody guesses at a name, beside it at the same address: who comes with a browser of his own, or is signed in, comes in. */
static void guesses_keep_nobody_out_of_an_own_browser(void **state)
{
	struct people p = people_of(state);
	struct account edi = add(&p, "edi", "reader"), eva = add(&p, "eva", "reader");
	char own[DEVICE_SECRET + 1], other[DEVICE_SECRET + 1], same[DEVICE_SECRET + 1];
	const struct hash session = hash_bytes(SLICE("edi's"));
	int64_t retry;

	note(&p, &edi, "", own);
	note(&p, &eva, "", other);
	assert_string_not_equal(own, other);
	for (int i = 0; i < SIGNIN_NAME_FAILURES; i++) {
		assert_fails(E_AUTH, try_in(&p, "edi", "wrong", NULL, "192.0.2.1", &retry, &why));
		assert_fails(E_AUTH, try_in(&p, "eva", "wrong", NULL, "192.0.2.1", &retry, &why));
		assert_fails(E_AUTH, try_in(&p, "x", "wrong", NULL, "192.0.2.1", &retry, &why));
		assert_fails(E_AUTH, try_in(&p, "y", "wrong", NULL, "192.0.2.1", &retry, &why));
	}
	assert_fails(E_BUSY, try_from(&p, "edi", PASS, "", NULL, &why));
	assert_fails(E_BUSY, try_from(&p, "edi", PASS, other, NULL, &why)); /* eva's */
	assert_ok(try_from(&p, "edi", PASS, own, NULL, &why));
	assert_ok(try_from(&p, "edi", PASS, "", &session, &why));
	/* The name waits still; and guessing with a browser that was taken costs as much. */
	assert_fails(E_BUSY, try_from(&p, "edi", PASS, "", NULL, &why));
	for (int i = 0; i < SIGNIN_NAME_FAILURES; i++)
		assert_fails(E_AUTH, try_from(&p, "edi", "wrong", own, NULL, &why));
	assert_fails(E_BUSY, try_from(&p, "edi", PASS, own, NULL, &why));
	for (int i = 0; i < SIGNIN_NAME_FAILURES; i++)
		assert_fails(E_AUTH, try_from(&p, "edi", "wrong", "", &session, &why));
	assert_fails(E_BUSY, try_from(&p, "edi", PASS, "", &session, &why));
	/* Two people at one machine have one secret; nobody brings one that is not of this node. */
	note(&p, &edi, other, same);
	assert_string_equal(other, same);
	assert_ok(try_from(&p, "edi", PASS, other, NULL, &why));
	note(&p, &edi, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", same);
	assert_string_not_equal(same, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	arena_free(&p.arena);
}

static void devices_are_forgotten(void **state)
{
	struct people p = people_of(state);
	struct env_fake *clock = &p.l->m[0].clock;
	struct account edi = add(&p, "edi", "reader");
	char first[DEVICE_SECRET + 1], last[DEVICE_SECRET + 1] = "";
	struct hash digest;
	bool known;

	note(&p, &edi, "", first);
	assert_ok(device_find(
		p.db, slice_str(first), edi.name, clock->now_ms, &known, &digest, &why));
	assert_true(known);
	for (int i = 0; i < DEVICES_MAX; i++) {
		clock->now_ms++;
		note(&p, &edi, "", last);
	}
	assert_ok(device_find(
		p.db, slice_str(first), edi.name, clock->now_ms, &known, &digest, &why));
	assert_false(known);
	clock->now_ms += DEVICE_FORGET_MS;
	assert_ok(
		device_find(p.db, slice_str(last), edi.name, clock->now_ms, &known, &digest, &why));
	assert_false(known);
	note(&p, &edi, "", last);
	assert_int_equal(league_number(p.l, 0, "SELECT count(*) FROM device"), 1);
	arena_free(&p.arena);
}

/* One address, many names. */
static void address_lockout(void **state)
{
	struct people p = people_of(state);
	int64_t retry;
	char name[16];

	add(&p, "edi", "reader");
	for (int i = 0; i < SIGNIN_ADDRESS_FAILURES; i++) {
		snprintf(name, sizeof(name), "guess%d", i);
		assert_fails(E_AUTH, try_in(&p, name, "wrong", NULL, "192.0.2.9", &retry, &why));
	}
	assert_fails(E_BUSY, try_in(&p, "edi", PASS, NULL, "192.0.2.9", &retry, &why));
	assert_ok(try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &why));
	arena_free(&p.arena);
}

static void second_factor(void **state)
{
	struct people p = people_of(state);
	struct account a = add(&p, "edi", "reader");
	struct env_fake *clock = &p.l->m[0].clock;
	uint8_t secret[TOTP_SECRET];
	char code[8];
	int64_t retry;
	struct why told = {0};

	begin(&p);
	assert_int_equal(account_totp_enable(p.node, p.db, a.row, SLICE("123456"), &told), E_STATE);
	assert_ok(account_totp_new(p.node, p.db, a.row, secret, &why));
	commit(&p);
	assert_ok(try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &why)); /* not yet in force */
	snprintf(code, sizeof(code), "%06u",
		totp_code(secret, (uint64_t)(clock->now_ms / TOTP_STEP_MS)));
	begin(&p);
	assert_ok(account_totp_enable(p.node, p.db, a.row, slice_str(code), &why));
	commit(&p);
	assert_int_equal(try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &told), E_AUTH);
	assert_string_equal(told.where, "code");
	assert_int_equal(try_in(&p, "edi", "wrong", NULL, "192.0.2.1", &retry, &told), E_AUTH);
	assert_string_equal(told.where, "");
	/* Used at enabling: not again. */
	assert_fails(E_AUTH, try_in(&p, "edi", PASS, code, "192.0.2.1", &retry, &why));
	clock->now_ms += TOTP_STEP_MS;
	snprintf(code, sizeof(code), "%06u",
		totp_code(secret, (uint64_t)(clock->now_ms / TOTP_STEP_MS)));
	assert_ok(try_in(&p, "edi", PASS, code, "192.0.2.1", &retry, &why));
	assert_fails(E_AUTH, try_in(&p, "edi", PASS, code, "192.0.2.1", &retry, &why));
	/* What lies in the database is not the secret. */
	char base32[64], hex[64];
	base32_encode(secret, sizeof(secret), base32);
	hex_encode(secret, sizeof(secret), hex);
	assert_false(league_holds(p.l, 0, base32));
	assert_false(league_holds(p.l, 0, hex));
	begin(&p);
	assert_ok(account_totp_drop(p.db, a.row, &why));
	commit(&p);
	assert_ok(try_in(&p, "edi", PASS, NULL, "192.0.2.1", &retry, &why));
	arena_free(&p.arena);
}

static void certificates(void **state)
{
	struct people p = people_of(state);
	struct account a = add(&p, "edi", "reader"), b = add(&p, "eva", "reader"), got;
	struct hash pin = hash_bytes(SLICE("a key")), other = hash_bytes(SLICE("another"));
	struct account_pin *list;
	size_t n;

	begin(&p);
	assert_ok(account_pin_add(p.db, a.row, &pin, SLICE("card"), 7, &why));
	assert_fails(E_CONFLICT, account_pin_add(p.db, b.row, &pin, SLICE("card"), 7, &why));
	commit(&p);
	assert_ok(signin_certificate(
		p.node, p.db, &pin, "192.0.2.1", "sign-in", &p.arena, &got, &why));
	assert_slice(got.name, "edi");
	assert_fails(E_AUTH, signin_certificate(p.node, p.db, &other, "192.0.2.1", "sign-in",
				     &p.arena, &got, &why));
	assert_ok(account_pin_list(p.db, a.row, &p.arena, &list, &n, &why));
	assert_int_equal(n, 1);
	begin(&p);
	assert_fails(E_MISSING, account_pin_drop(p.db, b.row, &pin, &why));
	db_rollback(p.db);
	begin(&p);
	assert_ok(account_set_disabled(p.db, &a, true, &why));
	commit(&p);
	assert_fails(E_AUTH, signin_certificate(p.node, p.db, &pin, "192.0.2.1", "sign-in",
				     &p.arena, &got, &why));
	begin(&p);
	assert_ok(account_pin_drop(p.db, a.row, &pin, &why));
	commit(&p);
	arena_free(&p.arena);
}

static void tokens(void **state)
{
	struct people p = people_of(state);
	struct account a = add(&p, "edi", "pact=reader,records=contributor"), owner;
	struct token_wish w = {
		.account = &a, .name = SLICE("feed"), .until_ms = LEAGUE_NOW + 1000000};
	struct token t, got, *list;
	char secret[TOKEN_TEXT + 1];
	int64_t now = env_now_ms(&p.node->env);
	size_t n;

	w.until_ms = now + 60000;
	assert_int_equal(roles_parse(SLICE("records=officer"), &w.roles, NULL), 0);
	begin(&p);
	assert_fails(E_DENIED, token_new(p.node, p.db, &w, secret, &p.arena, &t, &why));
	assert_int_equal(roles_parse(SLICE("records=reader"), &w.roles, NULL), 0);
	w.until_ms = now + 2 * TOKEN_LIFE_MS;
	assert_fails(E_INVALID, token_new(p.node, p.db, &w, secret, &p.arena, &t, &why));
	w.until_ms = now + 60000;
	assert_ok(token_new(p.node, p.db, &w, secret, &p.arena, &t, &why));
	commit(&p);
	assert_int_equal(strlen(secret), TOKEN_TEXT);
	assert_false(league_holds(p.l, 0, secret + 4));

	assert_ok(token_check(p.db, slice_str(secret), now, &p.arena, &got, &owner, &why));
	assert_slice(owner.name, "edi");
	assert_int_equal(got.roles.of[AREA_RECORDS], ROLE_READER);
	assert_fails(E_AUTH,
		token_check(p.db, slice_str(secret), w.until_ms, &p.arena, &got, &owner, &why));
	char wrong[TOKEN_TEXT + 1];
	memcpy(wrong, secret, sizeof(wrong));
	wrong[10] = wrong[10] == 'a' ? 'b' : 'a';
	assert_fails(
		E_AUTH, token_check(p.db, slice_str(wrong), now, &p.arena, &got, &owner, &why));
	assert_fails(E_AUTH, token_check(p.db, slice_sub(slice_str(secret), 0, 20), now, &p.arena,
				     &got, &owner, &why));
	assert_ok(token_list(p.db, a.row, SLICE(""), 10, &p.arena, &list, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(token_state(&list[0], now), "live");
	begin(&p);
	assert_ok(token_revoke(p.db, t.id, &why));
	assert_fails(E_MISSING, token_revoke(p.db, SLICE("aaaaaaaaaaaaaaaa"), &why));
	commit(&p);
	assert_fails(
		E_AUTH, token_check(p.db, slice_str(secret), now, &p.arena, &got, &owner, &why));
	arena_free(&p.arena);
}

/* What a class clears for; and one that the ladder does not have clears for nothing. */
static void clearance(void **state)
{
	struct people p = people_of(state);
	struct reading *r = reading_start(p.l, 0);
	const struct charter *c = r->world.standing.charter;
	struct slice top = c->ladder[c->n_ladder - 1];
	struct reader all = account_reader(&r->world, SLICE("*")),
		      low = account_reader(&r->world, c->ladder[0]),
		      high = account_reader(&r->world, top),
		      none = account_reader(&r->world, SLICE("COSMIC")),
		      empty = account_reader(&r->world, SLICE_NONE);
	struct buf label CLEANUP_BUF = BUF(256);

	buf_addf(&label, "%.*s %.*s TLP=AMBER", SLICE_FMT(c->policy), SLICE_FMT(top));
	assert_true(all.self && release_user_cleared(&all, buf_slice(&label), c));
	assert_true(release_user_cleared(&high, buf_slice(&label), c));
	assert_false(release_user_cleared(&low, buf_slice(&label), c));
	assert_false(release_user_cleared(&none, buf_slice(&label), c));
	assert_false(release_user_cleared(&empty, buf_slice(&label), c));
	assert_false(release_user_cleared(&high, SLICE("other SECRET"), c));
	struct reader both = reader_both(&high, &low);
	assert_false(release_user_cleared(&both, buf_slice(&label), c));
	both = reader_both(&all, &none);
	assert_true(both.no_clearance);
	reading_end(&r);
	arena_free(&p.arena);
}

static size_t listed(struct reading *r, const struct reader *who, const char *text)
{
	struct record_query q = {.mode = MODE_REAL, .text = slice_str(text), .limit = 100};
	struct record *list;
	size_t n;

	assert_ok(record_list(&r->world, r->db, who, &q, &r->arena, &list, &n, &why));
	return n;
}

/* By list, by words, by id, in its history: above the clearance there is nothing. */
static void above_clearance_is_not_there(void **state)
{
	struct people p = people_of(state);
	struct reading *r = reading_start(p.l, 0);
	const struct charter *c = r->world.standing.charter;
	struct written low, top, mixed;
	struct record got, *list;
	size_t n;
	bool more;
	char high[256], lowest[256];

	assert_true(c->n_ladder >= 2);
	snprintf(
		lowest, sizeof(lowest), "%.*s %.*s", SLICE_FMT(c->policy), SLICE_FMT(c->ladder[0]));
	snprintf(high, sizeof(high), "%.*s %.*s TLP=AMBER", SLICE_FMT(c->policy),
		SLICE_FMT(c->ladder[1]));
	reading_end(&r);
	struct draft d = league_draft(p.l, &p.arena, NULL, 0, "harmless", "a word about ferries");
	d.label = slice_str(lowest);
	low = league_write(p.l, 0, &d);
	d = league_draft(p.l, &p.arena, (int[]){1}, 1, "grave", "another word about ferries");
	d.label = slice_str(high);
	top = league_write(p.l, 0, &d);
	/* First for everybody, later not. */
	d = league_draft(p.l, &p.arena, (int[]){1}, 1, "first", "ferries again");
	d.label = slice_str(lowest);
	mixed = league_write(p.l, 0, &d);
	d = league_draft(p.l, &p.arena, (int[]){1}, 1, "second", "ferries again and graver");
	d.label = slice_str(high);
	d.has_object = true;
	d.object = mixed.object;
	(void)league_write(p.l, 0, &d);

	r = reading_start(p.l, 0);
	c = r->world.standing.charter;
	struct reader all = account_reader(&r->world, SLICE("*")),
		      reader = account_reader(&r->world, c->ladder[0]),
		      cleared = account_reader(&r->world, c->ladder[1]),
		      none = account_reader(&r->world, SLICE("COSMIC"));
	assert_int_equal(listed(r, &all, ""), 3);
	assert_int_equal(listed(r, &cleared, ""), 3);
	assert_int_equal(listed(r, &reader, ""), 1);
	assert_int_equal(listed(r, &none, ""), 0);
	int64_t count;
	assert_ok(record_count(&r->world, r->db, &all, MODE_REAL, &count, &why));
	assert_int_equal(count, 3);
	assert_ok(record_count(&r->world, r->db, &reader, MODE_REAL, &count, &why));
	assert_int_equal(count, 1);
	assert_ok(record_count(&r->world, r->db, &all, MODE_TEST, &count, &why));
	assert_int_equal(count, 0);
	assert_int_equal(listed(r, &all, "ferries"), 3);
	assert_int_equal(listed(r, &reader, "ferries"), 1);
	assert_int_equal(listed(r, &reader, "another"), 0);
	assert_int_equal(listed(r, &reader, "graver"), 0);
	assert_int_equal(listed(r, &none, "ferries"), 0);
	assert_ok(record_get(&r->world, r->db, &reader, &low.object, &r->arena, &got, &why));
	assert_fails(E_MISSING,
		record_get(&r->world, r->db, &reader, &top.object, &r->arena, &got, &why));
	assert_fails(
		E_MISSING, record_get(&r->world, r->db, &none, &low.object, &r->arena, &got, &why));
	assert_ok(record_get(&r->world, r->db, &cleared, &top.object, &r->arena, &got, &why));
	/* The newest version decides: what is out of date is not shown instead of it. */
	assert_fails(E_MISSING,
		record_get(&r->world, r->db, &reader, &mixed.object, &r->arena, &got, &why));
	assert_ok(record_history(&r->world, r->db, &all,
		&(struct record_after){.object = mixed.object}, 10, &r->arena, &list, &n, &more,
		&why));
	assert_int_equal(n, 2);
	assert_false(more);
	assert_true(slice_search(list[0].content, SLICE("second")) >= 0);
	assert_ok(record_history(&r->world, r->db, &all,
		&(struct record_after){.object = mixed.object}, 1, &r->arena, &list, &n, &more,
		&why));
	assert_true(n == 1 && more);
	struct record_after after = {.object = mixed.object,
		.set = true,
		.epoch = list[0].epoch,
		.seq = list[0].seq,
		.at = list[0].at};
	assert_ok(record_history(
		&r->world, r->db, &all, &after, 10, &r->arena, &list, &n, &more, &why));
	assert_int_equal(n, 1);
	assert_fails(E_MISSING, record_history(&r->world, r->db, &reader,
					&(struct record_after){.object = mixed.object}, 10,
					&r->arena, &list, &n, &more, &why));
	reading_end(&r);
	arena_free(&p.arena);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_in_words),
		PLAIN(names),
		PLAIN(last_administrator),
		PLAIN(lockout),
		PLAIN(guesses_keep_nobody_out_of_an_own_browser),
		PLAIN(devices_are_forgotten),
		PLAIN(address_lockout),
		PLAIN(second_factor),
		PLAIN(certificates),
		PLAIN(tokens),
		SIGNED(clearance),
		SIGNED(above_clearance_is_not_there),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
