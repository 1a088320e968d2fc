/* plan_random.c: see plan_random.h. */
#include "plan_random.h"

#include "base/clock.h"

struct chance {
	uint64_t s;
};

/* xorshift64*, Vigna 2016. */
static int64_t chance(struct chance *c, int64_t low, int64_t high)
{
	c->s ^= c->s >> 12;
	c->s ^= c->s << 25;
	c->s ^= c->s >> 27;
	return low +
	       (int64_t)((c->s * UINT64_C(2685821657736338717) >> 33) % (uint64_t)(high - low + 1));
}

static struct plan_point somewhere(struct chance *c)
{
	return (struct plan_point){
		chance(c, 380000000, 560000000), chance(c, -50000000, 290000000)};
}

static void lot_make(struct chance *c, const struct random_size *size, size_t i,
	struct arena *arena, const struct plan_point *home, struct plan_lot *ret)
{
	struct plan_way *way = arena_array(arena, struct plan_way, 3);
	size_t type = (size_t)chance(c, 0, (int64_t)size->types - 1);
	struct plan_lot k = {.way = way};

	k.id = slice_str(arena_printf(arena, "lot-%zu", i));
	k.type = slice_str(arena_printf(arena, "T%zu.A", type));
	k.member = (size_t)chance(c, 0, (int64_t)size->members - 1);
	k.home = home[k.member];
	k.home.lat += chance(c, -5000000, 5000000);
	k.quantity = chance(c, 1, size->quantity_max);
	k.min_lot = chance(c, 0, 3) == 0 ? chance(c, 1, k.quantity) : 1;
	k.notice_minutes = chance(c, 2, 48) * 60;
	k.weight_kg = chance(c, 100, 8000);
	k.mobilisation = chance(c, 0, 2000000);
	k.per_unit = chance(c, 20000, 500000);
	k.per_unit_km = chance(c, 50, 400);
	way[0] = (struct plan_way){SLICE("road"), 60, 120, chance(c, 0, 1) == 0};
	way[1] = (struct plan_way){SLICE("air"), 600, 480, false};
	k.n_way = chance(c, 0, 2) ? 1 : 2;
	if (chance(c, 0, 9) == 0) {
		struct plan_caveat *caveat = arena_array(arena, struct plan_caveat, 1);
		*caveat = (struct plan_caveat){FORBIDS_AREA,
			slice_str(arena_printf(arena, "S%d", (int)chance(c, 0, 2))), false};
		k.caveat = caveat;
		k.n_caveat = 1;
	}
	if (chance(c, 0, 9) == 0) {
		struct plan_substitute *s = arena_array(arena, struct plan_substitute, 1);
		s->type = slice_str(arena_printf(arena, "T%zu", (type + 1) % size->types));
		s->effect = chance(c, 4, 9) * 100;
		k.substitute = s;
		k.n_substitute = 1;
	}
	if (size->groups && chance(c, 0, 5) == 0)
		k.group = chance(c, 1, 3);
	if (chance(c, 0, 14) == 0)
		k.not_ready = SLICE("stale");
	*ret = k;
}

static void line_make(struct chance *c, const struct random_size *size, size_t i,
	struct arena *arena, const struct plan_point *site, struct plan_line *ret)
{
	struct slice *area = arena_array(arena, struct slice, 1);
	int64_t at = chance(c, 0, 2);
	struct plan_line l = {.line = (int64_t)i + 1, .area = area, .n_area = 1};

	*area = slice_str(arena_printf(arena, "S%d", (int)at));
	l.place = site[at];
	l.type = slice_str(arena_printf(arena, "T%d", (int)chance(c, 0, (int64_t)size->types - 1)));
	l.needed_by_ms = RANDOM_NOW + chance(c, 12, 96) * HOUR_MS;
	l.needed_until_ms = l.needed_by_ms + 240 * HOUR_MS;
	l.weight = chance(c, 1, 4);
	if (chance(c, 0, 1)) {
		struct slice *accepts = arena_array(arena, struct slice, 1);
		*accepts = slice_str(
			arena_printf(arena, "T%d", (int)chance(c, 0, (int64_t)size->types - 1)));
		l.accepts = accepts;
		l.n_accepts = size->groups ? 1 : 0; /* large ones decompose by type */
	}
	l.max_contributors = chance(c, 0, 1) ? chance(c, 2, 5) : 0;
	l.quantity = 1;
	*ret = l;
}

/* Demand of a type: so many per cent of what there is, spread over its lines. */
static void demand(struct chance *c, const struct random_size *size, struct plan_line *line,
	const struct plan_lot *lot)
{
	for (size_t i = 0; i < size->lines; i++) {
		int64_t supply = 0, lines = 0;
		for (size_t k = 0; k < size->lots; k++)
			if (slice_starts(lot[k].type, "T") && line[i].type.n + 2 == lot[k].type.n &&
				memcmp(lot[k].type.p, line[i].type.p, line[i].type.n) == 0)
				supply += lot[k].quantity;
		for (size_t k = 0; k < size->lines; k++)
			lines += slice_eq(line[k].type, line[i].type);
		int64_t q = supply * size->tight / 100 / lines;
		line[i].quantity = q < 1 ? 1 : chance(c, q / 2 + 1, q + q / 2 + 1);
		if (chance(c, 0, 7) == 0)
			line[i].min_useful = line[i].quantity / 3;
	}
}

struct plan_problem *plan_random(const struct random_size *size, uint64_t seed, struct arena *arena)
{
	struct chance c = {seed * UINT64_C(0x9e3779b97f4a7c15) | 1};
	struct plan_problem *p = arena_new(arena, struct plan_problem);
	struct plan_member *member = arena_array(arena, struct plan_member, size->members);
	struct plan_lot *lot = arena_array(arena, struct plan_lot, size->lots);
	struct plan_line *line = arena_array(arena, struct plan_line, size->lines);
	struct plan_lift *lift = arena_array(arena, struct plan_lift, 2 * size->members);
	struct plan_reserve *reserve = arena_array(arena, struct plan_reserve, size->members);
	struct plan_point *home = arena_array(arena, struct plan_point, size->members), site[3];
	struct slice *not_with = arena_array(arena, struct slice, 1);

	for (int i = 0; i < 8; i++)
		(void)chance(&c, 0, 1);
	for (size_t i = 0; i < size->members; i++) {
		home[i] = somewhere(&c);
		member[i].label = slice_str(arena_printf(arena, "M%02zu", i));
		member[i].share = 1000000 / (int64_t)size->members;
		lift[2 * i] = (struct plan_lift){i, SLICE("road"), chance(&c, 100000, 600000)};
		lift[2 * i + 1] = (struct plan_lift){i, SLICE("air"), chance(&c, 20000, 120000)};
		reserve[i] = (struct plan_reserve){i,
			slice_str(arena_printf(
				arena, "T%d", (int)chance(&c, 0, (int64_t)size->types - 1))),
			chance(&c, 0, 3)};
	}
	*not_with = member[0].label;
	member[size->members - 1].not_with = not_with;
	member[size->members - 1].n_not_with = size->members > 1;
	for (int i = 0; i < 3; i++)
		site[i] = somewhere(&c);
	for (size_t i = 0; i < size->lots; i++)
		lot_make(&c, size, i, arena, home, &lot[i]);
	for (size_t i = 0; i < size->lines; i++)
		line_make(&c, size, i, arena, site, &line[i]);
	demand(&c, size, line, lot);
	*p = (struct plan_problem){.now_ms = RANDOM_NOW,
		.grace_minutes = 48 * 60,
		.currency = SLICE("EUR"),
		.policy = plan_policy_usual,
		.member = member,
		.n_member = size->members,
		.lot = lot,
		.n_lot = size->lots,
		.line = line,
		.n_line = size->lines,
		.reserve = reserve,
		.n_reserve = size->members,
		.lift = lift,
		.n_lift = size->lift ? 2 * size->members : 0};
	return p;
}
