/*
 * response_int.h: what the files of the workspace share and nobody else needs.
 */
#ifndef WORK_RESPONSE_RESPONSE_INT_H
#define WORK_RESPONSE_RESPONSE_INT_H

#include "work/response/store.h"

/* References of one alert that are looked at: a chain of hourly updates over a week is 168. */
#define AID_REFS_MAX 512

int response_fold(const struct folding *f, struct why *why);
int response_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);
int response_check(struct slice content, struct slice media, struct arena *arena, struct why *why);
int response_admit(const struct admitting *a, struct why *why);
/* The same of what is not to be written yet: all but the confirmation by a second person. */
int response_admit_proposed(const struct admitting *a, struct why *why);

/* A scene of `entente demo`, plan_demo.c. */
struct demo;
MUST_USE int response_demo(struct demo *d);

/* The mode that a CAP status belongs to. */
enum mode alert_mode(const struct cap_alert *a);
/* Its sender and identifier can stand in a list: real ones have some fifty bytes. */
#define ALERT_NAME_MAX 1000
bool alert_name_ok(const struct cap_alert *a);

#endif
