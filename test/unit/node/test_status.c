/* The one look: what each party has signed itself, who still has to, and what is only said. */
#include "league.h"

#include "node/fold.h"
#include "json/json.h"

static char *text_of(struct league *l, size_t i, unsigned columns, bool colour)
{
	struct buf b = BUF(1 * MIB);
	struct reading *r = reading_start(l, i);
	size_t n;

	assert_ok(status_text(&r->world, r->db, columns, colour, &b, &why));
	reading_end(&r);
	return (char *)buf_take(&b, &n);
}

static struct json_doc json_of(struct league *l, size_t i, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(1 * MIB);
	struct json_out o = json_out(&b);
	struct reading *r = reading_start(l, i);
	struct json_doc doc;

	assert_ok(status_json(&r->world, r->db, &o, &why));
	reading_end(&r);
	assert_ok(
		json_read(&doc, arena, arena_copy(arena, buf_slice(&b)), &json_limits_local, &why));
	return doc;
}

static json_ref party_of(const struct json_doc *doc, const char *label, struct arena *arena)
{
	json_ref list = json_get(doc, json_root(doc), "parties");

	for (json_ref v = json_first(doc, list); v; v = json_next(doc, v))
		if (slice_is(json_string(doc, json_get(doc, v, "label"), arena), label))
			return v;
	return JSON_ABSENT;
}

#define assert_member(doc, obj, key, text)                                                         \
	assert_slice(json_string((doc), json_get((doc), (obj), (key)), &arena), (text))
#define assert_has(text, part)                                                                     \
	do {                                                                                       \
		if (!strstr((text), (part)))                                                       \
			fail_msg("\"%s\" is not in\n%s", (part), (text));                          \
	} while (0)
#define assert_has_not(text, part)                                                                 \
	do {                                                                                       \
		if (strstr((text), (part)))                                                        \
			fail_msg("\"%s\" is in\n%s", (part), (text));                              \
	} while (0)

static void say(struct league *l, size_t i, const char *about, const char *speaker,
	const char *quote, enum claim claim)
{
	struct buf body CLEANUP_BUF = BUF(16 * KIB);
	struct act_body a = {.kind = ACT_STATEMENT,
		.about_label = slice_str(about),
		.speaker = slice_str(speaker),
		.said = SLICE("2025-03-19"),
		.where = SLICE("Tirana"),
		.source = SLICE("https://news.example/bgr"),
		.claim = claim,
		.prose = slice_str(quote)};
	act_body_print(&a, &body);
	struct draft d = league_act(l, i, "statement/1", buf_slice(&body));
	d.officer_key = NULL;
	(void)league_write(l, i, &d);
}

static void sign_one(struct league *l, size_t i)
{
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct act_body a = {.kind = ACT_SIGN, .charter = l->charter_hash};

	act_body_print(&a, &body);
	struct draft d = league_act(l, i, "sign/1", buf_slice(&body));
	(void)league_write(l, i, &d);
}

static void who_still_has_to_sign(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);

	sign_one(l, 0);
	sign_one(l, 1);
	league_settle(l);
	char *text CLEANUP_FREE = text_of(l, 2, 80, false);
	assert_has(text, "NOT IN FORCE YET");
	assert_has(text, "missing KOS");
	assert_has(text, "named as a founder; has signed nothing");
	assert_has(text, "signed the charter, 2025-03-18 09:30Z");
	assert_has(text, "needs 2)");
	assert_has(text, "which is NOT a");
	struct json_doc doc = json_of(l, 2, &arena);
	assert_false(json_true(&doc, json_get(&doc, json_root(&doc), "in_force")));
	json_ref missing =
		json_get(&doc, json_get(&doc, json_root(&doc), "charter"), "not_signed_by");
	assert_int_equal(json_count(&doc, missing), 1);
	assert_member(&doc, json_first(&doc, missing), "label", "KOS");
	json_ref kos = party_of(&doc, "KOS", &arena);
	assert_int_equal(json_count(&doc, json_get(&doc, kos, "signed")), 0);
	json_ref bgr = party_of(&doc, "BGR", &arena);
	assert_member(&doc, bgr, "words", "not a member; has signed nothing");
}

/* The story that this program is for: a minister says that a fourth has joined. */
static void what_is_only_said_changes_nothing(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);

	league_sign(l, 3);
	struct reading *r = reading_start(l, 1);
	struct hash before = r->world.standing.digest;
	reading_end(&r);
	say(l, 0, "BGR", "a minister", "Bulgaria confirmed that it will join.", CLAIM_WILL_JOIN);
	say(l, 2, "BGR", "the foreign minister", "No decision has been made.", CLAIM_NOT_DECIDED);
	say(l, 0, "XYZ", "a newspaper", "XYZ is in.", CLAIM_MEMBER);
	league_settle(l);
	r = reading_start(l, 1);
	assert_true(hash_eq(&before, &r->world.standing.digest));
	assert_int_equal(r->world.standing.n_member, 3);
	reading_end(&r);
	char *text CLEANUP_FREE = text_of(l, 1, 80, false);
	assert_has(text, "BGR       not a member; has signed nothing");
	assert_has(text, "only said: a minister, 2025-03-19, Tirana: claims 'will-join'; recorded");
	assert_has(text, "\"No decision has been made.\"");
	assert_has(text, "https://news.example/bgr");
	assert_has(text, "XYZ       not a party; has signed nothing; only spoken of");
	assert_has_not(text, "\x1b");
	struct json_doc doc = json_of(l, 1, &arena);
	json_ref bgr = party_of(&doc, "BGR", &arena);
	assert_member(&doc, bgr, "words", "not a member; has signed nothing");
	assert_member(&doc, bgr, "status", status_name(STATUS_MENTIONED));
	assert_false(json_true(&doc, json_get(&doc, bgr, "member")));
	json_ref said = json_get(&doc, bgr, "statements");
	assert_int_equal(json_count(&doc, said), 2);
	for (json_ref v = json_first(&doc, said); v; v = json_next(&doc, v)) {
		struct slice claim = json_string(&doc, json_get(&doc, v, "claim"), &arena);

		assert_member(
			&doc, v, "recorded_by_label", slice_is(claim, "will-join") ? "ALB" : "KOS");
	}
	json_ref others = json_get(&doc, json_root(&doc), "statements_about_others");
	assert_int_equal(json_count(&doc, others), 1);
	for (size_t i = 0; i < 4; i++)
		league_rebuilds(l, i);
}

static size_t chars(const char *line, size_t bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n += ((uint8_t)line[i] & 0xc0) != 0x80;
	return n;
}

static void it_fits_the_terminal(void **state)
{
	struct league *l = *state;
	static const unsigned widths[] = {80, 120};

	league_sign(l, 3);
	say(l, 0, "BGR", "a minister of considerable seniority who spoke at length",
		"Bulgaria confirmed that it will join, and that this is a long sentence, which must be broken "
		"into lines that fit the terminal whatever its width may be; \xc3\xa9\xc3\xa8\xc3\xaa and so on.",
		CLAIM_WILL_JOIN);
	struct peer_health h = {
		.peer = l->m[1].id, .last_ok_ms = LEAGUE_NOW - 5000, .last_try_ms = LEAGUE_NOW};
	assert_ok(peer_health_put(l->m[0].db, &h, &why));
	h.peer = l->m[2].id;
	h.failures = 3;
	h.text = SLICE(
		"connection refused by the host at that address, and then some more words about it");
	assert_ok(peer_health_put(l->m[0].db, &h, &why));
	for (size_t w = 0; w < 2; w++) {
		char *text CLEANUP_FREE = text_of(l, 0, widths[w], false);
		struct slice rest = slice_str(text), line;

		assert_has(text, "reached 5 s ago");
		assert_has(text, "NOT REACHED, 3 tries");
		while (slice_cut(&rest, '\n', &line))
			if (chars((const char *)line.p, line.n) > widths[w])
				fail_msg("too wide: %.*s", SLICE_FMT(line));
	}
	char *colour CLEANUP_FREE = text_of(l, 0, 80, true);
	assert_has(colour, "\x1b[32mALB\x1b[0m");
}

static void trials_and_lost_answers_are_named(void **state)
{
	struct league *l = *state;
	struct written w = league_note(l, 0, MODE_EXERCISE, (int[]){1, 2}, 2, "t", "x");

	league_note(l, 0, MODE_REAL, (int[]){1, 2}, 2, "t", "x");
	league_settle(l);
	char *before CLEANUP_FREE = text_of(l, 0, 120, false);
	assert_has(before, "trial keys: ALB, HRV, KOS have one root key each");
	assert_has(before, "real 1   exercise 1   test 0");
	assert_has_not(before, "erasures");
	assert_ok(record_erase(l->m[0].node, l->m[0].db, &l->id, &w.object, &w, &why));
	league_settle(l);
	char *waiting CLEANUP_FREE = text_of(l, 0, 120, false);
	assert_has(waiting, "HRV has not confirmed 1 of our erasures");
	assert_has(waiting, "KOS has not confirmed 1 of our erasures");
	for (size_t i = 1; i < 3; i++) {
		bool more;

		assert_ok(node_todo(l->m[i].node, l->m[i].db, &more, &why));
	}
	league_settle(l);
	char *done CLEANUP_FREE = text_of(l, 0, 120, false);
	assert_has_not(done, "erasures");
	assert_has(done, "real 1   exercise 0   test 0");
}

static void refusals_are_shown(void **state)
{
	struct league *l = *state;
	struct why what = {0};
	struct reading *r = reading_start(l, 0);
	int64_t row = r->world.coalition.row;

	reading_end(&r);
	assert_int_equal(why_set(&what, E_VERIFY, "leaf 7", "the root is not that of the entries"),
		E_VERIFY);
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(refusal_put(l->m[0].db, row, &l->m[1].id, "8 bundles", &what, LEAGUE_NOW, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	char *text CLEANUP_FREE = text_of(l, 0, 120, false);
	assert_has(text, "REFUSED");
	assert_has(text, "the root is not that of the entries");
	assert_has(text, "1 time, last");
	assert_true(strstr(text, "REFUSED BEFORE") == NULL);
	/* A later round in which nothing was refused: it is told as past; and again as present when it comes again. What only waits for room stays. */
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(refusal_put(l->m[0].db, row, &l->m[1].id, "quota", &what, LEAGUE_NOW, &why));
	assert_ok(refusals_mended(l->m[0].db, row, &l->m[2].id, LEAGUE_NOW + 60000, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	mem_free(text);
	text = text_of(l, 0, 120, false);
	assert_true(strstr(text, "REFUSED BEFORE") == NULL); /* somebody else's good round */
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(refusals_mended(l->m[0].db, row, &l->m[1].id, LEAGUE_NOW + 60000, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	mem_free(text);
	text = text_of(l, 0, 200, false);
	assert_has(text, "REFUSED BEFORE");
	assert_has(text, "good again since 2025-03-18 09:31");
	assert_true(strstr(text, "quota: ") < strstr(text, "REFUSED BEFORE"));
	enum need_level level;
	assert_int_equal(league_needs(l, 0, ROLE_OFFICER, "*", "need.refused", &level), 1);
	assert_ok(db_begin(l->m[0].db, &why));
	assert_ok(refusal_put(
		l->m[0].db, row, &l->m[1].id, "8 bundles", &what, LEAGUE_NOW + 90000, &why));
	assert_ok(db_commit(l->m[0].db, &why));
	mem_free(text);
	text = text_of(l, 0, 120, false);
	assert_true(strstr(text, "REFUSED BEFORE") == NULL);
	assert_int_equal(league_needs(l, 0, ROLE_OFFICER, "*", "need.refused", &level), 2);
}

/* More acts than are shown: the newest are, and it is said how many are not. */
static void the_newest_acts_are_shown(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	size_t signed_acts = 0;

	for (unsigned i = 0; i < 205; i++) {
		struct act_body a = {.kind = ACT_INTEREST, .charter = l->charter_hash};

		buf_clear(&body);
		act_body_print(&a, &body);
		struct draft d = league_act(l, 0, "interest/1", buf_slice(&body));
		d.has_object = false;
		(void)league_write(l, 0, &d);
	}
	struct json_doc doc = json_of(l, 0, &arena);
	json_ref me = party_of(&doc, l->m[0].node->conf.label, &arena), last = JSON_ABSENT;
	json_ref list = json_get(&doc, me, "signed");
	for (json_ref v = json_first(&doc, list); v; v = json_next(&doc, v)) {
		signed_acts++;
		last = v;
	}
	assert_int_equal(signed_acts, 200);
	assert_member(&doc, last, "kind", "interest/1");
	int64_t more = 0;
	assert_int_equal(json_i64(&doc, json_get(&doc, me, "signed_not_shown"), &more), 0);
	assert_int_equal(more,
		league_number(l, 0,
			"SELECT count(*) FROM act a JOIN log l ON l.id = a.log WHERE l.member = "
			"(SELECT member FROM act x JOIN log y ON y.id = x.log "
			"WHERE x.kind = 'interest/1' LIMIT 1)") -
			200);
}

/* 300 of one member; and one of another. */
static void nobodys_flags_hide_anothers(void **state)
{
	struct league *l = *state;
	struct reading *r;
	struct flag *flag;
	bool other = false;
	size_t n;

	assert_ok(db_script(l->m[0].db,
		"INSERT INTO flag (log, seq, at, step, text) "
		"WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 300) "
		"SELECT (SELECT id FROM log ORDER BY member LIMIT 1), k.i, 0, 'model', 'x' FROM k",
		&why));
	assert_ok(db_script(l->m[0].db,
		"INSERT INTO flag (log, seq, at, step, text) "
		"SELECT id, 1, 0, 'other', 'y' FROM log WHERE member = (SELECT member FROM log ORDER BY member DESC LIMIT 1)",
		&why));
	r = reading_start(l, 0);
	assert_ok(flag_list(r->db, &r->world.coalition.id, 200, &r->arena, &flag, &n, &why));
	assert_in_range(n, 200, 400);
	for (size_t i = 0; i < n; i++)
		other = other || slice_is(flag[i].step, "other");
	assert_true(other);
	assert_true(flag[0].seq > flag[1].seq);
	reading_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		PLAIN(who_still_has_to_sign),
		PLAIN(what_is_only_said_changes_nothing),
		PLAIN(it_fits_the_terminal),
		SIGNED(trials_and_lost_answers_are_named),
		SIGNED(refusals_are_shown),
		SIGNED(the_newest_acts_are_shown),
		SIGNED(nobodys_flags_hide_anothers),
	};
	int skip = league_start(argc, argv);

	if (!skip && getenv("SHOW")) {
		struct league *l = league_new(4, 3);
		league_sign(l, 3);
		say(l, 0, "BGR", "a minister", "Bulgaria confirmed that it will join.",
			CLAIM_WILL_JOIN);
		league_settle(l);
		puts(text_of(l, 1, 80, true));
		league_free(&l);
		return 0;
	}
	return skip ? skip : cmocka_run_group_tests_name("node/status", tests, NULL, NULL);
}
