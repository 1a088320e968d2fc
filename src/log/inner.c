/* inner.c: the header inside a veiled payload. */
#include "base/limits.h"
#include "base/report.h"
#include "log/entry.h"
#include "log/line.h"

/* The lines up to the empty one; *ret_n is their length with it. */
static int header_find(struct slice plain, size_t *ret_n, struct why *why)
{
	ptrdiff_t at = slice_search(plain, SLICE("\n\n"));

	if (at < 0)
		return why_set(why, E_SYNTAX, "line 1", "no empty line ends the header");
	*ret_n = (size_t)at + 2;
	return 0;
}

static int parse_what(struct inner *in, struct arena *arena, struct lines *l, struct why *why)
{
	struct slice v;
	int rc;

	if ((rc = line_key(l, "mode", &v, why)) < 0)
		return rc;
	if (mode_parse(v, &in->mode) < 0 || in->mode == MODE_NONE)
		return line_fail(l, why, "mode is none of real, exercise and test");
	if ((rc = line_key(l, "kind", &v, why)) < 0)
		return rc;
	if (!kind_valid(v))
		return line_fail(l, why, "expected \"kind <name>/<version>\"");
	in->kind = v;
	if ((rc = line_object(l, &in->has_object, &in->object, why)) < 0)
		return rc;
	return line_refs(l, arena, &in->ref, &in->n_ref, why);
}

static int parse_who(struct inner *in, struct arena *arena, struct lines *l, struct why *why)
{
	struct slice v;
	int rc;

	if ((rc = line_key(l, "label", &v, why)) < 0)
		return rc;
	if (!slice_is(v, "-")) {
		if (!line_label_valid(v))
			return line_fail(
				l, why, "expected \"label <policy> <class>[ <tag>=<value>]...\"");
		in->label = v;
	}
	if ((rc = line_key(l, "audience", &v, why)) < 0 ||
		(rc = line_members(l, v, arena, &in->member, &in->n_member, why)) < 0 ||
		(rc = line_until(l, &in->until_ms, why)) < 0 ||
		(rc = line_key(l, "media", &v, why)) < 0)
		return rc;
	if (!media_valid(v))
		return line_fail(l, why, "no media type");
	in->media = v;
	return 0;
}

int inner_parse(struct inner *ret, struct arena *arena, struct slice plain, struct why *why)
{
	struct inner in = {0};
	struct lines l;
	size_t head;
	int rc;

	if (plain.n > LIMIT_PAYLOAD_BYTES)
		return why_set(
			why, E_LIMIT, "", "a payload is at most %zu bytes", LIMIT_PAYLOAD_BYTES);
	if ((rc = header_find(plain, &head, why)) < 0 ||
		(rc = lines_check_ascii(slice_sub(plain, 0, head), why)) < 0)
		return rc;
	l = (struct lines){slice_sub(plain, 0, head), 0};
	if ((rc = line_is(&l, "entente-inner/1", why)) < 0 ||
		(rc = parse_what(&in, arena, &l, why)) < 0 ||
		(rc = parse_who(&in, arena, &l, why)) < 0 || (rc = line_is(&l, "", why)) < 0)
		return rc;
	MUST(l.rest.n == 0); /* the header ends with its first empty line */
	in.content = slice_of(plain.p + head, plain.n - head);
	if (in.content.n > LIMIT_PAYLOAD_CONTENT)
		return why_set(
			why, E_LIMIT, "", "a content is at most %zu bytes", LIMIT_PAYLOAD_CONTENT);
	*ret = in;
	return 0;
}

void inner_print(const struct inner *in, struct buf *b)
{
	buf_str(b, "entente-inner/1\n");
	print_key(b, "mode", slice_str(mode_name(in->mode)));
	print_key(b, "kind", in->kind);
	print_object(b, in->has_object, &in->object);
	print_refs(b, in->ref, in->n_ref);
	print_key(b, "label", in->label);
	buf_str(b, "audience ");
	print_members(b, in->member, in->n_member);
	buf_byte(b, '\n');
	print_until(b, in->until_ms);
	print_key(b, "media", in->media);
	buf_byte(b, '\n');
	buf_slice_add(b, in->content);
}
