/* status.c: all coalitions of the node on one page. */
#include "web/status.h"

#include "base/limits.h"
#include "web/page.h"
#include "web/reads.h"

/* One coalition, of one moment: its part of the page into `h`, what needs attention into `c`. */
static int add_coalition(const struct status_options *o, struct db *db, const struct id *id,
	struct shown_to *shown, struct html *h, struct concerns *c, struct arena *texts,
	struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(VIEW_ARENA);
	struct view v;
	size_t before = c->n;
	int rc = db_begin_read(db, why);
	if (rc == 0)
		rc = view_load(&v, o->node, db, id, o->caller, shown, &arena, why);
	db_rollback(db);
	if (rc < 0)
		return rc;
	page_coalition(h, &v);
	concerns_add(c, &v);
	for (size_t i = before; i < c->n; i++)
		c->list[i].text = arena_string(texts, slice_str(c->list[i].text));
	return 0;
}

static int add_all(const struct status_options *o, struct db *db, struct shown_to *shown,
	struct html *h, struct concerns *c, struct arena *texts, struct why *why)
{
	struct coalition *list;
	size_t n;
	int rc = db_begin_read(db, why);
	if (rc == 0)
		rc = coalition_list(db, texts, &list, &n, why);
	db_rollback(db);
	if (rc < 0)
		return rc;
	concerns_of_node(c, o->node);
	for (size_t i = 0; i < n; i++) {
		rc = add_coalition(o, db, &list[i].id, shown, h, c, texts, why);
		if (rc < 0)
			return rc;
	}
	if (n == 0)
		page_nothing(h);
	return 0;
}

int status_page(const struct status_options *o, struct db *db, struct buf *ret, struct why *why)
{
	struct arena texts CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct buf body CLEANUP_BUF = BUF(STATUS_BYTES_MAX);
	struct concerns *c = arena_new(&texts, struct concerns);
	struct html piece = html_piece(&body);
	/* Whose title is shown is read. */
	struct shown_to shown CLEANUP_SHOWN = {.how = "list"};
	int rc = add_all(o, db, &shown, &piece, c, &texts, why);
	if (rc == 0)
		rc = reads_write(o->api, db, &shown, why);
	if (rc < 0)
		return rc;

	struct html h = html_begin(ret);
	concerns_sort(c);
	page_begin(&h, &(struct page_top){.label = o->node->conf.label,
			       .self = o->node->self,
			       .now_ms = env_now_ms(&o->node->env),
			       .worst = c->worst,
			       .renew = o->renew,
			       .open = o->open});
	page_concerns(&h, c);
	html_join(&h, &piece);
	page_end(&h);
	html_finish(&h);
	if (buf_over(&body) || buf_over(ret))
		return why_set(why, E_LIMIT, "", "the page would be larger than %zu bytes",
			(size_t)STATUS_BYTES_MAX);
	return 0;
}

static int find_proof(struct db *db, const struct hash *digest, struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct coalition *list;
	size_t n, n_fork;
	int rc = coalition_list(db, &arena, &list, &n, why);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		struct fork_row *fork;
		rc = fork_list(db, list[i].row, &arena, &fork, &n_fork, why);
		for (size_t j = 0; rc == 0 && j < n_fork; j++) {
			struct hash h = hash_bytes(fork[j].proof);
			if (!hash_eq(&h, digest))
				continue;
			buf_slice_add(ret, fork[j].proof);
			return 0;
		}
	}
	return rc < 0 ? rc : why_set(why, E_MISSING, "", "no such proof");
}

int status_proof(const struct status_options *o, struct db *db, const struct hash *digest,
	struct buf *ret, struct why *why)
{
	(void)o;
	int rc = db_begin_read(db, why);
	if (rc < 0)
		return rc;
	rc = find_proof(db, digest, ret, why);
	db_rollback(db);
	return rc;
}
