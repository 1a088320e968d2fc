/* sight.c: see sight.h. */
#include "work/cyber/sight.h"

#include "base/report.h"
#include "json/json.h"

static bool is_indicator(struct slice id)
{
	return slice_starts(id, "indicator--") && id.n == sizeof("indicator--") - 1 + 36;
}

/* Under which an indicator is counted, by author. */
static void set_key(struct buf *ret, struct slice id, struct slice author)
{
	buf_slice_add(ret, id);
	buf_slice_add(ret, author);
}

void sight_hit(struct sight_set *set, struct slice id, struct slice author, int64_t time_ms,
	uint64_t count)
{
	struct buf key CLEANUP_BUF = BUF(KIB);
	struct sighted *s;
	size_t at;

	if (!is_indicator(id)) {
		set->other += count;
		return;
	}
	author = slice_sub(author, 0, SIGHT_AUTHOR);
	set_key(&key, id, author);
	at = (size_t)map_get(&set->by_id, buf_slice(&key));
	if (at == 0) {
		struct sighted fresh = {.first_ms = time_ms, .last_ms = time_ms};

		if (set->indicator.n >= LIMIT_SIGHT_INDICATORS) {
			set->over += count;
			return;
		}
		memcpy(fresh.id, id.p, id.n);
		memcpy(fresh.author, author.n ? author.p : (const uint8_t *)"", author.n);
		vec_push(&set->indicator, fresh);
		at = set->indicator.n;
		map_put(&set->by_id, buf_slice(&key), (void *)at);
	}
	s = &set->indicator.p[at - 1];
	/* STIX counts to 999,999,999 (§5.2). */
	s->count = s->count + count > LIMIT_SIGHT_COUNT ? LIMIT_SIGHT_COUNT : s->count + count;
	if (time_ms < s->first_ms)
		s->first_ms = time_ms;
	if (time_ms > s->last_ms)
		s->last_ms = time_ms;
	set->hits += count;
}

void sight_clear(struct sight_set *set)
{
	set->indicator.n = 0;
	map_free(&set->by_id);
	set->hits = set->other = set->over = 0;
}

void sight_keep(struct sight_set *set)
{
	size_t n = set->indicator.n;

	sight_clear(set);
	for (size_t i = 0; i < n; i++) {
		struct buf key CLEANUP_BUF = BUF(KIB);
		struct sighted s = set->indicator.p[i];

		if (s.told)
			continue;
		set_key(&key, slice_str(s.id), slice_str(s.author));
		set->indicator.p[set->indicator.n++] = s;
		set->hits += s.count;
		map_put(&set->by_id, buf_slice(&key), (void *)set->indicator.n);
	}
}

void sight_free(struct sight_set *set)
{
	vec_free(&set->indicator);
	map_free(&set->by_id);
}

/* ---- lines from a sensor ---- */

static int time_of(
	const struct json_doc *doc, const char *key, struct arena *a, int64_t *ret, struct why *why)
{
	json_ref v = json_get(doc, json_root(doc), key);

	if (!v)
		return 0;
	if (utc_parse(json_string(doc, v, a), ret, why) < 0)
		return why_set(why, E_INVALID, key, "is no time with a zone");
	return 0;
}

static int counted_line(struct sight_set *set, const struct json_doc *doc, struct slice id,
	int64_t now_ms, struct arena *a, struct why *why)
{
	json_ref count = json_get(doc, json_root(doc), "count");
	int64_t n = 1, first = now_ms, last;
	int rc = time_of(doc, "first", a, &first, why);

	last = first;
	if (rc == 0)
		rc = time_of(doc, "last", a, &last, why);
	if (rc < 0)
		return rc;
	if ((count && json_i64(doc, count, &n) < 0) || n < 1 || n > LIMIT_SIGHT_COUNT)
		return why_set(why, E_INVALID, "/count", "must be from 1 to 999999999");
	if (last < first)
		return why_set(why, E_INVALID, "/last", "is before /first");
	struct slice author = json_string(doc, json_get(doc, json_root(doc), "author"), a);
	sight_hit(set, id, author, first, (uint64_t)n);
	sight_hit(set, id, author, last, 0);
	return 0;
}

int sight_line(struct sight_set *set, struct slice line, int64_t now_ms, struct why *why)
{
	struct arena a CLEANUP_ARENA = ARENA(4 * MIB);
	struct json_doc doc;
	json_ref all, one, ids, author;
	int64_t time = now_ms;
	int rc;

	if (line.n > MIB)
		return why_set(why, E_LIMIT, "", "a line of more than 1 MiB");
	rc = json_read(&doc, &a, line, &json_limits_partner, why);
	if (rc < 0)
		return rc;
	all = json_root(&doc);
	one = json_get(&doc, all, "indicator");
	ids = json_get(&doc, all, "indicators");
	if (json_type(&doc, one) == JSON_STRING)
		return counted_line(set, &doc, json_string(&doc, one, &a), now_ms, &a, why);
	if (json_type(&doc, ids) != JSON_ARRAY)
		return why_set(why, E_INVALID, "/indicators", "expected a list of ids");
	rc = time_of(&doc, "time", &a, &time, why);
	author = json_first(&doc, json_get(&doc, all, "authors"));
	for (json_ref v = json_first(&doc, ids); v && rc == 0; v = json_next(&doc, v)) {
		if (json_type(&doc, v) != JSON_STRING)
			return why_set(why, E_INVALID, "/indicators", "expected a list of ids");
		sight_hit(set, json_string(&doc, v, &a), json_string(&doc, author, &a), time, 1);
		author = author ? json_next(&doc, author) : JSON_ABSENT;
	}
	return rc;
}

/* ---- STIX ---- */

static void uuid4(const struct env *env, char ret[37])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t b[16];
	size_t n = 0;

	env_random(env, b, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			ret[n++] = '-';
		ret[n++] = digits[b[i] >> 4];
		ret[n++] = digits[b[i] & 15];
	}
	ret[n] = '\0';
}

static void put_time(struct json_out *o, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	json_put_cstr(o, key, text);
}

static void put_sighting(
	struct json_out *o, const struct sighted *s, const struct env *env, struct slice where)
{
	char uuid[37], id[64];

	uuid4(env, uuid);
	snprintf(id, sizeof(id), "sighting--%s", uuid);
	json_open(o, '{');
	json_put_cstr(o, "type", "sighting");
	json_put_cstr(o, "spec_version", "2.1");
	json_put_cstr(o, "id", id);
	if (where.n)
		json_put_string(o, "created_by_ref", where);
	put_time(o, "created", env_now_ms(env));
	put_time(o, "modified", env_now_ms(env));
	put_time(o, "first_seen", s->first_ms);
	put_time(o, "last_seen", s->last_ms);
	json_put_u64(o, "count", s->count);
	json_put_cstr(o, "sighting_of_ref", s->id);
	if (where.n) {
		json_open_at(o, "where_sighted_refs", '[');
		json_put_string(o, NULL, where);
		json_close(o);
	}
	json_close(o);
}

void sight_print(const struct sight_set *set, size_t from, size_t to, const struct env *env,
	struct slice where, struct buf *ret)
{
	struct json_out o = json_out(ret);
	char uuid[37], id[64];

	uuid4(env, uuid);
	snprintf(id, sizeof(id), "bundle--%s", uuid);
	json_open(&o, '{');
	json_put_cstr(&o, "type", "bundle");
	json_put_cstr(&o, "id", id);
	json_open_at(&o, "objects", '[');
	for (size_t i = from; i < to && i < set->indicator.n; i++)
		put_sighting(&o, &set->indicator.p[i], env, where);
	json_close(&o);
	json_close(&o);
}
