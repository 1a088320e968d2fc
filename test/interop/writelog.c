/*
 * Writes logs with the node's own code and lays them out as C2SP tlog-tiles, for other people's
 * verifiers.
 *
 *	writelog DIR SIZE...      ascending; for each: checkpoint, tiles, entry bundles, proofs
 *
 *	DIR/log.vkey, DIR/witness.vkey     who signs
 *	DIR/checkpoint.SIZE                signed by the log, cosigned by the witness
 *	DIR/tile/...                       as the specification names them
 *	DIR/proofs                         "inclusion SIZE INDEX HASH..." and
 *	                                   "consistency SIZE1 SIZE2 HASH..."
 *	DIR/tlog-proof.SIZE                of the entry in the middle
 *	DIR/fork                           proof that the same key also told another story
 *
 * Every 97th entry is withheld: its leaf is in the tiles, its place in the bundle is empty.
 */
#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "log/fork.h"
#include "log/proof.h"
#include "log/store.h"

#include <inttypes.h>

#define BATCH	   1000
#define WITHHELD   97
#define START_MS   1773826200000
#define PROOFS_MAX (64 * MIB)

static const struct migration steps[] = {{"log 1", log_schema_1}, {NULL, NULL}};

struct writer {
	const char *dir;
	struct db *db; /* owned */
	struct log log;
	struct seckey key, witness;
	struct buf proofs;
	struct log_reader *reader; /* owned */
	uint64_t done;		   /* size of the checkpoint before */
};

/* A tool for tests: whatever goes wrong ends it. */
static void need(int rc, const struct why *why)
{
	if (rc >= 0)
		return;
	fprintf(stderr, "writelog: %s: %s\n", why->where, why->text);
	exit(1);
}

static void file_put(const struct writer *w, const char *name, struct slice bytes)
{
	char path[4096], folder[4096];
	struct why why = {0};
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	snprintf(folder, sizeof(folder), "%s", path);
	*strrchr(folder, '/') = '\0';
	need(dir_make(folder, 0700, &why), &why);
	f = fopen(path, "wb");
	if (f == NULL ||
		fwrite(bytes.p ? bytes.p : (const uint8_t *)"", 1, bytes.n, f) != bytes.n ||
		fclose(f) != 0) {
		fprintf(stderr, "writelog: cannot write %s\n", path);
		exit(1);
	}
}

static void entry_make(const struct writer *w, uint64_t seq, struct buf *b)
{
	static const uint8_t salt[32];
	struct id reader = {{2}};
	struct entry e = {.log = w->log.id,
		.seq = seq,
		.time_ms = START_MS + (int64_t)(seq / 3),
		.time_counter = (uint32_t)(seq % 3),
		.mode = MODE_EXERCISE,
		.kind = SLICE("note/1"),
		.audience = seq % 4 ? AUDIENCE_LIST : AUDIENCE_ALL,
		.member = &reader,
		.n_member = 1,
		.has_payload = seq % 2,
		.commit = payload_commit(salt, slice_of(&seq, sizeof(seq))),
		.bucket = 256,
		.media = SLICE("text/plain")};

	entry_print(&e, b);
}

static void grow(struct writer *w, uint64_t size)
{
	struct buf text CLEANUP_BUF = BUF(BATCH * LIMIT_ENTRY_BYTES);
	static struct slice bytes[BATCH];
	static size_t start[BATCH + 1];
	static struct hash leaf[BATCH];
	struct why why = {0};

	while (w->log.size < size) {
		size_t n = size - w->log.size < BATCH ? (size_t)(size - w->log.size) : BATCH;
		uint64_t last = w->log.size + n - 1;

		buf_clear(&text);
		for (size_t i = 0; i < n; i++) {
			start[i] = text.n;
			entry_make(w, w->log.size + i, &text);
		}
		start[n] = text.n;
		for (size_t i = 0; i < n; i++) {
			bytes[i] = slice_sub(buf_slice(&text), start[i], start[i + 1]);
			leaf[i] = hash_leaf(bytes[i]);
			if ((w->log.size + i) % WITHHELD == WITHHELD - 1)
				bytes[i] = SLICE_NONE;
		}
		need(db_begin(w->db, &why), &why);
		need(log_append(w->db, &w->log, bytes, leaf, n, START_MS + (int64_t)(last / 3),
			     (uint32_t)(last % 3), &why),
			&why);
		need(db_commit(w->db, &why), &why);
	}
}

static int bundle_put(void *ctx, uint64_t seq, struct slice bytes, struct why *why)
{
	(void)seq;
	(void)why;
	bundle_add(ctx, bytes);
	return 0;
}

/* Tiles and bundles that the tree has grown since the checkpoint before. */
static void tiles_put(struct writer *w)
{
	struct why why = {0};

	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		uint64_t n = w->done >> (TILE_HEIGHT * (level + 1));

		for (; tile_width_at(level, n, w->log.size) > 0; n++) {
			struct tile_path p = {.level = level,
				.n = n,
				.width = tile_width_at(level, n, w->log.size)};
			struct buf hashes CLEANUP_BUF = BUF(TILE_WIDTH * sizeof(struct hash));
			struct buf name CLEANUP_BUF = BUF(KIB);

			tile_path_print(&name, &p);
			need(log_tile(w->db, w->log.row, &p, &hashes, &why), &why);
			file_put(w, buf_cstr(&name), buf_slice(&hashes));
			if (level == 0) {
				struct buf bundle CLEANUP_BUF = BUF(LIMIT_BUNDLE_BYTES);

				p.entries = true;
				buf_clear(&name);
				tile_path_print(&name, &p);
				need(log_each(w->db, w->log.row, n * TILE_WIDTH,
					     n * TILE_WIDTH + p.width, bundle_put, &bundle, &why),
					&why);
				file_put(w, buf_cstr(&name), buf_slice(&bundle));
			}
		}
	}
}

static void note_make(const struct writer *w, const struct checkpoint *c, struct buf *b)
{
	struct buf text CLEANUP_BUF = BUF(KIB);
	char origin[ORIGIN_MAX], name[ORIGIN_MAX];

	checkpoint_print(&text, c);
	origin_format(&c->log, origin);
	witness_name_format(&c->log.coalition, &(struct id){{9}}, name);
	buf_slice_add(b, buf_slice(&text));
	buf_byte(b, '\n');
	note_sign(b, buf_slice(&text), slice_str(origin), &w->key);
	note_cosign(b, buf_slice(&text), slice_str(name), &w->witness, START_MS / 1000);
}

static void proof_line(
	struct writer *w, const char *kind, uint64_t a, uint64_t b, const struct tree_proof *p)
{
	buf_addf(&w->proofs, "%s %" PRIu64 " %" PRIu64, kind, a, b);
	for (size_t i = 0; i < p->n; i++) {
		buf_byte(&w->proofs, ' ');
		buf_base64(&w->proofs, p->node[i].b, sizeof(struct hash));
	}
	buf_byte(&w->proofs, '\n');
}

/* Inclusion of some entries, the first and last among them, and growth from sizes before. */
static void proofs_make(struct writer *w, const uint64_t *sizes, size_t n_sizes, struct slice note)
{
	struct tree_reader r = log_reader(w->reader, w->db, &w->log);
	uint64_t size = w->log.size, step = size / 20 + 1;
	struct buf text CLEANUP_BUF = BUF(LIMIT_PROOF_BYTES);
	struct log_proof proof = {.index = size / 2, .note = note};
	struct why why = {0};
	struct tree_proof p;
	char name[64];

	for (uint64_t i = 0; i < size; i += step) {
		need(tree_inclusion(&r, i, size, &p, &why), &why);
		proof_line(w, "inclusion", size, i, &p);
	}
	if (size == 0)
		return;
	need(tree_inclusion(&r, size - 1, size, &p, &why), &why);
	proof_line(w, "inclusion", size, size - 1, &p);
	for (size_t i = 0; i < n_sizes && sizes[i] <= size; i++)
		if (sizes[i] > 0) {
			need(tree_consistency(&r, sizes[i], size, &p, &why), &why);
			proof_line(w, "consistency", sizes[i], size, &p);
		}
	need(tree_inclusion(&r, proof.index, size, &proof.proof, &why), &why);
	log_proof_print(&proof, &text);
	snprintf(name, sizeof(name), "tlog-proof.%" PRIu64, size);
	file_put(w, name, buf_slice(&text));
}

static void checkpoint_put(struct writer *w, const uint64_t *sizes, size_t n_sizes)
{
	struct checkpoint c = {.log = w->log.id, .size = w->log.size, .root = w->log.root};
	struct buf note CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	char name[64];

	note_make(w, &c, &note);
	snprintf(name, sizeof(name), "checkpoint.%" PRIu64, c.size);
	file_put(w, name, buf_slice(&note));
	proofs_make(w, sizes, n_sizes, buf_slice(&note));
	tiles_put(w);
	w->done = c.size;
}

/* The second story: one leaf of other bytes alone in a tree. */
static void fork_put(struct writer *w)
{
	struct buf a CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES), b CLEANUP_BUF = BUF(LIMIT_NOTE_BYTES);
	struct buf text CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	struct tree_reader r = log_reader(w->reader, w->db, &w->log);
	struct hash other = hash_leaf(SLICE("another story"));
	struct fork f = {.a = {.log = w->log.id, .size = w->log.size, .root = w->log.root},
		.b = {.log = w->log.id, .size = 1, .root = other},
		.has_index = true,
		.leaf_b = other};
	struct why why = {0};

	if (w->log.size == 0)
		return;
	need(log_leaf(w->db, w->log.row, 0, &f.leaf_a, &why), &why);
	need(tree_inclusion(&r, 0, w->log.size, &f.proof_a, &why), &why);
	note_make(w, &f.a, &a);
	note_make(w, &f.b, &b);
	f.note_a = buf_slice(&a);
	f.note_b = buf_slice(&b);
	need(fork_check(&f, &w->key.pub, &why), &why);
	fork_print(&f, &text);
	file_put(w, "fork", buf_slice(&text));
}

static void vkeys_put(struct writer *w)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	char name[ORIGIN_MAX];

	origin_format(&w->log.id, name);
	vkey_print(&b, slice_str(name), NOTE_ED25519, &w->key.pub);
	file_put(w, "log.vkey", buf_slice(&b));
	buf_clear(&b);
	witness_name_format(&w->log.id.coalition, &(struct id){{9}}, name);
	vkey_print(&b, slice_str(name), NOTE_COSIGNATURE, &w->witness.pub);
	file_put(w, "witness.vkey", buf_slice(&b));
}

int main(int argc, char **argv)
{
	struct log_id id = {.coalition = {{0xc0}}, .member = {{1}}, .epoch = 1};
	static struct writer w;
	static uint64_t sizes[256];
	size_t n_sizes = 0;
	struct why why = {0};

	for (int i = 2; i < argc && n_sizes < 256; i++)
		if (slice_u64(slice_str(argv[i]), &sizes[n_sizes++]) < 0)
			argc = 0;
	if (argc < 3) {
		fprintf(stderr, "usage: writelog DIR SIZE...\n");
		return 64;
	}
	crypt_init();
	w.dir = argv[1];
	w.reader = mem_new(struct log_reader);
	w.key = seckey_from_seed((const uint8_t[32]){1});
	w.witness = seckey_from_seed((const uint8_t[32]){2});
	buf_init(&w.proofs, PROOFS_MAX);
	need(db_open(&w.db, "sqlite::memory:", &why), &why);
	need(db_migrate(w.db, steps, &why), &why);
	need(db_begin(w.db, &why), &why);
	need(log_open(w.db, &id, &w.log, &why), &why);
	need(db_commit(w.db, &why), &why);
	vkeys_put(&w);
	for (size_t i = 0; i < n_sizes; i++) {
		grow(&w, sizes[i]);
		checkpoint_put(&w, sizes, n_sizes);
	}
	need(log_verify(w.db, &w.log, NULL, NULL, &why), &why);
	fork_put(&w);
	MUST(!buf_over(&w.proofs));
	file_put(&w, "proofs", buf_slice(&w.proofs));
	buf_free(&w.proofs);
	mem_free(w.reader);
	db_close(&w.db);
	return 0;
}
