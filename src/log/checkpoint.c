/* checkpoint.c: C2SP tlog-checkpoint under our origins. */
#include "base/enc.h"
#include "log/line.h"
#include "log/note.h"

#include <errno.h>
#include <inttypes.h>

#define ORIGIN_START "entente/"

void origin_format(const struct log_id *log, char ret[ORIGIN_MAX])
{
	char coalition[COAL_TEXT + 1], member[ID_TEXT + 1];

	coalition_format(&log->coalition, coalition);
	id_format(&log->member, member);
	snprintf(ret, ORIGIN_MAX, ORIGIN_START "%s/%s/%" PRIu32, coalition, member, log->epoch);
}

void witness_name_format(const struct id *coalition, const struct id *member, char ret[ORIGIN_MAX])
{
	char coalition_text[COAL_TEXT + 1], member_text[ID_TEXT + 1];

	coalition_format(coalition, coalition_text);
	id_format(member, member_text);
	snprintf(ret, ORIGIN_MAX, ORIGIN_START "%s/%s/witness", coalition_text, member_text);
}

int origin_parse(struct slice text, struct log_id *ret)
{
	struct slice coalition, member;
	struct log_id log;

	if (!slice_take(&text, ORIGIN_START) || !slice_cut_exact(&text, '/', &coalition) ||
		!slice_cut_exact(&text, '/', &member) ||
		coalition_parse(coalition, &log.coalition) < 0 ||
		id_parse(member, &log.member) < 0 || !text_u32(text, &log.epoch))
		return -EINVAL;
	*ret = log;
	return 0;
}

int checkpoint_parse(struct checkpoint *ret, struct slice text, struct why *why)
{
	struct hash empty = hash_bytes(SLICE_NONE);
	struct lines l = {text, 0};
	struct checkpoint c = {0};
	struct slice line;
	int rc = line_next(&l, &line, why);

	if (rc < 0)
		return rc;
	if (origin_parse(line, &c.log) < 0)
		return line_fail(
			&l, why, "expected an origin \"entente/<coalition>/<member>/<epoch>\"");
	if ((rc = line_next(&l, &line, why)) < 0)
		return rc;
	if (!text_u63(line, &c.size))
		return line_fail(&l, why, "expected the size of the tree");
	if ((rc = line_next(&l, &line, why)) < 0)
		return rc;
	if (base64_decode_exact(line, c.root.b, sizeof(c.root.b)) < 0)
		return line_fail(&l, why, "expected the root hash in base64");
	if (l.rest.n > 0) {
		l.no++;
		return line_fail(&l, why, "a checkpoint of ours has no extension lines");
	}
	if (c.size == 0 && !hash_eq(&c.root, &empty))
		return why_set(why, E_INVALID, "line 3", "an empty tree has another root");
	*ret = c;
	return 0;
}

void checkpoint_print(struct buf *b, const struct checkpoint *c)
{
	char origin[ORIGIN_MAX];

	origin_format(&c->log, origin);
	buf_addf(b, "%s\n%" PRIu64 "\n", origin, c->size);
	buf_base64(b, c->root.b, sizeof(c->root.b));
	buf_byte(b, '\n');
}
