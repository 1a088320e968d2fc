/* sample_pack.h: a pack of values in memory, for tests. */
#ifndef TEST_SAMPLE_PACK_H
#define TEST_SAMPLE_PACK_H

#include "unit.h"

#include "base/limits.h"
#include "work/cyber/pack_int.h"

#define SAMPLE_NOW 1742290200000LL /* 2025-03-18T09:30:00Z */

struct listed {
	enum pack_kind kind;
	const char *value;
};

/* Value i is of the object indicator--…0i. `bytes` holds the pack. */
static inline struct pack *sample_pack(const struct listed *value, size_t n, struct buf *bytes)
{
	struct pack_maker *m CLEANUP_PACK_MAKER = pack_maker_new();
	struct env_fake fake;
	struct env env;
	struct pack_about about = {
		SAMPLE_NOW, SLICE("test"), SLICE("-"), SLICE("-"), SLICE("-"), SLICE_NONE, 0, 0, 0};
	struct pack_trust any = {.any = true};
	struct pack *p = NULL;
	struct why why = {0};

	env_fake_init(&fake, 7, SAMPLE_NOW);
	env = env_of_fake(&fake);
	for (size_t i = 0; i < n; i++) {
		struct buf key CLEANUP_BUF = BUF(LIMIT_PACK_KEY);
		struct made_object o = {.until_s = UINT32_MAX};
		enum pack_kind kind = value[i].kind;
		char id[64];

		snprintf(id, sizeof(id), "indicator--00000000-0000-4000-8000-%012zx", i);
		assert_int_equal(pack_made_object(m, slice_str(id), SLICE_NONE, &o, &why), 0);
		if (pack_key(&kind, slice_str(value[i].value), &key) < 0)
			fail_msg("no key: %s", value[i].value);
		assert_int_equal(pack_made_key(m, kind, buf_slice(&key), &why), 0);
	}
	assert_int_equal(pack_print(m, bytes, &about, NULL, &env, &why), 0);
	if (pack_open_bytes(&p, buf_slice(bytes), &any, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	return p;
}

#endif
