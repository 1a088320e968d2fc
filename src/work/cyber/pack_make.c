/* pack_make.c: collecting what a pack will hold: objects and their keys, in any order; see pack.h. */
#include "work/cyber/pack_int.h"

#include "base/enc.h"

struct pack_maker *pack_maker_new(void)
{
	struct pack_maker *m = mem_new(struct pack_maker);

	buf_init(&m->bytes, LIMIT_PACK_BYTES);
	buf_init(&m->text, LIMIT_PACK_BYTES);
	buf_byte(&m->text, 0);
	return m;
}

void pack_maker_free(struct pack_maker **m)
{
	if (!*m)
		return;
	vec_free(&(*m)->object);
	vec_free(&(*m)->key);
	buf_free(&(*m)->bytes);
	buf_free(&(*m)->text);
	map_free(&(*m)->interned);
	mem_free(*m);
	*m = NULL;
}

static uint32_t intern(struct pack_maker *m, struct slice text)
{
	size_t at = text.n ? (size_t)map_get(&m->interned, text) : 0;

	if (text.n == 0)
		return 0;
	if (at == 0) {
		at = m->text.n;
		buf_slice_add(&m->text, text);
		buf_byte(&m->text, 0);
		map_put(&m->interned, text, (void *)at);
	}
	return (uint32_t)at;
}

/* 8-4-4-4-12 hex digits. */
static bool uuid_parse(struct slice text, uint8_t ret[16])
{
	char digits[32];
	size_t n = 0;

	if (text.n != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		uint8_t c = text.p[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash != (c == '-'))
			return false;
		if (!dash)
			digits[n++] = (char)(c >= 'A' && c <= 'F' ? c | 0x20 : c);
	}
	return hex_decode(slice_of(digits, 32), ret, 16) == 0;
}

/* "type--uuid" in two. */
static bool id_split(struct slice id, struct slice *ret_type, uint8_t ret_uuid[16])
{
	if (id.n < 36 + 2 + 3 || id.n > 36 + 2 + 64 || memcmp(id.p + id.n - 38, "--", 2) != 0)
		return false;
	*ret_type = slice_sub(id, 0, id.n - 38);
	for (size_t i = 0; i < ret_type->n; i++) {
		uint8_t c = ret_type->p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-')
			return false;
	}
	return uuid_parse(slice_sub(id, id.n - 36, id.n), ret_uuid);
}

int pack_made_object(struct pack_maker *m, struct slice id, struct slice author,
	const struct made_object *o, struct why *why)
{
	struct made_object made = *o;
	struct slice type;

	if (!id_split(id, &type, made.uuid))
		return why_set(why, E_SYNTAX, "/id", "\"%.*s\" is no id of an object",
			SLICE_FMT(slice_sub(id, 0, 100)));
	if (m->object.n >= LIMIT_PACK_OBJECTS)
		return why_set(why, E_LIMIT, "", "more than %u objects", LIMIT_PACK_OBJECTS);
	made.type = intern(m, type);
	made.author = intern(m, slice_sub(author, 0, 120));
	vec_push(&m->object, made);
	return 0;
}

int pack_made_key(struct pack_maker *m, enum pack_kind kind, struct slice key, struct why *why)
{
	struct made_key k = {
		(uint32_t)(m->object.n - 1), (uint32_t)m->bytes.n, (uint16_t)key.n, (uint8_t)kind};

	MUST(m->object.n > 0 && key.n <= LIMIT_PACK_KEY);
	if (m->key.n >= LIMIT_PACK_KEYS || m->bytes.n + key.n > LIMIT_PACK_BYTES)
		return why_set(
			why, E_LIMIT, "", "more than %u keys, or 4 GiB of them", LIMIT_PACK_KEYS);
	buf_slice_add(&m->bytes, key);
	vec_push(&m->key, k);
	return 0;
}

void pack_maker_drop(struct pack_maker *m, struct slice id)
{
	struct made_object gone = {.modified_ms = INT64_MAX, .flags = OBJECT_DROPPED};

	/* An id that is none names nothing that could be here. */
	if (pack_made_object(m, id, SLICE_NONE, &gone, NULL) < 0)
		return;
}

/* ---- what another pack holds ---- */

static int damaged(struct pack *old, struct why *why)
{
	return why_set(why, E_VERIFY, "", "%s",
		pack_damage(old) ? pack_damage(old) : "the pack is damaged");
}

static int copy_objects(struct pack_maker *m, struct pack *old, struct why *why)
{
	for (uint32_t i = 0; i < old->about.objects; i++) {
		const struct disk_object *d =
			pack_at(old, SECTION_OBJECT, (uint64_t)i * sizeof(*d), sizeof(*d));
		struct pack_object o;
		struct made_object made = {0};
		int rc;

		if (!d || !pack_object(old, i, &o))
			return damaged(old, why);
		made.modified_ms = d->modified_ms;
		made.from_s = d->from_s;
		made.until_s = d->until_s;
		made.flags = d->flags & (OBJECT_REVOKED | OBJECT_PATTERN_ONLY);
		rc = pack_made_object(m, slice_str(o.id), slice_str(o.author), &made, why);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Keys go to objects by number, not to the last one. */
static int copy_key(struct pack_maker *m, struct pack *old, const struct disk_entry *e,
	uint32_t first, struct why *why)
{
	const uint8_t *key = pack_at(old, SECTION_KEY, e->key, e->length);

	if (!key || e->kind >= PACK_KINDS || e->length > LIMIT_PACK_KEY || e->n == 0)
		return damaged(old, why);
	for (uint32_t i = 0; i < e->n; i++) {
		uint32_t number = e->ref;
		int rc;

		if (e->n > 1) {
			const uint32_t *ref =
				pack_at(old, SECTION_REF, ((uint64_t)e->ref + i) * 4, 4);

			if (!ref)
				return damaged(old, why);
			number = *ref;
		}
		if (number >= old->about.objects)
			return damaged(old, why);
		rc = pack_made_key(m, (enum pack_kind)e->kind, slice_of(key, e->length), why);
		if (rc < 0)
			return rc;
		m->key.p[m->key.n - 1].object = first + number;
	}
	return 0;
}

int pack_maker_pack(struct pack_maker *m, struct pack *old, struct why *why)
{
	uint32_t first = (uint32_t)m->object.n;
	int rc = copy_objects(m, old, why);

	for (uint64_t i = 0; i < old->about.keys && rc == 0; i++) {
		const struct disk_entry *e =
			pack_at(old, SECTION_ENTRY, i * sizeof(*e), sizeof(*e));

		rc = e ? copy_key(m, old, e, first, why) : damaged(old, why);
	}
	return rc;
}
