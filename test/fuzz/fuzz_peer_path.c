/* Paths and queries of partners: one spelling each. */
#include "base/report.h"
#include "peer/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_of(data, size), value = peer_query(bytes, "from");
	struct buf again CLEANUP_BUF = BUF(PEER_PATH_MAX);
	struct peer_path p;

	MUST(value.p == NULL || value.n < size);
	if (peer_path_parse(bytes, &p) < 0)
		return 0;
	peer_path_print(&again, &p);
	MUST(slice_eq(buf_slice(&again), bytes));
	return 0;
}
