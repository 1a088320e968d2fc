/*
 * pack_write.c: laying out a pack; see pack.h and pack_int.h.
 *
 * Objects are sorted by id, keys by kind and bytes, so one set of objects gives one pack, but for the seed that spreads its hashes (a
 * stranger who could choose it could crowd one line of the table).
 */
#include "work/cyber/pack_int.h"

#include "base/enc.h"
#include "base/file.h"

struct pair {
	const uint8_t *key;
	uint32_t object;
	uint16_t length;
	uint8_t kind;
};

struct layout {
	const struct pack_maker *m;
	uint64_t seed[2];
	uint32_t *number; /* owned: of each object of the maker; UINT32_MAX: not in the pack */
	VEC(struct disk_object) object;
	VEC(struct pair) pair;
	VEC(struct disk_entry) entry;
	VEC(uint32_t) ref;
	struct buf key, text;
	struct disk_slot *slot; /* owned */
	uint64_t lines;
	uint64_t *filter[PACK_GROUPS]; /* owned */
	uint64_t filter_words[PACK_GROUPS];
	uint64_t kinds[PACK_KINDS], odd_names, pattern_only;
	uint32_t net4, net6[4];
	uint8_t net16[8192];
	uint8_t endings[PACK_ENDINGS / 8];
};

static const char *text_at(const struct pack_maker *m, uint32_t at)
{
	return (const char *)m->text.p + at;
}

/* By id and who has published it (nobody first: what is dropped for all), the latest version first; of one version the revoked. */
static int by_id(const void *a, const void *b, void *ctx)
{
	const struct pack_maker *m = ctx;
	const uint32_t *i = a, *k = b;
	const struct made_object *x = &m->object.p[*i], *y = &m->object.p[*k];
	int order = memcmp(x->uuid, y->uuid, 16);

	if (order == 0)
		order = strcmp(text_at(m, x->type), text_at(m, y->type));
	if (order == 0)
		order = strcmp(text_at(m, x->author), text_at(m, y->author));
	if (order == 0)
		order = (x->modified_ms < y->modified_ms) - (x->modified_ms > y->modified_ms);
	if (order == 0)
		order = (int)(y->flags & OBJECT_REVOKED) - (int)(x->flags & OBJECT_REVOKED);
	return order ? order : (*i > *k) - (*i < *k);
}

static bool same_id(const struct made_object *x, const struct made_object *y)
{
	return memcmp(x->uuid, y->uuid, 16) == 0 && x->type == y->type;
}

/* Only who has published an object makes a version of it, or revokes it. */
static bool same_object(const struct made_object *x, const struct made_object *y)
{
	return same_id(x, y) && x->author == y->author;
}

static uint32_t add_text(struct layout *l, uint32_t at, struct map *seen)
{
	struct slice text = slice_str(text_at(l->m, at));
	size_t have = text.n ? (size_t)map_get(seen, text) : 0;

	if (text.n == 0)
		return 0;
	if (have == 0) {
		have = l->text.n;
		buf_add(&l->text, text.p, text.n + 1);
		map_put(seen, text, (void *)have);
	}
	return (uint32_t)have;
}

/* A revoked version ends an id for good, even if a later one says otherwise (STIX 2.1 §3.6: there may be none). */
static void lay_object(struct layout *l, const uint32_t *run, size_t n, struct map *seen)
{
	const struct made_object *o = &l->m->object.p[run[0]];
	struct disk_object d = {.modified_ms = o->modified_ms,
		.from_s = o->from_s,
		.until_s = o->until_s,
		.flags = o->flags};

	for (size_t i = 0; i < n; i++)
		d.flags |= l->m->object.p[run[i]].flags & OBJECT_REVOKED;
	memcpy(d.uuid, o->uuid, 16);
	d.type = add_text(l, o->type, seen);
	d.author = add_text(l, o->author, seen);
	if (!(d.flags & OBJECT_REVOKED))
		l->number[run[0]] = (uint32_t)l->object.n;
	l->pattern_only +=
		(d.flags & (OBJECT_REVOKED | OBJECT_PATTERN_ONLY)) == OBJECT_PATTERN_ONLY;
	vec_push(&l->object, d);
}

static void lay_objects(struct layout *l)
{
	size_t n = l->m->object.n, end;
	uint32_t *order = mem_zero_alloc(n + 1, sizeof(*order));
	struct map seen = {0};

	l->number = mem_zero_alloc(n + 1, sizeof(*l->number));
	buf_byte(&l->text, 0);
	for (size_t i = 0; i < n; i++) {
		order[i] = (uint32_t)i;
		l->number[i] = UINT32_MAX;
	}
	if (n > 1)
		qsort_r(order, n, sizeof(*order), by_id, (void *)(uintptr_t)l->m);
	for (size_t i = 0; i < n; i = end) {
		const struct made_object *o = &l->m->object.p[order[i]];
		bool dropped = (o->flags & OBJECT_DROPPED) != 0;

		for (end = i + 1; end < n; end++) {
			const struct made_object *next = &l->m->object.p[order[end]];

			if (dropped ? !same_id(o, next) : !same_object(o, next))
				break;
		}
		if (!dropped)
			lay_object(l, order + i, end - i, &seen);
	}
	map_free(&seen);
	mem_free(order);
}

static int by_key(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	size_t n = x->length < y->length ? x->length : y->length;
	int order = x->kind - y->kind;

	if (order == 0)
		order = memcmp(x->key, y->key, n);
	if (order == 0)
		order = x->length - y->length;
	return order ? order : (x->object > y->object) - (x->object < y->object);
}

static bool same_key(const struct pair *x, const struct pair *y)
{
	return x->kind == y->kind && x->length == y->length &&
	       memcmp(x->key, y->key, x->length) == 0;
}

static void count_kind(struct layout *l, const struct pair *k)
{
	struct slice key = slice_of(k->key, k->length);
	unsigned bits = k->length ? key.p[key.n - 1] : 0u;

	l->kinds[k->kind]++;
	if (k->kind == PACK_FILE)
		l->odd_names += pack_name_is_odd(key);
	if (k->kind == PACK_NET6)
		l->net6[(bits - 1) / 32] |= 1u << (bits - 1) % 32;
	if (k->kind != PACK_NET4)
		return;
	l->net4 |= 1u << (bits - 1);
	for (unsigned i = key.p[0] * 256u + key.p[1], n = bits < 16 ? 1u << (16 - bits) : 1; n;
		n--, i++)
		l->net16[i / 8] |= (uint8_t)(1u << i % 8);
}

static void note_ending(struct layout *l, struct slice word)
{
	uint8_t room[8 + 256];
	size_t n = 0;
	unsigned bit;

	while (n < word.n && word.p[word.n - 1 - n] != '.')
		n++;
	memset(room, 0, 8);
	memcpy(room + 8, word.p, word.n);
	bit = pack_ending(room + 8 + word.n, n);
	l->endings[bit / 8] |= (uint8_t)(1u << bit % 8);
}

/* The entry of pairs [0, n), which have one key; an object that gives a key twice is named once. */
static void lay_entry(struct layout *l, const struct pair *run, size_t n)
{
	struct disk_entry e = {(uint32_t)l->key.n, run->length, run->kind, 0, run->object, 1};
	size_t at = 0, length;

	buf_add(&l->key, run->key, run->length);
	if (run->kind == PACK_FILE) {
		pack_anchor(slice_of(run->key, run->length), &at, &length);
		e.anchor = (uint8_t)at;
		note_ending(l, slice_of(run->key + at, length));
	}
	if (run->kind == PACK_DOMAIN)
		note_ending(l, slice_of(run->key, run->length));
	if (run[n - 1].object != run->object) {
		e.ref = (uint32_t)l->ref.n;
		e.n = 0;
		for (size_t i = 0; i < n; i++)
			if (i == 0 || run[i].object != run[i - 1].object) {
				vec_push(&l->ref, run[i].object);
				e.n++;
			}
	}
	count_kind(l, run);
	vec_push(&l->entry, e);
}

static void lay_keys(struct layout *l)
{
	size_t end;

	for (size_t i = 0; i < l->m->key.n; i++) {
		const struct made_key *k = &l->m->key.p[i];
		struct pair pair = {
			l->m->bytes.p + k->at, l->number[k->object], k->length, k->kind};

		if (pair.object != UINT32_MAX)
			vec_push(&l->pair, pair);
	}
	vec_sort(&l->pair, by_key);
	for (size_t i = 0; i < l->pair.n; i = end) {
		for (end = i + 1; end < l->pair.n && same_key(&l->pair.p[i], &l->pair.p[end]);
			end++)
			;
		lay_entry(l, &l->pair.p[i], end - i);
	}
}

/* ---- table and filters ---- */

static uint64_t hash_of_entry(const struct layout *l, size_t i)
{
	const struct disk_entry *e = &l->entry.p[i];

	return pack_key_hash(
		l->seed, (enum pack_kind)e->kind, slice_of(l->key.p + e->key, e->length));
}

/* False if a key would stand too far from its line. */
static bool fill_table(struct layout *l, const uint64_t *hash)
{
	l->slot = mem_zero_alloc(l->lines * LINE_SLOTS, sizeof(*l->slot));
	for (size_t i = 0; i < l->entry.n; i++) {
		uint64_t line = pack_spread(hash[i], l->lines), step = 0;

		for (; step < (uint64_t)LINE_WALK * LINE_SLOTS; step++) {
			struct disk_slot *s =
				&l->slot[(line + step / LINE_SLOTS) % l->lines * LINE_SLOTS +
					 step % LINE_SLOTS];

			if (s->entry)
				continue;
			*s = (struct disk_slot){(uint32_t)hash[i], (uint32_t)i + 1};
			break;
		}
		if (step == (uint64_t)LINE_WALK * LINE_SLOTS) {
			mem_free(l->slot);
			l->slot = NULL;
			return false;
		}
	}
	return true;
}

static void lay_table(struct layout *l)
{
	uint64_t *hash = mem_zero_alloc(l->entry.n + 1, sizeof(*hash));
	uint64_t of_group[PACK_GROUPS] = {0};

	for (size_t i = 0; i < l->entry.n; i++) {
		hash[i] = hash_of_entry(l, i);
		of_group[pack_group_of((enum pack_kind)l->entry.p[i].kind)]++;
	}
	/* Seven slots of ten in use. */
	l->lines = l->entry.n * 10 / 7 / LINE_SLOTS + 1;
	while (l->lines * LINE_SLOTS <= l->entry.n || !fill_table(l, hash))
		l->lines += l->lines / 4 + 1;
	for (size_t g = 0; g < PACK_GROUPS; g++) {
		/* Twelve bits a key: one foreign hash in eighty passes. */
		l->filter_words[g] = of_group[g] ? of_group[g] * 12 / 64 + 1 : 0;
		l->filter[g] = mem_zero_alloc(l->filter_words[g] + 1, 8);
	}
	for (size_t i = 0; i < l->entry.n; i++) {
		enum pack_group g = pack_group_of((enum pack_kind)l->entry.p[i].kind);

		l->filter[g][pack_spread(hash[i], l->filter_words[g])] |= pack_filter_bits(hash[i]);
	}
	mem_free(hash);
}

/* ---- the file ---- */

static void section_bytes(const struct layout *l, struct slice ret[SECTIONS])
{
	for (size_t g = 0; g < PACK_GROUPS; g++)
		ret[SECTION_FILTER + g] = slice_of(l->filter[g], l->filter_words[g] * 8);
	ret[SECTION_ENDINGS] = slice_of(l->endings, sizeof(l->endings));
	ret[SECTION_NET16] = slice_of(l->net16, l->kinds[PACK_NET4] ? sizeof(l->net16) : 0);
	ret[SECTION_TABLE] = slice_of(l->slot, l->lines * LINE_SLOTS * sizeof(*l->slot));
	ret[SECTION_ENTRY] = slice_of(l->entry.p, l->entry.n * sizeof(*l->entry.p));
	ret[SECTION_REF] = slice_of(l->ref.p, l->ref.n * sizeof(*l->ref.p));
	ret[SECTION_OBJECT] = slice_of(l->object.p, l->object.n * sizeof(*l->object.p));
	ret[SECTION_KEY] = buf_slice(&l->key);
	ret[SECTION_TEXT] = buf_slice(&l->text);
}

static uint64_t page_up(uint64_t n)
{
	return (n + PACK_PAGE - 1) / PACK_PAGE * PACK_PAGE;
}

static void head_print(struct buf *b, const struct layout *l, const struct pack_about *about)
{
	char made[UTC_TEXT_LEN + 1];

	utc_format(about->made_ms, made);
	buf_addf(b,
		"entente-pack/1\nmade %s\nmode %.*s\nfor %.*s\ncoalition %.*s\ncursor %.*s\nobservables %s\nseed ",
		made, SLICE_FMT(about->mode), SLICE_FMT(about->for_whom),
		SLICE_FMT(about->coalition), SLICE_FMT(about->cursor),
		slice_is(about->observables, "yes") ? "yes" : "no");
	buf_hex(b, l->seed, sizeof(l->seed));
	buf_addf(b, "\nobjects %zu %llu\nkinds", l->object.n, (unsigned long long)l->pattern_only);
	for (size_t i = 0; i < PACK_KINDS; i++)
		buf_addf(b, " %llu", (unsigned long long)l->kinds[i]);
	buf_addf(b, "\nodd-names %llu\nnets %u %u %u %u %u\n", (unsigned long long)l->odd_names,
		l->net4, l->net6[0], l->net6[1], l->net6[2], l->net6[3]);
}

/* All pages and their list behind the head's place; the head's last lines into `head`. */
static void body_print(struct buf *ret, struct buf *head, const struct layout *l)
{
	struct slice section[SECTIONS];
	uint64_t size = 0, pages, data;
	struct hash list;

	section_bytes(l, section);
	for (size_t i = 0; i < SECTIONS; i++)
		size += i + 1 < SECTIONS ? page_up(section[i].n) : section[i].n;
	pages = (size + PACK_PAGE - 1) / PACK_PAGE;
	data = PACK_HEAD + page_up(pages * 32);
	if (!buf_room(ret, data + size))
		return;
	memset(ret->p, 0, data + size);
	for (size_t i = 0, at = data; i < SECTIONS; at += page_up(section[i].n), i++)
		if (section[i].n)
			memcpy(ret->p + at, section[i].p, section[i].n);
	for (uint64_t i = 0; i < pages; i++) {
		struct hash h = hash_bytes(slice_sub(
			buf_slice(ret), data + i * PACK_PAGE, data + (i + 1) * PACK_PAGE));

		memcpy(ret->p + PACK_HEAD + i * 32, &h, sizeof(h));
	}
	list = hash_bytes(slice_of(ret->p + PACK_HEAD, pages * 32));
	buf_addf(head, "pages %llu ", (unsigned long long)pages);
	buf_hex(head, &list, sizeof(list));
	buf_byte(head, '\n');
	for (size_t i = 0, at = data; i < SECTIONS; at += page_up(section[i].n), i++)
		buf_addf(head, "%s %zu %zu\n", pack_section_name[i], at, section[i].n);
}

static void layout_free(struct layout *l)
{
	mem_free(l->number);
	mem_free(l->slot);
	vec_free(&l->object);
	vec_free(&l->pair);
	vec_free(&l->entry);
	vec_free(&l->ref);
	buf_free(&l->key);
	buf_free(&l->text);
	for (size_t g = 0; g < PACK_GROUPS; g++)
		mem_free(l->filter[g]);
	mem_free(l);
}

int pack_print(struct pack_maker *m, struct buf *ret, const struct pack_about *about,
	const struct pack_sign *sign, const struct env *env, struct why *why)
{
	struct layout *l = mem_new(struct layout);
	struct buf head CLEANUP_BUF = BUF(PACK_HEAD - 1);
	bool over;

	l->m = m;
	l->key = BUF(LIMIT_PACK_BYTES);
	l->text = BUF(LIMIT_PACK_BYTES);
	env_random(env, l->seed, sizeof(l->seed));
	lay_objects(l);
	lay_keys(l);
	lay_table(l);
	head_print(&head, l, about);
	body_print(ret, &head, l);
	layout_free(l);
	if (sign && sign->key) {
		struct buf text CLEANUP_BUF = BUF(PACK_HEAD);

		buf_slice_add(&text, buf_slice(&head));
		buf_byte(&head, '\n');
		note_sign(&head, buf_slice(&text), sign->name, sign->key);
	}
	over = buf_over(&head) || buf_over(ret);
	if (over)
		return why_set(why, E_LIMIT, "", "the pack would be larger than a pack can be");
	memcpy(ret->p, head.p, head.n);
	return 0;
}

int pack_write(struct pack_maker *m, const char *path, const struct pack_about *about,
	const struct pack_sign *sign, const struct env *env, struct why *why)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_PACK_BYTES);
	int rc = pack_print(m, &bytes, about, sign, env, why);

	return rc < 0 ? rc : file_replace(path, buf_slice(&bytes), 0644, why);
}
