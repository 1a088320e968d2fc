/* taxii_query.c: parameters of TAXII (§3.4, §3.5). What is malformed is 400, what is not known is passed over. */
#include "work/cyber/taxii.h"

#include "base/enc.h"

struct given {
	bool limit, next, after, id, type, version, spec;
};

static int wrong(struct taxii *t, struct slice name, const char *what)
{
	char where[80];

	t->status = 400;
	snprintf(where, sizeof(where), "%.60s", arena_string(t->arena, name));
	return why_set(&t->why, E_SYNTAX, where, "%s", what);
}

static bool has_word(const char *words, const char *word)
{
	struct slice rest = slice_str(words), one;

	while (slice_cut(&rest, ' ', &one))
		if (slice_is(one, word))
			return true;
	return false;
}

/* "a,b,c", none of them empty. */
static int list_read(
	struct taxii *t, struct slice name, struct slice text, struct slice **ret, size_t *ret_n)
{
	struct slice one, *list = arena_array(t->arena, struct slice, TAXII_FILTER_MAX);
	size_t n = 0;

	if (!text.n || text.p[text.n - 1] == ',')
		return wrong(t, name, "a value is empty");
	while (slice_cut(&text, ',', &one)) {
		if (!one.n)
			return wrong(t, name, "a value is empty");
		if (n == TAXII_FILTER_MAX)
			return wrong(t, name, "too many values");
		list[n++] = one;
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

static int read_ids(struct taxii *t, struct slice name, struct slice text)
{
	struct stix_uuid uuid;
	struct slice type;
	int rc = list_read(t, name, text, &t->query.id, &t->query.n_id);

	for (size_t i = 0; rc == 0 && i < t->query.n_id; i++)
		if (stix_id_parse(t->query.id[i], &type, &uuid) < 0)
			rc = wrong(t, name, "a value is no identifier of STIX");
	return rc;
}

static int read_types(struct taxii *t, struct slice name, struct slice text)
{
	int rc = list_read(t, name, text, &t->query.type, &t->query.n_type);

	for (size_t i = 0; rc == 0 && i < t->query.n_type; i++)
		if (!stix_type_valid(t->query.type[i]))
			rc = wrong(t, name, "a value is no type of STIX");
	return rc;
}

static int read_versions(struct taxii *t, struct slice name, struct slice text)
{
	struct taxii_query *q = &t->query;
	struct slice *list;
	size_t n;
	int rc = list_read(t, name, text, &list, &n);

	q->has_version = true;
	q->version = list;
	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool twice = false;

		for (size_t k = 0; k < i; k++)
			twice |= slice_eq(list[k], list[i]);
		if (twice)
			return wrong(t, name, "a value twice");
		if (slice_is(list[i], "all"))
			q->all = true;
		else if (slice_is(list[i], "last"))
			q->last = true;
		else if (slice_is(list[i], "first"))
			q->first = true;
		else if (when_check(list[i]) < 0)
			return wrong(t, name, "a version is last, first, all or a timestamp");
		else if (q->n_version == LIST_EXACT)
			return wrong(t, name, "too many values");
		else
			q->version[q->n_version++] = list[i];
	}
	if (rc == 0 && q->all && n > 1)
		rc = wrong(t, name, "'all' stands alone");
	return rc;
}

static int read_specs(struct taxii *t, struct slice name, struct slice text)
{
	struct slice *list;
	bool ours = false;
	size_t n;
	int rc = list_read(t, name, text, &list, &n);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		for (size_t k = 0; k < list[i].n; k++)
			if (!(list[i].p[k] >= '0' && list[i].p[k] <= '9') && list[i].p[k] != '.')
				return wrong(t, name, "a value is no version of STIX");
		ours |= slice_is(list[i], "2.1");
	}
	t->query.none = !ours;
	return rc;
}

static int read_after(struct taxii *t, struct slice name, struct slice text)
{
	int64_t us;

	if (when_us(text, &us) < 0)
		return wrong(t, name, "expected a timestamp in UTC");
	if (us > t->query.after)
		t->query.after = us;
	return 0;
}

/* "n" and where the page before has ended: it says all, so any node process and any repetition answer alike. */
static int read_next(struct taxii *t, struct slice name, struct slice text)
{
	uint64_t at;

	if (!slice_take(&text, "n") || slice_u64(text, &at) < 0 || at > INT64_MAX)
		return wrong(t, name, "this was not given out by this server");
	if ((int64_t)at > t->query.after)
		t->query.after = (int64_t)at;
	return 0;
}

static int read_limit(struct taxii *t, struct slice name, struct slice text)
{
	uint64_t n;

	/* Larger than can be counted is still a number, and more than a page. */
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return wrong(t, name, "a limit is a whole number above 0");
	if (text.n == 0 || text.n > 40)
		return wrong(t, name, "a limit is a whole number above 0");
	if (slice_u64(text, &n) < 0)
		n = text.p[0] == '0' ? 0 : LIMIT_TAXII_PAGE;
	if (n == 0)
		return wrong(t, name, "a limit is a whole number above 0");
	t->query.limit = n < LIMIT_TAXII_PAGE ? (size_t)n : LIMIT_TAXII_PAGE;
	return 0;
}

static int once(struct taxii *t, bool *seen, struct slice name)
{
	if (*seen)
		return wrong(t, name, "the parameter stands twice");
	*seen = true;
	return 0;
}

static int read_one(
	struct taxii *t, const char *allowed, struct given *g, struct slice name, struct slice text)
{
	const struct {
		const char *name, *allowed;
		bool *seen;
		int (*read)(struct taxii *t, struct slice name, struct slice text);
	} row[] = {
		{"limit", "page", &g->limit, read_limit},
		{"next", "page", &g->next, read_next},
		{"added_after", "page", &g->after, read_after},
		{"match[id]", "id", &g->id, read_ids},
		{"match[type]", "type", &g->type, read_types},
		{"match[version]", "version", &g->version, read_versions},
		{"match[spec_version]", "spec_version", &g->spec, read_specs},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		int rc;

		if (!slice_is(name, row[i].name) || !has_word(allowed, row[i].allowed))
			continue;
		rc = once(t, row[i].seen, name);
		return rc < 0 ? rc : row[i].read(t, name, text);
	}
	return 0;
}

int taxii_query_read(struct taxii *t, const char *allowed)
{
	struct slice rest = t->req->query, pair, key;
	struct given g = {0};
	int rc = 0;

	while (rc == 0 && slice_cut(&rest, '&', &pair)) {
		struct buf name CLEANUP_BUF = BUF(256), text CLEANUP_BUF = BUF(LIMIT_HEAD_BYTES);
		struct slice value = pair;

		if (!pair.n)
			continue;
		if (!slice_cut_exact(&value, '=', &key)) {
			key = pair;
			value = SLICE("");
		}
		if (percent_decode(key, &name) < 0 || percent_decode(value, &text) < 0 ||
			buf_over(&name))
			return wrong(t, SLICE("query"), "a broken escape");
		rc = read_one(t, allowed, &g, arena_copy(t->arena, buf_slice(&name)),
			arena_copy(t->arena, buf_slice(&text)));
	}
	return rc;
}
