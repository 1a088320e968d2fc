/*
 * fuzz_xml.c: whatever the reader takes is a sound tree of valid text within the limits, and comes
 * back the same when it is written (without its namespaces) and read again.
 */
#include "base/limits.h"
#include "base/report.h"
#include "base/utf8.h"
#include "xml/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ARENA_MAX (64 * MIB)

static bool is_text(struct slice s)
{
	return utf8_bad_at(s) < 0 && slice_find(s, 0) < 0;
}

/* Depth of the tree below and with `node`. */
static unsigned check_tree(const struct xml_node *node, unsigned depth)
{
	const struct xml_node *last = NULL;
	unsigned deepest = depth;

	MUST(depth <= LIMIT_XML_DEPTH && node->name.n > 0 && node->line > 0);
	MUST(is_text(node->name) && is_text(node->ns) && is_text(node->text));
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		MUST(a->name.n > 0 && is_text(a->name) && is_text(a->ns) && is_text(a->value));
	for (const struct xml_node *c = node->first; c; last = c, c = c->next) {
		unsigned below = check_tree(c, depth + 1);

		MUST(c->parent == node && c->line >= (last ? last->line : node->line));
		deepest = below > deepest ? below : deepest;
	}
	MUST(node->last == last);
	return deepest;
}

static void write_tree(struct xml_out *o, struct arena *arena, const struct xml_node *node)
{
	xml_open(o, arena_string(arena, node->name));
	for (const struct xml_attr *a = node->attrs; a; a = a->next)
		if (a->ns.n == 0)
			xml_put_attr(o, arena_string(arena, a->name), a->value);
	xml_text(o, node->text);
	for (const struct xml_node *c = node->first; c; c = c->next)
		write_tree(o, arena, c);
	xml_close(o);
}

static void compare(const struct xml_node *a, const struct xml_node *b)
{
	const struct xml_node *cb = b->first;

	MUST(slice_eq(a->name, b->name) && slice_eq(a->text, b->text));
	for (const struct xml_attr *at = a->attrs; at; at = at->next)
		if (at->ns.n == 0) {
			char name[LIMIT_XML_NAME_BYTES + 1] = {0};

			memcpy(name, at->name.p, at->name.n);
			MUST(slice_eq(xml_attr(b, name), at->value));
		}
	for (const struct xml_node *ca = a->first; ca; ca = ca->next, cb = cb->next) {
		MUST(cb != NULL);
		compare(ca, cb);
	}
	MUST(cb == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(ARENA_MAX);
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES);
	struct xml_node *root = NULL, *again = NULL;
	struct why why = {0};
	int rc = xml_read(&root, &arena, slice_of(data, size), &why);
	struct xml_out o;

	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_LIMIT);
		MUST(why.code == rc && why.text[0] && !root);
		return 0;
	}
	if (check_tree(root, 1) > LIMIT_XML_DEPTH_OUT)
		return 0;
	o = xml_out(&b, false);
	write_tree(&o, &arena, root);
	MUST(!buf_over(&b));
	MUST(xml_read(&again, &arena, buf_slice(&b), &why) == 0);
	compare(root, again);
	return 0;
}
