/* export_cot.c: Cursor on Target 2.0; see export.h. Our labels survive into it: MIL-STD-6090 has attributes for them. */
#include "work/response/export.h"

#include "pact/label.h"

#define REPORT_MS                                                                                  \
	(60LL * 60000) /* a team that names no time for its next report is stale after an hour */

static struct slice moment(struct arena *arena, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	return slice_str(arena_printf(arena, "%s", text));
}

/* "POLICY CLASS TAG=v …": the class is the access, what stands behind it the caveat. */
static void label_put(struct xml_out *o, struct slice label)
{
	struct slice rest = label, policy, class;

	if (!slice_cut(&rest, ' ', &policy) || !slice_cut(&rest, ' ', &class))
		return;
	xml_put_attr(o, "access", class);
	if (rest.n)
		xml_put_attr(o, "caveat", rest);
}

static void readers_put(const struct aid_view *v, const struct aid_record *r, struct xml_out *o)
{
	struct buf b CLEANUP_BUF = BUF(4096);

	for (size_t i = 0; i < r->r.n_audience; i++)
		buf_addf(&b, "%s%s", i ? "," : "",
			world_party_label(v->world, &r->r.audience[i], v->arena));
	xml_put_attr(o, "releaseableTo", arena_copy(v->arena, buf_slice(&b)));
}

static const char *opex_of(enum mode mode)
{
	return mode == MODE_REAL ? "o" : mode == MODE_EXERCISE ? "e" : "s";
}

static void event_put(const struct aid_view *v, const struct deployment_view *d,
	const struct aid_record *at, struct xml_out *o)
{
	const struct aid_check_in *c = &at->a->check_in;
	char object[OBJECT_TEXT + 1], lat[DEGREES_TEXT], lon[DEGREES_TEXT];

	object_format(&d->record->r.object, object);
	degrees_format(c->location->lat, lat);
	degrees_format(c->location->lon, lon);
	xml_open(o, "event");
	xml_put_attr(o, "version", SLICE("2.0"));
	xml_put_attr(o, "uid", slice_str(arena_printf(v->arena, "entente.%s", object)));
	xml_put_attr(o, "type", SLICE("a-f-G-U-C"));
	xml_put_attr(o, "how", SLICE("h-g-i-g-o"));
	xml_put_attr(o, "time", moment(v->arena, at->r.time_ms));
	xml_put_attr(o, "start", moment(v->arena, c->at));
	xml_put_attr(
		o, "stale", moment(v->arena, c->next_report ? c->next_report : c->at + REPORT_MS));
	label_put(o, at->r.label);
	readers_put(v, at, o);
	xml_put_attr(o, "opex", slice_str(opex_of(at->r.mode)));
	xml_open(o, "point");
	xml_put_attr(o, "lat", slice_str(lat));
	xml_put_attr(o, "lon", slice_str(lon));
	xml_put_attr(o, "hae", SLICE("9999999.0"));
	xml_put_attr(o, "ce", SLICE("9999999.0"));
	xml_put_attr(o, "le", SLICE("9999999.0"));
	xml_close(o);
	xml_open(o, "detail");
	xml_open(o, "contact");
	xml_put_attr(o, "callsign",
		d->record->a->deployment.name.n
			? d->record->a->deployment.name
			: slice_str(world_party_label(v->world, &d->record->r.author, v->arena)));
	xml_close(o);
	xml_leaf(o, "remarks", slice_str(aid_deployment_states[d->status]));
	xml_close(o);
	xml_close(o);
}

int export_cot(const struct aid_view *v, const struct dossier *d, int64_t now_ms, struct buf *ret,
	struct why *why)
{
	(void)now_ms;
	for (size_t i = 0; i < d->n_deployment; i++) {
		const struct aid_record *at = d->deployment[i].check_in;
		struct xml_out o;

		if (!at || !place_is(at->a->check_in.location))
			continue;
		o = xml_out(ret, false);
		event_put(v, &d->deployment[i], at, &o);
		buf_byte(ret, '\n');
	}
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "larger than %zu bytes", ret->max) : 0;
}
