#include "pact/lines.h"

#include "base/enc.h"
#include "base/utf8.h"

#include <errno.h>

struct lines lines_of(struct slice text, struct why *why)
{
	return (struct lines){.rest = text, .why = why};
}

const char *lines_where(struct lines *l)
{
	snprintf(l->where, sizeof(l->where), "line %u", l->line);
	return l->where;
}

int lines_next(struct lines *l, struct slice *ret)
{
	l->line++;
	if (!slice_cut_exact(&l->rest, '\n', ret))
		return LINES_BAD(l, E_SYNTAX, "a line that ends in LF is missing");
	return 0;
}

bool lines_is(const struct lines *l, const char *field)
{
	struct slice rest = l->rest;
	return slice_take(&rest, field) && rest.n > 0 && rest.p[0] == ' ';
}

int lines_field(struct lines *l, const char *field, struct slice *ret_value)
{
	struct slice line;
	int rc = lines_next(l, &line);
	if (rc < 0)
		return rc;
	if (!slice_take(&line, field) || !slice_take(&line, " "))
		return LINES_BAD(l, E_SYNTAX, "expected the field \"%s\"", field);
	if (line.n == 0)
		return LINES_BAD(l, E_SYNTAX, "\"%s\" has no value", field);
	*ret_value = line;
	return 0;
}

int lines_exact(struct lines *l, const char *text)
{
	struct slice line;
	int rc = lines_next(l, &line);
	if (rc < 0)
		return rc;
	if (!slice_is(line, text))
		return LINES_BAD(l, E_SYNTAX,
			text[0] ? "expected \"%s\"" : "expected an empty line%s", text);
	return 0;
}

int lines_id(struct lines *l, const char *field, struct id *ret)
{
	struct slice v;
	int rc = lines_field(l, field, &v);
	if (rc == 0 && id_parse(v, ret) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"%s\" is not a member id", field);
	return rc;
}

int lines_hash(struct lines *l, const char *field, struct hash *ret)
{
	struct slice v;
	int rc = lines_field(l, field, &v);
	if (rc == 0 && value_hash(v, ret) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"%s\" is not a hash of 64 hex digits", field);
	return rc;
}

int lines_u32(struct lines *l, const char *field, uint32_t *ret)
{
	struct slice v;
	int rc = lines_field(l, field, &v);
	if (rc == 0 && word_u32(v, ret) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"%s\" is not a number", field);
	return rc;
}

int lines_u64(struct lines *l, const char *field, uint64_t *ret)
{
	struct slice v;
	int rc = lines_field(l, field, &v);
	if (rc == 0 && slice_u64(v, ret) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"%s\" is not a number", field);
	return rc;
}

int lines_i64(struct lines *l, const char *field, int64_t *ret)
{
	struct slice v;
	int rc = lines_field(l, field, &v);
	if (rc == 0 && slice_i64(v, ret) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"%s\" is not a number", field);
	return rc;
}

int lines_text(struct lines *l, const char *field, size_t max, struct slice *ret)
{
	struct slice v;
	int rc = lines_field(l, field, &v);
	if (rc < 0)
		return rc;
	if (!value_shown(v, max))
		return LINES_BAD(
			l, E_SYNTAX, "\"%s\" is not plain text of at most %zu bytes", field, max);
	*ret = v;
	return 0;
}

int word_u32(struct slice s, uint32_t *ret)
{
	uint64_t v;
	if (slice_u64(s, &v) < 0 || v > UINT32_MAX)
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

int value_hash(struct slice s, struct hash *ret)
{
	return hex_decode(s, ret->b, sizeof(ret->b));
}

int value_pubkey(struct slice s, struct pubkey *ret)
{
	return base64_decode_exact(s, ret->b, sizeof(ret->b));
}

bool value_shown(struct slice s, size_t max)
{
	if (s.n == 0 || s.n > max || utf8_bad_at(s) >= 0)
		return false;
	return s.p[0] != ' ' && s.p[s.n - 1] != ' ' && utf8_is_line(s);
}

bool value_prose(struct slice s)
{
	return utf8_bad_at(s) < 0 && utf8_is_prose(s);
}

bool value_token(struct slice s, size_t max)
{
	if (s.n == 0 || s.n > max)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || s.p[i] == ',' || s.p[i] == '=')
			return false;
	return true;
}
