/*
 * sample.h: what the tests of the log have in common: made-up ids, a full entry, and the text
 * surgery that breaks one line of it.
 */
#ifndef TEST_LOG_SAMPLE_H
#define TEST_LOG_SAMPLE_H

#include "unit.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/limits.h"
#include "log/entry.h"
#include "log/note.h"

struct id sample_id(unsigned n); /* ids in ascending order of n, n < 256 */
struct hash sample_hash(unsigned n);
struct log_id sample_log(void);

/* An open entry with everything in it; arrays are static. */
void sample_entry(struct entry *e);
/* An entry whose place in the log is `seq`, small and valid. */
void sample_print(const struct log_id *log, uint64_t seq, struct buf *b);
/* A checkpoint of `log` signed by `key`. */
void sample_note(const struct checkpoint *c, const struct seckey *key, struct buf *b);

/* Lines of a text, each with its LF. */
struct text_lines {
	struct slice line[256];
	size_t n;
};
struct text_lines text_lines(struct slice text);
/* The text with line `at` replaced by `with` (NULL: left out). */
void text_replace(const struct text_lines *t, size_t at, const char *with, struct buf *b);
void text_swap(const struct text_lines *t, size_t a, size_t c, struct buf *b);
void text_double(const struct text_lines *t, size_t at, struct buf *b);
/* Index of the first line that starts with `prefix`; fails the test if there is none. */
size_t text_find(const struct text_lines *t, const char *prefix);

#endif
