/*
 * tree.h: JSON that can be changed: values as nodes in an arena, members in the order in which they came. Scalars stay as they were written.
 *
 *	rc = tree_read(text, &json_limits_local, &arena, &root, why);
 *	struct tree *id = tree_get(root, "id");
 *	tree_print(root, &buf);
 *
 * Nothing is owned: nodes and texts live as long as the arena and the text that was read.
 */
#ifndef OCDS_TREE_H
#define OCDS_TREE_H

#include "json/json.h"

struct tree {
	enum json_type type;
	bool has_key;
	struct slice key;  /* of a member, unescaped */
	struct slice raw;  /* of a scalar: as written, strings with their quotes */
	struct slice text; /* of a string, unescaped */
	struct tree *first, *last, *next;
	size_t n; /* children */
};

MUST_USE int tree_read(struct slice text, const struct json_limits *limits, struct arena *arena,
	struct tree **ret, struct why *why);
/* The subtree of a document that has been read. */
struct tree *tree_of(const struct json_doc *doc, json_ref at, struct arena *arena);
void tree_print(const struct tree *t, struct buf *b);
/* With line breaks, for people. */
void tree_print_pretty(const struct tree *t, struct buf *b);

/* NULL if `t` is NULL, no object, or has no such member. */
struct tree *tree_get(const struct tree *t, const char *key);
struct tree *tree_get_slice(const struct tree *t, struct slice key);
/* Text of a string member, empty if there is none. */
struct slice tree_text(const struct tree *t, const char *key);

struct tree *tree_new(struct arena *arena, enum json_type type); /* object, array or null */
struct tree *tree_string(struct arena *arena, struct slice text);
struct tree *tree_number(struct arena *arena, struct slice raw);
struct tree *tree_copy(struct arena *arena, const struct tree *t); /* without its key */
/* Appends a child that is in no tree; a member gets the key. */
void tree_add(struct tree *to, struct slice key, struct tree *child);
void tree_push(struct tree *to, struct tree *child);
void tree_remove(struct tree *from, const struct tree *child);

/* The same value: members in any order, numbers by their text. */
bool tree_equal(const struct tree *a, const struct tree *b);
/* Equal values have equal hashes. */
uint64_t tree_hash(const struct tree *t);

#endif
