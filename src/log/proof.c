/* proof.c: C2SP tlog-proof. */
#include "log/proof.h"

#include "base/enc.h"
#include "log/line.h"

#include <inttypes.h>

#define PROOF_START "c2sp.org/tlog-proof@v1"

/*
 * Application data that others may have put in is not authenticated and not used here: only its
 * form is looked at.
 */
static int skip_extra(struct lines *l, struct why *why)
{
	struct buf extra CLEANUP_BUF = BUF(LIMIT_PROOF_BYTES);
	struct slice v;
	int rc;

	if (!line_ahead(l, "extra"))
		return 0;
	rc = line_key(l, "extra", &v, why);
	if (rc < 0)
		return rc;
	if (base64_decode(v, &extra) < 0)
		return line_fail(l, why, "extra data is no base64");
	return 0;
}

int log_proof_parse(struct log_proof *ret, struct slice bytes, struct why *why)
{
	struct lines l = {bytes, 0};
	struct log_proof p = {.index = 0};
	struct slice v;
	int rc;

	if (bytes.n > LIMIT_PROOF_BYTES)
		return why_set(why, E_LIMIT, "", "a proof is at most %zu bytes", LIMIT_PROOF_BYTES);
	if ((rc = line_is(&l, PROOF_START, why)) < 0 || (rc = skip_extra(&l, why)) < 0 ||
		(rc = line_key(&l, "index", &v, why)) < 0)
		return rc;
	if (!text_u63(v, &p.index))
		return line_fail(&l, why, "expected the index of the entry");
	for (;;) {
		rc = line_next(&l, &v, why);
		if (rc < 0)
			return rc;
		if (v.n == 0)
			break;
		if (p.proof.n == TREE_DEPTH)
			return line_fail(&l, why, "the proof is longer than any tree is deep");
		if (base64_decode_exact(v, p.proof.node[p.proof.n].b, sizeof(struct hash)) < 0)
			return line_fail(&l, why, "expected a hash in base64");
		p.proof.n++;
	}
	if (l.rest.n == 0) {
		l.no++;
		return line_fail(&l, why, "the checkpoint is missing");
	}
	p.note = l.rest;
	*ret = p;
	return 0;
}

void log_proof_print(const struct log_proof *p, struct buf *b)
{
	buf_addf(b, PROOF_START "\nindex %" PRIu64 "\n", p->index);
	for (size_t i = 0; i < p->proof.n; i++) {
		buf_base64(b, p->proof.node[i].b, sizeof(struct hash));
		buf_byte(b, '\n');
	}
	buf_byte(b, '\n');
	buf_slice_add(b, p->note);
}

int log_proof_check(const struct log_proof *p, const struct hash *leaf,
	const struct pubkey *log_key, struct checkpoint *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_NOTE_BYTES);
	char origin[ORIGIN_MAX];
	struct checkpoint c;
	struct note note;
	int rc = note_parse(&note, &arena, p->note, why);

	if (rc < 0 || (rc = checkpoint_parse(&c, note.text, why)) < 0)
		return rc;
	origin_format(&c.log, origin);
	rc = note_verify(&note, slice_str(origin), NOTE_ED25519, log_key, NULL, why);
	if (rc == 0)
		return why_set(
			why, E_VERIFY, "", "the checkpoint is not signed by the key of its log");
	if (rc < 0)
		return rc;
	rc = tree_check_inclusion(p->index, c.size, leaf, p->proof.node, p->proof.n, &c.root, why);
	if (rc < 0)
		return rc;
	*ret = c;
	return 0;
}
