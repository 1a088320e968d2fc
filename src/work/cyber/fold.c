/* fold.c: see fold.h. */
#include "work/cyber/fold.h"

#include "log/batch.h"
#include "node/content.h"

/* ---- STIX ---- */

/*
 * The fold asks for the model check of an object and then, at once and in the same thread, for its rows. Reading it twice would be a third of
 * all that taking in a bundle costs, so the check leaves what it has read. It is taken once, and only for the very bytes.
 */
static _Thread_local struct stix checked;
static _Thread_local enum tlp checked_tlp;

static int object_read(struct slice content, struct arena *arena, struct stix *ret,
	enum tlp *ret_tlp, struct why *why)
{
	struct marking m;
	int rc = stix_read(ret, arena, content, why);

	if (rc < 0)
		return rc;
	marking_read(ret, arena, &m);
	*ret_tlp = m.tlp;
	return 0;
}

int stix_kind_check(struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	int rc;

	checked.bytes = SLICE_NONE;
	if (!slice_is(media, STIX_MEDIA) && !slice_is(media, BATCH_MEDIA))
		return why_set(why, E_INVALID, "/media", "a STIX object is %s", STIX_MEDIA);
	rc = object_read(content, arena, &checked, &checked_tlp, why);
	if (rc < 0)
		checked.bytes = SLICE_NONE;
	return rc;
}

static bool place_in(struct slice part, struct slice bytes, uint32_t *ret_at, uint32_t *ret_n)
{
	*ret_n = (uint32_t)part.n;
	*ret_at = 0;
	if (part.n == 0)
		return true;
	if (part.p < bytes.p || part.p + part.n > bytes.p + bytes.n)
		return false;
	*ret_at = (uint32_t)(part.p - bytes.p);
	return true;
}

struct stix_known stix_known_of(const struct stix *s, enum tlp tlp, int64_t digest)
{
	struct stix_known k = {.revoked = s->revoked,
		.tlp = tlp,
		.uuid = s->uuid,
		.version_key = s->version_key,
		.digest = digest};

	k.whole = place_in(s->type, s->bytes, &k.type_at, &k.type_n) &&
		  place_in(s->version, s->bytes, &k.version_at, &k.version_n);
	return k;
}

/* The row of an object that the writer has read already. */
static int known_fold(const struct folding *f, const struct stix_known *k, struct why *why)
{
	const uint8_t *p = f->content.p;
	const struct stix_row row = {.type = slice_of(p + k->type_at, k->type_n),
		.version = slice_of(p + k->version_at, k->version_n),
		.uuid = k->uuid,
		.version_key = &k->version_key,
		.digest = k->digest,
		.tlp = k->tlp,
		.revoked = k->revoked};

	return stix_store_put(f, &row, why);
}

int stix_kind_fold(const struct folding *f, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(160 * MIB);
	const struct stix_known *known = f->known;
	struct stix s = checked;
	enum tlp tlp = checked_tlp;
	int rc = 0;

	checked.bytes = SLICE_NONE;
	if (known && known[f->ord].whole)
		return known_fold(f, &known[f->ord], why);
	if (s.bytes.p != f->content.p || s.bytes.n != f->content.n)
		rc = object_read(f->content, &arena, &s, &tlp, why);
	if (rc < 0)
		return rc;
	const struct stix_row row = {.type = s.type,
		.version = s.version,
		.uuid = s.uuid,
		.version_key = &s.version_key,
		.digest = stix_digest(f->content),
		.tlp = tlp,
		.revoked = s.revoked};
	return stix_store_put(f, &row, why);
}

int stix_kind_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why)
{
	(void)at; /* objects of an entry come and go together */
	return stix_store_drop(db, log_row, seq, why);
}

/* What somebody would look for: names, descriptions, patterns, ids of others for it, and its own. */
struct slice stix_kind_title(struct slice content, struct arena *arena)
{
	static const char *const keys[] = {"name", "value", "pattern", "abstract", "subject",
		"path", "key", "content", "id", NULL};

	return content_title(content, keys, arena);
}

void stix_kind_words(struct slice content, struct arena *arena, struct buf *ret)
{
	static const char *const keys[] = {"name", "description", "abstract", "content", "pattern",
		"value", "path", "key", "subject", "x_mitre_shortname"};
	struct stix s;

	if (stix_read(&s, arena, content, NULL) < 0)
		return;
	buf_slice_add(ret, s.id);
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		buf_byte(ret, ' ');
		buf_slice_add(ret, stix_text(&s, keys[i], arena));
	}
	json_ref list = stix_get(&s, "aliases");
	for (json_ref v = json_first(&s.doc, list); v; v = json_next(&s.doc, v)) {
		buf_byte(ret, ' ');
		buf_slice_add(ret, json_string(&s.doc, v, arena));
	}
	list = stix_get(&s, "external_references");
	for (json_ref v = json_first(&s.doc, list); v; v = json_next(&s.doc, v)) {
		buf_byte(ret, ' ');
		buf_slice_add(ret, json_string(&s.doc, json_get(&s.doc, v, "external_id"), arena));
	}
}

/* ---- withdrawals ---- */

static int withdrawal_read(const struct json_doc *doc, json_ref v, size_t i, struct arena *arena,
	struct withdrawal *ret, struct why *why)
{
	struct slice id;
	char where[40];
	int rc;

	snprintf(where, sizeof(where), "/objects/%zu", i);
	if (json_type(doc, v) != JSON_OBJECT)
		return why_set(why, E_INVALID, where, "expected an object");
	rc = json_need_string(doc, v, "id", LIMIT_STIX_ID, arena, &id, why);
	if (rc == 0)
		rc = json_want_string(
			doc, v, "version", WHEN_KEY_MAX + 1, arena, &ret->version, why);
	if (rc < 0)
		return rc;
	if (stix_id_parse(id, &ret->type, &ret->uuid) < 0)
		return why_set(why, E_INVALID, where, "id is no identifier");
	if (ret->version.n && when_check(ret->version) < 0)
		return why_set(why, E_INVALID, where, "version is no time");
	return 0;
}

int withdraw_parse(struct slice content, struct arena *arena, struct withdrawal **ret,
	size_t *ret_n, struct why *why)
{
	struct json_limits limits = {8, 8 * LIMIT_BATCH_OBJECTS};
	struct withdrawal *w;
	struct json_doc doc;
	size_t n = 0;
	int rc = json_read(&doc, arena, content, &limits, why);

	if (rc < 0)
		return rc;
	json_ref list = json_get(&doc, json_root(&doc), "objects");
	if (json_type(&doc, list) != JSON_ARRAY || json_count(&doc, list) == 0 ||
		json_count(&doc, list) > LIMIT_BATCH_OBJECTS)
		return why_set(why, E_INVALID, "/objects", "expected 1 to %d objects",
			LIMIT_BATCH_OBJECTS);
	w = arena_array(arena, struct withdrawal, json_count(&doc, list));
	for (json_ref v = json_first(&doc, list); rc == 0 && v; v = json_next(&doc, v)) {
		rc = withdrawal_read(&doc, v, n, arena, &w[n], why);
		n++;
	}
	if (rc < 0)
		return rc;
	*ret = w;
	*ret_n = n;
	return 0;
}

void withdraw_print(const struct withdrawal *w, size_t n, struct slice reason, struct buf *b)
{
	struct json_out o = json_out(b);

	json_open(&o, '{');
	json_open_at(&o, "objects", '[');
	for (size_t i = 0; i < n; i++) {
		struct buf id CLEANUP_BUF = BUF(LIMIT_STIX_ID + 1);

		stix_id_print(&id, w[i].type, &w[i].uuid);
		json_open(&o, '{');
		json_put_string(&o, "id", buf_slice(&id));
		if (w[i].version.n)
			json_put_string(&o, "version", w[i].version);
		json_close(&o);
	}
	json_close(&o);
	if (reason.n)
		json_put_string(&o, "reason", reason);
	json_close(&o);
}

int withdraw_kind_check(
	struct slice content, struct slice media, struct arena *arena, struct why *why)
{
	struct withdrawal *w;
	size_t n;

	if (!slice_is(media, "application/json"))
		return why_set(why, E_INVALID, "/media", "a withdrawal is application/json");
	return withdraw_parse(content, arena, &w, &n, why);
}

int withdraw_kind_fold(const struct folding *f, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct withdrawal *w;
	size_t n;
	int rc = withdraw_parse(f->content, &arena, &w, &n, why);

	return rc < 0 ? rc : stix_store_withdraw(f, w, n, why);
}

int withdraw_kind_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why)
{
	(void)at;
	return stix_store_withdraw_drop(db, log_row, seq, why);
}
