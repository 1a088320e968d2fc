/*
 * scan.h: the scalars of JSON: where each ends, and whether it is well-formed; private to json/.
 *
 * A scanner stands on the first byte of what it is asked for and moves behind it. The answer is
 * NULL, or what is wrong with the byte at `at`, which may be the end of the text.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include "base/slice.h"

struct scan {
	const uint8_t *at, *end;
};

void scan_space(struct scan *s);
MUST_USE const char *scan_string(struct scan *s, bool *ret_escaped);
MUST_USE const char *scan_number(struct scan *s);
/* true, false, null */
MUST_USE const char *scan_word(struct scan *s, const char *word);

#endif
