/* model.c: see model.h. */
#include "work/procurement/model.h"

#include "base/map.h"
#include "base/report.h"
#include "node/content.h"
#include "work/procurement/seal/msg.h"

const struct pkind_row pkind_table[P_KINDS] = {
	[P_NEED] = {"procurement/need/1", "Need", NULL, "what a member needs"},
	[P_POOL] = {"procurement/pool/1", "Pool", NULL, "needs that may be bought together"},
	[P_PARTICIPATION] = {"procurement/participation/1", "Participation", "pool",
		"a member's interest, commitment or refusal"},
	[P_VOTE] = {"procurement/vote/1", "Vote", "pool", "whom a member would have lead"},
	[P_AGREEMENT] = {"procurement/agreement/1", "Agreement", NULL,
		"a joint procurement: members, lead, rules"},
	[P_CONSENT] = {"procurement/consent/1", "Consent", "procurement",
		"a participant signs the agreement"},
	[P_TENDER] = {"procurement/tender/1", "Tender", "procurement",
		"the tender; a new version is an amendment"},
	[P_QUESTION] = {"procurement/question/1", "Question", "procurement",
		"a supplier's question"},
	[P_ANSWER] = {"procurement/answer/1", "Answer", "procurement",
		"the lead's answer to a question"},
	[P_SEAL] = {"procurement/seal/1", "Seal", "procurement", "messages of E-SEAL/1"},
	[P_CONFIRM] = {"procurement/confirm/1", "Confirm", "procurement",
		"an officer confirms the opening; stays at its node"},
	[P_CONFLICT] = {"procurement/conflict/1", "Conflict", "procurement",
		"an evaluator's declaration of interests"},
	[P_SCORE] = {"procurement/score/1", "ScoreSheet", "procurement",
		"an evaluator's sheet: admission and points"},
	[P_AWARD] = {"procurement/award/1", "Award", "procurement",
		"the award as computed, and its state"},
	[P_AWARD_CONSENT] = {"procurement/award-consent/1", "AwardConsent", "procurement",
		"a member has solved it again and agrees, or not"},
	[P_COMPLAINT] = {"procurement/complaint/1", "Complaint", "procurement", "a complaint"},
	[P_RULING] = {"procurement/ruling/1", "Ruling", "procurement",
		"what became of a complaint"},
	[P_SHARE] = {"procurement/share/1", "Share", "procurement", "who pays how much"},
	[P_CONTRACT] = {"procurement/contract/1", "Contract", "procurement", "a member's contract"},
	[P_DELIVERY] = {"procurement/delivery/1", "Delivery", "procurement", "what was delivered"},
	[P_TRANSACTION] = {"procurement/transaction/1", "Transaction", "procurement",
		"what was paid"},
};

const char *const procurement_shapes[] = {
	"Class scheme!=(CPV|UNSPSC|NSN|GTIN|LOCAL) id!=t64 description=t400",
	"Period startDate=d endDate=d",
	"Document title!=t200 sha256!=h size=i format=t128 url=u",
	"Need title!=t200 description=t4000 classification!=[8:Class quantity!=q unit!=t16 minQuantity=q maxUnitPrice=v period=:Period site=t200 card=t64 "
	"substitutes=[16t64 firmness!=(interest|committed) status!=(stated|withdrawn)",
	"Pool title!=t200 text=t4000 classification!=[8:Class unit!=t16 needs=[200o closes=d status!=(proposed|collecting|aggregated|dissolved)",
	"Participation pool!=o need=o status!=(interested|committed|declined) quantity!=q minQuantity=q maxUnitPrice=v text=t2000",
	"Vote pool!=o lead!=m text=t2000",
	"AdminKey member!=m thousandths!=i",
	"Agreement pool=o title!=t200 ocid!=t96 text=t20000 participants!=[64m lead!=m shareRule!=(prorata|capped|shapley) adminKey=[64:AdminKey adminCost=v budget=v home=[64c nations=[64c "
	"status!=(proposed|cancelled|complete)",
	"Consent procurement!=o leaf!=h agrees!=b box=h text=t2000",
	"Lot id!=t32 title!=t200 reserve!=v minSuppliers=i maxSuppliers=i shareMax=i critical=i",
	"Item id!=t32 relatedLot!=t32 description!=t400 classification=:Class quantity!=q unit!=t16 relatedBuyer!=m",
	"Criterion id!=t32 title!=t200 kind!=(admission|quality) max=i threshold=i text=t2000",
	"AwardModel qualityValue=v qualityMin=i perSupplier=v minSuppliers=i maxSuppliers=i nationCap=i thirdCap=i supplierCap=v lotsMax=i gapPpm=i seconds=i",
	"Withheld field!=t200 rationale!=t400 availabilityDate=d",
	"Tender procurement!=o title!=t200 description=t20000 currency!=k estimate!=v lots!=[3000:Lot items!=[5000:Item criteria=[64:Criterion documents=[64:Document "
	"questionsUntil=d deadline!=d graceMinutes!=i openAt!=d fallbackAt!=d standstillDays!=i threshold!=i padding!=[5i award!=:AwardModel withheld=[64:Withheld "
	"rationale=t4000 status!=(draft|open|cancelled|unsuccessful)",
	"Question procurement!=o from=t200 text!=t8000",
	"Answer procurement!=o question!=o text!=t8000",
	"Seal procurement!=o messages=[64t1000000 hash=h part=i parts=i data=t1000000",
	"Confirm procurement!=o root!=h officer!=m key!=h signature!=t200",
	"Conflict procurement!=o evaluator!=t100 bidder=h interest!=(none|declared) text=t4000",
	"Score criterion!=t32 points!=i comment=t2000",
	"BidScore bid!=x bidder=h admitted!=b reason=t2000 scores=[64:Score",
	"ScoreSheet procurement!=o evaluator!=t100 phase!=(blind|reconciled) bids!=[5000:BidScore",
	"AwardLine bid!=x offer!=t64 bidder!=h supplier!=t200 nation=c lots!=[3000t32 quantity=q price!=v",
	"Loser bid!=x supplier!=t200 offer=t64 more=v reason!=t400",
	"RuleCost rule!=t100 saving!=w",
	"Award procurement!=o root!=h model!=h solver!=t64 objective!=w paid!=v bound!=w gapPpm=i ranked=b lines!=[5000:AwardLine unawarded=[3000t32 losers=[500:Loser losersMore=i rules=[16:RuleCost "
	"standstillUntil!=d status!=(pending|active|cancelled|unsuccessful)",
	"AwardConsent procurement!=o award!=h agrees!=b objective=w solver=t64 text=t4000",
	"Complaint procurement!=o from!=t200 text!=t20000",
	"Ruling procurement!=o complaint!=o ruling!=(admitted|upheld|rejected|withdrawn) text=t20000",
	"ShareLine member!=m quantity!=q alone=v prorata!=v shapley=v pays!=v admin=v",
	"Share procurement!=o award!=o rule!=(prorata|capped|shapley) lines!=[64:ShareLine core!=t200 error=v",
	"ContractItem id!=t32 description!=t400 quantity!=q unit!=t16 unitPrice=v",
	"Milestone id!=t32 title!=t200 type!=(delivery|payment|assessment) dueDate=d status!=(scheduled|met|partiallyMet|notMet) dateMet=d",
	"Contract procurement!=o award!=o bid!=x bidder!=h supplier!=t200 buyer!=m title!=t200 value!=v items!=[500:ContractItem period=:Period dateSigned=d milestones=[64:Milestone "
	"rationale=t4000 status!=(pending|active|terminated|cancelled)",
	"Delivery procurement!=o contract!=o milestone=t32 item=t32 quantity!=q date!=d accepted!=b text=t4000",
	"Transaction procurement!=o contract!=o value!=w date!=d status!=(requested|approved|paid|reconciled) text=t4000",
	NULL,
};

enum pkind pkind_find(struct slice kind)
{
	enum pkind k = P_NEED;

	while (k < P_KINDS && !slice_is(kind, pkind_table[k].kind))
		k++;
	return k;
}

/* ---- classifications ---- */

static bool digits(struct slice s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == n;
}

/* NSN: 4 digits of the class, then the NIIN: 2 of the country, 7 where the third may be a letter. */
static bool nsn(struct slice s)
{
	return s.n == 13 && digits(slice_sub(s, 0, 6), 6) &&
	       ((s.p[6] >= '0' && s.p[6] <= '9') || (s.p[6] >= 'A' && s.p[6] <= 'Z')) &&
	       digits(slice_sub(s, 7, 13), 6);
}

/* GS1: weights 3 and 1 from the right. */
static bool gtin(struct slice s)
{
	unsigned sum = 0;

	if (!digits(s, 14))
		return false;
	for (size_t i = 0; i < 14; i++)
		sum += (unsigned)(s.p[i] - '0') * (i % 2 ? 1 : 3);
	return sum % 10 == 0;
}

/* What a code of a scheme that is checked looks like. */
static const char *code_words(struct slice scheme)
{
	if (slice_is(scheme, "CPV"))
		return "8 digits, with the check digit behind a hyphen or without";
	if (slice_is(scheme, "UNSPSC"))
		return "8 digits";
	return slice_is(scheme, "NSN") ? "13 digits, of which the seventh may be a letter"
				       : "14 digits, of which the last is the check digit";
}

int classification_check(struct slice scheme, struct slice id, const char *where, struct why *why)
{
	struct slice code = id, check;
	bool good = true;

	if (slice_is(scheme, "CPV")) {
		if (slice_find(id, '-') >= 0) {
			good = slice_cut_exact(&code, '-', &check) && digits(code, 1);
			code = check;
		}
		good = good && digits(code, 8);
	} else if (slice_is(scheme, "UNSPSC")) {
		good = digits(id, 8);
	} else if (slice_is(scheme, "NSN")) {
		good = nsn(id);
	} else if (slice_is(scheme, "GTIN")) {
		good = gtin(id);
	}
	if (!good)
		return why_set(why, E_INVALID, where, "is no code of %.*s: %s", SLICE_FMT(scheme),
			code_words(scheme));
	return 0;
}

struct slice classification_key(const struct json_doc *doc, json_ref list, struct arena *arena)
{
	struct slice best = SLICE_NONE;

	for
		EACH(doc, v, list)
		{
			struct slice scheme = get_text(doc, v, "scheme", arena),
				     id = get_text(doc, v, "id", arena);

			if (slice_is(scheme, "NSN"))
				return slice_str(arena_printf(
					arena, "NIIN %.*s", SLICE_FMT(slice_sub(id, 4, 13))));
			if (best.n == 0)
				best = slice_str(arena_printf(arena, "%.*s %.*s", SLICE_FMT(scheme),
					slice_is(scheme, "CPV") ? 8 : (int)id.n,
					(const char *)id.p));
		}
	return best;
}

struct slice classification_class(const struct json_doc *doc, json_ref list, struct arena *arena)
{
	for
		EACH(doc, v, list)
	if (slice_is(get_text(doc, v, "scheme", arena), "CPV"))
		return slice_str(arena_printf(arena, "CPV %.*s",
			SLICE_FMT(slice_sub(get_text(doc, v, "id", arena), 0, 4))));
	return SLICE_NONE;
}

static int classes_check(const struct json_doc *doc, json_ref list, const char *where,
	struct arena *arena, struct why *why)
{
	int rc = 0;

	for
		EACH(doc, v, list)
	if (rc == 0)
		rc = classification_check(get_text(doc, v, "scheme", arena),
			get_text(doc, v, "id", arena), where, why);
	return rc;
}

/* ---- what must fit together ---- */

/* Each text is read once: what is written with escapes takes memory each time, and a list may be long. */
static int ids_distinct(const struct json_doc *doc, json_ref at, const char *list,
	struct arena *arena, struct why *why)
{
	struct map known = {0};
	char where[64];
	int rc = 0;

	snprintf(where, sizeof(where), "/%s", list);
	for
		EACH(doc, v, json_get(doc, at, list))
		{
			struct slice id = get_text(doc, v, "id", arena);

			if (rc == 0 && map_put(&known, id, &known) != NULL)
				rc = why_set(why, E_INVALID, where, "two have the id %.*s",
					SLICE_FMT(id));
		}
	map_free(&known);
	return rc;
}

static int currency_is(const struct json_doc *doc, json_ref at, const char *key,
	const struct currency *want, const char *where, struct why *why)
{
	struct currency c;
	int64_t v;

	if (rec_money(doc, at, key, &v, &c) && strcmp(c.code, want->code) != 0)
		return why_set(
			why, E_INVALID, where, "is in %s, the tender in %s", c.code, want->code);
	return 0;
}

static char no_item, has_item; /* what is known of a lot */

/* Each item belongs to a lot, and each lot has one. */
static int items_check(const struct json_doc *doc, json_ref root, struct map *lots, size_t n,
	struct arena *arena, struct why *why)
{
	size_t used = 0;

	for
		EACH(doc, v, json_get(doc, root, "items"))
		{
			struct slice lot = get_text(doc, v, "relatedLot", arena);
			void *state = map_get(lots, lot);

			if (!state)
				return why_set(why, E_INVALID, "/items/relatedLot", "names no lot");
			if (rec_quantity(doc, v, "quantity") % QUANTITY_ONE != 0 ||
				rec_quantity(doc, v, "quantity") == 0)
				return why_set(why, E_INVALID, "/items/quantity",
					"a tender asks for whole units, at least one");
			used += state == &no_item;
			(void)map_put(lots, lot, &has_item);
		}
	return used == n ? 0 : why_set(why, E_INVALID, "/lots", "a lot has no item");
}

static int lots_check(const struct json_doc *doc, json_ref root, const struct currency *c,
	struct arena *arena, struct why *why)
{
	json_ref list = json_get(doc, root, "lots");
	struct map lots = {0};
	int rc = ids_distinct(doc, root, "lots", arena, why);

	if (rc == 0)
		rc = ids_distinct(doc, root, "items", arena, why);
	if (rc == 0 && json_count(doc, list) == 0)
		rc = why_set(why, E_INVALID, "/lots", "a tender has a lot");
	for
		EACH(doc, v, list)
		{
			if (rc == 0)
				rc = currency_is(doc, v, "reserve", c, "/lots/reserve", why);
			if (rc == 0 && get_int(doc, v, "shareMax", 0) > 1000)
				rc = why_set(why, E_INVALID, "/lots/shareMax", "is in thousandths");
			(void)map_put(&lots, get_text(doc, v, "id", arena), &no_item);
		}
	if (rc == 0)
		rc = items_check(doc, root, &lots, json_count(doc, list), arena, why);
	map_free(&lots);
	return rc;
}

static int tender_check(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	struct currency c;
	json_ref award = json_get(doc, root, "award");
	int64_t deadline = get_time(doc, root, "deadline", 0);
	int rc = currency_find(get_text(doc, root, "currency", arena), &c, "/currency", why);

	if (rc == 0)
		rc = currency_is(doc, root, "estimate", &c, "/estimate", why);
	if (rc == 0)
		rc = currency_is(doc, award, "qualityValue", &c, "/award/qualityValue", why);
	if (rc == 0)
		rc = currency_is(doc, award, "perSupplier", &c, "/award/perSupplier", why);
	if (rc == 0)
		rc = currency_is(doc, award, "supplierCap", &c, "/award/supplierCap", why);
	if (rc == 0)
		rc = lots_check(doc, root, &c, arena, why);
	if (rc == 0)
		rc = ids_distinct(doc, root, "criteria", arena, why);
	if (rc < 0)
		return rc;
	if (get_time(doc, root, "openAt", 0) <
		deadline + 60000 * get_int(doc, root, "graceMinutes", 0))
		return why_set(
			why, E_INVALID, "/openAt", "is before the deadline and the grace are over");
	for
		EACH(doc, v, json_get(doc, root, "withheld"))
		{
			struct slice field = get_text(doc, v, "field", arena);

			if (slice_is(field, "tender") || slice_is(field, "tender/lots") ||
				slice_is(field, "tender/lots/id") ||
				slice_is(field, "tender/currency"))
				return why_set(why, E_INVALID, "/withheld/field",
					"bids are written by this: it cannot be kept from those who bid");
		}
	if (get_time(doc, root, "fallbackAt", 0) < get_time(doc, root, "openAt", 0))
		return why_set(why, E_INVALID, "/fallbackAt", "is before the opening");
	if (get_int(doc, award, "nationCap", 0) > 1000 || get_int(doc, award, "thirdCap", 0) > 1000)
		return why_set(why, E_INVALID, "/award", "caps are in thousandths of the estimate");
	return 0;
}

static int seal_check(
	const struct json_doc *doc, json_ref root, struct arena *arena, struct why *why)
{
	json_ref messages = json_get(doc, root, "messages");

	if ((json_count(doc, messages) == 0) != (json_get(doc, root, "data") != JSON_ABSENT))
		return why_set(
			why, E_INVALID, "/messages", "there are messages, or a piece of one");
	for
		EACH(doc, v, messages)
	if (msg_type(json_string(doc, v, arena)).n == 0)
		return why_set(why, E_INVALID, "/messages", "one is no message of e-seal/1");
	if (messages == JSON_ABSENT &&
		(get_int(doc, root, "part", 0) >= get_int(doc, root, "parts", 0) ||
			get_int(doc, root, "parts", 0) > 8 ||
			json_get(doc, root, "hash") == JSON_ABSENT))
		return why_set(
			why, E_INVALID, "/part", "a piece has hash, part and parts, at most 8");
	return 0;
}

static int agreement_check(const struct json_doc *doc, json_ref root, struct why *why)
{
	struct id lead, member, other;
	bool leads = false;
	int64_t sum = 0;

	get_id(doc, root, "lead", &lead);
	for
		EACH(doc, v, json_get(doc, root, "participants"))
		{
			struct slice raw = json_raw(doc, v);

			if (id_parse(slice_sub(raw, 1, raw.n - 1), &member) < 0)
				return why_set(why, E_INVALID, "/participants", "one is no member");
			leads |= id_eq(&member, &lead);
			for (json_ref w = json_next(doc, v); w; w = json_next(doc, w)) {
				raw = json_raw(doc, w);
				if (id_parse(slice_sub(raw, 1, raw.n - 1), &other) == 0 &&
					id_eq(&member, &other))
					return why_set(why, E_INVALID, "/participants",
						"one stands there twice");
			}
		}
	if (!leads)
		return why_set(why, E_INVALID, "/lead", "the lead is a participant");
	if (json_get(doc, root, "nations") != JSON_ABSENT &&
		json_count(doc, json_get(doc, root, "nations")) !=
			json_count(doc, json_get(doc, root, "participants")))
		return why_set(why, E_INVALID, "/nations",
			"names one nation for each participant, in their order");
	for
		EACH(doc, v, json_get(doc, root, "adminKey"))
	sum += get_int(doc, v, "thousandths", 0);
	if (json_count(doc, json_get(doc, root, "adminKey")) && sum != 1000)
		return why_set(why, E_INVALID, "/adminKey", "adds up to 1000 thousandths");
	return 0;
}

static int fit_check(enum pkind k, const struct json_doc *doc, json_ref root, struct arena *arena,
	struct why *why)
{
	if (k == P_NEED || k == P_POOL)
		return classes_check(
			doc, json_get(doc, root, "classification"), "/classification", arena, why);
	if (k == P_AGREEMENT)
		return agreement_check(doc, root, why);
	if (k == P_TENDER)
		return tender_check(doc, root, arena, why);
	if (k == P_SEAL)
		return seal_check(doc, root, arena, why);
	return 0;
}

static const struct json_limits limits = {LIMIT_JSON_DEPTH, 200000};

int procure_read(enum pkind k, struct slice content, struct arena *arena, struct json_doc *ret,
	struct object_id *ret_of, struct why *why)
{
	const struct pkind_row *row = &pkind_table[k];
	int rc = json_read(ret, arena, content, &limits, why);

	if (rc == 0)
		rc = procure_shape_check(
			procurement_shapes, row->shape, ret, json_root(ret), arena, why);
	if (rc == 0)
		rc = fit_check(k, ret, json_root(ret), arena, why);
	if (rc == 0 && row->of)
		MUST(get_object(ret, json_root(ret), row->of, ret_of));
	return rc;
}

int procure_read_told(
	struct slice content, struct arena *arena, struct json_doc *ret, struct why *why)
{
	struct currency c;
	json_ref root;
	int rc = json_read(ret, arena, content, &limits, why);

	if (rc < 0)
		return rc;
	root = json_root(ret);
	rc = procure_shape_check_parts(procurement_shapes, "Tender", ret, root, arena, why);
	if (rc == 0)
		rc = currency_find(get_text(ret, root, "currency", arena), &c, "/currency", why);
	if (rc == 0 && json_count(ret, json_get(ret, root, "lots")) == 0)
		rc = why_set(why, E_INVALID, "/lots", "a tender has a lot");
	return rc;
}

const char *const procure_titles[] = {"title", "text", "supplier", "status", "evaluator", NULL};

struct slice procure_title(enum pkind k, const struct json_doc *doc, struct arena *arena)
{
	struct slice line = get_title(doc, json_root(doc), procure_titles, arena);

	return line.n ? line : slice_str(pkind_table[k].help);
}
