/* messages.c: the messages of E-SEAL/1 that records carry, and the policy among them that counts; see process.h. */
#include "work/procurement/process.h"

/* ---- pieces ---- */

#define PARTS 8 /* of one message, at most: as a record may say */

struct piece {
	struct hash of; /* the message, as the record says */
	int64_t part, parts;
	size_t row;
	struct slice data; /* once it is asked for */
};

/* All pieces that name one message and one number of parts, in order of part and record. */
struct set {
	struct piece *piece;
	size_t n;
	int64_t parts;
};

static int compare(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_part(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;
	int d = memcmp(x->of.b, y->of.b, sizeof(x->of.b));

	if (d == 0)
		d = compare(x->parts, y->parts);
	if (d == 0)
		d = compare(x->part, y->part);
	return d ? d : compare((int64_t)x->row, (int64_t)y->row);
}

static size_t pieces_read(const struct rows *rows, struct arena *arena, struct piece **ret)
{
	struct piece *list;
	size_t max = 0, n = 0;

	for (size_t i = 0; i < rows->n; i++)
		max += rows->row[i].kind == P_SEAL;
	list = arena_array(arena, struct piece, max + 1);
	for (size_t i = 0; i < rows->n; i++) {
		const struct json_doc *d = &rows->row[i].doc;
		json_ref root = json_root(d);
		struct piece p = {.row = i};

		if (rows->row[i].kind != P_SEAL || json_get(d, root, "data") == JSON_ABSENT ||
			!get_bytes(d, root, "hash", p.of.b, 32))
			continue;
		p.part = get_int(d, root, "part", 0);
		p.parts = get_int(d, root, "parts", 0);
		if (p.part >= 0 && p.part < p.parts && p.parts <= PARTS)
			list[n++] = p;
	}
	qsort(list, n, sizeof(*list), by_part);
	*ret = list;
	return n;
}

/* The set that begins at `at`. */
static struct set set_at(struct piece *list, size_t n, size_t at)
{
	struct set s = {.piece = list + at, .parts = list[at].parts};

	while (at + s.n < n && s.piece[s.n].parts == s.parts &&
		hash_eq(&s.piece[s.n].of, &s.piece[0].of))
		s.n++;
	return s;
}

/* One piece for each part. */
struct choice {
	struct piece *part[PARTS];
};

/* Of each part the first piece of this holder (SIZE_MAX: of anybody); false if one is not here. */
static bool choose(const struct rows *rows, const struct set *s, size_t holder, struct choice *ret)
{
	*ret = (struct choice){.part = {NULL}};
	for (size_t i = 0; i < s->n; i++) {
		struct piece **at = &ret->part[s->piece[i].part];

		if (!*at &&
			(holder == SIZE_MAX || (rows->row[s->piece[i].row].holders >> holder & 1)))
			*at = &s->piece[i];
	}
	for (int64_t i = 0; i < s->parts; i++)
		if (!ret->part[i])
			return false;
	return true;
}

static bool choice_join(
	const struct rows *rows, const struct choice *c, struct arena *arena, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	struct hash got;

	for (int64_t i = 0; i < c->part[0]->parts; i++) {
		struct piece *p = c->part[i];
		const struct json_doc *d = &rows->row[p->row].doc;

		if (!p->data.p)
			p->data = get_text(d, json_root(d), "data", arena);
		buf_slice_add(&b, p->data);
	}
	got = hash_bytes(buf_slice(&b));
	if (buf_over(&b) || !hash_eq(&c->part[0]->of, &got))
		return false;
	*ret = arena_copy(arena, buf_slice(&b));
	return true;
}

/*
 * Whoever likes may write pieces that name a message and are none of it, and date them before the true ones: so what one participant holds, by itself or as a copy of another's, is joined
 * apart from what others hold. What no participant holds whole is joined from the first of each part. No choice is tried twice, so the work is no more than what the participants have written.
 * Into joined[row of part 0]: the message.
 */
static void set_join(
	const struct rows *rows, const struct set *s, struct arena *arena, struct slice *joined)
{
	struct choice tried[LIMIT_MEMBERS + 1];
	bool any = false;
	size_t n = 0;

	for (size_t h = 0; h <= LIMIT_MEMBERS; h++) {
		size_t holder = h < LIMIT_MEMBERS ? h : SIZE_MAX;
		bool again = holder == SIZE_MAX && any;

		if (again || !choose(rows, s, holder, &tried[n]))
			continue;
		for (size_t i = 0; i < n && !again; i++)
			again = memcmp(&tried[i], &tried[n], sizeof(tried[n])) == 0;
		if (again)
			continue;
		any |= choice_join(rows, &tried[n], arena, &joined[tried[n].part[0]->row]);
		n++;
	}
}

/* Of each row the message that begins with its piece, whose other pieces are here; NULL bytes: none does. */
static struct slice *pieces_join(const struct rows *rows, struct arena *arena)
{
	struct slice *joined = arena_array(arena, struct slice, rows->n + 1);
	struct piece *list;
	size_t n = pieces_read(rows, arena, &list);

	memset(joined, 0, (rows->n + 1) * sizeof(*joined));
	for (size_t i = 0; i < n;) {
		struct set s = set_at(list, n, i);

		set_join(rows, &s, arena, joined);
		i += s.n;
	}
	return joined;
}

void process_messages(
	const struct rows *rows, struct arena *arena, struct said **ret, size_t *ret_n)
{
	struct slice *joined = pieces_join(rows, arena);
	size_t max = 1, n = 0;
	struct said *list;

	for (size_t i = 0; i < rows->n; i++)
		if (rows->row[i].kind == P_SEAL)
			max += 1 + json_count(&rows->row[i].doc,
					   json_get(&rows->row[i].doc, json_root(&rows->row[i].doc),
						   "messages"));
	list = arena_array(arena, struct said, max);
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->row[i];
		json_ref root;

		if (r->kind != P_SEAL)
			continue;
		root = json_root(&r->doc);
		for
			EACH(&r->doc, v, json_get(&r->doc, root, "messages"))
		list[n++] = (struct said){json_string(&r->doc, v, arena), r};
		if (joined[i].p)
			list[n++] = (struct said){joined[i], r};
	}
	*ret = list;
	*ret_n = n;
}
