/* msg.c: see msg.h. */
#include "work/procurement/seal/msg.h"

#include "base/enc.h"
#include "work/procurement/limits.h"
#include "work/procurement/seal/proven.h"

#include <inttypes.h>

#define HEAD "e-seal/1 "

struct slice msg_type(struct slice text)
{
	struct slice line;

	if (!slice_take(&text, HEAD) || !slice_cut_exact(&text, '\n', &line))
		return SLICE_NONE;
	return line;
}

void msg_fail(struct msg *m, int code, const char *where, const char *text)
{
	if (m->rc == 0)
		m->rc = why_set(m->why, code, where, "%s", text);
}

/* One line without its LF; printable ASCII only, so that nothing looks like something else. */
static bool line_next(struct msg *m, struct slice *ret)
{
	if (m->rc < 0)
		return false;
	if (!slice_cut_exact(&m->rest, '\n', ret)) {
		msg_fail(m, E_SYNTAX, "", "the message ends too early");
		return false;
	}
	for (size_t i = 0; i < ret->n; i++)
		if (ret->p[i] < 0x20 || ret->p[i] > 0x7e) {
			msg_fail(m, E_SYNTAX, "", "a line holds more than printable ASCII");
			return false;
		}
	return true;
}

struct msg msg_open(struct slice text, const char *type, struct why *why)
{
	struct msg m = {.text = text, .rest = text, .why = why};
	struct slice line;

	if (text.n > LIMIT_SEAL_MESSAGE)
		msg_fail(&m, E_LIMIT, "", "the message is too large");
	if (line_next(&m, &line) && !(slice_take(&line, HEAD) && slice_is(line, type)))
		m.rc = why_set(why, E_SYNTAX, "", "this is no message e-seal/1 %s", type);
	return m;
}

bool msg_is(const struct msg *m, const char *name)
{
	struct slice rest = m->rest;

	return m->rc == 0 && slice_take(&rest, name) && rest.n > 0 && rest.p[0] == ' ';
}

struct slice msg_value(struct msg *m, const char *name)
{
	struct slice line;

	if (!line_next(m, &line))
		return SLICE_NONE;
	if (!slice_take(&line, name) || !slice_take(&line, " ") || line.n == 0) {
		m->rc = why_set(m->why, E_SYNTAX, name, "expected a line `%s`", name);
		return SLICE_NONE;
	}
	return line;
}

void msg_text(struct msg *m, const char *name, size_t max, struct slice *ret)
{
	struct slice v = msg_value(m, name);

	if (v.n > max)
		msg_fail(m, E_LIMIT, name, "is too long");
	*ret = v;
}

void msg_u64(struct msg *m, const char *name, uint64_t max, uint64_t *ret)
{
	struct slice v = msg_value(m, name);

	if (m->rc == 0 && (slice_u64(v, ret) < 0 || *ret > max))
		msg_fail(m, E_INVALID, name, "is no number in range");
}

void msg_bytes(struct msg *m, const char *name, void *ret, size_t n)
{
	struct slice v = msg_value(m, name);

	if (m->rc == 0 && hex_decode(v, ret, n) < 0)
		m->rc = why_set(
			m->why, E_INVALID, name, "is not %zu hex digits in lower case", HEX_LEN(n));
}

void msg_hash(struct msg *m, const char *name, struct hash *ret)
{
	msg_bytes(m, name, ret->b, sizeof(ret->b));
}

void msg_key(struct msg *m, const char *name, struct pubkey *ret)
{
	msg_bytes(m, name, ret->b, sizeof(ret->b));
}

void msg_point(struct msg *m, const char *name, struct point *ret)
{
	uint8_t bytes[GROUP_BYTES];

	msg_bytes(m, name, bytes, sizeof(bytes));
	if (m->rc == 0)
		m->rc = point_decode(slice_of(bytes, sizeof(bytes)), ret, name, m->why);
}

void msg_scalar(struct msg *m, const char *name, struct scalar *ret)
{
	uint8_t bytes[GROUP_BYTES];

	msg_bytes(m, name, bytes, sizeof(bytes));
	if (m->rc == 0)
		m->rc = scalar_decode(slice_of(bytes, sizeof(bytes)), ret, name, m->why);
}

void msg_base64(struct msg *m, const char *name, size_t max, struct arena *arena, struct slice *ret)
{
	struct slice v = msg_value(m, name);
	size_t n;
	uint8_t *p;

	if (m->rc < 0)
		return;
	if (v.n % 4 != 0 || v.n / 4 * 3 > max + 2) {
		msg_fail(m, E_INVALID, name, "is no base64, or too long");
		return;
	}
	n = v.n / 4 * 3 - (v.p[v.n - 1] == '=') - (v.p[v.n - 2] == '=');
	p = arena_alloc(arena, n + 1);
	if (n > max || base64_decode_exact(v, p, n) < 0)
		msg_fail(m, E_INVALID, name, "is no base64, or too long");
	*ret = slice_of(p, n);
}

int msg_close(struct msg *m, struct signature *ret)
{
	struct slice v = msg_value(m, "sig");

	if (m->rc == 0 && base64_decode_exact(v, ret->b, sizeof(ret->b)) < 0)
		msg_fail(m, E_INVALID, "sig", "is no signature in base64");
	if (m->rc == 0 && m->rest.n > 0)
		msg_fail(m, E_SYNTAX, "", "something follows the signature");
	return m->rc;
}

struct slice msg_body(struct slice text)
{
	size_t end = text.n ? text.n - 1 : 0;

	while (end > 0 && text.p[end - 1] != '\n')
		end--;
	return slice_sub(text, 0, end);
}

void msg_signed_bytes(struct slice body, struct buf *ret)
{
	buf_str(ret, HEAD "signed\n");
	buf_slice_add(ret, body);
}

int msg_check(
	struct slice text, const struct signature *sig, const struct pubkey *key, struct why *why)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE + KIB);
	struct slice part[] = {msg_body(text), PART(*sig), PART(*key)};
	struct hash name = proven_name("signature", part, 3);

	if (proven(&name))
		return 0;
	msg_signed_bytes(msg_body(text), &b);
	if (buf_over(&b))
		return why_set(why, E_LIMIT, "", "the message is too large");
	if (!sign_check(key, buf_slice(&b), sig))
		return why_set(why, E_VERIFY, "sig", "the signature does not hold");
	proven_add(&name);
	return 0;
}

/* ---- writing ---- */

void msg_begin(struct buf *b, const char *type)
{
	buf_addf(b, HEAD "%s\n", type);
}

void msg_put_text(struct buf *b, const char *name, struct slice s)
{
	buf_addf(b, "%s %.*s\n", name, SLICE_FMT(s));
}

void msg_put_u64(struct buf *b, const char *name, uint64_t v)
{
	buf_addf(b, "%s %" PRIu64 "\n", name, v);
}

void msg_put_bytes(struct buf *b, const char *name, const void *p, size_t n)
{
	buf_str(b, name);
	buf_byte(b, ' ');
	buf_hex(b, p, n);
	buf_byte(b, '\n');
}

void msg_put_base64(struct buf *b, const char *name, struct slice s)
{
	buf_str(b, name);
	buf_byte(b, ' ');
	buf_base64(b, s.p, s.n);
	buf_byte(b, '\n');
}

void msg_sign(struct buf *b, size_t from, const struct seckey *key)
{
	struct buf bytes CLEANUP_BUF = BUF(LIMIT_SEAL_MESSAGE + KIB);
	struct signature sig;

	msg_signed_bytes(slice_sub(buf_slice(b), from, b->n), &bytes);
	sig = sign_bytes(key, buf_slice(&bytes));
	msg_put_base64(b, "sig", slice_of(sig.b, sizeof(sig.b)));
}

struct le32 le32_of(uint32_t v)
{
	return (struct le32){
		{(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)}};
}
