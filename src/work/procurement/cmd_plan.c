/* cmd_plan.c: see cmd_plan.h. */
#include "work/procurement/cmd_plan.h"

#include "base/report.h"

const struct cli_option plan_list_options[] = {
	{"mode", 'm', "MODE", false, "real, exercise or test (default real)"},
	{NULL, 0, NULL, false, NULL},
};

struct slice plan_text(struct cli *cli, const struct row *r, const char *key)
{
	return get_text(&r->doc, json_root(&r->doc), key, &cli->arena);
}

const char *plan_id(struct cli *cli, const struct object_id *object)
{
	char whole[OBJECT_TEXT + 1];

	object_format(object, whole);
	return arena_printf(&cli->arena, "%.8s", whole + ID_TEXT + 1);
}

const char *plan_amount(struct cli *cli, int64_t q, struct slice unit)
{
	struct buf b CLEANUP_BUF = BUF(256);

	quantity_print(&b, q);
	buf_addf(&b, " %.*s", SLICE_FMT(unit));
	return arena_string(&cli->arena, buf_slice(&b));
}

/* ---- what is written ---- */

/* "CPV:39522530": the scheme before the first colon. */
int plan_class(struct cli *cli, struct json_out *o)
{
	json_open_at(o, "classification", '[');
	for (size_t i = 0; i < cli_option_count(cli, "class"); i++) {
		struct slice id = slice_str(cli_option_at(cli, "class", i)), scheme;

		if (!slice_cut_exact(&id, ':', &scheme))
			return why_set(&cli->why, E_USAGE, "--class",
				"%s is no SCHEME:CODE: CPV:39522530, NSN:…, UNSPSC:…, GTIN:…, LOCAL:…",
				cli_option_at(cli, "class", i));
		json_open(o, '{');
		json_put_string(o, "scheme", scheme);
		json_put_string(o, "id", id);
		json_close(o);
	}
	json_close(o);
	return 0;
}

/* A number as it was written; what kind of number it has to be the record's check says. */
int plan_number(struct cli *cli, struct json_out *o, const char *key, const char *option)
{
	struct json_doc doc;
	const char *given = cli_option(cli, option);

	if (!given)
		return 0;
	if (json_read(&doc, &cli->arena, slice_str(given), &json_limits_partner, NULL) < 0 ||
		json_type(&doc, json_root(&doc)) != JSON_NUMBER)
		return why_set(&cli->why, E_USAGE, arena_printf(&cli->arena, "--%s", option),
			"%s is no number", given);
	json_put_raw(o, key, slice_str(given));
	return 0;
}

int plan_price(struct cli *cli, struct json_out *o)
{
	const char *given = cli_option(cli, "max-price");
	struct slice sum = slice_str(given ? given : ""), currency = SLICE_NONE;
	struct json_doc doc;

	if (!given)
		return 0;
	if (slice_find(sum, ' ') >= 0) {
		struct slice rest = sum;

		(void)slice_cut(&rest, ' ', &sum);
		currency = slice_trim(rest);
	}
	if (json_read(&doc, &cli->arena, sum, &json_limits_partner, NULL) < 0 ||
		json_type(&doc, json_root(&doc)) != JSON_NUMBER || currency.n != 3)
		return why_set(&cli->why, E_USAGE, "--max-price",
			"%s is no sum with its currency: \"2500 EUR\"", given);
	json_open_at(o, "maxUnitPrice", '{');
	json_put_raw(o, "amount", sum);
	json_put_string(o, "currency", currency);
	json_close(o);
	return 0;
}

void plan_given(struct cli *cli, struct json_out *o, const char *key, const char *option)
{
	if (cli_option(cli, option))
		json_put_cstr(o, key, cli_option(cli, option));
}

int plan_write(struct cli *cli, enum pkind k, const struct buf *b)
{
	struct written w;

	if (buf_over(b))
		return why_set(&cli->why, E_LIMIT, "", "is too long for a record");
	TRY(cmd_put(cli, k, arena_copy(&cli->arena, buf_slice(b)), &w));
	cmd_written(cli, &w);
	return 0;
}

int plan_rows(struct cli *cli, enum pkind k, struct arena *arena, struct rows *ret)
{
	struct reader who;
	enum mode mode;

	TRY(cli_world(cli));
	TRY(cli_mode(cli, &mode));
	who = world_reader(&cli->world, &cli->node->self);
	TRY(procure_store_list(
		&cli->world, cli->db, &who, k, mode, NULL, LIMIT_LISTED, arena, ret, &cli->why));
	if (ret->more)
		cli_say(cli, "the newest %zu; there are more", ret->n);
	return 0;
}
