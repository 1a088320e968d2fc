/*
 * cap.h: OASIS Common Alerting Protocol, 1.0, 1.1 and 1.2: read as strictly as its schemas, written as 1.2.
 *
 *	struct cap_alert alert;
 *	struct cap_notes notes = {0};
 *	rc = cap_read(&alert, &arena, bytes, &notes, why);       -- E_SYNTAX, E_LIMIT: no XML, or no alert at all
 *	if (notes.n_schema) …                                     -- notes.p[0]: the first place where it breaks the schema
 *	cap_lint(&alert, &arena, &notes);                         -- what the schema does not see
 *
 * What others sent is kept as it came, also where it breaks the schema: people's lives may hang on a message whose elements stand in
 * the wrong order. What this node issues has neither schema errors nor lint errors (cap_issue_check). Nothing is owned: strings lie in the arena.
 */
#ifndef WORK_RESPONSE_CAP_H
#define WORK_RESPONSE_CAP_H

#include "base/clock.h"
#include "xml/xml.h"

#define CAP_NS_10 "http://www.incident.com/cap/1.0"
#define CAP_NS_11 "urn:oasis:names:tc:emergency:cap:1.1"
#define CAP_NS_12 "urn:oasis:names:tc:emergency:cap:1.2"
#define CAP_MEDIA "application/cap+xml"

enum cap_version { CAP_10 = 1, CAP_11 = 2, CAP_12 = 4 };

/* A scalar element. `text` as it stands there; p == NULL if it is absent. */
struct cap_text {
	struct slice text;
	unsigned line;
};
struct cap_texts {
	struct cap_text *p;
	size_t n;
};
struct cap_pair {
	struct slice name, value;
	unsigned line;
};
struct cap_pairs {
	struct cap_pair *p;
	size_t n;
};
struct cap_time {
	struct slice text;
	int64_t ms; /* 0 if absent or none */
	unsigned line;
};

struct cap_resource {
	struct cap_text resourceDesc, mimeType, size, uri, derefUri, digest;
};
struct cap_area {
	struct cap_text areaDesc, altitude, ceiling;
	struct cap_texts polygon, circle;
	struct cap_pairs geocode;
};
struct cap_info {
	struct cap_text language, event, urgency, severity, certainty, audience, senderName,
		headline, description, instruction, web, contact;
	struct cap_texts category, responseType;
	struct cap_pairs eventCode, parameter;
	struct cap_time effective, onset, expires;
	struct cap_resource *resource;
	size_t n_resource;
	struct cap_area *area;
	size_t n_area;
	unsigned line;
};
struct cap_alert {
	enum cap_version version;
	struct cap_text identifier, sender, status, msgType, password, source, scope, restriction,
		addresses, note, references, incidents;
	struct cap_time sent;
	struct cap_texts code;
	struct cap_info *info;
	size_t n_info;
	bool is_signed; /* carries an XML signature, which is kept and not judged */
};

enum cap_level { CAP_SCHEMA, CAP_ERROR, CAP_WARNING };
struct cap_note {
	enum cap_level level;
	const char *rule;    /* "UPDATE_OR_CANCEL_MUST_REFERENCE"; "SCHEMA" */
	const char *element; /* "info/expires" */
	unsigned line;
	const char *text; /* one sentence, in the arena */
};
#define CAP_NOTES_MAX 64 /* further ones are counted and not kept */
struct cap_notes {
	struct cap_note p[CAP_NOTES_MAX];
	size_t n;
	size_t n_schema, n_error, n_warning;
};
const char *cap_level_name(enum cap_level l);
void cap_note_add(struct cap_notes *notes, struct arena *arena, enum cap_level level,
	const char *rule, const char *element, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

/* One document whose root is an <alert>. */
MUST_USE int cap_read(struct cap_alert *ret, struct arena *arena, struct slice bytes,
	struct cap_notes *notes, struct why *why);
/* The same of an element that is part of something else (a feed, an envelope). E_SYNTAX if it is no alert. */
MUST_USE int cap_read_node(struct cap_alert *ret, struct arena *arena, const struct xml_node *node,
	struct cap_notes *notes, struct why *why);
bool cap_is_alert(const struct xml_node *node);

/* What it is called: headline, else event, of its first info that has one; borrowed, may be empty. */
struct slice cap_title(const struct cap_alert *a);

/* Breaks the schema or not: 0, or E_INVALID with element and line; what xmllint would say. */
MUST_USE int cap_valid(const struct cap_notes *notes, struct why *why);

/* The classic mistakes, cap_lint.c. */
void cap_lint(const struct cap_alert *a, struct arena *arena, struct cap_notes *notes);
/* May it be issued here? 1.2, no schema error, no lint error. */
MUST_USE int cap_issue_check(const struct cap_alert *a, struct arena *arena, struct why *why);

/* CAP 1.2 in schema order, whatever version it was read from; cap_write.c. E_LIMIT over the ceiling of `ret`. */
MUST_USE int cap_write(const struct cap_alert *a, struct buf *ret, struct why *why);

/* "sender,identifier,sent" */
struct cap_ref {
	struct slice sender, identifier, sent_text;
	int64_t sent_ms;
};
/* Takes the next off *rest; 1, 0 at the end, E_SYNTAX if it is none (and it is taken off all the same). */
MUST_USE int cap_ref_next(struct slice *rest, struct cap_ref *ret);
/* Last moment it holds: the latest <expires>, or a day after it was sent. */
int64_t cap_expires_ms(const struct cap_alert *a);

/* Numbers of the standard: "lat,lon" in degrees, to 10⁻⁷. -EINVAL. */
#define CAP_DEGREE 10000000LL
struct cap_point {
	int64_t lat, lon;
};
MUST_USE int cap_point_parse(struct slice text, struct cap_point *ret);
/* A decimal with at most nine digits before and any number behind the point, times `scale` and cut off. -EINVAL. */
MUST_USE int decimal_parse(struct slice text, int64_t scale, int64_t *ret);
/* Points of a <polygon>, in the arena; -EINVAL. At most CAP_POLYGON_MAX. */
#define CAP_POLYGON_MAX 10000
MUST_USE int cap_polygon_parse(
	struct slice text, struct arena *arena, struct cap_point **ret, size_t *ret_n);
/* "lat,lon radius" in km; the radius in metres. */
MUST_USE int cap_circle_parse(struct slice text, struct cap_point *ret, int64_t *ret_m);

extern const char *const cap_status[],
	*const cap_msgType[], *const cap_scope[],
				      *const cap_category[],
					      *const cap_responseType[],
						      *const cap_urgency[],
							      *const cap_severity[],
								      *const cap_certainty[];

#endif
