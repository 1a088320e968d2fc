/*
 * response.h: the workspace for rapid response: alerts, capabilities and readiness, requests, offers, acceptances, commitments, deployments, settlement.
 * docs/response.md tells it to those who use it, README.md beside this file to those who change it.
 */
#ifndef WORK_RESPONSE_RESPONSE_H
#define WORK_RESPONSE_RESPONSE_H

#include "node/workspace.h"

extern const struct workspace workspace_response;
extern const struct command *const response_command[]; /* cmd.c */

#endif
