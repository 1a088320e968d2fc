/* pack_node.c: see pack_node.h. */
#include "work/cyber/pack_node.h"

#include "work/cyber/list.h"

/* "17 4": `added` of the newest object taken, and the store's turn then. */
static bool cursor_parse(struct slice text, int64_t *ret_added, int64_t *ret_turn)
{
	struct slice added;

	return slice_cut_exact(&text, ' ', &added) && slice_i64(added, ret_added) == 0 &&
	       slice_i64(text, ret_turn) == 0;
}

/* Whether `old` was made of this coalition, mode and reader, of the same types, and nothing in it was taken back since. */
static bool goes_on(
	const struct pack_node *from, struct pack *old, int64_t turn, int64_t *ret_after)
{
	struct pack_about about = pack_about(old);
	char coalition[COAL_TEXT + 1], member[ID_TEXT + 1];
	int64_t old_turn;

	coalition_format(&from->world->coalition.id, coalition);
	id_format(&from->reader.member, member);
	return slice_is(about.coalition, coalition) && slice_is(about.for_whom, member) &&
	       slice_is(about.mode, mode_name(from->mode)) &&
	       slice_is(about.observables, from->observables ? "yes" : "no") &&
	       cursor_parse(about.cursor, ret_after, &old_turn) && old_turn == turn;
}

static int take_row(const struct pack_node *from, struct pack_maker *m, const struct list_row *row,
	struct slice bytes, struct pack_counts *counts, struct why *why)
{
	struct arena a CLEANUP_ARENA = ARENA(64 * MIB);
	struct json_doc doc;
	const char *author = world_party_label(from->world, &row->author, &a);
	int rc = json_read(&doc, &a, bytes, &json_limits_local, why);

	if (rc < 0)
		return rc;
	return pack_maker_object(
		m, &doc, json_root(&doc), from->observables, slice_str(author), counts, why);
}

static int take_page(struct pack_node *from, struct pack_maker *m, struct list_query *q,
	bool *ret_more, struct pack_counts *counts, struct why *why)
{
	struct arena a CLEANUP_ARENA = ARENA(64 * MIB);
	struct list_row *row;
	struct slice *bytes;
	size_t n;
	int rc = stix_list_page(
		from->world, from->db, &from->reader, q, &a, &row, &n, ret_more, why);

	if (rc < 0)
		return rc;
	bytes = arena_array(&a, struct slice, n + 1);
	rc = stix_list_bytes(from->db, row, n, &a, bytes, why);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = take_row(from, m, &row[i], bytes[i], counts, why);
	if (n)
		q->after = row[n - 1].added;
	*ret_more = *ret_more && n > 0;
	return rc;
}

int pack_node_collect(struct pack_node *from, struct pack_maker *m, struct pack *old,
	struct pack_counts *counts, struct why *why)
{
	static const struct slice types[] = {{(const uint8_t *)"indicator", 9},
		{(const uint8_t *)"ipv4-addr", 9}, {(const uint8_t *)"ipv6-addr", 9},
		{(const uint8_t *)"domain-name", 11}, {(const uint8_t *)"url", 3},
		{(const uint8_t *)"email-addr", 10}, {(const uint8_t *)"file", 4},
		{(const uint8_t *)"artifact", 8}, {(const uint8_t *)"x509-certificate", 16}};
	struct list_query q = {.root = cyber_root(&from->world->coalition, from->mode),
		.limit = LIST_LIMIT,
		.bytes = 8 * MIB,
		.type = types,
		.n_type = from->observables ? sizeof(types) / sizeof(types[0]) : 1,
		.versions = VERSION_LAST};
	int64_t turn, after = 0;
	bool more = true;
	int rc = stix_store_turn(from->db, q.root, &turn, why);

	from->whole = true;
	if (rc == 0 && old && goes_on(from, old, turn, &after)) {
		from->whole = false;
		q.after = after;
		rc = pack_maker_pack(m, old, why);
	}
	while (rc == 0 && more)
		rc = take_page(from, m, &q, &more, counts, why);
	snprintf(from->cursor, sizeof(from->cursor), "%lld %lld", (long long)q.after,
		(long long)turn);
	return rc;
}

/* ---- is there anything new? ---- */

static int newest_indicator(struct db *db, int64_t root, int64_t *ret, struct why *why)
{
	struct stmt *s =
		db_stmt(db, "SELECT added FROM cyber_object WHERE root = $1 AND type = 'indicator' "
			    "ORDER BY added DESC LIMIT 1");
	int rc;

	db_bind_i64(s, 1, root);
	rc = db_step(s, why);
	if (rc == DB_ROW)
		*ret = db_i64(s, 0);
	db_reset(s);
	return rc < 0 ? rc : 0;
}

/* Whoever asks once a second counts only if something has been changed that was here before. */
static int mark_count(struct db *db, int64_t root, struct pack_mark *mark, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT (SELECT COUNT(*) FROM cyber_object WHERE root = $1 AND type = 'indicator'), "
		"COUNT(*), COALESCE(MAX(seq), 0) FROM cyber_withdrawn WHERE root = $1 AND type = 'indicator'");
	int rc;

	db_bind_i64(s, 1, root);
	rc = db_step(s, why);
	if (rc == DB_ROW) {
		mark->objects = db_i64(s, 0);
		mark->withdrawn = db_i64(s, 1);
		mark->withdrawn_seq = db_i64(s, 2);
	}
	db_reset(s);
	return rc < 0 ? rc : 0;
}

int pack_node_changed(
	struct db *db, int64_t root, struct pack_mark *mark, bool *ret, struct why *why)
{
	struct pack_mark now = *mark;
	int rc;

	now.newest = 0;
	rc = newest_indicator(db, root, &now.newest, why);
	if (rc == 0)
		rc = stix_store_turn(db, root, &now.turn, why);
	if (rc == 0 && (now.newest != mark->newest || now.turn != mark->turn))
		rc = mark_count(db, root, &now, why);
	if (rc < 0)
		return rc;
	*ret = now.newest != mark->newest || now.objects != mark->objects ||
	       now.withdrawn != mark->withdrawn || now.withdrawn_seq != mark->withdrawn_seq;
	*mark = now;
	return 0;
}

void pack_node_name(const struct id *coalition, const struct id *member, char ret[ORIGIN_MAX])
{
	char c[COAL_TEXT + 1], m[ID_TEXT + 1];

	coalition_format(coalition, c);
	id_format(member, m);
	snprintf(ret, ORIGIN_MAX, "entente/%s/%s/pack", c, m);
}
