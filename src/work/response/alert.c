/* alert.c: forms of alerts, and how they become CAP; see alert.h. */
#include "work/response/alert.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/response/model_int.h"
#include "work/response/response_int.h"

#define ALERT_MAX (512 * KIB) /* a dozen languages and polygons of a thousand points */

/* Words of the standard are left to the reader of CAP, which judges the finished alert: one place knows them. */
static const struct shape_field area_fields[] = {TEXT(alert_area, areaDesc, NEED),
	F(alert_area, polygon, FORM_TEXTS), F(alert_area, circle, FORM_TEXTS),
	TEXT(alert_area, altitude, .max = 20), TEXT(alert_area, ceiling, .max = 20), {0}};
static const struct shape area_shape = {
	"ResponseAlertArea", sizeof(struct alert_area), area_fields, NULL};
static const struct shape_field info_fields[] = {TEXT(alert_info, language, .max = 64),
	F(alert_info, category, FORM_TEXTS, NEED, .max = 12),
	TEXT(alert_info, event, NEED, .max = 200),
	F(alert_info, responseType, FORM_TEXTS, .max = 9),
	TEXT(alert_info, urgency, NEED, .max = 16), TEXT(alert_info, severity, NEED, .max = 16),
	TEXT(alert_info, certainty, NEED, .max = 16), TEXT(alert_info, audience),
	TIME(alert_info, effective), TIME(alert_info, onset), TIME(alert_info, expires, NEED),
	TEXT(alert_info, senderName, .max = 200), TEXT(alert_info, headline, .max = 600),
	TEXT(alert_info, description, .max = 65536), TEXT(alert_info, instruction, .max = 65536),
	TEXT(alert_info, web, .max = 2000), TEXT(alert_info, contact, .max = 600),
	LIST(alert_info, area, area_shape), {0}};
static const struct shape info_shape = {
	"ResponseAlertInfo", sizeof(struct alert_info), info_fields, NULL};
static const struct shape_field form_fields[] = {OBJECT(alert_form, update),
	OBJECT(alert_form, cancel), TEXT(alert_form, note), TEXT(alert_form, scope, .max = 16),
	TEXT(alert_form, incidents, .max = 600), LIST(alert_form, info, info_shape, .max = 24),
	{0}};
static int form_check(const void *p, const char *at, struct why *why)
{
	const struct alert_form *f = p;

	if (!id_is_zero(&f->update.owner) && !id_is_zero(&f->cancel.owner))
		return at_fail(why, at, "cancel", "either an update or a cancellation");
	if (f->info.n == 0 && id_is_zero(&f->cancel.owner))
		return at_fail(why, at, "info", "is missing");
	return 0;
}
const struct shape alert_form_shape = {
	"ResponseAlertForm", sizeof(struct alert_form), form_fields, form_check};

/* ---- to CAP ---- */

static struct cap_text text(struct slice s)
{
	return (struct cap_text){.text = s.n ? s : SLICE_NONE};
}

static struct cap_text say(struct arena *arena, const char *s)
{
	return (struct cap_text){.text = arena_copy(arena, slice_str(s))};
}

static struct slice cap_time_text(struct arena *arena, int64_t ms)
{
	char utc[UTC_TEXT_LEN + 1];

	utc_format(ms, utc);
	return slice_str(arena_printf(arena, "%.19s-00:00", utc));
}

static struct cap_time when(struct arena *arena, int64_t ms)
{
	return ms ? (struct cap_time){.text = cap_time_text(arena, ms), .ms = ms}
		  : (struct cap_time){0};
}

static struct cap_texts texts(struct arena *arena, const struct shape_list *list)
{
	struct cap_texts t = {.p = arena_array(arena, struct cap_text, list->n + 1), .n = list->n};

	for (size_t i = 0; i < list->n; i++)
		t.p[i].text = AID_LIST(struct slice, *list)[i];
	return t;
}

static struct cap_area area_of(struct arena *arena, const struct alert_area *a)
{
	return (struct cap_area){.areaDesc = text(a->areaDesc),
		.altitude = text(a->altitude),
		.ceiling = text(a->ceiling),
		.polygon = texts(arena, &a->polygon),
		.circle = texts(arena, &a->circle)};
}

static struct cap_info info_of(struct arena *arena, const struct alert_info *i)
{
	struct cap_info c = {.language = text(i->language),
		.event = text(i->event),
		.urgency = text(i->urgency),
		.severity = text(i->severity),
		.certainty = text(i->certainty),
		.audience = text(i->audience),
		.senderName = text(i->senderName),
		.headline = text(i->headline),
		.description = text(i->description),
		.instruction = text(i->instruction),
		.web = text(i->web),
		.contact = text(i->contact),
		.category = texts(arena, &i->category),
		.responseType = texts(arena, &i->responseType),
		.effective = when(arena, i->effective),
		.onset = when(arena, i->onset),
		.expires = when(arena, i->expires)};

	c.area = arena_array(arena, struct cap_area, i->area.n + 1);
	c.n_area = i->area.n;
	for (size_t k = 0; k < i->area.n; k++)
		c.area[k] = area_of(arena, &AID_LIST(struct alert_area, i->area)[k]);
	return c;
}

/* The earlier message, and all that it referred to: a reader of any of them finds the newest. */
static int references_of(const struct aid_view *v, const struct object_id *object,
	struct cap_alert *a, const char *field, struct why *why)
{
	struct aid_record old;
	int rc = aid_get(v, AID_ALERT, object, &old, why);

	if (rc == E_MISSING)
		return why_set(why, E_INVALID, field, "is no alert of this mode that is here");
	if (rc < 0)
		return rc;
	if (!id_eq(&old.r.author, &v->world->node->self))
		return why_set(
			why, E_DENIED, field, "is another member's: only who issued it changes it");
	const struct cap_alert *o = old.alert;
	a->references = (struct cap_text){
		.text = slice_str(arena_printf(v->arena, "%.*s%s%.*s,%.*s,%.*s",
			SLICE_FMT(o->references.text), o->references.text.n ? " " : "",
			SLICE_FMT(o->sender.text), SLICE_FMT(o->identifier.text),
			SLICE_FMT(slice_trim(o->sent.text))))};
	return 0;
}

/* §3.2: named members are Private with addresses, a rule is Restricted and says which; the label goes along as a code. */
static void scope_of(const struct aid_view *v, const struct alert_form *f, const struct draft *d,
	struct cap_alert *a)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);

	if (f->scope.n) {
		a->scope = text(f->scope);
		if (slice_is(f->scope, "Restricted"))
			a->restriction = text(d->label);
	} else if (d->all) {
		a->scope = say(v->arena, "Restricted");
		a->restriction = text(d->label);
	} else {
		a->scope = say(v->arena, "Private");
	}
	for (size_t i = 0; slice_is(a->scope.text, "Private") && i < d->n_member; i++)
		buf_addf(&b, "%s\"%s\"", i ? " " : "",
			world_party_label(v->world, &d->member[i], v->arena));
	a->addresses = text(arena_copy(v->arena, buf_slice(&b)));
	a->code.p = arena_array(v->arena, struct cap_text, 1);
	a->code.p[0] = text(slice_str(arena_printf(v->arena, "label:%.*s", SLICE_FMT(d->label))));
	a->code.n = 1;
}

static void names_of(const struct aid_view *v, struct cap_alert *a)
{
	const struct node *node = v->world->node;
	char member[ID_TEXT + 1], name[BASE32_LEN(16) + 1];
	struct buf label CLEANUP_BUF = BUF(KIB);
	uint8_t random[16];

	env_random(&node->env, random, sizeof(random));
	base32_encode(random, sizeof(random), name);
	id_format(&node->self, member);
	/* No space or comma may stand in a name that references are made of. */
	for (const char *p = node->conf.label; *p && label.n < 64; p++)
		buf_byte(&label, (*p >= '0' && *p <= '9') || ((*p | 32) >= 'a' && (*p | 32) <= 'z')
					 ? (uint8_t)*p
					 : '-');
	a->identifier = say(v->arena, arena_printf(v->arena, "entente.%s", name));
	a->sender = say(v->arena, arena_printf(v->arena, "%s@%s", buf_cstr(&label), member));
}

bool alert_sender_own(const struct node *node, struct slice sender)
{
	char member[ID_TEXT + 2] = "@";

	id_format(&node->self, member + 1);
	return slice_ends(slice_trim(sender), member);
}

int alert_readers_of(const struct aid_view *v, struct slice form, struct draft *d, struct why *why)
{
	struct aid_record of;
	struct alert_form f;
	int rc = shape_read(&alert_form_shape, &f, v->arena, form, SHAPE_STRICT, why);
	bool update, cancel;

	if (rc < 0)
		return rc;
	update = !id_is_zero(&f.update.owner);
	cancel = !id_is_zero(&f.cancel.owner);
	if (!update && !cancel)
		return 0;
	rc = aid_get(v, AID_ALERT, update ? &f.update : &f.cancel, &of, why);
	if (rc < 0)
		return rc == E_MISSING ? why_set(why, E_INVALID, update ? "/update" : "/cancel",
						 "is no alert of this mode here")
				       : rc;
	if (!d->label.n)
		d->label = of.r.label;
	if (!d->all && d->n_member == 0) {
		d->member = of.r.audience;
		d->n_member = of.r.n_audience;
	}
	return 0;
}

int alert_make(const struct aid_view *v, struct slice form, struct draft *d, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(ALERT_MAX);
	struct cap_notes *notes = arena_new(v->arena, struct cap_notes);
	struct cap_alert a = {.version = CAP_12}, again;
	struct alert_form f;
	int rc = shape_read(&alert_form_shape, &f, v->arena, form, SHAPE_STRICT, why);
	bool update, cancel;

	if (rc < 0)
		return rc;
	update = !id_is_zero(&f.update.owner);
	cancel = !id_is_zero(&f.cancel.owner);
	names_of(v, &a);
	a.sent = when(v->arena, env_now_ms(&v->world->node->env) / 1000 * 1000);
	a.status = say(v->arena, d->mode == MODE_REAL	    ? "Actual"
				 : d->mode == MODE_EXERCISE ? "Exercise"
							    : "Test");
	a.msgType = say(v->arena, update ? "Update" : cancel ? "Cancel" : "Alert");
	a.note = text(f.note);
	a.incidents = text(f.incidents);
	scope_of(v, &f, d, &a);
	if (update)
		rc = references_of(v, &f.update, &a, "/update", why);
	else if (cancel)
		rc = references_of(v, &f.cancel, &a, "/cancel", why);
	if (rc < 0)
		return rc;
	a.info = arena_array(v->arena, struct cap_info, f.info.n + 1);
	a.n_info = f.info.n;
	for (size_t i = 0; i < f.info.n; i++)
		a.info[i] = info_of(v->arena, &AID_LIST(struct alert_info, f.info)[i]);
	rc = cap_write(&a, &b, why);
	if (rc < 0)
		return rc;
	/* Judged as everybody else will see it. */
	d->content = arena_copy(v->arena, buf_slice(&b));
	d->media = SLICE(CAP_MEDIA);
	d->kind = slice_str(aid_kinds[AID_ALERT].kind);
	rc = cap_read(&again, v->arena, d->content, notes, why);
	if (rc == 0)
		rc = cap_valid(notes, why);
	return rc < 0 ? rc : cap_issue_check(&again, v->arena, why);
}
