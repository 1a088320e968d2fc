/* misp_read.c: see misp.h: events with their objects and references into a bundle. */
#include "work/cyber/misp_int.h"

#include "base/mem.h"
#include "base/report.h"

/* ---- objects, references, reports ---- */

static void put_object(struct misp_reading *r, struct misp_event *ev, json_ref o, const char *where)
{
	struct misp_marks marks = ev->marks;
	size_t first = ev->refs.n, n;
	struct misp_head h = {"grouping", misp_text(r, o, "uuid"), misp_time(r, o, "timestamp"),
		misp_yes(r, o, "deleted"), &marks, JSON_ABSENT};
	struct slice name = misp_text(r, o, "name"), comment = misp_text(r, o, "comment");

	if (!h.time_ms)
		h.time_ms = ev->time_ms;
	misp_marks_add(r, ev, o, &marks);
	if (!misp_uuid_ok(r, h.uuid) || map_has(&ev->ids, h.uuid)) {
		misp_refuse(r, where, "uuid", "is no UUID, or stands twice in this event");
		return;
	}
	misp_attributes(r, ev, o, &marks, where);
	n = ev->refs.n - first;
	if (n == 0) {
		misp_refuse(r, where, "Attribute", "has nothing that could be taken");
		return;
	}
	misp_head_put(r, ev, &h);
	misp_label(r, "name", name);
	misp_label(r, "meta-category", misp_text(r, o, "meta-category"));
	misp_label(r, "template_uuid", misp_text(r, o, "template_uuid"));
	misp_label(r, "template_version", misp_text(r, o, "template_version"));
	misp_labels_end(r);
	if (name.n)
		json_put_string(&r->o, "name", name);
	if (comment.n)
		json_put_string(&r->o, "description", comment);
	json_put_cstr(&r->o, "context", "unspecified");
	misp_put_refs(
		r, "object_refs", ev->refs.p + first, n < LIMIT_MISP_REFS ? n : LIMIT_MISP_REFS);
	misp_done(r, ev, "grouping", h.uuid, true);
}

/* Of what it links both ends are known now. */
static void put_reference(struct misp_reading *r, struct misp_event *ev, const char *from,
	json_ref ref, const char *where)
{
	const char *to = map_get(&ev->ids, misp_text(r, ref, "referenced_uuid"));
	struct slice uuid = misp_text(r, ref, "uuid"),
		     type = misp_text(r, ref, "relationship_type");
	struct buf word CLEANUP_BUF = BUF(256);
	const struct misp_head h = {"relationship", uuid, ev->time_ms, misp_yes(r, ref, "deleted"),
		&ev->marks, JSON_ABSENT};

	if (!misp_uuid_ok(r, uuid) || map_has(&ev->ids, uuid)) {
		misp_refuse(r, where, "uuid", "has no UUID of its own");
		return;
	}
	if (!to) {
		misp_refuse(r, where, "referenced_uuid",
			"what the reference leads to is not in this event");
		return;
	}
	for (size_t i = 0; i < type.n && i < 250; i++) {
		uint8_t c = type.p[i];

		c = c >= 'A' && c <= 'Z' ? c + 32 : c;
		buf_byte(&word, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-');
	}
	misp_head_put(r, ev, &h);
	misp_labels_end(r);
	json_put_string(
		&r->o, "relationship_type", word.n ? buf_slice(&word) : SLICE("related-to"));
	json_put_cstr(&r->o, "source_ref", from);
	json_put_cstr(&r->o, "target_ref", to);
	misp_done(r, ev, "relationship", uuid, true);
}

static void put_objects(struct misp_reading *r, struct misp_event *ev, const char *where)
{
	json_ref list = json_get(&r->doc, ev->e, "Object");
	size_t i = 0;

	for (json_ref o = json_first(&r->doc, list); o; o = json_next(&r->doc, o))
		put_object(r, ev, o, arena_printf(r->arena, "%s/Object/%zu", where, i++));
	i = 0;
	for (json_ref o = json_first(&r->doc, list); o; o = json_next(&r->doc, o), i++) {
		json_ref refs = json_get(&r->doc, o, "ObjectReference");
		const char *from = map_get(&ev->ids, misp_text(r, o, "uuid"));
		size_t k = 0;

		if (!from) /* the object has been refused, and that was told */
			continue;
		for (json_ref v = json_first(&r->doc, refs); v; v = json_next(&r->doc, v))
			put_reference(r, ev, from, v,
				arena_printf(r->arena, "%s/Object/%zu/ObjectReference/%zu", where,
					i, k++));
	}
}

static void put_event_reports(struct misp_reading *r, struct misp_event *ev, const char *where)
{
	json_ref list = json_get(&r->doc, ev->e, "EventReport");
	struct slice report = misp_id(r, "report", ev->uuid);
	size_t i = 0;

	for (json_ref v = json_first(&r->doc, list); v; v = json_next(&r->doc, v), i++) {
		struct slice uuid = misp_text(r, v, "uuid"), content = misp_text(r, v, "content");
		struct misp_marks marks = ev->marks;
		int64_t ms = misp_time(r, v, "timestamp");
		const struct misp_head h = {"note", uuid, ms ? ms : ev->time_ms,
			misp_yes(r, v, "deleted"), &marks, JSON_ABSENT};

		if (!misp_uuid_ok(r, uuid) || map_has(&ev->ids, uuid) || !content.n) {
			misp_refuse(r, arena_printf(r->arena, "%s/EventReport/%zu", where, i), "",
				"has no UUID of its own, or no content");
			continue;
		}
		misp_marks_add(r, ev, v, &marks);
		misp_head_put(r, ev, &h);
		misp_label(r, "event-report", SLICE("True"));
		misp_labels_end(r);
		if (misp_text(r, v, "name").n)
			json_put_string(&r->o, "abstract", misp_text(r, v, "name"));
		json_put_string(&r->o, "content", content);
		misp_put_refs(r, "object_refs", &report, 1);
		misp_done(r, ev, "note", uuid, false);
	}
}

/* ---- the event ---- */

/* More than one report can name: groupings of its own below it. */
static void put_parts(struct misp_reading *r, struct misp_event *ev)
{
	size_t n = ev->refs.n, part = 0;
	struct slice *all = ev->refs.p;

	if (n <= LIMIT_MISP_REFS)
		return;
	ev->refs.p = NULL;
	ev->refs.n = ev->refs.cap = 0;
	for (size_t at = 0; at < n; at += LIMIT_MISP_REFS) {
		struct slice id = misp_made_id(r, "grouping",
			slice_str(arena_printf(
				r->arena, "part %zu of %.*s", part++, SLICE_FMT(ev->uuid))));
		struct slice uuid = slice_sub(id, id.n - 36, id.n);
		const struct misp_head h = {
			"grouping", uuid, ev->time_ms, false, &ev->marks, JSON_ABSENT};

		misp_head_put(r, ev, &h);
		misp_label(r, "part-of", ev->uuid);
		misp_labels_end(r);
		json_put_cstr(&r->o, "context", "unspecified");
		misp_put_refs(r, "object_refs", all + at,
			n - at < LIMIT_MISP_REFS ? n - at : LIMIT_MISP_REFS);
		misp_done(r, ev, "grouping", uuid, true);
	}
	mem_free(all);
}

static void put_report(struct misp_reading *r, struct misp_event *ev)
{
	struct slice info = misp_text(r, ev->e, "info");
	int64_t published = misp_time(r, ev->e, "publish_timestamp");
	const struct misp_head h = {"report", ev->uuid, ev->time_ms, misp_yes(r, ev->e, "deleted"),
		&ev->marks, json_get(&r->doc, ev->e, "Tag")};

	put_parts(r, ev);
	misp_head_put(r, ev, &h);
	misp_label(r, "threat_level_id", misp_text(r, ev->e, "threat_level_id"));
	misp_label(r, "analysis", misp_text(r, ev->e, "analysis"));
	misp_labels_end(r);
	json_put_string(&r->o, "name", info.n ? info : SLICE("MISP event"));
	misp_put_time(&r->o, "published", published ? published : ev->time_ms);
	misp_put_refs(r, "object_refs", ev->refs.p, ev->refs.n);
	misp_done(r, ev, "report", ev->uuid, false);
}

/* exercise:cyber-europe="2016" */
static bool is_exercise(const struct misp_reading *r, json_ref e)
{
	json_ref tags = json_get(&r->doc, e, "Tag");

	for (json_ref t = json_first(&r->doc, tags); t; t = json_next(&r->doc, t))
		if (slice_starts(misp_tag(r, t), "exercise:"))
			return true;
	return false;
}

static bool event_begin(
	struct misp_reading *r, json_ref e, const char *where, struct misp_event *ev)
{
	json_ref org = json_get(&r->doc, e, "Orgc");

	*ev = (struct misp_event){.e = e,
		.uuid = misp_text(r, e, "uuid"),
		.org_uuid = misp_text(r, org, "uuid"),
		.date_ms = misp_moment(r, e, "date"),
		.time_ms = misp_time(r, e, "timestamp")};
	if (!misp_uuid_ok(r, ev->org_uuid))
		ev->org_uuid = SLICE_NONE;
	ev->org_only = misp_org_only(r, ev->org_uuid);
	if (!ev->time_ms)
		ev->time_ms = ev->date_ms;
	if (!misp_uuid_ok(r, ev->uuid))
		misp_refuse(r, where, "uuid", "is no UUID");
	else if (!ev->time_ms)
		misp_refuse(r, where, "timestamp", "neither timestamp nor date says when");
	else if (is_exercise(r, e) && !r->exercise)
		misp_refuse(r, where, "Tag", "is an exercise: it goes in with mode exercise");
	else
		return true;
	return false;
}

static void put_event(struct misp_reading *r, json_ref e, const char *where)
{
	struct misp_event ev;
	struct slice org;

	if (!event_begin(r, e, where, &ev))
		return;
	org = misp_text(r, json_get(&r->doc, e, "Orgc"), "name");
	misp_marks_add(r, &ev, e, &ev.marks);
	if (ev.org_uuid.n) {
		if (org.n)
			misp_identity(r, &ev, ev.org_uuid, org);
		ev.org = misp_id(r, "identity", ev.org_uuid);
	}
	misp_attributes(r, &ev, e, &ev.marks, where);
	put_objects(r, &ev, where);
	misp_galaxies(r, &ev, e, SLICE_NONE, NULL);
	if (ev.refs.n == 0 && ev.org.n && org.n)
		vec_push(&ev.refs, ev.org);
	if (ev.refs.n == 0) {
		misp_refuse(r, where, "", "has nothing that could be taken");
	} else {
		put_event_reports(r, &ev, where);
		put_report(r, &ev);
	}
	map_free(&ev.ids);
	vec_free(&ev.refs);
}

static int put_one(struct misp_reading *r, json_ref v, const char *where)
{
	json_ref e = json_get(&r->doc, v, "Event");

	if (json_type(&r->doc, e) == JSON_OBJECT) {
		put_event(r, e, arena_printf(r->arena, "%s/Event", where));
		return 0;
	}
	if (json_type(&r->doc, json_get(&r->doc, v, "info")) != JSON_STRING)
		return why_set(r->why, E_INVALID, where, "is no event of MISP");
	put_event(r, v, where);
	return 0;
}

static int put_all(struct misp_reading *r)
{
	json_ref root = json_root(&r->doc), response = json_get(&r->doc, root, "response");
	const char *where = "";
	size_t i = 0;
	int rc = 0;

	if (json_type(&r->doc, response) != JSON_NONE) {
		root = response;
		where = "/response";
	}
	if (json_type(&r->doc, root) != JSON_ARRAY)
		return put_one(r, root, where);
	for (json_ref v = json_first(&r->doc, root); v && rc == 0; v = json_next(&r->doc, v))
		rc = put_one(r, v, arena_printf(r->arena, "%s/%zu", where, i++));
	return rc;
}

int misp_read(struct slice json, enum mode mode, struct arena *arena, struct misp_in *ret,
	struct why *why)
{
	const struct json_limits limits = {LIMIT_MISP_DEPTH, LIMIT_MISP_NODES};
	struct misp_in in = {.bundle = BUF(LIMIT_MISP_BUNDLE)};
	struct misp_reading r = {.arena = arena,
		.o = json_out(&in.bundle),
		.in = &in,
		.exercise = mode != MODE_REAL,
		.why = why};
	int rc = json.n > LIMIT_MISP_BYTES
			 ? why_set(why, E_LIMIT, "", "events of MISP are at most %zu bytes a file",
				   (size_t)LIMIT_MISP_BYTES)
			 : json_read(&r.doc, arena, json, &limits, why);

	if (rc < 0)
		return rc;
	json_open(&r.o, '{');
	json_put_cstr(&r.o, "type", "bundle");
	json_put_string(&r.o, "id", misp_made_id(&r, "bundle", slice_sub(json, 0, 4096)));
	json_open_at(&r.o, "objects", '[');
	rc = put_all(&r);
	json_close(&r.o);
	json_close(&r.o);
	if (rc == 0 && buf_over(&in.bundle))
		rc = why_set(why, E_LIMIT, "", "the events are too large");
	if (rc < 0)
		misp_in_free(&in);
	else
		*ret = in;
	return rc;
}

void misp_in_free(struct misp_in *in)
{
	buf_free(&in->bundle);
}
