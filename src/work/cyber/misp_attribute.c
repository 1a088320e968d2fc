/* misp_attribute.c: attributes of an event with their sightings and galaxies; see misp_int.h. One bad attribute is told and left out; the others go in. */
#include "work/cyber/misp_int.h"

#include "base/report.h"

/* A value that is a name, too. */
#define NAME_MAX_BYTES 250

/* ---- sightings ---- */

static void put_sighting(struct misp_reading *r, struct misp_event *ev, json_ref s, struct slice of,
	const struct misp_head *what, const char *where)
{
	struct slice type = misp_text(r, s, "type"), uuid = misp_text(r, s, "uuid"), org;
	bool seen = !slice_is(type, "1") && !slice_is(type, "2");
	json_ref by = json_get(&r->doc, s, "Organisation");
	int64_t ms = misp_time(r, s, "date_sighting");
	struct misp_head h = *what;

	h = (struct misp_head){seen		     ? "sighting"
			       : slice_is(type, "1") ? "opinion"
						     : "note",
		uuid, ms ? ms : what->time_ms, false, what->marks, JSON_ABSENT};
	if (!misp_uuid_ok(r, uuid)) {
		misp_refuse(r, where, "uuid", "is no UUID");
		return;
	}
	org = misp_text(r, by, "uuid");
	if (misp_uuid_ok(r, org) && misp_text(r, by, "name").n)
		misp_identity(r, ev, org, misp_text(r, by, "name"));
	else
		org = SLICE_NONE;
	misp_head_put(r, ev, &h);
	misp_label(r, "sighting-type", seen ? SLICE("0") : type);
	misp_labels_end(r);
	if (seen) {
		json_put_string(&r->o, "sighting_of_ref", of);
		misp_put_time(&r->o, "first_seen", h.time_ms);
		misp_put_time(&r->o, "last_seen", h.time_ms);
		json_put_i64(&r->o, "count", 1);
		if (org.n)
			misp_put_refs(r, "where_sighted_refs",
				(struct slice[]){misp_id(r, "identity", org)}, 1);
	} else {
		if (slice_is(type, "1"))
			json_put_cstr(&r->o, "opinion", "strongly-disagree");
		json_put_cstr(&r->o, slice_is(type, "1") ? "explanation" : "content",
			slice_is(type, "1") ? "false positive" : "expired");
		misp_put_refs(r, "object_refs", &of, 1);
	}
	misp_done(r, ev, h.type, uuid, false);
}

static void put_sightings(struct misp_reading *r, struct misp_event *ev, json_ref a,
	struct slice of, const struct misp_head *what, const char *where)
{
	json_ref list = json_get(&r->doc, a, "Sighting");
	size_t i = 0;

	for (json_ref s = json_first(&r->doc, list); s; s = json_next(&r->doc, s))
		put_sighting(
			r, ev, s, of, what, arena_printf(r->arena, "%s/Sighting/%zu", where, i++));
}

/* ---- galaxies: those of ATT&CK have its own ids ---- */

static const char *cluster_type(struct slice type)
{
	static const char *const words[] = {
		"attack-pattern", "intrusion-set", "malware", "tool", "course-of-action"};

	for (size_t i = 0; slice_starts(type, "mitre-") && i < sizeof(words) / sizeof(*words); i++)
		if (slice_ends(type, words[i]))
			return words[i];
	return NULL;
}

static void put_indicates(struct misp_reading *r, struct misp_event *ev, struct slice from,
	struct slice to, const struct misp_head *what)
{
	struct slice name = slice_str(
			     arena_printf(r->arena, "%.*s %.*s", SLICE_FMT(from), SLICE_FMT(to))),
		     id = misp_made_id(r, "relationship", name),
		     uuid = slice_sub(id, id.n - 36, id.n);
	const struct misp_head h = {
		"relationship", uuid, what->time_ms, what->deleted, what->marks, JSON_ABSENT};

	if (map_has(&ev->ids, uuid))
		return;
	misp_head_put(r, ev, &h);
	misp_labels_end(r);
	json_put_cstr(&r->o, "relationship_type",
		slice_starts(from, "indicator--") ? "indicates" : "related-to");
	json_put_string(&r->o, "source_ref", from);
	json_put_string(&r->o, "target_ref", to);
	misp_done(r, ev, "relationship", uuid, true);
}

/* `from`: an attribute's object; empty: the event's. */
void misp_galaxies(struct misp_reading *r, struct misp_event *ev, json_ref o, struct slice from,
	const struct misp_head *what)
{
	json_ref galaxies = json_get(&r->doc, o, "Galaxy");

	for (json_ref g = json_first(&r->doc, galaxies); g; g = json_next(&r->doc, g)) {
		json_ref list = json_get(&r->doc, g, "GalaxyCluster");

		for (json_ref c = json_first(&r->doc, list); c; c = json_next(&r->doc, c)) {
			const char *type = cluster_type(misp_text(r, c, "type"));
			struct slice uuid = misp_text(r, c, "uuid");

			if (!type || !misp_uuid_ok(r, uuid))
				continue;
			if (from.n)
				put_indicates(r, ev, from, misp_id(r, type, uuid), what);
			else
				vec_push(&ev->refs, misp_id(r, type, uuid));
		}
	}
}

/* ---- attributes ---- */

struct attribute {
	json_ref a;
	const struct misp_type *type; /* NULL: STIX has no words for it */
	struct slice name, value;
	bool to_ids;
	struct misp_head head;
};

static void put_about(struct misp_reading *r, const struct attribute *x)
{
	struct slice category = misp_text(r, x->a, "category");

	misp_label(r, "type", x->name);
	misp_label(r, "category", category);
	misp_label(r, "to_ids", x->to_ids ? SLICE("True") : SLICE("False"));
	misp_label(r, "object_relation", misp_text(r, x->a, "object_relation"));
	misp_labels_end(r);
}

/* What comes with it and is nobody's property in STIX. */
static void put_custom(struct misp_reading *r, const struct attribute *x)
{
	struct slice data = misp_text(r, x->a, "data"), comment = misp_text(r, x->a, "comment");

	json_put_string(&r->o, "x_misp_value", x->value);
	if (data.n)
		json_put_string(&r->o, "x_misp_data", data);
	if (comment.n)
		json_put_string(&r->o, "description", comment);
}

static int put_indicator(
	struct misp_reading *r, struct misp_event *ev, struct attribute *x, struct why *why)
{
	struct buf pattern CLEANUP_BUF = BUF(2 * LIMIT_MISP_VALUE + 4 * KIB);
	int64_t from = misp_moment(r, x->a, "first_seen");
	int rc = misp_type_pattern(x->type, x->value, &pattern, why);

	if (rc < 0)
		return rc;
	x->head.type = "indicator";
	misp_head_put(r, ev, &x->head);
	put_about(r, x);
	if (x->value.n <= NAME_MAX_BYTES)
		json_put_string(&r->o, "name", x->value);
	json_put_string(&r->o, "pattern", buf_slice(&pattern));
	json_put_cstr(&r->o, "pattern_type", x->type->shape == MISP_RULE ? x->type->path : "stix");
	misp_put_time(&r->o, "valid_from", from && from < x->head.time_ms ? from : x->head.time_ms);
	put_custom(r, x);
	misp_done(r, ev, "indicator", x->head.uuid, true);
	return 0;
}

static int put_observed(
	struct misp_reading *r, struct misp_event *ev, struct attribute *x, struct why *why)
{
	int64_t first = misp_moment(r, x->a, "first_seen"),
		last = misp_moment(r, x->a, "last_seen");
	struct buf sco CLEANUP_BUF = BUF(2 * LIMIT_MISP_VALUE + 4 * KIB);
	struct slice id;
	int rc = misp_type_observable(x->type, x->value, r->arena, &sco, &id, why);

	if (rc < 0)
		return rc;
	if (x->head.marks->n) {
		struct json_out o = json_out(&sco);

		buf_str(&sco, ",\"object_marking_refs\":");
		json_open(&o, '[');
		for (size_t i = 0; i < x->head.marks->n; i++)
			json_put_string(&o, NULL, x->head.marks->id[i]);
		json_close(&o);
	}
	buf_byte(&sco, '}');
	json_put_raw(&r->o, NULL, buf_slice(&sco));
	r->in->objects++;
	first = first ? first : x->head.time_ms;
	x->head.type = "observed-data";
	misp_head_put(r, ev, &x->head);
	put_about(r, x);
	misp_put_time(&r->o, "first_observed", first);
	misp_put_time(&r->o, "last_observed", last > first ? last : first);
	json_put_i64(&r->o, "number_observed", 1);
	misp_put_refs(r, "object_refs", &id, 1);
	put_custom(r, x);
	misp_done(r, ev, "observed-data", x->head.uuid, true);
	vec_push(&ev->refs, id);
	return 0;
}

static void put_vulnerability(struct misp_reading *r, struct misp_event *ev, struct attribute *x)
{
	x->head.type = "vulnerability";
	misp_head_put(r, ev, &x->head);
	put_about(r, x);
	json_put_string(&r->o, "name", x->value);
	if (slice_starts(x->value, "CVE-")) {
		json_open_at(&r->o, "external_references", '[');
		json_open(&r->o, '{');
		json_put_cstr(&r->o, "source_name", "cve");
		json_put_string(&r->o, "external_id", x->value);
		json_close(&r->o);
		json_close(&r->o);
	}
	put_custom(r, x);
	misp_done(r, ev, "vulnerability", x->head.uuid, true);
}

static void put_other(struct misp_reading *r, struct misp_event *ev, struct attribute *x)
{
	x->head.type = "x-misp-attribute";
	misp_head_put(r, ev, &x->head);
	put_about(r, x);
	json_put_string(&r->o, "x_misp_type", x->name);
	put_custom(r, x);
	misp_done(r, ev, "x-misp-attribute", x->head.uuid, true);
}

static int put_attribute_as(
	struct misp_reading *r, struct misp_event *ev, struct attribute *x, struct why *why)
{
	int rc = E_MISSING;

	if (slice_is(x->name, "vulnerability")) {
		put_vulnerability(r, ev, x);
		return 0;
	}
	if (x->type && x->to_ids)
		rc = put_indicator(r, ev, x, why);
	else if (x->type)
		rc = put_observed(r, ev, x, why);
	if (rc != E_MISSING)
		return rc;
	put_other(r, ev, x);
	return 0;
}

static void put_attribute(struct misp_reading *r, struct misp_event *ev, json_ref a,
	const struct misp_marks *above, const char *where)
{
	struct misp_marks marks = *above;
	struct attribute x = {.a = a,
		.name = misp_text(r, a, "type"),
		.value = misp_text(r, a, "value"),
		.to_ids = misp_yes(r, a, "to_ids"),
		.head = {NULL, misp_text(r, a, "uuid"), misp_time(r, a, "timestamp"),
			misp_yes(r, a, "deleted"), &marks, json_get(&r->doc, a, "Tag")}};
	struct why why = {0};

	misp_marks_add(r, ev, a, &marks);
	if (!x.head.time_ms)
		x.head.time_ms = ev->time_ms;
	x.type = misp_type_find(x.name);
	if (!misp_uuid_ok(r, x.head.uuid))
		misp_refuse(r, where, "uuid", "is no UUID");
	else if (map_has(&ev->ids, x.head.uuid))
		misp_refuse(r, where, "uuid", "stands twice in this event");
	else if (!x.name.n)
		misp_refuse(r, where, "type", "is missing");
	else if (!x.value.n || x.value.n > LIMIT_MISP_VALUE)
		misp_refuse(r, where, "value", x.value.n ? "is too long" : "is missing");
	else if (put_attribute_as(r, ev, &x, &why) < 0)
		misp_refuse(r, where, "value", why.text);
	else {
		struct slice id = misp_id(r, x.head.type, x.head.uuid);

		put_sightings(r, ev, a, id, &x.head, where);
		misp_galaxies(r, ev, a, id, &x.head);
	}
}

void misp_attributes(struct misp_reading *r, struct misp_event *ev, json_ref of,
	const struct misp_marks *above, const char *where)
{
	json_ref list = json_get(&r->doc, of, "Attribute");
	size_t i = 0;

	for (json_ref a = json_first(&r->doc, list); a; a = json_next(&r->doc, a))
		put_attribute(
			r, ev, a, above, arena_printf(r->arena, "%s/Attribute/%zu", where, i++));
}
