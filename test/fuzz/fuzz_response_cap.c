/*
 * fuzz_response_cap.c: alerts, feeds and envelopes of strangers. Whatever is taken is lint-ed and written without harm; what breaks no schema is written as a 1.2 that
 * breaks none either; what is refused names a place.
 */
#include "base/limits.h"
#include "base/report.h"
#include "work/response/cap_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void alert_check(struct slice bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(128 * MIB);
	struct buf b CLEANUP_BUF = BUF(LIMIT_XML_BYTES);
	struct cap_notes notes = {0}, after = {0};
	struct cap_alert a, again;
	struct why why = {0};
	int rc = cap_read(&a, &arena, bytes, &notes, &why);

	if (rc < 0) {
		MUST((rc == E_SYNTAX || rc == E_LIMIT) && why.text[0]);
		return;
	}
	rc = cap_valid(&notes, &why);
	MUST(rc == 0 ? notes.n_schema == 0 : rc == E_INVALID && why.where[0]);
	cap_lint(&a, &arena, &notes);
	(void)!cap_issue_check(&a, &arena, NULL);
	(void)cap_expires_ms(&a);
	if (cap_write(&a, &b, NULL) < 0)
		return;
	MUST(cap_read(&again, &arena, buf_slice(&b), &after, &why) == 0);
	if (a.version == CAP_12 && notes.n_schema == 0)
		MUST(cap_valid(&after, &why) == 0 &&
			slice_eq(a.identifier.text, again.identifier.text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(128 * MIB);
	struct cap_feed feed;
	struct why why = {0};
	int rc;

	if (size > 256 * KIB)
		return 0;
	alert_check(slice_of(data, size));
	rc = cap_feed_read(&feed, &arena, slice_of(data, size), &why);
	if (rc < 0) {
		MUST(why.code == rc && why.text[0]);
		return 0;
	}
	for (size_t i = 0; i < feed.n; i++)
		if (feed.item[i].bytes.n)
			alert_check(feed.item[i].bytes);
	return 0;
}
