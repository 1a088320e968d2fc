/*
 * charter_amend.h: the next version of a charter, from a draft to what its members sign.
 *
 *	entente charter amend --accession 2 -o next.txt      a draft of what would follow the charter that stands
 *	entente charter propose next.txt                     its text, for all parties to read; binds nobody
 *	entente sign --charter next.txt                      each member that it names (cmd_act.c)
 *
 * When all have signed and are witnessed, it stands (docs/standing.md §5).
 */
#ifndef CLI_CHARTER_AMEND_H
#define CLI_CHARTER_AMEND_H

#include "cli/cli.h"

MUST_USE int charter_amend(struct cli *cli);
MUST_USE int charter_propose(struct cli *cli);
/* All that are here: what stands, what stood, what is proposed and by whom it is signed. */
MUST_USE int charter_list(struct cli *cli);

/* A number of members out of an option, "all" (0) or "no"; `fallback` if it is not given. E_USAGE names the option. */
MUST_USE int charter_number(struct cli *cli, const char *option, unsigned fallback, unsigned *ret);
/* The fields that --field names, or the four of the declaration. */
void charter_fields(struct cli *cli, struct charter *c);
/* Prints `c` to --output (or the terminal), says its hash, and parses it again: whatever the options were, what comes out is a charter. */
MUST_USE int charter_out(struct cli *cli, const struct charter *c, const struct charter **ret);
/*
 * A charter that is proposed here, by its file or by the start of its hash (≥ 8 digits); says on standard error in what it differs from the one that stands, since nobody
 * signs what was not shown. E_MISSING, E_USAGE.
 */
MUST_USE int charter_proposed(struct cli *cli, const char *what, struct hash *ret);

#endif
