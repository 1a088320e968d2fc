/*
 * json.h: strict reader and writer of JSON (RFC 8259, I-JSON RFC 7493).
 *
 * The reader checks a text completely and lays a tape of nodes over the received bytes: strings
 * and numbers stay spans of the input, so what was signed is what is stored and served. It
 * refuses what parsers disagree about: duplicate keys (also when spelt with escapes), invalid UTF-8,
 * lone surrogates, raw control characters, NaN, leading zeros, trailing text, a byte order mark.
 *
 *	struct json_doc doc;
 *	int rc = json_read(&doc, arena, bytes, &json_limits_partner, why);
 *	if (rc < 0)
 *		return rc;                       -- why.where is a JSON pointer, text has the offset
 *	json_ref name = json_get(&doc, json_root(&doc), "name");
 *	if (json_type(&doc, name) != JSON_STRING) ...
 *
 * Nothing is owned by the doc: nodes lie in the arena, spans in `src`; both must outlive it.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/why.h"

enum json_type {
	JSON_NONE, /* the ref is absent (JSON_ABSENT) */
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json_limits {
	unsigned depth; /* nesting; 1 = a scalar or an empty container */
	size_t nodes;	/* values and keys */
};
extern const struct json_limits json_limits_partner; /* I-JSON profile: depth 32, 10,000 nodes */
extern const struct json_limits json_limits_local;   /* bundles given by local users */

typedef uint32_t json_ref; /* index of a node on the tape */
#define JSON_ABSENT ((json_ref)0)

struct json_node; /* 16 bytes; json.c */

struct json_doc {
	struct slice src;
	struct json_node *node;
	size_t n;
};

/*
 * Reads the one value in `src`. On failure nothing is set; E_SYNTAX or E_LIMIT, why->where is the JSON
 * pointer of the innermost value being read.
 */
MUST_USE int json_read(struct json_doc *ret, struct arena *arena, struct slice src,
	const struct json_limits *limits, struct why *why);

json_ref json_root(const struct json_doc *doc);
/* JSON_NONE for JSON_ABSENT, so that chains of json_get need no checks in between. */
enum json_type json_type(const struct json_doc *doc, json_ref ref);
/* Member of an object; JSON_ABSENT if `ref` is no object or has no such key. Key in plain UTF-8. */
json_ref json_get(const struct json_doc *doc, json_ref ref, const char *key);
json_ref json_get_slice(const struct json_doc *doc, json_ref ref, struct slice key);
/* Number of elements or members; 0 for others. */
size_t json_count(const struct json_doc *doc, json_ref ref);

/*
 *	for (json_ref v = json_first(doc, arr); v; v = json_next(doc, v)) ...
 * For objects the walk goes over the values; json_key(doc, v) is the key of one.
 */
json_ref json_first(const struct json_doc *doc, json_ref ref);
json_ref json_next(const struct json_doc *doc, json_ref ref);

/* The bytes of the value as received, with quotes, without surrounding space. */
struct slice json_raw(const struct json_doc *doc, json_ref ref);
/* Key of a member value, unescaped (a borrow of src where it has no escapes, else in `arena`). */
struct slice json_key(const struct json_doc *doc, json_ref value, struct arena *arena);
/* Unescaped string (as json_key); empty slice with p == NULL if it is no string. */
struct slice json_string(const struct json_doc *doc, json_ref ref, struct arena *arena);
/* The number as written. */
struct slice json_number(const struct json_doc *doc, json_ref ref);
/* Integer in the exact range of int64 and written without fraction or exponent; else -EINVAL. */
MUST_USE int json_i64(const struct json_doc *doc, json_ref ref, int64_t *ret);
bool json_true(const struct json_doc *doc, json_ref ref);
/*
 * Do they say the same, however they are spaced, ordered in objects and escaped? Numbers are compared as written: 1.0 is not 1. Two that are absent are the same.
 * Unescapes into `arena`.
 */
bool json_same(const struct json_doc *a, json_ref x, const struct json_doc *b, json_ref y,
	struct arena *arena);

/*
 * Required/optional members with a proper message: `where` gets "/key". The string form checks 1 ≤
 * length ≤ max_bytes. Optional: 0 with *ret empty if absent.
 */
MUST_USE int json_need_string(const struct json_doc *doc, json_ref obj, const char *key,
	size_t max_bytes, struct arena *arena, struct slice *ret, struct why *why);
MUST_USE int json_want_string(const struct json_doc *doc, json_ref obj, const char *key,
	size_t max_bytes, struct arena *arena, struct slice *ret, struct why *why);

/*
 * The writer: appends to a buf; commas are its business.
 *
 *	struct json_out o = json_out(&b);
 *	json_open(&o, '{');
 *	json_put_string(&o, "name", name);      -- key NULL inside arrays
 *	json_close(&o);
 */
struct json_out {
	struct buf *b; /* borrowed */
	uint8_t closer[64];
	unsigned depth;
	bool comma;
};
struct json_out json_out(struct buf *b);
void json_open(struct json_out *o, char bracket); /* '{' or '[' */
void json_open_at(struct json_out *o, const char *key, char bracket);
void json_close(struct json_out *o);
void json_put_string(struct json_out *o, const char *key, struct slice s);
void json_put_cstr(struct json_out *o, const char *key, const char *s); /* NULL writes null */
void json_put_i64(struct json_out *o, const char *key, int64_t v);
void json_put_u64(struct json_out *o, const char *key, uint64_t v);
void json_put_bool(struct json_out *o, const char *key, bool v);
void json_put_null(struct json_out *o, const char *key);
void json_put_raw(struct json_out *o, const char *key, struct slice json); /* already JSON */
/* The string with its quotes; invalid UTF-8 becomes U+FFFD; <, >, & and U+2028/9 are escaped. */
void json_quote(struct buf *b, struct slice s);

#endif
