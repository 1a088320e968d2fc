/* page.c: see page.h. A table by hash with a list in the order of use; under one lock, which is never held while something is made. */
#include "work/cyber/page.h"

#include "base/map.h"
#include "base/report.h"

#include <pthread.h>
#include <zlib.h>
#include <zstd.h>

struct kept {
	struct hash key;
	struct page page;
	int64_t version; /* of the store, when it was found good */
	size_t bytes;
	struct kept *older, *newer;
};

/* One for the process: pages are found by node and coalition. */
static struct {
	pthread_mutex_t lock;
	struct map by_key; /* → struct kept, owned */
	struct kept *oldest, *newest;
	size_t bytes;
} pages = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the list ---- */

static void unlink_kept(struct kept *k)
{
	*(k->older ? &k->older->newer : &pages.oldest) = k->newer;
	*(k->newer ? &k->newer->older : &pages.newest) = k->older;
	k->older = k->newer = NULL;
}

static void link_newest(struct kept *k)
{
	k->older = pages.newest;
	*(pages.newest ? &pages.newest->newer : &pages.oldest) = k;
	pages.newest = k;
}

static size_t page_bytes(const struct page *p)
{
	size_t n = sizeof(struct kept);

	for (int f = 0; f < PAGE_FORMS; f++)
		n += p->form[f] ? shared_bytes(p->form[f]).n : 0;
	return n + (p->shown ? shared_bytes(p->shown).n : 0);
}

static void kept_drop(struct kept *k)
{
	unlink_kept(k);
	(void)map_del(&pages.by_key, slice_of(k->key.b, 32));
	pages.bytes -= k->bytes;
	page_free(&k->page);
	mem_free(k);
}

static void page_copy(struct page *to, const struct page *from)
{
	*to = *from;
	for (int f = 0; f < PAGE_FORMS; f++)
		if (to->form[f])
			to->form[f] = shared_ref(to->form[f]);
	if (to->shown)
		to->shown = shared_ref(to->shown);
}

void page_free(struct page *p)
{
	for (int f = 0; f < PAGE_FORMS; f++)
		shared_drop(&p->form[f]);
	shared_drop(&p->shown);
}

static struct kept *find(const struct hash *key)
{
	return map_get(&pages.by_key, slice_of(key->b, 32));
}

int pages_look(const struct hash *key, int64_t version, struct page *ret, bool *ret_checked)
{
	struct kept *k;

	pthread_mutex_lock(&pages.lock);
	k = find(key);
	if (k) {
		page_copy(ret, &k->page);
		*ret_checked = k->version == version;
		unlink_kept(k);
		link_newest(k);
	}
	pthread_mutex_unlock(&pages.lock);
	return k != NULL;
}

void pages_checked(const struct hash *key, int64_t version, const struct page *p)
{
	struct kept *k;

	pthread_mutex_lock(&pages.lock);
	k = find(key);
	/* Another may have come in its place since it was looked at. */
	if (k && strcmp(k->page.etag, p->etag) == 0)
		k->version = version;
	pthread_mutex_unlock(&pages.lock);
}

static void make_room(void)
{
	while (pages.bytes > LIMIT_TAXII_CACHE && pages.oldest)
		kept_drop(pages.oldest);
}

void pages_wrong(const struct hash *key, const struct page *p)
{
	struct kept *k;

	pthread_mutex_lock(&pages.lock);
	k = find(key);
	if (k && strcmp(k->page.etag, p->etag) == 0 && k->page.turn == p->turn &&
		k->page.newest == p->newest)
		kept_drop(k);
	pthread_mutex_unlock(&pages.lock);
}

/* Made of a newer state of the store: whoever made the other has been overtaken. Versions do not say which of two is newer (db.h). */
static bool is_newer(const struct page *a, const struct page *b)
{
	return a->turn != b->turn ? a->turn > b->turn : a->newest > b->newest;
}

void pages_put(const struct hash *key, int64_t version, const struct page *p)
{
	struct kept *k = mem_new(struct kept);

	k->key = *key;
	k->version = version;
	page_copy(&k->page, p);
	k->bytes = page_bytes(p);
	pthread_mutex_lock(&pages.lock);
	struct kept *before = find(key);
	bool late = before && is_newer(&before->page, p);
	if (!late) {
		if (before)
			kept_drop(before);
		(void)map_put(&pages.by_key, slice_of(key->b, 32), k);
		link_newest(k);
		pages.bytes += k->bytes;
		make_room();
	}
	pthread_mutex_unlock(&pages.lock);
	if (late) {
		page_free(&k->page);
		mem_free(k);
	}
}

void pages_form(const struct hash *key, const struct page *p, enum page_form form)
{
	struct kept *k;

	pthread_mutex_lock(&pages.lock);
	k = find(key);
	if (k && !k->page.form[form] && strcmp(k->page.etag, p->etag) == 0) {
		k->page.form[form] = shared_ref(p->form[form]);
		pages.bytes -= k->bytes;
		k->bytes = page_bytes(&k->page);
		pages.bytes += k->bytes;
		make_room();
	}
	pthread_mutex_unlock(&pages.lock);
}

void pages_clear(void)
{
	pthread_mutex_lock(&pages.lock);
	while (pages.oldest)
		kept_drop(pages.oldest);
	map_free(&pages.by_key);
	pthread_mutex_unlock(&pages.lock);
}

/* ---- names ---- */

/* A place for each by its key; another name in the same place takes it over. */
#define NAMES 1024

static struct {
	pthread_mutex_t lock;
	struct {
		struct hash key;
		int64_t version;
		uint8_t id[16];
	} name[NAMES];
} names = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t name_place(const struct hash *key)
{
	return (size_t)(key->b[0] << 8 | key->b[1]) % NAMES;
}

bool names_look(const struct hash *key, int64_t version, uint8_t ret_id[16])
{
	size_t i = name_place(key);
	bool found;

	pthread_mutex_lock(&names.lock);
	found = names.name[i].version == version && hash_eq(&names.name[i].key, key);
	if (found)
		memcpy(ret_id, names.name[i].id, 16);
	pthread_mutex_unlock(&names.lock);
	return found;
}

void names_put(const struct hash *key, int64_t version, const uint8_t id[16])
{
	size_t i = name_place(key);

	pthread_mutex_lock(&names.lock);
	names.name[i].key = *key;
	names.name[i].version = version;
	memcpy(names.name[i].id, id, 16);
	pthread_mutex_unlock(&names.lock);
}

/* ---- compressed ---- */

static bool gzip_into(struct slice in, struct buf *out)
{
	z_stream z = {0};
	bool ok;

	/* 16: a gzip head. Made once and sent often. */
	MUST(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	size_t room = deflateBound(&z, in.n);
	z.next_out = buf_room(out, room);
	z.avail_out = (uInt)room;
	z.next_in = (Bytef *)(uintptr_t)in.p; /* not const in its prototype */
	z.avail_in = (uInt)in.n;
	ok = deflate(&z, Z_FINISH) == Z_STREAM_END;
	buf_cut(out, z.total_out);
	deflateEnd(&z);
	return ok;
}

static bool zstd_into(struct slice in, struct buf *out)
{
	size_t room = ZSTD_compressBound(in.n);
	uint8_t *p = buf_room(out, room);
	size_t n = ZSTD_compress(p, room, in.p, in.n, 6);

	if (ZSTD_isError(n))
		return false;
	buf_cut(out, n);
	return true;
}

struct shared *page_pack(const struct page *p, enum page_form form)
{
	struct slice in = shared_bytes(p->form[PAGE_PLAIN]);
	struct buf out CLEANUP_BUF = BUF(2 * LIMIT_TAXII_PAGE_BYTES + 4 * LIMIT_STIX_BYTES);
	bool ok = form == PAGE_GZIP ? gzip_into(in, &out) : zstd_into(in, &out);

	return ok && !buf_over(&out) && out.n < in.n ? shared_new(&out) : NULL;
}
