/*
 * task.h: what this workspace does by itself in `entente serve` (web/work.h).
 */
#ifndef PROCUREMENT_TASK_H
#define PROCUREMENT_TASK_H

#include "web/work.h"

extern const struct web_task procurement_tasks[];

#endif
