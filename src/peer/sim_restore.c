/*
 * sim_restore.c: backups. A copy of a node's store is made, and some day put in its place: the node starts with what it held then. Its high-water records, which are kept
 * apart, stay. If it has signed anything since, it is lost (it may read, and never sign again); if not, it has only forgotten what others wrote, and
 * what it has cosigned of that.
 */
#include "base/report.h"
#include "node/write.h"
#include "peer/sim_int.h"

#include <stdatomic.h>

void sim_backup(struct sim_node *n)
{
	static atomic_uint names;
	char url[80], sql[100];
	struct why why = {0};
	int rc;

	snprintf(url, sizeof(url), "sqlite:file:/entente-backup-%u?vfs=memdb",
		atomic_fetch_add(&names, 1));
	snprintf(sql, sizeof(sql), "VACUUM INTO '%s'", url + strlen("sqlite:"));
	db_close(&n->backup);
	mem_free(n->backup_url);
	n->backup_url = mem_string(url, strlen(url));
	/* The handle first: a database in memory lives as long as somebody has it open. */
	rc = db_open(&n->backup, url, &why);
	if (rc == 0)
		rc = db_script(n->db, sql, &why);
	if (rc < 0)
		sim_break(n->sim, "backup", "node %u: %s %s", n->at, why.where, why.text);
}

void sim_restore(struct sim_node *n)
{
	struct why why = {0};
	int rc;

	if (n->backup == NULL)
		return;
	for (unsigned i = 0; i < SIM_NODES_MAX; i++)
		pull_free(&n->pull[i]);
	db_close(&n->db);
	db_close(&n->node->anchor);
	mem_free(n->node->database);
	n->node->database = n->backup_url;
	n->node->anchor = n->backup;
	n->backup_url = NULL;
	n->backup = NULL;
	n->sim->n.restored++;
	if ((rc = node_db(n->node, &n->db, &why)) < 0) {
		sim_break(n->sim, "restore", "node %u: %s %s", n->at, why.where, why.text);
		return;
	}
	rc = node_signs(n->node, n->db, &why);
	if (rc < 0 && rc != E_STATE)
		sim_break(n->sim, "restore", "node %u: %s %s", n->at, why.where, why.text);
	n->lost = n->lost || rc < 0;
	sim_meet(n);
}
