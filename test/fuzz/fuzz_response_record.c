/*
 * fuzz_response_record.c: records, tables and messages of strangers: the first byte says which. A record that is taken is printed and taken again as the same; a table that is taken is
 * written and taken again with the same cells.
 */
#include "base/limits.h"
#include "base/report.h"
#include "work/response/csv.h"
#include "work/response/model.h"
#include "work/response/sms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void record_check(enum aid_kind kind, struct slice bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf once CLEANUP_BUF = BUF(4 * MIB), twice CLEANUP_BUF = BUF(4 * MIB);
	union aid_any a, b;
	struct why why = {0};
	int rc = aid_read(kind, &a, &arena, bytes, 0, &why);

	if (rc < 0) {
		MUST(why.code == rc && why.text[0]);
		return;
	}
	shape_text(aid_kinds[kind].shape, &a, &once);
	MUST(!buf_over(&once));
	MUST(aid_read(kind, &b, &arena, buf_slice(&once), SHAPE_STRICT, &why) == 0);
	shape_text(aid_kinds[kind].shape, &b, &twice);
	MUST(slice_eq(buf_slice(&once), buf_slice(&twice)));
	(void)aid_links_of(kind, &a);
}

static void table_check(struct slice bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct buf out CLEANUP_BUF = BUF(64 * MIB);
	struct csv once, twice;
	struct why why = {0};

	if (aid_csv_read(&once, &arena, bytes, &why) < 0) {
		MUST(why.text[0]);
		return;
	}
	for (size_t i = 0; i < once.n; i++) {
		for (size_t k = 0; k < once.row[i].n; k++)
			aid_csv_put(&out, once.row[i].cell[k], k == 0);
		aid_csv_end(&out);
	}
	/* A row of one empty cell is an empty line, and a lone separator of the first line decides for all: only plain tables come back. */
	for (size_t i = 0; i < once.n; i++)
		if (once.row[i].n != once.row[0].n || once.row[i].n < 2)
			return;
	MUST(aid_csv_read(&twice, &arena, buf_slice(&out), &why) == 0);
	MUST(once.n == twice.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sms sms;
	struct why why = {0};
	struct slice rest;

	if (size < 1 || size > 64 * KIB)
		return 0;
	rest = slice_of(data + 1, size - 1);
	if (data[0] % (AID_KINDS + 2) == AID_KINDS)
		table_check(rest);
	else if (data[0] % (AID_KINDS + 2) == AID_KINDS + 1)
		MUST(sms_parse(rest, &sms, &why) == 0 || why.text[0]);
	else if (aid_kinds[data[0] % (AID_KINDS + 2)].shape)
		record_check((enum aid_kind)(data[0] % (AID_KINDS + 2)), rest);
	return 0;
}
