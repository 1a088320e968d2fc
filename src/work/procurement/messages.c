/* messages.c: the messages of E-SEAL/1 that records carry, and the policy among them that counts; see process.h. */
#include "work/procurement/process.h"

/* All pieces of one message are here? */
static bool piece_join(
	const struct rows *rows, const struct row *first, struct arena *arena, struct slice *ret)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE);
	json_ref root = json_root(&first->doc);
	int64_t parts = get_int(&first->doc, root, "parts", 0);
	struct slice name = get_text(&first->doc, root, "hash", arena);
	struct hash want, got;

	for (int64_t part = 0; part < parts; part++) {
		bool found = false;

		for (size_t i = 0; !found && i < rows->n; i++) {
			const struct row *r = &rows->row[i];
			json_ref at = json_root(&r->doc);

			if (r->kind != P_SEAL || json_get(&r->doc, at, "data") == JSON_ABSENT ||
				get_int(&r->doc, at, "part", 0) != part ||
				get_int(&r->doc, at, "parts", 0) != parts ||
				!slice_eq(get_text(&r->doc, at, "hash", arena), name))
				continue;
			buf_slice_add(&b, get_text(&r->doc, at, "data", arena));
			found = true;
		}
		if (!found)
			return false;
	}
	got = hash_bytes(buf_slice(&b));
	if (buf_over(&b) || !get_bytes(&first->doc, root, "hash", want.b, 32) ||
		!hash_eq(&want, &got))
		return false;
	*ret = arena_copy(arena, buf_slice(&b));
	return true;
}

void process_messages(
	const struct rows *rows, struct arena *arena, struct said **ret, size_t *ret_n)
{
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
		if (json_get(&r->doc, root, "data") != JSON_ABSENT &&
			get_int(&r->doc, root, "part", 0) == 0 &&
			piece_join(rows, r, arena, &list[n].text))
			list[n++].in = r;
	}
	*ret = list;
	*ret_n = n;
}
