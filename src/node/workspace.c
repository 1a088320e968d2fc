/* workspace.c: see workspace.h. */
#include "node/note.h"

static const struct workspace *const only_notes[] = {&workspace_note, NULL};
const struct workspace *const *workspaces = only_notes;

const struct workspace_kind *workspace_kind_find(struct slice kind)
{
	for (size_t i = 0; workspaces[i]; i++)
		for (const struct workspace_kind *k = workspaces[i]->kind; k->kind; k++)
			if (slice_is(kind, k->kind))
				return k;
	return NULL;
}
