/*
 * field.h: what a record's content consists of, as a table; and its check. Pure. Every kind of record of this workspace is such a table (model.c),
 * so that what is refused, and with which words, is the same for all of them, at writing and at receipt.
 *
 *	static const struct field phase[] = {
 *		{"name", FIELD_LINE, NEED, .max = 200},
 *		{"from", FIELD_TIME, 0},
 *		{"venue", FIELD_LINE, MANY, .max = 200, .items = 20},
 *		{NULL}};
 *	rc = fields_check(phase, &doc, json_root(&doc), "", why);      -- why.where is a JSON pointer
 *
 * Members that are not in the table are let by (a newer program may have written them); fields_only() refuses them, for what people send.
 */
#ifndef TRAINING_FIELD_H
#define TRAINING_FIELD_H

#include "node/content.h"

enum field_type {
	FIELD_LINE,   /* text without line breaks and controls */
	FIELD_TEXT,   /* text */
	FIELD_WORD,   /* one of `word` */
	FIELD_ID,     /* a member, M26 */
	FIELD_OBJECT, /* a record, <M26>.<26> */
	FIELD_TIME,   /* RFC 3339 */
	FIELD_DATE,   /* YYYY-MM-DD */
	FIELD_INT,    /* min … max */
	FIELD_BOOL,
	FIELD_HASH,   /* 64 hex digits */
	FIELD_STRUCT, /* an object with `sub` */
	FIELD_MAP,    /* an object of texts */
	FIELD_STEPS,  /* the way through a state machine, machine.h */
};
enum field_flags {
	NEED = 1 << 0,
	MANY = 1 << 1,	/* an array of it */
	APART = 1 << 2, /* not part of what is approved: steps, comments (fields_digest) */
};

struct machine;
struct field {
	const char *name; /* NULL ends */
	enum field_type type;
	unsigned flags;
	int64_t max; /* bytes of a text; largest number */
	int64_t min;
	size_t items; /* of an array or map; 0: 64 */
	const char *const *word;
	const struct field *sub;
	const struct machine *machine;
};

MUST_USE int fields_check(const struct field *f, const struct json_doc *doc, json_ref obj,
	const char *where, struct arena *arena, struct why *why);
/* E_INVALID for a member that the table does not have, at any depth. */
MUST_USE int fields_only(const struct field *f, const struct json_doc *doc, json_ref obj,
	const char *where, struct arena *arena, struct why *why);

/*
 * One spelling for one content: members in the order of the table, what is empty (or false) left out, times in UTC with milliseconds, texts with the
 * same escapes. So whether two programs have written the same can be asked of the bytes. What the table does not have is left out.
 */
void fields_print(const struct field *f, const struct json_doc *doc, json_ref obj, bool apart,
	struct json_out *o, struct arena *arena);
/* One value, by its field; nothing if it is empty. */
void field_print(const struct field *f, const struct json_doc *doc, json_ref v, const char *key,
	struct json_out *o, struct arena *arena);
bool field_empty(const struct json_doc *doc, json_ref v);
const struct field *field_of(const struct field *f, const char *name); /* NULL */

/* Days since 1970-01-01; `otherwise` if absent. */
int64_t get_date(const struct json_doc *doc, json_ref obj, const char *key, int64_t otherwise);

/* YYYY-MM-DD to days since 1970-01-01; -EINVAL for a day that there is not. And back (11 bytes with the NUL). */
MUST_USE int date_parse(struct slice text, int64_t *ret_day);
#define DATE_TEXT 10
void date_format(int64_t day, char ret[DATE_TEXT + 1]);

void put_day(struct json_out *o, const char *key, int64_t day);

#endif
