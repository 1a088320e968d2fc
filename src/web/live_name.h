/*
 * live_name.h: names of positions for viewers who read no pact. Whoever reads it sees how long logs are; who reads records alone must not learn from a name that it is another than before, when
 * nothing has happened that he may know of. So to him each is sealed under a key of this process, no two alike.
 */
#ifndef WEB_LIVE_NAME_H
#define WEB_LIVE_NAME_H

#include "base/clock.h"
#include "crypt/group.h"

#define LIVE_NAME_MAX 128 /* bytes of a name */

/* Appends it sealed, in hex. MUST: at most LIVE_NAME_MAX bytes, and room for them. */
void live_name_seal(
	const uint8_t key[AEAD_KEY], const struct env *env, struct slice name, struct buf *ret);
/* Appends the name; false: it was not sealed under this key. */
bool live_name_open(const uint8_t key[AEAD_KEY], struct slice sealed, struct buf *ret);

#endif
