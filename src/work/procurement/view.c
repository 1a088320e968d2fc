/* view.c: a procurement as JSON; see view.h. */
#include "work/procurement/view.h"

#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/fulfil.h"
#include "work/procurement/step.h"
#include "work/procurement/waits.h"

void view_id(struct json_out *o, const char *key, const struct id *id)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	json_put_cstr(o, key, text);
}

void view_object(struct json_out *o, const char *key, const struct object_id *id)
{
	char text[OBJECT_TEXT + 1];

	object_format(id, text);
	json_put_cstr(o, key, text);
}

void view_hash(struct json_out *o, const char *key, const struct hash *h)
{
	char hex[65];

	hex_encode(h->b, 32, hex);
	json_put_cstr(o, key, hex);
}

void view_time(struct json_out *o, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	if (ms == 0) {
		json_put_null(o, key);
		return;
	}
	utc_format(ms, text);
	json_put_cstr(o, key, text);
}

void view_money(struct json_out *o, const char *key, int64_t amount, const struct currency *c)
{
	struct buf b CLEANUP_BUF = BUF(64);

	money_print(&b, amount, c);
	json_open_at(o, key, '{');
	json_put_raw(o, "amount", buf_slice(&b));
	json_put_cstr(o, "currency", c->code);
	json_close(o);
}

void view_row(struct json_out *o, const char *key, const struct row *r, const struct world *w,
	struct arena *arena)
{
	json_open_at(o, key, '{');
	view_object(o, "object", &r->object);
	json_put_cstr(o, "kind", pkind_table[r->kind].kind);
	view_id(o, "author", &r->object.owner);
	json_put_cstr(o, "author_label", world_party_label(w, &r->object.owner, arena));
	view_time(o, "time", r->time_ms);
	json_put_cstr(o, "mode", mode_name(r->mode));
	json_put_string(o, "label", r->label);
	view_hash(o, "leaf", &r->leaf);
	json_put_bool(o, "own", id_eq(&r->object.owner, &w->node->self));
	json_put_raw(o, "content", json_raw(&r->doc, json_root(&r->doc)));
	json_close(o);
}

static void put_list(struct json_out *o, const char *key, const struct process *p, enum pkind k,
	const struct world *w, struct arena *arena)
{
	json_open_at(o, key, '[');
	for (const struct row *r = process_next(p, k, NULL); r; r = process_next(p, k, r))
		view_row(o, NULL, r, w, arena);
	json_close(o);
}

static void put_party(struct json_out *o, const char *key, const struct id *id,
	const struct world *w, struct arena *arena)
{
	json_open_at(o, key, '{');
	view_id(o, "id", id);
	json_put_cstr(o, "label", world_party_label(w, id, arena));
	json_close(o);
}

static void put_text(struct json_out *o, const char *key, const struct row *r, const char *name,
	struct arena *arena)
{
	if (r)
		json_put_string(o, key, get_text(&r->doc, json_root(&r->doc), name, arena));
	else
		json_put_null(o, key);
}

static void put_raw(struct json_out *o, const char *key, const struct row *r, const char *name)
{
	json_ref v = r ? json_get(&r->doc, json_root(&r->doc), name) : JSON_ABSENT;

	if (v)
		json_put_raw(o, key, json_raw(&r->doc, v));
	else
		json_put_null(o, key);
}

/* ---- the board ---- */

/* Whose turn it is: what the card says it waits for. */
static void put_waits(
	struct json_out *o, const struct process *p, const struct world *w, struct arena *arena)
{
	size_t me = process_index(p, &w->node->self);
	struct wait wait;

	process_waits(p, env_now_ms(&w->node->env), arena, &wait);
	json_put_cstr(o, "waits_for", waits_name(wait.what));
	json_open_at(o, "waits_on", '[');
	for (size_t i = 0; i < p->n_participant; i++)
		if (wait.who & 1ULL << i)
			put_party(o, NULL, &p->participant[i], w, arena);
	json_close(o);
	view_time(o, "waits_until", wait.until_ms);
	json_put_cstr(o, "waits_words", waits_words(&wait, p, w, arena));
	json_put_bool(o, "waits_for_me", me != SIZE_MAX && (wait.who & 1ULL << me));
}

void view_card(
	struct json_out *o, const struct process *p, const struct world *w, struct arena *arena)
{
	json_open(o, '{');
	view_object(o, "object", &p->id);
	put_text(o, "ocid", p->agreement, "ocid", arena);
	put_text(o, "title", p->agreement, "title", arena);
	json_put_cstr(o, "state", process_state_name(p->state));
	put_party(o, "lead", &p->lead, w, arena);
	json_put_u64(o, "members", p->n_participant);
	json_put_u64(o, "consents", p->n_consent);
	put_raw(o, "value",
		p->award    ? p->award
		: p->tender ? p->tender
			    : p->agreement,
		p->award    ? "paid"
		: p->tender ? "estimate"
			    : "budget");
	view_time(o, "next", p->next_ms);
	json_put_cstr(o, "mode", mode_name(p->agreement->mode));
	json_put_string(o, "label", p->agreement->label);
	view_time(o, "time", p->agreement->time_ms);
	json_put_u64(o, "complaints", p->n_complaints_open);
	put_waits(o, p, w, arena);
	json_close(o);
}

/* ---- sealing ---- */

void view_findings(struct json_out *o, const char *key, const struct seal_replay *r,
	const struct world *w, struct arena *arena)
{
	json_open_at(o, key, '[');
	for (size_t i = 0; i < r->n_finding; i++) {
		const struct finding *f = &r->finding[i];

		json_open(o, '{');
		json_put_cstr(o, "finding", finding_name(f->kind));
		json_put_bool(o, "offence", finding_is_offence(f->kind));
		if (f->holder) {
			const struct id *member = &r->policy.holder[f->holder - 1].member;

			json_put_u64(o, "holder", f->holder);
			view_id(o, "member", member);
			json_put_cstr(
				o, "member_label", w ? world_party_label(w, member, arena) : NULL);
		}
		if (f->has_bidder) {
			char hex[65];

			hex_encode(f->bidder.b, 32, hex);
			json_put_cstr(o, "bidder", hex);
			hex_encode(f->bid.b, 16, hex);
			json_put_cstr(o, "bid", hex);
		}
		json_put_cstr(o, "text", f->text);
		json_close(o);
	}
	json_close(o);
}

static void put_bits(struct json_out *o, const char *key, uint64_t bits, uint32_t n)
{
	json_open_at(o, key, '[');
	for (uint32_t i = 1; i <= n; i++)
		if (bits & 1ULL << (i - 1))
			json_put_u64(o, NULL, i);
	json_close(o);
}

static void put_holders(
	struct json_out *o, const struct seal_replay *r, const struct world *w, struct arena *arena)
{
	json_open_at(o, "holders", '[');
	for (uint32_t i = 1; i <= r->policy.n; i++) {
		uint64_t bit = 1ULL << (i - 1);

		json_open(o, '{');
		json_put_u64(o, "holder", i);
		view_id(o, "id", &r->policy.holder[i - 1].member);
		json_put_cstr(
			o, "label", world_party_label(w, &r->policy.holder[i - 1].member, arena));
		json_put_bool(o, "lead", i == r->policy.lead);
		json_put_bool(o, "countersigned", (r->countersigned & bit) != 0);
		json_put_bool(o, "dealt", (r->dealt & bit) != 0);
		json_put_bool(o, "certified", (r->certified & bit) != 0);
		json_close(o);
	}
	json_close(o);
}

static void put_postponements(struct json_out *o, const struct seal_replay *r)
{
	json_open_at(o, "postponements", '[');
	for (size_t i = 0; i < r->told.n; i++) {
		const struct seal_postponement *x = &r->told.of[i];

		json_open(o, '{');
		view_time(o, "deadline", (int64_t)x->hours.deadline_ms);
		view_time(o, "open", (int64_t)x->hours.open_ms);
		view_time(o, "fallback", (int64_t)x->hours.fallback_ms);
		put_bits(o, "signed_by", x->signed_by, r->policy.n);
		json_put_bool(o, "stands", x->stands);
		json_close(o);
	}
	json_close(o);
}

static void put_closes(struct json_out *o, const struct seal_replay *r)
{
	json_open_at(o, "closings", '[');
	for (size_t i = 0; i < r->n_close; i++) {
		const struct replay_close *c = &r->close[i];

		json_open(o, '{');
		json_put_u64(o, "by", c->close.i);
		view_hash(o, "root", &c->close.root);
		view_hash(o, "active", &c->close.active);
		json_put_u64(o, "commits", c->close.n);
		put_bits(o, "signed_by", c->signed_by, r->policy.n);
		put_bits(o, "dissent", c->dissent, r->policy.n);
		json_put_u64(o, "dropped", c->n_dropped + c->n_less);
		json_put_bool(o, "stands", c == r->closed);
		json_close(o);
	}
	json_close(o);
}

/* What this node's own door has taken; a full one has room for nobody new. */
static void put_door(struct json_out *o, const struct process *p, const struct world *w)
{
	struct door_room room;

	step_door_room(p, &w->node->self, &room);
	json_open_at(o, "door", '{');
	json_put_u64(o, "taken", room.taken);
	json_put_u64(o, "room", room.bytes ? room.commits : 0);
	json_close(o);
}

static void put_seal(struct json_out *o, const struct process *p, unsigned confirmed,
	unsigned needed, const struct world *w, struct arena *arena)
{
	const struct seal_replay *r = p->replay;
	size_t active = 0;

	if (!r) {
		json_put_null(o, "seal");
		return;
	}
	for (size_t i = 0; i < r->n_line; i++)
		active += r->line[i].active;
	json_open_at(o, "seal", '{');
	view_hash(o, "sid", &r->policy.sid);
	json_put_u64(o, "n", r->policy.n);
	json_put_u64(o, "k", r->policy.k);
	json_put_u64(o, "receipts", r->policy.r);
	view_time(o, "deadline", (int64_t)r->policy.deadline_ms);
	view_time(o, "grace_until", (int64_t)(r->policy.deadline_ms + r->policy.grace_ms));
	view_time(o, "open", (int64_t)r->policy.open_ms);
	view_time(o, "fallback", (int64_t)r->policy.fallback_ms);
	json_put_bool(o, "keyed", r->has_key);
	if (r->has_key) {
		char hex[65];

		hex_encode(r->key.y.b, 32, hex);
		json_put_cstr(o, "key", hex);
	}
	put_holders(o, r, w, arena);
	json_put_u64(o, "commits", r->n_line);
	json_put_u64(o, "in_force", active);
	json_put_u64(o, "sealed", r->n_sealed);
	put_door(o, p, w);
	put_postponements(o, r);
	put_closes(o, r);
	if (r->closed) {
		view_hash(o, "root", &r->closed->close.root);
		view_hash(o, "active", &r->closed->close.active);
	}
	json_put_u64(o, "confirmed", confirmed);
	json_put_u64(o, "confirmations_needed", needed);
	view_findings(o, "findings", r, w, arena);
	json_close(o);
}

/* ---- bids ---- */

static void put_bid(struct json_out *o, const struct process *p, const struct replay_bid *b,
	const struct offer *offer, bool hidden)
{
	char hex[65];

	json_open(o, '{');
	hex_encode(b->line->commit->name.bid.b, 16, hex);
	json_put_cstr(o, "bid", hex);
	hex_encode(b->line->commit->name.bidder.b, 32, hex);
	json_put_cstr(o, "bidder", hex);
	json_put_u64(o, "seq", b->line->commit->name.seq);
	view_time(o, "received", (int64_t)b->line->time_ms);
	put_bits(o, "receipts", b->line->held, p->replay->policy.n);
	put_bits(o, "shares", b->shares, p->replay->policy.n);
	json_put_cstr(o, "state", bid_state_name(b->state));
	if (offer) {
		json_put_string(o, "supplier", offer->supplier);
		json_put_cstr(o, "nation", offer->nation);
		json_put_bool(o, "admitted", offer->admitted);
		json_put_cstr(o, "why_not", offer->why_not[0] ? offer->why_not : NULL);
		json_put_i64(o, "points", offer->points);
		if (!hidden && offer->readable)
			json_put_raw(o, "content", json_raw(&offer->doc, json_root(&offer->doc)));
		else if (offer->readable)
			json_put_raw(o, "responses",
				json_get(&offer->doc, json_root(&offer->doc), "responses")
					? json_raw(&offer->doc,
						  json_get(&offer->doc, json_root(&offer->doc),
							  "responses"))
					: SLICE("[]"));
	}
	json_close(o);
}

static void put_bids(struct json_out *o, const struct process *p, struct arena *arena)
{
	bool hidden = offers_prices_hidden(p);
	struct offer *offer = NULL;
	size_t n = 0;

	if (p->replay)
		offers_read(p, arena, &offer, &n);
	json_put_bool(o, "prices_hidden", hidden);
	json_open_at(o, "bids", '[');
	/* Before the closing nobody is told who has bid: only how many. */
	for (size_t i = 0; p->replay && p->replay->closed && i < p->replay->n_bid; i++) {
		const struct offer *of = NULL;

		for (size_t k = 0; k < n; k++)
			if (offer[k].bid == &p->replay->bid[i])
				of = &offer[k];
		put_bid(o, p, &p->replay->bid[i], of, hidden);
	}
	json_close(o);
}

/* ---- what has come of the contracts ---- */

static void put_quantity(struct json_out *o, const char *key, int64_t q)
{
	struct buf b CLEANUP_BUF = BUF(64);

	quantity_print(&b, q);
	json_put_raw(o, key, buf_slice(&b));
}

static void put_fulfilments(struct json_out *o, const struct process *p, struct arena *arena)
{
	struct fulfilment *list;
	size_t n;

	fulfilments(p, arena, &list, &n);
	json_open_at(o, "fulfilment", '[');
	for (size_t i = 0; i < n; i++) {
		const struct fulfilment *f = &list[i];

		json_open(o, '{');
		view_object(o, "contract", &f->contract->object);
		put_quantity(o, "ordered", f->ordered);
		put_quantity(o, "delivered", f->delivered);
		json_put_bool(o, "over_delivered", f->over_delivered);
		json_open_at(o, "items", '[');
		for (size_t k = 0; k < f->n_item; k++) {
			json_open(o, '{');
			json_put_string(o, "id", f->item[k].id);
			json_put_string(o, "description", f->item[k].description);
			json_put_string(o, "unit", f->item[k].unit);
			put_quantity(o, "ordered", f->item[k].ordered);
			put_quantity(o, "delivered", f->item[k].delivered);
			json_close(o);
		}
		json_close(o);
		view_money(o, "value", f->value, &f->currency);
		view_money(o, "paid", f->paid, &f->currency);
		view_money(o, "requested", f->requested, &f->currency);
		view_money(o, "owed", f->owed, &f->currency);
		json_put_bool(o, "over_paid", f->over_paid);
		json_close(o);
	}
	json_close(o);
}

/* A newer version of the agreement, which not all have signed who made the key; null: there is none. */
static void put_agreement_next(
	struct json_out *o, const struct process *p, const struct world *w, struct arena *arena)
{
	if (p->agreement_last == p->agreement) {
		json_put_null(o, "agreement_next");
		return;
	}
	json_open_at(o, "agreement_next", '{');
	view_row(o, "agreement", p->agreement_last, w, arena);
	for (int refused = 0; refused < 2; refused++) {
		json_open_at(o, refused ? "refused" : "signed", '[');
		for (size_t i = 0; i < p->n_participant; i++)
			if ((refused ? p->last_refused : p->last_signed) & 1ULL << i)
				view_id(o, NULL, &p->participant[i]);
		json_close(o);
	}
	json_close(o);
}

void view_process(struct json_out *o, const struct process *p, const struct world *w,
	unsigned confirmed, unsigned needed, const struct object_id *twin, struct arena *arena)
{
	json_open(o, '{');
	view_object(o, "object", &p->id);
	if (twin)
		view_object(o, "ocid_of", twin);
	json_put_cstr(o, "state", process_state_name(p->state));
	view_time(o, "next", p->next_ms);
	put_party(o, "lead", &p->lead, w, arena);
	json_put_bool(o, "is_lead", id_eq(&p->lead, &w->node->self));
	json_put_bool(o, "is_participant", process_has(p, &w->node->self));
	json_open_at(o, "participants", '[');
	for (size_t i = 0; i < p->n_participant; i++) {
		json_open(o, '{');
		view_id(o, "id", &p->participant[i]);
		json_put_cstr(o, "label", world_party_label(w, &p->participant[i], arena));
		json_put_bool(o, "own", id_eq(&p->participant[i], &w->node->self));
		json_put_bool(o, "signed", p->consent[i].signed_);
		json_put_bool(o, "refused", p->consent[i].refused);
		json_close(o);
	}
	json_close(o);
	put_waits(o, p, w, arena);
	view_row(o, "agreement", p->agreement, w, arena);
	put_agreement_next(o, p, w, arena);
	if (p->tender_last)
		view_row(o, "tender", p->tender_last, w, arena);
	else
		json_put_null(o, "tender");
	/* The lead has written another version since it was closed: the award goes by the one that it was closed with. */
	if (p->tender && p->tender != p->tender_last)
		view_row(o, "tender_closed", p->tender, w, arena);
	put_list(o, "questions", p, P_QUESTION, w, arena);
	put_list(o, "answers", p, P_ANSWER, w, arena);
	put_seal(o, p, confirmed, needed, w, arena);
	put_bids(o, p, arena);
	put_list(o, "conflicts", p, P_CONFLICT, w, arena);
	put_list(o, "scores", p, P_SCORE, w, arena);
	if (p->award)
		view_row(o, "award", p->award, w, arena);
	else
		json_put_null(o, "award");
	json_put_u64(o, "award_agrees", p->n_award_agrees);
	json_put_u64(o, "award_objects", p->n_award_objects);
	put_list(o, "award_consents", p, P_AWARD_CONSENT, w, arena);
	put_list(o, "complaints", p, P_COMPLAINT, w, arena);
	put_list(o, "rulings", p, P_RULING, w, arena);
	if (p->share)
		view_row(o, "share", p->share, w, arena);
	else
		json_put_null(o, "share");
	put_list(o, "contracts", p, P_CONTRACT, w, arena);
	put_list(o, "deliveries", p, P_DELIVERY, w, arena);
	put_list(o, "transactions", p, P_TRANSACTION, w, arena);
	put_fulfilments(o, p, arena);
	json_close(o);
}
