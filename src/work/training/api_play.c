/* api_play.c: the training audience: what has been delivered to it, and what it does. */
#include "work/training/api_int.h"

#include "base/limits.h"
#include "node/readings.h"
#include "work/training/limits.h"

static bool meant_for(const struct delivery *d, const struct id *member)
{
	return ids_have(d->party, d->n_party, member);
}

static int inbox_one(struct call *c, const struct view *v, struct arena *scratch)
{
	struct printer p = call_printer(c);
	int64_t heard;

	p.arena = scratch;
	TRY(host_heard(c->db, v, &c->node->self, p.now, scratch, &heard, &c->why));
	store_note(&c->world, &c->reader, v->ex.row, 1);
	json_open(&c->o, '{');
	print_record(&p, "exercise", &v->ex.row->object);
	json_put_string(&c->o, "code_name", v->ex.code_name);
	json_put_string(&c->o, "mark", view_mark(v));
	print_clock(&p, "clock", v, heard);
	json_open_at(&c->o, "deliveries", '[');
	for (size_t k = 0; k < v->n_delivery; k++)
		if (meant_for(&v->delivery[k], &c->node->self)) {
			store_note(&c->world, &c->reader, v->delivery[k].row, 1);
			print_delivery(&p, NULL, v, &v->delivery[k]);
		}
	json_close(&c->o);
	json_open_at(&c->o, "responses", '[');
	for (size_t k = 0; k < v->n_response; k++)
		if (id_eq(&v->response[k].row->author, &c->node->self)) {
			store_note(&c->world, &c->reader, v->response[k].row, 1);
			print_row(&p, NULL, v->response[k].row);
		}
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_training_inbox(struct call *c)
{
	struct arena scratch CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct reader looking = reader_unnoted(&c->reader);
	struct object_id *exercise;
	enum mode mode;
	size_t n;

	TRY(call_query_mode(c, &mode));
	if (!request_query(c->req, "mode").n)
		mode = MODE_EXERCISE;
	TRY(store_exercises(&c->world, c->db, &c->reader, mode, c->arena, &exercise, &n, &c->why));
	page_open(c);
	for (size_t i = 0; i < n && !buf_over(c->o.b); i++) {
		struct view v;

		TRY(store_view(
			&c->world, c->db, &looking, mode, &exercise[i], &scratch, &v, &c->why));
		TRY(inbox_one(c, &v, &scratch));
		arena_reset(&scratch);
	}
	page_close(c, SLICE_NONE);
	return 0;
}

/* The exercise of a delivery of the path, and the delivery in it. */
static int delivery_view(struct call *c, struct view *ret, const struct delivery **ret_delivery)
{
	struct object_id o, exercise;
	struct json_doc doc;
	struct row r;

	TRY(call_object(c, 1, &o));
	TRY(store_get(&c->world, c->db, &c->reader, &o, c->arena, &r, &c->why));
	if (r.kind != KIND_DELIVERY)
		return why_set(&c->why, E_MISSING, "", "no such record");
	TRY(json_read(&doc, c->arena, r.body, &json_limits_partner, &c->why));
	if (!get_object(&doc, json_root(&doc), "exercise", &exercise))
		return why_set(&c->why, E_MISSING, "", "no such record");
	TRY(store_view(&c->world, c->db, &c->reader, r.mode, &exercise, c->arena, ret, &c->why));
	*ret_delivery = view_delivery(ret, &o);
	return *ret_delivery ? 0 : why_set(&c->why, E_MISSING, "", "no such record");
}

int api_training_receipt(struct call *c)
{
	static const char *const known[] = {"state", NULL};
	const struct delivery *x;
	struct slice state;
	struct plan plan;
	struct desk d;
	struct view v;
	int word, rc;

	TRY(call_only(c, known));
	TRY(call_need(c, "state", 20, &state));
	word = word_find(receipts, state);
	if (word < RECEIPT_SEEN)
		return why_set(&c->why, E_INVALID, "/state", "is seen or acked");
	TRY(call_read(c));
	rc = delivery_view(c, &v, &x);
	d = call_desk(c);
	if (rc == 0)
		rc = plan_receipt(&d, &v, x, (enum receipt_state)word, &plan, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training receipt"));
	return call_answer(c, &plan.object);
}

int api_training_response(struct call *c)
{
	static const char *const known[] = {"kind", "text", NULL};
	struct buf b CLEANUP_BUF = BUF(128 * KIB);
	struct json_out o = json_out(&b);
	const struct delivery *x;
	struct slice kind, text;
	struct plan plan;
	struct desk d;
	struct view v;
	int rc;

	TRY(call_only(c, known));
	TRY(call_need(c, "kind", 20, &kind));
	TRY(call_need(c, "text", 32 * KIB, &text));
	TRY(call_read(c));
	rc = delivery_view(c, &v, &x);
	d = call_desk(c);
	if (rc == 0) {
		json_open(&o, '{');
		put_record_id(&o, "exercise", &v.ex.row->object);
		put_record_id(&o, "delivery", &x->row->object);
		json_put_string(&o, "kind", kind);
		put_when(&o, "at", d.now);
		json_put_string(&o, "text", text);
		json_put_string(&o, "by", d.who);
		json_close(&o);
		rc = plan_save(&d, &training_kinds[KIND_RESPONSE], v.ex.row->mode, NULL,
			buf_slice(&b), NULL, &plan, &c->why);
	}
	call_read_end(c);
	TRY(rc);
	TRY(call_plan(c, &plan, "training response"));
	return call_answer(c, &plan.object);
}
