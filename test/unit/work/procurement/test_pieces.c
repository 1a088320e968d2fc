/*
 * test_pieces.c: a sealed bid that is larger than a record, among pieces that name it and are none of it: every node reads it, whoever else has written what and when.
 */
#include "play.h"

#include "work/procurement/procurement.h"

#define BEFORE (LEAGUE_NOW + 60000)  /* of the records of member 2 */
#define AFTER  (LEAGUE_NOW + 120000) /* of those of the doors */

static void begin(struct play *y, struct league *l)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *text, *small = "\"padding\":[4096]", *at;

	*y = (struct play){.l = l};
	play_begin(y, 7);
	agreement(y);
	league_settle(l);
	text = tender_of(y, &arena, DEADLINE, 2,
		"{\"id\":\"1\",\"title\":\"x\",\"reserve\":{\"amount\":9,\"currency\":\"EUR\"}}",
		item_of(y, &arena, "1", 1, 5));
	at = strstr(text, small);
	assert_non_null(at);
	y->tender = put(y, 0, "procurement/tender/1",
		arena_printf(&arena, "%.*s\"padding\":[1048576]%s", (int)(at - text), text,
			at + strlen(small)),
		NULL, 0)
			    .object;
	until(y, is_open, "open");
	league_settle(l);
	hour(y, AFTER);
	y->l->m[2].clock.now_ms = BEFORE;
}

/* The true pieces by their number, as member 0 sees them; how many. */
static size_t pieces(struct seen *s, const struct row *ret[8])
{
	size_t n = 0;

	for (size_t i = 0; i < s->rows.n; i++) {
		const struct row *r = &s->rows.row[i];
		int64_t part = get_int(&r->doc, json_root(&r->doc), "part", 8);

		if (r->kind != P_SEAL ||
			json_get(&r->doc, json_root(&r->doc), "data") == JSON_ABSENT)
			continue;
		assert_true(part < 8);
		ret[part] = r;
		n++;
	}
	assert_int_equal(n, 3);
	return n;
}

static void write_piece(struct play *y, struct seen *s, size_t by, const struct row *like,
	int64_t part, int64_t parts, struct slice data)
{
	struct buf b CLEANUP_BUF = BUF(2 * MIB);
	struct json_out o = json_out(&b);
	char object[OBJECT_TEXT + 1];

	object_format(&y->procurement, object);
	json_open(&o, '{');
	json_put_cstr(&o, "procurement", object);
	json_put_string(&o, "hash", get_text(&like->doc, json_root(&like->doc), "hash", &s->arena));
	json_put_u64(&o, "part", (uint64_t)part);
	json_put_u64(&o, "parts", (uint64_t)parts);
	json_put_string(&o, "data", data);
	json_close(&o);
	put(y, by, "procurement/seal/1", arena_string(&s->arena, buf_slice(&b)), NULL, 0);
}

static void copy_piece(struct play *y, struct seen *s, size_t by, const struct row *r)
{
	put(y, by, "procurement/seal/1", arena_string(&s->arena, r->body), NULL, 0);
}

static size_t sealed_of(const struct slice *message, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += slice_is(msg_type(message[i]), "bid.sealed");
	return found;
}

/* The bid is read everywhere; the doors know that they have it, so that nothing is written again. */
static void is_read(struct play *y)
{
	league_settle(y->l);
	for (size_t i = 0; i < N; i++) {
		struct seen s;

		assert_true(look(y, i, &s));
		assert_int_equal(s.p.replay->n_sealed, 1);
		if (i < 2)
			assert_true(sealed_of(s.p.mine, s.p.n_mine) >= 1);
		leave(&s);
	}
}

/* Two doors hold the bid alike, so the reader skips what the second has. Member 2 writes before both. */
static void false_piece(void **state)
{
	static const size_t doors[] = {0, 1};
	const struct row *piece[8];
	struct play y;
	struct seen s;

	begin(&y, *state);
	supply_at(&y, 0, 1, TEXT_PUT, doors, 2);
	is_read(&y);
	assert_true(look(&y, 0, &s));
	size_t n = pieces(&s, piece);
	/* One false piece, then one of each number; as many again. */
	write_piece(&y, &s, 2, piece[0], 1, 3, SLICE("x"));
	is_read(&y);
	for (size_t i = 0; i < 2 * n; i++)
		write_piece(&y, &s, 2, piece[0], (int64_t)(i % n), 3, SLICE("y"));
	is_read(&y);
	/* Copies too: what the doors hold of their own is skipped for what member 2 has. */
	for (size_t i = 0; i < n; i++)
		copy_piece(&y, &s, 2, piece[i]);
	is_read(&y);
	leave(&s);
}

/* Copies of all but one, and a false one for that: none of those who are honest has all its pieces read as its own. */
static void copies(void **state)
{
	static const size_t doors[] = {0, 1};

	for (int64_t left = 0; left < 3; left++) {
		const struct row *piece[8];
		struct play y;
		struct seen s;

		if (left) {
			league_teardown(state);
			league_setup_signed(state);
		}
		begin(&y, *state);
		supply_at(&y, 0, 1, TEXT_PUT, doors, 2);
		league_settle(y.l);
		assert_true(look(&y, 0, &s));
		size_t n = pieces(&s, piece);
		for (int64_t i = 0; i < (int64_t)n; i++)
			if (i != left)
				copy_piece(&y, &s, 2, piece[i]);
		write_piece(&y, &s, 2, piece[0], left, 3, SLICE("x"));
		is_read(&y);
		leave(&s);
	}
}

/* The true bytes cut at another place are the same message. */
static void cut(void **state)
{
	static const size_t doors[] = {0, 1};
	struct buf all CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	const struct row *piece[8];
	struct play y;
	struct seen s;

	begin(&y, *state);
	supply_at(&y, 0, 1, TEXT_PUT, doors, 2);
	league_settle(y.l);
	assert_true(look(&y, 0, &s));
	size_t n = pieces(&s, piece);
	for (size_t i = 0; i < n; i++)
		buf_slice_add(&all,
			get_text(&piece[i]->doc, json_root(&piece[i]->doc), "data", &s.arena));
	size_t part = buf_slice(&all).n / 3;
	for (size_t i = 0; i < 3; i++)
		write_piece(&y, &s, 2, piece[0], (int64_t)i, 3,
			slice_sub(buf_slice(&all), i * part,
				i == 2 ? buf_slice(&all).n : (i + 1) * part));
	leave(&s);
	is_read(&y);
}

int main(int argc, char **argv)
{
	static const struct workspace *const both[] = {
		&workspace_note, &workspace_procurement, NULL};
	const struct CMUnitTest tests[] = {SIGNED(false_piece), SIGNED(copies), SIGNED(cut)};
	int skip = league_start(argc, argv);

	workspaces = both;
	return skip ? skip : cmocka_run_group_tests_name("pieces", tests, NULL, NULL);
}
