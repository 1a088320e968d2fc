/* cbor.c: see cbor.h. */
#include "base/cbor.h"

#include "base/utf8.h"

/* RFC 8949 §3: the first byte has a major type and either the argument or how many bytes of it follow. */
struct head {
	unsigned major;
	uint64_t value;
};

static int broken(struct why *why, const char *text)
{
	return why_set(why, E_SYNTAX, "cbor", "%s", text);
}

static bool take_be(struct slice *rest, size_t n, uint64_t *ret)
{
	uint64_t v = 0;

	if (rest->n < n)
		return false;
	for (size_t i = 0; i < n; i++)
		v = v << 8 | rest->p[i];
	*rest = slice_sub(*rest, n, rest->n);
	*ret = v;
	return true;
}

static int head_take(struct slice *rest, struct head *ret, struct why *why)
{
	/* The least value that needs 1, 2, 4, 8 bytes. */
	static const uint64_t least[] = {24, 0x100, 0x10000, 0x100000000};
	uint64_t first = 0;

	if (!take_be(rest, 1, &first))
		return broken(why, "it ends where an item should begin");
	unsigned info = first & 31;
	ret->major = (unsigned)(first >> 5);
	ret->value = info;
	if (info < 24)
		return 0;
	if (info > 27)
		return broken(why, "an item of indefinite or unknown length");
	if (!take_be(rest, (size_t)1 << (info - 24), &ret->value))
		return broken(why, "it ends inside a number");
	if (ret->value < least[info - 24])
		return broken(why, "a number that is not in its shortest spelling");
	return 0;
}

static int string_take(
	struct slice *rest, const struct head *h, struct cbor_item *item, struct why *why)
{
	if (h->value > rest->n)
		return broken(why, "it ends inside a string");
	item->bytes = slice_sub(*rest, 0, (size_t)h->value);
	*rest = slice_sub(*rest, (size_t)h->value, rest->n);
	if (item->type == CBOR_TEXT && utf8_bad_at(item->bytes) >= 0)
		return broken(why, "a text that is no UTF-8");
	return 0;
}

static int simple_take(const struct head *h, struct cbor_item *item, struct why *why)
{
	switch (h->value) {
	case 20:
		item->type = CBOR_FALSE;
		return 0;
	case 21:
		item->type = CBOR_TRUE;
		return 0;
	case 22:
		item->type = CBOR_NULL;
		return 0;
	default:
		return broken(why, "a float or an unknown simple value");
	}
}

static int pairs_take(
	struct slice *rest, uint64_t n, unsigned depth, struct cbor_map *map, struct why *why);

static int item_take(struct slice *rest, unsigned depth, struct cbor_item *ret, struct why *why)
{
	const struct slice from = *rest;
	struct cbor_item item = {0};
	struct head h;
	int rc = head_take(rest, &h, why);

	if (rc < 0)
		return rc;
	if (depth > LIMIT_CBOR_DEPTH)
		return why_set(why, E_LIMIT, "cbor", "nested deeper than %d", LIMIT_CBOR_DEPTH);
	item.value = h.value;
	switch (h.major) {
	case 0:
		item.type = CBOR_UINT;
		break;
	case 1:
		item.type = CBOR_NINT;
		break;
	case 2:
	case 3:
		item.type = h.major == 2 ? CBOR_BYTES : CBOR_TEXT;
		rc = string_take(rest, &h, &item, why);
		break;
	case 4:
		item.type = CBOR_ARRAY;
		for (uint64_t i = 0; rc == 0 && i < h.value; i++) {
			struct cbor_item inner;

			rc = item_take(rest, depth + 1, &inner, why);
		}
		break;
	case 5: {
		struct cbor_map inner;

		item.type = CBOR_MAP;
		rc = pairs_take(rest, h.value, depth, &inner, why);
		break;
	}
	case 7:
		rc = simple_take(&h, &item, why);
		break;
	default:
		return broken(why, "a tag");
	}
	if (rc < 0)
		return rc;
	item.whole = slice_sub(from, 0, from.n - rest->n);
	*ret = item;
	return 0;
}

static int pairs_take(
	struct slice *rest, uint64_t n, unsigned depth, struct cbor_map *map, struct why *why)
{
	int rc = 0;

	if (n > LIMIT_CBOR_PAIRS)
		return why_set(
			why, E_LIMIT, "cbor", "a map of more than %d pairs", LIMIT_CBOR_PAIRS);
	for (map->n = 0; rc == 0 && map->n < n; map->n += rc == 0) {
		rc = item_take(rest, depth + 1, &map->key[map->n], why);
		/* One value has one spelling, so equal keys have equal bytes. */
		for (size_t i = 0; rc == 0 && i < map->n; i++)
			if (slice_eq(map->key[i].whole, map->key[map->n].whole))
				rc = broken(why, "a key that stands twice in a map");
		if (rc == 0)
			rc = item_take(rest, depth + 1, &map->value[map->n], why);
	}
	return rc;
}

static int size_check(struct slice bytes, struct why *why)
{
	if (bytes.n <= LIMIT_CBOR_BYTES)
		return 0;
	return why_set(why, E_LIMIT, "cbor", "more than %zu bytes", LIMIT_CBOR_BYTES);
}

int cbor_take(struct slice *rest, struct cbor_item *ret, struct why *why)
{
	struct slice at = *rest;
	int rc = size_check(at, why);

	if (rc == 0)
		rc = item_take(&at, 1, ret, why);
	if (rc == 0)
		*rest = at;
	return rc;
}

int cbor_map_read(struct slice *rest, struct cbor_map *ret, struct why *why)
{
	struct slice at = *rest;
	struct head h;
	int rc = size_check(at, why);

	if (rc == 0)
		rc = head_take(&at, &h, why);
	if (rc == 0 && h.major != 5)
		rc = broken(why, "expected a map");
	if (rc == 0)
		rc = pairs_take(&at, h.value, 1, ret, why);
	if (rc == 0)
		*rest = at;
	return rc;
}

/* ---- looking ---- */

const struct cbor_item *cbor_at(const struct cbor_map *m, const char *key)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->key[i].type == CBOR_TEXT && slice_is(m->key[i].bytes, key))
			return &m->value[i];
	return NULL;
}

const struct cbor_item *cbor_at_i64(const struct cbor_map *m, int64_t key)
{
	for (size_t i = 0; i < m->n; i++) {
		int64_t v;

		if (cbor_need_i64(&m->key[i], "", &v, NULL) == 0 && v == key)
			return &m->value[i];
	}
	return NULL;
}

static int need(const struct cbor_item *v, enum cbor_type type, const char *where,
	struct slice *ret, struct why *why)
{
	if (!v || v->type != type)
		return why_set(why, E_INVALID, where, "is missing or of another type");
	*ret = v->bytes;
	return 0;
}

int cbor_need_bytes(
	const struct cbor_item *v, const char *where, struct slice *ret, struct why *why)
{
	return need(v, CBOR_BYTES, where, ret, why);
}

int cbor_need_text(const struct cbor_item *v, const char *where, struct slice *ret, struct why *why)
{
	return need(v, CBOR_TEXT, where, ret, why);
}

int cbor_need_i64(const struct cbor_item *v, const char *where, int64_t *ret, struct why *why)
{
	if (!v || (v->type != CBOR_UINT && v->type != CBOR_NINT) || v->value > INT64_MAX)
		return why_set(why, E_INVALID, where, "is missing or no integer of 64 bits");
	*ret = v->type == CBOR_UINT ? (int64_t)v->value : -1 - (int64_t)v->value;
	return 0;
}
