/*
 * acts.h: the kinds that settle who is a member, and what each must look like. An act is an open entry; its content is a small text in the payload
 * (media "application/vnd.entente.act"), public to every party of the coalition and never erased:
 *
 *	entente-act-body/1
 *	<field> <value>
 *	...
 *	(empty line)
 *	prose, UTF-8
 *
 * Fields by kind (✱ = several lines allowed, in order given, all single otherwise; [ ] = optional):
 *	root/1               whole payload is the signed root document instead (media application/vnd.entente.root)
 *	charter/1            whole payload is a charter text (media application/vnd.entente.charter)
 *	introduction/1       member, root (hash of the text of version 1), label
 *	roll/1               no payload: its audience line names the members once; all@<roll> refers to it
 *	sign/1               charter
 *	interest/1           charter
 *	accede/1             charter, as (member|observer), ratifier✱ (who must ratify: the members then), clearance, label
 *	ratify/1             charter, member, accession (leaf hash); the entry has a ref to it
 *	withdraw/1           effective (unix ms)
 *	suspend-relations/1  member, log-epoch, cut (size), root (tree root at cut), [reason]
 *	resume-relations/1   member
 *	statement/1          about-label, [about], speaker, said (RFC 3339 date or time), where, [source] (URL), [file] (sha256),
 *	                     claim (member|will-join|not-decided|not-member|left|other), [lang]; prose is the quote
 *	state-digest/1       fold, digest, cut✱ (M26.epoch size)
 *	publish/1            as (public|withdrawn), leaf✱ (of the author's own acts and statements): anybody may have them, or no longer
 *
 * "Binding" kinds need an officer's signature with the scope; "constitutional" kinds count only when witnessed.
 */
#ifndef PACT_ACTS_H
#define PACT_ACTS_H

#include "log/entry.h"
#include "pact/root.h"

enum act_kind {
	ACT_NONE,
	ACT_ROOT,
	ACT_CHARTER,
	ACT_INTRODUCTION,
	ACT_ROLL,
	ACT_SIGN,
	ACT_INTEREST,
	ACT_ACCEDE,
	ACT_RATIFY,
	ACT_WITHDRAW,
	ACT_SUSPEND,
	ACT_RESUME,
	ACT_STATEMENT,
	ACT_DIGEST,
	ACT_PUBLISH,
	ACT_KINDS
};

struct act_rule {
	const char *kind; /* "sign/1" */
	bool constitutional;
	unsigned scope; /* needed of the officer; 0: not binding */
	/* Of one author, those with the lowest places; what standing looks at (docs/standing.md §2). 0: it does not. */
	unsigned looked_at;
	const char *help;
};
extern const struct act_rule act_rules[ACT_KINDS];
/* What standing follows from: what it looks at, and the root documents by which officers' signatures are judged. */
bool act_settles(enum act_kind k);
/* ACT_NONE for kinds that are not acts. */
enum act_kind act_kind_of(struct slice kind);
/* Open to every party of the coalition, whatever its standing: all act kinds. */
bool act_is_public_to_parties(struct slice kind);

#define ACT_MEDIA     "application/vnd.entente.act"
#define ROOT_MEDIA    "application/vnd.entente.root"
#define CHARTER_MEDIA "application/vnd.entente.charter"

enum claim {
	CLAIM_OTHER,
	CLAIM_MEMBER,
	CLAIM_WILL_JOIN,
	CLAIM_NOT_DECIDED,
	CLAIM_NOT_MEMBER,
	CLAIM_LEFT
};
const char *claim_name(enum claim c);
MUST_USE int claim_parse(struct slice text, enum claim *ret);

struct act_cut {
	struct id member;
	uint32_t epoch;
	uint64_t size;
};

/* Parsed body; which fields are set follows from the kind. Slices are borrowed. */
struct act_body {
	enum act_kind kind;
	struct hash charter;
	bool observer; /* accede: as observer */
	struct id *ratifier;
	size_t n_ratifier;
	struct slice clearance; /* "CLASS TAG=v" */
	struct slice label;
	bool has_member;
	struct id member;
	struct hash accession;
	struct hash root;
	int64_t effective_ms;
	uint32_t log_epoch;
	uint64_t cut;
	struct slice about_label, speaker, said, where, source, file, lang, reason;
	bool has_about;
	struct id about;
	enum claim claim;
	uint32_t fold;
	struct hash digest;
	struct act_cut *cuts;
	size_t n_cuts;
	bool withdrawn;	     /* publish: not public any more */
	struct hash *leaves; /* publish: what of */
	size_t n_leaves;
	struct slice prose;
};

/* E_SYNTAX/E_INVALID name the field. */
MUST_USE int act_body_parse(struct act_body *ret, struct arena *arena, enum act_kind kind,
	struct slice text, struct why *why);
void act_body_print(const struct act_body *a, struct buf *b);

/*
 * Rules of the entry around it: open (never veiled), mode real|exercise|test, an object id owned by the author, payload with the right media,
 * audience all@ or list, seen lines present for constitutional kinds where the log is not empty, and an act signature where binding. E_INVALID.
 */
MUST_USE int act_entry_check(const struct entry *e, enum act_kind kind, struct why *why);
/* The officer's signature and scope, at the root chain of the author. E_VERIFY/E_DENIED. */
MUST_USE int act_signature_check(
	const struct entry *e, enum act_kind kind, const struct root_chain *chain, struct why *why);

#endif
