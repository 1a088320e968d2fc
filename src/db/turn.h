/*
 * turn.h: who writes next, among the handles of this process to one file. SQLite lets whoever asks at the right moment have its lock: a loop that writes again
 * and again would keep it from one that looks for it ten times a second. Here they stand in line. Writers of other processes are SQLite's to tell apart.
 *
 *	turn_find(path, &turn, why);              -- one for all handles to the file
 *	rc = turn_take(turn, 10000);              -- E_BUSY: not in so long
 *	…
 *	turn_give(turn);
 *	turn_drop(&turn);
 */
#ifndef DB_TURN_H
#define DB_TURN_H

#include "base/why.h"

struct turn;

/* By the file, not by its name; it is there. */
MUST_USE int turn_find(const char *path, struct turn **ret, struct why *why);
void turn_drop(struct turn **turn); /* NULL inside is fine */
/* In the order in which they ask. Not twice by one who has it. */
MUST_USE int turn_take(struct turn *turn, int64_t wait_ms);
void turn_give(struct turn *turn);

#endif
