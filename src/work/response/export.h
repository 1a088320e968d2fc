/*
 * export.h: what goes out to the programs of others: CSV, GeoJSON (RFC 7946), EDXL-RM 1.0 in EDXL-DE 2.0, Cursor on Target 2.0. Each is made from what a reader may
 * see at that moment; what is not released to him is not in it.
 */
#ifndef WORK_RESPONSE_EXPORT_H
#define WORK_RESPONSE_EXPORT_H

#include "work/response/book.h"
#include "work/response/dossier.h"

/* Rows of capabilities (joined), readiness, or any kind that has a shape. */
MUST_USE int export_csv(
	const struct aid_view *v, enum aid_kind kind, struct buf *ret, struct why *why);
/* Lines of one request with how far they are covered. */
MUST_USE int export_csv_lines(const struct aid_view *v, const struct dossier *d, struct buf *ret);

/*
 * GeoJSON FeatureCollection, longitude first: incidents, requests, capabilities whose place is released, legs as lines, the newest position of each team with its age,
 * areas of active alerts. Every feature says mode and label.
 */
MUST_USE int export_geojson(
	const struct aid_view *v, int64_t now_ms, struct buf *ret, struct why *why);

/*
 * One record as the EDXL-RM 1.0 message that says the same, in an EDXL-DE 2.0 envelope: requests, offers, acceptances, commits, legs, check-ins, extensions and their
 * answers, stand-downs. E_INVALID for other kinds. Message ids are urn:entente:<object>.
 */
MUST_USE int export_edxl(
	const struct aid_view *v, const struct aid_record *r, struct buf *ret, struct why *why);
/* Name of the message that a record becomes; NULL. */
const char *edxl_message(const struct aid_record *r);

/*
 * Cursor on Target 2.0: an event for each team of a request whose position is known, one a line. access, caveat and releaseableTo are those of the record's label and readers, opex
 * says what is no operation; stale is when the next report is due.
 */
MUST_USE int export_cot(const struct aid_view *v, const struct dossier *d, int64_t now_ms,
	struct buf *ret, struct why *why);

#endif
