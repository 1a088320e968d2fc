/* page_alarms.c: what was refused, what contradicts itself, what broke a rule. Only there if there
 * is any. */
#include "web/page.h"

#include "base/enc.h"

#include <inttypes.h>

static void fork_line(struct html *h, const struct view *v, const struct fork_row *f)
{
	const struct view_log *l = view_log_at(v, f->log_row);
	html_box(h, "li", "alarm");
	html_open(h, "strong");
	html_theirs(h, slice_str(l ? view_label(v, &l->log.id.member) : "a log"));
	html_str(h, " told two stories.");
	html_close(h, "strong");
	html_textf(h,
		" Its log is forked at or before entry %" PRIu64
		"; from there nothing of it counts. Proof, %zu bytes, "
		"for anybody to check offline: ",
		f->cut, f->proof.n);
	struct hash digest = hash_bytes(f->proof);
	char path[8 + 64];
	memcpy(path, "/proof/", 7);
	hex_encode(digest.b, 32, path + 7);
	html_open(h, "a");
	html_link(h, "href", path);
	page_hash(h, &digest);
	html_close(h, "a");
	html_close(h, "li");
}

static void refusal_line(struct html *h, const struct view *v, const struct refusal *r)
{
	html_open(h, "li");
	html_str(h, "refused from ");
	html_open(h, "strong");
	html_theirs(h, slice_str(view_label(v, &r->peer)));
	html_close(h, "strong");
	html_str(h, " at the check ");
	html_bit(h, "code", "step", r->step);
	html_str(h, ": ");
	html_theirs(h, r->text);
	html_box(h, "div", "proof");
	if (r->times > 1)
		html_textf(h, "%" PRId64 " times, last ", r->times);
	page_time(h, r->last_ms, v->now_ms);
	if (r->mended_ms) {
		html_str(h, "; good again since ");
		page_time(h, r->mended_ms, v->now_ms);
	}
	html_close(h, "div");
	html_close(h, "li");
}

static void flag_line(struct html *h, const struct view *v, const struct flag *f)
{
	html_open(h, "li");
	html_str(h, "entry ");
	html_theirs(h, slice_str(view_label(v, &f->log.member)));
	html_textf(h, " %" PRIu64 " breaks a rule (", f->seq);
	html_bit(h, "code", "step", f->step);
	html_str(h, "), kept as a leaf, without effect: ");
	html_theirs(h, f->text);
	html_close(h, "li");
}

void page_alarms(struct html *h, const struct view *v)
{
	if (v->n_fork + v->n_refusal + v->n_flag == 0)
		return;
	html_open(h, "section");
	html_attr(h, "class", slice_str(v->n_fork ? "part alarms" : "part"));
	page_heading(h, v->n_fork ? "Alarms and refusals" : "Refused",
		"nothing of what was refused is kept");
	html_box(h, "ul", "troubles");
	for (size_t i = 0; i < v->n_fork; i++)
		fork_line(h, v, &v->fork[i]);
	for (size_t i = 0; i < v->n_refusal; i++)
		refusal_line(h, v, &v->refusal[i]);
	if (v->more_refusals > 0) {
		html_open(h, "li");
		html_textf(h, "And %zu older refusals, not shown here.", v->more_refusals);
		html_close(h, "li");
	}
	for (size_t i = 0; i < v->n_flag; i++)
		flag_line(h, v, &v->flag[i]);
	html_close(h, "ul");
	html_close(h, "section");
}
