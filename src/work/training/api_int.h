/* api_int.h: what the handlers of this workspace share. */
#ifndef TRAINING_API_INT_H
#define TRAINING_API_INT_H

#include "web/work.h"
#include "work/training/plan.h"
#include "work/training/print.h"

struct desk call_desk(struct call *c);
struct printer call_printer(struct call *c);
/* The exercise of the path ({object} is param 1), in whatever mode it is; in a read transaction. E_MISSING. */
MUST_USE int call_view(struct call *c, struct view *ret);
/* An object of the path. */
MUST_USE int call_object(struct call *c, size_t param, struct object_id *ret);
MUST_USE int call_want_object(
	struct call *c, const char *key, bool *ret_has, struct object_id *ret);
/* Writes a plan: who asked for it into the audit, then all of it or nothing. */
MUST_USE int call_plan(struct call *c, const struct plan *p, const char *what);
/* Answers with a record of this workspace as it is now. */
MUST_USE int call_answer(struct call *c, const struct object_id *object);
/* "label" and "audience" of the body. */
MUST_USE int call_audience(struct call *c, struct audience *ret);

/* The handlers, one line each in api.c. */
int api_training_exercises(struct call *c);
int api_training_exercise(struct call *c);
int api_training_live(struct call *c);
int api_training_control(struct call *c);
int api_training_seal(struct call *c);
int api_training_records(struct call *c);
int api_training_record(struct call *c);
int api_training_record_new(struct call *c);
int api_training_record_put(struct call *c);
int api_training_record_step(struct call *c);
int api_training_msel_in(struct call *c);
int api_training_msel_csv(struct call *c);
int api_training_msel_xlsx(struct call *c);
int api_training_inbox(struct call *c);
int api_training_receipt(struct call *c);
int api_training_response(struct call *c);
int api_training_reply(struct call *c);
int api_training_accept(struct call *c);
int api_training_lint(struct call *c);
int api_training_cover(struct call *c);
int api_training_replay(struct call *c);
int api_training_report(struct call *c);
int api_training_card(struct call *c);
int api_training_cexf_out(struct call *c);
int api_training_cexf_in(struct call *c);
int api_training_cacao_in(struct call *c);
int api_training_busy(struct call *c);
int api_training_programme(struct call *c);
int api_training_fit(struct call *c);
int api_training_propose(struct call *c);
int api_training_out(struct call *c);
int api_training_out_again(struct call *c);
int api_training_calendars(struct call *c);
int api_training_calendar_new(struct call *c);
int api_training_calendar_drop(struct call *c);

#endif
