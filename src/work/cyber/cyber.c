/* cyber.c: see cyber.h: one table. */
#include "work/cyber/cyber.h"

#include "work/cyber/api.h"
#include "work/cyber/coord.h"
#include "work/cyber/fold.h"
#include "work/cyber/match_cmd.h"
#include "work/cyber/need.h"
#include "work/cyber/task.h"
#include "work/cyber/taxii.h"
#include "work/cyber/withdraw.h"

#include "cli/cli.h"
#include "web/work.h"

static const struct workspace_kind kinds[] = {
	{.kind = KIND_STIX,
		.check = stix_kind_check,
		.fold = stix_kind_fold,
		.drop = stix_kind_drop,
		.again = stix_store_again,
		.along = withdraw_along,
		.words = stix_kind_words,
		.title = stix_kind_title,
		.help = "STIX 2.1 objects, one or a batch"},
	{.kind = KIND_WITHDRAW,
		.check = withdraw_kind_check,
		.fold = withdraw_kind_fold,
		.drop = withdraw_kind_drop,
		.help = "objects that their author takes back"},
#define COORD(word, text)                                                                          \
	{                                                                                          \
		.kind = "cyber/" #word "/1", .check = coord_check_##word, .fold = coord_fold,      \
		.drop = coord_drop, .words = coord_words, .title = coord_title, .help = text       \
	}
	COORD(case, "a case: what is known of something that happens"),
	COORD(task, "a task offered to others"),
	COORD(rfi, "a question to others"),
	COORD(notice, "an advisory, a takedown or a vulnerability note"),
	COORD(answer, "accepts, declines, answers, says that it is done or covered"),
	{.kind = NULL},
};

static const struct command *const commands_cyber[] = {&command_cyber, NULL};

const struct workspace workspace_cyber = {
	.name = "cyber",
	.kind = kinds,
	.schema = cyber_schema,
	.table = cyber_tables,
	.drop = cyber_drop,
	.scrub = cyber_scrub,
	.route = cyber_routes,
	.schemas = cyber_schemas,
	.schemas_end = cyber_schemas_end,
	.door = taxii_doors,
	.task = cyber_tasks,
	.command = commands_cyber,
	.demo = match_demo,
	.needs = cyber_needs,
};
