/* changes.c: see changes.h. */
#include "work/procurement/changes.h"

#include "base/map.h"
#include "base/report.h"
#include "work/procurement/view.h"

struct comparing {
	const struct json_doc *from, *to;
	struct arena *arena;
	struct changes *out;
};

static void compare(const struct comparing *c, struct slice path, json_ref x, json_ref y);

static void add(const struct comparing *c, struct slice path, json_ref x, json_ref y)
{
	struct changes *out = c->out;

	if (out->n == CHANGES_MAX) {
		out->more = true;
		return;
	}
	out->of[out->n++] = (struct change){.path = path,
		.before = x ? json_raw(c->from, x) : SLICE_NONE,
		.after = y ? json_raw(c->to, y) : SLICE_NONE};
}

static struct slice below(const struct comparing *c, struct slice path, struct slice key)
{
	return slice_str(arena_printf(c->arena, "%.*s/%.*s", SLICE_FMT(path), SLICE_FMT(key)));
}

static void members(const struct comparing *c, struct slice path, json_ref x, json_ref y)
{
	for (json_ref v = json_first(c->from, x); v; v = json_next(c->from, v)) {
		struct slice key = json_key(c->from, v, c->arena);

		compare(c, below(c, path, key), v, json_get_slice(c->to, y, key));
	}
	for (json_ref v = json_first(c->to, y); v; v = json_next(c->to, v)) {
		struct slice key = json_key(c->to, v, c->arena);

		if (!json_get_slice(c->from, x, key))
			compare(c, below(c, path, key), JSON_ABSENT, v);
	}
}

/* Elements by their ids, of two that are alike the first; each text is read once (model.c, ids_distinct). */
static struct map ids_of(const struct json_doc *doc, json_ref list, struct arena *arena)
{
	struct map m = {0};

	for
		EACH(doc, v, list)
		{
			struct slice id = get_text(doc, v, "id", arena);

			if (!map_has(&m, id))
				(void)map_put(&m, id, (void *)(uintptr_t)v);
		}
	return m;
}

static json_ref by_id(const struct map *ids, struct slice id)
{
	return (json_ref)(uintptr_t)map_get(ids, id);
}

static bool have_ids(const struct json_doc *doc, json_ref list)
{
	for
		EACH(doc, v, list)
	if (json_type(doc, json_get(doc, v, "id")) != JSON_STRING)
		return false;
	return true;
}

static void elements(const struct comparing *c, struct slice path, json_ref x, json_ref y)
{
	struct map from = ids_of(c->from, x, c->arena), to = ids_of(c->to, y, c->arena);

	for
		EACH(c->from, v, x)
		{
			struct slice id = get_text(c->from, v, "id", c->arena);

			compare(c, below(c, path, id), v, by_id(&to, id));
		}
	for
		EACH(c->to, v, y)
		{
			struct slice id = get_text(c->to, v, "id", c->arena);

			if (!map_has(&from, id))
				compare(c, below(c, path, id), JSON_ABSENT, v);
		}
	map_free(&from);
	map_free(&to);
}

static void places(const struct comparing *c, struct slice path, json_ref x, json_ref y)
{
	json_ref v = json_first(c->from, x), w = json_first(c->to, y);
	char number[24];

	for (size_t i = 0; v || w; i++) {
		snprintf(number, sizeof(number), "%zu", i);
		compare(c, below(c, path, slice_str(number)), v, w);
		v = v ? json_next(c->from, v) : v;
		w = w ? json_next(c->to, w) : w;
	}
}

/* How deep it goes is bounded by who has read the documents. */
static void compare(const struct comparing *c, struct slice path, json_ref x, json_ref y)
{
	enum json_type type = json_type(c->from, x);

	if (c->out->more || (x && y && json_same(c->from, x, c->to, y, c->arena)))
		return;
	if (!x || !y || type != json_type(c->to, y) || (type != JSON_OBJECT && type != JSON_ARRAY))
		add(c, path, x, y);
	else if (type == JSON_OBJECT)
		members(c, path, x, y);
	else if (have_ids(c->from, x) && have_ids(c->to, y))
		elements(c, path, x, y);
	else
		places(c, path, x, y);
}

void changes_find(const struct json_doc *from, const struct json_doc *to, struct arena *arena,
	struct changes *ret)
{
	struct comparing c = {.from = from, .to = to, .arena = arena, .out = ret};

	*ret = (struct changes){.of = arena_array(arena, struct change, CHANGES_MAX)};
	compare(&c, SLICE_NONE, json_root(from), json_root(to));
}

/* ---- the versions of a procurement ---- */

bool changes_told(const struct process *p, const struct row *r)
{
	bool kind = r->kind == P_AGREEMENT || r->kind == P_TENDER || r->kind == P_CONTRACT;

	return kind && process_may_write(p, r);
}

static int by_version(const void *a, const void *b)
{
	const struct row *const *x = a, *const *y = b;
	int order = memcmp(&(*x)->object, &(*y)->object, sizeof((*x)->object));

	if (order == 0 && (*x)->epoch != (*y)->epoch)
		order = (*x)->epoch < (*y)->epoch ? -1 : 1;
	if (order == 0 && (*x)->seq != (*y)->seq)
		order = (*x)->seq < (*y)->seq ? -1 : 1;
	return order;
}

const struct row **changes_before(const struct rows *history, struct arena *arena)
{
	const struct row **sorted = arena_array(arena, const struct row *, history->n + 1),
			 **before = arena_array(arena, const struct row *, history->n + 1);

	for (size_t i = 0; i < history->n; i++)
		sorted[i] = &history->row[i];
	if (history->n)
		qsort(sorted, history->n, sizeof(*sorted), by_version);
	for (size_t i = 0; i < history->n; i++)
		before[sorted[i] - history->row] =
			i && object_id_eq(&sorted[i - 1]->object, &sorted[i]->object)
				? sorted[i - 1]
				: NULL;
	return before;
}

static void put_change(struct json_out *o, const struct change *c)
{
	json_open(o, '{');
	json_put_string(o, "path", c->path);
	if (c->before.n)
		json_put_raw(o, "before", c->before);
	if (c->after.n)
		json_put_raw(o, "after", c->after);
	json_close(o);
}

static void put_version(
	struct json_out *o, const struct row *r, const struct row *before, const struct world *w)
{
	struct arena arena CLEANUP_ARENA = ARENA(CHANGES_ARENA);
	struct changes changes = {0};

	json_open(o, '{');
	view_object(o, "object", &r->object);
	json_put_cstr(o, "kind", pkind_table[r->kind].kind);
	json_put_cstr(o, "author_label", world_party_label(w, &r->object.owner, &arena));
	view_time(o, "time", r->time_ms);
	view_hash(o, "leaf", &r->leaf);
	json_put_string(o, "label", r->label);
	json_put_bool(o, "first", before == NULL);
	json_put_string(o, "rationale", get_text(&r->doc, json_root(&r->doc), "rationale", &arena));
	if (before)
		changes_find(&before->doc, &r->doc, &arena, &changes);
	json_open_at(o, "changes", '[');
	for (size_t i = 0; i < changes.n; i++)
		put_change(o, &changes.of[i]);
	json_close(o);
	json_put_bool(o, "more", changes.more);
	json_close(o);
}

void changes_put(struct json_out *o, const struct process *p, const struct rows *history,
	const struct world *w, struct arena *arena)
{
	const struct row **before = changes_before(history, arena);

	for (size_t i = history->n; i-- > 0;)
		if (changes_told(p, &history->row[i]))
			put_version(o, &history->row[i], before[i], w);
}
