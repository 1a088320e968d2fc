/* tell.c: records and requests; see tell.h. */
#include "work/response/tell.h"

#include "base/enc.h"
#include "node/content.h"
#include "work/response/types.h"

static void put_object(struct json_out *o, const char *key, const struct object_id *id)
{
	char text[OBJECT_TEXT + 1];

	object_format(id, text);
	json_put_cstr(o, key, text);
}

void tell_head(const struct aid_view *v, const struct aid_record *r, struct json_out *o)
{
	char id[ID_TEXT + 1], leaf[65];

	put_object(o, "object", &r->r.object);
	id_format(&r->r.author, id);
	json_put_cstr(o, "author", id);
	json_put_cstr(o, "author_label", world_party_label(v->world, &r->r.author, v->arena));
	json_put_cstr(o, "kind", aid_kinds[r->kind].kind);
	json_put_cstr(o, "mode", mode_name(r->r.mode));
	json_put_string(o, "label", r->r.label);
	put_time_or_null(o, "time", r->r.time_ms);
	hex_encode(r->r.leaf.b, 32, leaf);
	json_put_cstr(o, "leaf", leaf);
	json_put_bool(o, "own", id_eq(&r->r.author, &v->world->node->self));
}

static void put_content(const struct aid_record *r, struct json_out *o)
{
	if (r->a)
		shape_print(aid_kinds[r->kind].shape, r->a, "content", o);
}

void tell_record(
	const struct aid_view *v, const struct aid_record *r, const char *key, struct json_out *o)
{
	json_open_at(o, key, '{');
	tell_head(v, r, o);
	put_content(r, o);
	json_close(o);
}

static void put_optional(
	const struct aid_view *v, const struct aid_record *r, const char *key, struct json_out *o)
{
	if (r)
		tell_record(v, r, key, o);
	else
		json_put_null(o, key);
}

/* ---- a request ---- */

static void put_certificates(
	const struct aid_view *v, const struct line_view *l, struct json_out *o)
{
	json_open_at(o, "certificates", '[');
	for (size_t i = 0; i < l->n_certificate; i++) {
		const struct line_certificate *c = &l->certificate[i];

		json_open(o, '{');
		json_put_string(o, "code", c->code);
		json_open_at(o, "holders", '[');
		for (size_t k = 0; k < c->n_holder; k++) {
			char id[ID_TEXT + 1];

			id_format(&c->holder[k].member, id);
			json_open(o, '{');
			json_put_cstr(o, "member", id);
			json_put_cstr(o, "label",
				world_party_label(v->world, &c->holder[k].member, v->arena));
			json_put_u64(o, "persons", c->holder[k].persons);
			put_time_or_null(o, "until", c->holder[k].until_ms);
			json_close(o);
		}
		json_close(o);
		json_close(o);
	}
	json_close(o);
}

static void put_line(const struct aid_view *v, const struct line_view *l, struct json_out *o)
{
	const struct type_code *t = type_find(l->line->type);
	int64_t missing = l->line->quantity - l->committed;

	json_open(o, '{');
	json_put_i64(o, "line", l->line->line);
	json_put_string(o, "type", l->line->type);
	json_put_cstr(o, "type_name", t ? t->name : "");
	json_put_i64(o, "quantity", l->line->quantity);
	put_time_or_null(o, "needed_by", l->line->needed_by);
	json_put_cstr(o, "state", line_states[l->state]);
	json_put_i64(o, "offered", l->offered);
	json_put_i64(o, "provisional", l->provisional);
	json_put_i64(o, "accepted", l->accepted);
	json_put_i64(o, "committed", l->committed);
	json_put_i64(o, "in_transit", l->in_transit);
	json_put_i64(o, "on_site", l->on_site);
	json_put_i64(o, "done", l->done);
	json_put_i64(o, "missing", missing > 0 ? missing : 0);
	put_time_or_null(o, "arrives", l->arrives_ms);
	json_put_bool(o, "late", l->arrives_ms > l->line->needed_by);
	put_optional(v, l->shortfall, "shortfall", o);
	put_certificates(v, l, o);
	json_close(o);
}

static void put_offers(const struct aid_view *v, const struct dossier *d, struct json_out *o)
{
	json_open_at(o, "offers", '[');
	for (size_t i = 0; i < d->n_offer; i++) {
		json_open(o, '{');
		tell_head(v, d->offer[i].record, o);
		json_put_cstr(o, "state", offer_states[d->offer[i].state]);
		put_content(d->offer[i].record, o);
		json_close(o);
	}
	json_close(o);
}

static void put_acceptances(const struct aid_view *v, const struct dossier *d, struct json_out *o)
{
	json_open_at(o, "acceptances", '[');
	for (size_t i = 0; i < d->n_acceptance; i++) {
		const struct acceptance_view *a = &d->acceptance[i];

		json_open(o, '{');
		tell_head(v, a->record, o);
		json_put_cstr(o, "state", acceptance_states[a->state]);
		json_put_cstr(o, "void_because", a->void_because);
		json_put_bool(o, "withdrawn_late", a->withdrawn_late);
		put_content(a->record, o);
		put_optional(v, a->commit, "commit", o);
		json_close(o);
	}
	json_close(o);
}

static void put_leg(const struct aid_view *v, const struct leg_view *l, struct json_out *o)
{
	json_open(o, '{');
	tell_head(v, l->record, o);
	put_time_or_null(o, "departs", l->departs_ms);
	put_time_or_null(o, "arrives", l->arrives_ms);
	json_put_bool(o, "departed", l->departed);
	json_put_bool(o, "arrived", l->arrived);
	json_put_bool(o, "late", l->late);
	put_content(l->record, o);
	json_close(o);
}

static void put_claim(const struct aid_view *v, const struct claim_view *c, struct json_out *o)
{
	json_open(o, '{');
	tell_head(v, c->record, o);
	json_put_cstr(o, "state",
		c->settlement  ? "SETTLED"
		: !c->decision ? "SUBMITTED"
		: c->queried   ? "QUERIED"
		: c->accepted  ? "ACCEPTED"
			       : "REJECTED");
	json_put_i64(o, "claimed", c->claimed);
	json_put_i64(o, "accepted", c->accepted);
	put_content(c->record, o);
	put_optional(v, c->decision, "decision", o);
	put_optional(v, c->settlement, "settlement", o);
	json_close(o);
}

static void put_deployment(const struct aid_view *v, const struct deployment_view *d,
	int64_t now_ms, struct json_out *o)
{
	json_open(o, '{');
	tell_head(v, d->record, o);
	json_put_cstr(o, "status", aid_deployment_states[d->status]);
	put_time_or_null(o, "arrives", d->arrives_ms);
	put_content(d->record, o);
	put_optional(v, d->check_in, "check_in", o);
	if (d->check_in)
		json_put_i64(
			o, "position_age_minutes", (now_ms - d->check_in->a->check_in.at) / 60000);
	put_optional(v, d->stand_down, "stand_down", o);
	put_optional(v, d->returned, "returned", o);
	put_optional(v, d->extension, "extension", o);
	put_optional(v, d->extension_answer, "extension_answer", o);
	json_open_at(o, "legs", '[');
	for (size_t i = 0; i < d->n_leg; i++)
		put_leg(v, &d->leg[i], o);
	json_close(o);
	json_open_at(o, "claims", '[');
	for (size_t i = 0; i < d->n_claim; i++)
		put_claim(v, &d->claim[i], o);
	json_close(o);
	json_close(o);
}

static void put_readers(const struct aid_view *v, const struct aid_record *r, struct json_out *o)
{
	json_open_at(o, "audience", '[');
	for (size_t i = 0; i < r->r.n_audience; i++)
		json_put_cstr(o, NULL, world_party_label(v->world, &r->r.audience[i], v->arena));
	json_close(o);
}

void tell_dossier(const struct aid_view *v, const struct dossier *d, int64_t now_ms, bool whole,
	const char *key, struct json_out *o)
{
	int64_t quantity = 0, committed = 0;

	json_open_at(o, key, '{');
	tell_head(v, &d->request, o);
	json_put_cstr(o, "state", request_states_shown[d->state]);
	put_readers(v, &d->request, o);
	put_content(&d->request, o);
	json_open_at(o, "lines", '[');
	for (size_t i = 0; i < d->n_line; i++) {
		const struct line_view *l = &d->line[i];

		put_line(v, l, o);
		quantity += l->line->withdrawn ? 0 : 100;
		committed += l->line->withdrawn ? 0
			     : l->committed >= l->line->quantity
				     ? 100
				     : 100 * l->committed / l->line->quantity;
	}
	json_close(o);
	json_put_i64(o, "coverage_percent", quantity ? 100 * committed / quantity : 100);
	json_put_i64(o, "n_offers", (int64_t)d->n_offer);
	json_put_i64(o, "n_deployments", (int64_t)d->n_deployment);
	json_put_bool(o, "due", d->request.a->request.offers_due <= now_ms);
	if (whole) {
		put_offers(v, d, o);
		put_acceptances(v, d, o);
		json_open_at(o, "deployments", '[');
		for (size_t i = 0; i < d->n_deployment; i++)
			put_deployment(v, &d->deployment[i], now_ms, o);
		json_close(o);
	}
	json_close(o);
}
