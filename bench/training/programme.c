/*
 * programme.c: a proposal for the whole programme against CBC on the same instance, made from a seed: bench_programme ENTRIES [SEED] [OWN_S] [CBC_S] [DAYS].
 *
 * As real programmes are (joint exercise programmes publish about 115 a year): 60 % of the wishes bunched in spring and autumn, 1 to 4 venues, 1 to 5 units, windows of 6 to
 * 8 slots either way, 35 % of the units on standby for some time, one in ten after another one. A year is DAYS slots (52: weeks).
 *
 * OWN_S are processor seconds of one thread; CBC_S is elapsed time, as its own clock has it.
 */
#include "programme_lp.h"

#include "base/limits.h"
#include "node/solver.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t seed;
static uint64_t draw(uint64_t below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545F4914F6CDD1DULL >> 16) % below;
}

static int64_t cpu_ms(void *ctx)
{
	struct timespec t;

	(void)ctx;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct size {
	unsigned entries, units, venues, days;
};

static struct size size_of(unsigned entries, unsigned days)
{
	if (entries <= 60)
		return (struct size){entries, 60, 15, days};
	if (entries <= 120)
		return (struct size){entries, 120, 30, days};
	return entries <= 200 ? (struct size){entries, 150, 40, days}
			      : (struct size){entries, 200, 50, days};
}

static struct object_id object_of(unsigned kind, unsigned i)
{
	struct object_id o = {0};

	o.name.b[0] = (uint8_t)kind;
	o.name.b[1] = (uint8_t)(i >> 8);
	o.name.b[2] = (uint8_t)i;
	return o;
}

static void row_add(struct rows *r, unsigned kind, unsigned i, struct slice body)
{
	r->p[r->n++] = (struct row){.object = object_of(kind, i),
		.kind = kind == 0 ? KIND_ENTRY : KIND_MASK,
		.mode = MODE_REAL,
		.body = body};
}

static int64_t wish(const struct size *s)
{
	uint64_t quarter = s->days / 4;

	if (draw(100) >= 60)
		return (int64_t)draw(s->days);
	return (int64_t)(draw(2) ? s->days / 6 + draw(quarter) : s->days * 2 / 3 + draw(quarter)) %
	       (int64_t)s->days;
}

static void entry_add(struct rows *r, const struct size *s, unsigned i, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	int64_t unit = s->days / 52 ? s->days / 52 : 1, days = (1 + (int64_t)draw(3)) * unit;
	int64_t start = wish(s), way = (6 + (int64_t)draw(3)) * unit;
	int64_t last = (int64_t)s->days - 1;
	unsigned venue = (unsigned)draw(s->venues), u = (unsigned)draw(s->units);

	start = start + days - 1 > last ? last - days + 1 : start;
	json_open(&o, '{');
	json_put_cstr(&o, "title", arena_printf(arena, "Exercise %u", i));
	json_put_cstr(&o, "kind", "exercise");
	put_day(&o, "from", start - way < 0 ? 0 : start - way);
	put_day(&o, "to", start + days - 1 + way > last ? last : start + days - 1 + way);
	json_put_i64(&o, "days", days);
	put_day(&o, "start", start);
	json_open_at(&o, "venues", '[');
	for (uint64_t k = 0, n = 1 + draw(4); k < n; k++)
		json_put_cstr(&o, NULL,
			arena_printf(
				arena, "V%llu", (unsigned long long)((venue + k * 7) % s->venues)));
	json_close(&o);
	json_open_at(&o, "units", '[');
	for (uint64_t k = 0, n = 1 + draw(5); k < n; k++)
		json_put_cstr(&o, NULL,
			arena_printf(
				arena, "U%llu", (unsigned long long)((u + k * 11) % s->units)));
	json_close(&o);
	json_put_i64(&o, "priority", 1 + (int64_t)draw(5));
	if (draw(10) == 0)
		json_put_bool(&o, "mandatory", true);
	if (i > 0 && draw(10) == 0) {
		struct object_id before = object_of(0, (unsigned)draw(i));

		json_open_at(&o, "after", '[');
		put_record_id(&o, NULL, &before);
		json_close(&o);
	}
	json_close(&o);
	row_add(r, 0, i, arena_copy(arena, buf_slice(&b)));
}

static void mask_add(struct rows *r, const struct size *s, unsigned unit, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct json_out o = json_out(&b);
	int64_t from = (int64_t)draw(s->days), length = s->days / 13 + (int64_t)draw(s->days / 13);

	json_open(&o, '{');
	json_put_cstr(&o, "what", "unit");
	json_put_cstr(&o, "name", arena_printf(arena, "U%u", unit));
	json_open_at(&o, "busy", '[');
	json_open(&o, '{');
	put_day(&o, "from", from);
	put_day(&o, "to", from + length);
	json_put_cstr(&o, "kind", "standby");
	json_close(&o);
	json_close(&o);
	json_close(&o);
	row_add(r, 1, unit, arena_copy(arena, buf_slice(&b)));
}

static int programme_make(
	struct programme *p, const struct size *s, struct arena *arena, struct why *why)
{
	struct rows entries = {arena_array(arena, struct row, s->entries + 1), 0}, replies = {0},
		    masks = {arena_array(arena, struct row, s->units + 1), 0};

	for (unsigned i = 0; i < s->entries; i++)
		entry_add(&entries, s, i, arena);
	for (unsigned u = 0; u < s->units; u++)
		if (draw(100) < 35)
			mask_add(&masks, s, u, arena);
	return programme_build(p, arena, &entries, &replies, &masks, why);
}

/* What an answer is worth, counted anew; -1 if it breaks a rule: judged by the exact clash detection. */
static int64_t judged(struct programme *p, const struct lp *lp, const struct solver_answer *a,
	struct arena *arena)
{
	bool *placed = arena_array(arena, bool, p->n + 1);
	int64_t value = 0;
	struct clash *c;
	size_t n;

	for (size_t i = 0; i < lp->n; i++) {
		char name[24];

		snprintf(name, sizeof(name), "x%zu", i);
		if (solver_value(a, name) < 0.5)
			continue;
		struct programme_entry *e = &p->entry[lp->option[i].entry - p->entry];
		placed[e - p->entry] = true;
		e->start = lp->option[i].start;
		e->venue = e->venues[lp->option[i].venue];
		value += lp_worth(e) - lp->option[i].cost;
	}
	for (size_t i = 0; i < p->n; i++)
		p->entry[i].cancelled = !placed[i];
	clash_find(p, arena, &c, &n);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "%s\n", c[i].text);
	return n ? -1 : value;
}

static int64_t own_judged(struct programme *p, const struct search_found *f, struct arena *arena)
{
	struct clash *c;
	size_t n;

	for (size_t i = 0; i < f->n; i++) {
		struct programme_entry *e = &p->entry[f->p[i].entry - p->entry];

		e->cancelled = !f->p[i].placed;
		if (f->p[i].placed) {
			e->start = f->p[i].start;
			e->venue = f->p[i].venue;
		}
	}
	clash_find(p, arena, &c, &n);
	return n ? -1 : f->value;
}

static unsigned number(int argc, char **argv, int at, unsigned otherwise)
{
	return argc > at ? (unsigned)strtoul(argv[at], NULL, 10) : otherwise;
}

static int bad(const struct why *why)
{
	fprintf(stderr, "%s: %s\n", why->where, why->text);
	return 1;
}

static int against(struct programme *p, int64_t value, unsigned cbc_s, struct slice text,
	const struct lp *lp, struct arena *arena)
{
	struct solver_answer a = {0};
	struct why why = {0};
	int64_t best;

	if (solver_run(&(struct solver_options){.engine = "cbc", .wall_ms = cbc_s * 1000LL}, text,
		    arena, &a, &why) < 0)
		return bad(&why);
	best = a.solved ? judged(p, lp, &a, arena) : 0;
	printf("cbc: %s%lld in %u s%s, bound %.0f; own is %.2f %% of it\n",
		a.solved ? "" : "no schedule; ", (long long)best, cbc_s,
		a.optimal ? " (proven)" : "", a.bounded ? a.bound : 0.0,
		best > 0 ? 100.0 * (double)value / (double)best : 0.0);
	return 0;
}

int main(int argc, char **argv)
{
	struct arena arena CLEANUP_ARENA = ARENA(8 * GIB);
	struct buf text CLEANUP_BUF = BUF(GIB);
	struct size s = size_of(number(argc, argv, 1, 120), number(argc, argv, 5, 52));
	unsigned own_s = number(argc, argv, 3, 10), cbc_s = number(argc, argv, 4, 180);
	uint64_t from = number(argc, argv, 2, 1) * 2654435761ULL + 1;
	struct programme own, theirs, *all[] = {&own, &theirs};
	struct search_found f;
	struct why why = {0};
	struct lp lp;
	int64_t value;

	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 2; i++) { /* the same one twice: judging changes it */
		seed = from;
		if (programme_make(all[i], &s, &arena, &why) < 0)
			return bad(&why);
	}
	search_run(&own,
		&(struct search_wish){
			.seed = 1, .deadline_ms = cpu_ms(NULL) + own_s * 1000LL, .now_ms = cpu_ms},
		&arena, &f);
	value = own_judged(&own, &f, &arena);
	lp_print(&theirs, &arena, &lp, &text);
	printf("%u entries, %u units, %u venues, %u slots: %zu binaries, %zu rows; greedy %lld; own %lld in %u s (%zu placed, %zu rounds)\n",
		s.entries, s.units, s.venues, s.days, lp.n, lp.rows, (long long)f.greedy,
		(long long)value, own_s, f.placed, f.rounds);
	fflush(stdout);
	if (value < 0)
		return 1;
	return cbc_s ? against(&theirs, value, cbc_s, buf_slice(&text), &lp, &arena) : 0;
}
