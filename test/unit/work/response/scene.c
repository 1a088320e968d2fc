/* scene.c: see scene.h. */
#include "scene.h"

#include <stdarg.h>

static const struct workspace *const both[] = {&workspace_note, &workspace_response, NULL};
static struct arena names = {.max = 16 * MIB};

void scene_register(void)
{
	workspaces = both;
}

void scene_unchecked(bool on)
{
	static struct workspace_kind kind[64];
	static struct workspace lax;
	static const struct workspace *const two[] = {&workspace_note, &lax, NULL};
	size_t n = 0;

	lax = workspace_response;
	for (; workspace_response.kind[n].kind; n++) {
		assert_true(n + 1 < sizeof(kind) / sizeof(*kind));
		kind[n] = workspace_response.kind[n];
		kind[n].admit = NULL;
	}
	lax.kind = kind;
	workspaces = on ? two : both;
}

const char *naming(const char *field, const struct object_id *id)
{
	char text[OBJECT_TEXT + 1];

	object_format(id, text);
	return arena_printf(&names, "%s=%s", field, text);
}

/* In memory that stays until the test ends. */
static int compose(struct league *l, size_t i, enum aid_kind kind, const int *to, size_t n,
	struct draft *ret, struct why *why, va_list ap)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf json CLEANUP_BUF = BUF(MIB);
	struct slice field[64];
	size_t n_field = 0;
	struct id *member = arena_array(&names, struct id, n + 1);
	struct draft d = {.mode = MODE_REAL, .member = member, .n_member = n};
	struct reading *r = reading_start(l, i);
	struct aid_view v = {.world = &r->world,
		.db = r->db,
		.who = &r->self,
		.arena = &arena,
		.mode = MODE_REAL};
	const char *f;
	int rc;

	while ((f = va_arg(ap, const char *)))
		field[n_field++] = slice_str(f);
	for (size_t k = 0; k < n; k++)
		member[k] = l->m[to[k]].id;
	if (n)
		d.label = SLICE("league RESTRICTED");
	rc = shape_compose(aid_kinds[kind].shape, field, n_field, env_now_ms(&l->m[i].node->env),
		&arena, &json, why);
	if (rc == 0)
		rc = aid_say(&v, kind, buf_slice(&json), &d, why);
	reading_end(&r);
	if (rc < 0)
		return rc;
	d.content = arena_copy(&names, d.content);
	d.label = arena_copy(&names, d.label);
	if (d.member != member) {
		member = arena_array(&names, struct id, d.n_member + 1);
		memcpy(member, d.member, d.n_member * sizeof(*member));
		d.member = member;
	}
	*ret = d;
	return 0;
}

static int say_list(struct league *l, size_t i, enum aid_kind kind, const int *to, size_t n,
	struct object_id *ret, struct why *why, va_list ap)
{
	struct draft d;
	struct written w;
	int rc = compose(l, i, kind, to, n, &d, why, ap);

	if (rc == 0)
		rc = node_write(l->m[i].node, l->m[i].db, &l->id, &d, 1, &w, why);
	if (rc == 0)
		*ret = w.object;
	return rc;
}

struct draft drafted(struct league *l, size_t i, enum aid_kind kind, ...)
{
	struct draft d;
	va_list ap;

	va_start(ap, kind);
	assert_ok(compose(l, i, kind, NULL, 0, &d, &why, ap));
	va_end(ap);
	return d;
}

int try_say(struct league *l, size_t i, enum aid_kind kind, const int *to, size_t n,
	struct object_id *ret, struct why *why, ...)
{
	va_list ap;

	va_start(ap, why);
	int rc = say_list(l, i, kind, to, n, ret, why, ap);
	va_end(ap);
	return rc;
}

struct object_id said(struct league *l, size_t i, enum aid_kind kind, const int *to, size_t n, ...)
{
	struct object_id id = {0};
	struct why why = {0};
	va_list ap;

	va_start(ap, n);
	int rc = say_list(l, i, kind, to, n, &id, &why, ap);
	va_end(ap);
	if (rc < 0)
		fail_msg("%s by %zu: %d %s: %s", aid_kinds[kind].word, i, rc, why.where, why.text);
	return id;
}

struct object_id capability(struct league *l, size_t i, const char *quantity, const char *reserve)
{
	static const int all[] = {0, 1, 2};
	struct object_id c = said(l, i, AID_CAPABILITY, all, 3, "type=HCP", "name=Pumping module",
		"kind=module", NULL);

	said(l, i, AID_CAPABILITY_DETAIL, (int[]){(int)i}, 1, naming("of", &c), quantity, reserve,
		NULL);
	return c;
}

struct object_id offer(struct league *l, size_t i, const struct object_id *request,
	const struct object_id *cap, const char *quantity)
{
	return said(l, i, AID_OFFER, NULL, 0, naming("request", request), "response=ACCEPT",
		"valid_until=+12h", "items.0.item=1", "items.0.line=1",
		naming("items.0.capability", cap), quantity, "items.0.eta_latest=+20h", NULL);
}

void scene_open(struct scene_view *ret, struct league *l, size_t i, size_t who,
	const struct object_id *request)
{
	struct why why = {0};

	ret->r = reading_start(l, i);
	struct reader reader =
		i == who ? ret->r->self : world_reader(&ret->r->world, &l->m[who].id);
	struct aid_view v = {.world = &ret->r->world,
		.db = ret->r->db,
		.who = &reader,
		.arena = &ret->r->arena,
		.mode = MODE_REAL};
	if (dossier_load(&ret->d, &v, request, env_now_ms(&l->m[i].node->env), &why) < 0)
		fail_msg("dossier of %zu at %zu: %s %s", who, i, why.where, why.text);
}

void scene_close(struct scene_view *v)
{
	reading_end(&v->r);
}
