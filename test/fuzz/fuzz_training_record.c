/*
 * fuzz_training_record.c: the first byte says which kind of record, the rest is its content, as a partner sends it. What is taken has one spelling, which is taken again and
 * spelt the same.
 */
#include "base/limits.h"
#include "base/report.h"
#include "work/training/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void spell(const struct kind *k, struct slice content, struct arena *arena, struct buf *b)
{
	struct json_out o = json_out(b);
	struct json_doc doc;

	MUST(json_read(&doc, arena, content, &json_limits_partner, NULL) == 0);
	json_open(&o, '{');
	fields_print(k->field, &doc, json_root(&doc), true, &o, arena);
	json_close(&o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct buf once CLEANUP_BUF = BUF(4 * MIB), twice CLEANUP_BUF = BUF(4 * MIB);
	struct why why = {0};
	const struct kind *k;
	struct slice content;
	int rc;

	if (size < 1 || size > 64 * KIB)
		return 0;
	/* 'A' is the first, so that a corpus can be read. */
	k = &training_kinds[(unsigned)(data[0] - 'A') % KINDS];
	content = slice_of(data + 1, size - 1);
	rc = kind_check(k, content, &arena, &why);
	if (rc < 0) {
		MUST(why.code == rc && why.text[0]);
		return 0;
	}
	spell(k, content, &arena, &once);
	spell(k, buf_slice(&once), &arena, &twice);
	MUST(slice_eq(buf_slice(&once), buf_slice(&twice)));
	return 0;
}
