/* fork.c: see fork.h. */
#include "log/fork.h"

#include "base/enc.h"
#include "log/line.h"

#include <inttypes.h>

static int parse_path(struct lines *l, const char *key, struct tree_proof *ret, struct why *why)
{
	ret->n = 0;
	while (line_ahead(l, key)) {
		struct slice v;
		int rc = line_key(l, key, &v, why);

		if (rc < 0)
			return rc;
		if (ret->n == TREE_DEPTH)
			return line_fail(l, why, "the proof is longer than any tree is deep");
		if (base64_decode_exact(v, ret->node[ret->n].b, sizeof(struct hash)) < 0)
			return line_fail(l, why, "expected a hash in base64");
		ret->n++;
	}
	return 0;
}

static int parse_leaves(struct fork *f, struct lines *l, struct why *why)
{
	struct slice v, a;
	int rc = line_key(l, "index", &v, why);

	if (rc < 0)
		return rc;
	if (slice_is(v, "-"))
		return 0;
	if (!text_u63(v, &f->index))
		return line_fail(l, why, "expected the index of a leaf, or \"-\"");
	f->has_index = true;
	if ((rc = line_key(l, "leaf", &v, why)) < 0)
		return rc;
	if (!slice_cut_exact(&v, ' ', &a) || hex_decode(a, f->leaf_a.b, sizeof(f->leaf_a.b)) < 0 ||
		hex_decode(v, f->leaf_b.b, sizeof(f->leaf_b.b)) < 0)
		return line_fail(l, why, "expected two leaf hashes");
	if ((rc = parse_path(l, "proof-a", &f->proof_a, why)) < 0)
		return rc;
	return parse_path(l, "proof-b", &f->proof_b, why);
}

static int parse_note(struct lines *l, const char *key, struct arena *arena, struct slice *ret_note,
	struct checkpoint *ret, struct why *why)
{
	struct slice v, bytes;
	struct note note;
	uint64_t n;
	int rc = line_key(l, key, &v, why);

	if (rc < 0)
		return rc;
	if (!text_u63(v, &n) || n > LIMIT_NOTE_BYTES || n > l->rest.n)
		return line_fail(l, why, "expected the length of the note behind the line");
	bytes = slice_of(l->rest.p, (size_t)n);
	if ((rc = note_parse(&note, arena, bytes, why)) < 0 ||
		(rc = checkpoint_parse(ret, note.text, why)) < 0) {
		why_prefix(why, "%s", key);
		return rc;
	}
	l->rest = slice_of(l->rest.p + n, l->rest.n - (size_t)n);
	for (size_t i = 0; i < bytes.n; i++)
		l->no += bytes.p[i] == '\n';
	*ret_note = bytes;
	return 0;
}

int fork_parse(struct fork *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct lines l = {bytes, 0};
	struct fork f = {.index = 0};
	int rc;

	if (bytes.n > LIMIT_FORK_BYTES)
		return why_set(
			why, E_LIMIT, "", "a fork proof is at most %zu bytes", LIMIT_FORK_BYTES);
	if ((rc = line_is(&l, "entente-fork/1", why)) < 0 || (rc = parse_leaves(&f, &l, why)) < 0 ||
		(rc = parse_note(&l, "note-a", arena, &f.note_a, &f.a, why)) < 0 ||
		(rc = parse_note(&l, "note-b", arena, &f.note_b, &f.b, why)) < 0)
		return rc;
	if (l.rest.n > 0) {
		l.no++;
		return line_fail(&l, why, "something follows the second note");
	}
	*ret = f;
	return 0;
}

static void print_path(struct buf *b, const char *key, const struct tree_proof *p)
{
	for (size_t i = 0; i < p->n; i++) {
		buf_addf(b, "%s ", key);
		buf_base64(b, p->node[i].b, sizeof(struct hash));
		buf_byte(b, '\n');
	}
}

void fork_print(const struct fork *f, struct buf *b)
{
	buf_str(b, "entente-fork/1\n");
	if (f->has_index) {
		buf_addf(b, "index %" PRIu64 "\nleaf ", f->index);
		buf_hex(b, f->leaf_a.b, sizeof(f->leaf_a.b));
		buf_byte(b, ' ');
		buf_hex(b, f->leaf_b.b, sizeof(f->leaf_b.b));
		buf_byte(b, '\n');
		print_path(b, "proof-a", &f->proof_a);
		print_path(b, "proof-b", &f->proof_b);
	} else {
		buf_str(b, "index -\n");
	}
	buf_addf(b, "note-a %zu\n", f->note_a.n);
	buf_slice_add(b, f->note_a);
	buf_addf(b, "note-b %zu\n", f->note_b.n);
	buf_slice_add(b, f->note_b);
}

/* The bytes of a note are what its holder signed, and say what `want` says. */
static int check_note(struct slice bytes, const struct checkpoint *want, const struct pubkey *key,
	struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_NOTE_BYTES);
	char origin[ORIGIN_MAX];
	struct checkpoint c;
	struct note note;
	int rc = note_parse(&note, &arena, bytes, why);

	if (rc < 0 || (rc = checkpoint_parse(&c, note.text, why)) < 0)
		return rc;
	if (!log_id_eq(&c.log, &want->log) || c.size != want->size ||
		!hash_eq(&c.root, &want->root))
		return why_set(
			why, E_VERIFY, "", "a note is not the checkpoint that the proof speaks of");
	origin_format(&c.log, origin);
	rc = note_verify(&note, slice_str(origin), NOTE_ED25519, key, NULL, why);
	if (rc == 0)
		return why_set(why, E_VERIFY, "", "a note is not signed by the key of its log");
	return rc < 0 ? rc : 0;
}

/* The first two of the keys that have signed the note; NULL: there are not so many. */
struct signers {
	const struct pubkey *key[2];
};

static struct signers signers(struct slice bytes, const struct checkpoint *want,
	const struct pubkey *const *key, size_t n, struct why *why)
{
	struct signers s = {0};
	size_t found = 0;

	why_set(why, E_VERIFY, "", "no key of the log has signed a note");
	for (size_t i = 0; i < n && found < sizeof(s.key) / sizeof(*s.key); i++)
		if (check_note(bytes, want, key[i], why) == 0)
			s.key[found++] = key[i];
	return s;
}

/* What the two notes prove, whoever has signed them. */
static int check_stories(const struct fork *f, struct why *why)
{
	if (!f->has_index) {
		if (f->a.size != f->b.size || hash_eq(&f->a.root, &f->b.root))
			return why_set(why, E_VERIFY, "",
				"without an index the roots must differ at one size");
		return 0;
	}
	if (hash_eq(&f->leaf_a, &f->leaf_b))
		return why_set(why, E_VERIFY, "", "the two leaves are one");
	if (tree_check_inclusion(f->index, f->a.size, &f->leaf_a, f->proof_a.node, f->proof_a.n,
		    &f->a.root, why) < 0 ||
		tree_check_inclusion(f->index, f->b.size, &f->leaf_b, f->proof_b.node, f->proof_b.n,
			&f->b.root, why) < 0)
		return why_set(why, E_VERIFY, "", "a leaf is not proved to be in its tree");
	return 0;
}

int fork_check_keys(const struct fork *f, const struct pubkey *const *key, size_t n,
	const struct pubkey **ret_a, const struct pubkey **ret_b, struct why *why)
{
	struct why unsigned_by = {0};
	struct signers a, b;

	if (!log_id_eq(&f->a.log, &f->b.log))
		return why_set(why, E_VERIFY, "", "the notes are of two logs");
	a = signers(f->note_a, &f->a, key, n, &unsigned_by);
	if (a.key[0] != NULL)
		b = signers(f->note_b, &f->b, key, n, &unsigned_by);
	if (a.key[0] == NULL || b.key[0] == NULL) {
		if (why)
			*why = unsigned_by;
		return E_VERIFY;
	}
	int rc = check_stories(f, why);
	if (rc < 0)
		return rc;
	/* Of those who signed both, two keys: what they prove no revocation of one of them undoes. */
	if (pubkey_eq(a.key[0], b.key[0]) && b.key[1] != NULL)
		b.key[0] = b.key[1];
	else if (pubkey_eq(a.key[0], b.key[0]) && a.key[1] != NULL)
		a.key[0] = a.key[1];
	*ret_a = a.key[0];
	*ret_b = b.key[0];
	return 0;
}

int fork_check(const struct fork *f, const struct pubkey *key, struct why *why)
{
	const struct pubkey *a, *b;

	return fork_check_keys(f, &key, 1, &a, &b, why);
}

static int strip(struct slice bytes, const struct log_id *log, const struct pubkey *key,
	struct buf *ret, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(2 * LIMIT_NOTE_BYTES);
	char origin[ORIGIN_MAX];
	uint8_t id[4];
	struct note note;
	int rc = note_parse(&note, &arena, bytes, why);

	if (rc < 0)
		return rc;
	origin_format(log, origin);
	note_key_id(slice_str(origin), NOTE_ED25519, key, id);
	buf_slice_add(ret, note.text);
	buf_byte(ret, '\n');
	for (size_t i = 0; i < note.n; i++) {
		if (!slice_is(note.signature[i].name, origin) ||
			memcmp(note.signature[i].key_id, id, sizeof(id)) != 0)
			continue;
		buf_slice_add(ret, note.signature[i].line);
		return 0;
	}
	return why_set(why, E_VERIFY, "", "a note is not signed by the key of its log");
}

int fork_strip(const struct fork *f, const struct pubkey *a, const struct pubkey *b,
	struct buf *ret, struct why *why)
{
	struct buf note_a CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES),
			  note_b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct fork bare = *f;
	int rc = strip(f->note_a, &f->a.log, a, &note_a, why);

	if (rc == 0)
		rc = strip(f->note_b, &f->b.log, b, &note_b, why);
	if (rc < 0)
		return rc;
	bare.note_a = buf_slice(&note_a);
	bare.note_b = buf_slice(&note_b);
	fork_print(&bare, ret);
	return buf_over(ret) ? why_set(why, E_LIMIT, "fork", "the proof is too long") : 0;
}

uint64_t fork_cut(const struct fork *f)
{
	return f->has_index ? f->index : 0;
}
