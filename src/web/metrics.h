/*
 * metrics.h: GET /metrics: numbers for Prometheus (text exposition format 0.0.4). Nothing in them is about contents.
 */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include "web/api.h"

MUST_USE int metrics_print(struct api *a, struct db *db, const struct server *pages,
	const struct server *peers, struct buf *ret, struct why *why);

#endif
