/*
 * Signed notes, the checkpoints in them, and verifier keys. Text and signature lines make up the
 * note; a checkpoint and a verifier key have one spelling; looking for a signature ends in one of
 * three ways.
 */
#include "base/report.h"
#include "log/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void reassemble(const struct note *n, struct slice bytes)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);

	MUST(n->n >= 1 && n->n <= LIMIT_NOTE_SIGNATURES && slice_ends(n->text, "\n"));
	buf_slice_add(&b, n->text);
	buf_byte(&b, '\n');
	for (size_t i = 0; i < n->n; i++) {
		MUST(n->signature[i].name.n > 0 && n->signature[i].bytes.n > 0);
		buf_slice_add(&b, n->signature[i].line);
	}
	MUST(slice_eq(buf_slice(&b), bytes));
}

/* A time is given only where the answer is yes. */
static void verify(const struct note *n)
{
	static const uint8_t types[] = {NOTE_ED25519, NOTE_COSIGNATURE};
	struct seckey key = seckey_from_seed((const uint8_t[32]){1});

	for (size_t i = 0; i < sizeof(types); i++) {
		uint64_t time = UINT64_MAX;
		int rc = note_verify(n, n->signature[0].name, types[i], &key.pub, &time, NULL);

		MUST(rc == 0 || rc == 1 || rc == E_VERIFY);
		MUST(rc == 1 || time == UINT64_MAX);
	}
	seckey_wipe(&key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_NOTE_BYTES);
	const struct slice bytes = slice_of(data, size);
	struct buf again CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct why why = {0};
	struct checkpoint c;
	struct note note;
	struct slice name;
	struct pubkey pub;
	uint8_t type;

	crypt_init();
	if (vkey_parse(bytes, &name, &type, &pub, NULL) == 0) {
		vkey_print(&again, name, type, &pub);
		MUST(slice_eq(buf_slice(&again), bytes));
		return 0;
	}
	int rc = note_parse(&note, &arena, bytes, &why);
	MUST(rc == why.code);
	if (rc < 0)
		return 0;
	reassemble(&note, bytes);
	verify(&note);
	if (checkpoint_parse(&c, note.text, NULL) == 0) {
		checkpoint_print(&again, &c);
		MUST(slice_eq(buf_slice(&again), note.text));
	}
	return 0;
}
