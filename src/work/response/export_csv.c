/* export_csv.c: tables for spreadsheets; see export.h. */
#include "work/response/export.h"

#include "work/response/table.h"

#include <inttypes.h>

static int capabilities(const struct aid_view *v, struct buf *ret, struct why *why)
{
	struct joined_capability *list;
	struct table_row *row;
	size_t n;
	int rc = capability_list(v, NULL, &list, &n, why);

	if (rc < 0)
		return rc;
	row = arena_array(v->arena, struct table_row, n + 1);
	for (size_t i = 0; i < n; i++)
		row[i] = (struct table_row){&list[i].record.r.object, &list[i].c};
	table_print(aid_kinds[AID_CAPABILITY].shape, row, n, v->arena, ret);
	return 0;
}

int export_csv(const struct aid_view *v, enum aid_kind kind, struct buf *ret, struct why *why)
{
	struct aid_record *list;
	struct table_row *row;
	size_t n;
	int rc;

	if (kind == AID_CAPABILITY) {
		rc = capabilities(v, ret, why);
	} else {
		rc = aid_list(v, kind, NULL, &list, &n, why);
		if (rc < 0)
			return rc;
		row = arena_array(v->arena, struct table_row, n + 1);
		for (size_t i = 0; i < n; i++)
			row[i] = (struct table_row){&list[i].r.object, list[i].a};
		table_print(aid_kinds[kind].shape, row, n, v->arena, ret);
	}
	if (rc == 0 && buf_over(ret))
		rc = why_set(why, E_LIMIT, "", "the table is larger than %zu bytes", ret->max);
	return rc;
}

static void number(struct buf *b, int64_t n, bool first)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, n);
	aid_csv_put(b, slice_str(text), first);
}

static void moment(struct buf *b, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	aid_csv_put(b, ms ? slice_str(text) : SLICE(""), false);
}

int export_csv_lines(const struct aid_view *v, const struct dossier *d, struct buf *ret)
{
	static const char *const head[] = {"request", "line", "type", "quantity", "needed_by",
		"state", "offered", "provisional", "accepted", "committed", "in_transit", "on_site",
		"done", "arrives"};

	(void)v;
	for (size_t i = 0; i < sizeof(head) / sizeof(*head); i++)
		aid_csv_put(ret, slice_str(head[i]), i == 0);
	aid_csv_end(ret);
	for (size_t i = 0; i < d->n_line; i++) {
		const struct line_view *l = &d->line[i];

		aid_csv_put(ret, d->request.a->request.code, true);
		number(ret, l->line->line, false);
		aid_csv_put(ret, l->line->type, false);
		number(ret, l->line->quantity, false);
		moment(ret, l->line->needed_by);
		aid_csv_put(ret, slice_str(line_states[l->state]), false);
		number(ret, l->offered, false);
		number(ret, l->provisional, false);
		number(ret, l->accepted, false);
		number(ret, l->committed, false);
		number(ret, l->in_transit, false);
		number(ret, l->on_site, false);
		number(ret, l->done, false);
		moment(ret, l->arrives_ms);
		aid_csv_end(ret);
	}
	return 0;
}
