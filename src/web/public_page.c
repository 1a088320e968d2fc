/* public_page.c: the register as a page. */
#include "web/public_text.h"

#include "base/clock.h"
#include "base/enc.h"
#include "web/asset.h"
#include "web/page.h"

#include <inttypes.h>
#include <stdarg.h>

struct painting {
	struct html *h;
	const struct public_view *v;
	enum public_lang lang;
};

static const char *say(const struct painting *p, enum public_word word)
{
	return public_word(p->lang, word);
}

static void say_text(const struct painting *p, enum public_word word)
{
	html_str(p->h, say(p, word));
}

static void when(const struct painting *p, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];
	utc_format(ms, text);
	html_open(p->h, "time");
	html_attr(p->h, "datetime", slice_str(text));
	text[10] = ' ';
	html_text(p->h, slice_of(text, 16));
	html_close(p->h, "time");
}

static void party_name(const struct painting *p, const struct id *id)
{
	char label[PUBLIC_LABEL];
	html_theirs(p->h, public_label(p->v, id, label));
}

static void parties(const struct painting *p, const struct id *id, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		html_str(p->h, i ? ", " : "");
		party_name(p, &id[i]);
	}
}

/* ---- frame ---- */

static void meta(struct html *h, const char *name, const char *content)
{
	html_void(h, "meta");
	html_attr(h, "name", slice_str(name));
	html_attr(h, "content", slice_str(content));
}

static void languages(const struct painting *p, const char *coalition)
{
	static const char *const own[PUBLIC_LANGS] = {"English", "Shqip",
		"\xd0\x91\xd1\x8a\xd0\xbb\xd0\xb3\xd0\xb0\xd1\x80\xd1\x81\xd0\xba\xd0\xb8",
		"Hrvatski"};
	html_open(p->h, "nav");
	html_attr(p->h, "class", SLICE("clock"));
	html_attr(p->h, "aria-label", slice_str(say(p, W_LANGUAGE)));
	for (int i = 0; i < PUBLIC_LANGS; i++) {
		char path[80];
		snprintf(path, sizeof(path), "/public/%s/%s", public_lang_name[i], coalition);
		html_str(p->h, i ? " \xc2\xb7 " : "");
		html_open(p->h, "a");
		html_link(p->h, "href", path);
		html_attr(p->h, "lang", slice_str(public_lang_name[i]));
		if (i == (int)p->lang)
			html_attr(p->h, "aria-current", SLICE("true"));
		html_str(p->h, own[i]);
		html_close(p->h, "a");
	}
	html_close(p->h, "nav");
}

static void head(const struct painting *p, const char *coalition, struct slice title)
{
	struct html *h = p->h;
	html_open(h, "head");
	html_void(h, "meta");
	html_attr(h, "charset", SLICE("utf-8"));
	meta(h, "viewport", "width=device-width, initial-scale=1");
	meta(h, "color-scheme", "light dark");
	html_open(h, "title");
	html_text(h, title);
	html_str(h, title.n ? " \xc2\xb7 " : "");
	say_text(p, W_REGISTER);
	html_close(h, "title");
	html_void(h, "link");
	html_attr(h, "rel", SLICE("stylesheet"));
	html_link(h, "href", asset_named("style.css")->path);
	html_void(h, "link");
	html_attr(h, "rel", SLICE("icon"));
	html_attr(h, "type", SLICE("image/svg+xml"));
	html_link(h, "href", asset_named("icon.svg")->path);
	if (coalition[0]) {
		char path[80];
		snprintf(path, sizeof(path), "/public/%s/%s.atom", public_lang_name[p->lang],
			coalition);
		html_void(h, "link");
		html_attr(h, "rel", SLICE("alternate"));
		html_attr(h, "type", SLICE("application/atom+xml"));
		html_link(h, "href", path);
	}
	html_close(h, "head");
}

static void page_open(const struct painting *p, const char *coalition, struct slice title)
{
	struct html *h = p->h;
	html_open(h, "html");
	html_attr(h, "lang", slice_str(public_lang_name[p->lang]));
	head(p, coalition, title);
	html_open(h, "body");
	html_box(h, "header", "top");
	html_box(h, "div", "who");
	html_void(h, "img");
	html_attr(h, "alt", SLICE("entente"));
	html_attr(h, "width", SLICE("28"));
	html_attr(h, "height", SLICE("28"));
	html_link(h, "src", asset_named("icon.svg")->path);
	html_open(h, "h1");
	say_text(p, W_REGISTER);
	html_close(h, "h1");
	html_close(h, "div");
	languages(p, coalition);
	html_close(h, "header");
	html_open(h, "main");
}

static void page_close_all(const struct painting *p)
{
	struct html *h = p->h;
	html_close(h, "main");
	html_box(h, "footer", "foot");
	say_text(p, W_FOOT);
	html_close(h, "footer");
	html_close(h, "body");
	html_close(h, "html");
	html_finish(h);
}

/* ---- standing ---- */

static enum public_word status_word(const struct public_view *v, const struct standing_party *p)
{
	switch (p->status) {
	case STATUS_MEMBER:
		return W_MEMBER;
	case STATUS_SIGNED:
		return v->c.standing.in_force ? W_MEMBER : W_HAS_SIGNED;
	case STATUS_APPLIED:
		return W_APPLIED;
	case STATUS_INTERESTED:
		return W_INTERESTED;
	case STATUS_DECLARED:
		return W_DECLARED;
	case STATUS_OBSERVER:
		return W_OBSERVER;
	case STATUS_WITHDRAWING:
		return v->now_ms >= p->withdraw_ms ? W_FORMER : W_WITHDRAWING;
	case STATUS_SUSPENDED:
		return W_SUSPENDED;
	case STATUS_MENTIONED:
		break;
	}
	return W_MENTIONED;
}

static const char *status_class(const struct standing_party *p)
{
	switch (p->status) {
	case STATUS_MEMBER:
	case STATUS_SIGNED:
		return "badge good";
	case STATUS_APPLIED:
	case STATUS_WITHDRAWING:
	case STATUS_DECLARED:
	case STATUS_INTERESTED:
		return "badge wait";
	case STATUS_SUSPENDED:
		return "badge bad";
	case STATUS_OBSERVER:
		return "badge info";
	case STATUS_MENTIONED:
		break;
	}
	return "badge none";
}

static void act_text(const struct painting *p, const struct public_entry *e)
{
	say_text(p, public_act_word(e));
	html_str(p->h, " ");
	if (e->body->has_member)
		party_name(p, &e->body->member);
	else if (e->kind == ACT_STATEMENT)
		html_theirs(p->h, e->body->about_label);
	else if (public_act_word(e) == W_ACT_OTHER)
		html_text(p->h, e->entry.kind);
}

/* Where it stands, and links to its bytes and its proof. */
static void proof_links(
	const struct painting *p, const struct public_log *log, const struct public_entry *e)
{
	struct html *h = p->h;
	char hex[65], path[160];
	hex_encode(e->leaf.b, 32, hex);
	say_text(p, W_ENTRY);
	html_textf(h, " %" PRIu64 ", ", e->entry.seq);
	(void)log;
	snprintf(path, sizeof(path), "/public/%s/%s.entry", p->v->coalition, hex);
	html_open(h, "a");
	html_link(h, "href", path);
	page_hash(h, &e->leaf);
	html_close(h, "a");
	html_str(h, ", ");
	snprintf(path, sizeof(path), "/public/%s/%s.proof", p->v->coalition, hex);
	html_open(h, "a");
	html_link(h, "href", path);
	say_text(p, W_PROOF);
	html_close(h, "a");
}

static const struct public_entry *entry_of(
	const struct public_view *v, const struct hash *leaf, const struct public_log **ret)
{
	for (size_t i = 0; i < v->f.n_log; i++)
		for (size_t j = 0; j < v->f.log[i].n_entry; j++)
			if (hash_eq(&v->f.log[i].entry[j].leaf, leaf)) {
				*ret = &v->f.log[i];
				return &v->f.log[i].entry[j];
			}
	return NULL;
}

static void own_act(const struct painting *p, const struct standing_party *party)
{
	const struct public_log *log = NULL;
	const struct public_entry *e =
		hash_is_zero(&party->leaf) ? NULL : entry_of(p->v, &party->leaf, &log);
	if (!e) {
		html_bit(p->h, "span", "act", slice_str(say(p, W_NOTHING_SIGNED)));
		return;
	}
	html_box(p->h, "span", "act");
	act_text(p, e);
	html_close(p->h, "span");
	html_box(p->h, "div", "proof");
	when(p, e->entry.time_ms);
	html_str(p->h, " UTC");
	html_void(p->h, "br");
	proof_links(p, log, e);
	html_close(p->h, "div");
}

static void ratifications(const struct painting *p, const struct standing_party *party)
{
	size_t missing = 0;
	html_box(p->h, "strong", "count");
	html_textf(p->h, "%s %zu / %zu", say(p, W_RATIFIED_OF), party->n_ratified, party->need);
	html_close(p->h, "strong");
	html_str(p->h, party->n_ratified ? ": " : "");
	parties(p, party->ratified, party->n_ratified);
	for (size_t i = 0; i < party->n_required; i++) {
		if (ids_have(party->ratified, party->n_ratified, &party->required[i]))
			continue;
		html_textf(p->h, "%s", missing++ ? ", " : "; ");
		if (missing == 1)
			html_textf(p->h, "%s: ", say(p, W_STILL_TO_RATIFY));
		party_name(p, &party->required[i]);
	}
}

static void founders_missing(const struct painting *p)
{
	const struct standing *s = &p->v->c.standing;
	const struct charter *c = &p->v->c.charter[0];
	size_t n = 0;
	for (size_t i = 0; i < c->n_member; i++) {
		if (ids_have(s->signed_by, s->n_signed, &c->member[i].id))
			continue;
		html_textf(p->h, "%s", n++ ? ", " : say(p, W_NEEDS_FOUNDERS));
		html_str(p->h, n == 1 ? " " : "");
		party_name(p, &c->member[i].id);
	}
}

static void to_come(const struct painting *p, const struct standing_party *party)
{
	switch (party->status) {
	case STATUS_APPLIED:
		ratifications(p, party);
		break;
	case STATUS_DECLARED:
		say_text(p, W_ITS_SIGNATURE);
		break;
	case STATUS_SIGNED:
		if (!p->v->c.standing.in_force)
			founders_missing(p);
		break;
	case STATUS_INTERESTED:
	case STATUS_MENTIONED:
		say_text(p, W_ITS_ACCESSION);
		break;
	case STATUS_WITHDRAWING:
		html_textf(p->h, "%s ", say(p, W_LEAVES_ON));
		when(p, party->withdraw_ms);
		break;
	case STATUS_SUSPENDED:
		html_textf(p->h, "%s ", say(p, W_SUSPENDED_BY));
		parties(p, party->suspended_by, party->n_suspended_by);
		break;
	case STATUS_MEMBER:
	case STATUS_OBSERVER:
		if (party->n_ratified > 0)
			ratifications(p, party);
		break;
	}
}

static void party_row(const struct painting *p, const struct standing_party *party)
{
	struct html *h = p->h;
	html_open(h, "tr");
	page_cell(h, say(p, W_PARTY));
	html_box(h, "strong", "party");
	party_name(p, &party->id);
	html_close(h, "strong");
	html_str(h, " ");
	page_id(h, &party->id);
	html_close(h, "td");
	page_cell(h, say(p, W_STANDING));
	html_open(h, "span");
	html_attr(h, "class", slice_str(status_class(party)));
	say_text(p, status_word(p->v, party));
	html_close(h, "span");
	if (party->forked) {
		html_str(h, " ");
		html_bit(h, "span", "badge bad", slice_str(say(p, W_TWO_STORIES)));
	}
	html_close(h, "td");
	page_cell(h, say(p, W_OWN_ACT));
	own_act(p, party);
	html_close(h, "td");
	page_cell(h, say(p, W_TO_COME));
	to_come(p, party);
	html_close(h, "td");
	html_close(h, "tr");
}

static void part_open(const struct painting *p, enum public_word title, enum public_word note)
{
	html_box(p->h, "section", "part");
	page_heading(p->h, say(p, title), say(p, note));
}

static void standing_part(const struct painting *p)
{
	const struct standing *s = &p->v->c.standing;
	const char *const title[] = {
		say(p, W_PARTY), say(p, W_STANDING), say(p, W_OWN_ACT), say(p, W_TO_COME), NULL};
	if (!p->v->c.has_standing) {
		html_bit(p->h, "p", "warning", slice_str(say(p, W_PARTIAL)));
		return;
	}
	part_open(p, W_STANDING_TITLE, W_STANDING_NOTE);
	page_table(p->h, "fold standing", title);
	/* Members first, those only mentioned last. */
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < s->n_party; i++)
			if (ids_have(s->member, s->n_member, &s->party[i].id) == (pass == 0))
				party_row(p, &s->party[i]);
	html_close(p->h, "tbody");
	html_close(p->h, "table");
	html_close(p->h, "section");
}

/* ---- what is only said ---- */

static enum public_word claim_word(enum claim c)
{
	switch (c) {
	case CLAIM_MEMBER:
		return W_CLAIM_MEMBER;
	case CLAIM_WILL_JOIN:
		return W_CLAIM_WILL_JOIN;
	case CLAIM_NOT_DECIDED:
		return W_CLAIM_NOT_DECIDED;
	case CLAIM_NOT_MEMBER:
		return W_CLAIM_NOT_MEMBER;
	case CLAIM_LEFT:
		return W_CLAIM_LEFT;
	case CLAIM_OTHER:
		break;
	}
	return W_CLAIM_OTHER;
}

static void said(const struct painting *p, const struct public_shown *s)
{
	const struct act_body *b = s->e->body;
	struct html *h = p->h;
	html_box(h, "div", "said");
	html_box(h, "div", "claim");
	html_textf(h, "%s ", say(p, W_ABOUT));
	html_open(h, "strong");
	html_theirs(h, b->about_label);
	html_close(h, "strong");
	html_str(h, " ");
	html_bit(h, "span", "badge claim", slice_str(say(p, claim_word(b->claim))));
	html_close(h, "div");
	html_open(h, "blockquote");
	if (b->lang.n)
		html_attr(h, "lang", b->lang);
	html_theirs(h, b->prose);
	html_close(h, "blockquote");
	html_box(h, "div", "speaker");
	html_theirs(h, b->speaker);
	html_str(h, ", ");
	html_theirs(h, b->said);
	html_str(h, ", ");
	html_theirs(h, b->where);
	html_close(h, "div");
	if (b->source.n) {
		/* Text, not a link: a stranger's address is nobody's next click. */
		html_box(h, "div", "source");
		html_textf(h, "%s ", say(p, W_SOURCE));
		html_theirs(h, b->source);
		html_close(h, "div");
	}
	html_box(h, "div", "proof");
	html_textf(h, "%s ", say(p, W_RECORDED_BY));
	party_name(p, &s->log->id.member);
	html_str(h, ", ");
	proof_links(p, s->log, s->e);
	html_close(h, "div");
	html_close(h, "div");
}

static void said_part(const struct painting *p, const struct public_shown *list, size_t n)
{
	bool any = false;
	part_open(p, W_SAID_TITLE, W_SAID_NOTE);
	for (size_t i = 0; i < n; i++) {
		if (list[i].e->kind != ACT_STATEMENT)
			continue;
		if (!any)
			html_box(p->h, "div", "sayings");
		any = true;
		said(p, &list[i]);
	}
	if (any)
		html_close(p->h, "div");
	else
		html_bit(p->h, "p", "nothing", slice_str(say(p, W_SAID_NONE)));
	html_close(p->h, "section");
}

/* ---- all acts ---- */

static void act_row(const struct painting *p, const struct public_shown *s)
{
	struct html *h = p->h;
	unsigned need = public_need(p->v, s);
	html_open(h, "tr");
	page_cell(h, say(p, W_TIME));
	when(p, s->e->entry.time_ms);
	html_close(h, "td");
	page_cell(h, say(p, W_PARTY));
	party_name(p, &s->log->id.member);
	html_close(h, "td");
	page_cell(h, say(p, W_ACT));
	act_text(p, s->e);
	html_close(h, "td");
	page_cell(h, say(p, W_WITNESSES));
	if (need)
		html_textf(h, "%u (\xe2\x89\xa5 %u)", s->e->witnessed, need);
	else
		html_textf(h, "%u", s->e->witnessed);
	html_close(h, "td");
	page_cell(h, say(p, W_PROOF));
	proof_links(p, s->log, s->e);
	html_close(h, "td");
	html_close(h, "tr");
}

static void acts_part(const struct painting *p, const struct public_shown *list, size_t n)
{
	const char *const title[] = {say(p, W_TIME), say(p, W_PARTY), say(p, W_ACT),
		say(p, W_WITNESSES), say(p, W_PROOF), NULL};
	part_open(p, W_ACTS_TITLE, W_ACTS_NOTE);
	page_table(p->h, "fold", title);
	for (size_t i = 0; i < n; i++)
		act_row(p, &list[i]);
	html_close(p->h, "tbody");
	html_close(p->h, "table");
	html_close(p->h, "section");
}

static void link_to(const struct painting *p, const char *text, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void link_to(const struct painting *p, const char *text, const char *fmt, ...)
{
	char path[160];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(path, sizeof(path), fmt, ap);
	va_end(ap);
	html_open(p->h, "a");
	html_link(p->h, "href", path);
	html_str(p->h, text);
	html_close(p->h, "a");
}

static void check_part(const struct painting *p)
{
	struct html *h = p->h;
	html_box(h, "section", "part");
	page_heading(h, say(p, W_CHECK_TITLE), NULL);
	html_open(h, "p");
	say_text(p, W_CHECK_TEXT);
	html_close(h, "p");
	html_open(h, "pre");
	html_textf(h, "entente verify %s.public --fingerprint \xe2\x80\xa6", p->v->coalition);
	html_close(h, "pre");
	html_box(h, "p", "remark");
	say_text(p, W_CHECK_LIMIT);
	html_close(h, "p");
	html_open(h, "p");
	link_to(p, say(p, W_FILE), "/public/%s.public", p->v->coalition);
	html_str(h, " \xc2\xb7 ");
	link_to(p, "JSON", "/public/%s.json", p->v->coalition);
	html_str(h, " \xc2\xb7 ");
	link_to(p, say(p, W_FEED), "/public/%s/%s.atom", public_lang_name[p->lang],
		p->v->coalition);
	html_close(h, "p");
	html_close(h, "section");
}

static void force_badge(const struct painting *p)
{
	const struct standing *s = &p->v->c.standing;
	if (!p->v->c.has_standing)
		return;
	html_open(p->h, "span");
	html_attr(p->h, "class", slice_str(s->in_force ? "badge good" : "badge wait"));
	if (s->in_force)
		html_textf(p->h, "%s, %zu %s", say(p, W_IN_FORCE), s->n_member, say(p, W_MEMBERS));
	else
		html_textf(p->h, "%s: %s %zu / %u", say(p, W_NOT_IN_FORCE), say(p, W_SIGNED_OF),
			s->n_signed, s->need);
	html_close(p->h, "span");
}

static void facts(const struct painting *p)
{
	struct html *h = p->h;
	html_box(h, "p", "facts");
	if (p->v->c.has_standing) {
		const struct charter *c = p->v->c.standing.charter;
		for (size_t i = 0; i < c->n_field; i++) {
			html_bit(h, "span", "field", c->field[i]);
			html_str(h, " ");
		}
		html_textf(h, "%s ", say(p, W_CHARTER));
		page_hash(h, &c->hash);
		html_str(h, " \xc2\xb7 ");
	}
	if (p->v->c.newest_s) {
		html_textf(h, "%s ", say(p, W_AS_OF));
		when(p, p->v->c.newest_s * 1000);
		html_str(h, " UTC");
	} else {
		say_text(p, W_NO_WITNESS);
	}
	html_close(h, "p");
}

void public_page(struct buf *b, const struct public_view *v, enum public_lang lang)
{
	struct html h = html_begin(b);
	struct painting p = {&h, v, lang};
	struct public_shown *list = mem_zero_alloc(LIMIT_PUBLIC_ENTRIES, sizeof(*list));
	size_t n = public_shown(v, list, LIMIT_PUBLIC_ENTRIES);
	page_open(&p, v->coalition, public_name(v));
	html_box(&h, "article", "card coalition");
	html_box(&h, "div", "name");
	html_open(&h, "h2");
	html_theirs(&h, public_name(v));
	html_close(&h, "h2");
	force_badge(&p);
	html_close(&h, "div");
	facts(&p);
	standing_part(&p);
	said_part(&p, list, n);
	check_part(&p);
	acts_part(&p, list, n);
	html_close(&h, "article");
	page_close_all(&p);
	mem_free(list);
}

void public_index(struct buf *b, struct public_view *const *list, size_t n, const char *label,
	enum public_lang lang)
{
	struct html h = html_begin(b);
	struct painting p = {&h, NULL, lang};
	page_open(&p, "", SLICE_NONE);
	html_box(&h, "p", "remark");
	html_textf(&h, "%s ", say(&p, W_SERVED_BY));
	html_theirs(&h, slice_str(label));
	html_close(&h, "p");
	if (n == 0) {
		html_box(&h, "section", "card empty");
		html_open(&h, "h2");
		say_text(&p, W_NONE);
		html_close(&h, "h2");
		html_open(&h, "p");
		say_text(&p, W_NONE_HELP);
		html_close(&h, "p");
		html_close(&h, "section");
	}
	for (size_t i = 0; i < n; i++) {
		char path[80];
		p.v = list[i];
		snprintf(path, sizeof(path), "/public/%s/%s", public_lang_name[lang],
			list[i]->coalition);
		html_box(&h, "section", "card");
		html_box(&h, "div", "name");
		html_open(&h, "h2");
		html_open(&h, "a");
		html_link(&h, "href", path);
		html_theirs(&h, public_name(list[i]));
		html_close(&h, "a");
		html_close(&h, "h2");
		force_badge(&p);
		html_close(&h, "div");
		facts(&p);
		html_close(&h, "section");
	}
	page_close_all(&p);
}
