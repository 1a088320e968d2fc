/*
 * match_cmd.h: `entente cyber match`, `pack` and `sight`: rows for the table in cmd.c, and what the three share.
 */
#ifndef CYBER_MATCH_CMD_H
#define CYBER_MATCH_CMD_H

#include "cli/cli.h"
#include "work/cyber/pack_node.h"
#include "work/cyber/sight.h"

struct demo;

extern const struct command command_cyber_match, command_cyber_pack, command_cyber_sight;

/* A scene of `entente demo`. */
MUST_USE int match_demo(struct demo *d);

/* ---- pack_cmd.c ---- */

#define CMD_TRUST_OPTIONS                                                                                            \
	{"trust", 0, "KEY", false,                                                                                   \
		"whose packs to take: a key as `pack key` prints it, or a file with it (default: this node's own)"}, \
		{"from", 0, "MEMBER", false,                                                                         \
			"take packs of this member, by the log key that this node knows of it"},                     \
	{                                                                                                            \
		"unsigned", 0, NULL, false, "take any pack, whoever signed it or nobody"                             \
	}
/* Opens a pack as these options say. */
MUST_USE int cmd_pack_open(struct cli *cli, const char *path, struct pack **ret);
/* What this node's own staff may see of a mode, as a pack in memory; `bytes` holds it. `old` (or NULL) is gone on from where that can be. */
MUST_USE int cmd_pack_own(
	struct cli *cli, enum mode mode, struct pack *old, struct buf *bytes, struct pack **ret);

/* ---- sight_cmd.c ---- */

#define CMD_SIGHT_OPTIONS                                                                                                 \
	{                                                                                                                 \
		"share", 0, NULL, false,                                                                                  \
			"sightings to everybody who may read the indicator, and say where (default: to its author alone)" \
	}
/* Writes the set's sightings into this member's log, each for whom its indicator allows, and clears it; after a failure it has what is not written. */
MUST_USE int cmd_sight_write(struct cli *cli, enum mode mode, bool share, struct sight_set *set);

#endif
