/* What readers see of objects in logs: release, versions, whose an id is, withdrawals, order; on both engines. */
#include "league.h"

#include "work/all.h"
#include "work/cyber/fold.h"
#include "work/cyber/index.h"
#include "work/cyber/ingest.h"
#include "work/cyber/list.h"
#include "work/cyber/withdraw.h"

#include "log/batch.h"
#include "node/note.h"

#define A "11111111-1111-4111-8111-111111111111"
#define B "22222222-2222-4222-8222-222222222222"
#define C "33333333-3333-4333-8333-333333333333"
#define D "44444444-4444-4444-8444-444444444444"

/* tool--UUID in a version that is told by its day, with a name. */
static const char *tool(struct arena *arena, const char *uuid, unsigned day, const char *name)
{
	return arena_printf(arena,
		"{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--%s\",\"created\":\"2020-01-01T00:00:00.000Z\","
		"\"modified\":\"2020-01-%02uT00:00:00.000Z\",\"name\":\"%s\"}",
		uuid, day, name);
}

static const char *address(
	struct arena *arena, const char *uuid, const char *value, const char *extra)
{
	return arena_printf(arena,
		"{\"type\":\"ipv4-addr\",\"id\":\"ipv4-addr--%s\",\"value\":\"%s\"%s}", uuid, value,
		extra);
}

static const char *label_extra = "";

/* A batch of member i for others; `to` ends with -1. */
static struct written publish(
	struct league *l, size_t i, const int *to, const char *const *text, size_t n)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct id member[LEAGUE_MAX];
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE(KIND_STIX),
		.media = SLICE(BATCH_MEDIA),
		.member = member};
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);

	for (size_t k = 0; k < n; k++)
		batch_add(&b, slice_str(text[k]));
	d.label = slice_str(arena_printf(&arena, "%.*s%s",
		SLICE_FMT(league_draft(l, &arena, (int[]){0}, 1, "t", "x").label), label_extra));
	d.content = buf_slice(&b);
	for (; to[d.n_member] >= 0; d.n_member++)
		member[d.n_member] = l->m[to[d.n_member]].id;
	l->m[i].clock.now_ms += 1000;
	return league_write(l, i, &d);
}

static void withdraw(struct league *l, size_t i, const int *to, const char *id, const char *version)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct id member[LEAGUE_MAX];
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE(KIND_WITHDRAW),
		.media = SLICE("application/json"),
		.member = member};

	d.label = league_draft(l, &arena, (int[]){0}, 1, "t", "x").label;
	d.content = slice_str(
		version ? arena_printf(&arena, "{\"objects\":[{\"id\":\"%s\",\"version\":\"%s\"}]}",
				  id, version)
			: arena_printf(&arena, "{\"objects\":[{\"id\":\"%s\"}]}", id));
	for (; to[d.n_member] >= 0; d.n_member++)
		member[d.n_member] = l->m[to[d.n_member]].id;
	(void)league_write(l, i, &d);
}

/* What member `who` sees at node i, by names and values, with a blank behind each. */
static const char *seen_q(
	struct league *l, size_t i, size_t who, struct list_query q, bool *ret_more)
{
	static char text[4096];
	struct reading *r = reading_start(l, i);
	struct reader reader = i == who ? r->self : world_reader(&r->world, &l->m[who].id);
	struct slice bytes[64];
	struct list_row *row;
	bool more;
	size_t n;

	q.root = cyber_root(&r->world.coalition, MODE_REAL);
	if (!q.limit)
		q.limit = 60;
	assert_ok(stix_list_page(&r->world, r->db, &reader, &q, &r->arena, &row, &n, &more, &why));
	assert_ok(stix_list_bytes(r->db, row, n, &r->arena, bytes, &why));
	text[0] = '\0';
	for (size_t k = 0; k < n; k++) {
		struct stix s;

		assert_ok(stix_read(&s, &r->arena, bytes[k], &why));
		assert_true(slice_eq(s.type, row[k].type));
		assert_memory_equal(s.uuid.b, row[k].uuid.b, 16);
		assert_true(k == 0 || (q.down ? row[k - 1].added > row[k].added
					      : row[k - 1].added < row[k].added));
		struct slice name = stix_text(&s, "name", &r->arena);
		if (!name.p)
			name = stix_text(&s, "value", &r->arena);
		snprintf(
			text + strlen(text), sizeof(text) - strlen(text), "%.*s ", SLICE_FMT(name));
	}
	if (ret_more)
		*ret_more = more;
	reading_end(&r);
	return text;
}

static const char *seen(struct league *l, size_t i, size_t who)
{
	return seen_q(l, i, who, (struct list_query){0}, NULL);
}

static void released(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *one[] = {tool(&arena, A, 1, "a1"), tool(&arena, B, 1, "b1")};
	const char *two[] = {tool(&arena, C, 1, "c1")};

	(void)publish(l, 0, (int[]){1, -1}, one, 2);
	(void)publish(l, 0, (int[]){1, 2, -1}, two, 1);
	league_settle(l);
	assert_string_equal(seen(l, 0, 0), "a1 b1 c1 ");
	assert_string_equal(seen(l, 1, 1), "a1 b1 c1 ");
	assert_string_equal(seen(l, 2, 2), "c1 ");
	/* Asked for by another at a node that holds it all. */
	assert_string_equal(seen(l, 0, 2), "c1 ");
	assert_string_equal(seen(l, 1, 2), "c1 ");
	struct slice id = SLICE("tool--" A);
	assert_string_equal(seen_q(l, 0, 2, (struct list_query){.id = &id, .n_id = 1}, NULL), "");
	assert_string_equal(
		seen_q(l, 0, 1, (struct list_query){.id = &id, .n_id = 1}, NULL), "a1 ");
	for (size_t i = 0; i < 3; i++)
		league_rebuilds(l, i);
}

static void versions(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *first[] = {
		tool(&arena, A, 2, "a2"), tool(&arena, B, 1, "b1"), address(&arena, C, "1", "")};
	const char *later[] = {tool(&arena, A, 3, "a3"), tool(&arena, A, 1, "a1"),
		address(&arena, C, "1n", ",\"x_n\":1")};
	const char *secret[] = {tool(&arena, A, 4, "a4")};
	struct slice exact = SLICE("2020-01-02T00:00:00Z");
	struct slice id = SLICE("tool--" A);

	(void)publish(l, 0, (int[]){1, 2, -1}, first, 3);
	(void)publish(l, 0, (int[]){1, 2, -1}, later, 3);
	(void)publish(l, 0, (int[]){1, -1}, secret, 1);
	league_settle(l);
	assert_string_equal(seen(l, 1, 1), "b1 1n a4 ");
	/* A version that a reader may not see does not hide one that he may. */
	assert_string_equal(seen(l, 2, 2), "b1 a3 1n ");
	assert_string_equal(seen(l, 1, 2), "b1 a3 1n ");
	struct list_query q = {.versions = VERSION_ALL};
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "a2 b1 1 a3 a1 1n ");
	q.versions = VERSION_FIRST;
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "b1 1 a1 ");
	/* However the time is spelt. */
	q = (struct list_query){.versions = VERSION_EXACT, .exact = &exact, .n_exact = 1};
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "a2 ");
	q.exact_last = true;
	q.id = &id;
	q.n_id = 1;
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "a2 a3 ");
	q.down = true;
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "a3 a2 ");
	league_rebuilds(l, 2);
	assert_string_equal(seen(l, 2, 2), "b1 a3 1n ");
}

/* Whoever publishes another's id stands beside him: he neither replaces, revokes nor hides it, whichever of them came first. */
static void beside_each_other(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *mine[] = {tool(&arena, A, 2, "mine")};
	const char *theirs[] = {tool(&arena, A, 9, "theirs"), tool(&arena, B, 9, "b9")};
	const char *late[] = {tool(&arena, B, 3, "late")};
	struct slice id = SLICE("tool--" A);

	(void)publish(l, 0, (int[]){1, 2, -1}, mine, 1);
	league_settle(l);
	(void)publish(l, 1, (int[]){0, 2, -1}, theirs, 2);
	league_settle(l);
	assert_string_equal(seen(l, 0, 0), "mine theirs b9 ");
	/* Who comes first keeps nobody out. */
	(void)publish(l, 0, (int[]){1, 2, -1}, late, 1);
	league_settle(l);
	assert_string_equal(seen(l, 2, 2), "mine theirs b9 late ");
	assert_string_equal(
		seen_q(l, 2, 2, (struct list_query){.id = &id, .n_id = 1}, NULL), "mine theirs ");
	struct list_query q = {.has_author = true, .author = l->m[1].id};
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "theirs b9 ");
	/* Nor does he take it away. */
	withdraw(l, 1, (int[]){0, 2, -1}, "tool--" A, NULL);
	league_settle(l);
	assert_string_equal(seen(l, 2, 2), "mine b9 late ");
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "b9 ");
}

/* What is the same to the last byte is shown once, of whomever; and of the other when the first takes it back. */
static void the_same_once(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *text[] = {tool(&arena, A, 2, "a2"), address(&arena, C, "1", "")};
	struct list_query q = {.versions = VERSION_ALL};

	(void)publish(l, 0, (int[]){1, 2, -1}, text, 2);
	league_settle(l);
	(void)publish(l, 1, (int[]){0, 2, -1}, text, 2);
	league_settle(l);
	assert_string_equal(seen(l, 2, 2), "a2 1 ");
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "a2 1 ");
	q = (struct list_query){.has_author = true, .author = l->m[1].id};
	assert_string_equal(seen_q(l, 2, 2, q, NULL), "a2 1 ");
	withdraw(l, 0, (int[]){1, 2, -1}, "tool--" A, NULL);
	league_settle(l);
	assert_string_equal(seen(l, 2, 2), "1 a2 ");
}

/* A release makes the first one's entry the newer one here; his own versions go on counting, and the other's do not come to rule them. */
static void released_after_a_rival(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *mine[] = {tool(&arena, A, 2, "mine")};
	const char *theirs[] = {tool(&arena, A, 9, "theirs")};
	struct object_id object;
	struct written w, done;
	struct id id = l->id;

	w = publish(l, 0, (int[]){1, -1}, mine, 1);
	league_settle(l);
	(void)publish(l, 1, (int[]){0, 2, -1}, theirs, 1);
	league_settle(l);
	object = batch_object_id(&l->m[0].id, &w.leaf, 0);
	assert_ok(record_release(l->m[0].node, l->m[0].db, &id, &object, &l->m[2].id, 1, SLICE_NONE,
		&l->m[0].officer, &l->m[0].officer_id, &done, &why));
	league_settle(l);
	league_settle(l);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(seen(l, i, i), "theirs mine ");
	withdraw(l, 1, (int[]){0, 2, -1}, "tool--" A, NULL);
	league_settle(l);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(seen(l, i, i), "mine ");
}

/* An id that is renewed every few minutes: the latest of very many entries is the one that is shown. */
static void renewed_often(void **state)
{
	enum { VERSIONS = 1030 };
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct slice id = SLICE("tool--" A);
	struct list_query q = {.id = &id, .n_id = 1};
	char name[16] = "";

	for (int i = 0; i < VERSIONS; i++) {
		snprintf(name, sizeof(name), "v%d", i);
		const char *text[] = {arena_printf(&arena,
			"{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--" A
			"\",\"created\":\"2020-01-01T00:00:00.000Z\","
			"\"modified\":\"2020-01-01T00:%02d:%02d.000Z\",\"name\":\"%s\"}",
			i / 60, i % 60, name)};

		(void)publish(l, 0, (int[]){1, -1}, text, 1);
		arena_reset(&arena);
	}
	assert_string_equal(seen_q(l, 0, 0, q, NULL), "v1029 ");
	q.versions = VERSION_FIRST;
	assert_string_equal(seen_q(l, 0, 0, q, NULL), "v0 ");
	q = (struct list_query){
		.id = &id, .n_id = 1, .versions = VERSION_ALL, .down = true, .limit = 2};
	assert_string_equal(seen_q(l, 0, 0, q, NULL), "v1029 v1028 ");
}

/* By name, by words and by what they point at: what the reader may see, with the filters of the query, a page at a time. */
static void found(void **state)
{
	struct league *l = *state;
	const char *all[] = {
		"{\"type\":\"vulnerability\",\"spec_version\":\"2.1\",\"id\":\"vulnerability--" A
		"\",\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:00.000Z\",\"name\":\"CVE-2020-0001\"}",
		"{\"type\":\"sighting\",\"spec_version\":\"2.1\",\"id\":\"sighting--" B
		"\",\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:00.000Z\",\"sighting_of_ref\":\"vulnerability--" A
		"\"}"};
	const char *one[] = {
		"{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--" C
		"\",\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:00.000Z\",\"name\":\"t\","
		"\"external_references\":[{\"source_name\":\"cve\",\"external_id\":\"CVE-2020-0001\"}]}"};
	struct slice type = SLICE("vulnerability"), name = SLICE("cve-2020-0001");
	struct stix_uuid uuid;
	struct list_row *row;
	int64_t next, after = 0;
	bool more;
	size_t n;

	(void)publish(l, 0, (int[]){1, 2, -1}, all, 2);
	(void)publish(l, 0, (int[]){1, -1}, one, 1);
	while (stix_index_run(l->m[0].db, NULL) == 1)
		;
	struct reading *r = reading_start(l, 0);
	struct reader other = world_reader(&r->world, &l->m[2].id);
	struct list_query q = {
		.root = cyber_root(&r->world.coalition, MODE_REAL), .limit = 1, .down = true};
	assert_ok(stix_list_named(
		&r->world, r->db, &r->self, &q, name, &r->arena, &row, &n, &next, &why));
	assert_int_equal(n, 1);
	assert_true(slice_is(row[0].type, "tool") && next == row[0].added);
	q.after = next;
	assert_ok(stix_list_named(
		&r->world, r->db, &r->self, &q, name, &r->arena, &row, &n, &next, &why));
	assert_int_equal(n, 1);
	assert_true(slice_is(row[0].type, "vulnerability") && next == 0);
	q.after = 0;
	assert_ok(stix_list_named(
		&r->world, r->db, &other, &q, name, &r->arena, &row, &n, &next, &why));
	assert_true(n == 1 && slice_is(row[0].type, "vulnerability") && next == 0);
	q.type = &type;
	q.n_type = 1;
	assert_ok(stix_list_named(
		&r->world, r->db, &r->self, &q, name, &r->arena, &row, &n, &next, &why));
	assert_true(n == 1 && slice_is(row[0].type, "vulnerability") && next == 0);
	q.after = row[0].added;
	assert_ok(stix_list_words(&r->world, r->db, &r->self, &q, SLICE("nowhere"), &r->arena, &row,
		&n, &next, &why));
	assert_true(n == 0 && next == 0);
	assert_ok(stix_id_parse(SLICE("vulnerability--" A), &type, &uuid));
	assert_ok(stix_list_pointing(&r->world, r->db, &other, q.root, &uuid, "sighting_of_ref", 1,
		&after, &r->arena, &row, &n, &more, &why));
	assert_true(n == 1 && more && slice_is(row[0].type, "sighting") && after == row[0].added);
	assert_ok(stix_list_pointing(&r->world, r->db, &other, q.root, &uuid, "sighting_of_ref", 1,
		&after, &r->arena, &row, &n, &more, &why));
	assert_true(n == 0 && !more);
	reading_end(&r);
}

/* A label may be tighter than what the object says of itself. */
static void label_bounds_tlp(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *text[] = {tool(&arena, A, 1, "a1")};
	struct list_query q = {.tlp_most = TLP_GREEN};
	struct slice id = SLICE("tool--" A);

	label_extra = " TLP=RED";
	(void)publish(l, 0, (int[]){1, -1}, text, 1);
	label_extra = "";
	league_settle(l);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(seen(l, i, i), "a1 ");
		assert_string_equal(seen_q(l, i, i, q, NULL), "");
	}
	q.id = &id;
	q.n_id = 1;
	assert_string_equal(seen_q(l, 1, 1, q, NULL), "");
	league_rebuilds(l, 1);
	assert_string_equal(seen_q(l, 1, 1, q, NULL), "");
	q.tlp_most = TLP_RED;
	assert_string_equal(seen_q(l, 1, 1, q, NULL), "a1 ");
}

static void withdrawn(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *text[] = {
		tool(&arena, A, 1, "a1"), tool(&arena, A, 2, "a2"), tool(&arena, B, 1, "b1")};
	const char *again[] = {tool(&arena, A, 1, "a1")};

	(void)publish(l, 0, (int[]){1, 2, -1}, text, 3);
	withdraw(l, 0, (int[]){1, 2, -1}, "tool--" A, "2020-01-02T00:00:00.0Z");
	league_settle(l);
	assert_string_equal(seen(l, 1, 1), "a1 b1 ");
	withdraw(l, 0, (int[]){1, 2, -1}, "tool--" A, NULL);
	league_settle(l);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(seen(l, i, i), "b1 ");
		league_rebuilds(l, i);
		assert_string_equal(seen(l, i, i), "b1 ");
	}
	/* What is written after it counts again. */
	(void)publish(l, 0, (int[]){1, 2, -1}, again, 1);
	league_settle(l);
	assert_string_equal(seen(l, 2, 2), "b1 a1 ");
}

static void pages(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	char uuid[40], name[8];
	const char *text[8];
	struct list_query q = {.limit = 3};
	char all[256] = "";
	bool more = true;

	for (int b = 0; b < 5; b++) {
		for (int k = 0; k < 8; k++) {
			snprintf(uuid, sizeof(uuid), "%08d-1111-4111-8111-111111111111", 8 * b + k);
			snprintf(name, sizeof(name), "%d", 8 * b + k);
			text[k] = k % 2 ? address(&arena, uuid, name, "")
					: tool(&arena, uuid, 1, name);
		}
		/* Every other batch is not for member 2. */
		(void)publish(l, 0, b % 2 ? (int[]){1, -1} : (int[]){1, 2, -1}, text, 8);
	}
	league_settle(l);
	/* Small pages one after the other are one large one. */
	struct reading *r = reading_start(l, 2);
	q.root = cyber_root(&r->world.coalition, MODE_REAL);
	while (more) {
		struct list_row *row;
		struct slice bytes[3];
		size_t n;

		assert_ok(stix_list_page(
			&r->world, r->db, &r->self, &q, &r->arena, &row, &n, &more, &why));
		assert_ok(stix_list_bytes(r->db, row, n, &r->arena, bytes, &why));
		for (size_t k = 0; k < n; k++) {
			struct stix s;

			assert_ok(stix_read(&s, &r->arena, bytes[k], &why));
			struct slice v = stix_text(&s, "name", &r->arena);
			if (!v.p)
				v = stix_text(&s, "value", &r->arena);
			snprintf(all + strlen(all), sizeof(all) - strlen(all), "%.*s ",
				SLICE_FMT(v));
		}
		q.after = n ? row[n - 1].added : q.after;
	}
	reading_end(&r);
	assert_string_equal(
		all, "0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 32 33 34 35 36 37 38 39 ");
	assert_string_equal(seen_q(l, 2, 2, (struct list_query){.down = true, .limit = 4}, &more),
		"39 38 37 36 ");
	assert_true(more);
	struct slice type = SLICE("ipv4-addr");
	q = (struct list_query){.limit = 5, .type = &type, .n_type = 1};
	assert_string_equal(seen_q(l, 2, 2, q, &more), "1 3 5 7 17 ");
	struct slice types[] = {SLICE("tool"), SLICE("malware")};
	q = (struct list_query){.limit = 5, .type = types, .n_type = 2, .down = true};
	assert_string_equal(seen_q(l, 2, 2, q, &more), "38 36 34 32 22 ");
	/* By bytes: at least one. */
	q = (struct list_query){.limit = 5, .bytes = 1};
	assert_string_equal(seen_q(l, 2, 2, q, &more), "0 ");
	assert_true(more);
}

/* Released later, it is new to everybody; recalled, it is gone. */
static void again(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *one[] = {tool(&arena, A, 1, "a1"), tool(&arena, B, 1, "b1")};
	const char *two[] = {tool(&arena, C, 1, "c1")};
	struct written w, done;
	struct id id = l->id;

	w = publish(l, 0, (int[]){1, -1}, one, 2);
	(void)publish(l, 0, (int[]){1, 2, -1}, two, 1);
	league_settle(l);
	struct object_id object = batch_object_id(&l->m[0].id, &w.leaf, 0);
	assert_string_equal(seen(l, 2, 2), "c1 ");
	assert_ok(record_release(l->m[0].node, l->m[0].db, &id, &object, &l->m[2].id, 1, SLICE_NONE,
		&l->m[0].officer, &l->m[0].officer_id, &done, &why));
	league_settle(l);
	league_settle(l);
	assert_string_equal(seen(l, 0, 0), "c1 a1 b1 ");
	assert_string_equal(seen(l, 1, 1), "c1 a1 b1 ");
	assert_string_equal(seen(l, 2, 2), "c1 a1 b1 ");
	for (size_t i = 0; i < 3; i++)
		league_rebuilds(l, i);
	assert_ok(
		record_recall(l->m[0].node, l->m[0].db, &id, &object, &l->m[2].id, 1, &done, &why));
	league_settle(l);
	assert_string_equal(seen(l, 2, 2), "c1 ");
	assert_string_equal(seen(l, 1, 1), "c1 a1 b1 ");
	league_rebuilds(l, 2);
	assert_string_equal(seen(l, 2, 2), "c1 ");
}

/* What a listing that finds nothing has taken of the memory of whoever asks. */
static size_t nothing_costs(struct league *l, struct list_query q)
{
	struct reading *r = reading_start(l, 1);
	struct reader limited = r->self;
	struct list_row *row;
	size_t n = 1, before = r->arena.used, cost;
	bool more = true;
	struct why failed = {0};

	limited.clearance_level = 1;
	q.root = cyber_root(&r->world.coalition, MODE_REAL);
	q.limit = 10;
	assert_int_equal(
		stix_list_page(&r->world, r->db, &limited, &q, &r->arena, &row, &n, &more, &failed),
		0);
	assert_int_equal(n, 0);
	assert_false(more);
	cost = r->arena.used - before;
	reading_end(&r);
	return cost;
}

/* However many entries it passes over. */
static void nothing_found(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct slice types[] = {SLICE("malware"), SLICE("report")},
		     exact = SLICE("2030-01-01T00:00:00Z");
	const struct list_query other = {.type = types, .n_type = 2};
	const struct list_query never = {
		.versions = VERSION_EXACT, .exact = &exact, .n_exact = 1, .down = true};
	const char *one[] = {tool(&arena, A, 1, "a1")};
	size_t few[2];

	(void)publish(l, 0, (int[]){1, -1}, one, 1);
	league_settle(l);
	few[0] = nothing_costs(l, other);
	few[1] = nothing_costs(l, never);
	for (int i = 0; i < 70; i++)
		(void)publish(l, 0, (int[]){1, -1}, one, 1);
	league_settle(l);
	assert_int_equal(nothing_costs(l, other), few[0]);
	assert_int_equal(nothing_costs(l, never), few[1]);
}

/* Where versions of an id stand, as "1:SEQ 2:SEQ "; `…` if there are others, "limit" if one is too much. */
static const char *stands(struct league *l, struct list_query q)
{
	static char text[256];
	struct reading *r = reading_start(l, 0);
	struct slice id = SLICE("tool--" A);
	struct list_row *row;
	size_t n = 0, versions = 0;
	struct why failed = {0};
	bool more = false;
	int rc;

	q.root = cyber_root(&r->world.coalition, MODE_REAL);
	q.limit = q.limit ? q.limit : 60;
	q.id = &id;
	q.n_id = 1;
	q.has_author = true;
	q.author = l->m[0].id;
	rc = stix_list_entries(
		&r->world, r->db, &r->self, &q, &r->arena, &row, &n, &versions, &more, &failed);
	if (rc == E_LIMIT) {
		reading_end(&r);
		return "limit";
	}
	assert_int_equal(rc, 0);
	snprintf(text, sizeof(text), "%zu:", versions);
	for (size_t i = 0; i < n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %.*s",
			SLICE_FMT(slice_sub(row[i].version, 8, 10)));
	if (more)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " …");
	reading_end(&r);
	return text;
}

/* One version in entries with different readers is shown once, and is to be taken back from each. */
static void stands_often(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *one[] = {tool(&arena, A, 1, "a1")}, *two[] = {tool(&arena, A, 2, "a2")};
	struct list_query q = {.versions = VERSION_ALL};
	struct slice exact = SLICE("2020-01-01T00:00:00Z");

	assert_string_equal(stands(l, q), "0:");
	for (int i = 1; i <= 2; i++) {
		(void)publish(l, 0, (int[]){i, -1}, one, 1);
		(void)publish(l, 0, (int[]){i, -1}, two, 1);
	}
	league_settle(l);
	assert_string_equal(seen_q(l, 0, 0, q, NULL), "a1 a2 ");
	assert_string_equal(stands(l, q), "2: 01 02 01 02");
	q.limit = 3;
	assert_string_equal(stands(l, q), "1: 01 01 …");
	q.limit = 1;
	assert_string_equal(stands(l, q), "limit");
	q = (struct list_query){.versions = VERSION_LAST};
	assert_string_equal(stands(l, q), "1: 02 02");
	q.versions = VERSION_FIRST;
	assert_string_equal(stands(l, q), "1: 01 01");
	q = (struct list_query){.versions = VERSION_EXACT, .exact = &exact, .n_exact = 1};
	assert_string_equal(stands(l, q), "1: 01 01");
	q.exact_last = true;
	assert_string_equal(stands(l, q), "2: 01 02 01 02");
	/* Found by what came in through an inbox, and there is none. */
	q = (struct list_query){.versions = VERSION_ALL, .has_source = true};
	assert_string_equal(stands(l, q), "0:");
	withdraw(l, 0, (int[]){1, -1}, "tool--" A, "2020-01-02T00:00:00.000Z");
	q = (struct list_query){.versions = VERSION_ALL};
	assert_string_equal(stands(l, q), "1: 01 01");
}

/* A moment that has been given out is nobody else's, though what had it has gone and the clock has been set back. */
static void moments_only_grow(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *one[] = {tool(&arena, A, 1, "a1")}, *two[] = {tool(&arena, B, 1, "b1")},
		   *three[] = {tool(&arena, C, 1, "c1")};
	static const char added[] = "SELECT max(added) FROM cyber_object";
	struct id id = l->id;
	struct written w, done;
	int64_t before;

	(void)publish(l, 0, (int[]){1, -1}, one, 1);
	w = publish(l, 0, (int[]){1, -1}, two, 1);
	league_settle(l);
	struct object_id object = batch_object_id(&l->m[0].id, &w.leaf, 0);
	before = league_number(l, 1, added);
	assert_ok(
		record_recall(l->m[0].node, l->m[0].db, &id, &object, &l->m[1].id, 1, &done, &why));
	league_settle(l);
	assert_string_equal(seen(l, 1, 1), "a1 ");
	l->m[1].clock.now_ms -= 60000;
	(void)publish(l, 0, (int[]){1, -1}, three, 1);
	league_settle(l);
	assert_string_equal(seen(l, 1, 1), "a1 c1 ");
	assert_true(league_number(l, 1, added) > before);
	league_rebuilds(l, 1);
	assert_string_equal(seen(l, 1, 1), "a1 c1 ");
}

static int taken_write(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *failed)
{
	struct league *l = ctx;

	l->m[0].clock.now_ms += 1000;
	return node_write(l->m[0].node, l->m[0].db, coalition, d, n, ret, failed);
}

/* Takes a bundle in at member 0, for all; written by `write`. */
static struct ingest_result take_by(struct league *l, const char *text,
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct written *ret, struct why *why),
	void *ctx)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct ingest in = {.node = l->m[0].node,
		.db = l->m[0].db,
		.coalition = l->id,
		.mode = MODE_REAL,
		.label = league_draft(l, &arena, (int[]){0}, 1, "t", "x").label,
		.all = true,
		.write = write,
		.ctx = ctx};
	struct ingest_result result = {0};
	struct source source;

	assert_ok(stix_source_open(&source, -1, slice_str(text), &why));
	assert_ok(ingest_run(&in, &source, &arena, &result, &why));
	stix_source_close(&source);
	result.told = NULL; /* lay in the arena */
	return result;
}

static struct ingest_result take(struct league *l, const char *text)
{
	return take_by(l, text, taken_write, l);
}

/*
 * What the reader of a bundle knows of its objects goes into their rows; a rebuild and a partner read them themselves, and come to the same: names with escapes,
 * observables, what is revoked, what a marking holds tighter.
 */
static void known_is_read(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *text = arena_printf(&arena,
		"{\"objects\":[%s,{\"type\":\"to\\u006fl\",\"spec_version\":\"2.1\",\"id\":\"tool--" B
		"\",\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:0\\u0030.5Z\",\"name\":\"escaped\",\"revoked\":true},"
		"%s,{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--" C
		"\",\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:00.000Z\",\"name\":\"tight\","
		"\"object_marking_refs\":[\"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82\"]}]}",
		tool(&arena, A, 1, "plain"), address(&arena, C, "1", ""));
	struct ingest_result r = take(l, text);

	assert_int_equal(r.n[VERDICT_WRITTEN], 4);
	assert_int_equal(r.entries, 2); /* the one that is marked has a label of its own */
	league_settle(l);
	struct list_query q = {.versions = VERSION_ALL};
	assert_string_equal(seen_q(l, 0, 0, q, NULL), "plain escaped 1 tight ");
	assert_string_equal(seen_q(l, 1, 1, q, NULL), "plain escaped 1 tight ");
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(league_number(l, i,
					 "SELECT count(*) FROM cyber_object WHERE type = 'tool'"),
			3);
		assert_int_equal(
			league_number(l, i,
				"SELECT count(*) FROM cyber_object WHERE revoked = 1 AND version = '2020-01-01T00:00:00.5Z'"),
			1);
		assert_int_equal(
			league_number(l, i,
				"SELECT tlp FROM cyber_object WHERE type = 'tool' ORDER BY tlp DESC LIMIT 1"),
			TLP_AMBER);
		league_rebuilds(l, i);
	}
	/* The very objects once more, and one under an id that is taken. */
	assert_int_equal(take(l, text).n[VERDICT_ALREADY], 4);
	r = take(l, arena_printf(&arena, "{\"objects\":[%s,%s]}", tool(&arena, A, 1, "other"),
			    tool(&arena, A, 2, "later")));
	assert_int_equal(r.n[VERDICT_REFUSED], 1);
	assert_int_equal(r.n[VERDICT_WRITTEN], 1);
	assert_false(db_in_transaction(l->m[0].db));
	league_rebuilds(l, 0);
}

/* ---- two at once ---- */

/* What somebody else does between what a writer has looked at and what he writes; and what comes of it for him. */
struct between {
	struct league *l;
	const char *text;	   /* taken in first, or, NULL, the object A withdrawn */
	const struct draft *other; /* another's, which is written along with it */
	int first;		   /* what the first attempt came to */
	unsigned calls;
};

static int between_write(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *failed)
{
	struct between *x = ctx;
	struct draft both[2] = {0};
	struct written written[2];
	int rc;

	if (x->calls++)
		return taken_write(x->l, coalition, d, n, ret, failed);
	if (x->other) {
		both[0] = *x->other;
		both[1] = d[0];
		x->first = taken_write(x->l, coalition, both, 2, written, failed);
		return x->first;
	}
	if (x->text)
		assert_int_equal(take(x->l, x->text).entries, 1);
	else
		withdraw(x->l, 0, (int[]){1, 2, -1}, "tool--" A, NULL);
	rc = taken_write(x->l, coalition, d, n, ret, failed);
	x->first = rc;
	return rc;
}

/* Whether an object may go in is judged in the transaction that writes it: of two that come at once with one version the second is told so, and the rest of his goes in. */
static void judged_when_written(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *mine = arena_printf(&arena, "{\"objects\":[%s,%s]}",
		tool(&arena, A, 1, "second"), tool(&arena, B, 1, "b1"));
	struct between x = {.l = l, .text = tool(&arena, A, 1, "first")};
	struct ingest_result r = take_by(l, mine, between_write, &x);

	assert_int_equal(x.first, E_CONFLICT);
	assert_int_equal(r.n[VERDICT_REFUSED], 1);
	assert_int_equal(r.n[VERDICT_WRITTEN], 1);
	assert_int_equal(r.n_told, 1);
	assert_string_equal(seen(l, 0, 0), "first b1 ");
	/* The very object of somebody else is here already. */
	x = (struct between){.l = l, .text = tool(&arena, C, 1, "c1")};
	r = take_by(l, tool(&arena, C, 1, "c1"), between_write, &x);
	assert_int_equal(r.n[VERDICT_ALREADY], 1);
	assert_int_equal(r.n[VERDICT_WRITTEN], 0);
	assert_int_equal(r.entries, 0);
	/* What has been revoked meanwhile has no later versions. */
	x = (struct between){.l = l,
		.text = arena_printf(&arena,
			"{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--" B
			"\",\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-02T00:00:00.000Z\",\"name\":\"b2\",\"revoked\":true}")};
	r = take_by(l, tool(&arena, B, 3, "b3"), between_write, &x);
	assert_int_equal(r.n[VERDICT_REFUSED], 1);
	/* What touches nothing of it goes in at once. */
	x = (struct between){.l = l, .text = tool(&arena, A, 5, "a5")};
	r = take_by(l, tool(&arena, A, 6, "a6"), between_write, &x);
	assert_int_equal(x.first, 0);
	assert_int_equal(r.n[VERDICT_WRITTEN], 1);
	assert_string_equal(seen(l, 0, 0), "c1 b2 a6 ");
	/* What is held back, and somebody brings at the same time, is told as held and stands once. */
	x = (struct between){.l = l,
		.text = "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--" D
			"\",\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-01T00:00:00.000Z\",\"name\":\"d1\","
			"\"object_marking_refs\":[\"marking-definition--" A "\"]}"};
	r = take_by(l, x.text, between_write, &x);
	assert_int_equal(x.first, E_CONFLICT);
	assert_int_equal(r.n[VERDICT_HELD], 1);
	assert_int_equal(r.held_again, 1);
	assert_int_equal(r.n[VERDICT_ALREADY], 0);
	assert_int_equal(r.entries, 0);
	league_rebuilds(l, 0);
}

/* Written before the other's, in one transaction with it. */
static int beside_write(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
	struct written *ret, struct why *failed)
{
	struct between *x = ctx;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct between inner = {.l = x->l, .other = d};
	struct ingest_result r;

	if (x->calls++)
		return taken_write(x->l, coalition, d, n, ret, failed);
	r = take_by(x->l, tool(&arena, A, 1, "inner"), between_write, &inner);
	assert_int_equal(inner.first, E_CONFLICT);
	assert_int_equal(r.n[VERDICT_WRITTEN], 1);
	return taken_write(x->l, coalition, d, n, ret, failed);
}

static void judged_beside_another(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	struct between x = {.l = l};
	const char *outer = arena_printf(&arena, "{\"objects\":[%s,%s]}",
		tool(&arena, B, 1, "beside"), tool(&arena, A, 1, "outer"));
	struct ingest_result r = take_by(l, outer, beside_write, &x);

	/* Each of a batch is looked at, not the first. */
	assert_int_equal(r.n[VERDICT_REFUSED], 1);
	assert_int_equal(r.n[VERDICT_WRITTEN], 1);
	assert_string_equal(seen(l, 0, 0), "inner beside ");
}

/* Member 0 takes back what the query finds: how many versions. */
static size_t take_back(struct league *l, struct list_query q,
	int (*write)(void *ctx, const struct id *coalition, const struct draft *d, size_t n,
		struct written *ret, struct why *why),
	void *ctx)
{
	struct reading *r = reading_start(l, 0);
	const struct slice id = SLICE("tool--" A);
	struct withdrawing x = {.node = l->m[0].node,
		.db = l->m[0].db,
		.world = &r->world,
		.reader = &r->self,
		.mode = MODE_REAL,
		.write = write,
		.ctx = ctx};
	size_t n;

	db_rollback(l->m[0].db);
	q.root = cyber_root(&r->world.coalition, MODE_REAL);
	q.has_author = true;
	q.author = l->m[0].id;
	q.id = &id;
	q.n_id = 1;
	assert_ok(withdraw_found(&x, &q, &n, &why));
	assert_ok(db_begin_read(l->m[0].db, &why));
	reading_end(&r);
	return n;
}

/* All pages of it, not the first; and of two who take one thing back at once the second finds nothing. */
static void taken_back_once_and_whole(void **state)
{
	struct league *l = *state;
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const char *text[7];
	struct between x = {.l = l};
	struct list_query all = {.versions = VERSION_ALL, .limit = 3};

	for (unsigned i = 0; i < 7; i++)
		text[i] = tool(&arena, A, i + 1, "a");
	(void)publish(l, 0, (int[]){1, 2, -1}, text, 7);
	assert_int_equal(take_back(l, (struct list_query){.versions = VERSION_LAST, .limit = 3},
				 taken_write, l),
		1);
	assert_string_equal(seen_q(l, 0, 0, (struct list_query){.versions = VERSION_ALL}, NULL),
		"a a a a a a ");
	assert_int_equal(take_back(l, all, taken_write, l), 6);
	assert_string_equal(seen(l, 0, 0), "");
	assert_int_equal(take_back(l, all, taken_write, l), 0);
	(void)publish(l, 0, (int[]){1, 2, -1}, text, 1);
	assert_int_equal(take_back(l, all, between_write, &x), 0);
	assert_int_equal(x.first, E_CONFLICT);
	assert_string_equal(seen(l, 0, 0), "");
	league_settle(l);
	assert_string_equal(seen(l, 1, 1), "");
	for (size_t i = 0; i < 2; i++)
		league_rebuilds(l, i);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {SIGNED(released), SIGNED(versions),
		SIGNED(beside_each_other), SIGNED(the_same_once), SIGNED(released_after_a_rival),
		SIGNED(found), SIGNED(renewed_often), SIGNED(label_bounds_tlp), SIGNED(withdrawn),
		SIGNED(pages), SIGNED(again), SIGNED(nothing_found), SIGNED(stands_often),
		SIGNED(moments_only_grow), SIGNED(known_is_read), SIGNED(judged_when_written),
		SIGNED(judged_beside_another), SIGNED(taken_back_once_and_whole)};
	int skip;

	work_register();
	skip = league_start(argc, argv);
	return skip ? skip : cmocka_run_group_tests_name("cyber list", tests, NULL, NULL);
}
