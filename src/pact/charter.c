/* The text of a charter: reading and writing, strictly in order and with line numbers in every
 * complaint. */
#include "pact/charter.h"

#include "base/enc.h"
#include "base/limits.h"
#include "pact/clearance.h"
#include "pact/lines.h"

#define NAME_MAX_BYTES	   128
#define LABEL_MAX	   64
#define POLICY_MAX	   128
#define TOKEN_MAX	   64
#define FOLD_VERSION	   1
#define CLEARANCE_TAGS_MAX 1024

static int head_parse(struct charter *c, struct lines *l)
{
	struct slice v;
	int rc;

	if ((rc = lines_exact(l, "entente-charter/1")) < 0 ||
		(rc = lines_text(l, "name", NAME_MAX_BYTES, &c->name)) < 0 ||
		(rc = lines_u32(l, "version", &c->version)) < 0)
		return rc;
	if (c->version == 0)
		return LINES_BAD(l, E_INVALID, "versions count from 1");
	if ((rc = lines_field(l, "prev", &v)) < 0)
		return rc;
	c->has_prev = !slice_is(v, "-");
	if (c->has_prev && value_hash(v, &c->prev) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"prev\" is neither a hash nor -");
	if (c->has_prev != (c->version > 1))
		return LINES_BAD(l, E_INVALID, "version 1, and only version 1, has \"prev -\"");
	if ((rc = lines_u32(l, "fold", &c->fold)) < 0)
		return rc;
	if (c->fold != FOLD_VERSION)
		return LINES_BAD(
			l, E_STATE, "fold version %u is not known to this program", c->fold);
	return 0;
}

/* [a-z][a-z0-9-]*, as kinds are written. */
static bool field_ok(struct slice s)
{
	if (s.n == 0 || s.n > TOKEN_MAX || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
			    s.p[i] == '-'))
			return false;
	return true;
}

static int fields_parse(struct charter *c, struct lines *l)
{
	do {
		struct slice v;
		int rc = lines_field(l, "field", &v);
		if (rc < 0)
			return rc;
		if (c->n_field == CHARTER_FIELDS_MAX)
			return LINES_BAD(l, E_LIMIT, "more than %d fields", CHARTER_FIELDS_MAX);
		if (!field_ok(v))
			return LINES_BAD(l, E_SYNTAX, "\"field\" is a lower-case word");
		for (size_t i = 0; i < c->n_field; i++)
			if (slice_eq(c->field[i], v))
				return LINES_BAD(l, E_INVALID, "the same field twice");
		c->field[c->n_field++] = v;
	} while (lines_is(l, "field"));
	return 0;
}

static int members_parse(struct charter *c, struct lines *l, struct arena *arena)
{
	c->member = arena_array(arena, struct charter_member, LIMIT_MEMBERS);
	do {
		struct slice v, id;
		int rc = lines_field(l, "member", &v);
		if (rc < 0)
			return rc;
		if (c->n_member == LIMIT_MEMBERS)
			return LINES_BAD(l, E_LIMIT, "more than %d members", LIMIT_MEMBERS);
		struct charter_member *m = &c->member[c->n_member];
		if (!slice_cut_exact(&v, ' ', &id) || id_parse(id, &m->id) < 0 ||
			!value_shown(v, LABEL_MAX))
			return LINES_BAD(l, E_SYNTAX,
				"\"member\" is not an id and a label of at most %d bytes",
				LABEL_MAX);
		m->label = v;
		if (c->n_member > 0 && id_cmp(&m[-1].id, &m->id) >= 0)
			return LINES_BAD(l, E_INVALID, "members are sorted and distinct");
		c->n_member++;
	} while (lines_is(l, "member"));
	return 0;
}

/* "all", which is 0, or a number from 1 to max. */
static int count_parse(
	struct lines *l, const char *field, struct slice v, size_t max, unsigned *ret)
{
	uint32_t n = 0;

	if (!slice_is(v, "all") && (word_u32(v, &n) < 0 || n == 0 || n > max))
		return LINES_BAD(l, E_INVALID, "\"%s\" is neither all nor a number from 1 to %zu",
			field, max);
	*ret = n;
	return 0;
}

static int rules_parse(struct charter *c, struct lines *l)
{
	struct slice v;
	int rc;

	if ((rc = lines_field(l, "force", &v)) < 0 ||
		(rc = count_parse(l, "force", v, c->n_member, &c->force)) < 0)
		return rc;
	if ((rc = lines_field(l, "accession", &v)) < 0 ||
		(rc = count_parse(l, "accession", v, LIMIT_MEMBERS, &c->accession)) < 0)
		return rc;
	if ((rc = lines_field(l, "observers", &v)) < 0)
		return rc;
	c->observers = !slice_is(v, "no");
	if (c->observers &&
		(rc = count_parse(l, "observers", v, LIMIT_MEMBERS, &c->observers_need)) < 0)
		return rc;
	uint32_t k;
	if ((rc = lines_u32(l, "suspension", &k)) < 0)
		return rc;
	if (k == 0 || k > LIMIT_MEMBERS)
		return LINES_BAD(
			l, E_INVALID, "\"suspension\" is a number from 1 to %d", LIMIT_MEMBERS);
	c->suspension = k;
	return 0;
}

static int ladder_parse(struct charter *c, struct lines *l)
{
	struct slice v, class_name;
	int rc;

	if ((rc = lines_field(l, "policy", &c->policy)) < 0)
		return rc;
	if (!value_token(c->policy, POLICY_MAX))
		return LINES_BAD(
			l, E_SYNTAX, "\"policy\" is one word of at most %d characters", POLICY_MAX);
	if ((rc = lines_field(l, "ladder", &v)) < 0)
		return rc;
	if (v.p[v.n - 1] == ' ')
		return LINES_BAD(l, E_SYNTAX, "a space at the end");
	while (slice_cut(&v, ' ', &class_name)) {
		if (c->n_ladder == CHARTER_LADDER_MAX)
			return LINES_BAD(l, E_LIMIT, "more than %d classes", CHARTER_LADDER_MAX);
		if (!value_token(class_name, TOKEN_MAX))
			return LINES_BAD(l, E_SYNTAX, "a class is one word");
		if (charter_level(c, class_name) >= 0)
			return LINES_BAD(l, E_INVALID, "the same class twice");
		c->ladder[c->n_ladder++] = class_name;
	}
	return 0;
}

static int category_parse(struct charter_category *ret, struct slice v)
{
	static const char *const types[] = {"restrictive", "permissive", "informative"};
	struct slice type, one;

	if (!slice_cut_exact(&v, ' ', &ret->tag) || !slice_cut_exact(&v, ' ', &type) ||
		!value_token(ret->tag, TOKEN_MAX))
		return E_SYNTAX;
	size_t t = 0;
	while (t < 3 && !slice_is(type, types[t]))
		t++;
	if (t == 3 || v.n == 0 || v.p[v.n - 1] == ',')
		return E_SYNTAX;
	ret->type = (enum category_type)t;
	while (slice_cut(&v, ',', &one)) {
		if (ret->n == CHARTER_VALUES_MAX || !value_token(one, TOKEN_MAX))
			return E_SYNTAX;
		for (size_t i = 0; i < ret->n; i++)
			if (slice_eq(ret->value[i], one))
				return E_SYNTAX;
		ret->value[ret->n++] = one;
	}
	return 0;
}

static int categories_parse(struct charter *c, struct lines *l, struct arena *arena)
{
	c->category = arena_array(arena, struct charter_category, CHARTER_CATEGORIES_MAX);
	while (lines_is(l, "category")) {
		struct slice v;
		int rc = lines_field(l, "category", &v);
		if (rc < 0)
			return rc;
		if (c->n_category == CHARTER_CATEGORIES_MAX)
			return LINES_BAD(
				l, E_LIMIT, "more than %d categories", CHARTER_CATEGORIES_MAX);
		struct charter_category *k = &c->category[c->n_category];
		if (category_parse(k, v) < 0)
			return LINES_BAD(l, E_SYNTAX,
				"\"category\" is not a tag, restrictive, permissive or informative, and at most %d distinct values",
				CHARTER_VALUES_MAX);
		for (size_t i = 0; i < c->n_category; i++)
			if (slice_eq(c->category[i].tag, k->tag))
				return LINES_BAD(l, E_INVALID, "the same category twice");
		if (slice_is(k->tag, "TLP"))
			return LINES_BAD(l, E_INVALID, "TLP is known without a line");
		c->n_category++;
	}
	return 0;
}

static int clearances_parse(struct charter *c, struct lines *l, struct arena *arena)
{
	c->clearance = arena_array(arena, struct charter_clearance, LIMIT_MEMBERS + 1);
	while (lines_is(l, "clearance")) {
		struct slice v, who;
		int rc = lines_field(l, "clearance", &v);
		if (rc < 0)
			return rc;
		if (c->n_clearance == LIMIT_MEMBERS + 1)
			return LINES_BAD(l, E_LIMIT, "more than %d clearances", LIMIT_MEMBERS + 1);
		struct charter_clearance *k = &c->clearance[c->n_clearance];
		if (!slice_cut_exact(&v, ' ', &who))
			return LINES_BAD(l, E_SYNTAX, "\"clearance\" is not a member and a class");
		k->any = slice_is(who, "*");
		if (!k->any && id_parse(who, &k->member) < 0)
			return LINES_BAD(l, E_SYNTAX, "\"clearance\" is for a member id or *");
		if (v.n > CLEARANCE_TAGS_MAX || clearance_parse(c, v, &k->level, &k->tags) < 0)
			return LINES_BAD(l, E_INVALID,
				"the clearance names a class or a value that the charter does not have");
		for (size_t i = 0; i < c->n_clearance; i++)
			if (c->clearance[i].any == k->any &&
				id_eq(&c->clearance[i].member, &k->member))
				return LINES_BAD(l, E_INVALID, "two clearances for one member");
		c->n_clearance++;
	}
	return 0;
}

static int tail_parse(struct charter *c, struct lines *l)
{
	struct slice v, entries;
	int rc = lines_field(l, "quota", &v);
	if (rc < 0)
		return rc;
	if (!slice_take(&v, "entries ") || !slice_cut_exact(&v, ' ', &entries) ||
		!slice_take(&v, "payload-bytes ") || slice_u64(entries, &c->quota_entries) < 0 ||
		slice_u64(v, &c->quota_payload_bytes) < 0)
		return LINES_BAD(l, E_SYNTAX, "expected \"quota entries <n> payload-bytes <n>\"");
	if (c->quota_entries == 0)
		return LINES_BAD(l, E_INVALID, "a quota of no entries");
	if ((rc = lines_field(l, "two-person", &v)) < 0)
		return rc;
	if (slice_is(v, "-"))
		c->two_person = 0;
	else if (scopes_parse(v, &c->two_person) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"two-person\" is a list of scopes, or -");
	if (lines_is(l, "public")) {
		if ((rc = lines_exact(l, "public acts")) < 0)
			return rc;
		c->public_acts = true;
	}
	if ((rc = lines_exact(l, "")) < 0)
		return rc;
	l->line++;
	if (!value_prose(l->rest))
		return LINES_BAD(l, E_SYNTAX, "the declaration is not plain UTF-8 text");
	c->prose = l->rest;
	return 0;
}

int charter_parse(struct charter *ret, struct arena *arena, struct slice text, struct why *why)
{
	struct charter c = {.text = text};
	struct lines l = lines_of(text, why);
	int rc;

	if (text.n > LIMIT_CHARTER_BYTES)
		return why_set(
			why, E_LIMIT, "", "charter over %zu bytes", (size_t)LIMIT_CHARTER_BYTES);
	if ((rc = head_parse(&c, &l)) < 0 || (rc = fields_parse(&c, &l)) < 0 ||
		(rc = members_parse(&c, &l, arena)) < 0 || (rc = rules_parse(&c, &l)) < 0 ||
		(rc = ladder_parse(&c, &l)) < 0 || (rc = categories_parse(&c, &l, arena)) < 0 ||
		(rc = clearances_parse(&c, &l, arena)) < 0 || (rc = tail_parse(&c, &l)) < 0)
		return rc;
	c.hash = hash_bytes(text);
	if (!c.has_prev)
		memcpy(c.coalition.b, c.hash.b, sizeof(c.coalition.b));
	*ret = c;
	return 0;
}

static void count_print(struct buf *b, const char *field, unsigned n)
{
	if (n == 0)
		buf_addf(b, "%s all\n", field);
	else
		buf_addf(b, "%s %u\n", field, n);
}

static void labels_print(const struct charter *c, struct buf *b)
{
	static const char *const types[] = {"restrictive", "permissive", "informative"};

	buf_addf(b, "policy %.*s\nladder", SLICE_FMT(c->policy));
	for (size_t i = 0; i < c->n_ladder; i++)
		buf_addf(b, " %.*s", SLICE_FMT(c->ladder[i]));
	buf_byte(b, '\n');
	for (size_t i = 0; i < c->n_category; i++) {
		const struct charter_category *k = &c->category[i];
		buf_addf(b, "category %.*s %s ", SLICE_FMT(k->tag), types[k->type]);
		for (size_t j = 0; j < k->n; j++)
			buf_addf(b, "%s%.*s", j ? "," : "", SLICE_FMT(k->value[j]));
		buf_byte(b, '\n');
	}
	for (size_t i = 0; i < c->n_clearance; i++) {
		const struct charter_clearance *k = &c->clearance[i];
		char id[ID_TEXT + 1] = "*";
		if (!k->any)
			id_format(&k->member, id);
		buf_addf(b, "clearance %s %.*s", id, SLICE_FMT(c->ladder[k->level]));
		if (k->tags.n > 0)
			buf_addf(b, " %.*s", SLICE_FMT(k->tags));
		buf_byte(b, '\n');
	}
}

void charter_print(const struct charter *c, struct buf *b)
{
	buf_addf(b, "entente-charter/1\nname %.*s\nversion %u\nprev ", SLICE_FMT(c->name),
		c->version);
	if (c->has_prev)
		buf_hex(b, c->prev.b, sizeof(c->prev.b));
	else
		buf_byte(b, '-');
	buf_addf(b, "\nfold %u\n", c->fold);
	for (size_t i = 0; i < c->n_field; i++)
		buf_addf(b, "field %.*s\n", SLICE_FMT(c->field[i]));
	for (size_t i = 0; i < c->n_member; i++) {
		char id[ID_TEXT + 1];
		id_format(&c->member[i].id, id);
		buf_addf(b, "member %s %.*s\n", id, SLICE_FMT(c->member[i].label));
	}
	count_print(b, "force", c->force);
	count_print(b, "accession", c->accession);
	if (c->observers)
		count_print(b, "observers", c->observers_need);
	else
		buf_str(b, "observers no\n");
	buf_addf(b, "suspension %u\n", c->suspension);
	labels_print(c, b);
	buf_addf(b, "quota entries %llu payload-bytes %llu\ntwo-person ",
		(unsigned long long)c->quota_entries, (unsigned long long)c->quota_payload_bytes);
	if (c->two_person)
		scopes_print(b, c->two_person);
	else
		buf_byte(b, '-');
	buf_str(b, c->public_acts ? "\npublic acts\n\n" : "\n\n");
	buf_slice_add(b, c->prose);
}

bool charter_follows(const struct charter *c, const struct charter *present)
{
	return c->has_prev && c->version == present->version + 1 &&
	       hash_eq(&c->prev, &present->hash);
}

bool charter_has_member(const struct charter *c, const struct id *m)
{
	return c->n_member > 0 &&
	       bsearch(m, c->member, c->n_member, sizeof(c->member[0]), id_cmp) != NULL;
}

int charter_level(const struct charter *c, struct slice class_name)
{
	for (size_t i = 0; i < c->n_ladder; i++)
		if (slice_eq(c->ladder[i], class_name))
			return (int)i;
	return -1;
}

int charter_level_need(const struct charter *c, struct slice class_name, const char *where,
	unsigned *ret, struct why *why)
{
	struct buf all CLEANUP_BUF = BUF(4 * KIB);
	int level = charter_level(c, class_name);

	if (level >= 0) {
		*ret = (unsigned)level;
		return 0;
	}
	for (size_t i = 0; i < c->n_ladder; i++) {
		buf_str(&all, i ? ", " : "");
		buf_slice_add(&all, c->ladder[i]);
	}
	return why_set(why, E_INVALID, where, "the class %.*s is not in the charter; there are: %s",
		SLICE_FMT(class_name), buf_cstr(&all));
}
