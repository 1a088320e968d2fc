/*
 * pack_key.c: the one spelling of a value under which it is kept and found; see pack.h.
 *
 * What is refused here is counted by the maker as something that no scan of a log can find: it must be refused, since a key that is
 * never looked up in this spelling would be a promise not kept.
 */
#include "work/cyber/pack_int.h"

#include "base/enc.h"

#include <arpa/inet.h>

const char *pack_kind_name(enum pack_kind kind)
{
	static const char *const names[PACK_KINDS] = {"ipv4-addr", "ipv6-addr", "ipv4-net",
		"ipv6-net", "domain-name", "url", "email-addr", "MD5", "SHA-1", "SHA-256",
		"file-name"};

	MUST(kind < PACK_KINDS);
	return names[kind];
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool is_alnum(uint8_t c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

bool pack_is_word(uint8_t c)
{
	return is_alnum(c) || c == '.' || c == '-' || c == '_' || c >= 0x80;
}

static void add_lower(struct buf *b, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_byte(b, lower(s.p[i]));
}

/* ---- addresses ---- */

static int address_key(enum pack_kind *kind, struct slice value, struct buf *ret)
{
	bool six = *kind == PACK_IPV6 || *kind == PACK_NET6;
	ptrdiff_t slash = slice_find(value, '/');
	struct slice host = slash < 0 ? value : slice_sub(value, 0, (size_t)slash);
	uint64_t bits = six ? 128 : 32;
	uint8_t addr[16] = {0};
	char text[INET6_ADDRSTRLEN + 1] = {0};

	if (host.n == 0 || host.n > INET6_ADDRSTRLEN || memchr(host.p, 0, host.n))
		return -EINVAL;
	memcpy(text, host.p, host.n);
	if (inet_pton(six ? AF_INET6 : AF_INET, text, addr) != 1)
		return -EINVAL;
	if (slash >= 0) {
		uint64_t given;

		if (slice_u64(slice_sub(value, (size_t)slash + 1, value.n), &given) < 0 ||
			given > bits || given < (six ? LIMIT_PACK_NET6 : LIMIT_PACK_NET4))
			return -EINVAL;
		if (given < bits) {
			for (uint64_t i = given; i < bits; i++)
				addr[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
			*kind = six ? PACK_NET6 : PACK_NET4;
			buf_add(ret, addr, bits / 8);
			buf_byte(ret, (uint8_t)given);
			return 0;
		}
	}
	*kind = six ? PACK_IPV6 : PACK_IPV4;
	if (six) {
		buf_add(ret, addr, 16);
		return 0;
	}
	/* The canonical text is the key: it is what stands in a log. */
	inet_ntop(AF_INET, addr, text, sizeof(text));
	buf_str(ret, text);
	return 0;
}

/* ---- names ---- */

/* Labels of letters, digits, '-' and '_', two or more; the last not all digits. */
static bool is_domain(struct slice name)
{
	size_t label = 0, labels = 1;
	bool digits = true;

	if (name.n > 253)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		uint8_t c = name.p[i];

		if (c == '.') {
			if (label == 0)
				return false;
			label = 0;
			digits = true;
			labels++;
			continue;
		}
		if ((!is_alnum(c) && c != '-' && c != '_') || ++label > 63)
			return false;
		digits = digits && c >= '0' && c <= '9';
	}
	return label > 0 && labels > 1 && !digits && name.p[0] != '-' && name.p[name.n - 1] != '-';
}

static int domain_key(struct slice value, struct buf *ret)
{
	if (slice_ends(value, "."))
		value.n--;
	if (!is_domain(value))
		return -EINVAL;
	add_lower(ret, value);
	return 0;
}

/* Others are legal and never met; a scanner could not tell where an address with them begins ("to=bob@evil.example"). */
static bool is_local(uint8_t c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '~';
}

static int email_key(struct slice value, struct buf *ret)
{
	struct slice local, host = value;

	if (!slice_cut_exact(&host, '@', &local) || local.n == 0 || local.n > 64 ||
		!is_domain(host))
		return -EINVAL;
	for (size_t i = 0; i < local.n; i++)
		if (!is_local(local.p[i]))
			return -EINVAL;
	add_lower(ret, value);
	return 0;
}

/* ---- URLs ---- */

static size_t span(struct slice s, const char *stops)
{
	size_t i = 0;

	while (i < s.n && !(s.p[i] && strchr(stops, s.p[i])))
		i++;
	return i;
}

int pack_key_url(struct slice url, struct buf *ret)
{
	ptrdiff_t colon = slice_search(url, SLICE("://"));
	struct slice scheme, rest, host;
	bool plain, secure;
	size_t from = ret->n;

	if (colon < 1 || colon > 16 || url.n > LIMIT_PACK_KEY)
		return -EINVAL;
	scheme = slice_sub(url, 0, (size_t)colon);
	rest = slice_sub(url, (size_t)colon + 3, url.n);
	for (size_t i = 0; i < scheme.n; i++)
		if (!is_alnum(scheme.p[i]) && !strchr("+-.", scheme.p[i]))
			return -EINVAL;
	add_lower(ret, scheme);
	/* hxxp and hxxps are how people write a URL that nobody is to click on. */
	if (scheme.n >= 4 && memcmp(ret->p + from, "hxxp", 4) == 0)
		ret->p[from + 1] = ret->p[from + 2] = 't';
	plain = slice_is(slice_sub(buf_slice(ret), from, ret->n), "http");
	secure = slice_is(slice_sub(buf_slice(ret), from, ret->n), "https");
	buf_str(ret, "://");
	host = slice_sub(rest, 0, span(rest, "/?#"));
	rest = slice_sub(rest, host.n, rest.n);
	if ((plain && slice_ends(host, ":80")) || (secure && slice_ends(host, ":443")))
		host.n -= plain ? 3 : 4;
	if (host.n == 0) {
		buf_cut(ret, from);
		return -EINVAL;
	}
	add_lower(ret, host);
	rest.n = span(rest, "#");
	if (rest.n == 0 || rest.p[0] != '/')
		buf_byte(ret, '/');
	buf_slice_add(ret, rest);
	return 0;
}

static int url_key(struct slice value, struct buf *ret)
{
	/* What ends a URL in a log cannot stand in one that is looked for there. */
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] == 0x7f || strchr("\"<>\\^`{|}'", value.p[i]))
			return -EINVAL;
	return pack_key_url(value, ret);
}

/* ---- hashes and file names ---- */

static int digest_key(size_t bytes, struct slice value, struct buf *ret)
{
	char text[65];
	uint8_t raw[32];

	if (value.n != bytes * 2)
		return -EINVAL;
	for (size_t i = 0; i < value.n; i++)
		text[i] = (char)lower(value.p[i]);
	if (hex_decode(slice_of(text, value.n), raw, bytes) < 0)
		return -EINVAL;
	buf_add(ret, raw, bytes);
	return 0;
}

void pack_anchor(struct slice name, size_t *ret_at, size_t *ret_n)
{
	size_t from = 0, at = 0, best = 0;

	for (size_t i = 0; i <= name.n; i++) {
		if (i < name.n && pack_is_word(name.p[i]))
			continue;
		if (i - from > best) {
			best = i - from;
			at = from;
		}
		from = i + 1;
	}
	/* A scanner trims what it finds, so that the end of a sentence is no part of a name. */
	while (best && (name.p[at] == '.' || name.p[at] == '-')) {
		at++;
		best--;
	}
	while (best && (name.p[at + best - 1] == '.' || name.p[at + best - 1] == '-'))
		best--;
	*ret_at = at;
	*ret_n = best;
}

bool pack_name_is_odd(struct slice name)
{
	size_t at, n;

	pack_anchor(name, &at, &n);
	return n != name.n || slice_find(name, '.') < 0;
}

/* What separates words on a line or parts of a path is in no file name that can be told from what is around it. */
static int file_key(struct slice value, struct buf *ret)
{
	size_t at, n;

	if (value.n == 0 || value.n > 255)
		return -EINVAL;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] < ' ' || strchr("/\\\"<>|:*?", value.p[i]))
			return -EINVAL;
	pack_anchor(value, &at, &n);
	if (n == 0)
		return -EINVAL;
	buf_slice_add(ret, value);
	return 0;
}

int pack_key(enum pack_kind *kind, struct slice value, struct buf *ret)
{
	switch (*kind) {
	case PACK_IPV4:
	case PACK_IPV6:
	case PACK_NET4:
	case PACK_NET6:
		return address_key(kind, value, ret);
	case PACK_DOMAIN:
		return domain_key(value, ret);
	case PACK_URL:
		return url_key(value, ret);
	case PACK_EMAIL:
		return email_key(value, ret);
	case PACK_MD5:
		return digest_key(16, value, ret);
	case PACK_SHA1:
		return digest_key(20, value, ret);
	case PACK_SHA256:
		return digest_key(32, value, ret);
	case PACK_FILE:
		return file_key(value, ret);
	case PACK_KINDS:
		break;
	}
	return -EINVAL;
}

void pack_key_print(struct buf *b, enum pack_kind kind, struct slice key)
{
	char text[INET6_ADDRSTRLEN];
	bool six = kind == PACK_IPV6 || kind == PACK_NET6;
	size_t bytes = six ? 16 : 4;

	if (kind == PACK_MD5 || kind == PACK_SHA1 || kind == PACK_SHA256) {
		buf_hex(b, key.p, key.n);
	} else if (kind == PACK_IPV6 || kind == PACK_NET4 || kind == PACK_NET6) {
		if (key.n != bytes + (kind != PACK_IPV6))
			return;
		inet_ntop(six ? AF_INET6 : AF_INET, key.p, text, sizeof(text));
		buf_str(b, text);
		if (kind != PACK_IPV6)
			buf_addf(b, "/%u", key.p[bytes]);
	} else {
		buf_slice_add(b, key);
	}
}

/* ---- how keys are hashed ---- */

enum pack_group pack_group_of(enum pack_kind kind)
{
	switch (kind) {
	case PACK_IPV4:
	case PACK_DOMAIN:
	case PACK_FILE:
		return PACK_WORDS;
	case PACK_URL:
		return PACK_URLS;
	case PACK_EMAIL:
		return PACK_EMAILS;
	case PACK_MD5:
	case PACK_SHA1:
	case PACK_SHA256:
		return PACK_DIGESTS;
	case PACK_IPV6:
	case PACK_NET4:
	case PACK_NET6:
	case PACK_KINDS:
		break;
	}
	return PACK_NUMBERS;
}

uint64_t pack_key_hash(const uint64_t seed[2], enum pack_kind kind, struct slice key)
{
	uint8_t room[16 + LIMIT_PACK_KEY];
	size_t n = key.n, at = 0;

	MUST(key.n <= LIMIT_PACK_KEY);
	if (pack_group_of(kind) == PACK_NUMBERS) {
		uint8_t wide[24] = {0};

		/* Binary: no case to fold. */
		memcpy(wide, key.p, key.n);
		return pack_mix(pack_load(wide) ^ seed[0], pack_load(wide + 8) ^ seed[1]) ^
		       pack_mix((uint64_t)wide[16] << 8 ^ seed[1], key.n ^ seed[0]);
	}
	if (pack_group_of(kind) == PACK_DIGESTS) {
		hex_encode(key.p, key.n, (char *)room + 16);
		return pack_hash_seeded(seed, room + 16, key.n * 2);
	}
	if (kind == PACK_FILE)
		pack_anchor(key, &at, &n);
	memcpy(room + 16, key.p + at, n);
	return pack_hash_seeded(seed, room + 16, n);
}
