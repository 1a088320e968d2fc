/*
 * release_classes.h: the classes that a reader is cleared for, made once and bound to many statements with RELEASE_CLASSES_SQL in them (release.h): whoever asks about
 * each of ten thousand entries does not print them ten thousand times.
 */
#ifndef PACT_RELEASE_CLASSES_H
#define PACT_RELEASE_CLASSES_H

#include "pact/release.h"

struct release_classes {
	bool open;
	struct slice text[RELEASE_CLASSES - 1]; /* in the arena */
};
struct release_classes release_classes_of(
	const struct reader *who, const struct charter *charter, struct arena *arena);
/* The thirteen parameters from number `at` on, as release_classes_bind() does. */
void release_classes_bound(struct stmt *s, int at, const struct release_classes *c);

#endif
