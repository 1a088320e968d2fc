/*
 * feed.h: CAP feeds that this node reads while it serves: which, how often, for whom, and how it went. This node's own table, in no log; the alerts themselves become records,
 * byte for byte, under the feed's label and for its readers, each once.
 */
#ifndef WORK_RESPONSE_FEED_H
#define WORK_RESPONSE_FEED_H

#include "web/work.h"
#include "work/response/cap_feed.h"
#include "work/response/store.h"
#include "work/response/take.h"

struct feed {
	int64_t row;
	struct slice url, label, audience; /* audience: "all" or ids with commas */
	int64_t every_ms, next_ms, last_ok_ms, taken;
	int64_t known, over, refused, failed,
		left; /* what the last reading passed over: feed_taken */
	struct slice etag, last_error, refused_why;
};
/* On the way nobody may change what saves lives: https, or this machine. */
bool feed_url_ok(struct slice url);
/* What a feed links to: as safe a way as its own, so that nobody else's feed has this machine asked for what only it can reach. */
bool feed_link_ok(struct slice feed, struct slice link);
/* In a write transaction. A feed that is there gets the new settings, and is due at once. */
MUST_USE int feed_put(struct db *db, int64_t coalition, const struct feed *f, struct why *why);
MUST_USE int feed_remove(struct db *db, int64_t coalition, struct slice url, struct why *why);
MUST_USE int feed_list(struct db *db, int64_t coalition, struct arena *arena, struct feed **ret,
	size_t *ret_n, struct why *why);
void feed_tell(const struct feed *f, const char *key, struct json_out *o);

/* web/work.h: reads what is due. */
int feed_task(struct task *t, int64_t *ret_wait_ms, struct why *why);

/*
 * The alerts in a document, one by one, as drafts: those that are new here, are over neither now nor by their own words, and are alerts at all. What comes of each lies in
 * memory of its own, so a document of links may lead to any number of large ones.
 *
 * What is only linked is fetched, unless this very link has been followed lately (feed_link_seen); NULL: it is passed over. At most FEED_TAKE_MAX are fetched or kept in one
 * reading, from a place that moves with the time, so that links which lead nowhere do not keep the others from us.
 */
#define FEED_TAKE_MAX 200
struct feed_taking {
	const struct aid_view *view; /* its mode is set by each alert */
	const struct feed *feed;
	int64_t now_ms;
	int (*fetch)(void *ctx, struct slice url, struct arena *arena, struct slice *ret,
		struct why *why);
	int (*keep)(void *ctx, const struct draft *d, struct why *why);
	bool (*enough)(void *ctx); /* the time that one feed may take is over, or the node ends */
	void *ctx;
};
struct feed_taken {
	size_t kept;
	size_t known, over;  /* here already, or followed lately; expired */
	size_t refused;	     /* no alert, too large, or not to be written: the first says why */
	size_t failed, left; /* links that led nowhere; not looked at in this reading */
	bool cut;	     /* there is more in it */
	char refused_why[1000];
	struct why last_why; /* of the last that failed */
};
/* Not everything was taken if any failed or it was cut: whoever asks the server next must not say that it has it. */
MUST_USE int feed_take(
	const struct feed_taking *t, struct slice bytes, struct feed_taken *ret, struct why *why);

/* Links that were followed: of one feed, for a week; one without a date is looked at again after an hour. In transactions of their own, if none is open. */
MUST_USE int feed_link_seen(struct db *db, const struct feed *f, const struct cap_feed_item *item,
	int64_t now_ms, bool *ret, struct why *why);
MUST_USE int feed_link_note(struct db *db, const struct feed *f, const struct cap_feed_item *item,
	int64_t now_ms, struct why *why);

#endif
