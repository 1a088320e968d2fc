/* merge.c: see merge.h. */
#include "work/procurement/ocds/merge.h"

#include "work/procurement/ocds/schema.h"

struct merging {
	struct arena *arena;
	bool versioned;
	const struct tree *release; /* where versions come from */
};

/* ---- leaves ---- */

static struct tree *version_of(const struct merging *m, const struct tree *value)
{
	struct tree *v = tree_new(m->arena, JSON_OBJECT);
	const struct tree *id = tree_get(m->release, "id"), *date = tree_get(m->release, "date"),
			  *tag = tree_get(m->release, "tag");

	tree_add(v, SLICE("releaseID"),
		id ? tree_copy(m->arena, id) : tree_new(m->arena, JSON_NULL));
	tree_add(v, SLICE("releaseDate"),
		date ? tree_copy(m->arena, date) : tree_new(m->arena, JSON_NULL));
	tree_add(v, SLICE("releaseTag"),
		tag ? tree_copy(m->arena, tag) : tree_new(m->arena, JSON_NULL));
	tree_add(v, SLICE("value"), tree_copy(m->arena, value));
	return v;
}

static void leaf(const struct merging *m, struct tree *to, const struct tree *from)
{
	struct tree *at = tree_get_slice(to, from->key);

	if (!m->versioned) {
		struct tree *copy = tree_copy(m->arena, from);

		if (from->type == JSON_NULL) {
			if (at)
				tree_remove(to, at);
			return;
		}
		if (!at) {
			tree_add(to, from->key, copy);
			return;
		}
		at->type = copy->type;
		at->raw = copy->raw;
		at->text = copy->text;
		at->first = copy->first;
		at->last = copy->last;
		at->n = copy->n;
		return;
	}
	if (!at || at->type != JSON_ARRAY) {
		if (at)
			tree_remove(to, at);
		at = tree_new(m->arena, JSON_ARRAY);
		tree_add(to, from->key, at);
	}
	const struct tree *last = at->last ? tree_get(at->last, "value") : NULL;
	if (!last || !tree_equal(last, from))
		tree_push(at, version_of(m, from));
}

/* Null in the place of an object or of elements: in versions, each leaf below gets it. */
static void null_below(const struct merging *m, struct tree *at)
{
	struct tree nothing = {.type = JSON_NULL, .raw = SLICE("null")};

	for (struct tree *c = at->first; c; c = c->next) {
		bool list = c->type == JSON_ARRAY && c->first && tree_get(c->first, "releaseID");

		nothing.key = c->key;
		if (list)
			leaf(m, at, &nothing);
		else if (c->type == JSON_OBJECT || c->type == JSON_ARRAY)
			null_below(m, c);
	}
}

/* ---- objects and arrays ---- */

static void object_merge(const struct merging *m, const struct ocds_def *d, struct tree *to,
	const struct tree *from, bool element);

/* As a whole: by rule, or because its elements have no identity. */
static bool whole(const struct ocds_field *f, const struct tree *list)
{
	bool ids = false;

	if (f && (slice_is(f->name, "additionalIdentifiers") ||
			 slice_is(f->name, "additionalClassifications")))
		return true;
	if (f && f->type & OCDS_ARRAY && f->item)
		return !(f->item & OCDS_OBJECT) || (f->object && !f->object->has_id);
	for (const struct tree *e = list->first; e; e = e->next) {
		if (e->type != JSON_OBJECT)
			return true;
		ids |= tree_get(e, "id") != NULL;
	}
	return list->first && !ids;
}

static struct tree *element_of(const struct tree *list, const struct tree *id)
{
	for (struct tree *e = list->first; e; e = e->next) {
		const struct tree *other = tree_get(e, "id");

		if (other && tree_equal(id, other))
			return e;
	}
	return NULL;
}

static void array_merge(const struct merging *m, const struct ocds_field *f, struct tree *to,
	const struct tree *from)
{
	struct tree *at = tree_get_slice(to, from->key);

	if (from->n == 0)
		return;
	if (!at || at->type != JSON_ARRAY) {
		if (at)
			tree_remove(to, at);
		at = tree_new(m->arena, JSON_ARRAY);
		tree_add(to, from->key, at);
	}
	for (const struct tree *e = from->first; e; e = e->next) {
		const struct tree *id = tree_get(e, "id");
		struct tree *same = id ? element_of(at, id) : NULL;

		if (!same) {
			same = tree_new(m->arena, JSON_OBJECT);
			tree_push(at, same);
		}
		object_merge(m, f ? f->object : NULL, same, e, true);
	}
}

static void member_merge(
	const struct merging *m, const struct ocds_def *d, struct tree *to, const struct tree *from)
{
	const struct ocds_field *f = ocds_field(d, from->key);
	struct tree *at = tree_get_slice(to, from->key);

	if (from->type == JSON_OBJECT) {
		/* Made only when something comes into it. */
		struct tree *made =
			at && at->type == JSON_OBJECT ? at : tree_new(m->arena, JSON_OBJECT);

		object_merge(m, f ? f->object : NULL, made, from, false);
		if (made == at || made->n == 0)
			return;
		if (at)
			tree_remove(to, at);
		tree_add(to, from->key, made);
	} else if (from->type == JSON_ARRAY && !whole(f, from)) {
		array_merge(m, f, to, from);
	} else if (from->type == JSON_NULL && m->versioned && at &&
		   !(at->first && tree_get(at->first, "releaseID"))) {
		null_below(m, at);
	} else {
		leaf(m, to, from);
	}
}

static void object_merge(const struct merging *m, const struct ocds_def *d, struct tree *to,
	const struct tree *from, bool element)
{
	for (const struct tree *c = from->first; c; c = c->next) {
		/* What an element is told apart by has no versions. */
		if (element && slice_is(c->key, "id")) {
			if (!tree_get(to, "id"))
				tree_add(to, c->key, tree_copy(m->arena, c));
			continue;
		}
		member_merge(m, d, to, c);
	}
}

/* ---- releases ---- */

static int by_date(const void *a, const void *b)
{
	const struct tree *const *x = a, *const *y = b;
	int order = slice_cmp(tree_text(*x, "ocid"), tree_text(*y, "ocid"));

	if (order == 0)
		order = slice_cmp(tree_text(*x, "date"), tree_text(*y, "date"));
	return order;
}

/* Stable, by ocid and the text of the date, as the standard's own tool does it. */
static void release_sort(const struct tree **list, size_t n, struct arena *arena)
{
	const struct tree **half;
	size_t left = n / 2, i = 0, k = left, out = 0;

	if (n < 2)
		return;
	release_sort(list, left, arena);
	release_sort(list + left, n - left, arena);
	half = (const struct tree **)mem_zero_alloc(n, sizeof(*half));
	while (i < left || k < n)
		if (k == n || (i < left && by_date(&list[i], &list[k]) <= 0))
			half[out++] = list[i++];
		else
			half[out++] = list[k++];
	memcpy(list, half, n * sizeof(*half));
	mem_free(half);
}

static int sorted(const struct tree *const *release, size_t n, struct arena *arena,
	const struct tree ***ret, struct why *why)
{
	const struct tree **list;

	if (n == 0)
		return why_set(why, E_INVALID, "", "there is no release");
	list = (const struct tree **)arena_alloc_n(arena, n, sizeof(*list));
	for (size_t i = 0; i < n; i++) {
		if (tree_text(release[i], "ocid").n == 0)
			return why_set(why, E_INVALID, "/ocid", "release %zu has none", i);
		if (!slice_eq(tree_text(release[i], "ocid"), tree_text(release[0], "ocid")))
			return why_set(why, E_INVALID, "/ocid",
				"releases of two processes are not merged");
		if (tree_text(release[i], "date").n == 0)
			return why_set(why, E_INVALID, "/date", "release %zu has none", i);
		list[i] = release[i];
	}
	release_sort(list, n, arena);
	*ret = list;
	return 0;
}

static void release_merge(struct merging *m, struct tree *to, const struct tree *release)
{
	m->release = release;
	for (const struct tree *c = release->first; c; c = c->next) {
		if (slice_is(c->key, "id") || slice_is(c->key, "date") || slice_is(c->key, "tag"))
			continue;
		if (slice_is(c->key, "ocid")) {
			if (!tree_get(to, "ocid"))
				tree_add(to, c->key, tree_copy(m->arena, c));
			continue;
		}
		member_merge(m, ocds_def("Release"), to, c);
	}
}

int ocds_compile(const struct tree *const *release, size_t n, struct arena *arena,
	struct tree **ret, struct why *why)
{
	struct merging m = {.arena = arena};
	struct tree *to = tree_new(arena, JSON_OBJECT), *tag = tree_new(arena, JSON_ARRAY);
	const struct tree **list;
	int rc = sorted(release, n, arena, &list, why);

	if (rc < 0)
		return rc;
	struct slice date = tree_text(list[n - 1], "date"), ocid = tree_text(list[0], "ocid");
	const char *id = arena_printf(arena, "%.*s-%.*s", SLICE_FMT(ocid), SLICE_FMT(date));
	tree_push(tag, tree_string(arena, SLICE("compiled")));
	tree_add(to, SLICE("tag"), tag);
	tree_add(to, SLICE("id"), tree_string(arena, slice_str(id)));
	tree_add(to, SLICE("date"), tree_string(arena, date));
	for (size_t i = 0; i < n; i++)
		release_merge(&m, to, list[i]);
	*ret = to;
	return 0;
}

int ocds_versioned(const struct tree *const *release, size_t n, struct arena *arena,
	struct tree **ret, struct why *why)
{
	struct merging m = {.arena = arena, .versioned = true};
	struct tree *to = tree_new(arena, JSON_OBJECT);
	const struct tree **list;
	int rc = sorted(release, n, arena, &list, why);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++)
		release_merge(&m, to, list[i]);
	*ret = to;
	return 0;
}

/* ---- packages ---- */

struct gathering {
	const struct tree **list;
	size_t n, max;
	struct arena *arena;
};

static void gather(struct gathering *g, const struct tree *t, unsigned depth)
{
	const struct tree *inner;

	if (!t || depth > 3)
		return;
	if (t->type == JSON_ARRAY) {
		for (const struct tree *e = t->first; e; e = e->next)
			gather(g, e, depth + 1);
		return;
	}
	if (t->type != JSON_OBJECT)
		return;
	inner = tree_get(t, "records");
	inner = inner ? inner : tree_get(t, "releases");
	if (inner) {
		gather(g, inner, depth);
		return;
	}
	if (!tree_get(t, "ocid") || !tree_get(t, "date"))
		return; /* a linked release, or something else */
	if (g->n == g->max) {
		size_t max = g->max ? 2 * g->max : 16;
		const struct tree **more =
			(const struct tree **)arena_alloc_n(g->arena, max, sizeof(*more));

		if (g->n)
			memcpy(more, g->list, g->n * sizeof(*more));
		g->list = more;
		g->max = max;
	}
	g->list[g->n++] = t;
}

int ocds_releases(const struct tree *root, struct arena *arena, const struct tree ***ret,
	size_t *ret_n, struct why *why)
{
	struct gathering g = {.arena = arena};

	gather(&g, root, 0);
	if (g.n == 0)
		return why_set(why, E_INVALID, "", "there is no release in it");
	release_sort(g.list, g.n, arena);
	*ret = g.list;
	*ret_n = g.n;
	return 0;
}

static struct tree *record_of(const struct tree *const *release, size_t n, bool versioned,
	struct arena *arena, struct why *why)
{
	struct tree *record = tree_new(arena, JSON_OBJECT), *list = tree_new(arena, JSON_ARRAY),
		    *merged;

	tree_add(record, SLICE("ocid"), tree_string(arena, tree_text(release[0], "ocid")));
	for (size_t i = 0; i < n; i++)
		tree_push(list, tree_copy(arena, release[i]));
	tree_add(record, SLICE("releases"), list);
	if (ocds_compile(release, n, arena, &merged, why) < 0)
		return NULL;
	tree_add(record, SLICE("compiledRelease"), merged);
	if (versioned) {
		if (ocds_versioned(release, n, arena, &merged, why) < 0)
			return NULL;
		tree_add(record, SLICE("versionedRelease"), merged);
	}
	return record;
}

int ocds_record_package(const struct tree *const *releases, size_t n, bool versioned,
	struct slice uri, struct slice publisher, struct slice published, struct arena *arena,
	struct tree **ret, struct why *why)
{
	struct tree *package = tree_new(arena, JSON_OBJECT), *who = tree_new(arena, JSON_OBJECT),
		    *records = tree_new(arena, JSON_ARRAY);

	tree_add(package, SLICE("uri"), tree_string(arena, uri));
	tree_add(package, SLICE("version"), tree_string(arena, SLICE("1.1")));
	tree_add(package, SLICE("publishedDate"), tree_string(arena, published));
	tree_add(who, SLICE("name"), tree_string(arena, publisher));
	tree_add(package, SLICE("publisher"), who);
	for (size_t i = 0; i < n;) {
		size_t same = i + 1;

		while (same < n &&
			slice_eq(tree_text(releases[i], "ocid"), tree_text(releases[same], "ocid")))
			same++;
		struct tree *record = record_of(releases + i, same - i, versioned, arena, why);
		if (!record)
			return E_INVALID;
		tree_push(records, record);
		i = same;
	}
	tree_add(package, SLICE("records"), records);
	*ret = package;
	return 0;
}
