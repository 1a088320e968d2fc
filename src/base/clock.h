/*
 * clock.h: where time and chance come from. Everything in entente that reads a clock or needs
 * random bytes takes a `struct env *`, so that the simulator can replay a run from its seed.
 *
 *	struct env env = env_system();
 *	int64_t now = env_now_ms(&env);
 *
 * Also: RFC 3339 text.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/buf.h"
#include "base/why.h"

/* In milliseconds, as all times are that are kept or compared. */
#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS	  (60 * MINUTE_MS)
#define DAY_MS	  (24 * HOUR_MS)
#define WEEK_MS	  (7 * DAY_MS)

struct env {
	void *ctx;				      /* owner: whoever made the env */
	int64_t (*now_ms)(void *ctx);		      /* wall clock, Unix time in ms */
	int64_t (*mono_ms)(void *ctx);		      /* never goes back; origin arbitrary */
	void (*random)(void *ctx, void *p, size_t n); /* cryptographic, never fails */
};

/* The machine's own clocks and getrandom(2). */
struct env env_system(void);

/*
 * Clocks that stand still until told, and a deterministic generator: for tests and the simulator
 * only. `state` is borrowed and must outlive the env.
 */
struct env_fake {
	int64_t now_ms, mono_ms;
	uint64_t seed[4];
};
void env_fake_init(struct env_fake *state, uint64_t seed, int64_t now_ms);
struct env env_of_fake(struct env_fake *state);

int64_t env_now_ms(const struct env *env);
int64_t env_mono_ms(const struct env *env);
void env_random(const struct env *env, void *p, size_t n);
uint64_t env_u64(const struct env *env);
/* Even distribution over [0, below); below > 0. */
uint64_t env_below(const struct env *env, uint64_t below);

/* Days since 1970-01-01 of the proleptic Gregorian calendar, months and days from 1; and back. */
int64_t utc_day(int64_t year, unsigned month, unsigned day);
void utc_date(int64_t days, int64_t *ret_year, unsigned *ret_month, unsigned *ret_day);

#define UTC_TEXT_LEN 24 /* 2025-03-18T09:30:00.000Z */
/* Writes UTC_TEXT_LEN characters and a NUL. Years 0000-9999; others are clamped. */
void utc_format(int64_t unix_ms, char ret[UTC_TEXT_LEN + 1]);
/* RFC 3339 with a zone (Z or offset), any number of fraction digits, leap second 60 → 59.999. */
MUST_USE int utc_parse(struct slice text, int64_t *ret_unix_ms, struct why *why);

/* The moment `ms` from now on the monotonic clock of this machine: for waiting threads (pthread_cond_timedwait). Not of an env: nobody simulates sleep. */
struct timespec mono_after(int64_t ms);

#endif
