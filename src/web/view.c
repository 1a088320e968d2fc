/* view.c: reading what the page shows. */
#include "web/view.h"

#include "base/limits.h"

#include <limits.h>

const char *view_label(const struct view *v, const struct id *party)
{
	return world_party_label(&v->world, party, v->arena);
}

const struct peer_health *view_health(const struct view *v, const struct id *peer)
{
	for (size_t i = 0; i < v->n_health; i++) {
		if (id_eq(&v->health[i].peer, peer))
			return &v->health[i];
	}
	return NULL;
}

const struct view_log *view_log_of(const struct view *v, const struct id *member)
{
	const struct view_log *newest = NULL;
	for (size_t i = 0; i < v->n_log; i++) {
		const struct log_id *id = &v->log[i].log.id;
		if (id_eq(&id->member, member) && (!newest || id->epoch > newest->log.id.epoch))
			newest = &v->log[i];
	}
	return newest;
}

const struct view_log *view_log_at(const struct view *v, int64_t row)
{
	for (size_t i = 0; i < v->n_log; i++) {
		if (v->log[i].log.row == row)
			return &v->log[i];
	}
	return NULL;
}

bool view_witnessed(const struct view_log *log, uint64_t seq)
{
	return log && log->witnessed > seq;
}

struct slice view_title(const struct view *v, const struct record *r)
{
	if (r->state == ITEM_RECALLED)
		return SLICE("(recalled by its owner)");
	if (r->state == ITEM_ERASED)
		return SLICE("(erased)");
	return record_title(r, v->arena);
}

/* The founders are the home roll of a founder; those named in its accession, and itself, of
 * another. */
static unsigned witnesses_needed(const struct view *v, const struct id *member)
{
	const struct standing_party *p = standing_find(&v->world.standing, member);
	if (p && !p->founder && p->n_required > 0)
		return witness_quorum((unsigned)p->n_required + 1);
	return witness_quorum((unsigned)v->world.coalition.founding.n_member);
}

static bool is_home(const struct view *v, const struct id *author, const struct id *witness)
{
	const struct standing_party *p = standing_find(&v->world.standing, author);
	if (!p || p->founder || p->n_required == 0)
		return charter_has_member(&v->world.coalition.founding, witness);
	for (size_t i = 0; i < p->n_required; i++) {
		if (id_eq(&p->required[i], witness))
			return true;
	}
	return false;
}

static int descending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x < y) - (x > y);
}

/* The W-th largest size among the cosignatures of the home roll is what counts as witnessed. */
static void count_witnesses(const struct view *v, struct view_log *l)
{
	uint64_t size[LIMIT_MEMBERS];
	size_t n = 0;
	l->need = witnesses_needed(v, &l->log.id.member);
	for (size_t i = 0; i < l->n_cosign; i++) {
		const struct cosigned *c = &l->cosign[i];
		if (id_eq(&c->witness, &l->log.id.member))
			continue;
		l->at_head += c->size >= l->log.size;
		if (n < LIMIT_MEMBERS && is_home(v, &l->log.id.member, &c->witness))
			size[n++] = c->size;
	}
	if (n > 1)
		qsort(size, n, sizeof(size[0]), descending);
	if (l->need == 0)
		l->witnessed = l->log.size;
	else if (n >= l->need)
		l->witnessed = size[l->need - 1];
}

static int load_log(
	struct view *v, struct db *db, const struct log *log, struct view_log *ret, struct why *why)
{
	struct slice note;
	struct view_log l = {.log = *log, .head = log->size};
	int rc = cosign_list(db, log->row, v->arena, &l.cosign, &l.n_cosign, why);
	if (rc < 0)
		return rc;
	if (!id_eq(&log->id.member, &v->world.node->self)) {
		rc = head_get(db, log->row, v->arena, &l.head, &note, why);
		if (rc < 0 && rc != E_MISSING)
			return rc;
	}
	count_witnesses(v, &l);
	*ret = l;
	return 0;
}

static int load_logs(struct view *v, struct db *db, struct why *why)
{
	struct log *log;
	size_t n;
	int rc = world_logs(&v->world, db, v->arena, &log, &n, why);
	if (rc < 0)
		return rc;
	v->log = arena_array(v->arena, struct view_log, n + 1);
	for (size_t i = 0; i < n; i++) {
		rc = load_log(v, db, &log[i], &v->log[v->n_log], why);
		if (rc < 0)
			return rc;
		v->n_log += log[i].size > 0 || log[i].frozen;
	}
	return 0;
}

/* When a party did what its standing rests on. */
static int load_acts(struct view *v, struct db *db, struct why *why)
{
	const struct standing *s = &v->world.standing;
	v->acted_ms = arena_array(v->arena, int64_t, s->n_party + 1);
	for (size_t i = 0; i < s->n_party; i++) {
		const struct standing_party *p = &s->party[i];
		const struct view_log *l = view_log_of(v, &p->id);
		struct slice bytes;
		struct entry entry;
		if (hash_is_zero(&p->leaf) || !l || l->log.id.epoch != p->epoch)
			continue;
		int rc = log_entry(db, l->log.row, p->seq, v->arena, &bytes, why);
		if (rc == E_MISSING)
			continue;
		if (rc < 0)
			return rc;
		if (entry_parse(&entry, v->arena, bytes, NULL) == 0)
			v->acted_ms[i] = entry.time_ms;
	}
	return 0;
}

static int load_records(struct view *v, struct db *db, enum mode mode, struct why *why)
{
	size_t shown = mode == MODE_REAL ? VIEW_RECORDS_REAL : VIEW_RECORDS_OTHER;
	struct record_query q = {.mode = mode, .limit = shown + 1};
	struct view_records *r = &v->records[mode];
	struct reader looking = reader_unnoted(&v->reader);
	int rc = record_list(&v->world, db, &looking, &q, v->arena, &r->record, &r->n, why);
	if (rc < 0)
		return rc;
	r->more = r->n > shown;
	if (r->more)
		r->n = shown;
	readings_records(&v->reader, &v->world, r->record, r->n);
	return 0;
}

static int load_troubles(struct view *v, struct db *db, struct why *why)
{
	const struct coalition *c = &v->world.coalition;
	int rc = fork_list(db, c->row, v->arena, &v->fork, &v->n_fork, why);
	if (rc == 0)
		rc = refusal_list(db, c->row, LIMIT_SHOWN, v->arena, &v->refusal, &v->n_refusal,
			&v->more_refusals, why);
	if (rc == 0)
		rc = flag_list(db, &c->id, VIEW_FLAGS, v->arena, &v->flag, &v->n_flag, why);
	if (rc == 0)
		rc = peer_health_list(db, v->arena, &v->health, &v->n_health, why);
	return rc;
}

struct named {
	const char *label;
	size_t at;
	struct id id;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->label, y->label);
	return order ? order : id_cmp(&x->id, &y->id);
}

static int by_log(const void *a, const void *b)
{
	const struct view_log *x = a, *y = b;
	int order = strcmp(x->label, y->label);
	return order ? order
		     : (x->log.id.epoch > y->log.id.epoch) - (x->log.id.epoch < y->log.id.epoch);
}

void view_sort(struct view *v)
{
	size_t n = v->world.standing.n_party, m = v->world.n_party;
	struct named *name = arena_array(v->arena, struct named, n + m + 1);
	for (size_t i = 0; i < n; i++) {
		struct id id = v->world.standing.party[i].id;
		name[i] = (struct named){view_label(v, &id), i, id};
	}
	qsort(name, n, sizeof(name[0]), by_name);
	v->by_label = arena_array(v->arena, size_t, n + 1);
	for (size_t i = 0; i < n; i++)
		v->by_label[i] = name[i].at;
	for (size_t i = 0; i < m; i++)
		name[i] = (struct named){
			view_label(v, &v->world.party[i].id), i, v->world.party[i].id};
	qsort(name, m, sizeof(name[0]), by_name);
	v->partner = arena_array(v->arena, struct id, m + 1);
	for (size_t i = 0; i < m; i++)
		v->partner[i] = name[i].id;
	for (size_t i = 0; i < v->n_log; i++)
		v->log[i].label = view_label(v, &v->log[i].log.id.member);
	if (v->n_log > 1)
		qsort(v->log, v->n_log, sizeof(v->log[0]), by_log);
}

/* Refusals and flags may be about contents that are above somebody's clearance. */
static void leave_out(struct view *v)
{
	if (!v->reader.no_clearance && v->reader.clearance_level == UINT_MAX)
		return;
	v->n_flag = 0;
	for (size_t i = 0; i < v->n_refusal; i++)
		v->refusal[i].text = SLICE("");
}

int view_load(struct view *ret, const struct node *node, struct db *db, const struct id *coalition,
	const struct caller *caller, struct shown_to *shown, struct arena *arena, struct why *why)
{
	struct view v = {.now_ms = env_now_ms(&node->env), .arena = arena};
	int rc = world_load(&v.world, node, db, coalition, arena, why);
	if (rc == 0)
		rc = load_logs(&v, db, why);
	if (rc == 0)
		rc = load_acts(&v, db, why);
	if (rc == 0)
		rc = statement_list(db, &v.world.coalition, LIMIT_SHOWN, arena, &v.statement,
			&v.n_statement, &v.more_statements, why);
	if (rc == 0)
		rc = load_troubles(&v, db, why);
	if (rc == 0)
		v.reader = caller_reader(caller, &v.world, shown);
	v.reads_records = caller->roles.of[AREA_RECORDS] >= ROLE_READER;
	for (enum mode m = MODE_REAL; rc == 0 && v.reads_records && m <= MODE_TEST; m++)
		rc = load_records(&v, db, m, why);
	if (rc < 0)
		return rc;
	leave_out(&v);
	view_sort(&v);
	*ret = v;
	return 0;
}
