/* The text of a root document: reading and writing (§2.1). Signatures and chains are in
 * root_check.c. */
#include "pact/root.h"

#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "pact/lines.h"

#include <errno.h>

#define ENDPOINT_MAX 256
#define LABEL_MAX    64

static const struct {
	enum scope scope;
	const char *name;
} scopes[] = {
	{SCOPE_SIGN, "sign"},
	{SCOPE_ACCEDE, "accede"},
	{SCOPE_RATIFY, "ratify"},
	{SCOPE_WITHDRAW, "withdraw"},
	{SCOPE_SUSPEND, "suspend"},
	{SCOPE_RELEASE, "release"},
	{SCOPE_OPEN_BIDS, "open-bids"},
	{SCOPE_RECOVER, "recover"},
};
#define N_SCOPES (sizeof(scopes) / sizeof(scopes[0]))

const char *scope_name(enum scope s)
{
	for (size_t i = 0; i < N_SCOPES; i++)
		if (scopes[i].scope == s)
			return scopes[i].name;
	return "?";
}

int scopes_parse(struct slice text, unsigned *ret)
{
	unsigned bits = 0;
	struct slice one;

	if (text.n == 0 || text.p[text.n - 1] == ',')
		return -EINVAL;
	while (slice_cut(&text, ',', &one)) {
		size_t i = 0;
		while (i < N_SCOPES && !slice_is(one, scopes[i].name))
			i++;
		if (i == N_SCOPES || (bits & (unsigned)scopes[i].scope))
			return -EINVAL;
		bits |= (unsigned)scopes[i].scope;
	}
	*ret = bits;
	return 0;
}

void scopes_print(struct buf *b, unsigned bits)
{
	const char *comma = "";

	for (size_t i = 0; i < N_SCOPES; i++) {
		if (!(bits & (unsigned)scopes[i].scope))
			continue;
		buf_str(b, comma);
		buf_str(b, scopes[i].name);
		comma = ",";
	}
}

/* Splits `v` at single spaces into exactly n words. */
static bool words_of(struct slice v, struct slice *ret, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		if (!slice_cut_exact(&v, ' ', &ret[i]) || ret[i].n == 0)
			return false;
	ret[n - 1] = v;
	return v.n > 0 && slice_find(v, ' ') < 0;
}

/* "<unix-ms>" or "-", which is 0. */
static int until_parse(struct slice s, int64_t *ret)
{
	if (slice_is(s, "-")) {
		*ret = 0;
		return 0;
	}
	return slice_i64(s, ret) < 0 || *ret <= 0 ? -EINVAL : 0;
}

static int head_parse(struct root *r, struct lines *l)
{
	struct slice v;
	int rc;

	if ((rc = lines_exact(l, "entente-root/1")) < 0 || (rc = lines_field(l, "member", &v)) < 0)
		return rc;
	bool first = slice_is(v, "-");
	if (!first && id_parse(v, &r->member) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"member\" is not a member id");
	if ((rc = lines_text(l, "label", LABEL_MAX, &r->label)) < 0 ||
		(rc = lines_u32(l, "version", &r->version)) < 0)
		return rc;
	if (r->version == 0 || first != (r->version == 1))
		return LINES_BAD(l, E_INVALID, "version 1, and only version 1, has \"member -\"");
	if ((rc = lines_field(l, "prev", &v)) < 0)
		return rc;
	if (slice_is(v, "-") != first || (!first && value_hash(v, &r->prev) < 0))
		return LINES_BAD(l, E_SYNTAX,
			"\"prev\" is the hash of the version before, or - in version 1");
	return 0;
}

static int roots_parse(struct root *r, struct lines *l)
{
	uint32_t k;
	int rc = lines_u32(l, "threshold", &k);
	if (rc < 0)
		return rc;
	r->threshold = k;
	while (lines_is(l, "root")) {
		struct slice v;
		if ((rc = lines_field(l, "root", &v)) < 0)
			return rc;
		if (r->n_key == ROOT_KEYS_MAX)
			return LINES_BAD(l, E_LIMIT, "more than %d root keys", ROOT_KEYS_MAX);
		struct pubkey *key = &r->key[r->n_key];
		if (value_pubkey(v, key) < 0)
			return LINES_BAD(l, E_SYNTAX, "\"root\" is not a key");
		if (r->n_key > 0 && memcmp(key[-1].b, key->b, sizeof(key->b)) >= 0)
			return LINES_BAD(l, E_INVALID, "root keys are sorted and distinct");
		r->n_key++;
	}
	if (r->threshold == 0 || r->threshold > r->n_key)
		return LINES_BAD(
			l, E_INVALID, "threshold %u of %zu root keys", r->threshold, r->n_key);
	return lines_hash(l, "next", &r->next);
}

static int officers_parse(struct root *r, struct lines *l)
{
	while (lines_is(l, "officer")) {
		struct slice v, w[4];
		int rc = lines_field(l, "officer", &v);
		if (rc < 0)
			return rc;
		if (r->n_officer == ROOT_OFFICERS_MAX)
			return LINES_BAD(l, E_LIMIT, "more than %d officers", ROOT_OFFICERS_MAX);
		struct root_officer *o = &r->officer[r->n_officer];
		if (!words_of(v, w, 4) || id_parse(w[0], &o->id) < 0 ||
			value_pubkey(w[1], &o->key) < 0 || scopes_parse(w[2], &o->scopes) < 0 ||
			until_parse(w[3], &o->until_ms) < 0)
			return LINES_BAD(
				l, E_SYNTAX, "\"officer\" is not id, key, scopes and until");
		for (size_t i = 0; i < r->n_officer; i++)
			if (id_eq(&r->officer[i].id, &o->id))
				return LINES_BAD(l, E_INVALID, "the same officer twice");
		r->n_officer++;
	}
	return 0;
}

static int node_keys_parse(struct root *r, struct lines *l)
{
	struct slice v, w[2];
	int rc = lines_field(l, "log", &v);
	if (rc < 0)
		return rc;
	if (!words_of(v, w, 2) || value_pubkey(w[0], &r->log_key) < 0 ||
		word_u32(w[1], &r->log_epoch) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"log\" is not key and epoch");
	if ((rc = lines_field(l, "witness", &v)) < 0)
		return rc;
	if (value_pubkey(v, &r->witness) < 0)
		return LINES_BAD(l, E_SYNTAX, "\"witness\" is not a key");
	if (pubkey_eq(&r->witness, &r->log_key))
		return LINES_BAD(l, E_INVALID, "the witness key is the log key");
	while (lines_is(l, "tls")) {
		if (r->n_tls == 4)
			return LINES_BAD(l, E_LIMIT, "more than 4 pins");
		if ((rc = lines_hash(l, "tls", &r->tls[r->n_tls])) < 0)
			return rc;
		for (size_t i = 0; i < r->n_tls; i++)
			if (hash_eq(&r->tls[i], &r->tls[r->n_tls]))
				return LINES_BAD(l, E_INVALID, "the same pin twice");
		r->n_tls++;
	}
	if (r->n_tls == 0)
		return LINES_BAD(l, E_SYNTAX, "at least one \"tls\" line must follow");
	if ((rc = lines_field(l, "seal", &v)) < 0)
		return rc;
	if (!words_of(v, w, 2) || base64_decode_exact(w[0], r->seal, sizeof(r->seal)) < 0 ||
		slice_i64(w[1], &r->seal_until_ms) < 0 || r->seal_until_ms <= 0)
		return LINES_BAD(l, E_SYNTAX, "\"seal\" is not key and until");
	return 0;
}

static bool endpoint_ok(struct slice s)
{
	if (s.n <= strlen("https://") || s.n > ENDPOINT_MAX || !slice_starts(s, "https://"))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || s.p[i] == '#' || s.p[i] == '@')
			return false;
	return true;
}

static int revoke_parse(struct slice v, struct root_revoke *ret)
{
	struct slice w[3], coalition, epoch;
	if (!words_of(v, w, 3) || !slice_is(w[1], "at") || value_pubkey(w[0], &ret->key) < 0)
		return -EINVAL;
	if (!slice_cut_exact(&w[2], ':', &coalition) || !slice_cut_exact(&w[2], ':', &epoch))
		return -EINVAL;
	if (coalition_parse(coalition, &ret->coalition) < 0 || word_u32(epoch, &ret->epoch) < 0)
		return -EINVAL;
	return slice_u64(w[2], &ret->size) < 0 ? -EINVAL : 0;
}

static int tail_parse(struct root *r, struct lines *l)
{
	struct slice v;
	int rc;

	while (lines_is(l, "endpoint")) {
		if ((rc = lines_field(l, "endpoint", &v)) < 0)
			return rc;
		if (r->n_endpoint == 8)
			return LINES_BAD(l, E_LIMIT, "more than 8 endpoints");
		if (!endpoint_ok(v))
			return LINES_BAD(l, E_SYNTAX, "\"endpoint\" is not an https URL");
		for (size_t i = 0; i < r->n_endpoint; i++)
			if (slice_eq(r->endpoint[i], v))
				return LINES_BAD(l, E_INVALID, "the same endpoint twice");
		r->endpoint[r->n_endpoint++] = v;
	}
	while (lines_is(l, "revoke")) {
		if ((rc = lines_field(l, "revoke", &v)) < 0)
			return rc;
		if (r->n_revoke == ROOT_REVOKES_MAX)
			return LINES_BAD(l, E_LIMIT, "more than %d revocations", ROOT_REVOKES_MAX);
		if (revoke_parse(v, &r->revoke[r->n_revoke]) < 0)
			return LINES_BAD(l, E_SYNTAX,
				"\"revoke\" is not <key> at <coalition>:<epoch>:<size>");
		r->n_revoke++;
	}
	return 0;
}

int root_parse(struct root *ret, struct slice text, struct why *why)
{
	struct root r = {.text = text};
	struct lines l = lines_of(text, why);
	int rc;

	if (text.n > LIMIT_ROOT_BYTES)
		return why_set(
			why, E_LIMIT, "", "root document over %zu bytes", (size_t)LIMIT_ROOT_BYTES);
	if ((rc = head_parse(&r, &l)) < 0 || (rc = roots_parse(&r, &l)) < 0 ||
		(rc = officers_parse(&r, &l)) < 0 || (rc = node_keys_parse(&r, &l)) < 0 ||
		(rc = tail_parse(&r, &l)) < 0)
		return rc;
	if (l.rest.n > 0) {
		l.line++;
		return LINES_BAD(&l, E_SYNTAX, "a line that does not belong here");
	}
	r.hash = hash_bytes(text);
	if (r.version == 1)
		memcpy(r.member.b, r.hash.b, sizeof(r.member.b));
	*ret = r;
	return 0;
}

static void keyed_line(struct buf *b, const char *field, const void *key, size_t n)
{
	buf_addf(b, "%s ", field);
	buf_base64(b, key, n);
}

static void until_print(struct buf *b, int64_t until_ms)
{
	if (until_ms)
		buf_addf(b, " %lld\n", (long long)until_ms);
	else
		buf_str(b, " -\n");
}

static void officers_print(const struct root *r, struct buf *b)
{
	for (size_t i = 0; i < r->n_officer; i++) {
		char id[ID_TEXT + 1];
		id_format(&r->officer[i].id, id);
		buf_addf(b, "officer %s ", id);
		buf_base64(b, r->officer[i].key.b, sizeof(r->officer[i].key.b));
		buf_byte(b, ' ');
		scopes_print(b, r->officer[i].scopes);
		until_print(b, r->officer[i].until_ms);
	}
}

static void tail_print(const struct root *r, struct buf *b)
{
	for (size_t i = 0; i < r->n_tls; i++) {
		buf_str(b, "tls ");
		buf_hex(b, r->tls[i].b, sizeof(r->tls[i].b));
		buf_byte(b, '\n');
	}
	keyed_line(b, "seal", r->seal, sizeof(r->seal));
	until_print(b, r->seal_until_ms);
	for (size_t i = 0; i < r->n_endpoint; i++)
		buf_addf(b, "endpoint %.*s\n", SLICE_FMT(r->endpoint[i]));
	for (size_t i = 0; i < r->n_revoke; i++) {
		char coalition[COAL_TEXT + 1];
		coalition_format(&r->revoke[i].coalition, coalition);
		keyed_line(b, "revoke", r->revoke[i].key.b, sizeof(r->revoke[i].key.b));
		buf_addf(b, " at %s:%u:%llu\n", coalition, r->revoke[i].epoch,
			(unsigned long long)r->revoke[i].size);
	}
}

void root_print(const struct root *r, struct buf *b)
{
	char member[ID_TEXT + 1] = "-";

	MUST(r->version > 0 && r->n_key > 0 && r->n_tls > 0);
	if (r->version > 1)
		id_format(&r->member, member);
	buf_addf(b, "entente-root/1\nmember %s\nlabel %.*s\nversion %u\nprev ", member,
		SLICE_FMT(r->label), r->version);
	if (r->version > 1)
		buf_hex(b, r->prev.b, sizeof(r->prev.b));
	else
		buf_byte(b, '-');
	buf_addf(b, "\nthreshold %u\n", r->threshold);
	for (size_t i = 0; i < r->n_key; i++) {
		keyed_line(b, "root", r->key[i].b, sizeof(r->key[i].b));
		buf_byte(b, '\n');
	}
	buf_str(b, "next ");
	buf_hex(b, r->next.b, sizeof(r->next.b));
	buf_byte(b, '\n');
	officers_print(r, b);
	keyed_line(b, "log", r->log_key.b, sizeof(r->log_key.b));
	buf_addf(b, " %u\n", r->log_epoch);
	keyed_line(b, "witness", r->witness.b, sizeof(r->witness.b));
	buf_byte(b, '\n');
	tail_print(r, b);
}
