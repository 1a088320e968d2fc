/*
 * hashing.h: places for password hashes. Each takes 64 MiB and a tenth of a second of a core, and anybody can ask for one: so all doors that take a password (the API, TAXII's Basic)
 * take a place first, and strangers keep neither memory nor the page workers to themselves.
 *
 *	if (!hashing_enter(network))
 *		... E_BUSY: others are signing in
 *	rc = signin_password(...);
 *	hashing_leave(network);
 */
#ifndef WEB_HASHING_H
#define WEB_HASHING_H

#include <stdbool.h>

/* `network`: whom a rate counts as one (caller_network). One of the places is never for whoever has the others. */
bool hashing_enter(const char *network);
void hashing_leave(const char *network);

#endif
