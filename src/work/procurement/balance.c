/* balance.c: see balance.h. */
#include "work/procurement/balance.h"

#include "base/report.h"
#include "work/procurement/fulfil.h"
#include "work/procurement/view.h"

#define PAGE 500 /* procurements that are listed at once */

struct adding {
	struct balance *b;
	const struct process *p;
	struct arena *arena; /* of the lines */
	struct arena *of_process;
	size_t room;
};

static struct balance_line *line_of(
	struct adding *a, const struct id *member, const struct currency *currency)
{
	struct balance *b = a->b;

	for (size_t i = 0; i < b->n; i++)
		if (id_eq(&b->line[i].member, member) &&
			strcmp(b->line[i].currency.code, currency->code) == 0)
			return &b->line[i];
	if (b->n == a->room) {
		struct balance_line *more =
			arena_array(a->arena, struct balance_line, 2 * a->room + 16);

		if (b->n)
			memcpy(more, b->line, b->n * sizeof(*more));
		b->line = more;
		a->room = 2 * a->room + 16;
	}
	b->line[b->n] = (struct balance_line){.member = *member, .currency = *currency};
	return &b->line[b->n++];
}

static void shares_add(struct adding *a)
{
	const struct row *r = a->p->share;

	for
		EACH(&r->doc, v, r ? json_get(&r->doc, json_root(&r->doc), "lines") : JSON_ABSENT)
		{
			struct currency c;
			struct id who;
			int64_t pays;

			if (!get_id(&r->doc, v, "member", &who) ||
				!rec_money(&r->doc, v, "pays", &pays, &c))
				continue;
			struct balance_line *l = line_of(a, &who, &c);
			sum_add(&l->agreed, pays);
			l->procurements++;
		}
}

static void rows_add(struct adding *a, enum pkind k)
{
	for (const struct row *r = process_next(a->p, k, NULL); r; r = process_next(a->p, k, r)) {
		struct currency c;
		int64_t value;

		if (!rec_money(&r->doc, json_root(&r->doc), "value", &value, &c) ||
			!(k == P_CONTRACT ? contract_is_signed(r)
					  : payment_is_made(r, a->of_process)))
			continue;
		struct balance_line *l = line_of(a, &r->object.owner, &c);
		sum_add(k == P_CONTRACT ? &l->contracted : &l->paid, value);
	}
}

/* The participant of a nation: by the agreement's own list, in the order of its own participants. */
static bool member_of(
	const struct row *agreement, struct slice nation, struct arena *arena, struct id *ret)
{
	const struct json_doc *d = &agreement->doc;
	json_ref member = json_first(d, json_get(d, json_root(d), "participants"));

	for
		EACH(d, v, json_get(d, json_root(d), "nations"))
		{
			if (slice_eq(json_string(d, v, arena), nation))
				return id_parse(json_string(d, member, arena), ret) == 0;
			member = json_next(d, member);
		}
	return false;
}

static void award_add(struct adding *a)
{
	const struct row *r = a->p->award;

	/* Its status is only what the lead calls it. */
	if (!a->p->award_final)
		return;
	for
		EACH(&r->doc, v, json_get(&r->doc, json_root(&r->doc), "lines"))
		{
			struct currency c;
			struct id who;
			int64_t price;

			if (member_of(a->p->agreement,
				    get_text(&r->doc, v, "nation", a->of_process), a->of_process,
				    &who) &&
				rec_money(&r->doc, v, "price", &price, &c))
				sum_add(&line_of(a, &who, &c)->national, price);
		}
}

/* One procurement, in memory of its own. */
static int one(const struct world *w, struct db *db, const struct reader *who,
	const struct object_id *object, int64_t now_ms, struct adding *a, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_API_ARENA);
	struct process *p = arena_new(&arena, struct process);
	struct rows rows;
	int rc = procure_store_process(w, db, who, object, ROWS_BRIEF, &arena, &rows, why);

	if (rc == 0)
		rc = process_read_brief(&rows, now_ms, &arena, p, why);
	if (rc < 0)
		return rc;
	a->p = p;
	a->of_process = &arena;
	shares_add(a);
	rows_add(a, P_CONTRACT);
	rows_add(a, P_TRANSACTION);
	award_add(a);
	a->b->procurements++;
	return 0;
}

static int page(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	int64_t now_ms, struct adding *a, struct row_place *place, bool *more, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_PAGE_BYTES);
	struct rows list;
	int rc = procure_store_list(
		w, db, who, P_AGREEMENT, mode, *more ? place : NULL, PAGE, &arena, &list, why);

	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = one(w, db, who, &list.row[i].object, now_ms, a, why);
	if (rc < 0)
		return rc;
	if (list.n)
		*place = row_place(&list.row[list.n - 1]);
	*more = list.more;
	return 0;
}

static int by_member(const void *x, const void *y)
{
	const struct balance_line *a = x, *b = y;
	int order = id_cmp(&a->member, &b->member);

	return order ? order : strcmp(a->currency.code, b->currency.code);
}

int balance_make(const struct world *w, struct db *db, const struct reader *who, enum mode mode,
	int64_t now_ms, struct arena *arena, struct balance *ret, struct why *why)
{
	struct balance b = {.n = 0};
	struct adding a = {.b = &b, .arena = arena};
	struct row_place place;
	bool more = false;

	do {
		int rc = page(w, db, who, mode, now_ms, &a, &place, &more, why);

		if (rc < 0)
			return rc;
		if (b.procurements > LIMIT_PROCESSES)
			return why_set(why, E_LIMIT, "", "there are too many procurements");
	} while (more);
	if (b.n)
		qsort(b.line, b.n, sizeof(b.line[0]), by_member);
	*ret = b;
	return 0;
}

void balance_put(
	struct json_out *o, const struct balance *b, const struct world *w, struct arena *arena)
{
	json_open(o, '{');
	json_put_u64(o, "procurements", b->procurements);
	json_open_at(o, "lines", '[');
	for (size_t i = 0; i < b->n; i++) {
		const struct balance_line *l = &b->line[i];

		json_open(o, '{');
		view_id(o, "member", &l->member);
		json_put_cstr(o, "label", world_party_label(w, &l->member, arena));
		json_put_u64(o, "procurements", l->procurements);
		view_money(o, "share", l->agreed, &l->currency);
		view_money(o, "contracted", l->contracted, &l->currency);
		view_money(o, "paid", l->paid, &l->currency);
		view_money(o, "national", l->national, &l->currency);
		json_close(o);
	}
	json_close(o);
	json_close(o);
}
