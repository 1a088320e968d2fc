/* line.c: see line.h. */
#include "log/line.h"

#include "base/enc.h"
#include "base/limits.h"

#include <inttypes.h>

static int fail_at(unsigned no, struct why *why, const char *text)
{
	char where[32];

	snprintf(where, sizeof(where), "line %u", no);
	return why_set(why, E_SYNTAX, where, "%s", text);
}

int line_fail(const struct lines *l, struct why *why, const char *text)
{
	return fail_at(l->no, why, text);
}

int lines_check_ascii(struct slice bytes, struct why *why)
{
	unsigned no = 1;

	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] == '\n')
			no++;
		else if (bytes.p[i] < 0x20 || bytes.p[i] > 0x7e)
			return fail_at(no, why, "a byte that is not printable ASCII");
	}
	if (bytes.n == 0 || bytes.p[bytes.n - 1] != '\n')
		return fail_at(no, why, "the last line does not end");
	return 0;
}

int line_next(struct lines *l, struct slice *ret, struct why *why)
{
	l->no++;
	if (!slice_cut_exact(&l->rest, '\n', ret))
		return line_fail(l, why, l->rest.n ? "the line does not end" : "a line is missing");
	return 0;
}

int line_is(struct lines *l, const char *text, struct why *why)
{
	struct slice line;
	int rc = line_next(l, &line, why);

	if (rc < 0)
		return rc;
	if (!slice_is(line, text)) {
		char say[96];

		snprintf(say, sizeof(say), "expected \"%s\"", text);
		return line_fail(l, why, say);
	}
	return 0;
}

int line_key(struct lines *l, const char *key, struct slice *ret, struct why *why)
{
	struct slice line;
	int rc = line_next(l, &line, why);

	if (rc < 0)
		return rc;
	if (!slice_take(&line, key) || !slice_take(&line, " ") || line.n == 0) {
		char say[96];

		snprintf(say, sizeof(say), "expected \"%s \" and a value", key);
		return line_fail(l, why, say);
	}
	*ret = line;
	return 0;
}

bool line_ahead(const struct lines *l, const char *key)
{
	struct slice rest = l->rest;

	return slice_take(&rest, key) && slice_take(&rest, " ");
}

bool text_u63(struct slice text, uint64_t *ret)
{
	uint64_t v;

	if (slice_u64(text, &v) < 0 || v > INT64_MAX)
		return false;
	*ret = v;
	return true;
}

bool text_u32(struct slice text, uint32_t *ret)
{
	uint64_t v;

	if (slice_u64(text, &v) < 0 || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

bool text_take_log(struct slice *text, uint8_t end, struct id *ret_member, uint32_t *ret_epoch)
{
	struct slice rest = *text, member, epoch;

	if (!slice_cut_exact(&rest, '.', &member) || id_parse(member, ret_member) < 0)
		return false;
	if (end == '\0') {
		epoch = rest;
		rest = SLICE_NONE;
	} else if (!slice_cut_exact(&rest, end, &epoch)) {
		return false;
	}
	*text = rest;
	return text_u32(epoch, ret_epoch);
}

int line_object(struct lines *l, bool *ret_has, struct object_id *ret, struct why *why)
{
	struct slice v;
	int rc = line_key(l, "object", &v, why);

	if (rc < 0)
		return rc;
	*ret_has = !slice_is(v, "-");
	if (*ret_has && object_parse(v, ret) < 0)
		return line_fail(l, why, "expected \"<owner>.<name>\" in base32, or \"-\"");
	return 0;
}

int ref_order(const struct entry_ref *a, const struct entry_ref *b)
{
	int d = id_cmp(&a->member, &b->member);

	if (d != 0)
		return d;
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

int seen_order(const struct entry_seen *a, const struct entry_seen *b)
{
	int d = id_cmp(&a->member, &b->member);

	if (d != 0)
		return d;
	return a->epoch < b->epoch ? -1 : a->epoch > b->epoch;
}

static bool ref_parse(struct slice v, struct entry_ref *ret)
{
	struct slice seq;

	return text_take_log(&v, '.', &ret->member, &ret->epoch) &&
	       slice_cut_exact(&v, ' ', &seq) && text_u63(seq, &ret->seq) &&
	       hex_decode(v, ret->leaf.b, sizeof(ret->leaf.b)) == 0;
}

int line_refs(struct lines *l, struct arena *arena, const struct entry_ref **ret, size_t *ret_n,
	struct why *why)
{
	struct entry_ref ref[LIMIT_ENTRY_REFS], *kept = NULL;
	size_t n = 0;

	while (line_ahead(l, "ref")) {
		struct slice v;
		int rc = line_key(l, "ref", &v, why);

		if (rc < 0)
			return rc;
		if (n == LIMIT_ENTRY_REFS)
			return why_set(why, E_LIMIT, "ref", "more than %d refs", LIMIT_ENTRY_REFS);
		if (!ref_parse(v, &ref[n]))
			return line_fail(
				l, why, "expected \"ref <member>.<epoch>.<seq> <leaf hash>\"");
		if (n > 0 && ref_order(&ref[n - 1], &ref[n]) >= 0)
			return line_fail(l, why, "refs are not sorted or not distinct");
		n++;
	}
	if (n > 0) {
		kept = arena_try(arena, n * sizeof(*kept));
		if (kept == NULL)
			return why_set(why, E_LIMIT, "ref", "no room for more refs");
		memcpy(kept, ref, n * sizeof(*kept));
	}
	*ret = kept;
	*ret_n = n;
	return 0;
}

int line_until(struct lines *l, int64_t *ret, struct why *why)
{
	struct slice v;
	uint64_t ms = 0;
	int rc = line_key(l, "until", &v, why);

	if (rc < 0)
		return rc;
	if (!slice_is(v, "-") && (!text_u63(v, &ms) || ms == 0))
		return line_fail(l, why, "expected milliseconds since 1970, or \"-\"");
	*ret = (int64_t)ms;
	return 0;
}

int line_members(const struct lines *l, struct slice text, struct arena *arena,
	const struct id **ret, size_t *ret_n, struct why *why)
{
	/* Every member but the last has its comma: the length gives the number. */
	size_t n = (text.n + 1) / (ID_TEXT + 1);
	struct id *member;

	if (n == 0 || n * (ID_TEXT + 1) != text.n + 1)
		return line_fail(l, why, "expected members \"<M26>[,<M26>]...\"");
	if (n > LIMIT_MEMBERS)
		return why_set(why, E_LIMIT, "audience", "more than %d members", LIMIT_MEMBERS);
	member = arena_try(arena, n * sizeof(*member));
	if (member == NULL)
		return why_set(why, E_LIMIT, "audience", "no room for more members");
	for (size_t i = 0; i < n; i++) {
		size_t at = i * (ID_TEXT + 1);

		if (id_parse(slice_sub(text, at, at + ID_TEXT), &member[i]) < 0 ||
			(i + 1 < n && text.p[at + ID_TEXT] != ','))
			return line_fail(l, why, "expected members \"<M26>[,<M26>]...\"");
		if (i > 0 && id_cmp(&member[i - 1], &member[i]) >= 0)
			return line_fail(l, why, "members are not sorted or not distinct");
	}
	*ret = member;
	*ret_n = n;
	return 0;
}

static bool label_word_valid(struct slice w)
{
	for (size_t i = 0; i < w.n; i++)
		if (w.p[i] <= 0x20 || w.p[i] > 0x7e || w.p[i] == '=' || w.p[i] == ',')
			return false;
	return w.n > 0;
}

bool line_label_valid(struct slice text)
{
	struct slice word, tag, value;

	if (text.n == 0 || text.n > ENTRY_LABEL_MAX || text.p[text.n - 1] == ' ')
		return false;
	for (unsigned i = 0; slice_cut(&text, ' ', &word); i++) {
		if (i < 2) {
			if (!label_word_valid(word) || (i == 0 && text.n == 0))
				return false;
			continue;
		}
		if (!slice_cut_exact(&word, '=', &tag) || !label_word_valid(tag) || word.n == 0 ||
			word.p[word.n - 1] == ',')
			return false;
		while (slice_cut(&word, ',', &value))
			if (!label_word_valid(value))
				return false;
	}
	return true;
}

void print_key(struct buf *b, const char *key, struct slice value)
{
	buf_str(b, key);
	buf_byte(b, ' ');
	if (value.n)
		buf_slice_add(b, value);
	else
		buf_byte(b, '-');
	buf_byte(b, '\n');
}

void print_object(struct buf *b, bool has, const struct object_id *o)
{
	char text[OBJECT_TEXT + 1] = "";

	if (has)
		object_format(o, text);
	print_key(b, "object", slice_str(text));
}

void print_refs(struct buf *b, const struct entry_ref *ref, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_str(b, "ref ");
		buf_base32(b, ref[i].member.b, sizeof(ref[i].member.b));
		buf_addf(b, ".%" PRIu32 ".%" PRIu64 " ", ref[i].epoch, ref[i].seq);
		buf_hex(b, ref[i].leaf.b, sizeof(ref[i].leaf.b));
		buf_byte(b, '\n');
	}
}

void print_members(struct buf *b, const struct id *member, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_byte(b, ',');
		buf_base32(b, member[i].b, sizeof(member[i].b));
	}
}

void print_until(struct buf *b, int64_t until_ms)
{
	if (until_ms)
		buf_addf(b, "until %" PRId64 "\n", until_ms);
	else
		buf_str(b, "until -\n");
}
