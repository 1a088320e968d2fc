/* demo_found.c: three parties found a coalition; what is only said changes nothing. */
#include "cli/demo.h"

static const char *const founders[] = {"ALB", "HRV", "KOS"};
#define N_FOUNDERS 3
#define NAME	   "Declaration on cooperation (demonstration)"

static const char prose[] =
	"The parties cooperate in four fields: joint training, cyber security coordination, rapid response, and joint procurement.\n"
	"This text was written for a demonstration of software. It is not the text of any real declaration.\n";

static struct demo_node *const *everybody(struct demo *d, struct demo_node *ret[4])
{
	for (size_t i = 0; i < N_FOUNDERS; i++)
		ret[i] = demo_node(d, founders[i]);
	ret[3] = demo_node(d, "BGR");
	return ret;
}

static int make_nodes(struct demo *d)
{
	static const char *const label[] = {"ALB", "HRV", "KOS", "BGR"};
	for (size_t i = 0; i < 4; i++) {
		struct answer a CLEANUP_ANSWER = {.status = 0};
		struct demo_node *n;
		TRY(demo_node_make(d, label[i], &n));
		TRY(demo_ask(d, NULL, &a, "key", "fingerprint", n->root_file, NULL));
		demo_tell(d, "%s  member %.8s...  fingerprint: %.36s...", n->label, n->member,
			answer_text(d, &a, "words"));
	}
	return 0;
}

static int four_fields(struct demo *d, const struct demo_node *n, bool *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	static const char *const field[] = {"\nfield joint-training\n", "\nfield cyber-security\n",
		"\nfield rapid-response\n", "\nfield joint-procurement\n"};
	TRY(demo_run(d, n, &a, "charter", "show", NULL));
	*ret = a.status == 0;
	for (size_t i = 0; i < 4; i++)
		*ret = *ret && slice_search(buf_slice(&a.out), slice_str(field[i])) >= 0;
	return 0;
}

static int check_charter(struct demo *d, struct demo_node *const *all)
{
	bool same = true, fields;
	for (size_t i = 1; i < 4; i++)
		same = same && strcmp(all[i]->coalition, all[0]->coalition) == 0;
	demo_claim(d, same,
		"one charter on all four nodes: coalition %.12s... is the hash of its text",
		all[0]->coalition);
	TRY(four_fields(d, all[0], &fields));
	demo_claim(d, fields, "it names the four fields of cooperation");
	return 0;
}

static int sign(struct demo *d, struct demo_node *n, struct demo_node *const *all, bool last)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_ask(d, n, &a, "sign", "--quiet", NULL));
	demo_tell(d, "%s signs with its officer's key: leaf %.12s", n->label,
		answer_text(d, &a, "leaf"));
	/* With the last one in force, those who have signed are members. */
	demo_claim(d, demo_standing_everywhere(d, all, 4, n->label, last ? "member" : "signed"),
		"all four nodes have %s's own signature, %s", n->label,
		demo_witnessed(d, all[3], n->label, "sign/1"));
	return 0;
}

int demo_found(struct demo *d)
{
	struct demo_node *all[4];
	demo_scene(d, "Four nodes, one declaration");
	TRY(make_nodes(d));
	everybody(d, all);
	TRY(demo_coalition(d, NAME, prose, all, N_FOUNDERS, 4));
	TRY(check_charter(d, all));
	for (size_t i = 0; i < 4; i++)
		TRY(demo_node_serve(d, all[i]));
	demo_tell(d,
		"each node serves its partners over mutual TLS with pinned keys; nobody is in the middle");
	for (size_t i = 0; i < N_FOUNDERS; i++)
		demo_claim(d, demo_standing_is(d, all[3], founders[i], "declared"),
			"%s is named as founder and has signed nothing yet", founders[i]);
	demo_scene(d, "Each founder signs; the declaration is in force when all three have");
	for (size_t i = 0; i < N_FOUNDERS; i++)
		TRY(sign(d, all[i], all, i + 1 == N_FOUNDERS));
	demo_claim(d, demo_in_force(d, all, 4), "in force on all four nodes");
	demo_claim(d, demo_standing_everywhere(d, all, 4, "BGR", "mentioned"),
		"Bulgaria is known, and has signed nothing");
	demo_claim(d, demo_agree(d, all, 4),
		"all four compute the same standing from the same logs: %.12s",
		demo_digest(d, all[0]));
	return 0;
}

static int statement(struct demo *d, struct demo_node *by, const char *speaker, const char *where,
	const char *claim, const char *source, const char *quote)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_ask(d, by, &a, "say", "--about", "BGR", "--speaker", speaker, "--date",
		"2025-03-31", "--where", where, "--claim", claim, "--source", source, "--quiet",
		quote, NULL));
	demo_tell(d, "%s records: %s: \"%s\"  leaf %.12s", by->label, speaker, quote,
		answer_text(d, &a, "leaf"));
	return 0;
}

int demo_say(struct demo *d)
{
	struct demo_node *all[4];
	everybody(d, all);
	const char *before = demo_digest(d, all[0]);
	demo_scene(d, "What is only said");
	demo_tell(d, "reports of March 2025 in our own words; the day is set to the month's last");
	TRY(statement(d, demo_node(d, "KOS"), "Minister of Defence, Kosovo", "Pristina",
		"will-join", "https://example.org/reports/2025-03/a",
		"Bulgaria has confirmed that it will join."));
	TRY(statement(d, demo_node(d, "BGR"), "Minister of Foreign Affairs, Bulgaria", "Sofia",
		"not-decided", "https://example.org/reports/2025-03/b",
		"Nothing has been decided."));
	demo_claim(d, demo_agree(d, all, 4),
		"both statements are on all four nodes, attributed and sourced");
	for (size_t i = 0; i < 4; i++)
		demo_claim(d,
			demo_standing_is(d, all[i], "BGR", "mentioned") &&
				demo_said(d, all[i], "BGR", "will-join") == 1 &&
				demo_said(d, all[i], "BGR", "not-decided") == 1,
			"%s shows: Bulgaria is not a member, has signed nothing; one says it will, one that nothing is decided",
			all[i]->label);
	demo_claim(d, *before && strcmp(before, demo_digest(d, all[0])) == 0,
		"the standing is what it was: %.12s", before);
	return 0;
}
