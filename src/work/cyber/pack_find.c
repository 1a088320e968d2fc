/*
 * pack_find.c: looking things up in a pack; see pack.h.
 *
 * The filter answers nearly always, from the processor's own cache: one word, four bits. What passes goes to one line of the table, where a slot
 * with the same half of the hash leads to an entry; only then is a key read.
 */
#include "work/cyber/pack_int.h"

struct pack_fast pack_fast(const struct pack *p)
{
	struct pack_fast fast = {.seed = {p->seed[0], p->seed[1]},
		.endings = p->bytes.p + p->section[SECTION_ENDINGS].at,
		.table = p->bytes.p + p->section[SECTION_TABLE].at,
		.lines = p->lines};

	for (size_t g = 0; g < PACK_GROUPS; g++) {
		fast.filter[g].words = p->bytes.p + p->section[SECTION_FILTER + g].at;
		fast.filter[g].n = p->filter_words[g];
	}
	return fast;
}

static bool entry_read(struct pack *p, uint32_t number, struct disk_entry *ret)
{
	const struct disk_entry *e =
		pack_at(p, SECTION_ENTRY, (uint64_t)number * sizeof(*e), sizeof(*e));

	if (!e)
		return false;
	*ret = *e;
	if (ret->kind < PACK_KINDS && ret->anchor <= ret->length)
		return true;
	snprintf(p->damage, sizeof(p->damage), "entry %u is of no kind", number);
	return false;
}

static bool hit_read(struct pack *p, uint32_t number, struct pack_hit *ret)
{
	struct disk_entry e;
	const uint8_t *key;

	if (!entry_read(p, number, &e))
		return false;
	key = pack_at(p, SECTION_KEY, e.key, e.length);
	if (!key)
		return false;
	*ret = (struct pack_hit){number, (enum pack_kind)e.kind, slice_of(key, e.length), e.anchor};
	return true;
}

bool pack_next(struct pack *p, uint64_t hash, uint64_t *at, struct pack_hit *ret)
{
	uint64_t line = pack_spread(hash, p->lines);

	for (uint64_t i = *at; i < (uint64_t)LINE_WALK * LINE_SLOTS; i++) {
		uint64_t where = (line + i / LINE_SLOTS) % p->lines * LINE_SLOTS + i % LINE_SLOTS;
		const struct disk_slot *slot =
			pack_at(p, SECTION_TABLE, where * sizeof(*slot), sizeof(*slot));

		if (!slot || slot->entry == 0)
			return false; /* lines are filled in order: the first free slot is the end */
		if (slot->print != (uint32_t)hash)
			continue;
		*at = i + 1;
		return hit_read(p, slot->entry - 1, ret);
	}
	return false;
}

/* An entry with exactly this binary key; there is one at most. */
static bool find_exact(struct pack *p, enum pack_kind kind, struct slice key, struct pack_hit *ret)
{
	uint64_t hash = pack_key_hash(p->seed, kind, key), at = 0;
	struct pack_fast fast = pack_fast(p);

	if (fast.filter[PACK_NUMBERS].n == 0 || !pack_filter(&fast, PACK_NUMBERS, hash))
		return false;
	while (pack_next(p, hash, &at, ret))
		if (ret->kind == kind && slice_eq(ret->key, key))
			return true;
	return false;
}

bool pack_next_six(struct pack *p, const uint8_t addr[16], uint64_t *at, struct pack_hit *ret)
{
	if ((*at)++ || p->kinds[PACK_IPV6] == 0)
		return false;
	return find_exact(p, PACK_IPV6, slice_of(addr, 16), ret);
}

bool pack_next_net(
	struct pack *p, const uint8_t *addr, bool six, uint64_t *at, struct pack_hit *ret)
{
	uint8_t key[17], bytes = six ? 16 : 4;
	const uint8_t *wide = p->bytes.p + p->section[SECTION_NET16].at;

	if (!six && p->kinds[PACK_NET4] && !(wide[addr[0] * 32 + addr[1] / 8] & 1u << addr[1] % 8))
		return false;
	for (uint64_t length = *at; length < bytes * 8u - 1; length++) {
		uint32_t used = six ? p->net6[length / 32] >> length % 32 : p->net4 >> length;

		if (!(used & 1))
			continue;
		memset(key, 0, sizeof(key));
		for (uint64_t i = 0; i <= length; i++)
			key[i / 8] |= addr[i / 8] & (uint8_t)(0x80u >> i % 8);
		key[bytes] = (uint8_t)(length + 1);
		*at = length + 1;
		if (find_exact(p, six ? PACK_NET6 : PACK_NET4, slice_of(key, bytes + 1u), ret))
			return true;
	}
	*at = bytes * 8u;
	return false;
}

/* A text of the pack, cut to what `ret` holds. */
static bool text_read(struct pack *p, uint32_t at, char *ret, size_t size)
{
	uint64_t left = p->section[SECTION_TEXT].n > at ? p->section[SECTION_TEXT].n - at : 0;
	const char *text = pack_at(p, SECTION_TEXT, at, left < size ? left : size);

	if (!text)
		return false;
	snprintf(ret, size, "%.*s", (int)(left < size ? left : size - 1), text);
	return true;
}

static void uuid_print(const uint8_t u[16], char ret[37])
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[n++] = '-';
		ret[n++] = digits[u[i] >> 4];
		ret[n++] = digits[u[i] & 15];
	}
	ret[n] = '\0';
}

bool pack_object(struct pack *p, uint32_t number, struct pack_object *ret)
{
	const struct disk_object *o;
	char type[72], uuid[37];

	if (number >= p->about.objects)
		return false;
	o = pack_at(p, SECTION_OBJECT, (uint64_t)number * sizeof(*o), sizeof(*o));
	if (!o || !text_read(p, o->type, type, sizeof(type)) ||
		!text_read(p, o->author, ret->author, sizeof(ret->author)))
		return false;
	uuid_print(o->uuid, uuid);
	snprintf(ret->id, sizeof(ret->id), "%s--%s", type, uuid);
	ret->modified_ms = o->modified_ms;
	ret->from_ms = (int64_t)o->from_s * 1000;
	ret->until_ms = o->until_s == UINT32_MAX ? INT64_MAX : (int64_t)o->until_s * 1000;
	ret->revoked = o->flags & OBJECT_REVOKED;
	ret->pattern_only = o->flags & OBJECT_PATTERN_ONLY;
	return true;
}

bool pack_live(
	struct pack *p, uint32_t entry, int64_t now_ms, uint64_t *at, struct pack_object *ret)
{
	struct disk_entry e;

	if (!entry_read(p, entry, &e))
		return false;
	while (*at < e.n) {
		uint64_t i = (*at)++;
		uint32_t number = e.ref;

		if (e.n > 1) {
			const uint32_t *ref = pack_at(p, SECTION_REF, ((uint64_t)e.ref + i) * 4, 4);

			if (!ref)
				return false;
			number = *ref;
		}
		if (!pack_object(p, number, ret))
			return false;
		if (!ret->revoked && ret->from_ms <= now_ms && now_ms < ret->until_ms)
			return true;
	}
	return false;
}
