/* rules.c: domain objects (§4), relationships (§5), meta objects (§7) of STIX 2.1. */
#include "work/cyber/rules.h"

#include "work/cyber/marking.h"

#define END                                                                                        \
	{                                                                                          \
		NULL, P_ANY, false, NULL                                                           \
	}
#define SEEN                                                                                       \
	{"first_seen", P_TIME, false, NULL},                                                       \
	{                                                                                          \
		"last_seen", P_TIME, false, NULL                                                   \
	}

static const struct prop attack_pattern[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"aliases", P_STRINGS, false, NULL},
	{"kill_chain_phases", P_KILL_CHAIN, false, NULL}, END};
static const struct prop campaign[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"aliases", P_STRINGS, false, NULL}, SEEN,
	{"objective", P_STRING, false, NULL}, END};
static const struct prop course_of_action[] = {
	{"name", P_STRING, true, NULL}, {"description", P_STRING, false, NULL}, END};
static const struct prop grouping[] = {{"name", P_STRING, false, NULL},
	{"description", P_STRING, false, NULL}, {"context", P_STRING, true, NULL},
	{"object_refs", P_IDS, true, NULL}, END};
static const struct prop identity[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"roles", P_STRINGS, false, NULL},
	{"identity_class", P_STRING, false, NULL}, {"sectors", P_STRINGS, false, NULL},
	{"contact_information", P_STRING, false, NULL}, END};
static const struct prop incident[] = {
	{"name", P_STRING, true, NULL}, {"description", P_STRING, false, NULL}, END};
static const struct prop indicator[] = {{"name", P_STRING, false, NULL},
	{"description", P_STRING, false, NULL}, {"indicator_types", P_STRINGS, false, NULL},
	{"pattern", P_STRING, true, NULL}, {"pattern_type", P_STRING, true, NULL},
	{"pattern_version", P_STRING, false, NULL}, {"valid_from", P_TIME, true, NULL},
	{"valid_until", P_TIME, false, NULL}, {"kill_chain_phases", P_KILL_CHAIN, false, NULL},
	END};
static const struct prop infrastructure[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"infrastructure_types", P_STRINGS, false, NULL},
	{"aliases", P_STRINGS, false, NULL}, {"kill_chain_phases", P_KILL_CHAIN, false, NULL}, SEEN,
	END};
static const struct prop intrusion_set[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"aliases", P_STRINGS, false, NULL}, SEEN,
	{"goals", P_STRINGS, false, NULL}, {"resource_level", P_STRING, false, NULL},
	{"primary_motivation", P_STRING, false, NULL},
	{"secondary_motivations", P_STRINGS, false, NULL}, END};
static const struct prop location[] = {{"name", P_STRING, false, NULL},
	{"description", P_STRING, false, NULL}, {"latitude", P_NUMBER, false, NULL},
	{"longitude", P_NUMBER, false, NULL}, {"precision", P_NUMBER, false, NULL},
	{"region", P_STRING, false, NULL}, {"country", P_STRING, false, NULL},
	{"administrative_area", P_STRING, false, NULL}, {"city", P_STRING, false, NULL},
	{"street_address", P_STRING, false, NULL}, {"postal_code", P_STRING, false, NULL}, END};
static const struct prop malware[] = {{"name", P_STRING, false, NULL},
	{"description", P_STRING, false, NULL}, {"malware_types", P_STRINGS, false, NULL},
	{"is_family", P_BOOLEAN, true, NULL}, {"aliases", P_STRINGS, false, NULL},
	{"kill_chain_phases", P_KILL_CHAIN, false, NULL}, SEEN,
	{"operating_system_refs", P_IDS, false, "software"},
	{"architecture_execution_envs", P_STRINGS, false, NULL},
	{"implementation_languages", P_STRINGS, false, NULL},
	{"capabilities", P_STRINGS, false, NULL}, {"sample_refs", P_IDS, false, "artifact|file"},
	END};
static const struct prop malware_analysis[] = {{"product", P_STRING, true, NULL},
	{"version", P_STRING, false, NULL}, {"host_vm_ref", P_ID, false, "software"},
	{"operating_system_ref", P_ID, false, "software"},
	{"installed_software_refs", P_IDS, false, "software"},
	{"configuration_version", P_STRING, false, NULL}, {"modules", P_STRINGS, false, NULL},
	{"analysis_engine_version", P_STRING, false, NULL},
	{"analysis_definition_version", P_STRING, false, NULL}, {"submitted", P_TIME, false, NULL},
	{"analysis_started", P_TIME, false, NULL}, {"analysis_ended", P_TIME, false, NULL},
	{"result_name", P_STRING, false, NULL}, {"result", P_STRING, false, NULL},
	{"analysis_sco_refs", P_IDS, false, NULL},
	{"sample_ref", P_ID, false, "artifact|file|network-traffic"}, END};
static const struct prop note[] = {{"abstract", P_STRING, false, NULL},
	{"content", P_STRING, true, NULL}, {"authors", P_STRINGS, false, NULL},
	{"object_refs", P_IDS, true, NULL}, END};
static const struct prop observed_data[] = {{"first_observed", P_TIME, true, NULL},
	{"last_observed", P_TIME, true, NULL}, {"number_observed", P_INTEGER, true, NULL},
	{"objects", P_OBJECT, false, NULL}, {"object_refs", P_IDS, false, NULL}, END};
static const struct prop opinion[] = {{"explanation", P_STRING, false, NULL},
	{"authors", P_STRINGS, false, NULL}, {"opinion", P_STRING, true, NULL},
	{"object_refs", P_IDS, true, NULL}, END};
static const struct prop report[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"report_types", P_STRINGS, false, NULL},
	{"published", P_TIME, true, NULL}, {"object_refs", P_IDS, true, NULL}, END};
static const struct prop threat_actor[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"threat_actor_types", P_STRINGS, false, NULL},
	{"aliases", P_STRINGS, false, NULL}, SEEN, {"roles", P_STRINGS, false, NULL},
	{"goals", P_STRINGS, false, NULL}, {"sophistication", P_STRING, false, NULL},
	{"resource_level", P_STRING, false, NULL}, {"primary_motivation", P_STRING, false, NULL},
	{"secondary_motivations", P_STRINGS, false, NULL},
	{"personal_motivations", P_STRINGS, false, NULL}, END};
static const struct prop tool[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"tool_types", P_STRINGS, false, NULL},
	{"aliases", P_STRINGS, false, NULL}, {"kill_chain_phases", P_KILL_CHAIN, false, NULL},
	{"tool_version", P_STRING, false, NULL}, END};
static const struct prop vulnerability[] = {
	{"name", P_STRING, true, NULL}, {"description", P_STRING, false, NULL}, END};
static const struct prop relationship[] = {{"relationship_type", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"source_ref", P_ID, true, NULL},
	{"target_ref", P_ID, true, NULL}, {"start_time", P_TIME, false, NULL},
	{"stop_time", P_TIME, false, NULL}, END};
static const struct prop sighting[] = {{"description", P_STRING, false, NULL}, SEEN,
	{"count", P_INTEGER, false, NULL}, {"sighting_of_ref", P_ID, true, NULL},
	{"observed_data_refs", P_IDS, false, "observed-data"},
	{"where_sighted_refs", P_IDS, false, "identity|location"},
	{"summary", P_BOOLEAN, false, NULL}, END};
static const struct prop marking_definition[] = {{"name", P_STRING, false, NULL},
	{"definition_type", P_STRING, false, NULL}, {"definition", P_OBJECT, false, NULL}, END};
static const struct prop extension_definition[] = {{"name", P_STRING, true, NULL},
	{"description", P_STRING, false, NULL}, {"schema", P_STRING, true, NULL},
	{"version", P_STRING, true, NULL}, {"extension_types", P_STRINGS, true, NULL},
	{"extension_properties", P_STRINGS, false, NULL}, END};
static const struct prop language_content[] = {{"object_ref", P_ID, true, NULL},
	{"object_modified", P_TIME, false, NULL}, {"contents", P_OBJECT, true, NULL}, END};

/* ---- what two properties say together ---- */

static int check_seen(const struct stix *s, struct arena *arena, struct why *why)
{
	return stix_rule_order(s, "first_seen", "last_seen", true, arena, why);
}

static int check_indicator(const struct stix *s, struct arena *arena, struct why *why)
{
	return stix_rule_order(s, "valid_from", "valid_until", false, arena, why);
}

static int check_location(const struct stix *s, struct arena *arena, struct why *why)
{
	static const char *const place[] = {"region", "country", "latitude", NULL};
	int rc = stix_rule_some(s, place, why);

	(void)arena;
	if (rc < 0)
		return rc;
	if (stix_rule_has(s, "latitude") != stix_rule_has(s, "longitude"))
		return why_set(why, E_INVALID, "/latitude", "latitude and longitude come together");
	if (stix_rule_has(s, "precision") && !stix_rule_has(s, "latitude"))
		return why_set(why, E_INVALID, "/precision", "precision is that of coordinates");
	rc = stix_rule_range(s, "latitude", -90, 90, why);
	return rc < 0 ? rc : stix_rule_range(s, "longitude", -180, 180, why);
}

static int check_malware(const struct stix *s, struct arena *arena, struct why *why)
{
	if (json_true(&s->doc, stix_get(s, "is_family")) && !stix_rule_has(s, "name"))
		return why_set(why, E_INVALID, "/name", "a family of malware has a name");
	return check_seen(s, arena, why);
}

static int check_malware_analysis(const struct stix *s, struct arena *arena, struct why *why)
{
	static const char *const outcome[] = {"result", "analysis_sco_refs", NULL};

	(void)arena;
	return stix_rule_some(s, outcome, why);
}

static int check_observed_data(const struct stix *s, struct arena *arena, struct why *why)
{
	int rc = stix_rule_range(s, "number_observed", 1, 999999999, why);

	if (rc < 0)
		return rc;
	if (stix_rule_has(s, "objects") == stix_rule_has(s, "object_refs"))
		return why_set(why, E_INVALID, "/object_refs",
			"exactly one of object_refs and objects says what was observed");
	return stix_rule_order(s, "first_observed", "last_observed", true, arena, why);
}

static int check_opinion(const struct stix *s, struct arena *arena, struct why *why)
{
	static const char *const words[] = {
		"strongly-disagree", "disagree", "neutral", "agree", "strongly-agree"};
	struct slice said = stix_text(s, "opinion", arena);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_is(said, words[i]))
			return 0;
	return why_set(why, E_INVALID, "/opinion",
		"an opinion is strongly-disagree, disagree, neutral, agree or strongly-agree");
}

static int check_relationship(const struct stix *s, struct arena *arena, struct why *why)
{
	struct slice type = stix_text(s, "relationship_type", arena);

	for (size_t i = 0; i < type.n; i++)
		if (!(type.p[i] >= 'a' && type.p[i] <= 'z') &&
			!(type.p[i] >= '0' && type.p[i] <= '9') && type.p[i] != '-')
			return why_set(why, E_INVALID, "/relationship_type",
				"a relationship_type is made of [a-z0-9-]");
	return stix_rule_order(s, "start_time", "stop_time", false, arena, why);
}

static int check_sighting(const struct stix *s, struct arena *arena, struct why *why)
{
	int rc = stix_rule_range(s, "count", 0, 999999999, why);

	return rc < 0 ? rc : check_seen(s, arena, why);
}

static int check_marking(const struct stix *s, struct arena *arena, struct why *why)
{
	struct slice type = stix_text(s, "definition_type", arena);

	if (!s->created.n)
		return why_set(why, E_INVALID, "/created", "a marking-definition has created");
	if (s->modified.n)
		return why_set(why, E_INVALID, "/modified", "a marking-definition has no versions");
	if (type.n && !stix_rule_has(s, "definition"))
		return why_set(why, E_INVALID, "/definition",
			"definition_type and definition come together");
	if (!type.n && !stix_rule_has(s, "extensions"))
		return why_set(why, E_INVALID, "/definition_type",
			"a marking-definition has a definition or an extension");
	return marking_definition_check(s, arena, why);
}

static int check_extension(const struct stix *s, struct arena *arena, struct why *why)
{
	static const char *const words[] = {"new-sdo", "new-sco", "new-sro", "property-extension",
		"toplevel-property-extension"};
	json_ref list = stix_get(s, "extension_types");

	if (!s->created_by.n)
		return why_set(why, E_INVALID, "/created_by_ref",
			"an extension-definition names who made it");
	for (json_ref v = json_first(&s->doc, list); v; v = json_next(&s->doc, v)) {
		struct slice one = json_string(&s->doc, v, arena);
		bool known = false;

		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			known |= slice_is(one, words[i]);
		if (!known)
			return why_set(why, E_INVALID, "/extension_types",
				"'%.*s' is no extension type", SLICE_FMT(one));
	}
	return 0;
}

static const struct stix_type types[] = {
	{"relationship", STIX_SRO, relationship, check_relationship},
	{"indicator", STIX_SDO, indicator, check_indicator},
	{"sighting", STIX_SRO, sighting, check_sighting},
	{"attack-pattern", STIX_SDO, attack_pattern, NULL},
	{"malware", STIX_SDO, malware, check_malware},
	{"course-of-action", STIX_SDO, course_of_action, NULL},
	{"intrusion-set", STIX_SDO, intrusion_set, check_seen},
	{"tool", STIX_SDO, tool, NULL},
	{"campaign", STIX_SDO, campaign, check_seen},
	{"grouping", STIX_SDO, grouping, NULL},
	{"identity", STIX_SDO, identity, NULL},
	{"incident", STIX_SDO, incident, NULL},
	{"infrastructure", STIX_SDO, infrastructure, check_seen},
	{"location", STIX_SDO, location, check_location},
	{"malware-analysis", STIX_SDO, malware_analysis, check_malware_analysis},
	{"note", STIX_SDO, note, NULL},
	{"observed-data", STIX_SDO, observed_data, check_observed_data},
	{"opinion", STIX_SDO, opinion, check_opinion},
	{"report", STIX_SDO, report, NULL},
	{"threat-actor", STIX_SDO, threat_actor, check_seen},
	{"vulnerability", STIX_SDO, vulnerability, NULL},
	{"marking-definition", STIX_META, marking_definition, check_marking},
	{"extension-definition", STIX_META, extension_definition, check_extension},
	{"language-content", STIX_META, language_content, NULL},
	{NULL, STIX_CUSTOM, NULL, NULL},
};

const struct stix_type *stix_type_find(struct slice name)
{
	for (const struct stix_type *t = types; t->name; t++)
		if (slice_is(name, t->name))
			return t;
	for (const struct stix_type *t = stix_types_sco; t->name; t++)
		if (slice_is(name, t->name))
			return t;
	return NULL;
}

enum stix_class stix_class_of(struct slice type)
{
	const struct stix_type *t = stix_type_find(type);

	return t ? t->class : STIX_CUSTOM;
}
