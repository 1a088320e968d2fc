/*
 * cap_feed.h: what carries CAP alerts to us: Atom and RSS feeds, EDXL-DE 1.0 and 2.0 envelopes, an <alerts> wrapper, or an alert by itself.
 *
 *	struct cap_feed feed;
 *	rc = cap_feed_read(&feed, &arena, bytes, why);
 *	for each feed.item[i]: .bytes is an alert as it stood there, or .link is where it is to be fetched
 *
 * An alert inside another document is cut out of it byte for byte, with the namespaces that were in force added to its first tag where it needs them; an alert that is the
 * whole document is kept untouched. E_SYNTAX: nothing that carries alerts, or no entry of it is one.
 */
#ifndef WORK_RESPONSE_CAP_FEED_H
#define WORK_RESPONSE_CAP_FEED_H

#include "work/response/cap.h"

enum cap_feed_kind { FEED_ALERT, FEED_ALERTS, FEED_ATOM, FEED_RSS, FEED_EDXL_DE_1, FEED_EDXL_DE_2 };
const char *cap_feed_kind_name(enum cap_feed_kind k);

struct cap_feed_item {
	struct slice id, title, link; /* of the entry; may be empty */
	struct slice
		base; /* its xml:base, which the link is relative to (XML Base §4.3); may be empty, or itself relative to the feed's */
	struct slice bytes; /* the alert; empty: it is at `link` */
	int64_t updated_ms; /* 0: not said */
};
struct cap_feed {
	enum cap_feed_kind kind;
	struct slice id, title, base;
	struct cap_feed_item *item;
	size_t n;
	/* Entries that nothing can be done with, and those beyond CAP_FEED_ITEMS_MAX, are passed over; the first says why. */
	size_t odd;
	struct why odd_why;
	/* EDXL-DE */
	struct slice distributionID, senderID, distributionStatus, distributionKind;
};
#define CAP_FEED_ITEMS_MAX 2000 /* the largest national index has about 1,500 */
MUST_USE int cap_feed_read(
	struct cap_feed *ret, struct arena *arena, struct slice bytes, struct why *why);

#endif
