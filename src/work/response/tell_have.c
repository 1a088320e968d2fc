/* tell_have.c: capabilities and readiness, alerts and who has acknowledged them, services owed; see tell.h. */
#include "node/content.h"

#include "base/clock.h"
#include "work/response/tell.h"

#include "work/response/types.h"

#include <inttypes.h>

/* ---- capabilities ---- */

static void put_readiness(const struct aid_record *r, int64_t now_ms, struct json_out *o)
{
	const struct aid_readiness *q = &r->a->readiness;
	bool stale = readiness_stale(q, now_ms);

	json_open_at(o, "readiness", '{');
	/* What a report said before it ran out is shown as what it was, never as what is. */
	json_put_cstr(o, "state", stale ? "STALE" : aid_readiness_states[q->state]);
	json_put_bool(o, "stale", stale);
	json_put_i64(o, "age_minutes", (now_ms - q->reported_at) / MINUTE_MS);
	shape_print(aid_kinds[AID_READINESS].shape, q, "report", o);
	json_close(o);
}

static int64_t notice_of(const struct joined_capability *j, int64_t now_ms)
{
	const struct aid_readiness *q = j->readiness ? &j->readiness->a->readiness : NULL;

	if (q && !readiness_stale(q, now_ms) && q->notice_minutes >= 0)
		return q->notice_minutes;
	return j->c.notice_minutes;
}

void tell_capability(const struct aid_view *v, const struct joined_capability *j, int64_t now_ms,
	const char *key, struct json_out *o)
{
	const struct type_code *t = type_find(j->c.type);

	json_open_at(o, key, '{');
	tell_head(v, &j->record, o);
	json_put_cstr(o, "type_name", t ? t->name : "");
	json_put_i64(o, "details", (int64_t)j->details);
	shape_print(aid_kinds[AID_CAPABILITY].shape, &j->c, "content", o);
	if (notice_of(j, now_ms) >= 0)
		json_put_i64(o, "notice_minutes", notice_of(j, now_ms));
	else
		json_put_null(o, "notice_minutes");
	if (j->readiness)
		put_readiness(j->readiness, now_ms, o);
	else
		json_put_null(o, "readiness");
	json_close(o);
}

struct matrix_cell {
	int64_t quantity, notice, age_minutes;
	int best; /* of readiness states, the lowest number is the best; -1 none */
	unsigned entries, stale, unreported;
};

static struct matrix_cell cell_of(const struct joined_capability *list, size_t n,
	const struct id *member, struct slice type, int64_t now_ms)
{
	struct matrix_cell c = {.notice = -1, .best = -1};

	for (size_t i = 0; i < n; i++) {
		const struct joined_capability *j = &list[i];
		const struct aid_readiness *q = j->readiness ? &j->readiness->a->readiness : NULL;
		int64_t notice = notice_of(j, now_ms);

		if (!id_eq(&j->record.r.author, member) || !slice_eq(j->c.type, type))
			continue;
		c.entries++;
		c.quantity += j->c.quantity > 0 ? j->c.quantity : 0;
		if (notice >= 0 && (c.notice < 0 || notice < c.notice))
			c.notice = notice;
		if (!q) {
			c.unreported++;
			continue;
		}
		int64_t age = (now_ms - q->reported_at) / MINUTE_MS;
		c.age_minutes = age > c.age_minutes ? age : c.age_minutes;
		if (readiness_stale(q, now_ms))
			c.stale++;
		else if (c.best < 0 || q->state < c.best)
			c.best = q->state;
	}
	return c;
}

static void put_cell(const struct aid_view *v, const struct matrix_cell *c, const struct id *member,
	struct json_out *o)
{
	char id[ID_TEXT + 1];

	json_open(o, '{');
	id_format(member, id);
	json_put_cstr(o, "member", id);
	json_put_cstr(o, "member_label", world_party_label(v->world, member, v->arena));
	json_put_i64(o, "entries", c->entries);
	json_put_i64(o, "quantity", c->quantity);
	if (c->notice >= 0)
		json_put_i64(o, "notice_minutes", c->notice);
	else
		json_put_null(o, "notice_minutes");
	json_put_i64(o, "age_minutes", c->age_minutes);
	json_put_cstr(o, "state",
		c->best >= 0 ? aid_readiness_states[c->best]
		: c->stale   ? "STALE"
			     : "UNREPORTED");
	json_put_bool(o, "stale", c->stale > 0);
	json_close(o);
}

int tell_matrix(const struct aid_view *v, int64_t now_ms, const char *key, struct json_out *o,
	struct why *why)
{
	const struct standing *s = &v->world->standing;
	struct joined_capability *list;
	size_t n;
	int rc = capability_list(v, NULL, &list, &n, why);

	if (rc < 0)
		return rc;
	json_open_at(o, key, '[');
	for (const struct type_code *t = type_codes; t->code; t++) {
		bool any = false;

		for (size_t i = 0; i < n; i++)
			any = any || slice_is(list[i].c.type, t->code);
		if (!any)
			continue;
		json_open(o, '{');
		json_put_cstr(o, "type", t->code);
		json_put_cstr(o, "type_name", t->name);
		json_put_cstr(o, "uom", t->uom);
		json_open_at(o, "cells", '[');
		for (size_t m = 0; m < s->n_member; m++) {
			struct matrix_cell c =
				cell_of(list, n, &s->member[m], slice_str(t->code), now_ms);

			put_cell(v, &c, &s->member[m], o);
		}
		json_close(o);
		json_close(o);
	}
	json_close(o);
	return 0;
}

/* ---- alerts ---- */

int64_t ack_due_ms(const struct cap_alert *a)
{
	for (size_t i = 0; i < a->n_info; i++)
		if (slice_is(a->info[i].urgency.text, "Immediate") &&
			slice_is(a->info[i].severity.text, "Extreme"))
			return 5 * MINUTE_MS;
	return 15 * MINUTE_MS;
}

static const struct aid_record *ack_of(
	const struct aid_record *list, size_t n, const struct id *member, int state)
{
	const struct aid_record *first = NULL;

	for (size_t i = 0; i < n; i++)
		if (list[i].kind == AID_ACK && id_eq(&list[i].r.author, member) &&
			list[i].a->ack.state >= state &&
			(!first || list[i].r.time_ms < first->r.time_ms))
			first = &list[i];
	return first;
}

/* Each addressee of `alert`, of which the acknowledgements are `about`. */
static struct alert_ack *acks_list(const struct aid_view *v, const struct aid_record *alert,
	const struct aid_record *about, size_t n, int64_t now_ms, size_t *ret_n)
{
	struct alert_ack *out = arena_array(v->arena, struct alert_ack, alert->r.n_audience + 1);
	int64_t due = ack_due_ms(alert->alert);

	*ret_n = 0;
	for (size_t i = 0; i < alert->r.n_audience; i++) {
		const struct id *member = &alert->r.audience[i];
		const struct aid_record *received = ack_of(about, n, member, ACK_RECEIVED),
					*read = ack_of(about, n, member, ACK_READ),
					*accepted = ack_of(about, n, member, ACK_ACCEPTED);
		int64_t late = (read ? read->r.time_ms : now_ms) - alert->r.time_ms - due;

		if (id_eq(member, &alert->r.author))
			continue;
		out[(*ret_n)++] = (struct alert_ack){.member = *member,
			.received_ms = received ? received->r.time_ms : 0,
			.read_ms = read ? read->r.time_ms : 0,
			.accepted_ms = accepted ? accepted->r.time_ms : 0,
			.late_ms = late > 0 ? late : 0,
			/* Nobody there: the next on the roster, then the supervisor, and again. */
			.escalation = !read && late > 0 ? 1 + late / due : 0};
	}
	return out;
}

int alert_acks(const struct aid_view *v, const struct object_id *alert, int64_t now_ms,
	struct alert_ack **ret, size_t *ret_n, struct why *why)
{
	struct aid_record r, *about;
	size_t n;
	int rc = aid_get(v, AID_ALERT, alert, &r, why);

	if (rc == 0)
		rc = aid_about(v, alert, AID_ACK, NULL, &about, &n, why);
	if (rc < 0)
		return rc;
	*ret = acks_list(v, &r, about, n, now_ms, ret_n);
	return 0;
}

static void put_acks(const struct aid_view *v, const struct aid_record *alert,
	const struct aid_record *about, size_t n, int64_t now_ms, struct json_out *o)
{
	size_t n_ack;
	const struct alert_ack *ack = acks_list(v, alert, about, n, now_ms, &n_ack);

	json_put_i64(o, "ack_due_minutes", ack_due_ms(alert->alert) / MINUTE_MS);
	json_open_at(o, "acks", '[');
	for (size_t i = 0; i < n_ack; i++) {
		json_open(o, '{');
		json_put_cstr(
			o, "member_label", world_party_label(v->world, &ack[i].member, v->arena));
		put_time_or_null(o, "received", ack[i].received_ms);
		put_time_or_null(o, "read", ack[i].read_ms);
		put_time_or_null(o, "accepted", ack[i].accepted_ms);
		json_put_bool(o, "overdue", ack[i].escalation > 0);
		json_put_i64(o, "late_minutes", ack[i].late_ms / MINUTE_MS);
		json_put_i64(o, "escalation", ack[i].escalation);
		json_close(o);
	}
	json_close(o);
}

static void put_texts(struct json_out *o, const char *key, const struct cap_texts *t)
{
	json_open_at(o, key, '[');
	for (size_t i = 0; i < t->n; i++)
		json_put_string(o, NULL, t->p[i].text);
	json_close(o);
}

static void put_area(struct json_out *o, const struct cap_area *a)
{
	json_open(o, '{');
	json_put_string(o, "areaDesc", a->areaDesc.text);
	put_texts(o, "polygon", &a->polygon);
	put_texts(o, "circle", &a->circle);
	json_close(o);
}

static void put_info(struct json_out *o, const struct cap_info *i)
{
	json_open(o, '{');
	json_put_string(o, "language", i->language.text.n ? i->language.text : SLICE("en-US"));
	json_put_string(o, "event", i->event.text);
	put_texts(o, "category", &i->category);
	put_texts(o, "responseType", &i->responseType);
	json_put_string(o, "urgency", i->urgency.text);
	json_put_string(o, "severity", i->severity.text);
	json_put_string(o, "certainty", i->certainty.text);
	put_time_or_null(o, "onset", i->onset.ms);
	put_time_or_null(o, "expires", i->expires.ms);
	json_put_string(o, "headline", i->headline.text);
	json_put_string(o, "description", i->description.text);
	json_put_string(o, "instruction", i->instruction.text);
	json_put_string(o, "senderName", i->senderName.text);
	json_open_at(o, "area", '[');
	for (size_t k = 0; k < i->n_area; k++)
		put_area(o, &i->area[k]);
	json_close(o);
	json_close(o);
}

void tell_notes(const struct cap_notes *notes, const char *key, struct json_out *o)
{
	json_open_at(o, key, '[');
	for (size_t i = 0; i < notes->n; i++) {
		json_open(o, '{');
		json_put_cstr(o, "level", cap_level_name(notes->p[i].level));
		json_put_cstr(o, "rule", notes->p[i].rule);
		json_put_cstr(o, "element", notes->p[i].element);
		json_put_i64(o, "line", notes->p[i].line);
		json_put_cstr(o, "text", notes->p[i].text);
		json_close(o);
	}
	json_close(o);
}

int tell_alert(const struct aid_view *v, const struct aid_alert *a, int64_t now_ms, const char *key,
	struct json_out *o, struct why *why)
{
	struct cap_notes *notes = arena_new(v->arena, struct cap_notes);
	struct aid_record r, *about;
	struct cap_alert cap;
	size_t n;
	int rc = aid_get(v, AID_ALERT, &a->object, &r, why);

	if (rc == 0)
		rc = aid_about(v, &a->object, AID_ACK, NULL, &about, &n, why);
	if (rc < 0)
		return rc;
	json_open_at(o, key, '{');
	tell_head(v, &r, o);
	json_put_string(o, "identifier", a->identifier);
	json_put_string(o, "sender", a->sender);
	put_time_or_null(o, "sent", a->sent_ms);
	put_time_or_null(o, "expires", a->expires_ms);
	json_put_string(o, "status", r.alert->status.text);
	json_put_string(o, "msgType", r.alert->msgType.text);
	json_put_string(o, "scope", r.alert->scope.text);
	json_put_string(o, "references", r.alert->references.text);
	json_put_string(o, "note", r.alert->note.text);
	json_put_bool(o, "active", a->active);
	json_put_bool(o, "superseded", a->superseded);
	json_put_bool(o, "expired", a->expires_ms <= now_ms);
	json_put_bool(o, "is_signed", r.alert->is_signed);
	json_put_i64(o, "age_minutes", (now_ms - a->sent_ms) / MINUTE_MS);
	json_open_at(o, "info", '[');
	for (size_t i = 0; i < r.alert->n_info; i++)
		put_info(o, &r.alert->info[i]);
	json_close(o);
	if (cap_read(&cap, v->arena, r.r.content, notes, NULL) == 0)
		cap_lint(&cap, v->arena, notes);
	tell_notes(notes, "notes", o);
	put_acks(v, &r, about, n, now_ms, o);
	json_close(o);
	return 0;
}

/* ---- what is owed ---- */

/* One direction of a pair, in one unit. What is given back takes off a debt, and makes none of the other side: a debt is its debtor's own word. */
static int64_t owed(const struct aid_record *list, size_t n, const struct id *debtor,
	const struct id *creditor, struct slice unit)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		if (id_eq(&list[i].r.author, debtor) &&
			id_eq(&list[i].a->exchange.creditor, creditor) &&
			slice_eq(list[i].a->exchange.unit, unit))
			sum += list[i].a->exchange.amount;
	return sum > 0 ? sum : 0;
}

static bool first_of_pair(const struct aid_record *list, size_t i)
{
	const struct id *a = &list[i].r.author, *b = &list[i].a->exchange.creditor;

	for (size_t k = 0; k < i; k++) {
		const struct id *c = &list[k].r.author, *d = &list[k].a->exchange.creditor;

		if (slice_eq(list[k].a->exchange.unit, list[i].a->exchange.unit) &&
			((id_eq(a, c) && id_eq(b, d)) || (id_eq(a, d) && id_eq(b, c))))
			return false;
	}
	return true;
}

int tell_ledger(const struct aid_view *v, const char *key, struct json_out *o, struct why *why)
{
	struct aid_record *list;
	size_t n;
	int rc = aid_list(v, AID_EXCHANGE, NULL, &list, &n, why);

	if (rc < 0)
		return rc;
	json_open_at(o, key, '[');
	for (size_t i = 0; i < n; i++) {
		const struct id *a = &list[i].r.author, *b = &list[i].a->exchange.creditor;
		struct slice unit = list[i].a->exchange.unit;
		int64_t net;

		if (!first_of_pair(list, i))
			continue;
		net = owed(list, n, a, b, unit) - owed(list, n, b, a, unit);
		json_open(o, '{');
		json_put_cstr(
			o, "debtor_label", world_party_label(v->world, net < 0 ? b : a, v->arena));
		json_put_cstr(o, "creditor_label",
			world_party_label(v->world, net < 0 ? a : b, v->arena));
		json_put_string(o, "unit", unit);
		json_put_i64(o, "amount", net < 0 ? -net : net);
		json_close(o);
	}
	json_close(o);
	return 0;
}
