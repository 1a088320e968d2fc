/*
 * api.h: the routes of the workspace, and those of them that stand in api_alert.c and api_plan.c.
 */
#ifndef WORK_RESPONSE_API_H
#define WORK_RESPONSE_API_H

#include "web/api.h"

extern const struct api_route response_routes[];
int api_alerts(struct call *c);
int api_alert_cap(struct call *c);
int api_alert_drafts(struct call *c);
int api_alert_draft_new(struct call *c);
int api_alert_approve(struct call *c);
int api_alert_draft_drop(struct call *c);
int api_alert_lint(struct call *c);
int api_alert_take(struct call *c);
int api_feeds(struct call *c);
int api_feed_new(struct call *c);
int api_waiting_list(struct call *c);
int api_waiting_confirm(struct call *c);
int api_waiting_drop(struct call *c);
/* Answers 202 with what waits now. */
MUST_USE int api_waiting_propose(struct call *c, const struct draft *d);
int api_plan(struct call *c);
int api_effect(struct call *c);
int api_effect_stated(struct call *c); /* the same with a body */

#endif
