/* roles.c: who may do what, in words; and a clearance as a reader. See account.h. */
#include "node/account.h"

#include "base/report.h"

#include <errno.h>
#include <limits.h>

static const char *const area_names[AREAS] = {
	"pact", "records", "cyber", "training", "response", "procurement", "node"};
static const char *const role_names[ROLES] = {
	"none", "reader", "contributor", "officer", "administrator"};

const char *area_name(enum area a)
{
	MUST(a < AREAS);
	return area_names[a];
}

const char *role_name(enum role r)
{
	MUST(r < ROLES);
	return role_names[r];
}

static int name_find(struct slice text, const char *const *name, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (slice_is(text, name[i]))
			return (int)i;
	return -EINVAL;
}

int area_parse(struct slice text, enum area *ret)
{
	int i = name_find(text, area_names, AREAS);

	if (i >= 0)
		*ret = (enum area)i;
	return i < 0 ? i : 0;
}

int role_parse(struct slice text, enum role *ret)
{
	int i = name_find(text, role_names, ROLES);

	if (i >= 0)
		*ret = (enum role)i;
	return i < 0 ? i : 0;
}

static int role_bad(struct slice text, struct why *why)
{
	return why_set(why, E_INVALID, "/roles",
		"%.*s is no role: none, reader, contributor, officer, administrator",
		text.n < 32 ? (int)text.n : 32, (const char *)text.p);
}

int roles_parse(struct slice text, struct roles *ret, struct why *why)
{
	struct roles r = {0};
	struct slice rest = text, one, area;
	enum role role;
	enum area a;

	if (slice_find(text, '=') < 0) {
		if (role_parse(text, &role) < 0)
			return role_bad(text, why);
		for (int i = 0; i < AREAS; i++)
			r.of[i] = i == AREA_NODE && role != ROLE_ADMINISTRATOR ? ROLE_NONE
									       : (uint8_t)role;
		*ret = r;
		return 0;
	}
	while (slice_cut(&rest, slice_find(rest, ',') >= 0 ? ',' : ' ', &one)) {
		one = slice_trim(one);
		if (one.n == 0)
			continue;
		if (!slice_cut_exact(&one, '=', &area) || area_parse(area, &a) < 0)
			return why_set(why, E_INVALID, "/roles",
				"expected WORKSPACE=ROLE: pact, records, cyber, training, response, procurement, node");
		if (role_parse(one, &role) < 0)
			return role_bad(one, why);
		r.of[a] = (uint8_t)role;
	}
	*ret = r;
	return 0;
}

void roles_print(const struct roles *r, struct buf *b)
{
	bool first = true;

	for (int i = 0; i < AREAS; i++) {
		if (r->of[i] == ROLE_NONE)
			continue;
		buf_addf(b, "%s%s=%s", first ? "" : " ", area_names[i], role_names[r->of[i]]);
		first = false;
	}
}

struct roles roles_both(const struct roles *a, const struct roles *b)
{
	struct roles r;

	for (int i = 0; i < AREAS; i++)
		r.of[i] = a->of[i] < b->of[i] ? a->of[i] : b->of[i];
	return r;
}

bool roles_eq(const struct roles *a, const struct roles *b)
{
	return memcmp(a->of, b->of, sizeof(a->of)) == 0;
}

void roles_put(struct json_out *o, const char *key, const struct roles *r)
{
	json_open_at(o, key, '{');
	for (int i = 0; i < AREAS; i++)
		if (r->of[i] != ROLE_NONE)
			json_put_cstr(o, area_names[i], role_names[r->of[i]]);
	json_close(o);
}

int roles_read(const struct json_doc *doc, json_ref ref, const char *where, struct arena *arena,
	struct roles *ret, struct why *why)
{
	struct roles r = {0};

	if (json_type(doc, ref) != JSON_OBJECT)
		return why_set(why, E_INVALID, where, "roles are an object: workspace to role");
	for (json_ref v = json_first(doc, ref); v; v = json_next(doc, v)) {
		struct slice key = json_key(doc, v, arena);
		struct slice text = json_string(doc, v, arena);
		const char *at = arena_printf(
			arena, "%s/%.*s", where, key.n < 32 ? (int)key.n : 32, (const char *)key.p);
		enum area a;
		enum role role;

		if (area_parse(key, &a) < 0)
			return why_set(why, E_INVALID, at, "there is no such workspace");
		if (role_parse(text, &role) < 0) {
			(void)role_bad(text, why);
			return why_set(why, E_INVALID, at,
				"a role is none, reader, contributor, officer or administrator");
		}
		r.of[a] = (uint8_t)role;
	}
	*ret = r;
	return 0;
}

/* ---- clearance ---- */

int clearance_word_check(struct slice text, struct why *why)
{
	bool ok = text.n >= 1 && text.n <= CLEARANCE_MAX;

	for (size_t i = 0; ok && i < text.n; i++)
		ok = text.p[i] > ' ' && text.p[i] < 0x7f && text.p[i] != ',' && text.p[i] != '=';
	if (!ok)
		return why_set(why, E_INVALID, "/clearance",
			"a clearance is the name of a class, like RESTRICTED, or *");
	return 0;
}

struct reader account_reader(const struct world *w, struct slice clearance)
{
	struct reader r = world_reader(w, &w->node->self);

	if (slice_is(clearance, CLEARANCE_ALL))
		return r;
	int level = charter_level(w->standing.charter, clearance);
	if (level < 0)
		r.no_clearance = true;
	else
		r.clearance_level = (unsigned)level;
	return r;
}

struct reader reader_both(const struct reader *a, const struct reader *b)
{
	struct reader r = *a;

	r.no_clearance = a->no_clearance || b->no_clearance;
	if (b->clearance_level < r.clearance_level)
		r.clearance_level = b->clearance_level;
	return r;
}
