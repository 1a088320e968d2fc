/* sim_int.h: what the files of the simulator share. Private to src/peer. */
#ifndef PEER_SIM_INT_H
#define PEER_SIM_INT_H

#include "base/map.h"
#include "base/vec.h"
#include "peer/heads.h"
#include "peer/path.h"
#include "peer/serve.h"
#include "peer/sim.h"

#include <stdatomic.h>

#define SIM_MAGIC	 0x73696d21u
#define SIM_NODES_MAX	 8
#define SIM_CANARIES_MAX 4096

/* What a node does when it dies. */
enum sim_death {
	SIM_ALIVE,
	SIM_DIE_CALLING,   /* while it waits for a partner */
	SIM_DIE_HIGHWATER, /* between COMMIT and the high-water record */
	SIM_DIE_DISK,	   /* the disk is full in the middle of a transaction */
};

struct sim_node {
	struct sim *sim;
	unsigned at;	   /* its index */
	struct node *node; /* owned */
	struct db *db;	   /* owned */
	struct env_fake clock;
	struct highwater_memory *highwater; /* owned: survives crashes */
	struct highwater_store highwater_real;
	struct seckey officer;
	struct id officer_id;
	struct seckey root[2]; /* the root key, and the one announced as the next */
	struct buf roots;      /* its root document, as handed over at introductions */
	bool party;	       /* knows the coalition and is known in it */
	enum sim_death death;
	bool died;	   /* to be started again before anything else */
	struct db *backup; /* owned; keeps the copy alive; NULL: none yet */
	char *backup_url;  /* owned */
	bool lost;	   /* what it has signed is ahead of its store for good: it only reads */
	struct pull *pull[SIM_NODES_MAX]; /* owned */
};

/* One secret text and who may ever have it. */
struct sim_canary {
	unsigned author; /* index; the twin counts as its original */
	bool by_twin;
	struct object_id object;
	unsigned allowed; /* bit per node: was in the audience at some time */
	unsigned readers; /* is in it now */
	bool erased;
	bool unsure; /* its author died while it was written or changed */
};

struct sim {
	uint32_t magic;
	struct sim_options o;
	struct env_fake chance_state;
	struct env chance; /* the simulator's own dice */
	int64_t now_ms;
	struct sim_node node[SIM_NODES_MAX]; /* o.nodes, then the twin */
	struct sim_node *twin;		     /* NULL until the equivocator splits */
	unsigned equivocator;
	unsigned twin_side; /* bit per node that is served by the twin */
	bool faults;
	unsigned cut_off;  /* bit per node on the far side of a partition */
	unsigned cut_left; /* steps until it heals */
	struct id coalition;
	struct buf charter;
	struct map old;		 /* path → struct sim_answer *, owned: what was answered before */
	struct map signed_heads; /* "author size", "witness author size" → its root, owned text */
	VEC(struct sim_canary) canary;
	unsigned suspended[SIM_NODES_MAX]; /* bit: has ever suspended relations with that node */
	struct sim_counts n;
	struct why broken; /* an invariant that did not hold, found on the way */
};

bool sim_chance(struct sim *s, unsigned per_thousand);
unsigned sim_pick(struct sim *s, unsigned below);
/* The node whose member this is; SIM_NODES_MAX if none. */
unsigned sim_index(const struct sim *s, const struct id *member);
bool sim_honest(const struct sim *s, unsigned at);
/* Honest, and its store is current. */
bool sim_sound(const struct sim *s, unsigned at);
/* Notes an invariant that does not hold; the first one stays. */
void sim_break(struct sim *s, const char *where, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* sim_net.c */
struct transport sim_transport(struct sim_node *from);
void sim_old_free(struct sim *s);
/* Bytes that reached a node: nothing in them may be secret from it. */
void sim_watch(struct sim *s, unsigned reader, struct slice bytes, const char *what);

/* sim_work.c: one random deed of one node. */
void sim_deed(struct sim_node *n);
void sim_join(struct sim *s, unsigned at);
/* Parties that are not known here are introduced to this node. */
void sim_meet(struct sim_node *n);
MUST_USE int sim_sign(struct sim_node *n, struct why *why);
MUST_USE int sim_say(struct sim_node *n, struct why *why);

/* sim_twin.c: from now on the equivocator tells two stories. */
void sim_split(struct sim *s);

/* sim_restore.c: a backup of the store is made (in place of the one before), and put back; the high-water records are those of today. */
void sim_backup(struct sim_node *n);
void sim_restore(struct sim_node *n);

/* sim.c */
MUST_USE int sim_highwater_load(
	void *node, const struct log_id *log, struct highwater *ret, struct why *why);
MUST_USE int sim_highwater_save(
	void *node, const struct log_id *log, const struct highwater *h, struct why *why);
struct highwater_store sim_highwater(struct sim_node *n);
void sim_reboot(struct sim_node *n);
MUST_USE int sim_pull(struct sim_node *n, unsigned from, bool *ret_progress, struct why *why);

#endif
