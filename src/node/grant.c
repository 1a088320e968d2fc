/* grant.c: see grant.h. Pure. */
#include "node/grant.h"

#include "base/enc.h"
#include "base/limits.h"

#include <inttypes.h>

static const char *const kind_names[] = {
	[GRANT_NONE] = "",
	[GRANT_RELEASE] = "release/1",
	[GRANT_RECALL] = "recall/1",
	[GRANT_ERASE] = "erase/1",
	[GRANT_ERASED] = "erased/1",
};

enum grant_kind grant_kind_of(struct slice kind)
{
	for (int k = GRANT_RELEASE; k <= GRANT_ERASED; k++)
		if (slice_is(kind, kind_names[k]))
			return (enum grant_kind)k;
	return GRANT_NONE;
}

const char *grant_kind_name(enum grant_kind k)
{
	return kind_names[k];
}

/* ---- text ---- */

struct grant_lines {
	struct slice rest, line;
	unsigned no;
};

static int line_bad(const struct grant_lines *l, struct why *why, const char *text)
{
	char where[32];

	snprintf(where, sizeof(where), "line %u", l->no);
	return why_set(why, E_SYNTAX, where, "%s", text);
}

static bool line_next(struct grant_lines *l)
{
	l->no++;
	return slice_cut_exact(&l->rest, '\n', &l->line);
}

/* Takes lines "key value" as long as they come. */
static bool line_key(struct grant_lines *l, const char *key, struct slice *ret)
{
	struct grant_lines ahead = *l;
	struct slice line;

	if (!line_next(&ahead))
		return false;
	line = ahead.line;
	if (!slice_take(&line, key) || !slice_take(&line, " "))
		return false;
	*l = ahead;
	*ret = line;
	return true;
}

/* "<M26>.<epoch>.<seq> <leaf hash>" */
static bool target_parse(struct slice text, struct entry_ref *ret)
{
	struct slice member = SLICE_NONE, epoch = SLICE_NONE, seq = SLICE_NONE;
	uint64_t e, s;

	if (!slice_cut_exact(&text, '.', &member) || !slice_cut_exact(&text, '.', &epoch) ||
		!slice_cut_exact(&text, ' ', &seq))
		return false;
	if (id_parse(member, &ret->member) < 0 || slice_u64(epoch, &e) < 0 || e > UINT32_MAX ||
		slice_u64(seq, &s) < 0 || s > INT64_MAX ||
		hex_decode(text, ret->leaf.b, sizeof(ret->leaf.b)) < 0)
		return false;
	ret->epoch = (uint32_t)e;
	ret->seq = s;
	return true;
}

static int place_cmp(const struct entry_ref *a, const struct entry_ref *b)
{
	int c = id_cmp(&a->member, &b->member);

	if (c)
		return c;
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	return a->seq == b->seq ? 0 : a->seq < b->seq ? -1 : 1;
}

static int targets_parse(
	struct grant_lines *l, struct arena *arena, struct grant *g, struct why *why)
{
	struct entry_ref *target = arena_array(arena, struct entry_ref, LIMIT_ENTRY_REFS);
	struct slice v;
	size_t n = 0;

	while (line_key(l, "target", &v)) {
		if (n == LIMIT_ENTRY_REFS)
			return line_bad(l, why, "too many targets");
		if (!target_parse(v, &target[n]))
			return line_bad(
				l, why, "expected \"target <member>.<epoch>.<seq> <leaf>\"");
		if (n && place_cmp(&target[n - 1], &target[n]) >= 0)
			return line_bad(l, why, "targets are not sorted");
		n++;
	}
	if (n == 0)
		return line_bad(l, why, "a target is missing");
	g->target = target;
	g->n_target = n;
	return 0;
}

static int members_parse(
	struct grant_lines *l, struct arena *arena, struct grant *g, struct why *why)
{
	struct id *member = arena_array(arena, struct id, LIMIT_MEMBERS);
	struct slice v;
	size_t n = 0;

	while (line_key(l, "member", &v)) {
		if (n == LIMIT_MEMBERS)
			return line_bad(l, why, "too many members");
		if (id_parse(v, &member[n]) < 0)
			return line_bad(l, why, "no member id");
		if (n && id_cmp(&member[n - 1], &member[n]) >= 0)
			return line_bad(l, why, "members are not sorted");
		n++;
	}
	g->member = member;
	g->n_member = n;
	return 0;
}

int grant_parse(struct grant *ret, struct arena *arena, enum grant_kind kind, struct slice text,
	struct why *why)
{
	struct grant g = {.kind = kind};
	struct grant_lines l = {.rest = text};
	int rc;

	if (!line_next(&l) || !slice_is(l.line, "entente-grant-body/1"))
		return line_bad(&l, why, "expected \"entente-grant-body/1\"");
	rc = targets_parse(&l, arena, &g, why);
	if (rc == 0)
		rc = members_parse(&l, arena, &g, why);
	if (rc < 0)
		return rc;
	line_key(&l, "label", &g.label);
	if (l.rest.n)
		return line_bad(&l, why, "something follows the last line");
	bool names = kind == GRANT_RELEASE || kind == GRANT_RECALL;
	if (names != (g.n_member > 0))
		return why_set(why, E_INVALID, "member",
			names ? "a release or recall names members" : "this kind names no members");
	if (g.label.n && kind != GRANT_RELEASE)
		return why_set(why, E_INVALID, "label", "only a release has a label");
	*ret = g;
	return 0;
}

void grant_print(const struct grant *g, struct buf *b)
{
	char id[ID_TEXT + 1];

	buf_str(b, "entente-grant-body/1\n");
	for (size_t i = 0; i < g->n_target; i++) {
		id_format(&g->target[i].member, id);
		buf_addf(b, "target %s.%" PRIu32 ".%" PRIu64 " ", id, g->target[i].epoch,
			g->target[i].seq);
		buf_hex(b, g->target[i].leaf.b, sizeof(g->target[i].leaf.b));
		buf_byte(b, '\n');
	}
	for (size_t i = 0; i < g->n_member; i++) {
		id_format(&g->member[i], id);
		buf_addf(b, "member %s\n", id);
	}
	if (g->label.n)
		buf_addf(b, "label %.*s\n", SLICE_FMT(g->label));
}

/* ---- effect ---- */

/* A coalition has no more members; names beyond that are nobody's. */
#define READERS_MAX (LIMIT_MEMBERS + 1)

static void set_add(struct grant_result *r, const struct id *one)
{
	if (r->n == READERS_MAX || bsearch(one, r->member, r->n, sizeof(*one), id_cmp))
		return;
	size_t at = r->n++;
	while (at && id_cmp(&r->member[at - 1], one) > 0) {
		r->member[at] = r->member[at - 1];
		at--;
	}
	r->member[at] = *one;
}

static void set_del(struct grant_result *r, const struct id *one)
{
	struct id *hit = bsearch(one, r->member, r->n, sizeof(*one), id_cmp);

	if (!hit)
		return;
	size_t at = (size_t)(hit - r->member);
	memmove(hit, hit + 1, (r->n - at - 1) * sizeof(*hit));
	r->n--;
}

void grant_apply(const struct granted *row, size_t n, const struct id *base, size_t n_base,
	const struct id *author, const struct id *me, struct arena *arena, struct grant_result *ret)
{
	struct grant_result r = {.member = arena_array(arena, struct id, READERS_MAX)};

	set_add(&r, author);
	for (size_t i = 0; i < n_base; i++)
		set_add(&r, &base[i]);
	for (size_t i = 0; i < n; i++) {
		if (row[i].kind == GRANT_ERASE)
			r.erased = true;
		if (row[i].kind == GRANT_RELEASE) {
			set_add(&r, &row[i].member);
			r.label = row[i].label.n ? row[i].label : r.label;
		}
		if (row[i].kind == GRANT_RECALL && !id_eq(&row[i].member, author))
			set_del(&r, &row[i].member);
		if (id_eq(&row[i].member, me) && !id_eq(me, author) &&
			(row[i].kind == GRANT_RELEASE || row[i].kind == GRANT_RECALL))
			r.recalled = row[i].kind == GRANT_RECALL;
	}
	*ret = r;
}
