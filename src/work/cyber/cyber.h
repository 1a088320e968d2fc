/*
 * cyber.h: the workspace of cyber security coordination: STIX 2.1, TAXII 2.1, matching, cases. What it plugs into the node stands in
 * cyber.c; commands in cmd.c.
 */
#ifndef WORK_CYBER_CYBER_H
#define WORK_CYBER_CYBER_H

#include "node/workspace.h"

extern const struct workspace workspace_cyber;

/* cmd.c: `entente cyber …`. */
extern const struct command command_cyber;

#endif
