/*
 * Headers inside veiled payloads, and the batch that may follow one. What parses must print as the
 * same bytes.
 */
#include "base/limits.h"
#include "base/report.h"
#include "log/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Objects lie one behind the other and cover the batch; framed again they are the same bytes. */
static void batch_walk(struct slice content)
{
	struct buf again CLEANUP_BUF = BUF(LIMIT_PAYLOAD_CONTENT);
	struct slice rest = content, object;
	uint64_t offset, end = 0;
	int rc;

	while ((rc = batch_next(content, &rest, &object, &offset, NULL)) == 1) {
		MUST(object.n > 0 && offset == end + 4);
		end = offset + object.n;
		batch_add(&again, object);
	}
	MUST(rc == 0 || rc == E_SYNTAX);
	if (rc == 0)
		MUST(slice_eq(content, buf_slice(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct buf again CLEANUP_BUF = BUF(LIMIT_PAYLOAD_BYTES);
	const struct slice text = slice_of(data, size);
	struct why why = {0};
	struct inner in;
	int rc = inner_parse(&in, &arena, text, &why);

	MUST(rc == why.code);
	if (rc < 0)
		return 0;
	MUST(in.mode != MODE_NONE && in.n_member > 0 && in.n_member <= LIMIT_MEMBERS);
	MUST(in.n_ref <= LIMIT_ENTRY_REFS && in.content.n <= LIMIT_PAYLOAD_CONTENT);
	inner_print(&in, &again);
	MUST(slice_eq(text, buf_slice(&again)));
	batch_walk(in.content);
	return 0;
}
