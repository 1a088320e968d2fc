/* sim.c: a coalition in one process: making it, running it, healing it. The network is sim_net.c,
 * what members do sim_work.c, what must hold sim_check.c. */
#include "base/limits.h"
#include "base/report.h"
#include "node/record.h"
#include "node/worlds.h"
#include "peer/bundle.h"
#include "peer/sim_int.h"

#include <inttypes.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIM_START_MS  1742290200000LL /* 2025-03-18T09:30:00Z */
#define SKEW_MS	      (3600 * 1000)
#define STEP_MS	      4000
#define HEAL_STEP_MS  (10 * 1000)
#define QUIET_MS      (15 * 60 * 1000)
#define POLICY_LABELS "UNCLASSIFIED"

bool sim_chance(struct sim *s, unsigned per_thousand)
{
	return env_below(&s->chance, 1000) < per_thousand;
}

unsigned sim_pick(struct sim *s, unsigned below)
{
	return (unsigned)env_below(&s->chance, below);
}

unsigned sim_index(const struct sim *s, const struct id *member)
{
	for (unsigned i = 0; i < s->o.nodes; i++)
		if (id_eq(&s->node[i].node->self, member))
			return i;
	return SIM_NODES_MAX;
}

bool sim_honest(const struct sim *s, unsigned at)
{
	return !s->o.equivocator || at != s->equivocator;
}

bool sim_sound(const struct sim *s, unsigned at)
{
	return sim_honest(s, at) && !s->node[at].lost;
}

void sim_break(struct sim *s, const char *where, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (s->broken.code != 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	why_set(&s->broken, E_VERIFY, where, "%s", text);
}

/* ---- nodes ---- */

int sim_highwater_load(void *ctx, const struct log_id *log, struct highwater *ret, struct why *why)
{
	struct sim_node *n = ctx;

	return n->highwater_real.load(n->highwater_real.ctx, log, ret, why);
}

/* Who tells two stories on purpose takes no partner's word for what it has signed. */
static bool is_ignored(struct sim_node *n, const struct log_id *id, const struct highwater *h)
{
	struct log log;

	return n->sim->twin && n->at == n->sim->equivocator &&
	       log_load(n->db, id, &log, NULL) == 0 && h->size > log.size;
}

int sim_highwater_save(
	void *ctx, const struct log_id *log, const struct highwater *h, struct why *why)
{
	struct sim_node *n = ctx;

	if (n->death == SIM_DIE_HIGHWATER) {
		n->died = true;
		return why_set(why, E_IO, "highwater", "this node has crashed");
	}
	if (is_ignored(n, log, h))
		return 0;
	return n->highwater_real.save(n->highwater_real.ctx, log, h, why);
}

static int load_witnessed(void *ctx, const struct id *coalition, const struct id *author,
	struct witnessed *ret, struct why *why)
{
	struct sim_node *n = ctx;

	return n->highwater_real.load_witnessed(n->highwater_real.ctx, coalition, author, ret, why);
}

static int save_witnessed(void *ctx, const struct id *coalition, const struct id *author,
	const struct witnessed *w, struct why *why)
{
	struct sim_node *n = ctx;

	if (n->death == SIM_DIE_HIGHWATER) {
		n->died = true;
		return why_set(why, E_IO, "highwater", "this node has crashed");
	}
	return n->highwater_real.save_witnessed(n->highwater_real.ctx, coalition, author, w, why);
}

struct highwater_store sim_highwater(struct sim_node *n)
{
	return (struct highwater_store){.ctx = n,
		.load = sim_highwater_load,
		.save = sim_highwater_save,
		.load_witnessed = load_witnessed,
		.save_witnessed = save_witnessed};
}

static int own_root(struct sim_node *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct stmt *st;
	struct root_chain chain;
	int rc = root_chain_load(n->db, &n->node->self, &arena, &chain, why);

	if (rc < 0)
		return rc;
	n->officer_id = root_latest(&chain)->officer[0].id;
	st = db_stmt(n->db, "SELECT note FROM root WHERE member = $1 AND version = 1");
	db_bind_blob(st, 1, id_slice(&n->node->self));
	rc = db_step(st, why);
	if (rc == DB_ROW)
		buf_slice_add(&n->roots, db_blob(st, 0));
	db_reset(st);
	return rc < 0 ? rc : 0;
}

static int node_make(struct sim *s, unsigned at, struct why *why)
{
	static atomic_uint names; /* databases in memory are known by name in the whole process */
	struct sim_node *n = &s->node[at];
	char url[80], label[8];
	struct highwater_store store = sim_highwater(n);
	struct env env;
	int rc;

	n->sim = s;
	n->at = at;
	buf_init(&n->roots, LIMIT_ROOT_BYTES);
	env_fake_init(&n->clock, s->o.seed * 64 + at,
		SIM_START_MS + (int64_t)env_below(&s->chance, 2 * SKEW_MS) - SKEW_MS);
	env = env_of_fake(&n->clock);
	n->officer = seckey_new(&env);
	n->highwater = highwater_memory_new();
	n->highwater_real = highwater_in_memory(n->highwater);
	snprintf(url, sizeof(url), "sqlite:file:/entente-sim-%u?vfs=memdb",
		atomic_fetch_add(&names, 1));
	snprintf(label, sizeof(label), "N%02u", at);
	rc = node_open_memory(&n->node, &env, url, &store, label, &n->officer, n->root, why);
	if (rc < 0 || (rc = node_db(n->node, &n->db, why)) < 0)
		return rc;
	return own_root(n, why);
}

static void node_end(struct sim_node *n, bool twin)
{
	for (unsigned i = 0; i < SIM_NODES_MAX; i++)
		pull_free(&n->pull[i]);
	db_close(&n->db);
	db_close(&n->backup);
	mem_free(n->backup_url);
	if (twin && n->node != NULL) {
		mem_free(n->node->database);
		worlds_free(&n->node->worlds);
		mem_free(n->node->unfit);
		mem_free(n->node);
		n->node = NULL;
	}
	node_close(&n->node);
	highwater_memory_free(&n->highwater);
	buf_free(&n->roots);
}

/* What was in the process is gone; what was committed is there. */
void sim_reboot(struct sim_node *n)
{
	struct why why = {0};

	for (unsigned i = 0; i < SIM_NODES_MAX; i++)
		pull_free(&n->pull[i]);
	db_close(&n->db);
	atomic_store(n->node->unfit, false);
	if (node_db(n->node, &n->db, &why) < 0)
		sim_break(n->sim, "start", "node %u does not start again: %s", n->at, why.text);
	n->death = SIM_ALIVE;
	n->died = false;
	n->sim->n.crashes++;
}

/* ---- founding ---- */

static void charter_make(struct sim *s)
{
	struct charter_member member[SIM_NODES_MAX];
	struct charter_clearance any = {.any = true, .level = 1};
	struct charter c = {.name = SLICE("Simulated coalition"),
		.version = 1,
		.fold = 1,
		.n_field = 1,
		.n_member = s->o.founders,
		.member = member,
		.observers = true,
		.observers_need = 1,
		.suspension = s->o.founders,
		.policy = SLICE("sim"),
		.n_ladder = 2,
		.clearance = &any,
		.n_clearance = 1,
		.quota_entries = 100000,
		.quota_payload_bytes = 1ull << 32,
		.prose = SLICE("We cooperate.\n")};

	c.field[0] = SLICE("joint-training");
	c.ladder[0] = SLICE("UNCLASSIFIED");
	c.ladder[1] = SLICE("RESTRICTED");
	c.accession = sim_chance(s, 500) ? 0 : 1;
	c.force = sim_chance(s, 500) ? 0 : s->o.founders;
	for (unsigned i = 0; i < s->o.founders; i++)
		member[i] = (struct charter_member){
			s->node[i].node->self, slice_str(s->node[i].node->conf.label)};
	qsort(member, c.n_member, sizeof(member[0]), id_cmp);
	buf_init(&s->charter, LIMIT_CHARTER_BYTES);
	charter_print(&c, &s->charter);
	MUST(!buf_over(&s->charter));
	memcpy(s->coalition.b, hash_bytes(buf_slice(&s->charter)).b, sizeof(s->coalition.b));
}

static int found(struct sim *s, struct why *why)
{
	charter_make(s);
	for (unsigned i = 0; i < s->o.founders; i++)
		sim_join(s, i);
	if (s->broken.code != 0) {
		*why = s->broken;
		return s->broken.code;
	}
	return 0;
}

int sim_new(struct sim **ret, const struct sim_options *o, struct why *why)
{
	struct sim *s = mem_new(struct sim);
	int rc = 0;

	MUST(o->nodes >= 3 && o->nodes < SIM_NODES_MAX && o->founders >= 2 &&
		o->founders <= o->nodes);
	s->magic = SIM_MAGIC;
	s->o = *o;
	s->faults = true;
	s->now_ms = SIM_START_MS;
	env_fake_init(&s->chance_state, o->seed, 0);
	s->chance = env_of_fake(&s->chance_state);
	s->equivocator = o->equivocator ? sim_pick(s, o->founders) : SIM_NODES_MAX;
	for (unsigned i = 0; rc == 0 && i < o->nodes; i++)
		rc = node_make(s, i, why);
	if (rc == 0)
		rc = found(s, why);
	if (rc < 0) {
		sim_free(&s);
		return rc;
	}
	*ret = s;
	return 0;
}

void sim_free(struct sim **sp)
{
	struct sim *s = *sp;

	if (s == NULL)
		return;
	MUST(s->magic == SIM_MAGIC);
	if (s->twin != NULL)
		node_end(s->twin, true);
	for (unsigned i = 0; i < s->o.nodes; i++)
		node_end(&s->node[i], false);
	sim_old_free(s);
	buf_free(&s->charter);
	vec_free(&s->canary);
	s->magic = 0;
	mem_free(s);
	*sp = NULL;
}

void sim_counts(const struct sim *s, struct sim_counts *ret)
{
	*ret = s->n;
}

/* ---- running ---- */

static void advance(struct sim *s, int64_t ms)
{
	s->now_ms += ms;
	for (unsigned i = 0; i < s->o.nodes + (s->twin != NULL); i++) {
		s->node[i].clock.now_ms += ms;
		s->node[i].clock.mono_ms += ms;
	}
}

static void tick(struct sim *s, int64_t most_ms)
{
	advance(s, 1 + (int64_t)env_below(&s->chance, (uint64_t)most_ms));
}

int sim_pull(struct sim_node *n, unsigned from, bool *ret_progress, struct why *why)
{
	struct pull_result r = {0};
	int rc;

	if (n->pull[from] == NULL)
		n->pull[from] = pull_new(&(struct pull_options){.node = n->node,
			.coalition = n->sim->coalition,
			.peer = n->sim->node[from].node->self,
			.transport = sim_transport(n)});
	rc = pull_step(n->pull[from], n->db, &r, why);
	if (rc == 0)
		*ret_progress = r.progress;
	n->sim->n.forks += r.forks;
	if (rc < 0 && rc != E_NET)
		n->sim->n.refusals++;
	return rc;
}

/* The same through a carried file, which is read by its reader and by everybody on the way. */
static int carry(struct sim_node *n, unsigned from, struct why *why)
{
	struct sim *s = n->sim;
	struct sim_node *writer = &s->node[from];
	struct buf bytes CLEANUP_BUF = BUF(64 * MIB);
	struct bundle_result r;
	int fd = memfd_create("bundle", MFD_CLOEXEC);
	off_t size;
	int rc;

	MUST(fd >= 0);
	rc = bundle_export(
		writer->node, writer->db, &s->coalition, &n->node->self, fd, NULL, NULL, why);
	if (rc < 0) {
		sim_break(s, "export", "node %u for node %u: %s %s", from, n->at, why->where,
			why->text);
		close(fd);
		return rc;
	}
	size = lseek(fd, 0, SEEK_END);
	MUST(size > 0 && pread(fd, buf_room(&bytes, (size_t)size), (size_t)size, 0) == size);
	/* Anybody may find it: contents are sealed. */
	for (unsigned i = 0; i < s->o.nodes; i++)
		sim_watch(s, i, buf_slice(&bytes), "bundle");
	if (sim_chance(s, s->o.corrupt)) {
		uint8_t one = bytes.p[env_below(&s->chance, (uint64_t)size)] ^ 1;

		MUST(pwrite(fd, &one, 1, (off_t)env_below(&s->chance, (uint64_t)size)) == 1);
	}
	s->n.carried++;
	rc = bundle_import(n->node, n->db, fd, NULL, NULL, &r, why);
	close(fd);
	return rc;
}

static void arm(struct sim_node *n)
{
	struct why why = {0};

	n->death = (enum sim_death)(1 + sim_pick(n->sim, 3));
	/* Clamped to what is in use: the next page that is needed is not there. */
	if (n->death == SIM_DIE_DISK && db_script(n->db, "PRAGMA max_page_count = 1", &why) < 0)
		sim_break(n->sim, "arm", "%s", why.text);
}

static void act(struct sim_node *n)
{
	struct sim *s = n->sim;
	unsigned from = sim_pick(s, s->o.nodes);
	struct why why = {0};
	bool progress, more;
	int rc = 0;

	if (sim_chance(s, 600)) {
		if (from == n->at || !s->node[from].party)
			return;
		if (sim_chance(s, 950))
			rc = sim_pull(n, from, &progress, &why);
		else
			rc = carry(n, from, &why);
	} else if (sim_chance(s, 100)) {
		rc = node_todo(n->node, n->db, &more, &why);
	} else {
		sim_deed(n);
	}
	/* Whatever fails without a fault in force is a bug. */
	if (rc == E_IO && n->death == SIM_ALIVE)
		sim_break(s, "step", "node %u: %s %s", n->at, why.where, why.text);
}

static void step(struct sim *s)
{
	unsigned at = sim_pick(s, s->o.nodes);
	struct sim_node *n = &s->node[at];

	tick(s, STEP_MS);
	if (s->cut_left > 0 && --s->cut_left == 0)
		s->cut_off = 0;
	if (s->cut_left == 0 && sim_chance(s, s->o.partition)) {
		s->cut_off = sim_pick(s, 1u << s->o.nodes);
		s->cut_left = 5 + sim_pick(s, 60);
		s->n.partitions++;
	}
	if (s->twin != NULL && at == s->equivocator && sim_chance(s, 500))
		n = s->twin;
	if (!n->party) {
		if (sim_chance(s, 100))
			sim_join(s, at);
		return;
	}
	if (s->o.restore > 0 && sim_honest(s, at)) {
		if (sim_chance(s, s->o.restore))
			sim_restore(n);
		if (n->backup == NULL ? sim_chance(s, 100) : sim_chance(s, s->o.restore))
			sim_backup(n);
	}
	if (n != s->twin && sim_chance(s, s->o.crash))
		arm(n);
	act(n);
	if (n->died || n->death == SIM_DIE_DISK)
		sim_reboot(n);
	n->death = SIM_ALIVE;
}

int sim_run(struct sim *s, unsigned steps, struct why *why)
{
	MUST(s->magic == SIM_MAGIC);
	for (unsigned i = 0; i < steps && s->broken.code == 0; i++) {
		if (s->o.equivocator && s->twin == NULL && i >= steps / 3)
			sim_split(s);
		step(s);
	}
	if (s->broken.code != 0) {
		*why = s->broken;
		return s->broken.code;
	}
	return 0;
}

static int heal_round(struct sim *s, bool *ret_moved, struct why *why)
{
	*ret_moved = false;
	for (unsigned i = 0; i < s->o.nodes; i++) {
		struct sim_node *n = &s->node[i];
		bool more;
		int rc;

		if (!n->party)
			continue;
		rc = node_todo(n->node, n->db, &more, why);
		if (rc < 0 && sim_sound(s, i))
			return why_prefix(why, "todo of node %u", i);
		for (unsigned from = 0; from < s->o.nodes; from++) {
			bool progress = false;

			if (from == i || !s->node[from].party)
				continue;
			tick(s, HEAL_STEP_MS);
			/* With a fork about, heads that do not fit are refused, and of an older
			 * store all that show it: that is as it should be. */
			rc = sim_pull(n, from, &progress, why);
			if (rc < 0 && !s->o.equivocator && sim_sound(s, i))
				return why_prefix(why, "node %u pulls %u", i, from);
			*ret_moved = *ret_moved || progress;
		}
	}
	return 0;
}

int sim_heal(struct sim *s, unsigned rounds, struct why *why)
{
	unsigned quiet = 0;

	MUST(s->magic == SIM_MAGIC);
	s->faults = false;
	s->cut_off = s->cut_left = 0;
	for (unsigned i = 0; i < rounds; i++) {
		bool moved = false;
		int rc = heal_round(s, &moved, why);

		if (rc < 0)
			return rc;
		if (s->broken.code != 0) {
			*why = s->broken;
			return s->broken.code;
		}
		quiet = moved ? 0 : quiet + 1;
		/* What was put off for later comes due. */
		if (!moved)
			advance(s, QUIET_MS);
		if (quiet == 2)
			return 0;
	}
	return why_set(why, E_STATE, "heal", "still learning after %u rounds", rounds);
}
