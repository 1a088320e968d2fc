/* out_show.h: what goes out, and addresses of calendars, as JSON: for API and commands. */
#ifndef TRAINING_OUT_SHOW_H
#define TRAINING_OUT_SHOW_H

#include "work/training/calendar.h"
#include "work/training/out.h"

void print_out(struct json_out *o, const char *key, const struct out_item *x);
/* `secret`: the address too, which is shown once; else NULL. `link`: where the pages are; NULL: the path alone. */
void print_calendar(struct json_out *o, const char *key, const struct calendar *c,
	const char *secret, const char *link);

#endif
