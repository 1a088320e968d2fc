/*
 * Proof checking against the probes that implementations of RFC 6962 share
 * (transparency-dev/merkle). They are not part of the project: they lie in the folder that
 * ENTENTE_DATA names, and without it this program says that it skips and exits with 77.
 */
#include "unit.h"

#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypt/sign.h"
#include "log/tree.h"
#include "json/json.h"

#include <ftw.h>

#define PROBE_BYTES (64 * KIB)
#define NODES	    (TREE_DEPTH + 4)
#define PLACEHOLDER                                                                                \
	12		/* "don't care 1" and the like stand for roots whose value does not matter \
			 */
#define PROBES_LEAST 90 /* of each kind: fewer means that the folder is not what it was */

struct probe {
	struct arena arena;
	struct json_doc doc;
	struct hash node[NODES];
	size_t n;
	bool malformed; /* a value that is no hash: refused before any arithmetic */
};

static char inclusion_dir[512], consistency_dir[512];
static unsigned probes;

static struct hash probe_hash(struct probe *p, json_ref ref)
{
	struct buf b CLEANUP_BUF = BUF(KIB);
	struct hash h = {{0}};

	if (base64_decode(json_string(&p->doc, ref, &p->arena), &b) < 0 ||
		(b.n != sizeof(h.b) && b.n != PLACEHOLDER)) {
		p->malformed = true;
		return h;
	}
	memcpy(h.b, b.p, b.n);
	return h;
}

static uint64_t probe_number(struct probe *p, const char *key)
{
	int64_t v;
	uint64_t u;
	json_ref ref = json_get(&p->doc, json_root(&p->doc), key);

	if (json_i64(&p->doc, ref, &v) == 0)
		return (uint64_t)v;
	/* Some are -1 as an unsigned number. */
	assert_int_equal(slice_u64(json_number(&p->doc, ref), &u), 0);
	return u;
}

static void probe_open(struct probe *p, const char *path)
{
	struct buf text CLEANUP_BUF = BUF(PROBE_BYTES);
	struct why why = {0};
	json_ref list;
	int rc = file_read(path, &text, &why);

	p->arena = ARENA(MIB);
	if (rc == 0)
		rc = json_read(&p->doc, &p->arena, arena_copy(&p->arena, buf_slice(&text)),
			&json_limits_partner, &why);
	if (rc < 0)
		fail_msg("%s: %s %s", path, why.where, why.text);
	list = json_get(&p->doc, json_root(&p->doc), "proof");
	for (json_ref v = json_first(&p->doc, list); v; v = json_next(&p->doc, v)) {
		assert_true(p->n < NODES);
		p->node[p->n] = probe_hash(p, v);
		p->n++;
	}
}

static void probe_judge(struct probe *p, const char *path, int rc)
{
	bool want_error = json_true(&p->doc, json_get(&p->doc, json_root(&p->doc), "wantErr"));

	if (p->malformed)
		rc = E_SYNTAX;
	if ((rc < 0) != want_error)
		fail_msg("%s: %d", path, rc);
	probes++;
	arena_free(&p->arena);
}

static int inclusion_probe(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct probe p = {.n = 0};
	struct hash leaf, root;
	json_ref top;

	(void)st;
	(void)ftw;
	if (type != FTW_F || !slice_ends(slice_str(path), ".json"))
		return 0;
	probe_open(&p, path);
	top = json_root(&p.doc);
	leaf = probe_hash(&p, json_get(&p.doc, top, "leafHash"));
	root = probe_hash(&p, json_get(&p.doc, top, "root"));
	probe_judge(&p, path,
		tree_check_inclusion(probe_number(&p, "leafIdx"), probe_number(&p, "treeSize"),
			&leaf, p.node, p.n, &root, NULL));
	return 0;
}

static int consistency_probe(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct probe p = {.n = 0};
	struct hash root1, root2;
	json_ref top;

	(void)st;
	(void)ftw;
	if (type != FTW_F || !slice_ends(slice_str(path), ".json"))
		return 0;
	probe_open(&p, path);
	top = json_root(&p.doc);
	root1 = probe_hash(&p, json_get(&p.doc, top, "root1"));
	root2 = probe_hash(&p, json_get(&p.doc, top, "root2"));
	probe_judge(&p, path,
		tree_check_consistency(probe_number(&p, "size1"), probe_number(&p, "size2"), &root1,
			&root2, p.node, p.n, NULL));
	return 0;
}

static void inclusion(void **state)
{
	(void)state;
	probes = 0;
	assert_int_equal(nftw(inclusion_dir, inclusion_probe, 16, FTW_PHYS), 0);
	assert_true(probes >= PROBES_LEAST);
	printf("%u inclusion probes\n", probes);
}

static void consistency(void **state)
{
	(void)state;
	probes = 0;
	assert_int_equal(nftw(consistency_dir, consistency_probe, 16, FTW_PHYS), 0);
	assert_true(probes >= PROBES_LEAST);
	printf("%u consistency probes\n", probes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inclusion), cmocka_unit_test(consistency)};
	const char *data = getenv("ENTENTE_DATA");

	if (data == NULL || data[0] == '\0')
		data = ENTENTE_DATA_DEFAULT;
	snprintf(inclusion_dir, sizeof(inclusion_dir), "%s/vectors/rfc6962/inclusion", data);
	snprintf(consistency_dir, sizeof(consistency_dir), "%s/vectors/rfc6962/consistency", data);
	if (!file_exists(inclusion_dir) || !file_exists(consistency_dir)) {
		fprintf(stderr, "SKIPPED: no %s (set ENTENTE_DATA)\n", inclusion_dir);
		return 77;
	}
	crypt_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
