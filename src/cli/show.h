/*
 * show.h: a record as JSON and as lines for people; used by get, list and put.
 */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "cli/cli.h"

/* `content`: with the stored bytes (as JSON if they are JSON). */
void show_record_json(struct cli *cli, const struct record *r, bool content, struct json_out *o);
/* "ALB, KOS" or "all". In the arena. */
const char *show_audience(struct cli *cli, const struct record *r);
/* Title of a note, else its kind. In the arena, safe for a terminal. */
const char *show_title(struct cli *cli, const struct record *r, size_t max_chars);
/* "3 min", "2 h", "5 d". In the arena. */
const char *show_age(struct cli *cli, int64_t since_ms);
/* The act at a place in a log in words (node/tell.h). E_MISSING: nothing is here that could be told. */
MUST_USE int show_act(struct cli *cli, const struct log *log, uint64_t seq, struct buf *ret);

#endif
