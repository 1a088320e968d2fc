/*
 * fuzz_procurement_record.c: what partners, members' nodes and bidders send as JSON; the first byte says which: a record of each kind, a bid under a tender, a tender as a node gives it
 * to a supplier, a list of open contracting data as a table. What is refused is refused with a reason; what is taken can be read to its last member.
 */
#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/ocds/merge.h"
#include "work/procurement/ocds/table.h"
#include "work/procurement/offer.h"
#include "work/procurement/wallet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BID = P_KINDS, TENDER_FILE, TABLE, CASES };

static const char tender_text[] =
	"{\"procurement\":\"aaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa\",\"title\":\"t\",\"currency\":\"EUR\",\"estimate\":{\"amount\":1,\"currency\":\"EUR\"},"
	"\"lots\":[{\"id\":\"1\",\"title\":\"a\",\"reserve\":{\"amount\":1,\"currency\":\"EUR\"}},{\"id\":\"2\",\"title\":\"b\",\"reserve\":{\"amount\":1,\"currency\":\"EUR\"}}],"
	"\"items\":[{\"id\":\"i\",\"relatedLot\":\"1\",\"description\":\"d\",\"quantity\":1,\"unit\":\"H87\",\"relatedBuyer\":\"aaaaaaaaaaaaaaaaaaaaaaaaaa\"},"
	"{\"id\":\"j\",\"relatedLot\":\"2\",\"description\":\"d\",\"quantity\":2,\"unit\":\"H87\",\"relatedBuyer\":\"aaaaaaaaaaaaaaaaaaaaaaaaaa\"}],"
	"\"deadline\":\"2026-01-01T00:00:00Z\",\"graceMinutes\":0,\"openAt\":\"2026-01-01T00:00:00Z\",\"fallbackAt\":\"2026-01-02T00:00:00Z\",\"standstillDays\":0,\"threshold\":2,"
	"\"padding\":[4096],\"award\":{},\"status\":\"open\"}";

static void record(enum pkind k, struct slice bytes, struct arena *arena)
{
	struct object_id of = {{{0}}, {{0}}};
	struct json_doc doc;
	struct why why = {0};
	int rc = procure_read(k, bytes, arena, &doc, &of, &why);

	if (rc < 0) {
		MUST(why.code == rc && why.text[0]);
		return;
	}
	MUST(procure_title(k, &doc, arena).n > 0);
	if (k == P_NEED || k == P_POOL) {
		json_ref list = json_get(&doc, json_root(&doc), "classification");

		(void)classification_key(&doc, list, arena);
		(void)classification_class(&doc, list, arena);
	}
	if (k == P_AWARD) {
		struct row r = {.kind = k, .doc = doc};

		(void)award_digest(&r);
	}
}

static void bid(struct slice bytes, struct arena *arena)
{
	struct row tender = {.kind = P_TENDER};
	struct object_id of;
	struct json_doc doc;
	struct why why = {0};

	MUST(procure_read(P_TENDER, slice_str(tender_text), arena, &tender.doc, &of, NULL) == 0);
	MUST(offer_check(&tender, bytes, arena, &doc, &why) == 0 || why.text[0]);
}

static void tender_file(struct slice bytes, struct arena *arena)
{
	struct cli *cli = arena_new(arena, struct cli);
	struct tender_file file;

	cli->arena = ARENA(16 * MIB);
	MUST(tender_file_read(cli, bytes, NULL, arena, &file) == 0 || cli->why.text[0]);
	arena_free(&cli->arena);
}

/* The path is what stands before the first LF. */
static void table(struct slice bytes, struct arena *arena)
{
	struct buf out CLEANUP_BUF = BUF(64 * MIB);
	const struct tree **list;
	struct tree *root;
	struct slice path;
	size_t n;

	if (!slice_cut(&bytes, '\n', &path) ||
		tree_read(bytes, &json_limits_partner, arena, &root, NULL) < 0 ||
		ocds_releases(root, arena, &list, &n, NULL) < 0)
		return;
	if (ocds_table(list, n, path, arena, &out, NULL) == 0)
		MUST(out.n > 2 && out.p[out.n - 1] == '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(256 * MIB);
	struct slice rest;

	crypt_init();
	if (size < 1 || size > 64 * KIB)
		return 0;
	rest = slice_of(data + 1, size - 1);
	switch (data[0] % CASES) {
	case BID:
		bid(rest, &arena);
		break;
	case TENDER_FILE:
		tender_file(rest, &arena);
		break;
	case TABLE:
		table(rest, &arena);
		break;
	default:
		record((enum pkind)(data[0] % CASES), rest, &arena);
	}
	return 0;
}
