/* page_standing.c: who has itself signed what, and who still has to. */
#include "web/page.h"

#include <inttypes.h>

static const char *standing_class(enum status s)
{
	switch (s) {
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

/* What people call it: the status of the fold, but past its date a withdrawal has happened. */
static const char *standing_words(const struct view *v, const struct standing_party *p)
{
	switch (p->status) {
	case STATUS_MEMBER:
		return "member";
	case STATUS_SIGNED:
		return v->world.standing.in_force ? "member" : "signed";
	case STATUS_APPLIED:
		return "applied, not a member";
	case STATUS_INTERESTED:
		return "interested, not a member";
	case STATUS_DECLARED:
		return "named as founder, has not signed";
	case STATUS_OBSERVER:
		return "observer";
	case STATUS_WITHDRAWING:
		return v->now_ms >= p->withdraw_ms ? "former member" : "withdrawing";
	case STATUS_SUSPENDED:
		return "suspended";
	case STATUS_MENTIONED:
		break;
	}
	return "not a member";
}

static const char *act_words(const struct standing_party *p)
{
	switch (p->status) {
	case STATUS_SIGNED:
		return "signed the charter";
	case STATUS_MEMBER:
		return p->founder ? "signed the charter" : "acceded";
	case STATUS_APPLIED:
		return "deposited its accession";
	case STATUS_OBSERVER:
		return "acceded as observer";
	case STATUS_INTERESTED:
		return "declared interest";
	case STATUS_WITHDRAWING:
		return "gave notice of withdrawal";
	case STATUS_SUSPENDED:
		return p->founder ? "signed the charter" : "acceded";
	case STATUS_DECLARED:
	case STATUS_MENTIONED:
		break;
	}
	return "has signed nothing";
}

static void own_act(struct html *h, const struct view *v, size_t at)
{
	const struct standing_party *p = &v->world.standing.party[at];
	const struct view_log *l = view_log_of(v, &p->id);
	/* What has not come cannot be said not to be there. */
	html_bit(h, "span", "act",
		slice_str(l || !hash_is_zero(&p->leaf) ? act_words(p)
						       : "nothing of it has come here yet"));
	if (hash_is_zero(&p->leaf))
		return;
	html_box(h, "div", "proof");
	page_time(h, v->acted_ms[at], v->now_ms);
	html_void(h, "br");
	html_textf(h, "entry %" PRIu64 ", leaf ", p->seq);
	page_hash(h, &p->leaf);
	html_str(h, view_witnessed(l, p->seq) ? ", witnessed" : ", not witnessed yet");
	html_close(h, "div");
}

static void ratifications(struct html *h, const struct view *v, const struct standing_party *p)
{
	size_t missing = 0;
	html_box(h, "strong", "count");
	html_textf(h, "ratified %zu of %zu", p->n_ratified, p->need);
	html_close(h, "strong");
	if (p->n_ratified > 0) {
		html_str(h, ": ");
		page_parties(h, v, p->ratified, p->n_ratified);
	}
	for (size_t i = 0; i < p->n_required; i++) {
		if (ids_have(p->ratified, p->n_ratified, &p->required[i]))
			continue;
		html_str(h, missing++ ? ", " : "; still to ratify: ");
		html_theirs(h, slice_str(view_label(v, &p->required[i])));
	}
}

static void founders_missing(struct html *h, const struct view *v)
{
	const struct standing *s = &v->world.standing;
	const struct charter *c = &v->world.coalition.founding;
	size_t n = 0;
	for (size_t i = 0; i < c->n_member; i++) {
		if (ids_have(s->signed_by, s->n_signed, &c->member[i].id))
			continue;
		html_str(h, n++ ? ", " : "in force once signed by ");
		html_theirs(h, slice_str(view_label(v, &c->member[i].id)));
	}
}

static void still_to_come(struct html *h, const struct view *v, const struct standing_party *p)
{
	switch (p->status) {
	case STATUS_APPLIED:
		ratifications(h, v, p);
		break;
	case STATUS_DECLARED:
		html_str(h, "its signature");
		break;
	case STATUS_SIGNED:
		if (!v->world.standing.in_force)
			founders_missing(h, v);
		break;
	case STATUS_INTERESTED:
		html_str(h, "an accession, if it wants to join; interest binds to nothing");
		break;
	case STATUS_MENTIONED:
		html_str(h, "everything: an accession of its own, then ratifications");
		break;
	case STATUS_WITHDRAWING:
		html_str(h, v->now_ms >= p->withdraw_ms ? "left on " : "leaves on ");
		page_time(h, p->withdraw_ms, v->now_ms);
		break;
	case STATUS_SUSPENDED:
		html_str(h, "relations suspended by ");
		page_parties(h, v, p->suspended_by, p->n_suspended_by);
		break;
	case STATUS_MEMBER:
	case STATUS_OBSERVER:
		if (p->n_ratified > 0)
			ratifications(h, v, p);
		break;
	}
}

static void party_row(struct html *h, const struct view *v, size_t at)
{
	const struct standing_party *p = &v->world.standing.party[at];
	html_open(h, "tr");
	page_cell(h, "Party");
	html_box(h, "strong", "party");
	html_theirs(h, p->label.n ? p->label : slice_str(view_label(v, &p->id)));
	html_close(h, "strong");
	html_str(h, " ");
	page_id(h, &p->id);
	if (id_eq(&p->id, &v->world.node->self))
		html_bit(h, "span", "self", SLICE(" this node"));
	html_close(h, "td");

	page_cell(h, "Standing");
	html_open(h, "span");
	html_attr(h, "class", slice_str(standing_class(p->status)));
	html_str(h, standing_words(v, p));
	html_close(h, "span");
	if (p->forked) {
		html_str(h, " ");
		html_bit(h, "span", "badge bad", SLICE("two stories proved"));
	}
	html_close(h, "td");

	page_cell(h, "Has itself signed");
	own_act(h, v, at);
	html_close(h, "td");

	page_cell(h, "Still to come");
	still_to_come(h, v, p);
	html_close(h, "td");
	html_close(h, "tr");
}

/* Members first, then those on the way, then those only spoken of. */
static int rank(enum status s)
{
	switch (s) {
	case STATUS_MEMBER:
	case STATUS_SIGNED:
		return 0;
	case STATUS_WITHDRAWING:
	case STATUS_SUSPENDED:
		return 1;
	case STATUS_DECLARED:
		return 2;
	case STATUS_APPLIED:
		return 3;
	case STATUS_OBSERVER:
		return 4;
	case STATUS_INTERESTED:
		return 5;
	case STATUS_MENTIONED:
		break;
	}
	return 6;
}

/* Whom somebody has spoken of, but who is not even introduced here. */
static bool stranger(const struct view *v, size_t at)
{
	const struct statement *s = &v->statement[at];
	if (s->mode != MODE_REAL || s->body.has_about)
		return false;
	for (size_t i = 0; i < v->world.standing.n_party; i++) {
		if (slice_eq(v->world.standing.party[i].label, s->body.about_label))
			return false;
	}
	for (size_t i = 0; i < at; i++) {
		if (v->statement[i].mode == MODE_REAL && !v->statement[i].body.has_about &&
			slice_eq(v->statement[i].body.about_label, s->body.about_label))
			return false;
	}
	return true;
}

static void stranger_row(struct html *h, struct slice label)
{
	html_open(h, "tr");
	page_cell(h, "Party");
	html_box(h, "strong", "party");
	html_theirs(h, label);
	html_close(h, "strong");
	html_bit(h, "span", "self", SLICE("only spoken of; no node of its own is known"));
	html_close(h, "td");
	page_cell(h, "Standing");
	html_bit(h, "span", "badge none", SLICE("not a member"));
	html_close(h, "td");
	page_cell(h, "Has itself signed");
	html_bit(h, "span", "act", SLICE("has signed nothing"));
	html_close(h, "td");
	page_cell(h, "Still to come");
	html_str(h, "everything: an introduction, an accession of its own, then ratifications");
	html_close(h, "td");
	html_close(h, "tr");
}

void page_standing(struct html *h, const struct view *v)
{
	static const char *const title[] = {
		"Party", "Standing", "Has itself signed", "Still to come", NULL};
	const struct standing *s = &v->world.standing;
	html_box(h, "section", "part");
	page_heading(h, "Who has signed what",
		"only a party\xe2\x80\x99s own signed acts, and ratifications of them");
	page_table(h, "fold standing", title);
	for (int r = 0; r <= 6; r++) {
		for (size_t i = 0; i < s->n_party; i++) {
			if (rank(s->party[v->by_label[i]].status) == r)
				party_row(h, v, v->by_label[i]);
		}
	}
	for (size_t i = 0; i < v->n_statement; i++) {
		if (stranger(v, i))
			stranger_row(h, v->statement[i].body.about_label);
	}
	html_close(h, "tbody");
	html_close(h, "table");
	html_close(h, "section");
}
