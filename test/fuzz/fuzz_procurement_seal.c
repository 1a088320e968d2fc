/*
 * fuzz_procurement_seal.c: every decoder of E-SEAL/1, and the replay over a transcript: the published one with the fuzzer's messages added to it.
 * Without the holders' keys nothing that is added may name anybody, or undo what was opened.
 */
#include "base/report.h"
#include "work/procurement/seal/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Grammar of all types under a policy that is filled in: signatures stop most, so the readers are asked field by field too. */
static void fields(struct slice text)
{
	static const char *const names[] = {"sid", "holder", "commit", "pop-r", "share", "y",
		"part", "bid", "bidder", "seq", "op", "hash", "len", "nonce", "u", "e", "f", "c",
		"time", "deadline", "leaf", "counted", "in-force", "missing", "root", "active",
		"tender"};
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct slice type = msg_type(text);
	struct msg m = msg_open(text, arena_string(&arena, type), NULL);
	struct hash h;
	struct point p;
	struct scalar s;
	struct slice b;
	struct signature sig;

	for (size_t i = 0; m.rc == 0 && i < sizeof(names) / sizeof(names[0]); i++) {
		struct msg at = m;

		if (!msg_is(&m, names[i]))
			continue;
		msg_hash(&at, names[i], &h);
		at = m;
		msg_point(&at, names[i], &p);
		MUST(at.rc < 0 || !point_is_identity(&p));
		at = m;
		msg_scalar(&at, names[i], &s);
		at = m;
		msg_base64(&at, names[i], 1000, &arena, &b);
		msg_value(&m, names[i]);
	}
	if (msg_close(&m, &sig) == 0)
		MUST(msg_body(text).n < text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * MIB);
	struct slice *message, text = slice_of(data, size);
	struct seal_replay *r = arena_new(&arena, struct seal_replay);
	struct seal_policy *p = arena_new(&arena, struct seal_policy);
	size_t n;

	crypt_init();
	if (transcript_split(text, &arena, &message, &n, NULL) < 0)
		return 0;
	for (size_t i = 0; i < n; i++)
		fields(message[i]);
	if (seal_policy_parse(p, message[0], NULL) < 0)
		return 0;
	if (seal_replay(message, n, &arena, r, NULL) == 0)
		for (size_t i = 0; i < r->n_finding; i++)
			MUST(r->finding[i].text[0]);
	return 0;
}
