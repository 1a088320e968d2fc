/* enquiry.c: suppliers' questions and the lead's answers, as all suppliers and the public read them; see release.h. */
#include "base/enc.h"
#include "base/report.h"
#include "work/procurement/release_int.h"

/* As it stood when it was answered: whoever asks puts no other question under an answer that is given. *ret_newest is its newest version. */
static const struct row *question_of(
	const struct process *p, const struct row *answer, const struct row **ret_newest)
{
	const struct row *asked = NULL;
	struct object_id object;

	*ret_newest = NULL;
	if (!get_object(&answer->doc, json_root(&answer->doc), "question", &object))
		return NULL;
	for (const struct row *r = process_version(p, P_QUESTION, NULL); r;
		r = process_version(p, P_QUESTION, r)) {
		if (!object_id_eq(&r->object, &object))
			continue;
		if (!asked || r->time_ms <= answer->time_ms)
			asked = r;
		if (!r->old)
			*ret_newest = r;
	}
	return asked;
}

/* Never who asked, nor the member that handed it on: its name would say whom the supplier speaks to. */
static void enquiry_put(struct json_out *o, const struct row *question, const struct row *answer,
	struct arena *arena)
{
	char id[33];

	hex_encode(answer->object.name.b, 16, id);
	json_open(o, '{');
	json_put_cstr(o, "id", id);
	view_time(o, "date", question->time_ms);
	json_put_string(o, "description",
		get_text(&question->doc, json_root(&question->doc), "text", arena));
	json_put_string(
		o, "answer", get_text(&answer->doc, json_root(&answer->doc), "text", arena));
	view_time(o, "dateAnswered", answer->time_ms);
	json_close(o);
}

void tell_enquiry(struct telling *t, const struct row *answer)
{
	const struct row *newest, *question = question_of(t->p, answer, &newest);

	if (!question || !newest || !t->p->tender || !process_may_write(t->p, answer) ||
		!tell_may(t, answer) || !tell_may(t, question) || !tell_may(t, newest) ||
		!tell_may(t, t->p->tender_last))
		return;
	tell_open(t, "tenderUpdate", answer->time_ms, &answer->leaf, false, NULL);
	tell_tender_open(t);
	json_put_bool(t->o, "hasEnquiries", true);
	json_open_at(t->o, "enquiries", '[');
	enquiry_put(t->o, question, answer, t->arena);
	json_close(t->o);
	json_close(t->o);
	json_close(t->o);
}

struct tree *release_enquiries(const struct process *p, const struct world *w, struct arena *arena)
{
	struct tree *list = tree_new(arena, JSON_ARRAY);

	for (const struct row *a = process_next(p, P_ANSWER, NULL); a;
		a = process_next(p, P_ANSWER, a)) {
		const struct row *newest, *q = question_of(p, a, &newest);
		struct buf b CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
		struct json_out o = json_out(&b);
		struct tree *one;

		if (!q || !newest || !release_label_public(w, a->label) ||
			!release_label_public(w, q->label) ||
			!release_label_public(w, newest->label))
			continue;
		enquiry_put(&o, q, a, arena);
		if (tree_read(arena_copy(arena, buf_slice(&b)), &json_limits_local, arena, &one,
			    NULL) == 0)
			tree_push(list, one);
	}
	return list;
}
