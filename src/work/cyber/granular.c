/* granular.c: markings of parts of an object (§7.2.3); see model.h. */
#include "work/cyber/model.h"

#include "work/cyber/limits.h"

/* "[12]" as a number. */
static bool index_of(struct slice step, uint64_t *ret)
{
	return step.n > 2 && step.p[0] == '[' && step.p[step.n - 1] == ']' &&
	       slice_u64(slice_sub(step, 1, step.n - 1), ret) == 0;
}

/* Of a list or the members of an object: so many are walked past at most. */
static bool steps_take(uint64_t *steps, uint64_t n)
{
	*steps = *steps > n ? *steps - n : 0;
	return *steps > 0;
}

static json_ref element_at(const struct stix *s, json_ref list, uint64_t i, uint64_t *steps)
{
	json_ref v;

	if (json_type(&s->doc, list) != JSON_ARRAY || i >= json_count(&s->doc, list) ||
		!steps_take(steps, i))
		return JSON_ABSENT;
	for (v = json_first(&s->doc, list); i > 0; i--)
		v = json_next(&s->doc, v);
	return v;
}

json_ref stix_select(const struct stix *s, struct slice selector, uint64_t *steps)
{
	json_ref at = s->root;
	struct slice step;
	uint64_t i;

	if (selector.n == 0 || selector.p[selector.n - 1] == '.')
		return JSON_ABSENT;
	while (at != JSON_ABSENT && slice_cut(&selector, '.', &step)) {
		if (index_of(step, &i))
			at = element_at(s, at, i, steps);
		else
			at = steps_take(steps, json_count(&s->doc, at))
				     ? json_get_slice(&s->doc, at, step)
				     : JSON_ABSENT;
	}
	return at;
}

static int marking_check(const struct stix *s, json_ref m, size_t n, uint64_t *steps,
	struct arena *arena, struct why *why)
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

		if (stix_select(s, selector, steps) != JSON_ABSENT)
			continue;
		if (*steps == 0)
			return why_set(why, E_LIMIT, where,
				"'%.*s' and those before it walk past more than %d values",
				SLICE_FMT(slice_sub(selector, 0, 80)), LIMIT_STIX_SELECT_STEPS);
		return why_set(why, E_INVALID, where, "nothing is at '%.*s'",
			SLICE_FMT(slice_sub(selector, 0, 80)));
	}
	return 0;
}

int stix_granular_check(const struct stix *s, struct arena *arena, struct why *why)
{
	json_ref list = stix_get(s, "granular_markings");
	uint64_t steps = LIMIT_STIX_SELECT_STEPS;
	size_t n = 0;
	int rc = 0;

	for (json_ref m = json_first(&s->doc, list); rc == 0 && m; m = json_next(&s->doc, m))
		rc = marking_check(s, m, n++, &steps, arena, why);
	return rc;
}
