/* demo_second.c: another coalition beside the first: no wall between them but the program. */
#include "cli/demo.h"

static const char prose[] =
	"The two parties tell each other when the river rises. Invented, for a demonstration of software.\n";

/* Does a node's status speak of a coalition or member at all? */
static int knows(struct demo *d, const struct demo_node *n, const char *id, bool *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_ask(d, n, &a, "status", NULL));
	*ret = slice_search(buf_slice(&a.out), slice_str(id)) >= 0;
	return 0;
}

/* Neither its status nor its disk has a trace of the other coalition. */
static int claim_apart(struct demo *d, const struct demo_node *n, const struct demo_node *other,
	const char *word, const char *name)
{
	bool coalition, member, bytes;
	TRY(knows(d, n, other->coalition, &coalition));
	TRY(knows(d, n, other->member, &member));
	TRY(demo_holds(d, n, slice_str(word), &bytes));
	demo_claim(d, !coalition && !member && !bytes,
		"%s knows nothing of %s: not its id, not its parties, not a byte of its records",
		n->label, name);
	return 0;
}

static int found(struct demo *d, struct demo_node *const *all)
{
	TRY(demo_coalition(d, "River compact", prose, all, 2, 2));
	for (size_t i = 0; i < 2; i++)
		TRY(demo_node_serve(d, all[i]));
	for (size_t i = 0; i < 2; i++) {
		struct answer a CLEANUP_ANSWER = {.status = 0};
		TRY(demo_ask(d, all[i], &a, "sign", "--quiet", NULL));
		demo_tell(d, "%s signs: leaf %.12s", all[i]->label, answer_text(d, &a, "leaf"));
	}
	demo_claim(d, demo_in_force(d, all, 2) && demo_agree(d, all, 2), "in force on both nodes");
	return 0;
}

int demo_second(struct demo *d)
{
	static const char *const first[] = {"ALB", "HRV", "KOS", "BGR"};
	struct demo_node *all[2];
	struct answer a CLEANUP_ANSWER = {.status = 0};
	const char *word = demo_canary(d), *theirs = demo_canary(d);
	demo_scene(d, "A second coalition beside it");
	TRY(demo_node_make(d, "LAKE", &all[0]));
	TRY(demo_node_make(d, "PORT", &all[1]));
	demo_tell(d,
		"two invented civil protection offices found a compact of their own, on the same machine");
	TRY(found(d, all));
	TRY(demo_ask(d, all[0], &a, "put", "--to", "all", "--title", "Water level", "--quiet", word,
		NULL));
	demo_claim(d, demo_has_record(d, all[1], answer_text(d, &a, "object")),
		"LAKE's record is at PORT");
	TRY(demo_do(d, demo_node(d, "ALB"), "put", "--to", "all", "--title", "Note among the four",
		"--quiet", theirs, NULL));
	for (size_t i = 0; i < 4; i++)
		TRY(claim_apart(d, demo_node(d, first[i]), all[0], word, "the second coalition"));
	for (size_t i = 0; i < 2; i++)
		TRY(claim_apart(d, all[i], demo_node(d, "ALB"), theirs, "the first"));
	return 0;
}
