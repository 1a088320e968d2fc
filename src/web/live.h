/*
 * live.h: live events (SSE): what has changed, told to everybody who may know that it exists. docs/api.md has the events.
 *
 *	store ──▶ the herald (one thread): what is new since it last looked? ──▶ ring of events ──▶ viewers, each copies what is for him
 *
 * An event carries who may know of it: a workspace, a coalition and the class of the record's newest label (pact/release.h decides; here are numbers). It never
 * carries content. A viewer is a place in the ring and a few levels: less than 2 KiB, beside what its connection takes. `position` events are
 * names of a state of the store (item row, acts, grants, log sizes), so a viewer that comes back with one is told what it missed from the
 * ring; or nothing, if the store still is as it was, also after a restart; or to load its page again. Who does not read the pact gets sealed names, and
 * only after what he is told: neither their number nor their hour tells him of more.
 */
#ifndef WEB_LIVE_H
#define WEB_LIVE_H

#include "node/news.h"
#include "web/api.h"

/* A line of comment so often: dead connections show. */
#define LIVE_BEAT_MS 15000
/* Sessions of viewers are looked at so often, and at once after live_recheck. */
#define LIVE_CHECK_MS 10000

/* `wake` makes the server ask its streams (server_wake). */
MUST_USE int live_start(struct live **ret, const struct node *node, void (*wake)(void *ctx),
	void *ctx, struct why *why);
/* All viewers are told that the node stops. They must have been ended (server_stop) before live_stop. */
void live_end_all(struct live *l);
void live_stop(struct live **l);

/* An event's name and its data, as viewers and webhooks get them. */
const char *live_topic(const struct news_item *i);
void live_print(const struct news_item *i, struct json_out *o);

/* There may be something new. Any thread; cheap. NULL is fine. */
void live_poke(struct live *l);
/* Somebody's session, account or token may have ended. NULL is fine. */
void live_recheck(struct live *l);
/* To one person: a job has changed. */
void live_job(struct live *l, int64_t account, struct slice json);

/* The name of the state that has been told: what is read after asking for it shows at least that; for one who reads no `pact` each time another one for the same. NULL if `l` is. */
const char *live_position(struct live *l, bool pact, struct arena *arena);
/* GET /events: answers with a stream, or a problem. */
void live_open(struct api *a, struct db *db, struct request *req);
unsigned live_viewers(struct live *l);

#endif
