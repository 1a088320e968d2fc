/* readings.c: see readings.h. */
#include "node/readings.h"

#include "base/vec.h"
#include "log/store.h"
#include "node/record.h"

void readings_free(struct readings *r)
{
	vec_free(r);
}

struct reader reader_unnoted(const struct reader *who)
{
	struct reader r = *who;

	r.readings = NULL;
	return r;
}

/* A label that cannot be read is no reason to leave it out. */
static bool is_restricted(const struct world *w, struct slice label)
{
	struct label l;

	return label_parse(&l, label, NULL) < 0 ||
	       charter_level(w->standing.charter, l.class_name) != 0;
}

bool readings_wants(const struct reader *who, const struct world *w, struct slice label)
{
	struct readings *r = who->readings;

	if (!r)
		return false;
	if (r->has_last && id_eq(&r->last_coalition, &w->coalition.id) &&
		slice_eq(slice_of(r->last, r->last_n), label))
		return r->last_restricted;
	bool restricted = is_restricted(w, label);
	if (label.n <= sizeof(r->last)) {
		r->has_last = true;
		r->last_restricted = restricted;
		r->last_coalition = w->coalition.id;
		r->last_n = label.n;
		if (label.n)
			memcpy(r->last, label.p, label.n);
	}
	return restricted;
}

void readings_again(struct readings *r, const struct noted *one)
{
	/* Objects of one entry come behind each other. */
	if (r->n && hash_eq(&r->p[r->n - 1].leaf, &one->leaf))
		return;
	vec_push(r, *one);
}

void readings_add(const struct reader *who, const struct world *w, struct slice label,
	const struct hash *leaf)
{
	if (readings_wants(who, w, label))
		readings_again(who->readings,
			&(struct noted){.coalition = w->coalition.id, .leaf = *leaf});
}

int readings_add_at(const struct reader *who, const struct world *w, struct slice label,
	struct db *db, int64_t log_row, uint64_t seq, struct why *why)
{
	struct readings *r = who->readings;
	struct noted one = {.coalition = w->coalition.id};

	if (!readings_wants(who, w, label) ||
		(r->n && r->last_log == log_row && r->last_seq == seq))
		return 0;
	int rc = log_leaf(db, log_row, seq, &one.leaf, why);
	if (rc < 0)
		return rc;
	r->last_log = log_row;
	r->last_seq = seq;
	readings_again(r, &one);
	return 0;
}

void readings_records(
	const struct reader *who, const struct world *w, const struct record *r, size_t n)
{
	for (size_t i = 0; who->readings && i < n; i++)
		if (r[i].state == ITEM_LIVE && r[i].kind.n)
			readings_add(who, w, r[i].label, &r[i].leaf);
}
