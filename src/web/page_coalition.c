/* page_coalition.c: one coalition from top to bottom: standing first, machinery last. */
#include "web/page.h"

#include <inttypes.h>

static void force_badge(struct html *h, const struct standing *s)
{
	html_open(h, "span");
	html_attr(h, "class", slice_str(s->in_force ? "badge good" : "badge wait"));
	if (s->in_force)
		html_textf(h, "in force, %zu members", s->n_member);
	else
		html_textf(h, "not in force: signed by %zu of %u", s->n_signed, s->need);
	html_close(h, "span");
}

static void title(struct html *h, const struct view *v)
{
	const struct charter *c = v->world.standing.charter;
	html_box(h, "div", "name");
	html_open(h, "h2");
	html_theirs(h, v->world.coalition.founding.name);
	html_close(h, "h2");
	force_badge(h, &v->world.standing);
	html_close(h, "div");
	html_box(h, "p", "facts");
	for (size_t i = 0; i < c->n_field; i++) {
		html_bit(h, "span", "field", c->field[i]);
		html_str(h, " ");
	}
	html_str(h, "charter ");
	page_hash(h, &v->world.coalition.founding.hash);
	html_close(h, "p");
}

static bool any_said(const struct view *v, enum mode mode)
{
	for (size_t i = 0; i < v->n_statement; i++) {
		if (v->statement[i].mode == mode)
			return true;
	}
	return false;
}

/* Whatever is not real stands in a frame that says so on every side. */
static void play(struct html *h, const struct view *v, enum mode mode)
{
	const char *word = mode == MODE_EXERCISE ? "EXERCISE" : "TEST";
	if (v->records[mode].n == 0 && !any_said(v, mode))
		return;
	html_box(h, "section", "play");
	html_attr(h, "aria-label", slice_str(word));
	html_box(h, "p", "banner");
	html_textf(h, "%s \xe2\x80\x94 %s \xe2\x80\x94 %s", word, word, word);
	html_close(h, "p");
	html_bit(h, "p", "remark",
		SLICE("Nothing in this frame is real, and none of it is counted above."));
	page_records(h, v, mode);
	(void)page_said_in(h, v, mode);
	html_box(h, "p", "banner");
	html_textf(h, "%s \xe2\x80\x94 end of %s \xe2\x80\x94 %s", word, word, word);
	html_close(h, "p");
	html_close(h, "section");
}

static void records(struct html *h, const struct view *v)
{
	html_box(h, "section", "part");
	page_heading(h, "Records", "real; newest first");
	if (v->records[MODE_REAL].n == 0)
		html_bit(h, "p", "nothing", SLICE("None that this node holds."));
	page_records(h, v, MODE_REAL);
	html_close(h, "section");
}

void page_coalition(struct html *h, const struct view *v)
{
	html_box(h, "article", "card coalition");
	title(h, v);
	if (v->n_fork > 0)
		page_alarms(h, v);
	page_standing(h, v);
	page_said(h, v);
	if (v->reads_records)
		records(h, v);
	play(h, v, MODE_EXERCISE);
	play(h, v, MODE_TEST);
	page_partners(h, v);
	page_logs(h, v);
	if (v->n_fork == 0)
		page_alarms(h, v);
	html_close(h, "article");
}
