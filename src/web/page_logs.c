/* page_logs.c: the logs that everything rests on, who has witnessed them, and how partners are. */
#include "web/page.h"

#include <inttypes.h>

static void witnesses(struct html *h, const struct view *v, const struct view_log *l)
{
	bool enough = l->at_head >= l->need;
	html_open(h, "span");
	html_attr(h, "class", slice_str(enough ? "badge good" : "badge wait"));
	html_textf(h, "%u, needs %u", l->at_head, l->need);
	html_close(h, "span");
	html_box(h, "span", "names");
	for (size_t i = 0; i < l->n_cosign; i++) {
		const struct cosigned *c = &l->cosign[i];
		if (id_eq(&c->witness, &l->log.id.member))
			continue;
		html_str(h, " ");
		html_theirs(h, slice_str(view_label(v, &c->witness)));
		if (c->size < l->log.size)
			html_textf(h, " (to %" PRIu64 ")", c->size);
	}
	html_close(h, "span");
}

static void log_row(struct html *h, const struct view *v, const struct view_log *l)
{
	html_open(h, "tr");
	page_cell(h, "Log");
	html_open(h, "strong");
	html_theirs(h, slice_str(view_label(v, &l->log.id.member)));
	html_close(h, "strong");
	if (l->log.id.epoch > 1)
		html_textf(h, " epoch %" PRIu32, l->log.id.epoch);
	if (l->log.frozen) {
		html_str(h, " ");
		html_bit(h, "span", "badge bad", SLICE("frozen"));
	}
	html_close(h, "td");
	page_cell(h, "Entries");
	html_textf(h, "%" PRIu64, l->log.size);
	if (l->head > l->log.size)
		html_textf(h, " of %" PRIu64, l->head);
	html_close(h, "td");
	page_cell(h, "Head");
	page_hash(h, &l->log.root);
	html_close(h, "td");
	page_cell(h, "Cosigned");
	witnesses(h, v, l);
	html_close(h, "td");
	page_cell(h, "Last entry");
	page_time(h, l->log.time_ms, v->now_ms);
	html_close(h, "td");
	html_close(h, "tr");
}

void page_logs(struct html *h, const struct view *v)
{
	static const char *const title[] = {
		"Log", "Entries", "Head", "Cosigned", "Last entry", NULL};
	html_box(h, "section", "part");
	page_heading(h, "Logs", "one per party; others sign that they see the same");
	if (v->n_log == 0) {
		html_bit(h, "p", "nothing", SLICE("Nothing has been written yet."));
	} else {
		page_table(h, "fold logs", title);
		for (size_t i = 0; i < v->n_log; i++)
			log_row(h, v, &v->log[i]);
		html_close(h, "tbody");
		html_close(h, "table");
	}
	html_close(h, "section");
}

static void partner_row(struct html *h, const struct view *v, const struct id *id)
{
	const struct peer_health *p = view_health(v, id);
	bool well = p && p->last_ok_ms > 0 && p->failures == 0;
	html_open(h, "tr");
	page_cell(h, "Partner");
	html_open(h, "strong");
	html_theirs(h, slice_str(view_label(v, id)));
	html_close(h, "strong");
	html_str(h, " ");
	page_id(h, id);
	html_close(h, "td");
	page_cell(h, "Link");
	if (well)
		html_bit(h, "span", "badge good", SLICE("up"));
	else if (!p || p->last_ok_ms == 0)
		html_bit(h, "span", "badge none", SLICE("never reached"));
	else
		html_bit(h, "span", "badge wait", SLICE("down"));
	html_close(h, "td");
	page_cell(h, "Last answer");
	page_time(h, p ? p->last_ok_ms : 0, v->now_ms);
	html_close(h, "td");
	page_cell(h, "Trouble");
	if (p && p->failures > 0) {
		html_textf(h, "%" PRId64 " failure%s in a row: ", p->failures,
			p->failures == 1 ? "" : "s");
		html_theirs(h, p->text);
	}
	html_close(h, "td");
	html_close(h, "tr");
}

void page_partners(struct html *h, const struct view *v)
{
	static const char *const title[] = {"Partner", "Link", "Last answer", "Trouble", NULL};
	size_t others = 0;
	for (size_t i = 0; i < v->world.n_party; i++)
		others += !id_eq(&v->world.party[i].id, &v->world.node->self);
	html_box(h, "section", "part");
	page_heading(h, "Partners", "nodes that this one follows");
	if (others == 0) {
		html_bit(h, "p", "nothing",
			SLICE("No partner has been introduced: entente join, with --party."));
	} else {
		page_table(h, "fold partners", title);
		for (size_t i = 0; i < v->world.n_party; i++) {
			if (!id_eq(&v->partner[i], &v->world.node->self))
				partner_row(h, v, &v->partner[i]);
		}
		html_close(h, "tbody");
		html_close(h, "table");
	}
	html_close(h, "section");
}
