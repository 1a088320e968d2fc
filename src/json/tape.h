/*
 * tape.h: what the reader writes and the accessors read; private to json/.
 *
 * Node 0 stands for "absent", node 1 is the root. A container is followed by its content: the
 * elements of an array; for an object key, value, key, value. `next` leads from one element (or
 * member value) to the next of the same container, so a subtree is passed in one step; the key of
 * a member value is the node before it.
 */
#ifndef JSON_TAPE_H
#define JSON_TAPE_H

#include "base/limits.h"
#include "json/json.h"

struct json_node {
	uint32_t tag;	/* type, flags, and for containers the number of elements or members */
	uint32_t start; /* first byte in src; the quote of a string */
	uint32_t len;	/* bytes, quotes and brackets included */
	uint32_t next;	/* ref of the next sibling value; 0: last one, or a key */
};
_Static_assert(sizeof(struct json_node) == 16, "four nodes to a cache line");

#define TAG_TYPE    7u
#define TAG_ESCAPED 8u	/* string with a backslash in it */
#define TAG_MEMBER  16u /* value with a key */
#define TAG_COUNT   5	/* shift of the count */

/* The count has 27 bits. */
_Static_assert(LIMIT_JSON_BUNDLE_NODES < 1u << 27, "more nodes than a count can hold");

/* Content of a string node between the quotes, escapes as written. */
static inline struct slice tape_inside(const struct json_doc *doc, const struct json_node *node)
{
	return slice_of(doc->src.p + node->start + 1, node->len - 2);
}

/* Text of a checked string, escapes resolved, into `out`, which has room for raw.n bytes. */
size_t tape_unescape(struct slice raw, uint8_t *out);
/* Compares the string node with plain UTF-8; allocates nothing. */
bool tape_equal(const struct json_doc *doc, const struct json_node *node, struct slice text);

#endif
