/* programme_show.h: the programme loaded and shown, for API, commands and feed. */
#ifndef TRAINING_PROGRAMME_SHOW_H
#define TRAINING_PROGRAMME_SHOW_H

#include "work/training/plan.h"
#include "work/training/print.h"
#include "work/training/programme.h"

/* In a read transaction. */
MUST_USE int programme_load(struct desk *d, enum mode mode, struct programme *ret, struct why *why);
void print_programme(struct printer *p, const struct programme *g);
void print_fit(struct printer *p, const struct programme *g, const struct programme_entry *e);
void print_proposal(struct printer *p, const struct search_found *f);
/* As iCalendar; `busy`: no titles. */
void programme_ics(struct desk *d, const struct programme *g, bool busy, struct buf *b);

#endif
