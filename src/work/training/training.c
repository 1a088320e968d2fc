/* training.c: the plug of this workspace (node/workspace.h). */
#include "work/training/training.h"

#include "cli/cli.h"
#include "web/work.h"
#include "work/training/api.h"
#include "work/training/calendar.h"
#include "work/training/cmd.h"
#include "work/training/demo.h"
#include "work/training/fold.h"
#include "work/training/holders.h"
#include "work/training/need.h"
#include "work/training/store.h"
#include "work/training/task.h"

extern const uint8_t training_schemas[], training_schemas_end[]; /* schema.json */

const struct workspace workspace_training = {
	.name = "training",
	.kind = training_workspace_kinds,
	.schema = training_schema,
	.table = training_table,
	.drop = training_drop,
	.scrub = training_scrub,
	.route = training_routes,
	.schemas = training_schemas,
	.schemas_end = training_schemas_end,
	.door = calendar_doors,
	.task = training_tasks,
	.command = training_commands,
	.demo = training_demo,
	.needs = training_needs,
	.certificates = training_holders,
};
