/* api_notify.c: what needs the caller now, acknowledging it, and how he wants to be told. */
#include "web/api_int.h"

#include "base/limits.h"
#include "node/notify.h"
#include "web/notifier.h"

#include <inttypes.h>
#include <stdatomic.h>

/* Records that have come and are shown of one area and coalition, the newest; of the rest the number, so that no area hides another. */
#define ARRIVED_SHOWN 100

/* ---- needs ---- */

/* Acknowledgements of one coalition, by id. */
struct acks {
	struct matter *matter;
	size_t n;
};

static const struct matter *ack_of(const struct acks *a, const char *id)
{
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->matter[i].id, id) == 0)
			return &a->matter[i];
	return NULL;
}

static void put_ack(struct call *c, const struct matter *m)
{
	if (!m || !m->acked_ms) {
		json_put_null(&c->o, "acked");
		return;
	}
	json_open_at(&c->o, "acked", '{');
	json_put_string(&c->o, "by", m->acked_by);
	put_time(&c->o, "at", m->acked_ms);
	json_close(&c->o);
}

static void put_need(struct call *c, const struct need *n, const struct matter *m)
{
	json_open(&c->o, '{');
	json_put_cstr(&c->o, "id", n->id);
	json_put_cstr(&c->o, "level", need_level_name(n->level));
	json_put_cstr(&c->o, "area", area_name(n->area));
	json_put_cstr(&c->o, "mode", mode_name(n->mode));
	json_put_cstr(&c->o, "text", n->text);
	json_open_at(&c->o, "values", '{');
	for (size_t i = 0; i < NEED_VALUES && n->value[i].key; i++)
		json_put_string(&c->o, n->value[i].key, n->value[i].text);
	json_close(&c->o);
	json_put_cstr(&c->o, "words", n->words);
	json_put_cstr(&c->o, "place", n->place);
	put_coalition(&c->o, "coalition", &n->coalition);
	json_put_string(&c->o, "coalition_name", n->coalition_name);
	put_time(&c->o, "since", m ? m->first_ms : 0);
	put_ack(c, m);
	json_close(&c->o);
}

/* A record that has come and that nobody has acknowledged: named, not shown. */
static void put_arrived(
	struct call *c, const struct matter *m, uint64_t more, struct slice coalition_name)
{
	json_open(&c->o, '{');
	json_put_cstr(&c->o, "id", m->id);
	json_put_cstr(&c->o, "level", need_level_name(m->level));
	json_put_cstr(&c->o, "area", area_name(m->area));
	json_put_cstr(&c->o, "mode", mode_name(m->mode));
	json_put_cstr(&c->o, "text", "need.record");
	json_open_at(&c->o, "values", '{');
	if (more)
		json_put_cstr(&c->o, "more", arena_printf(c->arena, "%" PRIu64, more));
	json_close(&c->o);
	json_put_cstr(&c->o, "words", "A record has come");
	json_put_string(&c->o, "place", m->place);
	put_coalition(&c->o, "coalition", &m->coalition_id);
	json_put_string(&c->o, "coalition_name", coalition_name);
	put_time(&c->o, "since", m->first_ms);
	put_ack(c, m);
	json_close(&c->o);
}

static int acks_of(
	struct call *c, const struct world *w, const struct reader *who, struct acks *ret)
{
	struct matter_query q = {.area = AREAS, .what = MATTER_NEEDS, .limit = NEEDS_MAX};
	return matter_list(
		c->db, w, who, &c->caller.roles, &q, c->arena, &ret->matter, &ret->n, &c->why);
}

/* What has come of one area: the newest has the number of those that are not shown. */
static int arrived_put(
	struct call *c, const struct world *w, const struct reader *who, enum area area)
{
	struct matter_query q = {.area = area,
		.unacked = true,
		.newest = true,
		.what = MATTER_RECORDS,
		.limit = ARRIVED_SHOWN};
	struct matter *m;
	uint64_t all = 0;
	size_t n;

	TRY(matter_list(c->db, w, who, &c->caller.roles, &q, c->arena, &m, &n, &c->why));
	if (n == ARRIVED_SHOWN)
		TRY(matter_count(c->db, w, who, &c->caller.roles, &q, c->arena, &all, &c->why));
	for (size_t i = 0; i < n; i++)
		put_arrived(c, &m[i], i == 0 && all > n ? all - n : 0, w->coalition.founding.name);
	return 0;
}

/* Much is looked at for them; what they name is read. */
static void need_note(struct call *c, const struct need *need, const struct world *w, size_t n)
{
	for (size_t k = 0; k < n; k++)
		if (w[k].coalition.row == need->coalition_row) {
			struct reader who = caller_reader(&c->caller, &w[k], c->shown);

			need_shown(need, &w[k], &who);
		}
}

int api_needs(struct call *c)
{
	struct coalition *list;
	size_t n;
	struct needs *needs = needs_new(c->arena);

	TRY(coalition_list(c->db, c->arena, &list, &n, &c->why));
	struct acks *acks = arena_array(c->arena, struct acks, n + 1);
	struct world *w = arena_array(c->arena, struct world, n + 1);
	struct reader *who = arena_array(c->arena, struct reader, n + 1);
	for (size_t i = 0; i < n; i++) {
		TRY(world_load(&w[i], c->node, c->db, &list[i].id, c->arena, &c->why));
		who[i] = caller_reader(&c->caller, &w[i], NULL);
		TRY(needs_load(needs, &w[i], c->db, &who[i], &c->caller.roles, &c->why));
		TRY(acks_of(c, &w[i], &who[i], &acks[i]));
	}
	needs_sort(needs);
	page_open(c);
	for (size_t i = 0; i < needs->n; i++) {
		const struct matter *m = NULL;
		for (size_t k = 0; k < n; k++)
			if (w[k].coalition.row == needs->need[i].coalition_row)
				m = ack_of(&acks[k], needs->need[i].id);
		need_note(c, &needs->need[i], w, n);
		put_need(c, &needs->need[i], m);
	}
	for (size_t k = 0; k < n; k++)
		for (int a = 0; a < AREAS; a++)
			if (c->caller.roles.of[a] >= ROLE_READER)
				TRY(arrived_put(c, &w[k], &who[k], (enum area)a));
	page_close(c, SLICE_NONE);
	return 0;
}

static int ack_in(struct call *c, const struct id *coalition, struct why *why)
{
	struct world w;
	int rc = world_load(&w, c->node, c->db, coalition, c->arena, why);
	if (rc < 0)
		return rc;
	struct reader who = caller_reader(&c->caller, &w, NULL);
	return matter_ack(c->db, &w, &who, &c->caller.roles, c->param[0],
		slice_str(caller_who(&c->caller, c->arena)), env_now_ms(&c->node->env), why);
}

int api_need_ack(struct call *c)
{
	static const char *const known[] = {NULL};
	struct coalition *list;
	size_t n;
	int rc = 0;

	TRY(call_only(c, known));
	TRY(call_begin(c));
	rc = coalition_list(c->db, c->arena, &list, &n, &c->why);
	if (rc == 0)
		rc = n ? E_MISSING
		       : why_set(&c->why, E_MISSING, "", "there is nothing of that name");
	for (size_t i = 0; rc == E_MISSING && i < n; i++)
		rc = ack_in(c, &list[i].id, &c->why);
	if (rc == 0)
		rc = call_audit(c, "acknowledged", arena_string(c->arena, c->param[0]));
	TRY(call_commit(c, rc));
	call_wrote(c);
	return 0;
}

/* ---- rules ---- */

static int put_rules(struct call *c)
{
	struct notify_person p;
	TRY(notify_get(c->db, caller_account(&c->caller), c->arena, &p, &c->why));
	json_open(&c->o, '{');
	json_put_string(&c->o, "mail", p.mail);
	json_put_bool(&c->o, "mail_on", c->node->conf.mail != NULL);
	json_open_at(&c->o, "rules", '[');
	for (size_t i = 0; i < p.n_rule; i++) {
		const struct notify_rule *r = &p.rule[i];
		struct account deputy = {0};
		if (r->deputy)
			TRY(account_get_row(c->db, r->deputy, c->arena, &deputy, &c->why));
		json_open(&c->o, '{');
		json_put_cstr(&c->o, "area", area_name(r->area));
		json_put_bool(&c->o, "browser", r->browser);
		json_put_bool(&c->o, "play", r->play);
		if (r->mail_min >= 0)
			json_put_i64(&c->o, "mail_after", r->mail_min);
		else
			json_put_null(&c->o, "mail_after");
		put_text(&c->o, "deputy", r->deputy ? deputy.name : SLICE_NONE);
		json_put_i64(&c->o, "deputy_after", r->deputy_min);
		json_close(&c->o);
	}
	json_close(&c->o);
	json_close(&c->o);
	return 0;
}

int api_notify(struct call *c)
{
	return put_rules(c);
}

static const char *rule_at(struct call *c, size_t at, const char *key)
{
	return arena_printf(c->arena, "/rules/%zu/%s", at, key);
}

/* Absent or null: `otherwise`. */
static int minutes_of(
	struct call *c, json_ref rule, size_t at, const char *key, int64_t otherwise, int64_t *ret)
{
	json_ref v = json_get(&c->doc, rule, key);
	enum json_type t = json_type(&c->doc, v);
	*ret = otherwise;
	if (v == JSON_ABSENT || t == JSON_NULL)
		return 0;
	if (t != JSON_NUMBER || json_i64(&c->doc, v, ret) < 0 || *ret < 0)
		return why_set(
			&c->why, E_INVALID, rule_at(c, at, key), "is a number of minutes, or null");
	return 0;
}

static int rule_only(struct call *c, json_ref rule, size_t at, const char *const *known)
{
	for (json_ref v = json_first(&c->doc, rule); v; v = json_next(&c->doc, v)) {
		struct slice key = json_key(&c->doc, v, c->arena);
		bool found = false;
		for (size_t i = 0; known[i] && !found; i++)
			found = slice_is(key, known[i]);
		if (!found)
			return why_set(&c->why, E_INVALID, arena_printf(c->arena, "/rules/%zu", at),
				"has a member that is not known here");
	}
	return 0;
}

static int flag_of(struct call *c, json_ref rule, size_t at, const char *key, bool *ret)
{
	enum json_type t = json_type(&c->doc, json_get(&c->doc, rule, key));
	*ret = t == JSON_TRUE;
	if (t == JSON_TRUE || t == JSON_FALSE || t == JSON_NONE)
		return 0;
	return why_set(&c->why, E_INVALID, rule_at(c, at, key), "is true or false");
}

static int rule_read(struct call *c, json_ref v, size_t at, struct notify_rule *ret)
{
	static const char *const known[] = {
		"area", "browser", "play", "mail_after", "deputy", "deputy_after", NULL};
	struct account deputy;
	*ret = (struct notify_rule){0};
	TRY(rule_only(c, v, at, known));
	if (area_parse(json_string(&c->doc, json_get(&c->doc, v, "area"), c->arena), &ret->area) <
		0)
		return why_set(&c->why, E_INVALID, rule_at(c, at, "area"), "is no workspace");
	TRY(flag_of(c, v, at, "browser", &ret->browser));
	TRY(flag_of(c, v, at, "play", &ret->play));
	TRY(minutes_of(c, v, at, "mail_after", NOTIFY_NEVER, &ret->mail_min));
	TRY(minutes_of(c, v, at, "deputy_after", 60, &ret->deputy_min));
	struct slice name = json_string(&c->doc, json_get(&c->doc, v, "deputy"), c->arena);
	if (name.n == 0)
		return 0;
	if (account_get(c->db, name, c->arena, &deputy, NULL) < 0 || deputy.disabled)
		return why_set(
			&c->why, E_INVALID, rule_at(c, at, "deputy"), "is nobody at this node");
	ret->deputy = deputy.row;
	return 0;
}

static int person_read(struct call *c, struct notify_person *ret)
{
	static const char *const known[] = {"mail", "rules", NULL};
	json_ref list = json_get(&c->doc, c->body, "rules");
	*ret = (struct notify_person){.account = caller_account(&c->caller), .mail = SLICE("")};
	TRY(call_only(c, known));
	TRY(call_want(c, "mail", 254, &ret->mail));
	if (!ret->mail.p)
		ret->mail = SLICE("");
	for (json_ref v = json_first(&c->doc, list); v; v = json_next(&c->doc, v)) {
		if (ret->n_rule == AREAS)
			return why_set(
				&c->why, E_INVALID, "/rules", "one for each workspace at most");
		TRY(rule_read(c, v, ret->n_rule, &ret->rule[ret->n_rule]));
		ret->n_rule++;
	}
	return 0;
}

int api_notify_put(struct call *c)
{
	struct notify_person p;

	if (c->caller.kind == CALLER_LOCAL)
		return why_set(&c->why, E_DENIED, "", "there is no account to be told");
	TRY(person_read(c, &p));
	TRY(call_begin(c));
	int rc = notify_put(
		c->db, &p, c->node->conf.mail_domain, c->node->conf.n_mail_domain, &c->why);
	if (rc == 0)
		rc = call_audit(c, "notifications", arena_string(c->arena, p.mail));
	TRY(call_commit(c, rc));
	call_wrote(c);
	return put_rules(c);
}

int api_notify_test(struct call *c)
{
	static const char *const known[] = {NULL};
	/* A relay may take its time: of those who answer everybody one waits for it, not all. */
	static atomic_flag trying = ATOMIC_FLAG_INIT;
	struct notify_person p;
	TRY(call_only(c, known));
	TRY(notify_get(c->db, caller_account(&c->caller), c->arena, &p, &c->why));
	if (p.mail.n == 0)
		return why_set(&c->why, E_STATE, "", "no address is set");
	if (atomic_flag_test_and_set(&trying)) {
		c->retry_ms = NOTIFY_DEADLINE_MS;
		return why_set(&c->why, E_BUSY, "", "another mail is being tried");
	}
	int rc = mail_try(c->node, p.mail, &c->why);
	atomic_flag_clear(&trying);
	return rc;
}
