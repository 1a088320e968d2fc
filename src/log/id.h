/*
 * id.h: the names of things. A member is the first 16 bytes of the SHA-256 of its first root
 * document, a coalition those of its founding charter; an object is its owner plus 16 random bytes.
 * A country code or a name is a label, never an identifier. As text: 26 characters of base32 (lower
 * case); coalitions 32 hex digits.
 */
#ifndef LOG_ID_H
#define LOG_ID_H

#include "base/buf.h"
#include "base/why.h"

#define ID_TEXT	  26 /* base32 of 16 bytes */
#define COAL_TEXT 32 /* hex */

struct id {
	uint8_t b[16];
};

/* A log: one per member, coalition and epoch. */
struct log_id {
	struct id coalition, member;
	uint32_t epoch;
};

struct object_id {
	struct id owner, name;
};

static inline struct slice id_slice(const struct id *id)
{
	return slice_of(id->b, sizeof(id->b));
}
bool id_eq(const struct id *a, const struct id *b);
bool id_is_zero(const struct id *a);
/* Is `one` among these, in whatever order? */
bool ids_have(const struct id *list, size_t n, const struct id *one);
/*
 * For qsort and sorted lists: byte order. Not the order of the text: base32 has its digits behind
 * its letters, ASCII before them.
 */
int id_cmp(const void *a, const void *b);
bool log_id_eq(const struct log_id *a, const struct log_id *b);
bool object_id_eq(const struct object_id *a, const struct object_id *b);

void id_format(const struct id *id, char ret[ID_TEXT + 1]);
void coalition_format(const struct id *id, char ret[COAL_TEXT + 1]);
MUST_USE int id_parse(struct slice text, struct id *ret);	 /* -EINVAL */
MUST_USE int coalition_parse(struct slice text, struct id *ret); /* -EINVAL */
/* <M26>.<26 base32> */
#define OBJECT_TEXT (ID_TEXT + 1 + ID_TEXT)
void object_format(const struct object_id *o, char ret[OBJECT_TEXT + 1]);
MUST_USE int object_parse(struct slice text, struct object_id *ret);

#endif
