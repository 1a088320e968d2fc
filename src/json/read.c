/*
 * read.c: the reader of json.h: one pass, no recursion.
 *
 * Invariants: base <= s.at <= s.end; `frames` holds the open containers, the innermost last; every
 * frame's `last` is a finished value of it or the one being read. The tape grows on the heap and
 * moves into the arena, in one piece, when the text has proved good.
 */
#include "json/keys.h"
#include "json/scan.h"

#include "base/limits.h"
#include "base/report.h"
#include "base/vec.h"

const struct json_limits json_limits_partner = {LIMIT_JSON_DEPTH, LIMIT_JSON_NODES};
const struct json_limits json_limits_local = {LIMIT_JSON_BUNDLE_DEPTH, LIMIT_JSON_BUNDLE_NODES};

struct frame {
	json_ref node; /* the container */
	json_ref key;  /* of the member being read */
	json_ref last; /* latest element or member value; 0: none yet */
	uint32_t count;
	bool object;
	bool inside; /* an element or member is being read: it belongs to the error's pointer */
	struct keys keys;
};

struct reader {
	struct scan s;
	const uint8_t *base;
	struct json_doc doc; /* src, and the tape so far (owned) */
	size_t cap, max;     /* nodes: allocated, allowed */
	VEC(struct frame) frames;
	struct keys_shared keys;
	const struct json_limits *limits;
	struct why *why;
};

/* ---- failure ---- */

/* Appends "/token" with ~ and / escaped (RFC 6901). */
static void pointer_add(struct buf *b, struct slice token)
{
	buf_byte(b, '/');
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] == '~')
			buf_str(b, "~0");
		else if (token.p[i] == '/')
			buf_str(b, "~1");
		else
			buf_byte(b, token.p[i]);
	}
}

static void pointer_of(const struct reader *r, struct buf *b)
{
	for (size_t i = 0; i < r->frames.n && r->frames.p[i].inside; i++) {
		const struct frame *f = &r->frames.p[i];
		const struct json_node *key = &r->doc.node[f->key];
		uint8_t text[sizeof(r->why->where) * 6];
		struct slice raw;

		if (!f->object) {
			buf_addf(b, "/%u", f->count - 1);
			continue;
		}
		raw = tape_inside(&r->doc, key);
		/* What would not fit in why.where is not worth unescaping. */
		if ((key->tag & TAG_ESCAPED) && raw.n <= sizeof(text))
			raw = slice_of(text, tape_unescape(raw, text));
		pointer_add(b, raw.n < sizeof(r->why->where) ? raw : slice_str("..."));
	}
}

/* Every failure comes through here. `what` is a sentence; the offset is added. */
static int fail(struct reader *r, int code, const char *what)
{
	struct buf where CLEANUP_BUF = BUF(64 * KIB);

	if (!r->why)
		return code;
	pointer_of(r, &where);
	return why_set(r->why, code, buf_cstr(&where), "%s at byte %zu", what,
		(size_t)(r->s.at - r->base));
}

static int fail_syntax(struct reader *r, const char *what)
{
	return fail(r, E_SYNTAX, r->s.at == r->s.end ? "the text ends too early" : what);
}

/* ---- the tape ---- */

/* Adds a node that begins at `start`; its index, or a failure. */
static int node_add(struct reader *r, uint32_t tag, const uint8_t *start, json_ref *ret)
{
	struct json_doc *doc = &r->doc;

	if (__builtin_expect(doc->n == r->cap, 0)) {
		/* `max` counts values and keys; node 0 is neither. */
		if (doc->n > r->max)
			return fail(r, E_LIMIT, "more values and keys than are allowed");
		r->cap = r->cap * 2 > r->max ? r->max + 1 : r->cap * 2;
		doc->node = mem_resize(doc->node, r->cap, sizeof(*doc->node));
	}
	doc->node[doc->n] = (struct json_node){
		.tag = tag,
		.start = (uint32_t)(start - r->base),
		.len = (uint32_t)(r->s.at - start),
	};
	*ret = (json_ref)doc->n++;
	return 0;
}

/* Adds a value and links it to the one before it in its container. */
static int value_add(struct reader *r, uint32_t tag, const uint8_t *start, json_ref *ret)
{
	struct frame *f = r->frames.n ? &r->frames.p[r->frames.n - 1] : NULL;
	json_ref ref = 0;
	int rc = node_add(r, tag | (f && f->object ? TAG_MEMBER : 0), start, &ref);

	if (rc < 0)
		return rc;
	if (f) {
		r->doc.node[f->last].next = ref; /* node 0 takes what belongs to nobody */
		f->last = ref;
	}
	*ret = ref;
	return 0;
}

/* ---- structure ---- */

static int open_container(struct reader *r, bool object)
{
	struct frame f = {.object = object};
	const uint8_t *start = r->s.at++;
	int rc = value_add(r, object ? JSON_OBJECT : JSON_ARRAY, start, &f.node);

	if (rc < 0)
		return rc;
	vec_push(&r->frames, f);
	return 0;
}

static void close_container(struct reader *r)
{
	struct frame *f = &r->frames.p[r->frames.n - 1];
	struct json_node *node = &r->doc.node[f->node];

	r->s.at++;
	node->len = (uint32_t)(r->s.at - r->base) - node->start;
	node->tag |= f->count << TAG_COUNT;
	keys_free(&f->keys);
	r->frames.n--;
}

/* A scalar; r->s.at is on its first byte. */
static const char *scan_value(struct reader *r, uint32_t *ret_tag)
{
	const char *wrong;
	bool escaped;

	switch (*r->s.at) {
	case '"':
		wrong = scan_string(&r->s, &escaped);
		*ret_tag = JSON_STRING | (!wrong && escaped ? TAG_ESCAPED : 0);
		return wrong;
	case 't':
		*ret_tag = JSON_TRUE;
		return scan_word(&r->s, "true");
	case 'f':
		*ret_tag = JSON_FALSE;
		return scan_word(&r->s, "false");
	case 'n':
		*ret_tag = JSON_NULL;
		return scan_word(&r->s, "null");
	default:
		*ret_tag = JSON_NUMBER;
		return scan_number(&r->s);
	}
}

/* A value; r->s.at is where it should be. Of a container only the bracket is taken. */
static int read_value(struct reader *r)
{
	const uint8_t *start = r->s.at;
	const char *wrong;
	uint32_t tag;
	json_ref ref;

	if (start == r->s.end)
		return fail_syntax(r, "");
	if (r->frames.n >= r->limits->depth)
		return fail(r, E_LIMIT, "nested too deeply");
	if (*start == '{' || *start == '[')
		return open_container(r, *start == '{');
	wrong = scan_value(r, &tag);
	return wrong ? fail_syntax(r, wrong) : value_add(r, tag, start, &ref);
}

/* A key and its colon, and what follows up to the value; r->s.at is where the key should be. */
static int read_key(struct reader *r, struct frame *f)
{
	const uint8_t *start = r->s.at;
	const char *wrong;
	bool escaped;
	int rc;

	if (r->s.at == r->s.end || *r->s.at != '"')
		return fail_syntax(r, "expected a key in quotes");
	wrong = scan_string(&r->s, &escaped);
	if (wrong)
		return fail_syntax(r, wrong);
	rc = node_add(r, JSON_STRING | (escaped ? TAG_ESCAPED : 0), start, &f->key);
	if (rc < 0)
		return rc;
	f->inside = true;
	if (!keys_add(&f->keys, &r->keys, &r->doc, f->node + 1, f->key)) {
		r->s.at = start;
		return fail(r, E_SYNTAX, "the same key twice");
	}
	scan_space(&r->s);
	if (r->s.at == r->s.end || *r->s.at != ':')
		return fail_syntax(r, "expected a colon");
	r->s.at++;
	scan_space(&r->s);
	return 0;
}

/* The next element or member of the innermost container, or its end. */
static int read_next(struct reader *r)
{
	struct frame *f = &r->frames.p[r->frames.n - 1];
	int rc;

	f->inside = false;
	scan_space(&r->s);
	if (r->s.at == r->s.end)
		return fail_syntax(r, "");
	if (*r->s.at == (f->object ? '}' : ']')) {
		close_container(r);
		return 0;
	}
	if (f->count) {
		if (*r->s.at != ',')
			return fail_syntax(r, "expected a comma or the end of the container");
		r->s.at++;
		scan_space(&r->s);
	}
	if (f->object) {
		rc = read_key(r, f);
		if (rc < 0)
			return rc;
	}
	f->count++;
	f->inside = true;
	return read_value(r);
}

static int read_document(struct reader *r)
{
	int rc;

	if (r->s.end - r->s.at >= 3 && memcmp(r->s.at, "\xef\xbb\xbf", 3) == 0)
		return fail(r, E_SYNTAX, "byte order mark");
	scan_space(&r->s);
	rc = read_value(r);
	while (rc == 0 && r->frames.n)
		rc = read_next(r);
	if (rc < 0)
		return rc;
	scan_space(&r->s);
	return r->s.at == r->s.end ? 0 : fail(r, E_SYNTAX, "text after the value");
}

/* The finished tape goes into the arena. */
static int keep(struct reader *r, struct arena *arena, struct json_doc *ret)
{
	size_t bytes = r->doc.n * sizeof(*r->doc.node);
	struct json_node *node = arena_try(arena, bytes);

	if (!node)
		return fail(r, E_LIMIT, "more values and keys than there is memory for");
	memcpy(node, r->doc.node, bytes);
	*ret = (struct json_doc){.src = r->doc.src, .node = node, .n = r->doc.n};
	return 0;
}

static void reader_free(struct reader *r)
{
	for (size_t i = 0; i < r->frames.n; i++)
		keys_free(&r->frames.p[i].keys);
	vec_free(&r->frames);
	keys_shared_free(&r->keys);
	mem_free(r->doc.node);
}

int json_read(struct json_doc *ret, struct arena *arena, struct slice src,
	const struct json_limits *limits, struct why *why)
{
	size_t room = (arena->max - arena->used) / sizeof(struct json_node);
	struct reader r = {.base = src.p, .limits = limits, .why = why};
	int rc;

	MUST(limits->nodes <= LIMIT_JSON_BUNDLE_NODES);
	if (src.n == 0)
		return why_set(why, E_SYNTAX, "", "the text is empty");
	if (src.n > UINT32_MAX)
		return why_set(why, E_LIMIT, "", "larger than 4 GiB");
	r.s = (struct scan){src.p, src.p + src.n};
	r.doc.src = src;
	/* No more of the tape is built than the arena can take. */
	r.max = limits->nodes < room ? limits->nodes : room;
	/* A node to sixteen bytes is usual; a guess too low only costs a move. */
	r.cap = src.n / 16 + 8 < r.max + 1 ? src.n / 16 + 8 : r.max + 1;
	r.doc.node = mem_resize(NULL, r.cap, sizeof(*r.doc.node));
	r.doc.node[0] = (struct json_node){0};
	r.doc.n = 1;
	rc = read_document(&r);
	if (rc == 0)
		rc = keep(&r, arena, ret);
	reader_free(&r);
	return rc;
}
