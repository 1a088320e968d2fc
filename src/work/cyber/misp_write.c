/*
 * misp_write.c: see misp.h: objects of STIX into one event. What came from MISP is found again by its labels; what did not is said as well as MISP can. An object
 * under a marking that has no tag is left out: a receiver would not know of it.
 */
#include "work/cyber/misp.h"

#include "work/cyber/pattern.h"
#include "work/cyber/sco.h"

#include "base/map.h"
#include "base/report.h"
#include "base/vec.h"

#include <inttypes.h>

struct item {
	struct stix s;
	enum tlp tlp;
	bool used;	    /* is in the event, or says something of what is */
	bool listed;	    /* is in `refs` */
	struct item *about; /* next sighting, opinion or note of the same object */
};

struct writing {
	const struct misp_wish *wish;
	struct arena *arena;
	struct item *item;
	size_t n;
	struct map by_id, about; /* id → struct item */
	VEC(struct item *) refs;
	struct json_out o;
	size_t attributes, left;
	size_t arena_most; /* what the arena may hold */
	size_t labels;	   /* that have been looked through */
	struct slice uuid; /* of the event */
	int rc;
	struct why *why;
};

static void writing_end(struct writing *w)
{
	map_free(&w->by_id);
	map_free(&w->about);
	vec_free(&w->refs);
}

/*
 * Is there room for more? What an object says is written with each of its values, and what many refer to with each of these: not how large the objects are but how
 * often they name each other says how much comes of them.
 */
static bool has_room(struct writing *w)
{
	if (w->rc == 0 && (w->arena->used > w->arena_most || w->labels > LIMIT_MISP_LABELS ||
				  buf_over(w->o.b)))
		w->rc = why_set(w->why, E_LIMIT, "", "the event is too large");
	return w->rc == 0;
}

/* ---- what an item says ---- */

/* misp:key="value"; empty. */
static struct slice label_of(struct writing *w, const struct item *x, const char *key)
{
	const char *begin = arena_printf(w->arena, "misp:%s=\"", key);
	json_ref list = stix_get(&x->s, "labels");

	w->labels += json_count(&x->s.doc, list);
	for (json_ref v = json_first(&x->s.doc, list); v; v = json_next(&x->s.doc, v)) {
		struct slice one = json_string(&x->s.doc, v, w->arena);

		if (slice_take(&one, begin) && slice_ends(one, "\""))
			return slice_sub(one, 0, one.n - 1);
	}
	return SLICE_NONE;
}

static struct slice text_of(struct writing *w, const struct item *x, const char *key)
{
	return stix_text(&x->s, key, w->arena);
}

static struct slice uuid_text(struct slice id)
{
	return id.n > 36 ? slice_sub(id, id.n - 36, id.n) : SLICE_NONE;
}

static int64_t seconds_of(struct slice time)
{
	int64_t ms;

	return when_ms(time, &ms) == 0 ? ms / 1000 : 0;
}

static struct item *item_of(struct writing *w, struct slice id)
{
	return map_get(&w->by_id, id);
}

/* Only Traffic Light and statements can be said in MISP. */
static bool marking_sayable(struct writing *w, const struct item *x)
{
	struct marking m;

	marking_read(&x->s, w->arena, &m);
	for (size_t i = 0; i < m.n_other; i++) {
		if (!has_room(w))
			return false;
		struct item *definition = item_of(w, m.other[i]);

		if (!definition || !slice_is(definition->s.type, "marking-definition") ||
			marking_kind_of(&definition->s, w->arena) != MARKING_STATEMENT)
			return false;
	}
	return true;
}

/* ---- parts of JSON ---- */

static void put_seconds(struct writing *w, const char *key, int64_t s)
{
	json_put_cstr(&w->o, key, arena_printf(w->arena, "%" PRId64, s));
}

static void put_if(struct writing *w, const char *key, struct slice text)
{
	if (text.n)
		json_put_string(&w->o, key, text);
}

static void put_tag(struct writing *w, struct slice name)
{
	json_open(&w->o, '{');
	json_put_string(&w->o, "name", name);
	json_close(&w->o);
}

/* The tighter of its own marking and its label. */
static enum tlp tlp_of(struct writing *w, const struct item *x)
{
	struct marking m;

	marking_read(&x->s, w->arena, &m);
	return m.tlp > x->tlp ? m.tlp : x->tlp;
}

/* What has no tags of its own in MISP is said only with something that is marked as tightly. */
static bool sayable_with(struct writing *w, const struct item *x, enum tlp tlp)
{
	return marking_sayable(w, x) && tlp_of(w, x) <= tlp;
}

static void put_tlp(struct writing *w, enum tlp tlp)
{
	char *name;

	if (tlp == TLP_NONE)
		return;
	name = arena_string(w->arena, slice_str(tlp_name(tlp)));
	for (char *p = name; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
	put_tag(w, slice_str(name));
}

/* What galaxies of ATT&CK have. */
static bool is_cluster(const struct item *x)
{
	static const char *const types[] = {
		"attack-pattern", "intrusion-set", "malware", "tool", "course-of-action"};

	for (size_t k = 0; k < sizeof(types) / sizeof(*types); k++)
		if (slice_is(x->s.type, types[k]))
			return true;
	return false;
}

/* Of a cluster of ATT&CK: "Name - T1059". */
static void put_galaxy(struct writing *w, struct item *x)
{
	const struct json_doc *doc = &x->s.doc;
	json_ref list = stix_get(&x->s, "external_references");
	struct slice number = SLICE_NONE, name = text_of(w, x, "name");

	x->used = true;
	for (json_ref v = json_first(doc, list); v && !number.n; v = json_next(doc, v))
		if (slice_is(json_string(doc, json_get(doc, v, "source_name"), w->arena),
			    "mitre-attack"))
			number = json_string(doc, json_get(doc, v, "external_id"), w->arena);
	if (number.n && name.n)
		put_tag(w,
			slice_str(arena_printf(w->arena, "misp-galaxy:mitre-%.*s=\"%.*s - %.*s\"",
				SLICE_FMT(x->s.type), SLICE_FMT(name), SLICE_FMT(number))));
	else
		w->left++;
}

static void put_tags(struct writing *w, const struct item *x, enum tlp tlp, bool event)
{
	json_ref list = stix_get(&x->s, "labels");

	json_open_at(&w->o, "Tag", '[');
	put_tlp(w, tlp);
	for (json_ref v = json_first(&x->s.doc, list); v; v = json_next(&x->s.doc, v)) {
		struct slice one = json_string(&x->s.doc, v, w->arena);

		if (!slice_starts(one, "misp:") && !slice_starts(one, "tlp:"))
			put_tag(w, one);
	}
	for (size_t i = 0; event && i < w->refs.n && has_room(w); i++)
		if (is_cluster(w->refs.p[i]) && sayable_with(w, w->refs.p[i], tlp))
			put_galaxy(w, w->refs.p[i]);
	for (struct item *r = map_get(&w->about, x->s.id); r && !event && has_room(w);
		r = r->about) {
		struct item *to = slice_is(r->s.type, "relationship")
					  ? item_of(w, text_of(w, r, "target_ref"))
					  : NULL;

		if (!to || !is_cluster(to))
			continue;
		if (!sayable_with(w, r, tlp) || !sayable_with(w, to, tlp)) {
			w->left++;
			continue;
		}
		r->used = true;
		put_galaxy(w, to);
	}
	json_close(&w->o);
}

static void put_org(struct writing *w, const char *key, struct slice id)
{
	struct buf uuid CLEANUP_BUF = BUF(LIMIT_STIX_ID);
	struct item *who = item_of(w, id);

	json_open_at(&w->o, key, '{');
	if (who) {
		who->used = true;
		json_put_string(&w->o, "name", text_of(w, who, "name"));
		json_put_string(&w->o, "uuid", uuid_text(id));
	} else {
		stix_id_print(&uuid, SLICE("identity"), &w->wish->org_uuid);
		json_put_string(&w->o, "name", w->wish->org);
		json_put_string(&w->o, "uuid", id.n ? uuid_text(id) : uuid_text(buf_slice(&uuid)));
	}
	json_close(&w->o);
}

/* ---- sightings ---- */

static void put_sighting(struct writing *w, struct item *x)
{
	const struct json_doc *doc = &x->s.doc;
	struct slice where =
		json_string(doc, json_first(doc, stix_get(&x->s, "where_sighted_refs")), w->arena);
	struct slice seen = text_of(w, x, "last_seen");
	bool sighting = slice_is(x->s.type, "sighting");

	x->used = true;
	json_open(&w->o, '{');
	json_put_string(&w->o, "uuid", uuid_text(x->s.id));
	json_put_cstr(&w->o, "type", sighting ? "0" : slice_is(x->s.type, "opinion") ? "1" : "2");
	put_seconds(w, "date_sighting", seconds_of(seen.n ? seen : x->s.created));
	if (item_of(w, where))
		put_org(w, "Organisation", where);
	json_close(&w->o);
}

/* A sighting, a disagreement, or an expiration that came from MISP. */
static bool is_sighting(struct writing *w, const struct item *x)
{
	if (slice_is(x->s.type, "opinion"))
		return slice_is(text_of(w, x, "opinion"), "strongly-disagree");
	return slice_is(x->s.type, "sighting") || slice_is(label_of(w, x, "sighting-type"), "2");
}

static void put_sightings(struct writing *w, struct slice of, enum tlp tlp)
{
	json_open_at(&w->o, "Sighting", '[');
	for (struct item *x = map_get(&w->about, of); x && has_room(w); x = x->about) {
		if (!is_sighting(w, x))
			continue;
		if (sayable_with(w, x, tlp))
			put_sighting(w, x);
		else
			w->left++;
	}
	json_close(&w->o);
}

/* ---- attributes ---- */

struct attribute {
	struct item *x;
	struct slice uuid, type, category, value;
	enum tlp tlp;
	bool to_ids;
};

static void put_attribute(struct writing *w, const struct attribute *a)
{
	const struct item *x = a->x;
	struct slice time = x->s.modified.n ? x->s.modified : x->s.created;
	int64_t s = seconds_of(time);

	if (w->attributes++ == LIMIT_MISP_ATTRIBUTES)
		w->rc = why_set(w->why, E_LIMIT, "", "an event of more than %d attributes",
			LIMIT_MISP_ATTRIBUTES);
	if (!has_room(w))
		return;
	json_open(&w->o, '{');
	json_put_string(&w->o, "uuid", a->uuid);
	json_put_string(&w->o, "type", a->type);
	json_put_string(&w->o, "category", a->category);
	json_put_string(&w->o, "value", a->value);
	json_put_bool(&w->o, "to_ids", a->to_ids);
	put_seconds(w, "timestamp", s ? s : w->wish->now_ms / 1000);
	json_put_cstr(&w->o, "distribution", "5");
	json_put_string(&w->o, "comment", text_of(w, x, "description"));
	json_put_bool(&w->o, "deleted", x->s.revoked);
	put_if(w, "object_relation", label_of(w, x, "object_relation"));
	put_if(w, "data", text_of(w, x, "x_misp_data"));
	put_tags(w, x, a->tlp, false);
	put_sightings(w, x->s.id, a->tlp);
	json_close(&w->o);
}

/* The UUID of the n-th of several attributes that one object becomes, or of what many events may have. */
static struct slice uuid_made(struct writing *w, const struct item *x, struct slice value)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_STIX_ID);
	struct stix_uuid space = w->wish->uuid, u;
	struct slice type;

	(void)!stix_id_parse(slice_str(arena_printf(w->arena, "report--%.*s", SLICE_FMT(w->uuid))),
		&type, &space);
	u = uuid_v5(space.b, slice_str(arena_printf(
				     w->arena, "%.*s %.*s", SLICE_FMT(x->s.id), SLICE_FMT(value))));
	stix_id_print(&b, SLICE("x"), &u);
	return arena_copy(w->arena, uuid_text(buf_slice(&b)));
}

static struct attribute attribute_of(
	struct writing *w, struct item *x, const char *type, const char *category, bool to_ids)
{
	struct slice own = label_of(w, x, "category");

	return (struct attribute){.x = x,
		.uuid = uuid_text(x->s.id),
		.type = slice_str(type),
		.category = own.n ? own : slice_str(category),
		.tlp = tlp_of(w, x),
		.to_ids = to_ids};
}

struct values {
	struct writing *w;
	struct item *x;
	size_t all;
};

static void put_value(void *ctx, struct slice type, struct slice path, struct slice value)
{
	struct values *v = ctx;
	const struct misp_type *t = misp_type_of(type, path);
	struct attribute a;

	if (!has_room(v->w))
		return;
	a = attribute_of(v->w, v->x, t->name, t->category, true);
	if (v->all > 1)
		a.uuid = uuid_made(v->w, v->x, value);
	a.value = value;
	put_attribute(v->w, &a);
}

static void count_value(void *ctx, struct slice type, struct slice path, struct slice value)
{
	struct values *v = ctx;

	(void)value;
	/* One that no attribute says: then the pattern as it is. */
	v->all += misp_type_of(type, path) ? 1 : SIZE_MAX / 1024;
}

/* As it came from MISP, if its type and value still make this very pattern. */
static bool put_as_it_came(struct writing *w, struct item *x, struct slice pattern)
{
	const struct misp_type *t = misp_type_find(label_of(w, x, "type"));
	struct buf again CLEANUP_BUF = BUF(2 * LIMIT_MISP_VALUE + 4 * KIB);
	struct attribute a;

	if (!t || misp_type_pattern(t, text_of(w, x, "x_misp_value"), &again, NULL) < 0 ||
		!slice_eq(buf_slice(&again), pattern))
		return false;
	a = attribute_of(w, x, t->name, t->category, true);
	a.value = text_of(w, x, "x_misp_value");
	put_attribute(w, &a);
	return true;
}

static void put_indicator(struct writing *w, struct item *x)
{
	struct slice pattern = text_of(w, x, "pattern"), type = text_of(w, x, "pattern_type");
	struct pattern *p CLEANUP_PATTERN = NULL;
	struct values v = {.w = w, .x = x};
	struct attribute a;

	if (put_as_it_came(w, x, pattern))
		return;
	if (slice_is(type, "stix") && pattern_parse(&p, pattern, PATTERN_2_1, NULL) == 0)
		(void)pattern_values(p, count_value, &v);
	if (v.all > 0 && v.all < LIMIT_MISP_ATTRIBUTES) {
		(void)pattern_values(p, put_value, &v);
		return;
	}
	const struct misp_type *t = slice_is(type, "stix") ? misp_type_find(SLICE("stix2-pattern"))
							   : misp_type_find(type);
	if (!t || t->shape != MISP_RULE) {
		w->left++;
		return;
	}
	a = attribute_of(w, x, t->name, t->category, true);
	a.value = pattern;
	put_attribute(w, &a);
}

/* An observable by itself, or for the observed-data `x` that points at it. */
static void put_observable(struct writing *w, struct item *x, const struct item *sco, bool alone)
{
	struct slice value;
	const struct misp_type *t = misp_type_observed(&sco->s, w->arena, &value);
	struct attribute a;

	if (!t || !marking_sayable(w, sco)) {
		w->left++;
		return;
	}
	a = attribute_of(w, x, t->name, t->category, false);
	a.value = value;
	/* Either of the two may be the tighter one. */
	if (tlp_of(w, sco) > a.tlp)
		a.tlp = tlp_of(w, sco);
	if (!alone)
		a.uuid = uuid_made(w, x, sco->s.id);
	put_attribute(w, &a);
}

static void put_observed(struct writing *w, struct item *x)
{
	const struct json_doc *doc = &x->s.doc;
	const struct misp_type *t = misp_type_find(label_of(w, x, "type"));
	json_ref refs = stix_get(&x->s, "object_refs");
	struct slice value = text_of(w, x, "x_misp_value");
	struct attribute a;

	for (json_ref v = json_first(doc, refs); v && has_room(w); v = json_next(doc, v)) {
		struct item *sco = item_of(w, json_string(doc, v, w->arena));

		if (sco)
			sco->used = true;
		if (sco && !(t && value.n))
			put_observable(w, x, sco, json_count(doc, refs) == 1);
	}
	if (!t || !value.n)
		return;
	a = attribute_of(w, x, t->name, t->category, false);
	a.value = value;
	put_attribute(w, &a);
}

static void put_named(struct writing *w, struct item *x)
{
	bool other = slice_is(x->s.type, "x-misp-attribute");
	struct slice type = text_of(w, x, "x_misp_type");
	struct attribute a =
		attribute_of(w, x, "vulnerability", other ? "Other" : "External analysis", false);

	if (other)
		a.type = type;
	a.to_ids = slice_is(label_of(w, x, "to_ids"), "True");
	a.value = text_of(w, x, other ? "x_misp_value" : "name");
	if (a.type.n && a.value.n)
		put_attribute(w, &a);
	else
		w->left++;
}

/* What an item becomes, if it is an attribute; false: it is none. */
static bool put_as_attribute(struct writing *w, struct item *x)
{
	struct item *of;

	if (slice_is(x->s.type, "indicator")) {
		put_indicator(w, x);
	} else if (slice_is(x->s.type, "observed-data")) {
		put_observed(w, x);
	} else if (slice_is(x->s.type, "x-misp-attribute") ||
		   slice_is(x->s.type, "vulnerability")) {
		put_named(w, x);
	} else if (x->s.class == STIX_SCO) {
		of = x;
		if (!x->used)
			put_observable(w, of, x, false);
	} else {
		return false;
	}
	x->used = true;
	return true;
}

/* ---- objects ---- */

static bool is_object(struct writing *w, const struct item *x)
{
	return slice_is(x->s.type, "grouping") && label_of(w, x, "name").n;
}

static void put_references(struct writing *w, const struct item *object)
{
	json_open_at(&w->o, "ObjectReference", '[');
	for (struct item *x = map_get(&w->about, object->s.id); x && has_room(w); x = x->about) {
		struct item *to;

		if (!x->listed || !slice_is(x->s.type, "relationship"))
			continue;
		to = item_of(w, text_of(w, x, "target_ref"));
		if (!to)
			continue;
		x->used = true;
		json_open(&w->o, '{');
		json_put_string(&w->o, "uuid", uuid_text(x->s.id));
		json_put_string(&w->o, "object_uuid", uuid_text(object->s.id));
		json_put_string(&w->o, "referenced_uuid", uuid_text(to->s.id));
		json_put_cstr(&w->o, "referenced_type", is_object(w, to) ? "1" : "0");
		json_put_string(&w->o, "relationship_type", text_of(w, x, "relationship_type"));
		put_seconds(w, "timestamp", seconds_of(x->s.modified));
		json_put_bool(&w->o, "deleted", x->s.revoked);
		json_close(&w->o);
	}
	json_close(&w->o);
}

static void put_object(struct writing *w, struct item *x)
{
	const struct json_doc *doc = &x->s.doc;
	json_ref refs = stix_get(&x->s, "object_refs");

	x->used = true;
	json_open(&w->o, '{');
	json_put_string(&w->o, "uuid", uuid_text(x->s.id));
	json_put_string(&w->o, "name", label_of(w, x, "name"));
	put_if(w, "meta-category", label_of(w, x, "meta-category"));
	put_if(w, "template_uuid", label_of(w, x, "template_uuid"));
	put_if(w, "template_version", label_of(w, x, "template_version"));
	json_put_string(&w->o, "comment", text_of(w, x, "description"));
	json_put_cstr(&w->o, "distribution", "5");
	json_put_bool(&w->o, "deleted", x->s.revoked);
	put_seconds(w, "timestamp", seconds_of(x->s.modified));
	json_open_at(&w->o, "Attribute", '[');
	for (json_ref v = json_first(doc, refs); v && has_room(w); v = json_next(doc, v)) {
		struct item *a = item_of(w, json_string(doc, v, w->arena));

		if (!a || a->used || a->s.class == STIX_SCO)
			continue;
		if (marking_sayable(w, a))
			(void)put_as_attribute(w, a);
		else
			w->left++;
	}
	json_close(&w->o);
	put_references(w, x);
	json_close(&w->o);
}

/* ---- the event ---- */

static int items_read(struct writing *w, const struct misp_object *object, size_t n)
{
	w->item = arena_array(w->arena, struct item, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct item *x = &w->item[w->n];
		int rc = stix_read(&x->s, w->arena, object[i].bytes, w->why);

		if (rc < 0)
			return rc;
		x->tlp = object[i].tlp;
		if (item_of(w, x->s.id))
			continue;
		(void)map_put(&w->by_id, x->s.id, x);
		w->n++;
	}
	return 0;
}

/* Sightings and relationships by what they are of; opinions and notes by the first of theirs. */
static void items_link(struct writing *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct item *x = &w->item[i];
		const struct json_doc *doc = &x->s.doc;
		struct slice of = SLICE_NONE;

		if (slice_is(x->s.type, "sighting"))
			of = text_of(w, x, "sighting_of_ref");
		else if (slice_is(x->s.type, "relationship"))
			of = text_of(w, x, "source_ref");
		else if (slice_is(x->s.type, "opinion") || slice_is(x->s.type, "note"))
			of = json_string(
				doc, json_first(doc, stix_get(&x->s, "object_refs")), w->arena);
		if (of.n)
			x->about = map_put(&w->about, of, x);
	}
}

static void refs_add(struct writing *w, const struct item *of, bool parts)
{
	json_ref refs = stix_get(&of->s, "object_refs");

	for (json_ref v = json_first(&of->s.doc, refs); v && has_room(w);
		v = json_next(&of->s.doc, v)) {
		struct item *x = item_of(w, json_string(&of->s.doc, v, w->arena));

		/* Once, and the parts of a part once. */
		if (!x || x->listed || x->used)
			continue;
		if (parts && slice_is(x->s.type, "grouping") && label_of(w, x, "part-of").n) {
			x->used = true;
			refs_add(w, x, false);
		} else if (marking_sayable(w, x)) {
			x->listed = true;
			vec_push(&w->refs, x);
		} else {
			w->left++;
		}
	}
}

static void put_event_reports(struct writing *w, struct slice report, enum tlp tlp)
{
	json_open_at(&w->o, "EventReport", '[');
	for (struct item *x = map_get(&w->about, report); x && has_room(w); x = x->about) {
		if (!slice_is(x->s.type, "note") || is_sighting(w, x))
			continue;
		if (!sayable_with(w, x, tlp)) {
			w->left++;
			continue;
		}
		x->used = true;
		json_open(&w->o, '{');
		json_put_string(&w->o, "uuid", uuid_text(x->s.id));
		json_put_string(&w->o, "name", text_of(w, x, "abstract"));
		json_put_string(&w->o, "content", text_of(w, x, "content"));
		json_put_cstr(&w->o, "distribution", "5");
		put_seconds(w, "timestamp", seconds_of(x->s.modified));
		json_close(&w->o);
	}
	json_close(&w->o);
}

/* When anything in it was changed last: who has it already takes only what is newer. Nobody's clock carries it into the future, or it would stand there. */
static int64_t event_seconds(struct writing *w, const struct item *report)
{
	int64_t now = w->wish->now_ms / 1000, last = report ? seconds_of(report->s.modified) : now;

	for (size_t i = 0; i < w->n; i++) {
		const struct stix *s = &w->item[i].s;
		int64_t at = seconds_of(s->modified.n ? s->modified : s->created);

		if (at > last && at <= now && s->class != STIX_META)
			last = at;
	}
	return last;
}

/* Objects of MISP have no tags: what they say is bound by those of the event. */
static enum tlp event_tlp(struct writing *w, const struct item *report)
{
	enum tlp most = report ? tlp_of(w, report) : TLP_NONE;

	for (size_t i = 0; i < w->refs.n && has_room(w); i++)
		if (is_object(w, w->refs.p[i]) && tlp_of(w, w->refs.p[i]) > most)
			most = tlp_of(w, w->refs.p[i]);
	return most;
}

static void put_event_head(struct writing *w, struct item *report)
{
	struct slice level = report ? label_of(w, report, "threat_level_id") : SLICE_NONE,
		     analysis = report ? label_of(w, report, "analysis") : SLICE_NONE,
		     name = report ? text_of(w, report, "name") : w->wish->name;
	char day[UTC_TEXT_LEN + 1];

	utc_format(report ? seconds_of(report->s.created) * 1000 : w->wish->now_ms, day);
	json_put_string(&w->o, "uuid", w->uuid);
	json_put_string(&w->o, "info", name.n ? name : w->wish->name);
	json_put_string(&w->o, "date", slice_of(day, 10));
	put_seconds(w, "timestamp", event_seconds(w, report));
	json_put_bool(&w->o, "published", false);
	json_put_string(&w->o, "threat_level_id", level.n ? level : SLICE("4"));
	json_put_string(&w->o, "analysis", analysis.n ? analysis : SLICE("2"));
	json_put_cstr(&w->o, "distribution", "0");
	put_org(w, "Orgc", report ? report->s.created_by : SLICE_NONE);
}

static void put_event(struct writing *w, struct item *report)
{
	enum tlp tlp = event_tlp(w, report);

	json_open(&w->o, '{');
	json_open_at(&w->o, "Event", '{');
	put_event_head(w, report);
	if (report)
		put_tags(w, report, tlp, true);
	json_open_at(&w->o, "Object", '[');
	for (size_t i = 0; i < w->refs.n && has_room(w); i++)
		if (is_object(w, w->refs.p[i]))
			put_object(w, w->refs.p[i]);
	json_close(&w->o);
	json_open_at(&w->o, "Attribute", '[');
	/* Observables that observed-data speaks of are said with it. */
	for (int sco = 0; sco < 2; sco++)
		for (size_t i = 0; i < w->refs.n && has_room(w); i++)
			if (!w->refs.p[i]->used && (w->refs.p[i]->s.class == STIX_SCO) == sco)
				(void)put_as_attribute(w, w->refs.p[i]);
	json_close(&w->o);
	if (report)
		put_event_reports(w, report->s.id, tlp);
	json_close(&w->o);
	json_close(&w->o);
}

/* The report itself is under a marking that cannot be said, or is no report. */
static int report_find(struct writing *w, struct item **ret)
{
	*ret = item_of(w, w->wish->report);
	if (!*ret)
		return why_set(w->why, E_MISSING, "", "no such report");
	if (!slice_is((*ret)->s.type, "report") && !slice_is((*ret)->s.type, "grouping"))
		return why_set(w->why, E_INVALID, "", "is neither a report nor a grouping");
	if (!marking_sayable(w, *ret))
		return w->rc < 0
			       ? w->rc
			       : why_set(w->why, E_DENIED, "",
					 "bears a marking that MISP has no tag for: who gets it there would not know of it");
	(*ret)->used = true;
	w->uuid = uuid_text((*ret)->s.id);
	refs_add(w, *ret, true);
	return 0;
}

static void refs_all(struct writing *w)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_STIX_ID);

	stix_id_print(&b, SLICE("report"), &w->wish->uuid);
	w->uuid = arena_copy(w->arena, uuid_text(buf_slice(&b)));
	for (size_t i = 0; i < w->n && has_room(w); i++) {
		if (!marking_sayable(w, &w->item[i]))
			continue;
		w->item[i].listed = true;
		vec_push(&w->refs, &w->item[i]);
	}
}

/* Said with something else, if at all. */
static bool is_context(const struct item *x)
{
	return slice_is(x->s.type, "identity") || x->s.class == STIX_META ||
	       x->s.class == STIX_SRO || slice_is(x->s.type, "opinion") ||
	       slice_is(x->s.type, "note");
}

int misp_write(const struct misp_wish *wish, const struct misp_object *object, size_t n,
	struct arena *arena, struct buf *ret, size_t *ret_left, struct why *why)
{
	struct writing w __attribute__((cleanup(writing_end))) = {
		.wish = wish, .arena = arena, .o = json_out(ret), .why = why};
	struct item *report = NULL;
	int rc = items_read(&w, object, n);

	if (rc < 0)
		return rc;
	/* Half of what is left: the other half is for what is being done when it is full. */
	w.arena_most = arena->used + (arena->max - arena->used) / 2;
	items_link(&w);
	if (wish->report.n)
		rc = report_find(&w, &report);
	else
		refs_all(&w);
	if (rc < 0)
		return rc;
	put_event(&w, report);
	for (size_t i = 0; i < w.refs.n; i++)
		w.left += !w.refs.p[i]->used && !is_context(w.refs.p[i]);
	*ret_left = w.left;
	(void)has_room(&w);
	return w.rc;
}
