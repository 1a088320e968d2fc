/*
 * pattern_observed.c: observed-data as patterns look at it; see pattern.h.
 *
 * Two shapes are in use: STIX 2.0 (and deprecated in 2.1) embeds observables under "objects", keyed by text that references use; STIX 2.1 lists
 * object_refs to observables beside it. Both become a run of objects with a type and an id each.
 */
#include "work/cyber/pattern_int.h"

static struct slice text_at(
	const struct json_doc *doc, json_ref ref, const char *key, struct arena *arena)
{
	return json_string(doc, json_get(doc, ref, key), arena);
}

static int time_at(const struct json_doc *doc, json_ref ref, const char *key, struct slice id,
	struct arena *arena, struct pattern_time *ret, struct why *why)
{
	struct slice text = text_at(doc, ref, key, arena);
	struct moment m;

	if (pattern_moment_parse(text, &m) < 0)
		return why_set(why, E_INVALID, key, "observed-data %.*s has no valid %s",
			SLICE_FMT(slice_sub(id, 0, 80)), key);
	*ret = pattern_moment_time(&m);
	return 0;
}

static void push_object(struct observed *seen, const struct json_doc *doc, json_ref ref,
	struct slice id, struct arena *arena)
{
	struct observed_object o = {doc, ref, id, text_at(doc, ref, "type", arena)};

	vec_push(&seen->object, o);
}

static void add_embedded(
	struct observed *seen, const struct json_doc *doc, json_ref objects, struct arena *arena)
{
	for (json_ref v = json_first(doc, objects); v; v = json_next(doc, v))
		push_object(seen, doc, v, json_key(doc, v, arena), arena);
}

static void add_referred(
	struct observed *seen, const struct json_doc *doc, json_ref refs, struct arena *arena)
{
	for (json_ref v = json_first(doc, refs); v; v = json_next(doc, v)) {
		struct slice id = json_string(doc, v, arena);
		size_t at = (size_t)map_get(&seen->by_id, id);

		/* A reference may dangle, legally. */
		if (at)
			vec_push(&seen->object, seen->shared.p[at - 1]);
	}
}

static int add_observation(struct observed *seen, const struct json_doc *doc, json_ref ref,
	struct arena *arena, struct why *why)
{
	struct observation o = {.id = text_at(doc, ref, "id", arena), .object = seen->object.n};
	json_ref embedded = json_get(doc, ref, "objects");
	int64_t number = 0;
	int rc = time_at(doc, ref, "first_observed", o.id, arena, &o.first, why);

	if (rc == 0)
		rc = time_at(doc, ref, "last_observed", o.id, arena, &o.last, why);
	if (rc < 0)
		return rc;
	if (json_i64(doc, json_get(doc, ref, "number_observed"), &number) < 0 || number < 1)
		return why_set(why, E_INVALID, "number_observed",
			"observed-data %.*s has no valid number_observed",
			SLICE_FMT(slice_sub(o.id, 0, 80)));
	if (pattern_time_cmp(o.last, o.first) < 0)
		return why_set(why, E_INVALID, "last_observed",
			"observed-data %.*s was last observed before it was first",
			SLICE_FMT(slice_sub(o.id, 0, 80)));
	o.number = (uint64_t)number;
	o.embedded = json_type(doc, embedded) == JSON_OBJECT;
	if (o.embedded)
		add_embedded(seen, doc, embedded, arena);
	add_referred(seen, doc, json_get(doc, ref, "object_refs"), arena);
	o.n = seen->object.n - o.object;
	vec_push(&seen->observation, o);
	return 0;
}

/* Observables of a bundle, so that references find them. The first of an id stays. */
static void add_shared(
	struct observed *seen, const struct json_doc *doc, json_ref ref, struct arena *arena)
{
	struct slice id = text_at(doc, ref, "id", arena);
	struct observed_object o = {doc, ref, id, text_at(doc, ref, "type", arena)};

	if (id.n == 0 || map_has(&seen->by_id, id))
		return;
	vec_push(&seen->shared, o);
	map_put(&seen->by_id, id, (void *)seen->shared.n);
}

static bool is_observed(const struct json_doc *doc, json_ref ref, struct arena *arena)
{
	/* The reference vectors have one of type cybox-container: what counts is what it has. */
	return slice_is(text_at(doc, ref, "type", arena), "observed-data") ||
	       (json_get(doc, ref, "objects") && json_get(doc, ref, "first_observed"));
}

static int add_text(struct observed *seen, struct arena *arena, struct slice json, struct why *why)
{
	struct json_doc *doc = arena_new(arena, struct json_doc);
	size_t observations = seen->observation.n, objects = seen->object.n,
	       shared = seen->shared.n;
	json_ref all, one;
	int rc = json_read(doc, arena, json, &json_limits_local, why);

	if (rc < 0)
		return rc;
	all = json_root(doc);
	if (json_type(doc, all) == JSON_OBJECT && !is_observed(doc, all, arena))
		all = json_get(doc, all, "objects");
	if (is_observed(doc, all, arena))
		return add_observation(seen, doc, all, arena, why);
	if (json_type(doc, all) != JSON_ARRAY)
		return why_set(
			why, E_INVALID, "", "neither observed-data nor a bundle or list of it");
	for (one = json_first(doc, all); one; one = json_next(doc, one))
		if (!is_observed(doc, one, arena))
			add_shared(seen, doc, one, arena);
	for (one = json_first(doc, all); one && rc == 0; one = json_next(doc, one)) {
		if (!is_observed(doc, one, arena))
			continue;
		rc = seen->observation.n < LIMIT_OBSERVED
			     ? add_observation(seen, doc, one, arena, why)
			     : why_set(why, E_LIMIT, "", "more than %d observations",
				       LIMIT_OBSERVED);
	}
	if (rc < 0) {
		seen->observation.n = observations;
		seen->object.n = objects;
		while (seen->shared.n > shared)
			map_del(&seen->by_id, seen->shared.p[--seen->shared.n].id);
	}
	return rc;
}

int observed_add(struct observed *seen, struct arena *arena, struct slice json, struct why *why)
{
	int rc = add_text(seen, arena, json, why);

	if (rc == 0)
		seen->bytes += json.n;
	return rc;
}

void observed_free(struct observed *seen)
{
	vec_free(&seen->observation);
	vec_free(&seen->object);
	vec_free(&seen->shared);
	map_free(&seen->by_id);
}
