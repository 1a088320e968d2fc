/* pattern_indicator.c: the pattern that an indicator carries; see pattern.h. */
#include "work/cyber/pattern.h"

int pattern_of_indicator(struct pattern **ret, const struct json_doc *doc, json_ref indicator,
	struct arena *a, struct why *why)
{
	json_ref type = json_get(doc, indicator, "pattern_type");
	struct slice version = json_string(doc, json_get(doc, indicator, "pattern_version"), a);
	struct slice text = json_string(doc, json_get(doc, indicator, "pattern"), a);
	bool old = slice_is(version, "2.0") || (!type && !json_get(doc, indicator, "spec_version"));

	if (text.n == 0 || (type && !slice_is(json_string(doc, type, a), "stix")))
		return why_set(why, E_MISSING, "/pattern", "there is no pattern of STIX");
	return pattern_parse(ret, text, old ? PATTERN_2_0 : PATTERN_2_1, why);
}
