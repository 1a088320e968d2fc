/*
 * lines.h: reading the line-by-line texts of the pact (root documents, charters, act bodies):
 * "<field> <value>\n", fixed order. Private to src/pact.
 *
 *	struct lines l = lines_of(text, why);
 *	if ((rc = lines_field(&l, "name", &value)) < 0)
 *		return rc;
 *	while (lines_is(&l, "field")) ...
 *
 * Every complaint carries "line N". Values are borrowed from the text.
 */
#ifndef PACT_LINES_H
#define PACT_LINES_H

#include "base/buf.h"
#include "base/why.h"
#include "crypt/hash.h"
#include "crypt/sign.h"
#include "log/id.h"

struct lines {
	struct slice rest;
	unsigned line; /* of what was taken last, from 1 */
	char where[24];
	struct why *why; /* borrowed */
};

struct lines lines_of(struct slice text, struct why *why);
/* For why.where. */
const char *lines_where(struct lines *l);
#define LINES_BAD(l, code, ...) why_set((l)->why, (code), lines_where(l), __VA_ARGS__)

/* The whole next line, which must end in LF. E_SYNTAX. */
MUST_USE int lines_next(struct lines *l, struct slice *ret);
/* Is the next line of this field? */
bool lines_is(const struct lines *l, const char *field);
/* The value of the next line, which must be of this field and not empty. E_SYNTAX. */
MUST_USE int lines_field(struct lines *l, const char *field, struct slice *ret_value);
/* The next line must be exactly this. E_SYNTAX. */
MUST_USE int lines_exact(struct lines *l, const char *text);

/* A field whose value is of one type; E_SYNTAX names the field. */
MUST_USE int lines_id(struct lines *l, const char *field, struct id *ret);
MUST_USE int lines_hash(struct lines *l, const char *field, struct hash *ret);
MUST_USE int lines_u32(struct lines *l, const char *field, uint32_t *ret);
MUST_USE int lines_u64(struct lines *l, const char *field, uint64_t *ret);
MUST_USE int lines_i64(struct lines *l, const char *field, int64_t *ret);
/* Text for people: UTF-8, no controls, at most `max` bytes, no space at either end. */
MUST_USE int lines_text(struct lines *l, const char *field, size_t max, struct slice *ret);

/* Number in canonical spelling that fits 32 bits; -EINVAL. */
MUST_USE int word_u32(struct slice s, uint32_t *ret);
MUST_USE int value_hash(struct slice s, struct hash *ret);
MUST_USE int value_pubkey(struct slice s, struct pubkey *ret);
/* Is it text for people, as above? */
bool value_shown(struct slice s, size_t max);
/* Prose: UTF-8; LF and tab are the only controls. */
bool value_prose(struct slice s);
/* One word: 1..max printable ASCII characters, no space, comma or equals sign. */
bool value_token(struct slice s, size_t max);

#endif
