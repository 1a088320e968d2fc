/* The content of an act: one table says which fields each kind has, and in which order; reading and
 * printing walk it. */
#include "pact/acts.h"

#include "base/clock.h"
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "pact/clearance.h"
#include "pact/lines.h"

#include <errno.h>
#include <stddef.h>

#define TEXT_MAX  256
#define LABEL_MAX 64
#define URL_MAX	  2048
#define LANG_MAX  35

static const char *const claims[] = {
	[CLAIM_OTHER] = "other",
	[CLAIM_MEMBER] = "member",
	[CLAIM_WILL_JOIN] = "will-join",
	[CLAIM_NOT_DECIDED] = "not-decided",
	[CLAIM_NOT_MEMBER] = "not-member",
	[CLAIM_LEFT] = "left",
};

const char *claim_name(enum claim c)
{
	return claims[c];
}

int claim_parse(struct slice text, enum claim *ret)
{
	for (int c = CLAIM_OTHER; c <= CLAIM_LEFT; c++) {
		if (slice_is(text, claims[c])) {
			*ret = (enum claim)c;
			return 0;
		}
	}
	return -EINVAL;
}

enum field_type {
	F_HASH,
	F_ID,
	F_U32,
	F_U64,
	F_MS,
	F_TEXT,
	F_CHECKED,
	F_CLAIM,
	F_ROLE,
	F_RATIFIERS,
	F_CUTS,
	F_PUBLIC,
	F_LEAVES
};

struct field {
	const char *name;
	enum field_type type;
	size_t at;		     /* offset in struct act_body */
	size_t max;		     /* F_TEXT: bytes */
	bool (*check)(struct slice); /* F_CHECKED */
	bool optional;
	size_t has; /* F_ID: offset of the flag that it is there */
};

static bool said_ok(struct slice s)
{
	int64_t ms;
	if (s.n != 10)
		return s.n <= 64 && utc_parse(s, &ms, NULL) == 0;
	char full[32];
	snprintf(full, sizeof(full), "%.10sT00:00:00Z", (const char *)s.p);
	return utc_parse(slice_str(full), &ms, NULL) == 0;
}

static bool url_ok(struct slice s)
{
	if (s.n > URL_MAX || (!slice_starts(s, "https://") && !slice_starts(s, "http://")))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f)
			return false;
	return true;
}

static bool sha256_ok(struct slice s)
{
	struct hash h;
	return value_hash(s, &h) == 0;
}

static bool lang_ok(struct slice s)
{
	if (s.n < 2 || s.n > LANG_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool letter =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && !(c == '-' && i > 0 && i + 1 < s.n))
			return false;
	}
	return true;
}

#define AT(member) offsetof(struct act_body, member)
#define HASH(word, m)                                                                              \
	{                                                                                          \
		.name = (word), .type = F_HASH, .at = AT(m)                                        \
	}
#define MEMBER(word, m, flag)                                                                      \
	{                                                                                          \
		.name = (word), .type = F_ID, .at = AT(m), .has = AT(flag)                         \
	}
#define TEXT(word, m, bytes)                                                                       \
	{                                                                                          \
		.name = (word), .type = F_TEXT, .at = AT(m), .max = (bytes)                        \
	}
#define CHECKED(word, m, fn)                                                                       \
	{                                                                                          \
		.name = (word), .type = F_CHECKED, .at = AT(m), .check = (fn)                      \
	}
#define END                                                                                        \
	{                                                                                          \
		.name = NULL                                                                       \
	}

static const struct field introduction[] = {MEMBER("member", member, has_member),
	HASH("root", root), TEXT("label", label, LABEL_MAX), END};
static const struct field charter_only[] = {HASH("charter", charter), END};
static const struct field accede[] = {HASH("charter", charter), {.name = "as", .type = F_ROLE},
	{.name = "ratifier", .type = F_RATIFIERS},
	CHECKED("clearance", clearance, clearance_form_ok), TEXT("label", label, LABEL_MAX), END};
static const struct field ratify[] = {HASH("charter", charter),
	MEMBER("member", member, has_member), HASH("accession", accession), END};
static const struct field withdraw[] = {
	{.name = "effective", .type = F_MS, .at = AT(effective_ms)}, END};
static const struct field suspend[] = {MEMBER("member", member, has_member),
	{.name = "log-epoch", .type = F_U32, .at = AT(log_epoch)},
	{.name = "cut", .type = F_U64, .at = AT(cut)}, HASH("root", root),
	{.name = "reason", .type = F_TEXT, .at = AT(reason), .max = 1024, .optional = true}, END};
static const struct field resume[] = {MEMBER("member", member, has_member), END};
static const struct field statement[] = {TEXT("about-label", about_label, TEXT_MAX),
	{.name = "about", .type = F_ID, .at = AT(about), .optional = true, .has = AT(has_about)},
	TEXT("speaker", speaker, TEXT_MAX), CHECKED("said", said, said_ok),
	TEXT("where", where, TEXT_MAX),
	{.name = "source", .type = F_CHECKED, .at = AT(source), .check = url_ok, .optional = true},
	{.name = "file", .type = F_CHECKED, .at = AT(file), .check = sha256_ok, .optional = true},
	{.name = "claim", .type = F_CLAIM},
	{.name = "lang", .type = F_CHECKED, .at = AT(lang), .check = lang_ok, .optional = true},
	END};
static const struct field digest[] = {{.name = "fold", .type = F_U32, .at = AT(fold)},
	HASH("digest", digest), {.name = "cut", .type = F_CUTS}, END};
static const struct field publish[] = {
	{.name = "as", .type = F_PUBLIC}, {.name = "leaf", .type = F_LEAVES}, END};
static const struct field none[] = {END};

static const struct field *fields_of(enum act_kind kind)
{
	static const struct field *const by_kind[ACT_KINDS] = {
		[ACT_NONE] = none,
		[ACT_ROOT] = none,
		[ACT_CHARTER] = none,
		[ACT_INTRODUCTION] = introduction,
		[ACT_ROLL] = none,
		[ACT_SIGN] = charter_only,
		[ACT_INTEREST] = charter_only,
		[ACT_ACCEDE] = accede,
		[ACT_RATIFY] = ratify,
		[ACT_WITHDRAW] = withdraw,
		[ACT_SUSPEND] = suspend,
		[ACT_RESUME] = resume,
		[ACT_STATEMENT] = statement,
		[ACT_DIGEST] = digest,
		[ACT_PUBLISH] = publish,
	};
	return by_kind[kind];
}

static void *slot(struct act_body *a, size_t at)
{
	return (char *)a + at;
}

static const void *slot_of(const struct act_body *a, size_t at)
{
	return (const char *)a + at;
}

static int role_parse(struct act_body *a, struct lines *l)
{
	struct slice v;
	int rc = lines_field(l, "as", &v);
	if (rc < 0)
		return rc;
	a->observer = slice_is(v, "observer");
	if (!a->observer && !slice_is(v, "member"))
		return LINES_BAD(l, E_SYNTAX, "\"as\" is member or observer");
	return 0;
}

static int ratifiers_parse(struct act_body *a, struct arena *arena, struct lines *l)
{
	a->ratifier = arena_array(arena, struct id, LIMIT_MEMBERS);
	do {
		if (a->n_ratifier == LIMIT_MEMBERS)
			return LINES_BAD(l, E_LIMIT, "more than %d ratifiers", LIMIT_MEMBERS);
		struct id *id = &a->ratifier[a->n_ratifier];
		int rc = lines_id(l, "ratifier", id);
		if (rc < 0)
			return rc;
		for (size_t i = 0; i < a->n_ratifier; i++)
			if (id_eq(&a->ratifier[i], id))
				return LINES_BAD(l, E_INVALID, "the same ratifier twice");
		a->n_ratifier++;
	} while (lines_is(l, "ratifier"));
	return 0;
}

static int cuts_parse(struct act_body *a, struct arena *arena, struct lines *l)
{
	a->cuts = arena_array(arena, struct act_cut, LIMIT_MEMBERS);
	while (lines_is(l, "cut")) {
		struct slice v, id, epoch;
		int rc = lines_field(l, "cut", &v);
		if (rc < 0)
			return rc;
		if (a->n_cuts == LIMIT_MEMBERS)
			return LINES_BAD(l, E_LIMIT, "more than %d cuts", LIMIT_MEMBERS);
		struct act_cut *c = &a->cuts[a->n_cuts];
		if (!slice_cut_exact(&v, '.', &id) || !slice_cut_exact(&v, ' ', &epoch) ||
			id_parse(id, &c->member) < 0 || word_u32(epoch, &c->epoch) < 0 ||
			slice_u64(v, &c->size) < 0)
			return LINES_BAD(l, E_SYNTAX, "\"cut\" is <member>.<epoch> <size>");
		a->n_cuts++;
	}
	return 0;
}

static int public_parse(struct act_body *a, struct lines *l)
{
	struct slice v;
	int rc = lines_field(l, "as", &v);
	if (rc < 0)
		return rc;
	a->withdrawn = slice_is(v, "withdrawn");
	if (!a->withdrawn && !slice_is(v, "public"))
		return LINES_BAD(l, E_SYNTAX, "\"as\" is public or withdrawn");
	return 0;
}

/* Sorted and distinct: one set has one text. */
static int leaves_parse(struct act_body *a, struct arena *arena, struct lines *l)
{
	a->leaves = arena_array(arena, struct hash, LIMIT_ENTRY_REFS);
	do {
		if (a->n_leaves == LIMIT_ENTRY_REFS)
			return LINES_BAD(l, E_LIMIT, "more than %d leaves", LIMIT_ENTRY_REFS);
		struct hash *leaf = &a->leaves[a->n_leaves];
		int rc = lines_hash(l, "leaf", leaf);
		if (rc < 0)
			return rc;
		if (a->n_leaves > 0 && hash_cmp(&leaf[-1], leaf) >= 0)
			return LINES_BAD(l, E_INVALID, "leaves are sorted and distinct");
		a->n_leaves++;
	} while (lines_is(l, "leaf"));
	return 0;
}

static int checked_parse(struct act_body *a, const struct field *f, struct lines *l)
{
	struct slice v;
	int rc = lines_field(l, f->name, &v);
	if (rc < 0)
		return rc;
	if (!f->check(v))
		return LINES_BAD(l, E_SYNTAX, "\"%s\" is not well-formed", f->name);
	*(struct slice *)slot(a, f->at) = v;
	return 0;
}

static int claim_line_parse(struct act_body *a, struct lines *l)
{
	struct slice v;
	int rc = lines_field(l, "claim", &v);
	if (rc == 0 && claim_parse(v, &a->claim) < 0)
		return LINES_BAD(l, E_SYNTAX,
			"\"claim\" is member, will-join, not-decided, not-member, left or other");
	return rc;
}

static int ms_parse(struct act_body *a, const struct field *f, struct lines *l)
{
	int64_t ms;
	int rc = lines_i64(l, f->name, &ms);
	if (rc < 0)
		return rc;
	if (ms <= 0)
		return LINES_BAD(l, E_INVALID, "\"%s\" is not a time", f->name);
	*(int64_t *)slot(a, f->at) = ms;
	return 0;
}

static int field_parse(
	struct act_body *a, struct arena *arena, const struct field *f, struct lines *l)
{
	int rc = 0;

	switch (f->type) {
	case F_HASH:
		return lines_hash(l, f->name, slot(a, f->at));
	case F_ID:
		if ((rc = lines_id(l, f->name, slot(a, f->at))) == 0)
			*(bool *)slot(a, f->has) = true;
		return rc;
	case F_U32:
		return lines_u32(l, f->name, slot(a, f->at));
	case F_U64:
		return lines_u64(l, f->name, slot(a, f->at));
	case F_MS:
		return ms_parse(a, f, l);
	case F_TEXT:
		return lines_text(l, f->name, f->max, slot(a, f->at));
	case F_CHECKED:
		return checked_parse(a, f, l);
	case F_CLAIM:
		return claim_line_parse(a, l);
	case F_ROLE:
		return role_parse(a, l);
	case F_RATIFIERS:
		return ratifiers_parse(a, arena, l);
	case F_CUTS:
		return cuts_parse(a, arena, l);
	case F_PUBLIC:
		return public_parse(a, l);
	case F_LEAVES:
		return leaves_parse(a, arena, l);
	}
	MUST(false);
}

/* Kinds whose payload is another document, or that have none. */
static int whole_parse(struct act_body *a, struct slice text, struct why *why)
{
	if (a->kind == ACT_ROLL && text.n > 0)
		return why_set(why, E_INVALID, "", "a roll has no payload");
	if (a->kind == ACT_CHARTER)
		a->charter = hash_bytes(text);
	a->prose = text;
	return 0;
}

int act_body_parse(struct act_body *ret, struct arena *arena, enum act_kind kind, struct slice text,
	struct why *why)
{
	struct act_body a = {.kind = kind};
	struct lines l = lines_of(text, why);
	int rc;

	MUST(kind > ACT_NONE && kind < ACT_KINDS);
	if (kind == ACT_ROOT || kind == ACT_CHARTER || kind == ACT_ROLL) {
		if ((rc = whole_parse(&a, text, why)) < 0)
			return rc;
		*ret = a;
		return 0;
	}
	if (text.n > LIMIT_STATEMENT_BYTES)
		return why_set(why, E_LIMIT, "", "over %zu bytes", (size_t)LIMIT_STATEMENT_BYTES);
	if ((rc = lines_exact(&l, "entente-act-body/1")) < 0)
		return rc;
	for (const struct field *f = fields_of(kind); f->name; f++) {
		if (f->optional && !lines_is(&l, f->name))
			continue;
		if ((rc = field_parse(&a, arena, f, &l)) < 0)
			return rc;
	}
	if ((rc = lines_exact(&l, "")) < 0)
		return rc;
	l.line++;
	if (!value_prose(l.rest))
		return LINES_BAD(&l, E_SYNTAX, "the prose is not plain UTF-8 text");
	a.prose = l.rest;
	*ret = a;
	return 0;
}

static void hash_line(struct buf *b, const char *name, const struct hash *h)
{
	buf_addf(b, "%s ", name);
	buf_hex(b, h->b, sizeof(h->b));
	buf_byte(b, '\n');
}

static void id_line(struct buf *b, const char *name, const struct id *id)
{
	char text[ID_TEXT + 1];
	id_format(id, text);
	buf_addf(b, "%s %s\n", name, text);
}

static void text_line(struct buf *b, const struct field *f, struct slice v)
{
	if (v.n > 0 || !f->optional)
		buf_addf(b, "%s %.*s\n", f->name, SLICE_FMT(v));
}

static void cuts_print(const struct act_body *a, struct buf *b)
{
	for (size_t i = 0; i < a->n_cuts; i++) {
		char id[ID_TEXT + 1];
		id_format(&a->cuts[i].member, id);
		buf_addf(b, "cut %s.%u %llu\n", id, a->cuts[i].epoch,
			(unsigned long long)a->cuts[i].size);
	}
}

static void field_print(const struct act_body *a, const struct field *f, struct buf *b)
{
	const void *v = slot_of(a, f->at);

	switch (f->type) {
	case F_HASH:
		hash_line(b, f->name, v);
		break;
	case F_ID:
		if (!f->optional || *(const bool *)slot_of(a, f->has))
			id_line(b, f->name, v);
		break;
	case F_U32:
		buf_addf(b, "%s %u\n", f->name, *(const uint32_t *)v);
		break;
	case F_U64:
		buf_addf(b, "%s %llu\n", f->name, (unsigned long long)*(const uint64_t *)v);
		break;
	case F_MS:
		buf_addf(b, "%s %lld\n", f->name, (long long)*(const int64_t *)v);
		break;
	case F_TEXT:
	case F_CHECKED:
		text_line(b, f, *(const struct slice *)v);
		break;
	case F_CLAIM:
		buf_addf(b, "claim %s\n", claim_name(a->claim));
		break;
	case F_ROLE:
		buf_addf(b, "as %s\n", a->observer ? "observer" : "member");
		break;
	case F_RATIFIERS:
		for (size_t i = 0; i < a->n_ratifier; i++)
			id_line(b, f->name, &a->ratifier[i]);
		break;
	case F_CUTS:
		cuts_print(a, b);
		break;
	case F_PUBLIC:
		buf_addf(b, "as %s\n", a->withdrawn ? "withdrawn" : "public");
		break;
	case F_LEAVES:
		for (size_t i = 0; i < a->n_leaves; i++)
			hash_line(b, f->name, &a->leaves[i]);
		break;
	}
}

void act_body_print(const struct act_body *a, struct buf *b)
{
	MUST(a->kind > ACT_NONE && a->kind < ACT_KINDS);
	if (a->kind == ACT_ROOT || a->kind == ACT_CHARTER || a->kind == ACT_ROLL) {
		buf_slice_add(b, a->prose);
		return;
	}
	buf_str(b, "entente-act-body/1\n");
	for (const struct field *f = fields_of(a->kind); f->name; f++)
		field_print(a, f, b);
	buf_byte(b, '\n');
	buf_slice_add(b, a->prose);
}
