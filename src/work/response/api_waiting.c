/* api_waiting.c: acceptances that wait for a second person: proposed, shown, confirmed, taken back; see waiting.h. */
#include "work/response/api.h"

#include "base/enc.h"
#include "work/response/tell.h"
#include "work/response/waiting.h"

static struct aid_view view_here(struct call *c)
{
	return (struct aid_view){
		.world = &c->world, .db = c->db, .who = &c->reader, .arena = c->arena};
}

static int audit(struct call *c, const char *what, const struct waiting *w)
{
	char hex[65];

	hex_encode(w->hash.b, 32, hex);
	return call_audit(c, what, hex);
}

int api_waiting_propose(struct call *c, const struct draft *d)
{
	struct aid_view v = view_here(c);
	struct waiting w;

	v.mode = d->mode;
	TRY(call_begin(c));
	int rc = waiting_propose(&v, d, &c->caller.account, &w, &c->why);
	if (rc == 0)
		rc = audit(c, "response acceptance proposed", &w);
	TRY(call_commit(c, rc));
	call_wrote(c);
	c->status = 202;
	waiting_tell(&w, NULL, &c->o);
	return 0;
}

int api_waiting_list(struct call *c)
{
	struct aid_view v = view_here(c);
	struct waiting *list;
	size_t n;

	TRY(call_query_mode(c, &v.mode));
	TRY(waiting_list(&v, &list, &n, &c->why));
	json_open(&c->o, '{');
	json_open_at(&c->o, "waiting", '[');
	for (size_t i = 0; i < n; i++)
		waiting_tell(&list[i], NULL, &c->o);
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_waiting_confirm(struct call *c)
{
	struct aid_view v = view_here(c);
	struct aid_record made;
	struct waiting w;
	struct written written;
	struct draft d;
	int rc;

	TRY(call_read(c));
	rc = waiting_find(&v, c->param[1], &w, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_label(c, w.label, &w.label)); /* not above what the caller may have */
	v.mode = w.mode;
	TRY(call_begin(c));
	rc = waiting_confirm(&v, &w, &c->caller.account, &d, &c->why);
	if (rc == 0)
		rc = audit(c, "response acceptance confirmed", &w);
	TRY(call_commit(c, rc));
	TRY(call_write(c, &d, "response record", aid_kinds[AID_ACCEPTANCE].kind, &written));
	TRY(call_read(c));
	rc = aid_get(&v, AID_ACCEPTANCE, &written.object, &made, &c->why);
	call_read_end(c);
	TRY(rc);
	tell_record(&v, &made, NULL, &c->o);
	return 0;
}

int api_waiting_drop(struct call *c)
{
	struct aid_view v = view_here(c);
	struct waiting w;
	int rc;

	TRY(call_read(c));
	rc = waiting_find(&v, c->param[1], &w, &c->why);
	call_read_end(c);
	TRY(rc);
	TRY(call_begin(c));
	rc = waiting_drop(c->db, c->world.coalition.row, &w, &c->why);
	if (rc == 0)
		rc = audit(c, "response acceptance taken back", &w);
	TRY(call_commit(c, rc));
	call_wrote(c);
	return 0;
}
