/*
 * test_refused.c: records and bids that are refused, each with the place and a reason: what is no JSON, missing, unknown, out of range, of another currency, twice, not a number.
 */
#include "unit.h"

#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/offer.h"

#define OBJECT		 "aaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define MEMBER		 "aaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER		 "baaaaaaaaaaaaaaaaaaaaaaaaa"
#define EUR(x)		 "{\"amount\":" x ",\"currency\":\"EUR\"}"
#define LOT(id, reserve) "{\"id\":\"" id "\",\"title\":\"t\",\"reserve\":" reserve "}"
#define ITEM(id, lot, q)                                                                           \
	"{\"id\":\"" id "\",\"relatedLot\":\"" lot "\",\"description\":\"d\",\"quantity\":" q      \
	",\"unit\":\"H87\",\"relatedBuyer\":\"" MEMBER "\"}"
#define TENDER(lots, items, more)                                                                                                                 \
	"{\"procurement\":\"" OBJECT "\",\"title\":\"t\",\"currency\":\"EUR\",\"estimate\":" EUR(                                                 \
		"100") ",\"lots\":[" lots "],\"items\":[" items                                                                                   \
		       "],\"deadline\":\"2026-01-01T00:00:00Z\",\"graceMinutes\":10,\"openAt\":\"2026-01-01T01:00:00Z\","                         \
		       "\"fallbackAt\":\"2026-01-02T00:00:00Z\",\"standstillDays\":0,\"threshold\":2,\"padding\":[4096],\"status\":\"open\"" more \
		       "}"
#define AWARD(more) ",\"award\":{" more "}"
#define TWO_LOTS    LOT("1", EUR("9")) "," LOT("2", EUR("9"))
#define TWO_ITEMS   ITEM("i", "1", "5") "," ITEM("j", "2", "5")
#define NEED(more)                                                                                 \
	"{\"title\":\"t\",\"unit\":\"H87\",\"firmness\":\"interest\",\"status\":\"stated\"," more  \
	"}"
#define CLASS(scheme, id) "\"classification\":[{\"scheme\":\"" scheme "\",\"id\":\"" id "\"}]"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena = ARENA(64 * MIB);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void record(enum pkind k, const char *text, const char *where)
{
	struct object_id of = {{{0}}, {{0}}};
	struct json_doc doc;
	struct why why = {0};
	int rc = procure_read(k, slice_str(text), &arena, &doc, &of, &why);

	if (!where) {
		if (rc < 0)
			fail_msg("%s: %s %s", text, why.where, why.text);
		return;
	}
	if (rc >= 0 || !why.text[0] || !strstr(why.where, where))
		fail_msg("%s: %d at %s, not %s: %s", text, rc, why.where, where, why.text);
}

static void needs(void **state)
{
	(void)state;
	record(P_NEED, NEED("\"quantity\":12.345," CLASS("CPV", "39522530-1")), NULL);
	record(P_NEED, NEED("\"quantity\":12," CLASS("NSN", "8340014567890")), NULL);
	record(P_NEED, NEED("\"quantity\":12," CLASS("CPV", "395225")), "/classification");
	record(P_NEED, NEED("\"quantity\":12," CLASS("NSN", "834001456789")), "/classification");
	record(P_NEED, NEED("\"quantity\":12," CLASS("GTIN", "00000000000001")), "/classification");
	record(P_NEED, NEED("\"quantity\":-1," CLASS("CPV", "39522530")), "/quantity");
	record(P_NEED, NEED("\"quantity\":1.2345," CLASS("CPV", "39522530")), "/quantity");
	record(P_NEED, NEED("\"quantity\":1e3," CLASS("CPV", "39522530")), "/quantity");
	record(P_NEED, NEED("\"quantity\":99999999999999999999," CLASS("CPV", "39522530")),
		"/quantity");
	record(P_NEED, NEED("\"quantity\":NaN," CLASS("CPV", "39522530")), "");
	record(P_NEED, NEED("\"quantity\":1,\"quantity\":2," CLASS("CPV", "39522530")), "");
	record(P_NEED, NEED(CLASS("CPV", "39522530")), "/quantity");
	record(P_NEED, NEED("\"quantity\":1,\"more\":1," CLASS("CPV", "39522530")), "/more");
	record(P_NEED,
		NEED("\"quantity\":1,\"maxUnitPrice\":" EUR("1.005") "," CLASS("CPV", "39522530")),
		"/maxUnitPrice");
	record(P_NEED,
		NEED("\"quantity\":1,\"maxUnitPrice\":" EUR("92233720368547758.08") "," CLASS(
			"CPV", "39522530")),
		"/maxUnitPrice");
	record(P_NEED,
		NEED("\"quantity\":1,\"maxUnitPrice\":{\"amount\":1,\"currency\":\"ABC\"}," CLASS(
			"CPV", "39522530")),
		"/maxUnitPrice");
	record(P_NEED,
		NEED("\"quantity\":1,\"maxUnitPrice\":{\"amount\":1.5,\"currency\":\"JPY\"}," CLASS(
			"CPV", "39522530")),
		"/maxUnitPrice");
	record(P_NEED, "", "");
	record(P_NEED, "[]", "");
	record(P_NEED, "{", "");
}

static void tenders(void **state)
{
	(void)state;
	record(P_TENDER, TENDER(TWO_LOTS, TWO_ITEMS, AWARD("")), NULL);
	record(P_TENDER, TENDER("", "", AWARD("")), "/lots");
	record(P_TENDER,
		TENDER(LOT("1", EUR("9")) "," LOT("1", EUR("9")), ITEM("i", "1", "5"), AWARD("")),
		"/lots");
	record(P_TENDER,
		TENDER(LOT("1", EUR("9")), ITEM("i", "1", "5") "," ITEM("i", "1", "5"), AWARD("")),
		"/items");
	record(P_TENDER, TENDER(TWO_LOTS, ITEM("i", "1", "5"), AWARD("")), "/lots");
	record(P_TENDER, TENDER(LOT("1", EUR("9")), ITEM("i", "3", "5"), AWARD("")), "");
	record(P_TENDER, TENDER(LOT("1", EUR("9")), ITEM("i", "1", "0.5"), AWARD("")),
		"/items/quantity");
	record(P_TENDER, TENDER(LOT("1", EUR("9")), ITEM("i", "1", "0"), AWARD("")),
		"/items/quantity");
	record(P_TENDER,
		TENDER(LOT("1", "{\"amount\":9,\"currency\":\"USD\"}"), ITEM("i", "1", "5"),
			AWARD("")),
		"/lots/reserve");
	record(P_TENDER,
		TENDER(TWO_LOTS, TWO_ITEMS,
			AWARD("\"qualityValue\":{\"amount\":9,\"currency\":\"USD\"}")),
		"/award/qualityValue");
	record(P_TENDER, TENDER(TWO_LOTS, TWO_ITEMS, AWARD("\"thirdCap\":1001")), "/award");
	record(P_TENDER, TENDER(TWO_LOTS, TWO_ITEMS, AWARD("\"nationCap\":1.5")),
		"/award/nationCap");
	record(P_TENDER, TENDER(TWO_LOTS, TWO_ITEMS, AWARD("\"qualityMin\":NaN")), "");
	record(P_TENDER, TENDER(TWO_LOTS, TWO_ITEMS, ",\"rationale\":1" AWARD("")), "/rationale");
	record(P_TENDER, "{\"procurement\":\"" OBJECT "\"}", "/");
}

static void agreements(void **state)
{
#define AGREEMENT(participants, lead, more)                                                        \
	"{\"title\":\"t\",\"ocid\":\"ocds-b5fd17-x\",\"participants\":[" participants              \
	"],\"lead\":\"" lead "\",\"shareRule\":\"prorata\",\"status\":\"proposed\"" more "}"
#define TWO "\"" MEMBER "\",\"" OTHER "\""
	(void)state;
	record(P_AGREEMENT, AGREEMENT(TWO, MEMBER, ""), NULL);
	record(P_AGREEMENT, AGREEMENT(TWO, MEMBER, ",\"nations\":[\"AL\",\"HR\"]"), NULL);
	record(P_AGREEMENT, AGREEMENT(TWO, MEMBER, ",\"nations\":[\"AL\"]"), "/nations");
	record(P_AGREEMENT, AGREEMENT(TWO, MEMBER, ",\"nations\":[\"al\",\"HR\"]"), "/nations");
	record(P_AGREEMENT, AGREEMENT("\"" MEMBER "\",\"" MEMBER "\"", MEMBER, ""),
		"/participants");
	record(P_AGREEMENT, AGREEMENT("\"" OTHER "\"", MEMBER, ""), "/lead");
	record(P_AGREEMENT,
		AGREEMENT(TWO, MEMBER,
			",\"adminKey\":[{\"member\":\"" MEMBER "\",\"thousandths\":999}]"),
		"/adminKey");
	record(P_AGREEMENT, AGREEMENT(TWO, "x", ""), "/lead");
}

/* ---- bids ---- */

static void bid(const char *text, const char *where)
{
	struct row tender = {.kind = P_TENDER};
	struct object_id of;
	struct json_doc doc;
	struct why why = {0};
	int rc;

	assert_int_equal(procure_read(P_TENDER, SLICE(TENDER(TWO_LOTS, TWO_ITEMS, AWARD(""))),
				 &arena, &tender.doc, &of, NULL),
		0);
	memset(&doc, 0, sizeof(doc));
	rc = offer_check(&tender, slice_str(text), &arena, &doc, &why);
	if (!where ? rc < 0 : (rc >= 0 || !why.text[0] || !strstr(why.where, where)))
		fail_msg("%s: %d at %s, not %s: %s", text, rc, why.where, where ? where : "nothing",
			why.text);
}

static void bids(void **state)
{
#define WHO			"\"tenderer\":{\"name\":\"n\",\"nation\":\"AL\"}"
#define BUNDLE(id, lots, price) "{\"id\":\"" id "\",\"lots\":[" lots "],\"price\":" price "}"
#define TIER(id, lot, from, to)                                                                    \
	"{\"id\":\"" id "\",\"lot\":\"" lot "\",\"from\":" from ",\"to\":" to                      \
	",\"unitPrice\":" EUR("1") "}"
#define REBATE(from, back) "{\"threshold\":" EUR(from) ",\"rebate\":" EUR(back) "}"
	(void)state;
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "\"1\",\"2\"", EUR("12.50")) "],\"tiers\":[" TIER(
		    "t", "1", "1", "4") "," TIER("u", "1", "5", "9") "]}",
		NULL);
	/* What no member can foresee: the text of a sealed bid may be anything, and is judged when it is opened. */
	bid("", "");
	bid("not json", "");
	bid("\xff\xfe", "");
	bid("[]", "");
	bid("null", "");
	bid("{\"bundles\":[" BUNDLE("b", "\"1\"", EUR("1")) "]}", "/tenderer");
	bid("{" WHO "}", "");
	bid("{\"tenderer\":{\"name\":\"n\",\"nation\":\"Albania\"},\"bundles\":[" BUNDLE(
		    "b", "\"1\"", EUR("1")) "]}",
		"/tenderer/nation");
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "", EUR("1")) "]}", "/bundles/lots");
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "\"3\"", EUR("1")) "]}", "/bundles/lots");
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "\"1\",\"1\"", EUR("1")) "]}", "/bundles/lots");
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "\"1\"", EUR("-1")) "]}", "/bundles/0/price");
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "\"1\"", EUR("1e99")) "]}", "/bundles/0/price");
	bid("{" WHO
	    ",\"bundles\":[" BUNDLE("b", "\"1\"", "{\"amount\":1,\"currency\":\"USD\"}") "]}",
		"/bundles/price");
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "\"1\"", EUR("1")) "],\"tiers\":[" TIER(
		    "b", "1", "1", "4") "]}",
		"/bundles/id");
	bid("{" WHO ",\"tiers\":[" TIER("t", "1", "5", "4") "]}", "/tiers/from");
	bid("{" WHO ",\"tiers\":[" TIER("t", "1", "0", "4") "]}", "/tiers/from");
	bid("{" WHO ",\"tiers\":[" TIER("t", "9", "1", "4") "]}", "/tiers/lot");
	bid("{" WHO ",\"tiers\":[" TIER("t", "1", "1", "5") "," TIER("u", "1", "5", "9") "]}",
		"/tiers");
	bid("{" WHO ",\"tiers\":[" TIER("t", "1", "1", "5") "],\"rebates\":[{\"threshold\":" EUR(
		    "9") ",\"rebate\":{\"amount\":1,\"currency\":\"USD\"}}]}",
		"/rebates/rebate");
	bid("{" WHO ",\"tiers\":[" TIER("t", "1", "1", "5") "],\"price\":1}", "/price");
	/* Who reaches 100 reaches 60 as well: 110 of 100 would be given back. */
	bid("{" WHO ",\"tiers\":[" TIER("t", "1", "1", "5") "],\"rebates\":[" REBATE(
		    "60", "40") "," REBATE("100", "60") "]}",
		NULL);
	bid("{" WHO ",\"tiers\":[" TIER("t", "1", "1", "5") "],\"rebates\":[" REBATE(
		    "60", "50") "," REBATE("100", "60") "]}",
		"/rebates");
	bid("{" WHO
	    ",\"tiers\":[" TIER("t", "1", "1", "5") "],\"rebates\":[" REBATE("60", "61") "]}",
		"/rebates");
	bid("{" WHO ",\"bundles\":[" BUNDLE("b", "\"1\"", EUR("9000000000000")) "," BUNDLE(
		    "c", "\"2\"", EUR("2000000000000")) "]}",
		"");
}

/* ---- long lists ---- */

/* Texts that are written with escapes take memory each time they are read: once each, however long the lists are that they stand in. */
#define ESCAPED	   "\\u0061\\u0062\\u0063\\u0064"
#define ESCAPED_10 ESCAPED ESCAPED ESCAPED ESCAPED ESCAPED ESCAPED ESCAPED ESCAPED ESCAPED ESCAPED
#define MANY	   3000

static void long_tender(void **state)
{
	struct buf lots CLEANUP_BUF = BUF(MIB), items CLEANUP_BUF = BUF(MIB),
			text CLEANUP_BUF = BUF(2 * MIB);
	struct object_id of;
	struct json_doc doc;
	struct why why = {0};

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		buf_addf(&lots, "%s" LOT(ESCAPED "%u", EUR("9")), i ? "," : "", i);
		buf_addf(&items, "%s" ITEM(ESCAPED "%u", ESCAPED "%u", "5"), i ? "," : "", i, i);
	}
	buf_addf(&text, TENDER("%s", "%s", AWARD("")), buf_cstr(&lots), buf_cstr(&items));
	if (procure_read(P_TENDER, buf_slice(&text), &arena, &doc, &of, &why) < 0)
		fail_msg("%s: %s", why.where, why.text);
	assert_true(arena.used < 16 * MIB);
}

static void long_bid(void **state)
{
	struct buf bundles CLEANUP_BUF = BUF(MIB), tiers CLEANUP_BUF = BUF(MIB),
			   text CLEANUP_BUF = BUF(2 * MIB);
	size_t before;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		buf_addf(&bundles,
			"%s" BUNDLE("b" ESCAPED_10 "%u", "\"\\u0031\",\"\\u0032\"", EUR("1")),
			i ? "," : "", i);
		buf_addf(&tiers,
			"%s{\"id\":\"t" ESCAPED_10
			"%u\",\"lot\":\"\\u0031\",\"from\":%u,\"to\":%u,\"unitPrice\":" EUR(
				"1") "}",
			i ? "," : "", i, 2 * i + 1, 2 * i + 2);
	}
	buf_addf(&text, "{" WHO ",\"bundles\":[%s],\"tiers\":[%s]}", buf_cstr(&bundles),
		buf_cstr(&tiers));
	before = arena.used;
	bid(buf_cstr(&text), NULL);
	assert_true(arena.used - before < 4 * MIB);
}

/* What `entente procure example` prints is what it says: a record, and a bid of the tender. */
static void examples(void **state)
{
	struct row tender = {.kind = P_TENDER};

	(void)state;
	for (int all = 0; all < 2; all++) {
		struct buf bid CLEANUP_BUF = BUF(64 * KIB);
		struct json_doc doc;

		for (enum pkind k = P_NEED; k < P_KINDS; k++) {
			struct buf b CLEANUP_BUF = BUF(64 * KIB);

			if (k == P_SEAL || k == P_CONFIRM)
				continue; /* nobody writes them by hand */
			procure_shape_example(procurement_shapes, pkind_table[k].shape, all, &b);
			record(k, arena_string(&arena, buf_slice(&b)), NULL);
			if (k == P_TENDER)
				assert_int_equal(json_read(&tender.doc, &arena,
							 arena_copy(&arena, buf_slice(&b)),
							 &json_limits_partner, NULL),
					0);
		}
		procure_shape_example(procure_bid_shapes, "Bid", all, &bid);
		struct why why = {0};
		if (offer_check(&tender, arena_copy(&arena, buf_slice(&bid)), &arena, &doc, &why) <
			0)
			fail_msg("%s: %s", why.where, why.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(needs, begin, end),
		cmocka_unit_test_setup_teardown(tenders, begin, end),
		cmocka_unit_test_setup_teardown(agreements, begin, end),
		cmocka_unit_test_setup_teardown(bids, begin, end),
		cmocka_unit_test_setup_teardown(long_tender, begin, end),
		cmocka_unit_test_setup_teardown(long_bid, begin, end),
		cmocka_unit_test_setup_teardown(examples, begin, end),
	};

	return cmocka_run_group_tests_name("refused", tests, NULL, NULL);
}
