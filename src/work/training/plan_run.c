/* plan_run.c: the run: control, deliveries, receipts, what is sealed. */
#include "base/clock.h"
#include "base/enc.h"
#include "base/report.h"
#include "crypt/seal.h"
#include "work/training/limits.h"
#include "work/training/plan_int.h"

/* ---- control ---- */

static struct slice control_print(
	struct desk *d, const struct view *v, const struct control_wish *w)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	bool story = w->kind == CONTROL_STARTEX || w->kind == CONTROL_JUMP;

	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	json_put_cstr(&o, "kind", controls[w->kind]);
	put_when(&o, "at", d->now);
	if (story)
		put_when(&o, "scenario",
			w->kind == CONTROL_STARTEX && !w->scenario ? v->ex.epoch : w->scenario);
	if (w->num && w->den) {
		json_put_i64(&o, "num", w->num);
		json_put_i64(&o, "den", w->den);
	}
	if (w->has_inject)
		put_record_id(&o, "inject", &w->inject);
	if (w->until)
		put_when(&o, "until", w->until);
	json_put_string(&o, "by", d->who);
	if (w->reason.n)
		json_put_string(&o, "reason", w->reason);
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

/* What the clock would ignore is refused before it is said. */
static int clock_check(
	const struct desk *d, const struct view *v, const struct control_wish *w, struct why *why)
{
	const struct exclock *c = &v->clock;
	const char *no = NULL;

	if (w->kind == CONTROL_STARTEX)
		no = c->started ? "the exercise has started" : NULL;
	else if (w->kind > CONTROL_RECALL)
		no = NULL;
	else if (!c->started)
		no = "the exercise has not started";
	else if (c->ended)
		no = "the exercise has ended";
	else if (w->kind == CONTROL_PAUSE && c->paused)
		no = "the clock is paused";
	else if (w->kind == CONTROL_RESUME && !c->paused)
		no = "the clock is not paused";
	else if (w->kind == CONTROL_STOP && c->stopped)
		no = "the exercise is stopped: NO DUFF";
	else if (w->kind == CONTROL_CLEAR && !c->stopped)
		no = "the exercise is not stopped";
	else if (w->kind == CONTROL_RELEASE && c->stopped)
		no = "NO DUFF: nothing goes out until it is cleared";
	if (no)
		return why_set(why, E_STATE, "/kind", "%s", no);
	if (w->kind == CONTROL_STARTEX && strcmp(v->ex.state, "ready") != 0)
		return why_set(why, E_STATE, "/kind",
			"the exercise is %s, not ready: the go/no-go gate comes first",
			v->ex.state);
	(void)d;
	return 0;
}

static int first_write_wins(
	const struct desk *d, const struct view *v, const struct control_wish *w, struct why *why)
{
	const struct script *s = view_script(v, &w->inject);
	const struct delivery *x = view_delivery_of(v, &w->inject);
	char at[UTC_TEXT_LEN + 1];

	if (x) {
		utc_format(x->released, at);
		return why_set(why, E_CONFLICT, "/inject", "was released at %s by %.*s", at,
			SLICE_FMT(slice_sub(x->by, 0, 80)));
	}
	for (size_t i = 0; i < v->n_control; i++) {
		const struct control *c = &v->control[i];
		struct object_id shadow = shadow_object(&w->inject);

		if (!c->inject.set || c->kind != CONTROL_RELEASE ||
			(!object_id_eq(&c->inject.id, &w->inject) &&
				!object_id_eq(&c->inject.id, &shadow)))
			continue;
		utc_format(c->at, at);
		return why_set(why, E_CONFLICT, "/inject", "was released at %s by %.*s", at,
			SLICE_FMT(slice_sub(c->by, 0, 80)));
	}
	if (s && !inject_ready(&s->j))
		return why_set(why, E_STATE, "/inject", "inject %.*s is %s, not approved%s",
			SLICE_FMT(slice_sub(s->j.number, 0, 60)), s->j.status,
			s->j.edited ? ": it was edited after its approval" : "");
	(void)d;
	return 0;
}

static bool inject_known(const struct view *v, const struct object_id *o)
{
	bool known = view_script(v, o) != NULL;

	for (size_t i = 0; !known && i < v->n_shade; i++)
		known = object_id_eq(&v->shade[i].row->object, o);
	for (size_t i = 0; !known && i < v->n_delivery; i++)
		known = object_id_eq(&v->delivery[i].inject, o);
	return known;
}

int plan_control(struct desk *d, const struct view *v, const struct control_wish *w,
	struct plan *ret, struct why *why)
{
	const struct kind *k = &training_kinds[KIND_CONTROL];
	struct plan p = {.object = plan_object(d)};
	struct id *member;
	struct slice body;
	size_t n;
	int rc = 0;

	if (!view_is_host(v, &d->node->self) && w->kind != CONTROL_STOP && w->kind != CONTROL_NOTE)
		rc = why_set(why, E_DENIED, "",
			"the host controls the exercise; anybody may stop it (NO DUFF)");
	else if (!view_takes_part(v, &d->node->self))
		rc = why_set(why, E_DENIED, "", "this node takes no part in the exercise");
	if (rc == 0)
		rc = clock_check(d, v, w, why);
	if (rc == 0 && w->has_inject && !inject_known(v, &w->inject))
		rc = why_set(why, E_INVALID, "/inject", "there is no such inject here");
	if (rc == 0 && w->kind == CONTROL_RELEASE && w->has_inject)
		rc = first_write_wins(d, v, w, why);
	if (rc < 0)
		return rc;
	body = control_print(d, v, w);
	rc = kind_check(k, body, d->arena, why);
	if (rc < 0)
		return rc;
	members_union(d->arena, v->ex.party, v->ex.n_party, NULL, 0, &d->node->self, &member, &n);
	plan_add(d, &p, v->ex.row->mode, k, &p.object, v->ex.row->label, member, n, body);
	*ret = p;
	return 0;
}

/* ---- delivery ---- */

struct playing {
	const struct view *v;
	const struct script *s;
	const struct inject_due *due;
	const struct id *party;
	size_t n_party;
	bool has_record;
	struct object_id record, sealed;
	bool was_sealed;
	const char *error;
};

static const char *const copied[] = {"to_text", "from_sim", "files", NULL};

static struct slice delivery_print(struct desk *d, const struct playing *p)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	const struct inject *j = &p->s->j;

	json_open(&o, '{');
	put_record_id(&o, "exercise", &p->v->ex.row->object);
	put_record_id(&o, "inject", &p->s->row->object);
	json_put_string(&o, "number", j->number);
	json_put_string(&o, "mark", view_mark(p->v));
	json_put_string(&o, "title", j->title);
	if (j->body.n)
		json_put_string(&o, "body", j->body);
	json_put_cstr(&o, "method", methods[j->method]);
	for (size_t i = 0; copied[i]; i++)
		field_print(field_of(training_kinds[KIND_INJECT].field, copied[i]), &j->doc,
			json_get(&j->doc, j->root, copied[i]), copied[i], &o, d->arena);
	json_open_at(&o, "audiences", '[');
	for (size_t i = 0; i < j->n_to; i++)
		put_record_id(&o, NULL, &j->to[i]);
	json_close(&o);
	json_open_at(&o, "parties", '[');
	for (size_t i = 0; i < p->n_party; i++)
		put_member(&o, NULL, &p->party[i]);
	json_close(&o);
	json_put_i64(&o, "weight", weight_load(j->weight));
	if (p->due->at.state == DUE_AT && !p->due->by_excon) {
		put_when(&o, "due", p->due->at.real);
		put_when(&o, "due_scenario", p->due->at.scenario);
	}
	put_when(&o, "released", d->now);
	json_put_string(
		&o, "by", p->due->by_excon && p->due->control ? p->due->control->by : d->who);
	if (p->has_record)
		put_record_id(&o, "record", &p->record);
	if (p->error)
		json_put_cstr(&o, "error", p->error);
	if (p->was_sealed)
		put_record_id(&o, "sealed", &p->sealed);
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

/* The author's own key record, if the inject was sent ahead. */
static bool key_find(struct desk *d, const struct view *v, const struct object_id *inject,
	struct object_id *ret_key, struct object_id *ret_sealed, struct slice *ret_secret)
{
	for (size_t i = 0; i < v->n_row; i++) {
		const struct row *r = &v->row[i];
		struct object_id about;
		struct json_doc doc;

		if (r->kind != KIND_KEY || !id_eq(&r->author, &d->node->self) ||
			json_read(&doc, d->arena, r->body, &json_limits_partner, NULL) < 0)
			continue;
		if (!get_object(&doc, json_root(&doc), "inject", &about) ||
			!object_id_eq(&about, inject))
			continue;
		*ret_key = r->object;
		*ret_secret = get_text(&doc, json_root(&doc), "secret", d->arena);
		return get_object(&doc, json_root(&doc), "sealed", ret_sealed);
	}
	return false;
}

static void key_open(struct desk *d, const struct view *v, struct plan *p,
	const struct object_id *sealed, struct slice secret)
{
	const struct kind *k = &training_kinds[KIND_KEY];
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct object_id key = plan_object(d);
	struct id *member;
	size_t n;

	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	put_record_id(&o, "sealed", sealed);
	json_put_string(&o, "secret", secret);
	json_close(&o);
	members_union(d->arena, v->ex.party, v->ex.n_party, NULL, 0, &d->node->self, &member, &n);
	plan_add(d, p, v->ex.row->mode, k, &key, v->ex.row->label, member, n, buf_slice(&b));
}

/* Who gets it: the recipients, and of the others those who may read the script anyway, as far as the play label goes. */
static int play_readers(struct desk *d, const struct playing *p, struct slice label,
	struct id **ret, size_t *ret_n, struct why *why)
{
	struct id *control;
	size_t n;
	int rc = store_readers(d->db, p->s->row, d->arena, &control, &n, why);

	if (rc < 0)
		return rc;
	members_admitted(d, label, control, &n);
	members_union(d->arena, p->party, p->n_party, control, n, &d->node->self, ret, ret_n);
	return 0;
}

struct slice play_label(const struct desk *d, const struct view *v, const struct inject *j)
{
	const struct charter *c = d->world->standing.charter;
	struct slice first, rest = j->play_label;

	if (!j->play_label.n)
		return v->ex.row->label;
	if (slice_cut(&rest, ' ', &first) && charter_level(c, first) >= 0)
		return slice_str(arena_printf(
			d->arena, "%.*s %.*s", SLICE_FMT(c->policy), SLICE_FMT(j->play_label)));
	return j->play_label;
}

int plan_deliver(struct desk *d, const struct view *v, const struct script *s,
	const struct inject_due *due, const char *inbox_only, struct plan *ret, struct why *why)
{
	struct playing p = {.v = v, .s = s, .due = due};
	struct slice label = play_label(d, v, &s->j), secret;
	struct plan out = {.object = plan_object(d)};
	struct object_id key;
	struct why other = {0};
	struct id *party, *member;
	size_t n;
	int rc;

	if (view_delivery_of(v, &s->row->object))
		return why_set(why, E_CONFLICT, "", "has been delivered");
	if (!id_eq(&s->row->author, &d->node->self))
		return why_set(why, E_DENIED, "", "the inject's own node delivers it");
	inject_parties(v, &s->j, d->arena, &party, &p.n_party);
	p.party = party;
	if (p.n_party == 0) { /* nobody in particular: those who play it know */
		party = arena_array(d->arena, struct id, 1);
		party[0] = v->ex.row->object.owner;
		p.party = party;
		p.n_party = 1;
	}
	rc = play_readers(d, &p, label, &member, &n, why);
	if (rc < 0)
		return rc;
	p.was_sealed = key_find(d, v, &s->row->object, &key, &p.sealed, &secret);
	if (inbox_only)
		rc = why_set(&other, E_STATE, "", "%s", inbox_only);
	else
		rc = plan_other(
			d, v, &s->j, &out, label, member, n, &p.has_record, &p.record, &other);
	if (rc < 0)
		p.error = arena_printf(d->arena, "in the inbox only: %s", other.text);
	plan_add(d, &out, v->ex.row->mode, &training_kinds[KIND_DELIVERY], &out.object, label,
		member, n, delivery_print(d, &p));
	if (p.was_sealed)
		key_open(d, v, &out, &p.sealed, secret);
	rc = plan_shadow_end(d, v, s, &out, why);
	if (rc == 0)
		*ret = out;
	return rc;
}

/* ---- sealed ahead ---- */

int plan_seal(struct desk *d, const struct view *v, const struct script *s, struct plan *ret,
	struct why *why)
{
	struct inject_due due = inject_due(v, s, d->now);
	struct playing play = {.v = v, .s = s, .due = &due};
	struct buf box CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT),
		       b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	struct plan p = {.object = plan_object(d)};
	struct object_id key = plan_object(d), sealed;
	struct sealkey k = sealkey_new(&d->node->env);
	struct slice plain, secret, label = play_label(d, v, &s->j);
	struct id *party, *member;
	struct hash h;
	char hex[65];
	size_t n;
	int rc = 0;

	if (!s->j.sealed || !inject_ready(&s->j) || due.delivery)
		rc = why_set(why, E_STATE, "",
			"only an approved inject that is marked sealed, before it is delivered");
	else if (key_find(d, v, &s->row->object, &key, &sealed, &secret))
		rc = why_set(why, E_CONFLICT, "", "has been sent ahead already");
	inject_parties(v, &s->j, d->arena, &party, &play.n_party);
	play.party = party;
	if (rc == 0)
		rc = play_readers(d, &play, label, &member, &n, why);
	if (rc == 0) {
		plain = delivery_print(d, &play);
		rc = seal_to(k.pub, plain, &box, why);
	}
	if (rc < 0) {
		sealkey_wipe(&k);
		return rc;
	}
	h = hash_bytes(plain);
	hex_encode(h.b, sizeof(h.b), hex);
	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	json_put_cstr(&o, "commitment", hex);
	char *text = arena_alloc(d->arena, BASE64_LEN(box.n) + 1);
	base64_encode(box.p, box.n, text);
	json_put_cstr(&o, "box", text);
	json_close(&o);
	plan_add(d, &p, v->ex.row->mode, &training_kinds[KIND_SEALED], &p.object, label, member, n,
		buf_slice(&b));
	buf_clear(&b);
	o = json_out(&b);
	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	put_record_id(&o, "sealed", &p.object);
	put_record_id(&o, "inject", &s->row->object);
	hex_encode(k.sec, sizeof(k.sec), hex);
	json_put_cstr(&o, "secret", hex);
	json_close(&o);
	plan_add(d, &p, v->ex.row->mode, &training_kinds[KIND_KEY], &key, v->ex.row->label,
		&d->node->self, 1, buf_slice(&b));
	sealkey_wipe(&k);
	explicit_bzero(hex, sizeof(hex));
	*ret = p;
	return 0;
}

/* ---- receipts ---- */

int plan_receipt(struct desk *d, const struct view *v, const struct delivery *x,
	enum receipt_state state, struct plan *ret, struct why *why)
{
	const struct kind *k = &training_kinds[KIND_RECEIPT];
	struct buf b CLEANUP_BUF = BUF(16 * KIB);
	struct json_out o = json_out(&b);
	const struct receipt *before = view_receipt_of(v, &x->row->object, &d->node->self);
	struct id to[2] = {x->row->author, v->ex.row->object.owner}, *member;
	struct plan p = {0};
	size_t n;

	if (!ids_have(x->party, x->n_party, &d->node->self))
		return why_set(why, E_DENIED, "", "the inject was not for this member");
	if (before && before->state >= state)
		return why_set(why, E_STATE, "", "is %s already", receipts[before->state]);
	json_open(&o, '{');
	put_record_id(&o, "exercise", &v->ex.row->object);
	put_record_id(&o, "delivery", &x->row->object);
	json_put_cstr(&o, "state", receipts[state]);
	put_when(&o, "received", before ? before->received : d->now);
	if (state >= RECEIPT_SEEN)
		put_when(&o, "seen", before && before->seen ? before->seen : d->now);
	if (state >= RECEIPT_ACKED)
		put_when(&o, "acked", d->now);
	if (state >= RECEIPT_SEEN && d->who.n)
		json_put_string(&o, "by", d->who);
	json_close(&o);
	p.object = before ? before->row->object : plan_object(d);
	members_union(d->arena, to, 2, NULL, 0, &d->node->self, &member, &n);
	plan_add(d, &p, v->ex.row->mode, k, &p.object, x->row->label, member, n, buf_slice(&b));
	*ret = p;
	return 0;
}
