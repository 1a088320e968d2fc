/* note.c: C2SP signed-note: grammar, key ids, verifier keys, signatures and cosignatures. */
#include "log/note.h"

#include "base/enc.h"
#include "base/utf8.h"

#include <inttypes.h>

#define SIGNATURE_START "\xe2\x80\x94 " /* em dash, space */
#define KEY_ID_BYTES	4

/* Unicode White_Space, which key names must not contain. */
static bool is_space(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0d) || cp == 0x20 || cp == 0x85 || cp == 0xa0 ||
	       cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
	       cp == 0x202f || cp == 0x205f || cp == 0x3000;
}

/* `name` is valid UTF-8. */
static bool key_name_valid(struct slice name)
{
	uint32_t cp;

	if (name.n == 0)
		return false;
	while (utf8_next(&name, &cp))
		if (is_space(cp) || cp == '+')
			return false;
	return true;
}

static int check_bytes(struct slice bytes, struct why *why)
{
	if (bytes.n > LIMIT_NOTE_BYTES)
		return why_set(why, E_LIMIT, "", "a note is at most %zu bytes", LIMIT_NOTE_BYTES);
	if (utf8_bad_at(bytes) >= 0)
		return why_set(
			why, E_SYNTAX, "", "a note is not UTF-8 at byte %td", utf8_bad_at(bytes));
	for (size_t i = 0; i < bytes.n; i++)
		if (bytes.p[i] < 0x20 && bytes.p[i] != '\n')
			return why_set(why, E_SYNTAX, "", "a note has a control byte at %zu", i);
	return 0;
}

/* The last empty line parts text and signatures; *ret_at is the length of the text with its LF. */
static bool find_signatures(struct slice bytes, size_t *ret_at)
{
	for (size_t i = bytes.n; i >= 2; i--)
		if (bytes.p[i - 2] == '\n' && bytes.p[i - 1] == '\n') {
			*ret_at = i - 1;
			return true;
		}
	return false;
}

static int signature_parse(
	struct note_signature *ret, struct arena *arena, struct slice line, struct why *why)
{
	struct slice rest = slice_sub(line, 0, line.n - 1), name;
	size_t n;
	uint8_t *p;

	if (!slice_take(&rest, SIGNATURE_START) || !slice_cut_exact(&rest, ' ', &name) ||
		!key_name_valid(name))
		return why_set(why, E_SYNTAX, "", "a signature line has no key name");
	n = rest.n / 4 * 3;
	for (size_t i = rest.n; i > 0 && rest.n - i < 2 && rest.p[i - 1] == '='; i--)
		n--;
	if (rest.n % 4 != 0 || rest.n < 8 || n <= KEY_ID_BYTES)
		return why_set(why, E_SYNTAX, "", "a signature is no base64 of more than a key id");
	p = arena_try(arena, n);
	if (p == NULL)
		return why_set(why, E_LIMIT, "", "no room for a signature");
	if (base64_decode_exact(rest, p, n) < 0)
		return why_set(why, E_SYNTAX, "", "a signature is no base64");
	*ret = (struct note_signature){
		.name = name, .bytes = slice_of(p + KEY_ID_BYTES, n - KEY_ID_BYTES), .line = line};
	memcpy(ret->key_id, p, KEY_ID_BYTES);
	return 0;
}

int note_parse(struct note *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct slice rest, line;
	size_t at;
	int rc = check_bytes(bytes, why);

	if (rc < 0)
		return rc;
	if (!find_signatures(bytes, &at))
		return why_set(why, E_SYNTAX, "", "a note has no empty line before its signatures");
	if (at + 1 == bytes.n)
		return why_set(why, E_SYNTAX, "", "a note without a signature");

	struct note note = {.text = slice_sub(bytes, 0, at)};

	rest = slice_of(bytes.p + at + 1, bytes.n - at - 1);
	while (slice_cut_exact(&rest, '\n', &line)) {
		if (note.n == LIMIT_NOTE_SIGNATURES)
			return why_set(why, E_LIMIT, "", "a note has more than %d signatures",
				LIMIT_NOTE_SIGNATURES);
		line.n++; /* with its LF */
		rc = signature_parse(&note.signature[note.n], arena, line, why);
		if (rc < 0)
			return rc;
		note.n++;
	}
	if (rest.n > 0)
		return why_set(why, E_SYNTAX, "", "the last line of a note does not end");
	*ret = note;
	return 0;
}

void note_key_id(struct slice name, uint8_t type, const struct pubkey *pub, uint8_t ret[4])
{
	const struct slice pieces[] = {
		name, SLICE("\n"), slice_of(&type, 1), slice_of(pub->b, sizeof(pub->b))};
	struct hash h = hash_of(pieces, sizeof(pieces) / sizeof(pieces[0]));

	memcpy(ret, h.b, KEY_ID_BYTES);
}

void vkey_print(struct buf *b, struct slice name, uint8_t type, const struct pubkey *pub)
{
	uint8_t id[KEY_ID_BYTES], key[1 + sizeof(pub->b)];

	note_key_id(name, type, pub, id);
	key[0] = type;
	memcpy(key + 1, pub->b, sizeof(pub->b));
	buf_slice_add(b, name);
	buf_byte(b, '+');
	buf_hex(b, id, sizeof(id));
	buf_byte(b, '+');
	buf_base64(b, key, sizeof(key));
}

int vkey_parse(struct slice text, struct slice *ret_name, uint8_t *ret_type, struct pubkey *ret_pub,
	struct why *why)
{
	uint8_t id[KEY_ID_BYTES], want[KEY_ID_BYTES], key[1 + sizeof(ret_pub->b)];
	struct slice name, hex;
	struct pubkey pub;

	/* The base64 part may contain a '+': the first two are the separators. */
	if (!slice_cut_exact(&text, '+', &name) || !slice_cut_exact(&text, '+', &hex) ||
		utf8_bad_at(name) >= 0 || !key_name_valid(name) ||
		hex_decode(hex, id, sizeof(id)) < 0)
		return why_set(
			why, E_SYNTAX, "", "expected a verifier key \"<name>+<key id>+<key>\"");
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 0x20)
			return why_set(why, E_SYNTAX, "", "a key name has a control byte");
	if (base64_decode_exact(text, key, sizeof(key)) < 0)
		return why_set(
			why, E_SYNTAX, "", "a verifier key is not base64 of a type and 32 bytes");
	if (key[0] != NOTE_ED25519 && key[0] != NOTE_COSIGNATURE)
		return why_set(why, E_INVALID, "", "keys of type 0x%02x are not used here", key[0]);
	memcpy(pub.b, key + 1, sizeof(pub.b));
	note_key_id(name, key[0], &pub, want);
	if (memcmp(id, want, sizeof(id)) != 0)
		return why_set(
			why, E_INVALID, "", "the id of a verifier key is not that of its key");
	*ret_name = name;
	*ret_type = key[0];
	*ret_pub = pub;
	return 0;
}

static void print_signature(
	struct buf *b, struct slice name, const uint8_t id[KEY_ID_BYTES], struct slice bytes)
{
	uint8_t all[KEY_ID_BYTES + 8 + sizeof(struct signature)];

	memcpy(all, id, KEY_ID_BYTES);
	memcpy(all + KEY_ID_BYTES, bytes.p, bytes.n);
	buf_str(b, SIGNATURE_START);
	buf_slice_add(b, name);
	buf_byte(b, ' ');
	buf_base64(b, all, KEY_ID_BYTES + bytes.n);
	buf_byte(b, '\n');
}

void note_sign(struct buf *b, struct slice text, struct slice name, const struct seckey *key)
{
	struct signature sig = sign_bytes(key, text);
	uint8_t id[KEY_ID_BYTES];

	note_key_id(name, NOTE_ED25519, &key->pub, id);
	print_signature(b, name, id, slice_of(sig.b, sizeof(sig.b)));
}

/* tlog-cosignature, "Ed25519 signed message". */
static void cosigned_message(struct buf *b, struct slice text, uint64_t time)
{
	buf_addf(b, "cosignature/v1\ntime %" PRIu64 "\n", time);
	buf_slice_add(b, text);
}

void note_cosign(struct buf *b, struct slice text, struct slice name, const struct seckey *key,
	uint64_t time)
{
	struct buf message CLEANUP_BUF = BUF(text.n + 64);
	uint8_t id[KEY_ID_BYTES], stamped[8 + sizeof(struct signature)];
	struct signature sig;

	cosigned_message(&message, text, time);
	sig = sign_bytes(key, buf_slice(&message));
	for (unsigned i = 0; i < 8; i++)
		stamped[i] = (uint8_t)(time >> (56 - 8 * i));
	memcpy(stamped + 8, sig.b, sizeof(sig.b));
	note_key_id(name, NOTE_COSIGNATURE, &key->pub, id);
	print_signature(b, name, id, slice_of(stamped, sizeof(stamped)));
}

static bool plain_good(struct slice text, struct slice bytes, const struct pubkey *pub)
{
	struct signature sig;

	if (bytes.n != sizeof(sig.b))
		return false;
	memcpy(sig.b, bytes.p, sizeof(sig.b));
	return sign_check(pub, text, &sig);
}

static bool cosignature_good(
	struct slice text, struct slice bytes, const struct pubkey *pub, uint64_t *ret_time)
{
	struct buf message CLEANUP_BUF = BUF(text.n + 64);
	uint64_t time = 0;

	if (bytes.n != 8 + sizeof(struct signature))
		return false;
	for (unsigned i = 0; i < 8; i++)
		time = time << 8 | bytes.p[i];
	if (time > INT64_MAX)
		return false;
	cosigned_message(&message, text, time);
	if (!plain_good(buf_slice(&message), slice_of(bytes.p + 8, bytes.n - 8), pub))
		return false;
	*ret_time = time;
	return true;
}

int note_verify(const struct note *n, struct slice name, uint8_t type, const struct pubkey *pub,
	uint64_t *ret_time, struct why *why)
{
	uint64_t time, first = UINT64_MAX;
	uint8_t id[KEY_ID_BYTES];
	int found = 0;

	note_key_id(name, type, pub, id);
	for (size_t i = 0; i < n->n; i++) {
		const struct note_signature *s = &n->signature[i];
		bool good;

		if (!slice_eq(s->name, name) || memcmp(s->key_id, id, sizeof(id)) != 0)
			continue;
		time = 0;
		if (type == NOTE_COSIGNATURE)
			good = cosignature_good(n->text, s->bytes, pub, &time);
		else
			good = plain_good(n->text, s->bytes, pub);
		if (!good)
			return why_set(why, E_VERIFY, "", "the signature of %.*s does not hold",
				SLICE_FMT(name));
		if (time < first)
			first = time;
		found = 1;
	}
	if (found && ret_time != NULL)
		*ret_time = first;
	return found;
}
