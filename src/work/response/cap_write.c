/* cap_write.c: CAP 1.2, elements in the order of its schema. */
#include "work/response/cap.h"

static void put(struct xml_out *o, const char *name, const struct cap_text *t)
{
	if (t->text.p)
		xml_leaf(o, name, t->text);
}

static void put_all(struct xml_out *o, const char *name, const struct cap_texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		xml_leaf(o, name, t->p[i].text);
}

static void put_pairs(struct xml_out *o, const char *name, const struct cap_pairs *p)
{
	for (size_t i = 0; i < p->n; i++) {
		xml_open(o, name);
		xml_leaf(o, "valueName", p->p[i].name);
		xml_leaf(o, "value", p->p[i].value);
		xml_close(o);
	}
}

/* 1.0 and 1.1 have times that 1.2 does not: they are written in UTC, whole seconds. */
static void put_time(struct xml_out *o, const char *name, const struct cap_time *t)
{
	struct slice s = slice_trim(t->text);
	char utc[UTC_TEXT_LEN + 1], text[32];

	if (!t->text.p)
		return;
	if (s.n == 25 && (s.p[19] == '+' || s.p[19] == '-')) {
		xml_leaf(o, name, s);
		return;
	}
	utc_format(t->ms, utc);
	snprintf(text, sizeof(text), "%.19s-00:00", utc);
	xml_leaf(o, name, slice_str(text));
}

static void put_resource(struct xml_out *o, const struct cap_resource *r)
{
	struct cap_text unknown = {.text = SLICE("application/octet-stream")};

	xml_open(o, "resource");
	put(o, "resourceDesc", &r->resourceDesc);
	put(o, "mimeType", r->mimeType.text.p ? &r->mimeType : &unknown);
	put(o, "size", &r->size);
	put(o, "uri", &r->uri);
	put(o, "derefUri", &r->derefUri);
	put(o, "digest", &r->digest);
	xml_close(o);
}

static void put_area(struct xml_out *o, const struct cap_area *a)
{
	xml_open(o, "area");
	put(o, "areaDesc", &a->areaDesc);
	put_all(o, "polygon", &a->polygon);
	put_all(o, "circle", &a->circle);
	put_pairs(o, "geocode", &a->geocode);
	put(o, "altitude", &a->altitude);
	put(o, "ceiling", &a->ceiling);
	xml_close(o);
}

static void put_info(struct xml_out *o, const struct cap_info *i)
{
	/* What 1.0 called very likely is what 1.1 and 1.2 call likely (1.2 §3.2.2). */
	struct cap_text likely = {.text = SLICE("Likely")};
	bool very = slice_is(i->certainty.text, "Very Likely");

	xml_open(o, "info");
	if (slice_trim(i->language.text).n)
		put(o, "language", &i->language);
	put_all(o, "category", &i->category);
	put(o, "event", &i->event);
	put_all(o, "responseType", &i->responseType);
	put(o, "urgency", &i->urgency);
	put(o, "severity", &i->severity);
	put(o, "certainty", very ? &likely : &i->certainty);
	put(o, "audience", &i->audience);
	put_pairs(o, "eventCode", &i->eventCode);
	put_time(o, "effective", &i->effective);
	put_time(o, "onset", &i->onset);
	put_time(o, "expires", &i->expires);
	put(o, "senderName", &i->senderName);
	put(o, "headline", &i->headline);
	put(o, "description", &i->description);
	put(o, "instruction", &i->instruction);
	put(o, "web", &i->web);
	put(o, "contact", &i->contact);
	put_pairs(o, "parameter", &i->parameter);
	for (size_t k = 0; k < i->n_resource; k++)
		put_resource(o, &i->resource[k]);
	for (size_t k = 0; k < i->n_area; k++)
		put_area(o, &i->area[k]);
	xml_close(o);
}

int cap_write(const struct cap_alert *a, struct buf *ret, struct why *why)
{
	struct xml_out o = xml_out(ret, true);

	xml_open(&o, "alert");
	xml_put_attr(&o, "xmlns", SLICE(CAP_NS_12));
	put(&o, "identifier", &a->identifier);
	put(&o, "sender", &a->sender);
	put_time(&o, "sent", &a->sent);
	put(&o, "status", &a->status);
	put(&o, "msgType", &a->msgType);
	put(&o, "source", &a->source);
	if (a->scope.text.p)
		put(&o, "scope", &a->scope);
	else
		xml_leaf(&o, "scope", SLICE("Public"));
	put(&o, "restriction", &a->restriction);
	put(&o, "addresses", &a->addresses);
	put_all(&o, "code", &a->code);
	put(&o, "note", &a->note);
	put(&o, "references", &a->references);
	put(&o, "incidents", &a->incidents);
	for (size_t i = 0; i < a->n_info; i++)
		put_info(&o, &a->info[i]);
	xml_close(&o);
	if (buf_over(ret))
		return why_set(why, E_LIMIT, "", "the alert is larger than %zu bytes", ret->max);
	return 0;
}
