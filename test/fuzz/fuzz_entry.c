/* Entries. What parses must print as the same bytes, and so must what an officer signs of it. */
#include "base/limits.h"
#include "base/report.h"
#include "log/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct buf again CLEANUP_BUF = BUF(LIMIT_ENTRY_BYTES);
	const struct slice text = slice_of(data, size);
	struct why why = {0};
	struct entry e;

	crypt_init();
	int rc = entry_parse(&e, &arena, text, &why);
	MUST(rc == why.code);
	if (rc < 0)
		return 0;
	MUST(e.n_ref <= LIMIT_ENTRY_REFS && e.n_seen <= LIMIT_MEMBERS &&
		e.n_member <= LIMIT_MEMBERS);
	MUST((e.audience == AUDIENCE_VEILED) == (e.mode == MODE_NONE));
	MUST((e.audience == AUDIENCE_LIST) == (e.n_member > 0));
	MUST(e.seq <= INT64_MAX && e.time_ms >= 0 && e.until_ms >= 0);
	entry_print(&e, &again);
	MUST(slice_eq(text, buf_slice(&again)));
	buf_clear(&again);
	entry_act_message(&e, &again);
	MUST(again.n < size && slice_starts(buf_slice(&again), "entente-act/1\n"));
	return 0;
}
