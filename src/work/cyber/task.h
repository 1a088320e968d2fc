/*
 * task.h: what this workspace does by itself in `entente serve`.
 */
#ifndef WORK_CYBER_TASK_H
#define WORK_CYBER_TASK_H

#include "web/work.h"

extern const struct web_task cyber_tasks[];

#endif
