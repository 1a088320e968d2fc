/* all.c: see all.h. */
#include "work/all.h"

#include "node/note.h"
#include "work/cyber/cyber.h"
#include "work/procurement/procurement.h"
#include "work/response/response.h"
#include "work/training/training.h"

static const struct workspace *const all[] = {
	&workspace_note,
	&workspace_cyber,
	&workspace_response,
	&workspace_training,
	&workspace_procurement,
	NULL,
};

void work_register(void)
{
	workspaces = all;
}
