/*
 * page.h: the status page, server-rendered, without a script: who has signed what, who still has
 * to, what is only said, and whether anything needs somebody. Each function writes one part, from a
 * view alone.
 *
 *	page_begin(&h, &top);
 *	page_concerns(&h, &concerns);
 *	page_coalition(&h, &view);        -- for each
 *	page_end(&h);
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include "web/concern.h"
#include "web/html.h"

/* Seconds after which the browser asks again, where somebody wants it so: a page that changes under its reader is not for everybody (WCAG 2.2.1). */
#define PAGE_REFRESH_S 15

struct page_top {
	const char *label; /* of this member */
	struct id self;
	int64_t now_ms;
	enum concern_level worst;
	bool renew; /* asks again by itself */
	bool open;  /* served beyond this machine, without a login: said on the page */
};

void page_begin(struct html *h, const struct page_top *top);
void page_end(struct html *h);
/* The node is party to nothing yet: what to do. */
void page_nothing(struct html *h);
void page_concerns(struct html *h, const struct concerns *c);

/* All of one coalition. */
void page_coalition(struct html *h, const struct view *v);

/* Its parts. */
void page_standing(struct html *h, const struct view *v); /* page_standing.c */
void page_said(struct html *h, const struct view *v);	  /* page_said.c; statements of mode real */
/* Statements of another mode, bare; false if there are none. */
bool page_said_in(struct html *h, const struct view *v, enum mode mode);
void page_records(struct html *h, const struct view *v, enum mode mode); /* page_records.c */
void page_logs(struct html *h, const struct view *v);			 /* page_logs.c */
void page_alarms(struct html *h, const struct view *v); /* page_alarms.c; forks, refusals, flags */
void page_partners(struct html *h, const struct view *v);

/* ---- small pieces, page.c ---- */

/* "2026-03-18 09:30 UTC", and how long ago if that is less than a month. */
void page_time(struct html *h, int64_t unix_ms, int64_t now_ms);
/* First 12 hex digits, the whole in a title. */
void page_hash(struct html *h, const struct hash *hash);
/* First 8 characters of an id, the whole in a title. */
void page_id(struct html *h, const struct id *id);
/* Labels joined by ", ". */
void page_parties(struct html *h, const struct view *v, const struct id *id, size_t n);
/* Heading of a part, with a remark beside it; `remark` may be NULL. */
void page_heading(struct html *h, const char *title, const char *remark);
/* <td data-label="…">: the label shows where the table is folded into cards. */
void page_cell(struct html *h, const char *label);
/* Head of a table: titles end with NULL. */
void page_table(struct html *h, const char *class_name, const char *const *title);

#endif
