/* schema.c: all tables of the program, in order. */
#include "node/account.h"
#include "node/audit.h"
#include "node/browse.h"
#include "node/hook.h"
#include "node/notify.h"
#include "node/search.h"
#include "node/status.h"
#include "node/workspace.h"

#include "base/report.h"

static const char node_schema_1[] = "CREATE TABLE node_self (\n"
				    "	one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),\n"
				    "	member BLOB NOT NULL\n"
				    ");\n";

const struct migration node_migrations[] = {
	{"node 1", node_schema_1},
	{"log 1", log_schema_1},
	{"release 1", release_schema_1},
	{"pact 1", pact_schema_1},
	{"fold 1", fold_schema_1},
	{"search 1", search_schema_1},
	{"health 1", health_schema_1},
	{"audit 1", audit_schema_1},
	{"account 1", account_schema_1},
	{"browse 1", browse_schema_1},
	{"pact 2", pact_schema_2},
	{"pact 3", pact_schema_3},
	{"pact 4", pact_schema_4},
	{"fold 2", fold_schema_2},
	{"fold 3", fold_schema_3},
	{"account 2", account_schema_2},
	{"account 3", account_schema_3},
	{"notify 1", notify_schema_1},
	{"notify 2", notify_schema_2},
	{"hook 1", hook_schema_1},
	{"fold 4", fold_schema_4},
	{"pact 5", pact_schema_5},
	{"account 4", account_schema_4},
	{"account 5", account_schema_5},
	{NULL, NULL},
};

static size_t migrations_count(const struct migration *m)
{
	size_t n = 0;

	while (m && m[n].name)
		n++;
	return n;
}

int node_migrate(struct db *db, struct why *why)
{
	size_t n = migrations_count(node_migrations), at = n;
	struct migration *all CLEANUP_FREE = NULL;

	for (size_t i = 0; workspaces[i]; i++)
		n += migrations_count(workspaces[i]->schema);
	all = mem_zero_alloc(n + 1, sizeof(*all));
	memcpy(all, node_migrations, at * sizeof(*all));
	for (size_t i = 0; workspaces[i]; i++) {
		size_t own = migrations_count(workspaces[i]->schema);

		if (own)
			memcpy(all + at, workspaces[i]->schema, own * sizeof(*all));
		at += own;
	}
	MUST(at == n);
	return db_migrate(db, all, why);
}
