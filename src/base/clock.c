/* clock.c: see clock.h. RFC 3339 text is in utc.c. */
#include "base/clock.h"

#include "base/report.h"

#include <errno.h>
#include <sys/random.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	MUST(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t system_now_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

static int64_t system_mono_ms(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_MONOTONIC);
}

static void system_random(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	(void)ctx;
	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0) {
			MUST(errno == EINTR);
			continue;
		}
		at += got;
		n -= (size_t)got;
	}
}

struct env env_system(void)
{
	return (struct env){
		.now_ms = system_now_ms,
		.mono_ms = system_mono_ms,
		.random = system_random,
	};
}

/* splitmix64: spreads one seed over the state of the generator. */
static uint64_t seed_step(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

/* xoshiro256**: good enough to drive a simulation, and nothing else. */
static uint64_t fake_u64(struct env_fake *f)
{
	uint64_t *s = f->seed;
	uint64_t r = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return r;
}

static int64_t fake_now_ms(void *ctx)
{
	return ((struct env_fake *)ctx)->now_ms;
}

static int64_t fake_mono_ms(void *ctx)
{
	return ((struct env_fake *)ctx)->mono_ms;
}

static void fake_random(void *ctx, void *p, size_t n)
{
	uint8_t *at = p;

	while (n) {
		uint64_t v = fake_u64(ctx);
		size_t take = n < sizeof(v) ? n : sizeof(v);

		memcpy(at, &v, take);
		at += take;
		n -= take;
	}
}

void env_fake_init(struct env_fake *state, uint64_t seed, int64_t now_ms)
{
	*state = (struct env_fake){.now_ms = now_ms};
	for (size_t i = 0; i < 4; i++)
		state->seed[i] = seed_step(&seed);
}

struct env env_of_fake(struct env_fake *state)
{
	return (struct env){
		.ctx = state,
		.now_ms = fake_now_ms,
		.mono_ms = fake_mono_ms,
		.random = fake_random,
	};
}

int64_t env_now_ms(const struct env *env)
{
	return env->now_ms(env->ctx);
}

int64_t env_mono_ms(const struct env *env)
{
	return env->mono_ms(env->ctx);
}

void env_random(const struct env *env, void *p, size_t n)
{
	env->random(env->ctx, p, n);
}

uint64_t env_u64(const struct env *env)
{
	uint64_t v;

	env_random(env, &v, sizeof(v));
	return v;
}

uint64_t env_below(const struct env *env, uint64_t below)
{
	uint64_t skip, v;

	MUST(below > 0);
	/* Values under `skip` would make the low results likelier: 2^64 mod below. */
	skip = (0 - below) % below;
	do
		v = env_u64(env);
	while (v < skip);
	return v % below;
}

struct timespec mono_after(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += (ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}
