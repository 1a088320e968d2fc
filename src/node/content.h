/*
 * content.h: members of a record's content, read and written. For JSON that has been checked already, by whatever a workspace describes its records with: what is
 * absent or of another type is empty, 0 or false, never an error. Of a JSON value that is no object every member is absent.
 *
 *	title = get_text(&doc, json_root(&doc), "title", arena);
 *	if (get_object(&doc, at, "of", &id)) …
 *	put_when(&o, "at", ms);
 */
#ifndef NODE_CONTENT_H
#define NODE_CONTENT_H

#include "log/id.h"
#include "json/json.h"

struct slice get_text(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a);
int64_t get_int(const struct json_doc *doc, json_ref obj, const char *key, int64_t otherwise);
bool get_bool(const struct json_doc *doc, json_ref obj, const char *key);
/* RFC 3339 to Unix ms; `otherwise` if absent. */
int64_t get_time(const struct json_doc *doc, json_ref obj, const char *key, int64_t otherwise);
bool get_id(const struct json_doc *doc, json_ref obj, const char *key, struct id *ret);
bool get_object(const struct json_doc *doc, json_ref obj, const char *key, struct object_id *ret);
/* n bytes of 2n hex digits. */
bool get_bytes(const struct json_doc *doc, json_ref obj, const char *key, void *ret, size_t n);
/* Index in the table of words, or `otherwise`. */
int get_word(const struct json_doc *doc, json_ref obj, const char *key, const char *const *word,
	int otherwise);
/* Lists; elements of another type are left out. In the arena. */
void get_ids(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a,
	struct id **ret, size_t *ret_n);
void get_objects(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a,
	struct object_id **ret, size_t *ret_n);
void get_texts(const struct json_doc *doc, json_ref obj, const char *key, struct arena *a,
	struct slice **ret, size_t *ret_n);
/* A string that is written without escapes, as times, ids and digits are: what stands between the quotes, not copied. Empty if it is none. */
struct slice get_plain(const struct json_doc *doc, json_ref v);

/*
 * What a record is called: the first line that holds something of the first of these members (keys end with NULL) that has text; at most TITLE_SHOWN bytes, in whole
 * characters. Empty: none has.
 */
#define TITLE_SHOWN 200
struct slice get_title(
	const struct json_doc *doc, json_ref obj, const char *const *key, struct arena *a);
struct slice title_line(struct slice text);
/* The same of bytes; of what is no JSON it is empty. */
struct slice content_title(struct slice content, const char *const *key, struct arena *a);

/* Index of a word in a table that ends with NULL; -1. */
int word_find(const char *const *word, struct slice text);

void put_when(struct json_out *o, const char *key, int64_t ms);
/* null for 0, which is how a time that is not given is kept. */
void put_time_or_null(struct json_out *o, const char *key, int64_t ms);
void put_member(struct json_out *o, const char *key, const struct id *id);
void put_record_id(struct json_out *o, const char *key, const struct object_id *id);

#endif
