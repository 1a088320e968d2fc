/*
 * utf8.h: UTF-8 as the Unicode standard defines it (no overlong forms, no surrogates, nothing above
 * U+10FFFF), and text made safe to show.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

/* Offset of the first byte that is not part of valid UTF-8, or -1 if all of it is. */
ptrdiff_t utf8_bad_at(struct slice s);

/*
 * Length (1-4) of the well-formed sequence that begins at p, 0 if there is none within the n ≥ 1
 * bytes there.
 */
size_t utf8_len(const uint8_t *p, size_t n);

/* Appends `cp`, which must be a scalar value (asserted). */
void utf8_put(struct buf *b, uint32_t cp);

/* Writes the 1-4 bytes of `cp`, which must be a scalar value (asserted), and returns their number. */
size_t utf8_encode(uint32_t cp, uint8_t ret[4]);

/* Decodes one scalar value off the front of *s. `s` must be valid UTF-8; false at its end. */
bool utf8_next(struct slice *s, uint32_t *ret_cp);

/* True for C0/C1 controls, bidi controls (U+202A-E, U+2066-9, 200E/F, 061C), and U+2028/9. */
bool utf8_unsafe(uint32_t cp);

/* How many characters: `s` must be valid UTF-8. */
size_t utf8_count(struct slice s);

/* Nothing in `s`, which must be valid UTF-8, is unsafe. In prose, line feeds and tabs are fine. */
bool utf8_is_line(struct slice s);
bool utf8_is_prose(struct slice s);

/*
 * Appends text for a terminal or a log: unsafe characters become U+FFFD, invalid bytes '?', cut at
 * `max_chars` with an ellipsis.
 */
void utf8_show(struct buf *b, struct slice s, size_t max_chars);

/*
 * The same inside a fixed string: unsafe characters and invalid bytes (a sequence cut by snprintf
 * among them) become '?'. The text never grows.
 */
void utf8_tame(char *text);

#endif
