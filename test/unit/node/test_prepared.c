/* An act that is signed away from the node, and everything that can be wrong with the file that comes back. */
#include "league.h"

#include "base/enc.h"

static struct draft sign_draft(struct league *l, struct buf *body)
{
	struct act_body a = {.kind = ACT_SIGN, .charter = l->charter_hash};

	act_body_print(&a, body);
	struct draft d = league_act(l, 0, "sign/1", buf_slice(body));
	d.officer_key = NULL;
	return d;
}

static void prepare(struct league *l, struct buf *ret)
{
	struct reading *r = reading_start(l, 0);
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct draft d = sign_draft(l, &body);
	struct log_id id = {.coalition = l->id, .member = l->m[0].id, .epoch = 1};

	assert_ok(world_seen(&r->world, r->db, &r->arena, &d.act_seen, &d.n_act_seen, &why));
	assert_ok(draft_prepare(&d, &r->world, &id, &r->arena, ret, &why));
	reading_end(&r);
}

static struct written say(struct league *l, size_t i, const char *words)
{
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct act_body a = {.kind = ACT_STATEMENT,
		.about_label = SLICE("X"),
		.speaker = SLICE("Y"),
		.said = SLICE("2025-03-19"),
		.where = SLICE("Z"),
		.claim = CLAIM_OTHER,
		.prose = slice_str(words)};

	act_body_print(&a, &body);
	struct draft d = league_act(l, i, "statement/1", buf_slice(&body));
	d.officer_key = NULL;
	return league_write(l, i, &d);
}

static void an_act_goes_out_and_comes_back(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf file CLEANUP_BUF = BUF(1 * MIB), back CLEANUP_BUF = BUF(1 * MIB);
	struct draft d;
	struct id coalition;
	struct written w;

	prepare(l, &file);
	assert_fails(E_STATE, prepared_read(buf_slice(&file), &arena, &d, &coalition, &why));
	assert_ok(prepared_sign(buf_slice(&file), &l->m[0].officer, &back, &why));
	assert_fails(E_CONFLICT, prepared_sign(buf_slice(&back), &l->m[0].officer, &file, &why));
	assert_ok(prepared_read(buf_slice(&back), &arena, &d, &coalition, &why));
	assert_true(id_eq(&coalition, &l->id));
	/* The log may have moved on in between. */
	(void)say(l, 1, "q");
	w = league_write(l, 0, &d);
	assert_int_equal(w.seq, 0); /* no roll was needed: the file names its readers */
	league_settle(l);
	struct reading *r = reading_start(l, 2);
	assert_int_equal(r->world.standing.n_signed, 1);
	assert_true(id_eq(&r->world.standing.signed_by[0], &l->m[0].id));
	reading_end(&r);
}

static void altered_files_are_noticed(void **state)
{
	struct league *l = *state;
	struct buf file CLEANUP_BUF = BUF(1 * MIB), back CLEANUP_BUF = BUF(1 * MIB);
	struct id coalition;
	struct written w;
	size_t accepted = 0;

	prepare(l, &file);
	assert_ok(prepared_sign(buf_slice(&file), &l->m[0].officer, &back, &why));
	/* Every byte, one at a time: it does not parse, does not verify, or is refused when it is to be written. */
	for (size_t i = 0; i < back.n; i++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct buf bad CLEANUP_BUF = BUF(1 * MIB);
		struct draft d;

		buf_slice_add(&bad, buf_slice(&back));
		bad.p[i] ^= 1;
		if (prepared_read(buf_slice(&bad), &arena, &d, &coalition, NULL) == 0 &&
			id_eq(&coalition, &l->id) &&
			node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, NULL) == 0)
			accepted++;
	}
	assert_int_equal(accepted, 0);
	for (size_t i = 0; i < back.n; i += 7) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		struct draft d;

		assert_true(prepared_read(slice_sub(buf_slice(&back), 0, i), &arena, &d, &coalition,
				    NULL) < 0);
	}
}

static void a_stranger_signs_in_vain(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct buf file CLEANUP_BUF = BUF(1 * MIB), back CLEANUP_BUF = BUF(1 * MIB);
	struct draft d;
	struct id coalition;
	struct written w;

	prepare(l, &file);
	assert_fails(E_DENIED, prepared_sign(buf_slice(&file), &l->m[1].officer, &back, &why));
	/* Nor does it help to write the stranger into the file. */
	char own[BASE64_LEN(32) + 1], strange[BASE64_LEN(32) + 1];
	base64_encode(l->m[0].officer.pub.b, 32, own);
	base64_encode(l->m[1].officer.pub.b, 32, strange);
	buf_byte(&file, 0);
	char *at = strstr((char *)file.p, own);
	assert_non_null(at);
	memcpy(at, strange, strlen(strange));
	buf_cut(&file, file.n - 1);
	assert_fails(E_DENIED, prepared_sign(buf_slice(&file), &l->m[0].officer, &back, &why));
	buf_cut(&back, 0);
	assert_ok(prepared_sign(buf_slice(&file), &l->m[1].officer, &back, &why));
	assert_ok(prepared_read(buf_slice(&back), &arena, &d, &coalition, &why));
	assert_fails(E_VERIFY, node_write(l->m[0].node, l->m[0].db, &l->id, &d, 1, &w, &why));
	assert_int_equal(league_number(l, 0, "SELECT count(*) FROM entry"), 0);
}

static void it_is_told_what_is_signed(void **state)
{
	struct league *l = *state;
	struct buf file CLEANUP_BUF = BUF(1 * MIB), words CLEANUP_BUF = BUF(1 * MIB);
	char id[ID_TEXT + 1];

	prepare(l, &file);
	assert_ok(prepared_tell(buf_slice(&file), &words, &why));
	id_format(&l->m[0].id, id);
	assert_non_null(strstr(buf_cstr(&words), id));
	assert_non_null(strstr(buf_cstr(&words), "signs the charter"));
	assert_non_null(strstr(buf_cstr(&words), "REAL"));
}

static void prepare_publish(struct league *l, const struct hash *leaf, size_t n, struct buf *ret)
{
	struct reading *r = reading_start(l, 0);
	struct buf body CLEANUP_BUF = BUF(4 * KIB);
	struct hash copy[4];
	struct act_body a = {.kind = ACT_PUBLISH, .leaves = copy, .n_leaves = n};
	struct log_id id = {.coalition = l->id, .member = l->m[0].id, .epoch = 1};

	memcpy(copy, leaf, n * sizeof(*leaf));
	qsort(copy, n, sizeof(*copy), hash_cmp);
	act_body_print(&a, &body);
	struct draft d = league_act(l, 0, "publish/1", buf_slice(&body));
	d.officer_key = NULL;
	assert_ok(world_seen(&r->world, r->db, &r->arena, &d.act_seen, &d.n_act_seen, &why));
	assert_ok(draft_prepare(&d, &r->world, &id, &r->arena, ret, &why));
	reading_end(&r);
}

/* Who publishes a statement signs its leaf, and is shown its words: those that the leaf commits to, or none. */
static void what_it_is_about_is_told(void **state)
{
	struct league *l = *state;
	struct buf file CLEANUP_BUF = BUF(1 * MIB), words CLEANUP_BUF = BUF(1 * MIB),
			back CLEANUP_BUF = BUF(1 * MIB);
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct hash leaf[2];
	struct draft d;
	struct id coalition;
	char *at;

	leaf[0] = say(l, 0, "They will come.\nAll of them.").leaf;
	leaf[1] = say(l, 0, "Nothing is decided.").leaf;
	prepare_publish(l, leaf, 2, &file);
	assert_ok(prepared_tell(buf_slice(&file), &words, &why));
	assert_non_null(
		strstr(buf_cstr(&words), "\n  >   | They will come.\n  >   | All of them.\n"));
	assert_non_null(strstr(buf_cstr(&words), "\n  >   | Nothing is decided.\n"));
	/* It goes out with the file, and does not come back with it. */
	assert_ok(prepared_sign(buf_slice(&file), &l->m[0].officer, &back, &why));
	assert_ok(prepared_read(buf_slice(&back), &arena, &d, &coalition, &why));
	buf_byte(&back, 0);
	assert_null(strstr((char *)back.p, "They will come."));
	/* Other words than those of the leaf are not shown. */
	buf_byte(&file, 0);
	at = strstr((char *)file.p, "They will come.");
	assert_non_null(at);
	memcpy(at, "They won't come", 15);
	buf_cut(&file, file.n - 1);
	buf_clear(&words);
	assert_ok(prepared_tell(buf_slice(&file), &words, &why));
	assert_null(strstr(buf_cstr(&words), "come"));
	assert_non_null(strstr(buf_cstr(&words), "whose words are not in this file\n"));
	assert_non_null(strstr(buf_cstr(&words), "Nothing is decided."));
	/* Cut anywhere it is none. */
	for (size_t i = 0; i < file.n; i += 5) {
		buf_clear(&words);
		assert_true(prepared_tell(slice_sub(buf_slice(&file), 0, i), &words, NULL) < 0);
	}
}

static void records_are_not_prepared(void **state)
{
	struct league *l = *state;
	struct reading *r = reading_start(l, 0);
	struct buf out CLEANUP_BUF = BUF(1 * MIB);
	struct draft d = league_draft(l, &r->arena, (int[]){1}, 1, "t", "x");
	struct log_id id = {.coalition = l->id, .member = l->m[0].id, .epoch = 1};

	assert_fails(E_INVALID, draft_prepare(&d, &r->world, &id, &r->arena, &out, &why));
	reading_end(&r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		PLAIN(an_act_goes_out_and_comes_back),
		PLAIN(altered_files_are_noticed),
		PLAIN(a_stranger_signs_in_vain),
		PLAIN(it_is_told_what_is_signed),
		SIGNED(what_it_is_about_is_told),
		PLAIN(records_are_not_prepared),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("node/prepared", tests, NULL, NULL);
}
