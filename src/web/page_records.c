/* page_records.c: records that this node holds, of one mode; the modes never share a list. */
#include "web/page.h"

static void label_badge(struct html *h, const struct view *v, struct slice text)
{
	struct label label;
	if (text.n == 0)
		return;
	if (label_parse(&label, text, NULL) < 0) {
		html_bit(h, "span", "badge bad", SLICE("label unreadable"));
		return;
	}
	int level = charter_level(v->world.standing.charter, label.class_name);
	html_open(h, "span");
	html_attr(h, "class",
		slice_str(level <= 0   ? "badge label low"
			  : level == 1 ? "badge label mid"
				       : "badge label high"));
	html_attr(h, "title", text);
	html_text(h, label.class_name);
	html_close(h, "span");
	if (label.tlp != TLP_NONE) {
		html_str(h, " ");
		html_bit(h, "span", "badge tlp", slice_str(tlp_name(label.tlp)));
	}
	for (size_t i = 0; i < label.n_tag; i++) {
		if (slice_is(label.tag[i].tag, "TLP"))
			continue;
		html_str(h, " ");
		html_box(h, "span", "badge tag");
		html_text(h, label.tag[i].tag);
		html_str(h, " ");
		html_text(h, label.tag[i].values);
		html_close(h, "span");
	}
}

/* "all members" only if it is so now. */
static void readers(struct html *h, const struct view *v, const struct record *r)
{
	const struct standing *s = &v->world.standing;
	size_t others = 0, members = 0;
	for (size_t i = 0; i < r->n_audience; i++)
		members += standing_is_member(s, &r->audience[i]);
	if (s->n_member > 1 && members == s->n_member && r->n_audience == members) {
		html_str(h, "all members");
		return;
	}
	for (size_t i = 0; i < r->n_audience; i++) {
		if (id_eq(&r->audience[i], &r->author))
			continue;
		if (others++)
			html_str(h, ", ");
		html_theirs(h, slice_str(view_label(v, &r->audience[i])));
	}
	if (others == 0)
		html_str(h, "nobody else");
}

static void record_row(struct html *h, const struct view *v, const struct record *r)
{
	html_open(h, "tr");
	page_cell(h, "From");
	html_open(h, "strong");
	html_theirs(h, slice_str(view_label(v, &r->author)));
	html_close(h, "strong");
	html_close(h, "td");
	page_cell(h, "Record");
	if (r->mode != MODE_REAL) {
		html_bit(h, "span", "badge play", slice_str(mode_name(r->mode)));
		html_str(h, " ");
	}
	html_box(h, "span", "title");
	html_theirs(h, view_title(v, r));
	html_close(h, "span");
	if (r->frozen) {
		html_str(h, " ");
		html_bit(h, "span", "badge bad", SLICE("in a forked log"));
	}
	html_close(h, "td");
	page_cell(h, "Label");
	label_badge(h, v, r->label);
	html_close(h, "td");
	page_cell(h, "For");
	readers(h, v, r);
	html_close(h, "td");
	page_cell(h, "Since");
	page_time(h, r->time_ms, v->now_ms);
	html_close(h, "td");
	html_close(h, "tr");
}

void page_records(struct html *h, const struct view *v, enum mode mode)
{
	static const char *const title[] = {"From", "Record", "Label", "For", "Since", NULL};
	const struct view_records *r = &v->records[mode];
	if (r->n == 0)
		return;
	page_table(h, "fold records", title);
	for (size_t i = 0; i < r->n; i++)
		record_row(h, v, &r->record[i]);
	html_close(h, "tbody");
	html_close(h, "table");
	if (r->more) {
		html_box(h, "p", "nothing");
		html_textf(h, "The newest %zu are shown; entente list shows all.", r->n);
		html_close(h, "p");
	}
}
