/* When injects go out that wait for one another, and whose records count: views made by hand, as partners could have written them. */
#include "unit.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/report.h"
#include "log/id.h"
#include "work/training/due.h"
#include "work/training/lint.h"
#include "work/training/replay.h"

#define EPOCH 1767258000000LL /* 2026-01-01T09:00:00Z */
#define HOUR  3600000LL

enum { HOST, GUEST, STRANGER };

static struct id member_of(unsigned who)
{
	struct id m = {{0}};

	m.b[0] = (uint8_t)(who + 1);
	return m;
}

static struct object_id object_of(unsigned who, unsigned i)
{
	struct object_id o = {.owner = member_of(who)};

	o.name.b[0] = (uint8_t)(i >> 8);
	o.name.b[1] = (uint8_t)i;
	return o;
}

static const char *text_of(struct arena *arena, const struct object_id *o)
{
	char text[OBJECT_TEXT + 1];

	object_format(o, text);
	return arena_printf(arena, "%s", text);
}

struct rows_made {
	struct arena arena;
	struct row p[4200];
	size_t n;
	unsigned seq;
};

static void add(struct rows_made *m, struct object_id o, enum kind_id kind, const char *json)
{
	MUST(m->n < COUNT_OF(m->p));
	m->p[m->n++] = (struct row){.object = o,
		.author = o.owner,
		.kind = kind,
		.epoch = 1,
		.seq = ++m->seq,
		.time_ms = EPOCH,
		.body = slice_str(json)};
}

static void begin(struct rows_made *m)
{
	char host[ID_TEXT + 1], guest[ID_TEXT + 1];
	struct id a = member_of(HOST), b = member_of(GUEST);

	*m = (struct rows_made){.arena = ARENA(256 * MIB)};
	id_format(&a, host);
	id_format(&b, guest);
	add(m, object_of(HOST, 0), KIND_EXERCISE,
		arena_printf(&m->arena,
			"{\"code_name\":\"X\",\"type\":\"CPX\",\"participants\":[{\"party\":\"%s\"},{\"party\":\"%s\"}],\"scenario_epoch\":\"2026-01-01T09:00:00Z\"}",
			host, guest));
	add(m, object_of(HOST, 1), KIND_CONTROL,
		"{\"kind\":\"startex\",\"at\":\"2026-01-01T09:00:00Z\",\"scenario\":\"2026-01-01T09:00:00Z\"}");
}

/* A script that goes out by itself; its approval is put in as the view asks for it. */
static void script(struct rows_made *m, struct object_id o, const char *more)
{
	char *draft = arena_printf(&m->arena,
		"{\"number\":\"%u\",\"title\":\"t\",\"fire\":\"auto\",%s", (unsigned)m->n, more);
	struct inject j;
	char hex[65];

	assert_int_equal(
		inject_parse(&j, &m->arena, slice_str(arena_printf(&m->arena, "%s}", draft)),
			&(struct why){0}),
		0);
	hex_encode(j.digest.b, sizeof(j.digest.b), hex);
	add(m, o, KIND_INJECT,
		arena_printf(&m->arena,
			"%s,\"steps\":[{\"to\":\"submitted\",\"at\":\"2026-01-01T08:00:00Z\",\"by\":\"a\"},{\"to\":\"approved\",\"at\":\"2026-01-01T08:00:00Z\",\"by\":\"a\",\"script\":\"%s\"}]}",
			draft, hex));
}

/* Due a minute after `a`, and a contingency of `b`. */
static const char *after(struct rows_made *m, struct object_id a, struct object_id b)
{
	return arena_printf(&m->arena,
		"\"kind\":\"contingency\",\"due\":{\"basis\":\"relative\",\"of\":\"%s\",\"after_s\":60},\"condition\":{\"inject\":\"%s\",\"on\":\"delivered\"}",
		text_of(&m->arena, &a), text_of(&m->arena, &b));
}

static void view_of(struct rows_made *m, struct view *v)
{
	struct object_id ex = object_of(HOST, 0);
	struct why why = {0};

	if (view_build(v, &m->arena, m->p, m->n, &ex, &why) < 0)
		fail_msg("%s %s", why.where, why.text);
}

static struct inject_due due_of(const struct view *v, struct object_id o)
{
	const struct script *s = view_script(v, &o);

	assert_non_null(s);
	return inject_due(v, s, EPOCH + 2 * HOUR);
}

static size_t circles(struct rows_made *m, const struct view *v)
{
	struct finding *f;
	size_t n, found = 0;

	lint_run(v, NULL, &m->arena, &f, &n);
	for (size_t i = 0; i < n; i++)
		found += strcmp(f[i].rule, "dependency-cycle") == 0;
	return found;
}

#define CHAIN 4000

/* Each waits twice for the one before it: 2^4000 ways, and one answer. */
static void long_chain(void **state)
{
	struct rows_made *m = mem_new(struct rows_made);
	struct agenda a;
	struct view v;

	(void)state;
	begin(m);
	script(m, object_of(HOST, 10),
		"\"due\":{\"basis\":\"scenario\",\"at\":\"2026-01-01T09:10:00Z\"}");
	for (unsigned i = 1; i < CHAIN; i++)
		script(m, object_of(HOST, 10 + i),
			after(m, object_of(HOST, 9 + i), object_of(HOST, 9 + i)));
	view_of(m, &v);
	agenda_build(&a, &m->arena, &v, EPOCH, 0, 0);
	assert_int_equal(a.n_later, CHAIN);
	assert_true(due_of(&v, object_of(HOST, 9 + CHAIN)).at.real ==
		    EPOCH + (10 + CHAIN - 1) * 60000LL);
	assert_true(due_of(&v, object_of(HOST, 9 + CHAIN)).automatic);
	assert_int_equal(circles(m, &v), 0);
	arena_free(&m->arena);
	mem_free(m);
}

/* Circles never go out by themselves, whoever is asked first; EXCON may let one go, and then what waits for it goes. */
static void circles_stand(void **state)
{
	struct rows_made *m = mem_new(struct rows_made);
	struct object_id a = object_of(GUEST, 1), b = object_of(GUEST, 2), c = object_of(GUEST, 3),
			 self = object_of(GUEST, 4), d = object_of(GUEST, 5);
	struct view v;

	(void)state;
	begin(m);
	script(m, a, after(m, b, c));
	script(m, b, after(m, a, c));
	script(m, c, after(m, b, a));
	script(m, self, after(m, self, self));
	script(m, d, after(m, a, a)); /* behind a circle */
	view_of(m, &v);
	const struct object_id all[] = {d, c, self, a, b};
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		assert_false(due_of(&v, all[i]).automatic);
		assert_int_equal(due_of(&v, all[i]).at.state, DUE_PENDING);
	}
	assert_int_equal(circles(m, &v), 5);

	add(m, object_of(HOST, 2), KIND_CONTROL,
		arena_printf(&m->arena,
			"{\"kind\":\"release\",\"at\":\"2026-01-01T09:30:00Z\",\"inject\":\"%s\"}",
			text_of(&m->arena, &a)));
	view_of(m, &v);
	assert_true(due_of(&v, a).by_excon && due_of(&v, a).automatic);
	assert_true(due_of(&v, d).automatic);
	assert_true(due_of(&v, d).at.real == EPOCH + HOUR / 2 + 60000);
	arena_free(&m->arena);
	mem_free(m);
}

/* A circle that goes by way of a condition alone is found by lint, too. */
static void circle_of_conditions(void **state)
{
	struct rows_made *m = mem_new(struct rows_made);
	struct object_id a = object_of(HOST, 10), b = object_of(HOST, 11);
	struct view v;

	(void)state;
	begin(m);
	script(m, a,
		arena_printf(&m->arena,
			"\"due\":{\"basis\":\"relative\",\"of\":\"%s\",\"after_s\":1}",
			text_of(&m->arena, &b)));
	/* Its own time is relative to one that is not there: the condition is what leads back. */
	script(m, b, after(m, object_of(HOST, 99), a));
	view_of(m, &v);
	assert_int_equal(circles(m, &v), 2);
	arena_free(&m->arena);
	mem_free(m);
}

/* Who takes no part has nothing to say; nor has a participant about what was not for him. */
static void strangers_say_nothing(void **state)
{
	struct rows_made *m = mem_new(struct rows_made);
	struct object_id base = object_of(HOST, 10), next = object_of(HOST, 11),
			 went = object_of(HOST, 12);
	struct id guest = member_of(GUEST);
	char text[ID_TEXT + 1];
	struct view v;
	size_t n;

	(void)state;
	id_format(&guest, text);
	begin(m);
	script(m, base, "\"due\":{\"basis\":\"scenario\",\"at\":\"2026-01-01T09:10:00Z\"}");
	script(m, next,
		arena_printf(&m->arena,
			"\"due\":{\"basis\":\"relative\",\"of\":\"%s\",\"on\":\"responded\",\"after_s\":0}",
			text_of(&m->arena, &base)));
	add(m, went, KIND_DELIVERY,
		arena_printf(&m->arena,
			"{\"inject\":\"%s\",\"parties\":[\"%s\"],\"released\":\"2026-01-01T09:10:00Z\"}",
			text_of(&m->arena, &base), text));
	const char *answer = arena_printf(&m->arena,
		"{\"delivery\":\"%s\",\"kind\":\"action\",\"at\":\"2026-01-01T09:20:00Z\",\"text\":\"x\"}",
		text_of(&m->arena, &went));
	add(m, object_of(STRANGER, 1), KIND_RESPONSE, answer);
	add(m, object_of(STRANGER, 2), KIND_PART, "{\"type\":\"audience\",\"title\":\"spy\"}");
	add(m, object_of(STRANGER, 3), KIND_INJECT, "{\"number\":\"9\",\"title\":\"junk\"}");
	add(m, object_of(HOST, 20), KIND_RESPONSE, answer); /* it was not for the host */
	view_of(m, &v);
	assert_int_equal(v.n_part, 0);
	assert_int_equal(v.n_script, 2);
	assert_int_equal(v.n_response, 0);
	assert_int_equal(due_of(&v, next).at.state, DUE_PENDING);

	add(m, object_of(GUEST, 1), KIND_RESPONSE, answer);
	view_of(m, &v);
	assert_non_null(view_responses(&v, &went, &n));
	assert_int_equal(n, 1);
	assert_true(due_of(&v, next).at.real == EPOCH + HOUR / 3);
	arena_free(&m->arena);
	mem_free(m);
}

/* "Delivered 2 of 1" says nothing: injects of others are counted by their shadows and deliveries, each once. */
static void planned_and_delivered(void **state)
{
	struct rows_made *m = mem_new(struct rows_made);
	struct object_id own = object_of(HOST, 10), theirs = object_of(GUEST, 10),
			 open = object_of(GUEST, 11), old = object_of(HOST, 11);
	struct object_id of[] = {own, theirs, theirs};
	struct replay_measures r;
	struct view v;

	(void)state;
	begin(m);
	script(m, own, "\"due\":{\"basis\":\"scenario\",\"at\":\"2026-01-01T09:10:00Z\"}");
	add(m, old, KIND_INJECT,
		"{\"number\":\"8\",\"title\":\"t\",\"steps\":[{\"to\":\"obsolete\",\"at\":\"2026-01-01T08:00:00Z\",\"by\":\"a\",\"why\":\"x\"}]}");
	add(m, shadow_object(&own), KIND_SHADOW, "{\"weight\":1}"); /* of its own script */
	add(m, shadow_object(&theirs), KIND_SHADOW, "{\"gone\":true}");
	add(m, shadow_object(&open), KIND_SHADOW, "{\"weight\":1}");
	for (unsigned i = 0; i < 3; i++)
		add(m, (struct object_id){of[i].owner, object_of(0, 50 + i).name}, KIND_DELIVERY,
			arena_printf(&m->arena,
				"{\"inject\":\"%s\",\"released\":\"2026-01-01T09:1%u:00Z\"}",
				text_of(&m->arena, &of[i]), i));
	view_of(m, &v);
	r = replay_measure(&v, &m->arena);
	assert_int_equal(r.delivered, 2);
	assert_int_equal(r.planned, 3); /* own, theirs, and what is still open */
	arena_free(&m->arena);
	mem_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(long_chain),
		cmocka_unit_test(circles_stand), cmocka_unit_test(circle_of_conditions),
		cmocka_unit_test(strangers_say_nothing), cmocka_unit_test(planned_and_delivered)};

	return cmocka_run_group_tests_name("work/training/due", tests, NULL, NULL);
}
