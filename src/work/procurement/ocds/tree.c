/* tree.c: see tree.h. */
#include "work/procurement/ocds/tree.h"

#include "base/report.h"

struct tree *tree_new(struct arena *arena, enum json_type type)
{
	struct tree *t = arena_new(arena, struct tree);

	t->type = type;
	if (type == JSON_NULL)
		t->raw = SLICE("null");
	return t;
}

struct tree *tree_string(struct arena *arena, struct slice text)
{
	struct tree *t = tree_new(arena, JSON_STRING);
	struct buf b CLEANUP_BUF = BUF(6 * text.n + 16);

	json_quote(&b, text);
	t->text = text;
	t->raw = arena_copy(arena, buf_slice(&b));
	return t;
}

struct tree *tree_number(struct arena *arena, struct slice raw)
{
	struct tree *t = tree_new(arena, JSON_NUMBER);

	t->raw = raw;
	return t;
}

void tree_push(struct tree *to, struct tree *child)
{
	MUST(child->next == NULL);
	if (to->last)
		to->last->next = child;
	else
		to->first = child;
	to->last = child;
	to->n++;
}

void tree_add(struct tree *to, struct slice key, struct tree *child)
{
	child->key = key;
	child->has_key = true;
	tree_push(to, child);
}

void tree_remove(struct tree *from, const struct tree *child)
{
	struct tree *before = NULL;

	for (struct tree *t = from->first; t; before = t, t = t->next) {
		if (t != child)
			continue;
		if (before)
			before->next = t->next;
		else
			from->first = t->next;
		if (from->last == t)
			from->last = before;
		t->next = NULL;
		from->n--;
		return;
	}
}

/* As deep as the reader's limit allows. */
struct tree *tree_of(const struct json_doc *doc, json_ref at, struct arena *arena)
{
	struct tree *t = tree_new(arena, json_type(doc, at));

	if (t->type != JSON_OBJECT && t->type != JSON_ARRAY) {
		t->raw = json_raw(doc, at);
		t->text = json_string(doc, at, arena);
		return t;
	}
	for (json_ref v = json_first(doc, at); v; v = json_next(doc, v)) {
		struct tree *child = tree_of(doc, v, arena);

		if (t->type == JSON_OBJECT)
			tree_add(t, json_key(doc, v, arena), child);
		else
			tree_push(t, child);
	}
	return t;
}

int tree_read(struct slice text, const struct json_limits *limits, struct arena *arena,
	struct tree **ret, struct why *why)
{
	struct json_doc doc;
	int rc = json_read(&doc, arena, text, limits, why);

	if (rc < 0)
		return rc;
	*ret = tree_of(&doc, json_root(&doc), arena);
	return 0;
}

static void indent(struct buf *b, unsigned depth)
{
	buf_byte(b, '\n');
	for (unsigned i = 0; i < depth; i++)
		buf_str(b, "  ");
}

static void print(const struct tree *t, struct buf *b, unsigned depth, bool pretty)
{
	bool object = t->type == JSON_OBJECT;

	if (!object && t->type != JSON_ARRAY) {
		buf_slice_add(b, t->raw);
		return;
	}
	buf_byte(b, object ? '{' : '[');
	for (const struct tree *c = t->first; c; c = c->next) {
		if (pretty)
			indent(b, depth + 1);
		if (object) {
			json_quote(b, c->key);
			buf_str(b, pretty ? ": " : ":");
		}
		print(c, b, depth + 1, pretty);
		if (c->next)
			buf_byte(b, ',');
	}
	if (pretty && t->first)
		indent(b, depth);
	buf_byte(b, object ? '}' : ']');
}

void tree_print(const struct tree *t, struct buf *b)
{
	print(t, b, 0, false);
}

void tree_print_pretty(const struct tree *t, struct buf *b)
{
	print(t, b, 0, true);
	buf_byte(b, '\n');
}

struct tree *tree_get_slice(const struct tree *t, struct slice key)
{
	if (!t || t->type != JSON_OBJECT)
		return NULL;
	for (struct tree *c = t->first; c; c = c->next)
		if (slice_eq(c->key, key))
			return c;
	return NULL;
}

struct tree *tree_get(const struct tree *t, const char *key)
{
	return tree_get_slice(t, slice_str(key));
}

struct slice tree_text(const struct tree *t, const char *key)
{
	const struct tree *v = tree_get(t, key);

	return v && v->type == JSON_STRING ? v->text : SLICE_NONE;
}

struct tree *tree_copy(struct arena *arena, const struct tree *t)
{
	struct tree *copy = tree_new(arena, t->type);

	copy->raw = t->raw;
	copy->text = t->text;
	for (const struct tree *c = t->first; c; c = c->next) {
		struct tree *child = tree_copy(arena, c);

		if (c->has_key)
			tree_add(copy, c->key, child);
		else
			tree_push(copy, child);
	}
	return copy;
}

bool tree_equal(const struct tree *a, const struct tree *b)
{
	if (a->type != b->type || a->n != b->n)
		return false;
	if (a->type == JSON_STRING)
		return slice_eq(a->text, b->text);
	if (a->type == JSON_NUMBER)
		return slice_eq(a->raw, b->raw);
	if (a->type == JSON_ARRAY) {
		const struct tree *y = b->first;

		for (const struct tree *x = a->first; x; x = x->next, y = y->next)
			if (!tree_equal(x, y))
				return false;
		return true;
	}
	for (const struct tree *x = a->first; x && a->type == JSON_OBJECT; x = x->next) {
		const struct tree *y = tree_get_slice(b, x->key);

		if (!y || !tree_equal(x, y))
			return false;
	}
	return true;
}

static uint64_t mix(uint64_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 1099511628211ULL;
	return h ^ h >> 29;
}

uint64_t tree_hash(const struct tree *t)
{
	uint64_t h = 14695981039346656037ULL + (uint64_t)t->type;

	if (t->type == JSON_STRING)
		return mix(h, t->text);
	if (t->type != JSON_ARRAY && t->type != JSON_OBJECT)
		return mix(h, t->raw);
	for (const struct tree *c = t->first; c; c = c->next) {
		uint64_t of = tree_hash(c);

		/* Members in any order: a sum. Elements in theirs. */
		if (t->type == JSON_OBJECT)
			h += mix(of * 0x9e3779b97f4a7c15ULL, c->key);
		else
			h = (h ^ of) * 0x9e3779b97f4a7c15ULL;
	}
	return h;
}
