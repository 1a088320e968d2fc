/* procurement.c: the plug of this workspace (node/workspace.h). */
#include "work/procurement/procurement.h"

#include "web/work.h"
#include "work/procurement/api.h"
#include "work/procurement/cmd.h"
#include "work/procurement/door.h"
#include "work/procurement/fold.h"
#include "work/procurement/need.h"
#include "work/procurement/store.h"
#include "work/procurement/task.h"

extern const uint8_t procurement_schemas[], procurement_schemas_end[]; /* schema.json */

const struct workspace workspace_procurement = {
	.name = "procurement",
	.kind = procurement_kinds,
	.schema = procurement_schema,
	.table = procurement_table,
	.drop = procurement_drop,
	.scrub = procurement_scrub,
	.route = procurement_routes,
	.schemas = procurement_schemas,
	.schemas_end = procurement_schemas_end,
	.door = procurement_doors,
	.task = procurement_tasks,
	.command = procurement_commands,
	.demo = procurement_demo,
	.needs = procurement_needs,
};
