/*
 * shape.h: a kind of record as one table: which members its JSON has, of what form, and where each goes in a C struct. From the table come the reader with its
 * errors, the printer, and the JSON schema of the API.
 *
 *	struct point { int64_t lat, lon; };
 *	static const struct shape_field point_fields[] = {
 *		{.key = "lat", .form = FORM_DEGREES, .need = true, .at = offsetof(struct point, lat), .min = -90, .max = 90}, … {0}};
 *	const struct shape point_shape = {"ResponsePoint", sizeof(struct point), point_fields, NULL};
 *
 *	struct point p;
 *	rc = shape_read(&point_shape, &p, arena, json, SHAPE_STRICT, why);       -- E_SYNTAX, E_INVALID, E_LIMIT with a JSON pointer
 *	shape_print(&point_shape, &p, NULL, &o);
 *
 * Members that the table does not know are kept in the record's bytes and not looked at, so that a newer partner may say more; with SHAPE_STRICT, for what our own people write, they are
 * refused: a misspelt key must not be silent. SHAPE_PARTIAL takes what is not finished: nothing need be there, and no rule over several fields is asked. Reading what was printed gives the same struct. Nothing is owned; all lies in the arena or in the JSON.
 */
#ifndef WORK_RESPONSE_SHAPE_H
#define WORK_RESPONSE_SHAPE_H

#include "log/id.h"
#include "json/json.h"

struct shape;

enum { SHAPE_STRICT = 1, SHAPE_PARTIAL = 2 };

enum shape_form {
	FORM_TEXT, /* struct slice; 1..max bytes, no control characters but line feeds and tabs */
	FORM_WORD, /* int: index in `words`; -1 absent */
	FORM_INT,  /* int64_t; `absent` if it is not there */
	FORM_BOOL, /* bool */
	FORM_TIME, /* int64_t Unix ms; 0 absent */
	FORM_DEGREES,  /* int64_t, 10⁻⁷ degrees; min and max in degrees */
	FORM_OBJECT,   /* struct object_id; owner zero: absent */
	FORM_HASH,     /* struct hash; zero: absent */
	FORM_MEMBER,   /* struct id; zero: absent */
	FORM_TYPE,     /* struct slice: a code of types.h in its canonical spelling */
	FORM_CURRENCY, /* struct slice: three capital letters, ISO 4217 */
	FORM_SHAPE,    /* pointer to a struct of `shape`; NULL absent */
	FORM_TEXTS,
	FORM_MEMBERS,
	FORM_SHAPES,
	FORM_INTS,
	FORM_HASHES /* struct shape_list */
};

/* `p` is an array of slices, ids, structs, int64_t or hashes. */
struct shape_list {
	void *p;
	size_t n;
};

struct shape_field {
	const char *key;
	enum shape_form form;
	bool need;
	size_t at;
	int64_t min,
		max; /* of a number; max: bytes of a text, elements of a list; 0: the form's own */
	int64_t absent;
	const char *const *words;
	const struct shape *shape;
	const char *help;
};
struct shape {
	const char *name; /* of the schema */
	size_t size;
	const struct shape_field *field; /* ends with key NULL */
	int (*check)(const void *p, const char *at,
		struct why *why); /* what no single field shows; `at` is the pointer to it */
};

MUST_USE int shape_read(const struct shape *s, void *ret, struct arena *arena, struct slice json,
	unsigned how, struct why *why);
/* The same of a value inside a document; `at` is its JSON pointer. */
MUST_USE int shape_read_at(const struct shape *s, void *ret, struct arena *arena,
	const struct json_doc *doc, json_ref ref, const char *at, unsigned how, struct why *why);
/*
 * JSON from assignments to fields by name: "lines.0.needed_by=+12h", "from.lat=45.8". Times are RFC 3339, or +N and m, h or d from `now_ms`; lists of texts, ids and
 * numbers take commas, or one element a place ("languages.0=hr"). E_USAGE names what is wrong. What it makes is read as any other JSON.
 */
MUST_USE int shape_compose(const struct shape *s, const struct slice *assignment, size_t n,
	int64_t now_ms, struct arena *arena, struct buf *ret, struct why *why);
/* As an object under `key`. Absent fields are left out. */
void shape_print(const struct shape *s, const void *p, const char *key, struct json_out *o);
/* Only the members, into an object that is open. */
void shape_print_members(const struct shape *s, const void *p, struct json_out *o);
/* As text of its own, with nothing behind it. */
void shape_text(const struct shape *s, const void *p, struct buf *ret);
/* Members of the JSON schema of `s` and of the shapes in it (each once; `seen` has 64 places, *n of them used). */
void shape_schema(const struct shape *s, struct json_out *o, const struct shape **seen, size_t *n);
/* Fields that `from` has are set in `to`; lists as a whole. */
void shape_overlay(const struct shape *s, void *to, const void *from);
/* Has it a field of this key? */
bool shape_has(const struct shape *s, const void *p, struct slice key);
/* Fields that `from` has, and `over` too, are set in `to`. */
void shape_retain(const struct shape *s, void *to, const void *from, const void *over);
/* What a record without any field looks like. */
void shape_clear(const struct shape *s, void *p);

/* "41.3275" of 413275000. */
#define DEGREES_TEXT 16
void degrees_format(int64_t v, char ret[DEGREES_TEXT]);

#define SHAPE_TEXT_MAX 4000
#define SHAPE_LIST_MAX 200

#endif
