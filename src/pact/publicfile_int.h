/* publicfile_int.h: what the two halves of publicfile_check share: is each thing true by itself, and what follows from all together. Private to src/pact. */
#ifndef PACT_PUBLICFILE_INT_H
#define PACT_PUBLICFILE_INT_H

#include "pact/publicfile.h"

struct checking {
	struct publicfile *f;
	struct arena *arena;
	struct public_checked *ret;
	struct standing_input in;
	struct standing_cosign *cosign;
	struct standing_act *act;
	struct standing_fork *fork;
	bool revoked; /* some key of the coalition was */
};

/* "log ID.EPOCH", in the arena. */
const char *checking_where(struct checking *c, const struct public_log *log);
/* All root documents of a party, wherever they stand: for log and witness keys. E_VERIFY if the file has none. */
MUST_USE int checking_chain(struct checking *c, const struct id *member,
	const struct root_chain **ret, struct why *why);
/* After every party, charter, head and entry was checked: signatures of officers, standing, release to the public, digests. */
MUST_USE int checking_judge(struct checking *c, struct why *why);

#endif
