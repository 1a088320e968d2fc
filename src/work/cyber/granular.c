/* granular.c: markings of parts of an object (§7.2.3); see model.h. */
#include "work/cyber/model.h"

/* "[12]" as a number. */
static bool index_of(struct slice step, uint64_t *ret)
{
	return step.n > 2 && step.p[0] == '[' && step.p[step.n - 1] == ']' &&
	       slice_u64(slice_sub(step, 1, step.n - 1), ret) == 0;
}

json_ref stix_select(const struct stix *s, struct slice selector, struct arena *arena)
{
	json_ref at = s->root;
	struct slice step;
	uint64_t i;

	(void)arena;
	if (selector.n == 0 || selector.p[selector.n - 1] == '.')
		return JSON_ABSENT;
	while (at != JSON_ABSENT && slice_cut(&selector, '.', &step)) {
		if (index_of(step, &i)) {
			json_ref v = json_type(&s->doc, at) == JSON_ARRAY ? json_first(&s->doc, at)
									  : JSON_ABSENT;

			while (v != JSON_ABSENT && i-- > 0)
				v = json_next(&s->doc, v);
			at = v;
		} else {
			at = json_get_slice(&s->doc, at, step);
		}
	}
	return at;
}

static int marking_check(
	const struct stix *s, json_ref m, size_t n, struct arena *arena, struct why *why)
{
	json_ref selectors = json_get(&s->doc, m, "selectors");
	json_ref ref = json_get(&s->doc, m, "marking_ref"), lang = json_get(&s->doc, m, "lang");
	struct slice type;
	struct stix_uuid uuid;
	char where[48];

	snprintf(where, sizeof(where), "/granular_markings/%zu", n);
	if ((ref == JSON_ABSENT) == (lang == JSON_ABSENT))
		return why_set(
			why, E_INVALID, where, "exactly one of marking_ref and lang is there");
	if (ref != JSON_ABSENT &&
		(stix_id_parse(json_string(&s->doc, ref, arena), &type, &uuid) < 0 ||
			!slice_is(type, "marking-definition")))
		return why_set(
			why, E_INVALID, where, "marking_ref is the id of a marking-definition");
	if (lang != JSON_ABSENT && json_type(&s->doc, lang) != JSON_STRING)
		return why_set(why, E_INVALID, where, "lang is a string");
	if (json_type(&s->doc, selectors) != JSON_ARRAY || json_count(&s->doc, selectors) == 0)
		return why_set(why, E_INVALID, where, "selectors name at least one property");
	for (json_ref v = json_first(&s->doc, selectors); v; v = json_next(&s->doc, v)) {
		struct slice selector = json_string(&s->doc, v, arena);

		if (stix_select(s, selector, arena) == JSON_ABSENT)
			return why_set(why, E_INVALID, where, "nothing is at '%.*s'",
				SLICE_FMT(slice_sub(selector, 0, 80)));
	}
	return 0;
}

int stix_granular_check(const struct stix *s, struct arena *arena, struct why *why)
{
	json_ref list = stix_get(s, "granular_markings");
	size_t n = 0;
	int rc = 0;

	for (json_ref m = json_first(&s->doc, list); rc == 0 && m; m = json_next(&s->doc, m))
		rc = marking_check(s, m, n++, arena, why);
	return rc;
}
