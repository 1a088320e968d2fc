/* misp_head.c: what all that is made of an event has: its times, ids, markings and labels; see misp_int.h. */
#include "work/cyber/misp_int.h"

#include "work/cyber/marking.h"
#include "work/cyber/sco.h"

#include "base/clock.h"
#include "base/report.h"

/* Namespace of ids that are made here of what has no UUID of its own. */
static const uint8_t misp_namespace[16] = {0x4d, 0x1e, 0x5f, 0xa0, 0x92, 0x07, 0x4c, 0x3b, 0x8b,
	0x6e, 0x0d, 0x71, 0xc2, 0x55, 0xe9, 0x18};

/* ---- values: MISP writes numbers and switches as strings or as what they are ---- */

struct slice misp_text(const struct misp_reading *r, json_ref o, const char *key)
{
	json_ref v = json_get(&r->doc, o, key);

	if (json_type(&r->doc, v) == JSON_NUMBER)
		return json_number(&r->doc, v);
	return json_string(&r->doc, v, r->arena);
}

bool misp_yes(const struct misp_reading *r, json_ref o, const char *key)
{
	struct slice text = misp_text(r, o, key);

	return json_true(&r->doc, json_get(&r->doc, o, key)) || slice_is(text, "1") ||
	       slice_is(text, "true");
}

/* Seconds since 1970, to ms; 0 if there are none. */
int64_t misp_time(const struct misp_reading *r, json_ref o, const char *key)
{
	int64_t s;

	/* The year 9999: what is later is no time of anybody. */
	if (slice_i64(misp_text(r, o, key), &s) < 0 || s <= 0 || s > 253402300799)
		return 0;
	return s * 1000;
}

/* A date or an RFC 3339 time; 0. */
int64_t misp_moment(const struct misp_reading *r, json_ref o, const char *key)
{
	struct slice text = misp_text(r, o, key);
	int64_t ms;

	if (text.n == 10)
		text = slice_str(arena_printf(r->arena, "%.*sT00:00:00Z", SLICE_FMT(text)));
	return text.n && utc_parse(text, &ms, NULL) == 0 && ms > 0 ? ms : 0;
}

struct slice misp_id(const struct misp_reading *r, const char *type, struct slice uuid)
{
	return slice_str(arena_printf(r->arena, "%s--%.*s", type, SLICE_FMT(uuid)));
}

bool misp_uuid_ok(const struct misp_reading *r, struct slice uuid)
{
	struct slice type;
	struct stix_uuid u;

	return uuid.n == 36 && stix_id_parse(misp_id(r, "report", uuid), &type, &u) == 0;
}

/* The id of what has no UUID, from what it is. */
struct slice misp_made_id(const struct misp_reading *r, const char *type, struct slice name)
{
	struct stix_uuid u = uuid_v5(misp_namespace, name);
	struct buf b CLEANUP_BUF = BUF(LIMIT_STIX_ID);

	stix_id_print(&b, slice_str(type), &u);
	return arena_copy(r->arena, buf_slice(&b));
}

void misp_refuse(struct misp_reading *r, const char *where, const char *key, const char *text)
{
	struct misp_in *in = r->in;

	in->refused++;
	if (in->n_refusal == MISP_REFUSALS)
		return;
	if (!in->refusal)
		in->refusal = arena_array(r->arena, struct misp_refusal, MISP_REFUSALS);
	in->refusal[in->n_refusal++] =
		(struct misp_refusal){arena_printf(r->arena, "%s%s%s", where, *key ? "/" : "", key),
			arena_string(r->arena, slice_str(text))};
}

/* ---- who may have it ---- */

static void mark(struct misp_marks *m, struct slice id)
{
	for (size_t i = 0; i < m->n; i++)
		if (slice_eq(m->id[i], id))
			return;
	/* One less than there are would widen: the last place is for what stands for all the others. */
	if (m->n < MISP_MARKS)
		m->id[m->n++] = id;
	else
		m->id[MISP_MARKS - 1] = slice_str(marking_id(TLP_RED));
}

/* tlp:amber+strict; a colour that is none of the five holds back what bears it. */
static void mark_tlp(
	const struct misp_reading *r, struct misp_marks *m, struct slice colour, struct slice tag)
{
	char name[16] = "";
	enum tlp tlp = TLP_NONE;

	for (size_t i = 0; i < colour.n && colour.n < sizeof(name); i++) {
		uint8_t c = colour.p[i];

		name[i] = (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
	}
	if (!name[0] || tlp_parse(slice_str(name), &tlp) < 0)
		tlp = TLP_NONE;
	mark(m, tlp ? slice_str(marking_id(tlp)) : misp_made_id(r, "marking-definition", tag));
}

static bool is_tlp(struct slice tag, struct slice *ret_colour)
{
	*ret_colour = tag;
	return slice_take(ret_colour, "tlp:") || slice_take(ret_colour, "TLP:") ||
	       slice_take(ret_colour, "Tlp:");
}

struct slice misp_tag(const struct misp_reading *r, json_ref tag)
{
	return json_type(&r->doc, tag) == JSON_STRING ? json_string(&r->doc, tag, r->arena)
						      : misp_text(r, tag, "name");
}

struct slice misp_org_only(const struct misp_reading *r, struct slice org_uuid)
{
	return misp_made_id(r, "marking-definition",
		slice_str(arena_printf(r->arena, "organisation only %.*s", SLICE_FMT(org_uuid))));
}

/* A sharing group by its UUID, or by its number at the organisation; a number that is none is no number. */
static struct slice group_marking(
	const struct misp_reading *r, const struct misp_event *ev, json_ref o)
{
	struct slice uuid = misp_text(r, json_get(&r->doc, o, "SharingGroup"), "uuid"),
		     number = misp_text(r, o, "sharing_group_id");
	uint64_t n;

	if (misp_uuid_ok(r, uuid))
		return misp_id(r, "marking-definition", uuid);
	if (slice_u64(number, &n) < 0)
		number = SLICE_NONE;
	return misp_made_id(r, "marking-definition",
		slice_str(arena_printf(r->arena, "sharing group %.*s of %.*s", SLICE_FMT(number),
			SLICE_FMT(ev->org_uuid))));
}

/* What an event, object or attribute says of itself, beside what stands above it. */
void misp_marks_add(
	const struct misp_reading *r, const struct misp_event *ev, json_ref o, struct misp_marks *m)
{
	struct slice distribution = misp_text(r, o, "distribution"), colour;
	json_ref tags = json_get(&r->doc, o, "Tag");

	for (json_ref t = json_first(&r->doc, tags); t; t = json_next(&r->doc, t)) {
		struct slice name = misp_tag(r, t);

		if (is_tlp(name, &colour))
			mark_tlp(r, m, colour, name);
	}
	if (slice_is(distribution, "0"))
		mark(m, ev->org_only);
	if (slice_is(distribution, "4"))
		mark(m, group_marking(r, ev, o));
}

/* ---- what all objects have ---- */

void misp_put_time(struct json_out *o, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	json_put_cstr(o, key, text);
}

static void put_word(struct misp_reading *r, struct slice word)
{
	if (!r->labels)
		json_open_at(&r->o, "labels", '[');
	r->labels = true;
	json_put_string(&r->o, NULL, word);
}

void misp_labels_end(struct misp_reading *r)
{
	if (r->labels)
		json_close(&r->o);
	r->labels = false;
}

static void put_tags(struct misp_reading *r, json_ref tags)
{
	struct slice colour;

	for (json_ref t = json_first(&r->doc, tags); t; t = json_next(&r->doc, t)) {
		struct slice name = misp_tag(r, t);

		if (name.n && !is_tlp(name, &colour))
			put_word(r, name);
	}
}

/* misp:type="ip-dst" */
void misp_label(struct misp_reading *r, const char *key, struct slice value)
{
	if (value.n)
		put_word(r, slice_str(arena_printf(
				    r->arena, "misp:%s=\"%.*s\"", key, SLICE_FMT(value))));
}

/* Down to the labels, which stay open for more. */
void misp_head_put(struct misp_reading *r, const struct misp_event *ev, const struct misp_head *h)
{
	int64_t created = ev->date_ms && ev->date_ms < h->time_ms ? ev->date_ms : h->time_ms;

	json_open(&r->o, '{');
	json_put_cstr(&r->o, "type", h->type);
	json_put_cstr(&r->o, "spec_version", "2.1");
	json_put_string(&r->o, "id", misp_id(r, h->type, h->uuid));
	if (ev->org.n)
		json_put_string(&r->o, "created_by_ref", ev->org);
	misp_put_time(&r->o, "created", created);
	misp_put_time(&r->o, "modified", h->time_ms);
	if (h->deleted)
		json_put_bool(&r->o, "revoked", true);
	if (h->marks->n) {
		json_open_at(&r->o, "object_marking_refs", '[');
		for (size_t i = 0; i < h->marks->n; i++)
			json_put_string(&r->o, NULL, h->marks->id[i]);
		json_close(&r->o);
	}
	put_tags(r, h->tags);
}

void misp_put_refs(struct misp_reading *r, const char *key, const struct slice *ref, size_t n)
{
	json_open_at(&r->o, key, '[');
	for (size_t i = 0; i < n; i++)
		json_put_string(&r->o, NULL, ref[i]);
	json_close(&r->o);
}

void misp_done(struct misp_reading *r, struct misp_event *ev, const char *type, struct slice uuid,
	bool ref)
{
	struct slice id = misp_id(r, type, uuid);

	json_close(&r->o);
	r->in->objects++;
	(void)map_put(&ev->ids, uuid, arena_string(r->arena, id));
	if (ref)
		vec_push(&ev->refs, id);
}

/* ---- who ---- */

/* MISP does not say since when an organisation is known; every event brings its name as a version of its own, under the event's markings. */
void misp_identity(
	struct misp_reading *r, struct misp_event *ev, struct slice uuid, struct slice name)
{
	const struct misp_head h = {"identity", uuid, ev->time_ms, false, &ev->marks, JSON_ABSENT};
	struct misp_event nobody = {.date_ms = 946684800000};

	if (map_has(&ev->ids, uuid))
		return;
	misp_head_put(r, &nobody, &h);
	misp_label(r, "org", name);
	misp_labels_end(r);
	json_put_string(&r->o, "name", name);
	json_put_cstr(&r->o, "identity_class", "organization");
	misp_done(r, ev, "identity", uuid, false);
}
