/* needs.c: see needs.h. */
#include "node/needs.h"

#include "base/enc.h"
#include "base/limits.h"
#include "node/readings.h"
#include "node/status_int.h"
#include "node/workspace.h"

#include <inttypes.h>
#include <stdarg.h>

#define SILENT_MS  (10LL * 60 * 1000)
#define REFUSED_MS DAY_MS
#define WAITING_MS DAY_MS

const char *need_level_name(enum need_level l)
{
	static const char *const name[] = {"look", "act", "alarm"};
	return name[l];
}

struct needs *needs_new(struct arena *arena)
{
	struct needs *n = arena_new(arena, struct needs);
	n->arena = arena;
	n->need = arena_array(arena, struct need, NEEDS_MAX);
	return n;
}

static void need_set(
	const struct needs *n, const char *what, const struct need *need, struct need *ret)
{
	const struct slice pieces[] = {
		SLICE("entente-need/1\n"), id_slice(&n->w->coalition.id), slice_str(what)};
	struct hash h = hash_of(pieces, 3);
	*ret = *need;
	hex_encode(h.b, NEED_ID / 2, ret->id);
	if (ret->mode == MODE_NONE)
		ret->mode = MODE_REAL;
	ret->coalition = n->w->coalition.id;
	ret->coalition_row = n->w->coalition.row;
	ret->coalition_name = n->w->coalition.founding.name;
}

/* Where the area is full: what is less urgent than `need`, if anything is; what is there stays in front of what comes later. */
static struct need *less_urgent(struct needs *n, const struct need *need)
{
	struct need *least = NULL;
	for (size_t i = n->first; i < n->n; i++)
		if (n->need[i].area == need->area && n->need[i].level < need->level &&
			(!least || n->need[i].level <= least->level))
			least = &n->need[i];
	return least;
}

/* Is there a place of its own for one more of this area? */
static bool has_room(const struct needs *n, enum area area)
{
	size_t of_area = 0;
	for (size_t i = n->first; i < n->n; i++)
		of_area += n->need[i].area == area;
	return n->n < NEEDS_MAX && of_area < NEEDS_EACH;
}

void need_add(struct needs *n, const char *what, const struct need *need)
{
	struct need *at = has_room(n, need->area) ? &n->need[n->n] : NULL;
	if (!at) {
		at = less_urgent(n, need);
		n->left[need->area][at ? at->mode : need->mode]++;
	} else {
		n->n++;
	}
	if (at)
		need_set(n, what, need, at);
}

/* Not so long that a partner's title fills the page, and whole characters. */
#define VALUE_BYTES 240
static struct slice value_text(struct needs *n, struct slice text)
{
	size_t end = VALUE_BYTES;
	if (text.n <= VALUE_BYTES)
		return arena_copy(n->arena, text);
	while (end > 0 && (text.p[end] & 0xc0) == 0x80)
		end--;
	return slice_str(
		arena_printf(n->arena, "%.*s\xe2\x80\xa6", (int)end, (const char *)text.p));
}

static const struct need_value *value_at(const struct need *need, const char *p, size_t *ret_skip)
{
	for (size_t i = 0; *p == '{' && i < NEED_VALUES && need->value[i].key; i++) {
		size_t n = strlen(need->value[i].key);
		*ret_skip = n + 2;
		if (strncmp(p + 1, need->value[i].key, n) == 0 && p[n + 1] == '}')
			return &need->value[i];
	}
	return NULL;
}

static const char *words_filled(struct needs *n, const struct need *need)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	for (const char *p = need->words; *p;) {
		size_t skip = 1;
		const struct need_value *v = value_at(need, p, &skip);
		if (v)
			buf_slice_add(&b, v->text);
		else
			buf_byte(&b, (uint8_t)*p);
		p += v ? skip : 1;
	}
	return arena_string(n->arena, buf_slice(&b));
}

void need_about(struct needs *n, const struct object_id *about, const struct need *need)
{
	struct need own = *need;
	char object[OBJECT_TEXT + 1];
	/* Of what is not kept nothing is copied: a partner may make any number of it. */
	if (!has_room(n, need->area) && !less_urgent(n, need)) {
		n->left[need->area][need->mode]++;
		return;
	}
	object_format(about, object);
	own.label = arena_copy(n->arena, need->label);
	if (need->named.label.p) {
		own.named.label = arena_copy(n->arena, need->named.label);
		own.mixed = !slice_eq(need->named.label, need->label);
	}
	own.place = arena_string(n->arena, slice_str(need->place));
	for (size_t i = 0; i < NEED_VALUES && own.value[i].key; i++)
		own.value[i].text = value_text(n, own.value[i].text);
	own.words = words_filled(n, &own);
	need_add(n, arena_printf(n->arena, "%s %s", need->text, object), &own);
}

void need_shown(const struct need *need, const struct world *w, const struct reader *who)
{
	if (!hash_is_zero(&need->leaf))
		readings_add(who, w, need->label, &need->leaf);
	if (need->named.label.p)
		readings_add(who, w, need->named.label, &need->named.leaf);
}

/* How many are not named. Never more than a look: nobody is mailed for what he may not be cleared for. */
static void left_add(struct needs *n)
{
	for (int a = 0; a < AREAS; a++)
		for (int m = 0; m <= MODE_TEST; m++) {
			char coalition[COAL_TEXT + 1];
			if (n->left[a][m] == 0 || n->n == NEEDS_MAX)
				continue;
			const char *area = area_name((enum area)a);
			const char *count = arena_printf(n->arena, "%zu", n->left[a][m]);
			coalition_format(&n->w->coalition.id, coalition);
			need_set(n, arena_printf(n->arena, "more %s %d", area, m),
				&(struct need){.level = NEED_LOOK,
					.area = (enum area)a,
					.mode = (enum mode)m,
					.text = "need.more",
					.value = {{"n", slice_str(count)}},
					.words = arena_printf(
						n->arena, "%s more, not named here", count),
					.place = a == AREA_PACT
							 ? arena_printf(
								   n->arena, "pact/%s", coalition)
							 : arena_printf(n->arena, "work/%s/%s",
								   area, coalition)},
				&n->need[n->n]);
			n->n++;
		}
}

struct reader needs_reader(const struct world *w, const struct reader *who)
{
	return who ? *who : account_reader(w, SLICE(CLEARANCE_ALL));
}

static int need_cmp(const void *a, const void *b)
{
	const struct need *x = a, *y = b;
	if (x->level != y->level)
		return x->level > y->level ? -1 : 1;
	int order = id_cmp(&x->coalition, &y->coalition);
	return order ? order : strcmp(x->id, y->id);
}

void needs_sort(struct needs *n)
{
	qsort(n->need, n->n, sizeof(*n->need), need_cmp);
}

struct asking {
	struct needs *n;
	const struct status_all *s;
	struct arena *arena;
	char coalition[COAL_TEXT + 1];
	bool officer;
};

static const char *text(struct asking *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static const char *text(struct asking *a, const char *fmt, ...)
{
	struct buf b CLEANUP_BUF = BUF(4 * KIB);
	va_list ap;
	char line[2048];
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_str(&b, line);
	return arena_string(a->arena, buf_slice(&b));
}

static const char *label(struct asking *a, const struct id *id)
{
	return world_party_label(a->s->w, id, a->arena);
}

static const char *id_of(struct asking *a, const struct id *id)
{
	char t[ID_TEXT + 1];
	id_format(id, t);
	return arena_string(a->arena, slice_str(t));
}

/* One message with up to two values. */
static void add(struct asking *a, enum need_level level, const char *what, const char *key,
	const char *words, const char *place, const char *key1, const char *value1,
	const char *key2, const char *value2)
{
	struct need need = {
		.level = level, .area = AREA_PACT, .text = key, .words = words, .place = place};
	size_t n = 0;
	if (key1)
		need.value[n++] = (struct need_value){key1, slice_str(value1)};
	if (key2)
		need.value[n++] = (struct need_value){key2, slice_str(value2)};
	need_add(a->n, what, &need);
}

static void log_alarms(struct asking *a)
{
	for (size_t i = 0; i < a->s->n_log; i++) {
		const struct log *log = &a->s->log[i].log;
		if (!log->frozen)
			continue;
		const char *who = label(a, &log->id.member);
		const char *place = text(
			a, "log/%s/%s.%u", a->coalition, id_of(a, &log->id.member), log->id.epoch);
		add(a, NEED_ALARM,
			text(a, "frozen %s %u", id_of(a, &log->id.member), log->id.epoch),
			"need.fork",
			text(a, "%s has told two stories of its log, from entry %" PRIu64 " on",
				who, log->frozen_at),
			place, "who", who, "seq", text(a, "%" PRIu64, log->frozen_at));
	}
	if (a->s->n_flag)
		add(a, NEED_LOOK, "flags", "need.flags",
			text(a, "%zu entries break rules and do not count", a->s->n_flag),
			text(a, "log/%s", a->coalition), "n", text(a, "%zu", a->s->n_flag), NULL,
			NULL);
}

static void key_alarms(struct asking *a)
{
	for (size_t i = 0; i < a->s->n_party; i++) {
		const struct status_party *p = &a->s->party[i];
		if (!p->root_twin)
			continue;
		const char *who = label(a, &p->id), *version = text(a, "%u", p->root_twin);
		add(a, NEED_ALARM, text(a, "twice %s", id_of(a, &p->id)), "need.twice",
			text(a, "The root keys of %s have signed two documents of version %s", who,
				version),
			text(a, "pact/%s/party/%s", a->coalition, id_of(a, &p->id)), "who", who,
			"version", version);
	}
}

/* A charter that others have signed and this member, which it names, has not. */
static void proposal_need(struct asking *a, const struct standing_proposal *p,
	enum need_level level, const char *name)
{
	const struct id *self = &a->s->w->node->self;
	const char *version = text(a, "%u", p->version);
	char hex[65];

	if (!ids_have(p->member, p->n_member, self) || ids_have(p->signed_by, p->n_signed, self))
		return;
	hex_encode(p->hash.b, 32, hex);
	add(a, level, text(a, "amend %s", hex), "need.amend",
		text(a, "Version %s of the charter of %s waits for this member's signature",
			version, name),
		text(a, "pact/%s/charter/%s", a->coalition, hex), "version", version, "name", name);
}

static void own_acts(struct asking *a)
{
	const struct world *w = a->s->w;
	enum need_level level = a->officer ? NEED_ACT : NEED_LOOK;
	const char *name = arena_string(a->arena, w->coalition.founding.name);
	if (ids_have(a->s->unsigned_founder, a->s->n_unsigned, &w->node->self))
		add(a, level, "sign", "need.sign", text(a, "This member has not signed %s", name),
			text(a, "pact/%s/prepare?kind=sign", a->coalition), "name", name, NULL,
			NULL);
	for (size_t i = 0; i < w->standing.n_proposal; i++)
		proposal_need(a, &w->standing.proposal[i], level, name);
	for (size_t i = 0; w->self_is_member && i < a->s->n_party; i++) {
		const struct status_party *p = &a->s->party[i];
		if (!p->standing || p->standing->status != STATUS_APPLIED ||
			!ids_have(p->missing, p->n_missing, &w->node->self))
			continue;
		add(a, level, text(a, "ratify %s", id_of(a, &p->id)), "need.ratify",
			text(a, "The accession of %s waits for this member", p->label),
			text(a, "pact/%s/accession/%s", a->coalition, id_of(a, &p->id)), "who",
			p->label, NULL, NULL);
	}
}

static const char *others(struct asking *a, const struct id *id, size_t n, size_t *ret)
{
	struct buf b CLEANUP_BUF = BUF(8 * KIB);
	*ret = 0;
	for (size_t i = 0; i < n; i++) {
		if (id_eq(&id[i], &a->s->w->node->self))
			continue;
		buf_str(&b, (*ret)++ ? ", " : "");
		buf_str(&b, label(a, &id[i]));
	}
	return arena_string(a->arena, buf_slice(&b));
}

static void waiting(struct asking *a)
{
	const struct world *w = a->s->w;
	const char *name = arena_string(a->arena, w->coalition.founding.name);
	size_t n;
	const char *who = others(a, a->s->unsigned_founder, a->s->n_unsigned, &n);
	if (!w->standing.in_force && n)
		add(a, NEED_LOOK, "unsigned", "need.unsigned",
			text(a, "%s is not in force: %s has not signed", name, who),
			text(a, "pact/%s", a->coalition), "name", name, "who", who);
	for (size_t i = 0; i < a->s->n_party; i++) {
		const struct status_party *p = &a->s->party[i];
		const char *id = id_of(a, &p->id);
		who = others(a, p->missing, p->n_missing, &n);
		if (id_eq(&p->id, &w->node->self) && p->standing &&
			p->standing->status == STATUS_APPLIED && n)
			add(a, NEED_LOOK, "own accession", "need.own_accession",
				text(a, "Our accession waits for %s", who),
				text(a, "pact/%s/accession/%s", a->coalition, id), "n",
				text(a, "%zu", n), "who", who);
		if (p->standing && p->standing->unwitnessed)
			add(a, NEED_LOOK, text(a, "unwitnessed %s", id), "need.unwitnessed",
				text(a, "%u acts of %s wait for witnesses",
					p->standing->unwitnessed, p->label),
				text(a, "pact/%s/party/%s", a->coalition, id), "n",
				text(a, "%u", p->standing->unwitnessed), "who", p->label);
	}
}

static void links(struct asking *a)
{
	for (size_t i = 0; i < a->s->n_health; i++) {
		const struct peer_health *h = &a->s->health[i];
		bool party = false;
		for (size_t k = 0; k < a->s->n_party; k++)
			party |= id_eq(&a->s->party[k].id, &h->peer);
		if (!party || h->failures == 0 || a->s->now_ms - h->last_ok_ms <= SILENT_MS)
			continue;
		add(a, NEED_LOOK, text(a, "silent %s", id_of(a, &h->peer)), "need.silent",
			text(a, "%s cannot be reached", label(a, &h->peer)), "peers", "who",
			label(a, &h->peer), NULL, NULL);
	}
	for (size_t i = 0; i < a->s->n_refusal; i++) {
		const struct refusal *r = &a->s->refusal[i];
		if (r->mended_ms || a->s->now_ms - r->last_ms >= REFUSED_MS)
			continue;
		const char *step = arena_string(a->arena, r->step);
		add(a, NEED_LOOK, text(a, "refused %s %s", id_of(a, &r->peer), step),
			"need.refused",
			text(a, "What %s sent was refused (%s)", label(a, &r->peer), step),
			text(a, "log/%s", a->coalition), "who", label(a, &r->peer), "step", step);
	}
}

/* Acts that wait for a second officer. */
static int second_officers(struct asking *a, struct db *db, struct why *why)
{
	struct stmt *s = db_stmt(db,
		"SELECT w.id, w.kind, a.name FROM act_waiting w JOIN account a ON a.row = w.account "
		"WHERE w.coalition = $1 AND w.made_ms > $2 ORDER BY w.made_ms, w.id LIMIT 100");
	int rc;
	db_bind_blob(s, 1, id_slice(&a->s->w->coalition.id));
	db_bind_i64(s, 2, a->s->now_ms - WAITING_MS);
	while ((rc = db_step(s, why)) == DB_ROW) {
		const char *kind = arena_string(a->arena, db_text(s, 1));
		const char *who = arena_string(a->arena, db_text(s, 2));
		add(a, NEED_ACT, text(a, "pending %.*s", SLICE_FMT(db_text(s, 0))), "need.second",
			text(a, "An act (%s) handed in by %s waits for a second officer", kind,
				who),
			text(a, "pact/%s/pending", a->coalition), "kind", kind, "who", who);
	}
	db_reset(s);
	return rc;
}

static int pact_needs(struct needs *n, const struct world *w, struct db *db,
	const struct reader *who, bool officer, struct why *why)
{
	struct status_all s;
	int rc = status_load(&s, w, db, who, n->arena, why);
	if (rc < 0)
		return rc;
	struct asking a = {.n = n, .s = &s, .arena = n->arena, .officer = officer};
	coalition_format(&w->coalition.id, a.coalition);
	log_alarms(&a);
	key_alarms(&a);
	own_acts(&a);
	rc = officer ? second_officers(&a, db, why) : 0;
	waiting(&a);
	links(&a);
	return rc;
}

int needs_load(struct needs *n, const struct world *w, struct db *db, const struct reader *who,
	const struct roles *roles, struct why *why)
{
	int rc = 0;
	n->w = w;
	n->first = n->n;
	memset(n->left, 0, sizeof(n->left));
	if (roles->of[AREA_PACT] >= ROLE_READER)
		rc = pact_needs(n, w, db, who, roles->of[AREA_PACT] >= ROLE_OFFICER, why);
	for (size_t i = 0; rc == 0 && workspaces[i]; i++)
		if (workspaces[i]->needs)
			rc = workspaces[i]->needs(n, w, db, who, roles, why);
	if (rc == 0)
		left_add(n);
	return rc;
}
