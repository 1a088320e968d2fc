/* files_int.h: what files.c and files_sweep.c share: paths below DATA/files, and its lock. */
#ifndef NODE_FILES_INT_H
#define NODE_FILES_INT_H

#include "node/files.h"

void files_fd_end(int *fd);
#define CLEANUP_FD __attribute__((cleanup(files_fd_end), unused))

/* The caller owns it. `dir` ends at the folder of two digits. */
char *files_whole_path(const struct node *node, const struct hash *h, bool dir);
char *files_part_path(const struct node *node, const struct id *author, const struct hash *h);
/* E_MISSING if `err` is ENOENT, else E_IO. */
MUST_USE int files_io(struct why *why, const char *path, const char *did, int err);
/* Nobody else settles or unlinks a whole file until it is closed; -1 if there is no folder. For a moment only, and after the database's write lock. */
int files_lock(const struct node *node);

#endif
