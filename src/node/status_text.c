/*
 * status_text.c: the one look for people, at any hour: what is wrong comes first, then who is a member and by what signature, then what is only said,
 * then the machinery. Texts of partners are made safe (utf8_show) and wrapped.
 */
#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "node/status_int.h"

#include <inttypes.h>

#define COLUMNS_MIN 40
#define QUOTE_MAX   400 /* characters shown of what somebody said */
#define LABEL_WIDTH 10

enum paint { PLAIN, BOLD, DIM, GREEN, YELLOW, RED };

struct page {
	struct buf *b;
	unsigned columns;
	bool colour;
	enum paint painted;
	struct arena *arena;
	const struct status_all *s;
};

static void paint(struct page *p, enum paint c)
{
	static const char *const codes[] = {"0", "1", "2", "32", "33", "31"};

	if (p->colour && p->painted != c)
		buf_addf(p->b, "\033[%sm", codes[c]);
	p->painted = c;
}

/* Words of `text` within the columns; the first line begins at `at`, which is where the cursor is, the others at `indent`. */
static void wrap(struct page *p, unsigned at, unsigned indent, const char *text)
{
	struct slice rest = slice_str(text), word;
	unsigned col = at;
	bool first = true;

	while (slice_cut(&rest, ' ', &word)) {
		size_t n = utf8_count(word);

		if (word.n == 0)
			continue;
		if (!first && col + 1 + n > p->columns) {
			buf_addf(p->b, "\n%*s", (int)indent, "");
			col = indent;
			first = true;
		}
		buf_str(p->b, first ? "" : " ");
		buf_slice_add(p->b, word);
		col += (unsigned)n + (first ? 0 : 1);
		first = false;
	}
	buf_byte(p->b, '\n');
}

static const char *safe(struct page *p, struct slice s, size_t max_chars)
{
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	utf8_show(&b, s, max_chars);
	return arena_string(p->arena, buf_slice(&b));
}

static const char *name(struct page *p, const struct id *id)
{
	return safe(p, slice_str(world_party_label(p->s->w, id, p->arena)), 40);
}

/* "2025-03-18 09:30Z" */
static const char *minute(struct page *p, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	return arena_printf(p->arena, "%.10s %.5sZ", text, text + 11);
}

static const char *ago(struct page *p, int64_t ms)
{
	int64_t s = (p->s->now_ms - ms) / 1000;

	if (ms == 0)
		return "never";
	if (s < 120)
		return arena_printf(p->arena, "%" PRId64 " s ago", s < 0 ? 0 : s);
	if (s < 7200)
		return arena_printf(p->arena, "%" PRId64 " min ago", s / 60);
	if (s < 48 * 3600)
		return arena_printf(p->arena, "%" PRId64 " h ago", s / 3600);
	return arena_printf(p->arena, "%" PRId64 " days ago", s / 86400);
}

static const char *short_hash(struct page *p, const struct hash *h)
{
	char hex[65];

	hex_encode(h->b, 32, hex);
	return arena_string(p->arena, slice_of(hex, 12));
}

static void heading(struct page *p, const char *text)
{
	buf_byte(p->b, '\n');
	paint(p, BOLD);
	buf_addf(p->b, "%s\n", text);
	paint(p, PLAIN);
}

/* A name in its column. */
static void label(struct page *p, const char *text, enum paint c)
{
	size_t n = utf8_count(slice_str(text));

	buf_str(p->b, "  ");
	paint(p, c);
	buf_str(p->b, text);
	paint(p, PLAIN);
	if (n < LABEL_WIDTH)
		buf_addf(p->b, "%*s", (int)(LABEL_WIDTH - n), "");
	else
		buf_byte(p->b, ' ');
}

static unsigned label_end(const char *text)
{
	size_t n = utf8_count(slice_str(text));

	return 2 + (n < LABEL_WIDTH ? LABEL_WIDTH : (unsigned)n + 1);
}

/* ---- parts ---- */

static void show_head(struct page *p)
{
	const struct world *w = p->s->w;
	char hex[COAL_TEXT + 1];

	coalition_format(&w->coalition.id, hex);
	paint(p, BOLD);
	wrap(p, 0, 0, safe(p, w->coalition.founding.name, 200));
	paint(p, PLAIN);
	wrap(p, 0, 2,
		arena_printf(p->arena,
			"%s; charter version %u (%s), signed by %zu of %zu founders%s%s; %s",
			w->standing.in_force ? "in force" : "NOT IN FORCE YET",
			w->standing.charter->version, short_hash(p, &w->standing.charter->hash),
			w->standing.n_signed, w->standing.n_signed + p->s->n_unsigned,
			p->s->n_unsigned ? ", missing " : "",
			safe(p,
				slice_str(status_names(
					w, p->s->unsigned_founder, p->s->n_unsigned, p->arena)),
				1000),
			minute(p, p->s->now_ms)));
	wrap(p, 0, 2,
		arena_printf(p->arena, "coalition %s; this node is %s%s", hex,
			name(p, &w->node->self),
			w->self_is_member ? "" : ", which is NOT a member"));
	if (w->standing.n_member)
		wrap(p, 0, 2,
			arena_printf(p->arena, "members: %s",
				safe(p,
					slice_str(status_names(w, w->standing.member,
						w->standing.n_member, p->arena)),
					2000)));
}

/* Charters that would follow the one that stands. */
static void show_proposals(struct page *p)
{
	const struct world *w = p->s->w;

	for (size_t i = 0; i < w->standing.n_proposal; i++) {
		const struct standing_proposal *q = &w->standing.proposal[i];
		size_t n;
		const struct id *missing = proposal_missing(q, p->arena, &n);
		wrap(p, 0, 2,
			arena_printf(p->arena,
				"charter version %u is proposed (%s), signed by %zu of %zu%s%s",
				q->version, short_hash(p, &q->hash), q->n_signed, q->n_member,
				n ? ", missing " : "; it stands when all signatures are witnessed",
				safe(p, slice_str(status_names(w, missing, n, p->arena)), 1000)));
	}
}

static void show_warnings(struct page *p)
{
	if (p->s->n_warning == 0)
		return;
	heading(p, "ATTENTION");
	for (size_t i = 0; i < p->s->n_warning; i++) {
		paint(p, RED);
		buf_str(p->b, "  ! ");
		paint(p, PLAIN);
		wrap(p, 4, 4, safe(p, slice_str(p->s->warning[i]), 400));
	}
}

static enum paint status_paint(const struct status_party *q)
{
	if (!q->standing)
		return DIM;
	switch (q->standing->status) {
	case STATUS_MEMBER:
		return GREEN;
	case STATUS_SIGNED:
	case STATUS_APPLIED:
	case STATUS_OBSERVER:
	case STATUS_WITHDRAWING:
		return YELLOW;
	case STATUS_SUSPENDED:
		return RED;
	case STATUS_MENTIONED:
	case STATUS_DECLARED:
	case STATUS_INTERESTED:
		break;
	}
	return DIM;
}

static void show_act(struct page *p, const struct status_act *a)
{
	const char *witnesses = "";

	if (a->need)
		witnesses = arena_printf(
			p->arena, ", witnessed by %u (needs %u)", a->witnessed, a->need);
	buf_addf(p->b, "%*s", 6, "");
	wrap(p, 6, 10,
		arena_printf(p->arena, "%s%s, %s, leaf %s%s%s",
			a->mode == MODE_REAL	   ? ""
			: a->mode == MODE_EXERCISE ? "[EXERCISE] "
						   : "[TEST] ",
			safe(p, slice_str(a->words), 120), minute(p, a->time_ms),
			short_hash(p, &a->leaf), witnesses,
			a->need && a->witnessed < a->need ? ": does not count yet" : ""));
}

static void show_statement(struct page *p, const struct statement *st)
{
	const struct act_body *b = &st->body;

	buf_addf(p->b, "%*s", 6, "");
	paint(p, DIM);
	buf_str(p->b, "only said: ");
	paint(p, PLAIN);
	wrap(p, 17, 10,
		arena_printf(p->arena, "%s%s, %s, %s: claims '%s'; recorded by %s",
			st->mode == MODE_REAL	    ? ""
			: st->mode == MODE_EXERCISE ? "[EXERCISE] "
						    : "[TEST] ",
			safe(p, b->speaker, 80), safe(p, b->said, 40), safe(p, b->where, 80),
			claim_name(b->claim), name(p, &st->author)));
	if (b->prose.n) {
		buf_addf(p->b, "%*s", 10, "");
		wrap(p, 10, 10,
			arena_printf(p->arena, "\"%s\"", safe(p, slice_trim(b->prose), QUOTE_MAX)));
	}
	if (b->source.n) {
		buf_addf(p->b, "%*s", 10, "");
		wrap(p, 10, 10, safe(p, b->source, 400));
	}
}

/* What lists leave out is said, not hidden. */
static void show_more(struct page *p, size_t more, const char *what)
{
	if (more == 0)
		return;
	buf_addf(p->b, "%*s", 2, "");
	wrap(p, 2, 4, arena_printf(p->arena, "and %zu %s, not shown", more, what));
}

static void show_party(struct page *p, const struct status_party *q)
{
	const char *title = safe(p, slice_str(q->label), 40);

	label(p, title, status_paint(q));
	wrap(p, label_end(title), 2 + LABEL_WIDTH, safe(p, slice_str(q->words), 1000));
	show_more(p, q->more_acts, "older acts");
	for (size_t i = 0; i < q->n_act; i++)
		show_act(p, &q->act[i]);
	if (q->standing && q->standing->forked) {
		buf_addf(p->b, "%*s", 6, "");
		paint(p, RED);
		wrap(p, 6, 10, "has told two stories: a fork of its log is proved");
		paint(p, PLAIN);
	}
	if (q->root_twin) {
		buf_addf(p->b, "%*s", 6, "");
		paint(p, RED);
		wrap(p, 6, 10,
			arena_printf(p->arena,
				"its root keys have signed two documents of version %u: both are kept",
				q->root_twin));
		paint(p, PLAIN);
	}
	for (size_t i = 0; i < p->s->n_statement; i++)
		if (status_about(q, &p->s->statement[i]))
			show_statement(p, &p->s->statement[i]);
}

/* Those who are spoken of and are no party: their label is all that is known. */
static void show_strangers(struct page *p)
{
	const struct status_all *s = p->s;
	struct slice last = SLICE_NONE;

	for (size_t i = 0; i < s->n_statement; i++) {
		bool party = false;

		for (size_t k = 0; k < s->n_party; k++)
			party = party || status_about(&s->party[k], &s->statement[i]);
		if (party)
			continue;
		if (!slice_eq(last, s->statement[i].body.about_label)) {
			last = s->statement[i].body.about_label;
			const char *title = safe(p, last, 40);
			label(p, title, DIM);
			wrap(p, label_end(title), 2 + LABEL_WIDTH,
				"not a party; has signed nothing; only spoken of");
		}
		show_statement(p, &s->statement[i]);
	}
	show_more(p, s->more_statements, "older statements");
}

static void show_log(struct page *p, const struct status_log *l)
{
	const char *title = name(p, &l->log.id.member);
	struct buf b CLEANUP_BUF = BUF(64 * KIB);

	buf_str(&b, arena_count(p->arena, l->log.size, "entry", "entries"));
	if (l->log.size)
		buf_addf(&b, ", last %s", ago(p, l->log.time_ms));
	buf_addf(&b, ", root %s", short_hash(p, &l->log.root));
	if (l->log.id.epoch != 1)
		buf_addf(&b, ", epoch %u", l->log.id.epoch);
	if (l->log.frozen)
		buf_addf(&b, ", FROZEN at %" PRIu64, l->log.frozen_at);
	buf_str(&b, l->n_cosigned ? "; seen by" : "; seen by nobody");
	for (size_t i = 0; i < l->n_cosigned; i++)
		buf_addf(&b, "%s %s to %" PRIu64, i ? "," : "", name(p, &l->cosigned[i].witness),
			l->cosigned[i].size);
	if (l->wanted)
		buf_addf(&b, "; %" PRId64 " contents not here", l->wanted);
	if (l->flags)
		buf_addf(&b, "; %" PRId64 " flags", l->flags);
	label(p, title, l->log.frozen ? RED : PLAIN);
	wrap(p, label_end(title), 2 + LABEL_WIDTH, arena_string(p->arena, buf_slice(&b)));
}

static void show_peers(struct page *p)
{
	if (p->s->n_health == 0)
		return;
	heading(p, "PARTNERS");
	for (size_t i = 0; i < p->s->n_health; i++) {
		const struct peer_health *h = &p->s->health[i];
		const char *title = name(p, &h->peer);
		bool well = h->failures == 0;

		label(p, title, well ? GREEN : RED);
		wrap(p, label_end(title), 2 + LABEL_WIDTH,
			well ? arena_printf(p->arena, "reached %s", ago(p, h->last_ok_ms))
			     : arena_printf(p->arena,
				       "NOT REACHED, %" PRId64 " tries; last reached %s; %s",
				       h->failures, ago(p, h->last_ok_ms), safe(p, h->text, 200)));
	}
}

/* Those that stand, or those that are past. */
static void show_refusals(struct page *p, bool past, const char *title)
{
	const struct status_all *s = p->s;
	bool any = false;

	for (size_t i = 0; i < s->n_refusal; i++) {
		const struct refusal *r = &s->refusal[i];
		const char *who = name(p, &r->peer);

		if ((r->mended_ms != 0) != past)
			continue;
		if (!any)
			heading(p, title);
		any = true;
		label(p, who, past ? DIM : RED);
		wrap(p, label_end(who), 2 + LABEL_WIDTH,
			arena_printf(p->arena, "%s: %s; %" PRId64 " time%s, last %s%s%s",
				safe(p, r->step, 40), safe(p, r->text, 320), r->times,
				r->times == 1 ? "" : "s", minute(p, r->last_ms),
				past ? "; good again since " : "",
				past ? minute(p, r->mended_ms) : ""));
	}
}

static void show_troubles(struct page *p)
{
	const struct status_all *s = p->s;

	show_refusals(p, false, "REFUSED");
	show_refusals(p, true, "REFUSED BEFORE");
	show_more(p, s->more_refusals, "older refusals");
	if (s->n_flag)
		heading(p, "ENTRIES THAT BREAK RULES");
	for (size_t i = 0; i < s->n_flag && i < 20; i++) {
		const char *title = name(p, &s->flag[i].log.member);

		label(p, title, YELLOW);
		wrap(p, label_end(title), 2 + LABEL_WIDTH,
			arena_printf(p->arena, "entry %" PRIu64 ", %s: %s", s->flag[i].seq,
				safe(p, s->flag[i].step, 40), safe(p, s->flag[i].text, 320)));
	}
}

int status_text(const struct world *w, struct db *db, unsigned columns, bool colour,
	struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct status_all s;
	struct page p = {.b = ret,
		.columns = columns < COLUMNS_MIN ? COLUMNS_MIN : columns,
		.colour = colour,
		.arena = &arena,
		.s = &s};
	int rc = status_load(&s, w, db, NULL, &arena, why);

	if (rc < 0)
		return rc;
	show_head(&p);
	show_proposals(&p);
	show_warnings(&p);
	heading(&p, "WHO HAS SIGNED WHAT");
	for (size_t i = 0; i < s.n_party; i++)
		show_party(&p, &s.party[i]);
	show_strangers(&p);
	heading(&p, "LOGS");
	for (size_t i = 0; i < s.n_log; i++)
		show_log(&p, &s.log[i]);
	show_peers(&p);
	show_troubles(&p);
	heading(&p, "RECORDS");
	buf_addf(ret, "  real %" PRId64 "   exercise %" PRId64 "   test %" PRId64 "\n",
		s.count[MODE_REAL], s.count[MODE_EXERCISE], s.count[MODE_TEST]);
	return buf_over(ret) ? why_set(why, E_LIMIT, "", "the page does not fit") : 0;
}
