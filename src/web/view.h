/*
 * view.h: everything that the status page shows of one coalition, read in one transaction, so that
 * what is shown belongs together. Writing the page is then a matter of this struct alone (page.h).
 *
 *	struct view v;
 *	rc = db_begin_read(db, why);
 *	rc = view_load(&v, node, db, &coalition, &caller, &shown, &arena, why);
 *	db_rollback(db);
 *
 * Who looks is of this node's own staff: what the node holds, up to the clearance. Everything lies in the arena.
 */
#ifndef WEB_VIEW_H
#define WEB_VIEW_H

#include "node/record.h"
#include "node/status.h"
#include "web/caller.h"

/* Records of one mode on the page: a look, not an archive. */
#define VIEW_RECORDS_REAL  40
#define VIEW_RECORDS_OTHER 15
#define VIEW_FLAGS	   20
/* What one page may hold in memory; far above what quotas let partners write. */
#define VIEW_ARENA (1 * GIB)

/* Witnesses of one log. */
struct view_log {
	struct log log;
	const char *label;
	struct cosigned *cosign; /* one per witness */
	size_t n_cosign;
	uint64_t head;	    /* size of the newest signed note held; own log: its size */
	unsigned need;	    /* W of its author's home roll */
	unsigned at_head;   /* other parties that have cosigned all of it */
	uint64_t witnessed; /* entries that W have cosigned */
};

struct view_records {
	struct record *record; /* newest first */
	size_t n;
	bool more; /* there are others, not shown */
};

struct view {
	int64_t now_ms;
	struct world world;
	struct reader reader;
	size_t *by_label;   /* indices of standing.party, for people: by label */
	struct id *partner; /* of world.party, by label */
	int64_t *acted_ms; /* of standing.party[i]: time of the act that carries its status; 0: none
			    */
	struct statement *statement;
	size_t n_statement, more_statements; /* more: beyond those that are shown */
	struct view_log *log;		     /* those that hold something, by label */
	size_t n_log;
	struct fork_row *fork;
	size_t n_fork;
	struct refusal *refusal;
	size_t n_refusal, more_refusals;
	struct flag *flag;
	size_t n_flag;
	struct peer_health *health; /* of all partners of this node */
	size_t n_health;
	bool reads_records;			    /* who looks may read them */
	struct view_records records[MODE_TEST + 1]; /* by mode */
	struct arena *arena;			    /* borrowed */
};

/* As `caller` sees it; records are there for who may read them. */
MUST_USE int view_load(struct view *ret, const struct node *node, struct db *db,
	const struct id *coalition, const struct caller *caller, struct shown_to *shown,
	struct arena *arena, struct why *why);

/* Sets by_label and partner, sorts logs; done by view_load. */
void view_sort(struct view *v);
/* NULL if it has never been tried. */
const struct peer_health *view_health(const struct view *v, const struct id *peer);
/* NULL if nothing of it is here; the newest epoch. */
const struct view_log *view_log_of(const struct view *v, const struct id *member);
/* By row; NULL. */
const struct view_log *view_log_at(const struct view *v, int64_t row);
/* Does the log's cosigned part reach beyond entry `seq`? */
bool view_witnessed(const struct view_log *log, uint64_t seq);
/* Label of a party. */
const char *view_label(const struct view *v, const struct id *party);
/* Title of a note, else the kind, else what became of it. */
struct slice view_title(const struct view *v, const struct record *r);

#endif
