/* keys.c: see keys.h. */
#include "json/keys.h"

#include "base/map.h"
#include "base/report.h"

void keys_free(struct keys *k)
{
	mem_free(k->slot);
	*k = (struct keys){0};
}

void keys_shared_free(struct keys_shared *sh)
{
	buf_free(&sh->text);
}

/* The text of a key, unescaped; a borrow of src or of sh->text, until the next call. */
static struct slice key_text(
	struct keys_shared *sh, const struct json_doc *doc, const struct json_node *node)
{
	struct slice raw = tape_inside(doc, node);
	uint8_t *out;

	if (!(node->tag & TAG_ESCAPED))
		return raw;
	if (sh->text.max == 0)
		buf_init(&sh->text, UINT32_MAX);
	buf_clear(&sh->text);
	out = buf_room(&sh->text, raw.n);
	MUST(out != NULL);
	return slice_of(out, tape_unescape(raw, out));
}

/* One of 64 bits, from what tells keys of one object apart most often. */
static uint64_t key_bit(struct slice k)
{
	uint32_t h = (uint32_t)k.n;

	if (k.n)
		h += (uint32_t)k.p[0] << 8 | (uint32_t)k.p[k.n / 2] << 16 |
		     (uint32_t)k.p[k.n - 1] << 24;
	return (uint64_t)1 << (h * 0x9e3779b1u >> 26);
}

static struct keys_slot *keys_slot(
	struct keys *k, const struct json_doc *doc, struct slice text, uint32_t hash)
{
	uint32_t mask = k->cap - 1;

	for (uint32_t i = hash & mask;; i = (i + 1) & mask) {
		struct keys_slot *s = &k->slot[i];

		if (!s->key || (s->hash == hash && tape_equal(doc, &doc->node[s->key], text)))
			return s;
	}
}

static void keys_grow(struct keys *k)
{
	struct keys old = *k;

	k->cap = old.cap ? old.cap * 2 : KEYS_FEW * 4;
	k->slot = mem_zero_alloc(k->cap, sizeof(*k->slot));
	for (uint32_t i = 0; i < old.cap; i++) {
		uint32_t at = old.slot[i].hash & (k->cap - 1);

		if (!old.slot[i].key)
			continue;
		while (k->slot[at].key)
			at = (at + 1) & (k->cap - 1);
		k->slot[at] = old.slot[i];
	}
	mem_free(old.slot);
}

static bool keys_add_hashed(
	struct keys *k, struct keys_shared *sh, const struct json_doc *doc, json_ref key)
{
	struct slice text = key_text(sh, doc, &doc->node[key]);
	uint32_t hash = (uint32_t)map_hash(sh->seed, text);
	struct keys_slot *s;

	if (k->n >= k->cap / 2)
		keys_grow(k);
	s = keys_slot(k, doc, text, hash);
	if (s->key)
		return false;
	*s = (struct keys_slot){hash, key};
	k->n++;
	return true;
}

/* All keys so far go from the comparing to the hashing way; they are known to differ. */
static void keys_convert(
	struct keys *k, struct keys_shared *sh, const struct json_doc *doc, json_ref first)
{
	if (!sh->seeded) {
		map_seed(sh->seed);
		sh->seeded = true;
	}
	k->n = 0;
	for (json_ref v = first + 1; v; v = doc->node[v].next)
		MUST(keys_add_hashed(k, sh, doc, v - 1));
}

bool keys_add(struct keys *k, struct keys_shared *sh, const struct json_doc *doc, json_ref first,
	json_ref key)
{
	struct slice text;
	uint64_t bit;

	if (k->slot)
		return keys_add_hashed(k, sh, doc, key);
	if (k->n == KEYS_FEW) {
		keys_convert(k, sh, doc, first);
		return keys_add_hashed(k, sh, doc, key);
	}
	text = key_text(sh, doc, &doc->node[key]);
	bit = key_bit(text);
	if (k->seen & bit)
		for (json_ref v = first + 1; v; v = doc->node[v].next)
			if (tape_equal(doc, &doc->node[v - 1], text))
				return false;
	k->seen |= bit;
	k->n++;
	return true;
}
