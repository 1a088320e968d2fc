/*
 * The answer to GET heads, as a puller takes it apart: frames, state, and each note through the steps note, origin and signature of a node in memory. No note
 * that the node's own key has not signed gets through; one that does agrees with the log or contradicts it.
 */
#include "base/limits.h"
#include "base/report.h"
#include "node/write.h"
#include "peer/heads.h"
#include "peer/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct env_fake clock_state;
static struct node *node;
static struct db *db;
static struct id coalition;

static void charter_text(struct buf *ret)
{
	struct charter_member self = {node->self, SLICE("N")};
	struct charter_clearance any = {.any = true};
	struct charter c = {.name = SLICE("One"),
		.version = 1,
		.fold = 1,
		.n_field = 1,
		.n_member = 1,
		.member = &self,
		.suspension = 1,
		.policy = SLICE("p"),
		.n_ladder = 1,
		.clearance = &any,
		.n_clearance = 1,
		.quota_entries = 100,
		.quota_payload_bytes = 1 << 20,
		.prose = SLICE("One.\n")};

	c.field[0] = SLICE("joint-training");
	c.ladder[0] = SLICE("UNCLASSIFIED");
	charter_print(&c, ret);
	memcpy(coalition.b, hash_bytes(buf_slice(ret)).b, sizeof(coalition.b));
}

static void must(int rc, const struct why *why)
{
	if (rc < 0)
		report(REPORT_ERROR, "%s: %s", why->where, why->text);
	MUST(rc >= 0);
}

/* Keys and ids follow from the seed, so that a corpus can hold notes which are signed. */
static void begin(void)
{
	struct buf charter CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES), body CLEANUP_BUF = BUF(64 * KIB);
	struct highwater_store store = highwater_in_memory(highwater_memory_new());
	struct act_body said = {.kind = ACT_STATEMENT,
		.about_label = SLICE("a"),
		.speaker = SLICE("b"),
		.said = SLICE("2025-03-18"),
		.where = SLICE("c"),
		.prose = SLICE("d\n")};
	struct draft d = {.mode = MODE_REAL,
		.kind = SLICE("statement/1"),
		.all = true,
		.media = SLICE(ACT_MEDIA)};
	struct env env;
	struct written w;
	struct why why = {0};
	int64_t row;

	crypt_init();
	env_fake_init(&clock_state, 1, 1742290200000);
	env = env_of_fake(&clock_state);
	must(node_open_memory(&node, &env, "sqlite:file:/fuzz-heads?vfs=memdb", &store, "N", NULL,
		     NULL, &why),
		&why);
	must(node_db(node, &db, &why), &why);
	charter_text(&charter);
	must(db_begin(db, &why), &why);
	must(coalition_add(db, buf_slice(&charter), &row, &why), &why);
	must(party_put(db, row, &node->self, SLICE("N"), 1, &why), &why);
	must(db_commit(db, &why), &why);
	act_body_print(&said, &body);
	d.content = buf_slice(&body);
	must(node_write(node, db, &coalition, &d, 1, &w, &why), &why);
}

static void take_note(const struct world *w, const struct log *log, struct receipt_keys *keys,
	struct slice note, struct arena *arena)
{
	enum receipt_step step = RECEIPT_NONE;
	struct receipt_head h;
	struct why why = {0};
	int rc = receipt_note(w, db, keys, note, arena, &h, &step, &why);

	MUST(rc == why.code);
	if (rc < 0) {
		MUST(step == RECEIPT_NOTE || step == RECEIPT_ORIGIN || step == RECEIPT_SIGNATURE);
		return;
	}
	MUST(log_id_eq(&h.cp.log, &log->id) && slice_eq(h.note, note));
	MUST(receipt_compare(db, log, &h, NULL) == (h.cp.size > log->size ? 1 : 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(LIMIT_REQUEST_ARENA);
	struct receipt_keys keys CLEANUP_RECEIPT_KEYS = {0};
	struct slice rest = slice_of(data, size), frame;
	struct heads_state state;
	struct why why = {0};
	struct world w;
	struct log log;

	if (node == NULL)
		begin();
	if (frame32_next(&rest, 1024, &frame, NULL) != 1)
		return 0;
	if (heads_state_parse(frame, &state, NULL) == 0)
		MUST(state.token.n > 0 && state.token.n <= HEADS_TOKEN_MAX);
	must(world_load(&w, node, db, &coalition, &arena, &why), &why);
	must(world_own_log(&w, db, &log, &why), &why);
	for (unsigned n = 0; n < 64 && frame32_next(&rest, LIMIT_NOTE_BYTES, &frame, NULL) == 1;
		n++)
		take_note(&w, &log, &keys, frame, &arena);
	return 0;
}
