/*
 * enc.h: hex, base64 (RFC 4648 §4, padded), base32 (RFC 4648 §6, lower case, no padding) and
 * percent coding. Decoders are strict: only the canonical spelling of a value is accepted (no
 * white space, no upper-case hex, unused bits zero), so that one value has one text.
 */
#ifndef BASE_ENC_H
#define BASE_ENC_H

#include "base/buf.h"

#define HEX_LEN(n)    ((n)*2)
#define BASE64_LEN(n) ((((n) + 2) / 3) * 4)
#define BASE32_LEN(n) (((n)*8 + 4) / 5)

/* Each writes exactly the LEN above plus a NUL. */
void hex_encode(const void *p, size_t n, char *ret);
void base64_encode(const void *p, size_t n, char *ret);
void base32_encode(const void *p, size_t n, char *ret);

/* Each decodes into exactly `n` bytes, or returns -EINVAL with nothing written. */
MUST_USE int hex_decode(struct slice text, void *ret, size_t n);
MUST_USE int base64_decode_exact(struct slice text, void *ret, size_t n);
MUST_USE int base32_decode(struct slice text, void *ret, size_t n);
/* Any length; appends to `b`; -EINVAL appends nothing. */
MUST_USE int base64_decode(struct slice text, struct buf *b);
/* The alphabet of RFC 4648 §5 without padding, as JOSE and WebAuthn write it. */
MUST_USE int base64url_decode(struct slice text, struct buf *b);
void buf_base64url(struct buf *b, const void *p, size_t n);

void buf_hex(struct buf *b, const void *p, size_t n);
void buf_base64(struct buf *b, const void *p, size_t n);
void buf_base32(struct buf *b, const void *p, size_t n);

/* RFC 3986 unreserved characters stay; everything else becomes %XX. */
void buf_percent(struct buf *b, struct slice s);
/* Decodes %XX; -EINVAL on a broken escape. '+' stays '+'. */
MUST_USE int percent_decode(struct slice s, struct buf *b);

#endif
