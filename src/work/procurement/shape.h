/*
 * shape.h: what the content of a record must look like, said in one line of text per object, and the check against it.
 *
 *	"Lot id!=t32 title!=t200 reserve!=v min=i"
 *
 * NAME[!]=TYPE, ! for required. TYPE: tN text of 1 to N characters; i whole number from 0; q quantity (at most three decimals); v {"amount", "currency"}, not negative; w the same, may
 * be negative; m id of a member; o id of an object; h 64 hex digits; x 32 hex digits; b true or false; d date and time of RFC 3339; c two capital letters; k a currency; u https or http
 * address; (a|b|c) one of these words; :Name an object; [N… an array of at most N of these. Whatever is not named is refused.
 */
#ifndef PROCUREMENT_SHAPE_H
#define PROCUREMENT_SHAPE_H

#include "node/content.h"
#include "work/procurement/award/money.h"

/* Checks the value at `at` against the object `name` of the lines; `shapes` ends with NULL. E_INVALID with the pointer of what is wrong. */
MUST_USE int procure_shape_check(const char *const *shapes, const char *name,
	const struct json_doc *doc, json_ref at, struct arena *arena, struct why *why);

/* The same of what has parts taken out: nothing is required. */
MUST_USE int procure_shape_check_parts(const char *const *shapes, const char *name,
	const struct json_doc *doc, json_ref at, struct arena *arena, struct why *why);

/* ---- what the lines say, for who wants to write a record (shape_tell.c) ---- */

struct json_out;
/* Into an open object: "Name": its JSON schema, and those of the objects that it names, each once. */
#define SHAPES_TOLD_MAX 64
struct shapes_told {
	const uint8_t *line[SHAPES_TOLD_MAX];
	size_t n;
};
void procure_shape_schema(
	const char *const *shapes, const char *name, struct shapes_told *told, struct json_out *o);
/* A value that passes the check, over several lines: what is required, or with `all` whatever there is. Ids of members and records are examples, to be replaced. */
void procure_shape_example(const char *const *shapes, const char *name, bool all, struct buf *ret);

/* Between the files of the lines: the members of an object, one after the other; the number in front of a type. */
struct shape_member {
	struct slice key, type;
	bool required;
};
struct slice shape_line(const char *const *shapes, struct slice name);
bool shape_member_next(struct slice *rest, struct shape_member *ret);
uint64_t shape_number(struct slice *rest);

/* As get_…() of node/content.h: absent members give 0 or false. */
int64_t rec_quantity(const struct json_doc *doc, json_ref at, const char *key);
/* Amount in minor units; the currency if asked for. False if absent. */
bool rec_money(const struct json_doc *doc, json_ref at, const char *key, int64_t *ret,
	struct currency *ret_currency);
#define EACH(doc, v, list) (json_ref v = json_first((doc), (list)); v; v = json_next((doc), v))

#endif
