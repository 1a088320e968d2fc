/*
 * training.c: the clock, scripts from sheets and the replay, by processor seconds of this process:
 *
 *	bench_training clock      due times a second on a clock of 20 segments
 *	bench_training day        10,000 injects over a simulated day, woken each second, each minute and once: the outputs must be the same
 *	bench_training msel       rows a second of a CSV with 10,000 rows, read, understood and checked
 *	bench_training replay     an exercise of 500 injects, delivered, received and answered, told again
 */
#include "base/clock.h"
#include "base/limits.h"
#include "work/training/due.h"
#include "work/training/msel.h"
#include "work/training/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SELF   "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define EX     SELF ".baaaaaaaaaaaaaaaaaaaaaaaaa"
#define SECOND 1000LL
#define DAY    (86400 * SECOND)
#define T0     1767258000000LL /* 2026-01-01T09:00:00Z */
#define MANY   10000

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t seed = 20260101;
static uint64_t draw(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545F4914F6CDD1DULL >> 16) % below;
}

static int fail(const struct why *why)
{
	fprintf(stderr, "%s: %s\n", why->where, why->text);
	return 1;
}

/* Pauses, rates and jumps over a day: 20 of them. */
static size_t events_make(struct clock_event *e)
{
	size_t n = 0;

	e[n++] = (struct clock_event){
		.kind = CLOCK_STARTEX, .real = T0, .scenario = T0, .num = 1, .den = 1};
	for (int i = 1; i < 7; i++) {
		int64_t at = T0 + i * 3 * 3600 * SECOND;

		e[n++] = (struct clock_event){.kind = CLOCK_PAUSE, .real = at};
		e[n++] = (struct clock_event){.kind = CLOCK_RESUME, .real = at + 600 * SECOND};
		e[n++] = (struct clock_event){
			.kind = CLOCK_RATE, .real = at + 900 * SECOND, .num = 1 + i % 3, .den = 1};
	}
	e[n++] = (struct clock_event){.kind = CLOCK_JUMP,
		.real = T0 + 20 * 3600 * SECOND,
		.scenario = T0 + 30 * 3600 * SECOND};
	return n;
}

static void items_make(struct clock_item *item, size_t n)
{
	for (size_t i = 0; i < n; i++)
		item[i] = (struct clock_item){.basis = (enum clock_basis)draw(3),
			.jump = (enum jump_policy)draw(3),
			.at = (int64_t)draw((uint64_t)DAY) + (draw(3) ? T0 : 0)};
	for (size_t i = 0; i < n; i++)
		if (item[i].basis == BASIS_ELAPSED)
			item[i].at %= DAY;
}

static int bench_clock(void)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	static struct clock_item item[MANY];
	struct clock_event e[64];
	struct exclock c;
	uint64_t at = 0, n = 0;
	double began;

	clock_build(&c, &arena, e, events_make(e));
	items_make(item, MANY);
	began = cpu_now();
	for (int round = 0; round < 1000; round++)
		for (size_t i = 0; i < MANY; i++, n++)
			at += (uint64_t)clock_due(&c, &item[i]).real;
	double took = cpu_now() - began;
	printf("clock: %zu segments, %.1f million due times a CPU second (%.0f ns each; sum %llu)\n",
		c.n, (double)n / took / 1e6, took / (double)n * 1e9, (unsigned long long)at);
	return 0;
}

/* ---- a day ---- */

struct output {
	size_t item;
	int64_t real, scenario;
};

static int by_time(const void *a, const void *b)
{
	const struct output *x = a, *y = b;

	return x->real != y->real  ? (x->real < y->real ? -1 : 1)
	       : x->item < y->item ? -1
				   : x->item > y->item;
}

/* As a node does: at each waking with the events that it knows by then; what has gone out has gone out. */
static struct hash day_run(const struct clock_event *e, size_t n_e, const struct clock_item *item,
	int64_t every, size_t *ret_n)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	static struct output out[MANY];
	static bool done[MANY];
	size_t n = 0, known = 0;
	struct exclock c = {0};

	memset(done, 0, sizeof(done));
	for (int64_t now = T0 + (every < DAY ? 0 : DAY); now <= T0 + DAY; now += every) {
		size_t before = known;

		while (known < n_e && e[known].real <= now)
			known++;
		if (known != before || now == T0) {
			arena_reset(&arena);
			clock_build(&c, &arena, e, known);
		}
		for (size_t i = 0; i < MANY; i++) {
			struct clock_due d;

			if (done[i])
				continue;
			d = clock_due(&c, &item[i]);
			if (d.state != DUE_AT || d.real > now)
				continue;
			done[i] = true;
			out[n++] = (struct output){i, d.real, d.scenario};
		}
	}
	qsort(out, n, sizeof(*out), by_time);
	*ret_n = n;
	return hash_bytes(slice_of(out, n * sizeof(*out)));
}

static int bench_day(void)
{
	static const int64_t every[] = {DAY + 1, 60 * SECOND, SECOND};
	static struct clock_item item[MANY];
	struct clock_event e[64];
	size_t n_e = events_make(e), n = 0;
	struct hash first = {0};

	items_make(item, MANY);
	for (size_t k = 0; k < 3; k++) {
		double began = cpu_now();
		struct hash h = day_run(e, n_e, item, every[k], &n);
		bool same = k == 0 || hash_eq(&h, &first);

		first = k == 0 ? h : first;
		printf("day: %d injects, woken %-13s %zu go out, %s, %.2f CPU s\n", MANY,
			k == 0	 ? "once:"
			: k == 1 ? "each minute:"
				 : "each second:",
			n, same ? "the same" : "NOT THE SAME", cpu_now() - began);
		if (!same)
			return 1;
	}
	return 0;
}

/* ---- a view from rows ---- */

static struct object_id object_of(enum kind_id kind, unsigned i)
{
	struct object_id o = {0};

	if (id_parse(SLICE(SELF), &o.owner) < 0 ||
		id_parse(SLICE("baaaaaaaaaaaaaaaaaaaaaaaaa"), &o.name) < 0)
		abort();
	if (kind == KIND_EXERCISE)
		return o;
	o.name.b[0] = (uint8_t)(0x40 + kind);
	o.name.b[1] = (uint8_t)(i >> 8);
	o.name.b[2] = (uint8_t)i;
	return o;
}

static const char *object_text(struct arena *a, enum kind_id kind, unsigned i)
{
	struct object_id o = object_of(kind, i);
	char *text = arena_alloc(a, OBJECT_TEXT + 1);

	object_format(&o, text);
	return text;
}

struct rowing {
	struct row *p;
	size_t n;
	struct arena *arena;
};

static void row_add(struct rowing *r, enum kind_id kind, unsigned i, int64_t at, const char *json)
{
	struct row *x = &r->p[r->n];

	*x = (struct row){.object = object_of(kind, i),
		.kind = kind,
		.seq = r->n,
		.time_ms = at,
		.label = SLICE("DEMO UNCLASSIFIED"),
		.mode = MODE_EXERCISE,
		.body = slice_str(json)};
	x->author = x->object.owner;
	x->leaf = hash_bytes(x->body);
	r->n++;
}

static const char *time_text(struct arena *a, int64_t ms)
{
	char *text = arena_alloc(a, UTC_TEXT_LEN + 1);

	utc_format(ms, text);
	return text;
}

static void exercise_add(struct rowing *r)
{
	row_add(r, KIND_EXERCISE, 0, T0,
		"{\"code_name\":\"BENCH\",\"type\":\"CPX\",\"participants\":[{\"party\":\"" SELF
		"\"}],\"scenario_epoch\":\"2026-01-01T09:00:00Z\",\"mark\":\"EXERCISE EXERCISE EXERCISE\"}");
}

/* ---- sheets ---- */

static int bench_msel(void)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	struct buf csv CLEANUP_BUF = BUF(64 * MIB);
	struct rowing r = {.arena = &arena};
	struct msel_options options = {.epoch = T0};
	struct why why = {0};
	struct msel_map map;
	struct msel_row *row;
	struct view v;
	struct book book;
	size_t n = 0, good = 0;
	double began;

	r.p = arena_array(&arena, struct row, 4);
	exercise_add(&r);
	struct object_id ex = object_of(KIND_EXERCISE, 0);
	if (view_build(&v, &arena, r.p, r.n, &ex, &why) < 0)
		return fail(&why);
	buf_str(&csv,
		"MSEL #,Inject DTG,Subject,Send To,Inject Mode,Implementer (Actual Narrative),Expected Action(s),Weather\r\n");
	for (unsigned i = 1; i <= MANY; i++)
		buf_addf(&csv,
			"%u,2026-01-%02u %02u:%02u:00,Event %u of the day,Staff,Email,\"Something happens, number %u, and is told at some length to those who have to do with it\",Report it within the hour,fair\r\n",
			i, 1 + i % 20, i % 24, i % 60, i, i);
	began = cpu_now();
	if (book_read(&book, &arena, buf_slice(&csv), &why) < 0 ||
		msel_header_find(&book.sheet[0], &map, &arena, &why) < 0)
		return fail(&why);
	msel_rows(&book.sheet[0], &map, &options, &v, &arena, &row, &n);
	double took = cpu_now() - began;
	for (size_t i = 0; i < n; i++)
		good += row[i].severity != MSEL_ERROR;
	printf("msel: %zu rows of %.1f MB, %zu good, %.0f rows a CPU second (%.2f s)\n", n,
		(double)csv.n / 1e6, good, (double)n / took, took);
	return good != MANY;
}

/* ---- replay ---- */

static void played_add(struct rowing *r, unsigned i)
{
	struct arena *a = r->arena;
	int64_t at = T0 + (int64_t)i * 60 * SECOND;
	const char *inject = object_text(a, KIND_INJECT, i),
		   *delivery = object_text(a, KIND_DELIVERY, i);

	row_add(r, KIND_INJECT, i, T0 - 1,
		arena_printf(a,
			"{\"exercise\":\"" EX
			"\",\"number\":\"%u\",\"title\":\"Event %u\",\"body\":\"What happens, in a few words.\",\"due\":{\"basis\":\"scenario\",\"at\":\"%s\"},\"fire\":\"auto\"}",
			i, i, time_text(a, at)));
	row_add(r, KIND_DELIVERY, i, at + 5,
		arena_printf(a,
			"{\"exercise\":\"" EX
			"\",\"inject\":\"%s\",\"number\":\"%u\",\"mark\":\"EXERCISE EXERCISE EXERCISE\",\"title\":\"Event %u\",\"body\":\"What happens, in a few words.\",\"method\":\"portal\","
			"\"parties\":[\"" SELF
			"\"],\"weight\":2,\"due\":\"%s\",\"due_scenario\":\"%s\",\"released\":\"%s\",\"by\":\"due\"}",
			inject, i, i, time_text(a, at), time_text(a, at), time_text(a, at + 5)));
	row_add(r, KIND_RECEIPT, i, at + 900,
		arena_printf(a,
			"{\"exercise\":\"" EX
			"\",\"delivery\":\"%s\",\"state\":\"acked\",\"received\":\"%s\",\"seen\":\"%s\",\"acked\":\"%s\",\"by\":\"staff\"}",
			delivery, time_text(a, at + 900), time_text(a, at + 5000),
			time_text(a, at + 9000)));
	row_add(r, KIND_RESPONSE, i, at + 120 * SECOND,
		arena_printf(a,
			"{\"exercise\":\"" EX
			"\",\"delivery\":\"%s\",\"kind\":\"report\",\"at\":\"%s\",\"text\":\"Reported.\",\"by\":\"staff\"}",
			delivery, time_text(a, at + 120 * SECOND)));
}

static int bench_replay(void)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * GIB);
	struct buf once CLEANUP_BUF = BUF(64 * MIB), again CLEANUP_BUF = BUF(64 * MIB);
	struct rowing r = {.arena = &arena};
	struct object_id ex = object_of(KIND_EXERCISE, 0);
	struct why why = {0};
	struct view v;
	double began, took;

	r.p = arena_array(&arena, struct row, 3000);
	exercise_add(&r);
	row_add(&r, KIND_CONTROL, 1, T0,
		"{\"exercise\":\"" EX
		"\",\"kind\":\"startex\",\"at\":\"2026-01-01T09:00:00Z\",\"scenario\":\"2026-01-01T09:00:00Z\",\"by\":\"control\"}");
	for (unsigned i = 1; i <= 500; i++)
		played_add(&r, i);
	began = cpu_now();
	if (view_build(&v, &arena, r.p, r.n, &ex, &why) < 0)
		return fail(&why);
	replay_print(&v, &arena, &once);
	took = cpu_now() - began;
	replay_print(&v, &arena, &again);
	printf("replay: 500 injects, %zu records, %.1f kB told in %.3f CPU s, again %s (%zu delivered)\n",
		r.n, (double)once.n / 1e3, took,
		slice_eq(buf_slice(&once), buf_slice(&again)) ? "the same" : "NOT THE SAME",
		v.n_delivery);
	return v.n_delivery != 500 || !slice_eq(buf_slice(&once), buf_slice(&again));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} part[] = {{"clock", bench_clock}, {"day", bench_day}, {"msel", bench_msel},
		{"replay", bench_replay}};
	int rc = 0;

	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++)
		if (argc < 2 || strcmp(argv[1], part[i].name) == 0)
			rc |= part[i].run();
	return rc;
}
