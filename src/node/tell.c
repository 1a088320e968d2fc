/* tell.c: see tell.h. */
#include "node/tell.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <inttypes.h>

#define PROSE_SHOWN 4000 /* characters */

static void show_party(const struct telling *t, const struct id *id, struct buf *b)
{
	char text[ID_TEXT + 1];

	id_format(id, text);
	for (size_t i = 0; i < t->n_party; i++) {
		if (!id_eq(&t->party[i].id, id))
			continue;
		utf8_show(b, t->party[i].label, 64);
		buf_addf(b, " (%s)", text);
		return;
	}
	buf_str(b, text);
}

static const char *what_of(const struct act_body *a)
{
	switch (a->kind) {
	case ACT_INTRODUCTION:
		return "introduces";
	case ACT_SIGN:
		return "signs the charter";
	case ACT_INTEREST:
		return "declares its interest, which binds it to nothing";
	case ACT_ACCEDE:
		return a->observer ? "accedes to the charter as an observer"
				   : "accedes to the charter as a member";
	case ACT_RATIFY:
		return "ratifies the accession of";
	case ACT_WITHDRAW:
		return "withdraws from the coalition";
	case ACT_SUSPEND:
		return "suspends its relations with";
	case ACT_RESUME:
		return "resumes its relations with";
	case ACT_STATEMENT:
		return "records what was said about";
	case ACT_PUBLISH:
		return a->withdrawn ? "takes back from the public"
				    : "releases to the public: anybody may read and keep";
	case ACT_DIGEST:
		return "states how it computes the standing";
	case ACT_ROOT:
		return "renews its root document";
	case ACT_CHARTER:
		return "puts down a charter";
	case ACT_NONE:
	case ACT_ROLL:
	case ACT_KINDS:
		break;
	}
	return "writes down who its readers are";
}

static void field(struct buf *b, const char *key, struct slice value)
{
	if (value.n == 0)
		return;
	buf_addf(b, "%-10s ", key);
	utf8_show(b, value, 1000);
	buf_byte(b, '\n');
}

static void hash_field(struct buf *b, const char *key, const struct hash *h)
{
	char hex[65];

	if (hash_is_zero(h))
		return;
	hex_encode(h->b, 32, hex);
	buf_addf(b, "%-10s %s\n", key, hex);
}

static void show_time(struct buf *b, const char *key, int64_t ms)
{
	char text[UTC_TEXT_LEN + 1];

	utc_format(ms, text);
	buf_addf(b, "%-10s %s\n", key, text);
}

static void show_particulars(const struct telling *t, struct buf *b)
{
	const struct act_body *a = t->body;

	hash_field(b, "charter", &a->charter);
	for (size_t i = 0; i < a->n_ratifier; i++) {
		buf_addf(b, "%-10s ", i ? "" : "ratifiers");
		show_party(t, &a->ratifier[i], b);
		buf_byte(b, '\n');
	}
	field(b, "clearance", a->clearance);
	field(b, "label", a->label);
	hash_field(b, "accession", &a->accession);
	if (a->kind == ACT_WITHDRAW)
		show_time(b, "effective", a->effective_ms);
	if (a->kind == ACT_SUSPEND)
		buf_addf(b, "%-10s as its log of epoch %" PRIu32 " was at %" PRIu64 " %s\n", "seen",
			a->log_epoch, a->cut, a->cut == 1 ? "entry" : "entries");
	hash_field(b, "root", &a->root);
	field(b, "reason", a->reason);
	field(b, "speaker", a->speaker);
	field(b, "said", a->said);
	field(b, "where", a->where);
	if (a->kind == ACT_STATEMENT)
		field(b, "claim", slice_str(claim_name(a->claim)));
	field(b, "source", a->source);
	hash_field(b, "digest", &a->digest);
	for (size_t i = 0; i < a->n_leaves; i++)
		hash_field(b, i ? "" : "leaf", &a->leaves[i]);
}

/* Line by line, set off, so that nothing in it passes for a line of ours. */
static void show_prose(struct slice prose, struct buf *b)
{
	struct slice rest = slice_trim(prose), line;
	size_t left = PROSE_SHOWN;

	while (left && slice_cut(&rest, '\n', &line)) {
		buf_str(b, "  | ");
		utf8_show(b, line, left);
		buf_byte(b, '\n');
		left -= line.n < left ? line.n : left;
	}
}

void act_tell(const struct telling *t, struct buf *ret)
{
	const struct act_body *a = t->body;
	char hex[COAL_TEXT + 1];

	show_party(t, &t->entry->log.member, ret);
	buf_addf(ret, " %s", what_of(a));
	if (a->kind == ACT_STATEMENT) {
		buf_byte(ret, ' ');
		utf8_show(ret, a->about_label, 64);
	} else if (a->has_member) {
		buf_byte(ret, ' ');
		show_party(t, &a->member, ret);
	}
	coalition_format(&t->entry->log.coalition, hex);
	buf_addf(ret, "\n%-10s ", "coalition");
	utf8_show(ret, t->coalition, 200);
	buf_addf(ret, " (%s)\n%-10s %s\n", hex, "mode",
		t->entry->mode == MODE_REAL	  ? "REAL"
		: t->entry->mode == MODE_EXERCISE ? "EXERCISE: settles nothing"
						  : "TEST: settles nothing");
	show_particulars(t, ret);
	show_prose(a->prose, ret);
}
