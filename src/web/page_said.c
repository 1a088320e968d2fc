/* page_said.c: what is only said: attributed, sourced, beside the acts and without effect on them.
 */
#include "web/page.h"

#include <inttypes.h>

static const char *claim_words(enum claim c)
{
	switch (c) {
	case CLAIM_MEMBER:
		return "says: is a member";
	case CLAIM_WILL_JOIN:
		return "says: will join";
	case CLAIM_NOT_DECIDED:
		return "says: not decided";
	case CLAIM_NOT_MEMBER:
		return "says: is not a member";
	case CLAIM_LEFT:
		return "says: has left";
	case CLAIM_OTHER:
		break;
	}
	return "says";
}

static void source_line(struct html *h, const struct act_body *b)
{
	if (b->source.n == 0 && b->file.n == 0)
		return;
	html_box(h, "div", "source");
	if (b->source.n) {
		/* Text, not a link: where a stranger points, nobody on duty should be one click
		 * away. */
		html_str(h, "source ");
		html_theirs(h, b->source);
	}
	if (b->file.n) {
		html_str(h, b->source.n ? ", copy SHA-256 " : "copy of the source, SHA-256 ");
		html_bit(h, "code", "hash", slice_sub(b->file, 0, 12));
	}
	html_close(h, "div");
}

static void said(struct html *h, const struct view *v, const struct statement *s)
{
	const struct act_body *b = &s->body;
	html_box(h, "div", "said");
	html_box(h, "div", "claim");
	html_str(h, "about ");
	html_open(h, "strong");
	html_theirs(h, b->about_label);
	html_close(h, "strong");
	html_str(h, " ");
	html_bit(h, "span", "badge claim", slice_str(claim_words(b->claim)));
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
	source_line(h, b);
	html_box(h, "div", "proof");
	html_str(h, "recorded by ");
	html_theirs(h, slice_str(view_label(v, &s->author)));
	html_textf(h, ", entry %" PRIu64 ", leaf ", s->seq);
	page_hash(h, &s->leaf);
	html_close(h, "div");
	html_close(h, "div");
}

bool page_said_in(struct html *h, const struct view *v, enum mode mode)
{
	bool any = false;
	for (size_t i = 0; i < v->n_statement; i++) {
		if (v->statement[i].mode != mode)
			continue;
		if (!any)
			html_box(h, "div", "sayings");
		any = true;
		said(h, v, &v->statement[i]);
	}
	if (any)
		html_close(h, "div");
	if (any && v->more_statements > 0) {
		html_box(h, "p", "nothing");
		html_textf(h, "And %zu older statements, not shown here.", v->more_statements);
		html_close(h, "p");
	}
	return any;
}

void page_said(struct html *h, const struct view *v)
{
	html_box(h, "section", "part");
	page_heading(h, "Only said", "statements by others; they change nothing above");
	if (!page_said_in(h, v, MODE_REAL))
		html_bit(h, "p", "nothing", SLICE("No statements are recorded."));
	html_close(h, "section");
}
