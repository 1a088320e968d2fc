/* The exercise clock: known cases, and random control scripts looked at every second, every minute and once. */
#include "unit.h"

#include "base/clock.h"
#include "base/limits.h"
#include "work/training/clock.h"

#define T0     1764406800000LL /* 2025-11-29T09:00:00Z */
#define S0     1767258000000LL /* the story begins on 2026-01-01T09:00:00Z */
#define MINUTE 60000LL

static struct exclock clock_of(struct arena *arena, const struct clock_event *e, size_t n)
{
	struct exclock c;

	clock_build(&c, arena, e, n);
	return c;
}

static struct clock_due due(
	const struct exclock *c, enum clock_basis basis, int64_t at, enum jump_policy jump)
{
	return clock_due(c, &(struct clock_item){.basis = basis, .at = at, .jump = jump});
}

#define assert_due(d, st, r)                                                                       \
	do {                                                                                       \
		struct clock_due d_ = (d);                                                         \
		assert_int_equal(d_.state, st);                                                    \
		assert_true(d_.real == (r));                                                       \
	} while (0)

static void segments(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	const struct clock_event e[] = {
		{.kind = CLOCK_PAUSE, .real = T0 - MINUTE}, /* before STARTEX: ignored */
		{.kind = CLOCK_STARTEX, .real = T0, .scenario = S0},
		{.kind = CLOCK_STARTEX, .real = T0 + 1, .scenario = 0}, /* again: ignored */
		{.kind = CLOCK_RATE, .real = T0 + 10 * MINUTE, .num = 60, .den = 1},
		{.kind = CLOCK_RATE, .real = T0 + 10 * MINUTE, .num = 0, .den = 1}, /* ignored */
		{.kind = CLOCK_PAUSE, .real = T0 + 11 * MINUTE},
		{.kind = CLOCK_RESUME, .real = T0 + 21 * MINUTE},
		{.kind = CLOCK_JUMP, .real = T0 + 22 * MINUTE, .scenario = S0 + 1000 * MINUTE},
		{.kind = CLOCK_ENDEX, .real = T0 + 23 * MINUTE},
		{.kind = CLOCK_RESUME, .real = T0 + 24 * MINUTE}, /* too late */
	};
	struct exclock c = clock_of(&arena, e, COUNT_OF(e));

	(void)state;
	assert_int_equal(c.ignored, 4);
	assert_true(clock_scenario(&c, T0 - 5) == S0);
	assert_true(clock_scenario(&c, T0 + 10 * MINUTE) == S0 + 10 * MINUTE);
	assert_true(clock_scenario(&c, T0 + 11 * MINUTE) == S0 + 70 * MINUTE);
	assert_true(clock_scenario(&c, T0 + 20 * MINUTE) == S0 + 70 * MINUTE);
	assert_true(clock_scenario(&c, T0 + 22 * MINUTE - 1) == S0 + 130 * MINUTE - 60);
	assert_true(clock_scenario(&c, T0 + 22 * MINUTE) == S0 + 1000 * MINUTE);
	assert_true(clock_scenario(&c, T0 + 50 * MINUTE) == S0 + 1060 * MINUTE);
	assert_true(clock_elapsed(&c, T0 + 50 * MINUTE) == 13 * MINUTE);
	assert_true(clock_runs(&c, T0) && !clock_runs(&c, T0 + 15 * MINUTE));
	assert_false(clock_runs(&c, T0 + 23 * MINUTE));
}

static void dues(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	const struct clock_event e[] = {
		{.kind = CLOCK_STARTEX, .real = T0, .scenario = S0},
		{.kind = CLOCK_PAUSE, .real = T0 + 10 * MINUTE},
		{.kind = CLOCK_RESUME, .real = T0 + 30 * MINUTE},
		{.kind = CLOCK_JUMP, .real = T0 + 40 * MINUTE, .scenario = S0 + 100 * MINUTE},
		{.kind = CLOCK_JUMP, .real = T0 + 50 * MINUTE, .scenario = S0 + 50 * MINUTE},
		{.kind = CLOCK_ENDEX, .real = T0 + 90 * MINUTE},
	};
	struct exclock c = clock_of(&arena, e, 3);

	(void)state;
	assert_due(due(&c, BASIS_SCENARIO, S0 - 5, JUMP_HOLD), DUE_AT, T0);
	assert_due(due(&c, BASIS_SCENARIO, S0 + 5 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 5 * MINUTE);
	/* Due at the very moment of the pause: the control event comes first. */
	assert_due(due(&c, BASIS_SCENARIO, S0 + 10 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 30 * MINUTE);
	assert_due(due(&c, BASIS_ELAPSED, 11 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 31 * MINUTE);
	/* A press conference does not wait for the exercise. */
	assert_due(due(&c, BASIS_REAL, T0 + 15 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 15 * MINUTE);
	assert_due(due(&c, BASIS_REAL, T0 - 15 * MINUTE, JUMP_HOLD), DUE_AT, T0);
	assert_int_equal(due(&c, BASIS_MANUAL, 0, JUMP_HOLD).state, DUE_NEVER);

	c = clock_of(&arena, e, 4);
	assert_due(
		due(&c, BASIS_SCENARIO, S0 + 60 * MINUTE, JUMP_HOLD), DUE_HELD, T0 + 40 * MINUTE);
	assert_due(due(&c, BASIS_SCENARIO, S0 + 60 * MINUTE, JUMP_DROP), DUE_DROPPED,
		T0 + 40 * MINUTE);
	assert_due(
		due(&c, BASIS_SCENARIO, S0 + 60 * MINUTE, JUMP_DELIVER), DUE_AT, T0 + 40 * MINUTE);
	assert_due(due(&c, BASIS_SCENARIO, S0 + 100 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 40 * MINUTE);
	/* Reached at the moment of the jump: not jumped over. */
	assert_due(due(&c, BASIS_SCENARIO, S0 + 20 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 40 * MINUTE);

	c = clock_of(&arena, e, 6);
	/* Back to before it: it comes up again. What had been delivered is not due a second time. */
	assert_due(due(&c, BASIS_SCENARIO, S0 + 60 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 60 * MINUTE);
	assert_due(due(&c, BASIS_SCENARIO, S0 + 105 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 45 * MINUTE);
	assert_due(
		due(&c, BASIS_SCENARIO, S0 + 30 * MINUTE, JUMP_HOLD), DUE_HELD, T0 + 40 * MINUTE);
	assert_due(
		due(&c, BASIS_SCENARIO, S0 + 300 * MINUTE, JUMP_HOLD), DUE_ENDED, T0 + 90 * MINUTE);
}

/* NO DUFF: not even what is tied to the world outside goes out. */
static void stop(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	const struct clock_event e[] = {
		{.kind = CLOCK_STARTEX, .real = T0, .scenario = S0},
		{.kind = CLOCK_PAUSE, .real = T0 + MINUTE},
		{.kind = CLOCK_STOP, .real = T0 + 2 * MINUTE},
		{.kind = CLOCK_RESUME, .real = T0 + 3 * MINUTE}, /* the stop still holds */
		{.kind = CLOCK_CLEAR, .real = T0 + 10 * MINUTE},
	};
	struct exclock c = clock_of(&arena, e, 4);

	(void)state;
	assert_int_equal(due(&c, BASIS_REAL, T0 + 4 * MINUTE, JUMP_HOLD).state, DUE_PENDING);
	assert_int_equal(due(&c, BASIS_SCENARIO, S0 + 4 * MINUTE, JUMP_HOLD).state, DUE_PENDING);
	c = clock_of(&arena, e, 5);
	assert_due(due(&c, BASIS_REAL, T0 + 4 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 10 * MINUTE);
	assert_due(due(&c, BASIS_SCENARIO, S0 + 4 * MINUTE, JUMP_HOLD), DUE_AT, T0 + 13 * MINUTE);
}

/* The largest numbers that are taken stay within 64 bits (UBSan watches). */
static void extremes(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	const struct clock_event e[] = {
		{.kind = CLOCK_STARTEX,
			.real = -CLOCK_TIME_MAX,
			.scenario = -CLOCK_TIME_MAX,
			.num = 1,
			.den = CLOCK_RATE_MAX},
		{.kind = CLOCK_RATE, .real = CLOCK_TIME_MAX - 1, .num = CLOCK_RATE_MAX, .den = 1},
		{.kind = CLOCK_JUMP, .real = CLOCK_TIME_MAX + 1, .scenario = 0},
		{.kind = CLOCK_ENDEX, .real = CLOCK_TIME_MAX},
	};
	struct exclock c = clock_of(&arena, e, COUNT_OF(e));

	(void)state;
	assert_int_equal(c.ignored, 1);
	assert_true(clock_scenario(&c, CLOCK_TIME_MAX) < 0);
	for (int j = JUMP_HOLD; j <= JUMP_DROP; j++)
		for (int b = BASIS_SCENARIO; b <= BASIS_MANUAL; b++) {
			(void)due(&c, (enum clock_basis)b, CLOCK_TIME_MAX, (enum jump_policy)j);
			(void)due(&c, (enum clock_basis)b, -CLOCK_TIME_MAX, (enum jump_policy)j);
		}
}

/* ---- random scripts ---- */

#define SCRIPTS	   20000
#define EVENTS_MAX 12
#define ITEMS	   16
#define SPAN	   (10 * MINUTE) /* of real time */

struct output {
	int item;
	struct clock_due due;
};
struct outputs {
	struct output p[ITEMS];
	size_t n;
};

struct script {
	struct clock_event e[EVENTS_MAX];
	size_t n;
	struct clock_item item[ITEMS];
	int after
		[ITEMS]; /* due `at` ms of scenario time after that one has gone out; -1: stands alone */
};

/* Stops and pauses do not last, or little would happen. */
static enum clock_kind kind_make(size_t i, const struct env *env)
{
	static const enum clock_kind kind[] = {CLOCK_PAUSE, CLOCK_RESUME, CLOCK_RESUME, CLOCK_RATE,
		CLOCK_RATE, CLOCK_JUMP, CLOCK_JUMP, CLOCK_STOP, CLOCK_CLEAR, CLOCK_CLEAR};

	if (i == 0)
		return CLOCK_STARTEX;
	return env_below(env, 60) == 0 ? CLOCK_ENDEX : kind[env_below(env, COUNT_OF(kind))];
}

static void script_make(struct script *s, const struct env *env)
{
	int64_t r = T0 + (int64_t)env_below(env, 5000);

	*s = (struct script){.n = 1 + env_below(env, EVENTS_MAX)};
	for (size_t i = 0; i < s->n; i++) {
		s->e[i] = (struct clock_event){.kind = kind_make(i, env),
			.real = r,
			.scenario =
				S0 + (int64_t)env_below(env, 120) * MINUTE - (i ? 30 * MINUTE : 0),
			.num = (int32_t)env_below(env, 60),
			.den = 1 + (int32_t)env_below(env, 7)};
		if (i == 0)
			s->e[i].num = s->e[i].den = 0;
		/* Often several at one moment, and at whole seconds, where wake-ups are. */
		if (env_below(env, 4))
			r += env_below(env, 2) ? (int64_t)env_below(env, 100000)
					       : (int64_t)env_below(env, 100) * 1000;
	}
	for (int i = 0; i < ITEMS; i++) {
		enum clock_basis b = (enum clock_basis)env_below(env, 3);

		s->item[i] = (struct clock_item){
			.basis = b, .jump = (enum jump_policy)env_below(env, 3)};
		s->after[i] = i && env_below(env, 4) == 0 ? (int)env_below(env, (uint64_t)i) : -1;
		s->item[i].at = s->after[i] >= 0 ? (int64_t)env_below(env, 10 * (uint64_t)MINUTE)
				: b == BASIS_SCENARIO
					? S0 + (int64_t)env_below(env, 90 * (uint64_t)MINUTE)
				: b == BASIS_REAL ? T0 + (int64_t)env_below(env, (uint64_t)SPAN)
						  : (int64_t)env_below(env, (uint64_t)SPAN);
	}
}

/* What a node that wakes at `now` finds new: it knows only the events until then. */
static void wake(const struct script *s, int64_t now, struct outputs *out, struct arena *arena)
{
	bool done[ITEMS] = {false};
	size_t known = 0, before = out->n;
	struct exclock c;

	arena_reset(arena);
	while (known < s->n && s->e[known].real <= now)
		known++;
	clock_build(&c, arena, s->e, known);
	for (size_t i = 0; i < out->n; i++)
		done[out->p[i].item] = true;
	for (int i = 0; i < ITEMS; i++) {
		struct clock_item item = s->item[i];
		bool waits = false;

		if (s->after[i] >= 0) {
			waits = true;
			for (size_t k = 0; k < out->n; k++)
				if (out->p[k].item == s->after[i]) {
					waits = false;
					item.basis = BASIS_SCENARIO;
					item.at += out->p[k].due.scenario;
					item.from = out->p[k].due.real;
				}
		}
		if (waits || done[i])
			continue;
		struct clock_due d = clock_due(&c, &item);
		if (d.state == DUE_AT && d.real <= now)
			out->p[out->n++] = (struct output){i, d};
	}
	/* In order of time, then of number. */
	for (size_t i = before + 1; i < out->n; i++)
		for (size_t k = i; k > before && out->p[k].due.real < out->p[k - 1].due.real; k--) {
			struct output t = out->p[k];

			out->p[k] = out->p[k - 1];
			out->p[k - 1] = t;
		}
}

static int by_item(const void *a, const void *b)
{
	return ((const struct output *)a)->item - ((const struct output *)b)->item;
}

static void woken(const struct script *s, int64_t every, struct outputs *out, struct arena *arena)
{
	*out = (struct outputs){.n = 0};
	for (int64_t now = T0 + (every < SPAN ? 0 : SPAN); now <= T0 + SPAN; now += every) {
		size_t n;

		do { /* what went out may have set off something else */
			n = out->n;
			wake(s, now, out, arena);
		} while (out->n > n);
	}
	qsort(out->p, out->n, sizeof(*out->p), by_item);
}

static bool same(const struct outputs *a, const struct outputs *b)
{
	bool equal = a->n == b->n;

	for (size_t i = 0; equal && i < a->n; i++)
		equal = a->p[i].item == b->p[i].item && a->p[i].due.real == b->p[i].due.real &&
			a->p[i].due.scenario == b->p[i].due.scenario;
	return equal;
}

static void random_scripts(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(MIB);
	struct env_fake fake;
	struct env env;
	size_t all = 0, held = 0;

	(void)state;
	env_fake_init(&fake, 20251129, T0);
	env = env_of_fake(&fake);
	for (int i = 0; i < SCRIPTS; i++) {
		static struct script s;
		static struct outputs once, minute, second;
		struct exclock c;

		script_make(&s, &env);
		woken(&s, SPAN + 1, &once, &arena);
		woken(&s, MINUTE, &minute, &arena);
		if (!same(&once, &minute))
			fail_msg("script %d: once %zu, every minute %zu", i, once.n, minute.n);
		woken(&s, 1000, &second, &arena);
		if (!same(&once, &second))
			fail_msg("script %d: once %zu, every second %zu", i, once.n, second.n);
		all += once.n;
		clock_build(&c, &arena, s.e, s.n);
		for (int k = 0; k < ITEMS; k++)
			held += clock_due(&c, &s.item[k]).state == DUE_HELD;
	}
	/* The scripts are such that something happens. */
	if (all < 150000 || held < 1000)
		fail_msg("only %zu outputs, %zu held", all, held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments),
		cmocka_unit_test(dues),
		cmocka_unit_test(stop),
		cmocka_unit_test(extremes),
		cmocka_unit_test(random_scripts),
	};

	return cmocka_run_group_tests_name("work/training/clock", tests, NULL, NULL);
}
