/* concern.c: from facts to what needs somebody. */
#include "web/concern.h"

#include <inttypes.h>

void age_format(int64_t ms, char ret[AGE_TEXT])
{
	int64_t s = ms > 0 ? ms / 1000 : 0;
	if (s < 90)
		snprintf(ret, AGE_TEXT, "%" PRId64 " s", s);
	else if (s < 90 * 60)
		snprintf(ret, AGE_TEXT, "%" PRId64 " min", s / 60);
	else if (s < 48 * 3600)
		snprintf(ret, AGE_TEXT, "%" PRId64 " h", s / 3600);
	else
		snprintf(ret, AGE_TEXT, "%" PRId64 " days", s / 86400);
}

static void add(struct concerns *c, enum concern_level level, const char *text)
{
	if (level > c->worst)
		c->worst = level;
	if (c->n < CONCERNS_MAX)
		c->list[c->n++] = (struct concern){level, text};
	else
		c->dropped++;
}

static void add_forks(struct concerns *c, const struct view *v)
{
	for (size_t i = 0; i < v->n_fork; i++) {
		const struct view_log *l = view_log_at(v, v->fork[i].log_row);
		if (!l)
			continue;
		bool own = id_eq(&l->log.id.member, &v->world.node->self);
		add(c, CONCERN_ALARM,
			arena_printf(v->arena,
				own ? "%s, this node, is proved to have told two stories in its log: nothing "
				      "from entry %" PRIu64 " on counts"
				    : "%s has told two stories: its log is forked, with proof; nothing from "
				      "entry %" PRIu64 " on counts",
				view_label(v, &l->log.id.member), v->fork[i].cut));
	}
}

static void add_silence(struct concerns *c, const struct view *v)
{
	for (size_t i = 0; i < v->world.n_party; i++) {
		const struct id *id = &v->world.party[i].id;
		const struct peer_health *h = view_health(v, id);
		char age[AGE_TEXT];
		if (id_eq(id, &v->world.node->self))
			continue;
		if (!h || h->last_ok_ms == 0) {
			add(c, CONCERN_ATTENTION,
				arena_printf(
					v->arena, "%s has never been reached", view_label(v, id)));
			continue;
		}
		int64_t silent = v->now_ms - h->last_ok_ms;
		if (h->failures == 0 || silent < CONCERN_SILENT_MS)
			continue;
		age_format(silent, age);
		add(c, CONCERN_ATTENTION,
			arena_printf(v->arena, "%s has been out of reach for %s: %.*s",
				view_label(v, id), age, SLICE_FMT(h->text)));
	}
}

static void add_refusals(struct concerns *c, const struct view *v)
{
	for (size_t i = 0; i < v->n_refusal; i++) {
		const struct refusal *r = &v->refusal[i];
		char age[AGE_TEXT];
		if (r->mended_ms || v->now_ms - r->last_ms > CONCERN_REFUSAL_MS)
			continue;
		age_format(v->now_ms - r->last_ms, age);
		add(c, CONCERN_ATTENTION,
			arena_printf(v->arena,
				"refused from %s at the check \"%.*s\", %s ago: %.*s",
				view_label(v, &r->peer), SLICE_FMT(r->step), age,
				SLICE_FMT(r->text)));
	}
}

static void add_unwitnessed(struct concerns *c, const struct view *v)
{
	const struct standing *s = &v->world.standing;
	for (size_t i = 0; i < s->n_party; i++) {
		const struct view_log *l = view_log_of(v, &s->party[i].id);
		if (s->party[i].unwitnessed == 0 || !l ||
			v->now_ms - l->log.time_ms < CONCERN_UNWITNESSED_MS)
			continue;
		add(c, CONCERN_ATTENTION,
			arena_printf(v->arena,
				"%u act%s of %s do%s not count yet: too few partners have witnessed %s",
				s->party[i].unwitnessed, s->party[i].unwitnessed == 1 ? "" : "s",
				view_label(v, &s->party[i].id),
				s->party[i].unwitnessed == 1 ? "es" : "",
				s->party[i].unwitnessed == 1 ? "it" : "them"));
	}
}

void concerns_add(struct concerns *c, const struct view *v)
{
	add_forks(c, v);
	add_refusals(c, v);
	add_silence(c, v);
	add_unwitnessed(c, v);
}

void concerns_of_node(struct concerns *c, const struct node *node)
{
	if (node_is_trial(node))
		add(c, CONCERN_ATTENTION, "TRIAL: a root key lies on this node; not for real use");
	if (node->unfit && *node->unfit)
		add(c, CONCERN_ALARM,
			"a disk has failed under this node: it signs nothing any more; see entente doctor");
}

void concerns_sort(struct concerns *c)
{
	struct concern sorted[CONCERNS_MAX];
	size_t n = 0;
	for (int level = CONCERN_ALARM; level >= CONCERN_CALM; level--) {
		for (size_t i = 0; i < c->n; i++) {
			if ((int)c->list[i].level == level)
				sorted[n++] = c->list[i];
		}
	}
	for (size_t i = 0; i < n; i++)
		c->list[i] = sorted[i];
}
