/*
 * known.h: hashes of cookies and tokens that have held lately, so that a server thread, which may not wait for the store, can tell whether somebody may send a large body.
 * It decides nothing else.
 */
#ifndef WEB_KNOWN_H
#define WEB_KNOWN_H

#include "net/server.h"

#define KNOWN_MS  (60LL * 60 * 1000)
#define KNOWN_MAX 100000

struct known;
struct known *known_new(const struct env *env) __attribute__((returns_nonnull, warn_unused_result));
void known_free(struct known **k);
void known_add(struct known *k, struct slice secret);
bool known_has(struct known *k, struct slice secret);

#endif
