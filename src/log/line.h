/*
 * line.h: reading the text formats of the log line by line: LF only, the lines in a fixed order.
 * Private to src/log.
 *
 *	struct lines l = {bytes, 0};
 *	rc = line_is(&l, "entente-entry/1", why);
 *	rc = line_key(&l, "seq", &value, why);       -- "seq <value>\n"
 *	return line_fail(&l, why, "seq is no number");   -- E_SYNTAX at "line 4"
 */
#ifndef LOG_LINE_H
#define LOG_LINE_H

#include "base/arena.h"
#include "base/why.h"
#include "log/entry.h"

struct lines {
	struct slice rest;
	unsigned no; /* number of the line taken last; the first is 1 */
};

/* E_SYNTAX at the line taken last. */
int line_fail(const struct lines *l, struct why *why, const char *text);
/* E_SYNTAX at the first byte that is not printable ASCII or LF, or if the last byte is no LF. */
MUST_USE int lines_check_ascii(struct slice bytes, struct why *why);

/* Takes the next line (without its LF); E_SYNTAX if there is no whole one. */
MUST_USE int line_next(struct lines *l, struct slice *ret, struct why *why);
/* Takes a line that must read exactly `text`. */
MUST_USE int line_is(struct lines *l, const char *text, struct why *why);
/* Takes a line "key value"; the value is not empty. */
MUST_USE int line_key(struct lines *l, const char *key, struct slice *ret, struct why *why);
/* Does the next line start with "key "? */
bool line_ahead(const struct lines *l, const char *key);

/* Fields that several formats share. Each takes whole lines and says what is wrong with them. */
MUST_USE int line_object(struct lines *l, bool *ret_has, struct object_id *ret, struct why *why);
MUST_USE int line_refs(struct lines *l, struct arena *arena, const struct entry_ref **ret,
	size_t *ret_n, struct why *why);
MUST_USE int line_until(struct lines *l, int64_t *ret, struct why *why);
/* "<M26>[,<M26>]...", sorted, distinct, 1..LIMIT_MEMBERS; l only for the line number. */
MUST_USE int line_members(const struct lines *l, struct slice text, struct arena *arena,
	const struct id **ret, size_t *ret_n, struct why *why);
/* Form of a label: "policy class[ tag=v[,v]...]..." */
bool line_label_valid(struct slice text);

/* "<M26>.<epoch>" off the front of *text and what follows up to `end`; false if it is not there. */
bool text_take_log(struct slice *text, uint8_t end, struct id *ret_member, uint32_t *ret_epoch);
/* Numbers: canonical decimal, at most 2^63 - 1 (they must fit a column of the database). */
bool text_u63(struct slice text, uint64_t *ret);
bool text_u32(struct slice text, uint32_t *ret);

/* The same fields printed. */
void print_object(struct buf *b, bool has, const struct object_id *o);
void print_refs(struct buf *b, const struct entry_ref *ref, size_t n);
void print_members(struct buf *b, const struct id *member, size_t n);
void print_key(struct buf *b, const char *key, struct slice value); /* an empty value is "-" */
void print_until(struct buf *b, int64_t until_ms);

/*
 * The orders of sorted lists: by value (bytes of the member, then numbers), 0 if they name the same
 * place.
 */
int ref_order(const struct entry_ref *a, const struct entry_ref *b);
int seen_order(const struct entry_seen *a, const struct entry_seen *b);

#endif
