/* sim_twin.c: the equivocator: one member with two stores under the same keys. */
#include "base/limits.h"
#include "base/report.h"
#include "node/worlds.h"
#include "peer/sim_int.h"

/* A second store with the same keys, which from now on tells another story to some. */
static int twin_make(struct sim *s, struct why *why)
{
	struct sim_node *one = &s->node[s->equivocator], *two = &s->node[s->o.nodes];
	char url[80], sql[120];
	int rc;

	*two = (struct sim_node){.sim = s,
		.at = s->equivocator,
		.clock = one->clock,
		.officer = one->officer,
		.officer_id = one->officer_id,
		.root = {one->root[0], one->root[1]},
		.party = true};
	two->clock.seed[0] ^= 0x7477696e; /* other salts and object ids */
	snprintf(url, sizeof(url), "sqlite:%.60s", one->node->database + strlen("sqlite:"));
	*strchr(url, '?') = '\0';
	snprintf(sql, sizeof(sql), "VACUUM INTO '%s-twin?vfs=memdb'", url + strlen("sqlite:"));
	two->node = mem_new(struct node);
	*two->node = *one->node;
	two->node->anchor = NULL;
	two->node->unfit = mem_new(atomic_bool);
	two->node->worlds = worlds_new();
	two->node->env = env_of_fake(&two->clock);
	two->highwater = highwater_memory_new();
	two->highwater_real = highwater_in_memory(two->highwater);
	two->node->highwater = sim_highwater(two);
	snprintf(url + strlen(url), sizeof(url) - strlen(url), "-twin?vfs=memdb");
	two->node->database = mem_string(url, strlen(url));
	s->twin = two;
	/* The handle first: a database in memory lives as long as somebody has it open. */
	if ((rc = node_db(two->node, &two->db, why)) < 0)
		return rc;
	return db_script(one->db, sql, why);
}

static int twin_highwater(struct sim *s, struct why *why)
{
	struct log_id id = {.coalition = s->coalition, .member = s->twin->node->self, .epoch = 1};
	struct highwater h;
	struct log log;
	int rc = log_load(s->twin->db, &id, &log, why);

	if (rc < 0)
		return rc;
	h = (struct highwater){log.size, log.root};
	return sim_highwater_save(s->twin, &id, &h, why);
}

/*
 * The root keys join in: version 2 of the root document, another in each store, with another officer and sometimes another log key. What is
 * signed from now on is signed by those, and the document goes before it into the log.
 */
static int document_renew(struct sim *s, struct sim_node *n, struct why *why)
{
	struct arena arena CLEANUP_ARENA = ARENA(4 * MIB);
	struct buf text CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES),
			note CLEANUP_BUF = BUF(LIMIT_ROOT_BYTES);
	struct root_chain chain;
	struct id member;
	int rc = root_chain_load(n->db, &n->node->self, &arena, &chain, why);

	if (rc < 0)
		return rc;
	struct root next = *root_latest(&chain);
	n->officer = seckey_new(&n->node->env);
	if (sim_chance(s, 500))
		n->node->log_key = seckey_new(&n->node->env);
	next.version = 2;
	next.prev = next.hash;
	next.member = n->node->self;
	next.key[0] = n->root[1].pub;
	next.officer[0].key = n->officer.pub;
	next.log_key = n->node->log_key.pub;
	root_print(&next, &text);
	buf_slice_add(&note, buf_slice(&text));
	buf_byte(&note, '\n');
	root_sign(&note, buf_slice(&text), &n->root[0]);
	root_sign(&note, buf_slice(&text), &n->root[1]);
	if ((rc = db_begin(n->db, why)) < 0)
		return rc;
	if ((rc = root_put(n->db, buf_slice(&note), &member, why)) < 0) {
		db_rollback(n->db);
		return rc;
	}
	return db_commit(n->db, why);
}

static int documents_split(struct sim *s, struct why *why)
{
	int rc = document_renew(s, &s->node[s->equivocator], why);

	return rc < 0 ? rc : document_renew(s, s->twin, why);
}

void sim_split(struct sim *s)
{
	struct sim_node *one = &s->node[s->equivocator];
	struct why why = {0};

	if (one->died)
		sim_reboot(one);
	one->death = SIM_ALIVE;
	/* Both stories begin with something that the other does not have. */
	if (sim_say(one, &why) < 0 || twin_make(s, &why) < 0 || twin_highwater(s, &why) < 0 ||
		(sim_chance(s, 400) && documents_split(s, &why) < 0) || sim_say(one, &why) < 0 ||
		sim_say(s->twin, &why) < 0) {
		sim_break(s, "equivocator", "cannot split: %s", why.text);
		return;
	}
	do
		s->twin_side = sim_pick(s, 1u << s->o.nodes) & ~(1u << s->equivocator);
	while (s->twin_side == 0 ||
		(s->twin_side | 1u << s->equivocator) == (1u << s->o.nodes) - 1);
}
