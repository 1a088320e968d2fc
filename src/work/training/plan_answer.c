/* plan_answer.c: answers must be to something that is there and is meant for who answers. */
#include "base/enc.h"
#include "work/training/limits.h"
#include "work/training/machine.h"
#include "work/training/plan_int.h"

struct hash entry_window(const struct json_doc *doc, json_ref root, struct arena *arena)
{
	/* What a member says yes to; a new title or a note asks nobody again. */
	static const char *const asked[] = {
		"kind", "from", "to", "days", "start", "venue", "parties", "units", "staff"};
	struct buf b CLEANUP_BUF = BUF(256 * KIB);
	struct json_out o = json_out(&b);

	json_open(&o, '{');
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		field_print(field_of(training_kinds[KIND_ENTRY].field, asked[i]), doc,
			json_get(doc, root, asked[i]), asked[i], &o, arena);
	json_close(&o);
	return hash_bytes(buf_slice(&b));
}

static bool same_hash(const struct json_doc *doc, json_ref root, const char *key,
	const struct hash *h, struct arena *arena)
{
	struct hash said;

	return hex_decode(get_text(doc, root, key, arena), said.b, sizeof(said.b)) == 0 &&
	       hash_eq(&said, h);
}

static int response_check(const struct desk *d, const struct view *v, const struct json_doc *doc,
	json_ref root, struct why *why)
{
	struct object_id o;
	const struct delivery *x;

	if (!v || !get_object(doc, root, "delivery", &o) || !(x = view_delivery(v, &o)))
		return why_set(why, E_INVALID, "/delivery", "there is no such inject here");
	if (!ids_have(x->party, x->n_party, &d->node->self))
		return why_set(why, E_DENIED, "/delivery", "the inject was not for this member");
	return 0;
}

static int entry_check(struct desk *d, const struct json_doc *doc, json_ref root,
	const struct row *row, struct why *why)
{
	struct json_doc e;
	struct hash h;
	struct id *party;
	size_t n;
	json_ref r;
	int rc = json_read(&e, d->arena, row->body, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	r = json_root(&e);
	get_ids(&e, r, "parties", d->arena, &party, &n);
	if (!ids_have(party, n, &d->node->self))
		return why_set(why, E_DENIED, "/entry", "the entry does not name this member");
	h = entry_window(&e, r, d->arena);
	if (!same_hash(doc, root, "window", &h, d->arena))
		return why_set(why, E_CONFLICT, "/window",
			"the entry has changed since: look at it again");
	return 0;
}

static int action_check(struct desk *d, const struct json_doc *doc, json_ref root,
	const struct row *row, struct why *why)
{
	struct json_doc a;
	struct hash h;
	struct id owner;
	json_ref r;
	int rc = json_read(&a, d->arena, row->body, &json_limits_partner, why);

	if (rc < 0)
		return rc;
	r = json_root(&a);
	if (!get_id(&a, r, "owner", &owner) || !id_eq(&owner, &d->node->self))
		return why_set(why, E_DENIED, "/action",
			"only the owner's own node answers for an action");
	h = hash_bytes(get_text(&a, r, "text", d->arena));
	if (!same_hash(doc, root, "text", &h, d->arena))
		return why_set(
			why, E_CONFLICT, "/text", "the action has changed since: look at it again");
	return 0;
}

int plan_answers(struct desk *d, const struct kind *k, const struct view *v,
	const struct json_doc *doc, json_ref root, struct why *why)
{
	struct object_id about;
	struct row row;
	int rc;

	if (kind_id(k) == KIND_RESPONSE)
		return response_check(d, v, doc, root, why);
	(void)kind_about(k, doc, root, &about);
	rc = store_get(d->world, d->db, &d->reader, &about, d->arena, &row, why);
	if (rc < 0)
		return why_set(
			why, E_INVALID, arena_printf(d->arena, "/%s", k->about), "is not here");
	if (kind_id(k) == KIND_ANSWER)
		return row.kind == KIND_ENTRY ? entry_check(d, doc, root, &row, why)
					      : why_set(why, E_INVALID, "/entry", "is no entry");
	return row.kind == KIND_ACTION ? action_check(d, doc, root, &row, why)
				       : why_set(why, E_INVALID, "/action", "is no action");
}

/* ---- in one go ---- */

int plan_reply(struct desk *d, const struct object_id *entry, bool accept, struct slice reason,
	struct plan *ret, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);
	struct json_out o = json_out(&b);
	struct json_doc e;
	struct rows rows;
	struct object_id own;
	const struct object_id *before = NULL;
	struct hash h;
	struct row row;
	char hex[65];
	int rc = store_get(d->world, d->db, &d->reader, entry, d->arena, &row, why);

	if (rc == 0 && row.kind != KIND_ENTRY)
		rc = why_set(why, E_MISSING, "", "no such record");
	if (rc == 0)
		rc = json_read(&e, d->arena, row.body, &json_limits_partner, why);
	if (rc == 0)
		rc = store_about_by(d->world, d->db, &d->reader, row.mode, entry, &d->node->self,
			d->arena, &rows, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.p[i].kind == KIND_ANSWER && id_eq(&rows.p[i].author, &d->node->self)) {
			own = rows.p[i].object;
			before = &own;
		}
	h = entry_window(&e, json_root(&e), d->arena);
	hex_encode(h.b, sizeof(h.b), hex);
	json_open(&o, '{');
	put_record_id(&o, "entry", entry);
	json_put_cstr(&o, "answer", answers[accept ? 0 : 1]);
	json_put_cstr(&o, "window", hex);
	if (reason.n)
		json_put_string(&o, "reason", reason);
	json_close(&o);
	return plan_save(
		d, &training_kinds[KIND_ANSWER], row.mode, before, buf_slice(&b), NULL, ret, why);
}

/* The acceptance as it will be: what it was, with what is said now over it. */
static struct slice acceptance_print(struct desk *d, const struct object_id *action,
	struct slice text, const struct json_doc *old, json_ref old_root,
	const struct accept_wish *w)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct json_out o = json_out(&b);
	json_ref evidence = json_get(old, old_root, "evidence");
	struct hash h = hash_bytes(text);
	struct object_id retest;
	struct slice person = w->person.n ? w->person : get_text(old, old_root, "person", d->arena);
	struct slice due = w->due.n ? w->due : get_text(old, old_root, "due", d->arena);
	char hex[65];

	hex_encode(h.b, sizeof(h.b), hex);
	json_open(&o, '{');
	put_record_id(&o, "action", action);
	json_put_cstr(&o, "text", hex);
	if (person.n)
		json_put_string(&o, "person", person);
	if (due.n)
		json_put_string(&o, "due", due);
	if (w->evidence.n || json_count(old, evidence)) {
		json_open_at(&o, "evidence", '[');
		for (json_ref e = json_first(old, evidence); e; e = json_next(old, e))
			json_put_raw(&o, NULL, json_raw(old, e));
		if (w->evidence.n)
			json_put_string(&o, NULL, w->evidence);
		json_close(&o);
	}
	if (w->has_retest)
		put_record_id(&o, "retest", &w->retest);
	else if (get_object(old, old_root, "retest", &retest))
		put_record_id(&o, "retest", &retest);
	if (json_count(old, json_get(old, old_root, "steps")))
		json_put_raw(&o, "steps", json_raw(old, json_get(old, old_root, "steps")));
	json_close(&o);
	return arena_copy(d->arena, buf_slice(&b));
}

int plan_accept(struct desk *d, const struct object_id *action, const struct accept_wish *w,
	struct plan *ret, struct why *why)
{
	const struct kind *k = &training_kinds[KIND_ACCEPTANCE];
	struct json_doc a, old = {0}, now;
	json_ref old_root = JSON_ABSENT, root;
	const struct row *before = NULL;
	const struct machine_move *move;
	const char *state;
	struct plan p = {0};
	struct rows rows;
	struct id *member;
	struct slice body;
	struct row row;
	size_t n;
	int rc = store_get(d->world, d->db, &d->reader, action, d->arena, &row, why);

	if (rc == 0 && row.kind != KIND_ACTION)
		rc = why_set(why, E_MISSING, "", "no such record");
	if (rc == 0)
		rc = json_read(&a, d->arena, row.body, &json_limits_partner, why);
	if (rc == 0)
		rc = store_about_by(d->world, d->db, &d->reader, row.mode, action, &d->node->self,
			d->arena, &rows, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.p[i].kind == KIND_ACCEPTANCE && id_eq(&rows.p[i].author, &d->node->self))
			before = &rows.p[i];
	if (before && (rc = content_read(d, before->body, &old, &old_root, why)) < 0)
		return rc;
	state = before ? machine_state(k->machine, &old, json_get(&old, old_root, "steps"))
		       : k->machine->start;
	move = machine_find(k->machine, state, w->to);
	if (!move)
		return why_set(why, E_STATE, "/to", "from %s it goes to %s", state,
			machine_ways(k->machine, state, d->arena));
	if (move->reason && !slice_trim(w->reason).n)
		return why_set(why, E_INVALID, "/why", "%s needs a reason", move->to);
	body = acceptance_print(
		d, action, get_text(&a, json_root(&a), "text", d->arena), &old, old_root, w);
	rc = content_read(d, body, &now, &root, why);
	if (rc < 0)
		return rc;
	body = content_step(d, &now, root, move->to, w->reason, NULL);
	rc = content_read(d, body, &now, &root, why);
	if (rc == 0)
		rc = kind_check_strict(k, &now, root, d->arena, why);
	if (rc == 0)
		rc = action_check(d, &now, root, &row, why);
	if (rc == 0)
		rc = store_readers(d->db, &row, d->arena, &member, &n, why);
	if (rc < 0)
		return rc;
	p.object = before ? before->object : plan_object(d);
	plan_add(d, &p, row.mode, k, &p.object, row.label, member, n, body);
	*ret = p;
	return 0;
}
