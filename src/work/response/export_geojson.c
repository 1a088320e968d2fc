/* export_geojson.c: RFC 7946; see export.h. */
#include "work/response/export.h"

static void position(struct json_out *o, int64_t lat, int64_t lon)
{
	char text[DEGREES_TEXT];

	json_open(o, '[');
	degrees_format(lon, text);
	json_put_raw(o, NULL, slice_str(text));
	degrees_format(lat, text);
	json_put_raw(o, NULL, slice_str(text));
	json_close(o);
}

static void feature_open(
	const struct aid_view *v, const struct aid_record *r, const char *what, struct json_out *o)
{
	char object[OBJECT_TEXT + 1];

	object_format(&r->r.object, object);
	json_open(o, '{');
	json_put_cstr(o, "type", "Feature");
	json_put_cstr(o, "id", object);
	json_open_at(o, "properties", '{');
	json_put_cstr(o, "what", what);
	json_put_cstr(o, "mode", mode_name(r->r.mode));
	json_put_string(o, "label", r->r.label);
	json_put_cstr(o, "member", world_party_label(v->world, &r->r.author, v->arena));
}

/* Ends the properties and the feature. */
static void feature_point(struct json_out *o, const struct aid_place *p)
{
	json_close(o);
	json_open_at(o, "geometry", '{');
	json_put_cstr(o, "type", "Point");
	json_open_at(o, "coordinates", '[');
	char text[DEGREES_TEXT];
	degrees_format(p->lon, text);
	json_put_raw(o, NULL, slice_str(text));
	degrees_format(p->lat, text);
	json_put_raw(o, NULL, slice_str(text));
	json_close(o);
	json_close(o);
	json_close(o);
}

static void legs_put(const struct aid_view *v, const struct aid_record *r, struct json_out *o)
{
	const struct aid_leg *l = &r->a->leg;

	if (!place_is(l->from) || !place_is(l->to))
		return;
	feature_open(v, r, "leg", o);
	json_put_cstr(o, "state", aid_leg_states[l->state]);
	json_close(o);
	json_open_at(o, "geometry", '{');
	json_put_cstr(o, "type", "LineString");
	json_open_at(o, "coordinates", '[');
	position(o, l->from->lat, l->from->lon);
	position(o, l->to->lat, l->to->lon);
	json_close(o);
	json_close(o);
	json_close(o);
}

/* Exterior rings go counter-clockwise (§3.1.6): twice the area tells which way a ring goes. */
static void ring_put(struct json_out *o, const struct cap_point *p, size_t n)
{
	int64_t area = 0;

	for (size_t i = 0; i + 1 < n; i++)
		area += (p[i].lon / 1000) * (p[i + 1].lat / 1000) -
			(p[i + 1].lon / 1000) * (p[i].lat / 1000);
	json_open(o, '[');
	for (size_t i = 0; i < n; i++) {
		const struct cap_point *q = area >= 0 ? &p[i] : &p[n - 1 - i];

		position(o, q->lat, q->lon);
	}
	json_close(o);
}

/* §3.2.4: WGS 84. What is not on earth has no place on a map. */
static bool on_earth(const struct cap_point *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].lat < -900000000 || p[i].lat > 900000000 || p[i].lon < -1800000000 ||
			p[i].lon > 1800000000)
			return false;
	return true;
}

static void alert_put(const struct aid_view *v, const struct aid_record *r, struct json_out *o)
{
	for (size_t i = 0; i < r->alert->n_info; i++)
		for (size_t k = 0; k < r->alert->info[i].n_area; k++) {
			const struct cap_area *a = &r->alert->info[i].area[k];

			for (size_t m = 0; m < a->polygon.n; m++) {
				struct cap_point *p;
				size_t n;

				if (cap_polygon_parse(a->polygon.p[m].text, v->arena, &p, &n) < 0 ||
					n < 4 || !on_earth(p, n))
					continue;
				feature_open(v, r, "alert", o);
				json_put_string(o, "event", r->alert->info[i].event.text);
				json_put_string(o, "severity", r->alert->info[i].severity.text);
				json_put_string(o, "area", a->areaDesc.text);
				json_close(o);
				json_open_at(o, "geometry", '{');
				json_put_cstr(o, "type", "Polygon");
				json_open_at(o, "coordinates", '[');
				ring_put(o, p, n);
				json_close(o);
				json_close(o);
				json_close(o);
			}
		}
}

static int alerts(const struct aid_view *v, int64_t now_ms, struct json_out *o, struct why *why)
{
	struct arena each CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct aid_view of = *v;
	struct aid_alert *list;
	struct aid_record r;
	size_t n;
	int rc = alert_list(v, now_ms, true, &list, &n, why);

	of.arena = &each;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		rc = aid_get(&of, AID_ALERT, &list[i].object, &r, why);
		if (rc == 0)
			alert_put(&of, &r, o);
		else if (rc == E_MISSING)
			rc = 0;
		arena_reset(&each);
	}
	return rc;
}

static int of_kind(const struct aid_view *v, enum aid_kind kind, int64_t now_ms, struct json_out *o,
	struct why *why)
{
	struct aid_record *list;
	size_t n;
	int rc = aid_list(v, kind, NULL, &list, &n, why);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		const union aid_any *a = list[i].a;

		if (kind == AID_LEG) {
			legs_put(v, &list[i], o);
		} else if (kind == AID_INCIDENT && place_is(a->incident.centre)) {
			feature_open(v, &list[i], "incident", o);
			json_put_string(o, "name", a->incident.name);
			feature_point(o, a->incident.centre);
		} else if (kind == AID_REQUEST && place_is(a->request.location)) {
			feature_open(v, &list[i], "request", o);
			json_put_string(o, "name", a->request.title);
			json_put_string(o, "code", a->request.code);
			feature_point(o, a->request.location);
		} else if (kind == AID_CHECK_IN && place_is(a->check_in.location)) {
			feature_open(v, &list[i], "position", o);
			json_put_i64(o, "age_minutes", (now_ms - a->check_in.at) / 60000);
			feature_point(o, a->check_in.location);
		}
	}
	return rc;
}

int export_geojson(const struct aid_view *v, int64_t now_ms, struct buf *ret, struct why *why)
{
	static const enum aid_kind kinds[] = {AID_INCIDENT, AID_REQUEST, AID_LEG, AID_CHECK_IN};
	struct json_out o = json_out(ret);
	struct joined_capability *list;
	size_t n;
	int rc = capability_list(v, NULL, &list, &n, why);

	json_open(&o, '{');
	json_put_cstr(&o, "type", "FeatureCollection");
	json_open_at(&o, "features", '[');
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (!place_is(list[i].c.home))
			continue;
		feature_open(v, &list[i].record, "capability", &o);
		json_put_string(&o, "name", list[i].c.name);
		json_put_string(&o, "type", list[i].c.type);
		feature_point(&o, list[i].c.home);
	}
	for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(*kinds); i++)
		rc = of_kind(v, kinds[i], now_ms, &o, why);
	if (rc == 0)
		rc = alerts(v, now_ms, &o, why);
	json_close(&o);
	json_close(&o);
	if (rc == 0 && buf_over(ret))
		rc = why_set(why, E_LIMIT, "", "larger than %zu bytes", ret->max);
	return rc;
}
