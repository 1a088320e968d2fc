/* Letters of webhooks: one for each event, whatever it reads like, and one only, whoever tells of it and however often. Both stores. */
#include "../node/league.h"

#include "node/hook.h"
#include "node/news.h"
#include "web/notifier.h"

#define LETTERS 512

struct post {
	struct league *l;
	struct db *db;
	struct hook hook;
	struct news *news, *other; /* of two processes over one store */
};

static struct account maker(struct post *p, struct arena *arena)
{
	struct account_new n = {.name = SLICE("edi"), .shown = SLICE(""), .clearance = SLICE("*")};
	struct account a;
	int64_t row;

	for (int i = 0; i < AREAS; i++)
		n.roles.of[i] = ROLE_ADMINISTRATOR;
	assert_ok(account_add(p->db, &n, LEAGUE_NOW, &row, &why));
	assert_ok(account_get_row(p->db, row, arena, &a, &why));
	return a;
}

static struct post post_open(void **state, struct arena *arena)
{
	struct post p = {.l = *state, .db = ((struct league *)*state)->m[0].db};

	p.hook = (struct hook){.name = SLICE("desk"),
		.url = SLICE("https://receiver.example/"),
		.clearance = SLICE("*"),
		.play = true};
	for (int i = 0; i < AREAS; i++)
		p.hook.roles.of[i] = ROLE_READER;
	assert_ok(db_begin(p.db, &why));
	struct account a = maker(&p, arena);
	assert_ok(hook_add(p.l->m[0].node, p.db, &a, &a.roles, &p.hook, &why));
	assert_ok(db_commit(p.db, &why));
	p.news = news_new(p.l->m[0].node);
	p.other = news_new(p.l->m[0].node);
	return p;
}

static void post_close(struct post *p)
{
	news_free(&p->news);
	news_free(&p->other);
}

static void tell(struct post *p, const struct news_item *item, size_t n, const char *position)
{
	assert_ok(db_begin(p->db, &why));
	assert_ok(hooks_tell(p->l->m[0].node, p->db, item, n, slice_str(position), &why));
	assert_ok(db_commit(p->db, &why));
}

static size_t letters(struct post *p)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct letter *list;
	size_t n;

	assert_ok(letter_list(p->db, p->hook.id, -1, 0, LETTERS, &arena, &list, &n, &why));
	return n;
}

/* What is new, told by one process and then by the other: as many letters as events. */
static size_t look(struct post *p)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	size_t before = letters(p), n, again;
	struct news_item *item;

	assert_ok(news_look(p->news, p->db, &arena, &item, &n, &why));
	tell(p, item, n, news_position(p->news));
	assert_int_equal(letters(p), before + n);
	assert_ok(news_look(p->other, p->db, &arena, &item, &again, &why));
	assert_int_equal(again, n);
	tell(p, item, again, news_position(p->other));
	assert_int_equal(letters(p), before + n);
	return n;
}

static void what_happens_is_told_once_each(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct post p = post_open(state, &arena);

	assert_int_equal(look(&p), 0);
	league_sign(p.l, 3);
	assert_true(look(&p) > 3); /* acts, logs, the standing; and who has seen them */
	league_settle(p.l);
	(void)look(&p);
	for (int i = 0; i < 3; i++) {
		league_note(p.l, 0, MODE_REAL, (int[]){1}, 1, "title", "text");
		assert_true(look(&p) > 0);
		league_settle(p.l); /* and others have seen it */
		(void)look(&p);
	}
	post_close(&p);
}

/* Events that read the same, told of as two are. */
static void assert_two(struct post *p, struct news_item one, const char *where, uint64_t mark0,
	uint64_t mark1, const char *then)
{
	struct news_item two = one;
	size_t before = letters(p);

	two.mark[0] += mark0;
	two.mark[1] += mark1;
	tell(p, &one, 1, where);
	tell(p, &one, 1, where);
	assert_int_equal(letters(p), before + 1);
	tell(p, &two, 1, then);
	tell(p, &two, 1, then);
	tell(p, &one, 1, where);
	assert_int_equal(letters(p), before + 2);
}

static void what_reads_the_same_is_told_twice(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct post p = post_open(state, &arena);
	struct news_item i = {.coalition = 1, .coalition_id = p.l->id, .level = NEWS_PUBLIC};

	i.kind = NEWS_MUCH;
	assert_two(&p, i, "0123", 0, 0, "4567");
	i.kind = NEWS_LOG;
	assert_two(&p, i, "0123", 1, 0, "0123");
	i.kind = NEWS_STANDING;
	assert_two(&p, i, "0123", 1, 0, "0123");
	i.mark[0] = 100;
	assert_two(&p, i, "0123", 0, 7, "0123");
	i.kind = NEWS_PEER;
	assert_two(&p, i, "0123", 1000, 0, "0123");
	i.kind = NEWS_RECORD;
	i.charter = p.l->charter_hash;
	i.text = SLICE("note/1");
	assert_two(&p, i, "0123", 0, 1, "0123");
	post_close(&p);
}

static bool last_is(struct post *p, const char *topic)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct letter *list;
	size_t n;

	assert_ok(letter_list(p->db, p->hook.id, -1, 0, 1, &arena, &list, &n, &why));
	return n == 1 && slice_is(list[0].topic, topic);
}

/* A place in one ladder says nothing in another: of a record that was looked up by another charter only that something has happened is told. */
static void another_ladder(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct post p = post_open(state, &arena);
	struct news_item i = {.kind = NEWS_RECORD,
		.coalition = 1,
		.coalition_id = p.l->id,
		.text = SLICE("note/1"),
		.charter = p.l->charter_hash};
	struct news_reader r = {.coalition = 1, .level = 1, .charter = p.l->charter_hash};
	bool other = false;

	tell(&p, &i, 1, "0123");
	assert_true(last_is(&p, "record"));
	assert_true(news_for(&i, &r, 1, &other));
	i.level = 2;
	assert_false(news_for(&i, &r, 1, &other));
	assert_false(other);
	i.level = 0;
	i.charter.b[0] ^= 1;
	assert_false(news_for(&i, &r, 1, &other));
	assert_true(other);
	tell(&p, &i, 1, "4567");
	assert_true(last_is(&p, "reset"));
	r.coalition = 2;
	other = false;
	assert_false(news_for(&i, &r, 1, &other));
	assert_false(other);
	post_close(&p);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		PLAIN(what_happens_is_told_once_each),
		SIGNED(what_reads_the_same_is_told_twice),
		SIGNED(another_ladder),
	};
	int skip = league_start(argc, argv);

	return skip ? skip : cmocka_run_group_tests_name("notify_hook", tests, NULL, NULL);
}
