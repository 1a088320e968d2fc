/*
 * all.h: which workspaces this program has. The one place where they are listed.
 */
#ifndef WORK_ALL_H
#define WORK_ALL_H

/* Sets `workspaces` (node/workspace.h). Before a node is opened. */
void work_register(void);

#endif
