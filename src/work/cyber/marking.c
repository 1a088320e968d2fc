/* marking.c: see marking.h. */
#include "work/cyber/marking.h"

#include "base/map.h"

#define TLP2_EXTENSION "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

static const struct tlp_row {
	const char *id, *word;
	enum tlp tlp;
	int version;
} tlp_rows[] = {
	{"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "white", TLP_CLEAR, 1},
	{"marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green", TLP_GREEN, 1},
	{"marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber", TLP_AMBER, 1},
	{"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red", TLP_RED, 1},
	{"marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear", TLP_CLEAR, 2},
	{"marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green", TLP_GREEN, 2},
	{"marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber", TLP_AMBER, 2},
	{"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict",
		TLP_AMBER_STRICT, 2},
	{"marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red", TLP_RED, 2},
};
#define TLP_ROWS (sizeof(tlp_rows) / sizeof(*tlp_rows))

/* Hex digits of an id may be in either case. */
static bool same_id(struct slice a, const char *b)
{
	return a.n == strlen(b) && strncasecmp((const char *)a.p, b, a.n) == 0;
}

static const struct tlp_row *row_of(struct slice id)
{
	for (size_t i = 0; i < TLP_ROWS; i++)
		if (same_id(id, tlp_rows[i].id))
			return &tlp_rows[i];
	return NULL;
}

enum tlp marking_tlp(struct slice id)
{
	const struct tlp_row *row = row_of(id);

	return row ? row->tlp : TLP_NONE;
}

const char *marking_id(enum tlp tlp)
{
	for (size_t i = 0; i < TLP_ROWS; i++)
		if (tlp_rows[i].version == 2 && tlp_rows[i].tlp == tlp)
			return tlp_rows[i].id;
	return NULL;
}

/* `seen`: ids that are in `other`. */
static void ref_add(struct marking *m, struct map *seen, struct slice id)
{
	enum tlp tlp = marking_tlp(id);

	if (tlp > m->tlp)
		m->tlp = tlp;
	if (tlp == TLP_NONE && !map_put(seen, id, m))
		m->other[m->n_other++] = id;
}

void marking_read(const struct stix *s, struct arena *arena, struct marking *ret)
{
	json_ref refs = stix_get(s, "object_marking_refs");
	json_ref parts = stix_get(s, "granular_markings");
	struct marking m = {.tlp = TLP_NONE};
	struct map seen = {0};

	if (refs == JSON_ABSENT && parts == JSON_ABSENT) {
		*ret = m;
		return;
	}
	m.other = arena_array(
		arena, struct slice, json_count(&s->doc, refs) + json_count(&s->doc, parts) + 1);
	for (json_ref v = json_first(&s->doc, refs); v; v = json_next(&s->doc, v))
		ref_add(&m, &seen, json_string(&s->doc, v, arena));
	for (json_ref v = json_first(&s->doc, parts); v; v = json_next(&s->doc, v)) {
		json_ref one = json_get(&s->doc, v, "marking_ref");

		if (one != JSON_ABSENT)
			ref_add(&m, &seen, json_string(&s->doc, one, arena));
	}
	map_free(&seen);
	*ret = m;
}

static struct slice tlp2_word(const struct stix *s, struct arena *arena)
{
	json_ref ext = json_get(&s->doc, stix_get(s, "extensions"), TLP2_EXTENSION);

	return json_string(&s->doc, json_get(&s->doc, ext, "tlp_2_0"), arena);
}

enum marking_kind marking_kind_of(const struct stix *s, struct arena *arena)
{
	if (row_of(s->id))
		return MARKING_TLP;
	if (slice_is(stix_text(s, "definition_type", arena), "statement") &&
		stix_get(s, "extensions") == JSON_ABSENT)
		return MARKING_STATEMENT;
	return MARKING_UNKNOWN;
}

int marking_definition_check(const struct stix *s, struct arena *arena, struct why *why)
{
	const struct tlp_row *row = row_of(s->id);
	struct slice kind = stix_text(s, "definition_type", arena), word = tlp2_word(s, arena);
	json_ref definition = stix_get(s, "definition");

	if (slice_is(kind, "statement") &&
		json_type(&s->doc, json_get(&s->doc, definition, "statement")) != JSON_STRING)
		return why_set(why, E_INVALID, "/definition/statement", "a statement has its text");
	if (slice_is(kind, "tlp"))
		word = json_string(&s->doc, json_get(&s->doc, definition, "tlp"), arena);
	if (!row && (slice_is(kind, "tlp") || word.p))
		return why_set(why, E_INVALID, "/id",
			"the standard has fixed the instances of TLP; this is none of them");
	if (row && (!slice_is(word, row->word) || (row->version == 1) != slice_is(kind, "tlp")))
		return why_set(why, E_INVALID, "/id", "this id is that of TLP:%s in TLP %d",
			row->word, row->version);
	return 0;
}

int marking_narrow(struct slice label, enum tlp tlp, struct buf *ret, struct why *why)
{
	struct label l;
	bool done = false;
	int rc = label_parse(&l, label, why);

	if (rc < 0)
		return rc;
	if (l.tlp >= tlp) {
		buf_slice_add(ret, label);
		return 0;
	}
	buf_addf(ret, "%.*s %.*s", SLICE_FMT(l.policy), SLICE_FMT(l.class_name));
	for (size_t i = 0; i < l.n_tag; i++) {
		bool is_tlp = slice_is(l.tag[i].tag, "TLP");

		/* Tags are sorted. */
		if (!done && (is_tlp || slice_cmp(l.tag[i].tag, SLICE("TLP")) > 0)) {
			buf_addf(ret, " TLP=%s", tlp_name(tlp) + strlen("TLP:"));
			done = true;
		}
		if (!is_tlp)
			buf_addf(ret, " %.*s=%.*s", SLICE_FMT(l.tag[i].tag),
				SLICE_FMT(l.tag[i].values));
	}
	if (!done)
		buf_addf(ret, " TLP=%s", tlp_name(tlp) + strlen("TLP:"));
	return 0;
}
