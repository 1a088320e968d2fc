/* demo_fork.c: a party tells two stories, and is caught by those whom it told them. */
#include "base/file.h"
#include "base/limits.h"
#include "cli/demo.h"
#include "net/client.h"

/* A party of the second coalition that nobody will miss, introduced to both nodes. */
static int make_liar(
	struct demo *d, struct demo_node *lake, struct demo_node *port, struct demo_node **ret)
{
	struct demo_node *n;
	TRY(demo_node_make(d, "MILL", &n));
	TRY(demo_do(d, n, "join", arena_printf(&d->cli->arena, "%s/LAKE.charter", d->dir),
		"--party", lake->root_file, "--party", port->root_file, "--quiet", NULL));
	n->coalition = lake->coalition;
	TRY(demo_do(d, lake, "join", lake->coalition, "--party", n->root_file, "--quiet", NULL));
	TRY(demo_do(d, port, "join", port->coalition, "--party", n->root_file, "--quiet", NULL));
	TRY(demo_node_serve(d, n));
	TRY(demo_do(d, n, "interest", "--quiet", NULL));
	*ret = n;
	return 0;
}

static int story(struct demo *d, struct demo_node *liar, const char *claim, const char *quote,
	const char **ret_leaf)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_ask(d, liar, &a, "say", "--about", "MILL", "--speaker", "Keeper of the mill",
		"--date", "2026-01-05", "--where", "at the mill", "--claim", claim, "--quiet",
		quote, NULL));
	*ret_leaf = answer_text(d, &a, "leaf");
	return 0;
}

static bool heard(struct demo *d, const struct demo_node *at, const char *leaf)
{
	struct patience p = patience_start();
	do {
		struct answer a CLEANUP_ANSWER = {.status = 0};
		if (demo_ask(d, at, &a, "status", NULL) == 0 &&
			slice_search(buf_slice(&a.out), slice_str(leaf)) >= 0)
			return true;
	} while (patience_left(&p));
	return false;
}

/* The liar's disk is copied; the two copies say different things, each to one partner, and fall
 * silent. */
static int two_stories(
	struct demo *d, struct demo_node *lake, struct demo_node *port, struct demo_node *liar)
{
	struct demo_node *twin;
	const char *leaf;
	demo_node_stop(liar);
	TRY(demo_node_copy(d, liar, "MILL-twin", &twin));
	demo_node_stop(port);
	TRY(story(d, liar, "other", "The sluice is open.", &leaf));
	TRY(demo_node_serve(d, liar));
	demo_claim(
		d, heard(d, lake, leaf), "to LAKE it says: the sluice is open; leaf %.12s", leaf);
	demo_node_stop(liar);
	demo_node_stop(lake);
	TRY(story(d, twin, "other", "The sluice is shut.", &leaf));
	TRY(demo_node_serve(d, twin));
	TRY(demo_node_serve(d, port));
	demo_claim(d, heard(d, port, leaf),
		"to PORT it says, at the same place of its log: the sluice is shut; leaf %.12s",
		leaf);
	demo_node_stop(twin);
	return 0;
}

/* The proof as the node's own page hands it out. */
static int fetch_proof(
	struct demo *d, const struct demo_node *at, const char *digest, struct buf *ret)
{
	static const char *const allow[] = {"127.0.0.0/8"};
	struct client_answer answer;
	struct client *c = client_new(
		&(struct client_options){.allow = allow, .n_allow = 1, .allow_plain_http = true});
	struct client_call call = {.method = "GET",
		.url = arena_printf(
			&d->cli->arena, "http://127.0.0.1:%u/proof/%s", at->page_port, digest),
		.answer_max = LIMIT_FORK_BYTES};
	int rc = client_request(c, &call, &answer, ret, d->why);
	client_free(&c);
	if (rc == 0 && answer.status != 200)
		rc = why_set(d->why, E_STATE, at->label, "its page answered %u for the proof",
			answer.status);
	return rc;
}

static int proof_digest(struct demo *d, const struct demo_node *at, const char **ret)
{
	struct view_of v CLEANUP_VIEW;
	TRY(demo_view(d, at, &v));
	const struct json_doc *doc = &v.answer.doc;
	json_ref first = json_first(doc, json_get(doc, v.coalition, "forks"));
	struct slice text = json_string(doc, json_get(doc, first, "proof"), &d->cli->arena);
	if (text.n != 64)
		return why_set(d->why, E_STATE, at->label, "its status shows no proof");
	*ret = arena_string(&d->cli->arena, text);
	return 0;
}

/* Another root in the first of the two signed heads: its first character, in the third line of the note. */
static int bend(struct demo *d, struct buf *proof)
{
	ptrdiff_t note = slice_search(buf_slice(proof), SLICE("\nnote-a "));
	struct slice rest = slice_sub(
			     buf_slice(proof), note < 0 ? proof->n : (size_t)note + 1, proof->n),
		     line;
	for (int i = 0; i < 3; i++) {
		if (!slice_cut(&rest, '\n', &line))
			return why_set(d->why, E_STATE, "fork.txt", "is no proof");
	}
	uint8_t *at = proof->p + (rest.p - proof->p);
	*at = *at == 'A' ? 'B' : 'A';
	return 0;
}

static int check_proof(struct demo *d, const struct demo_node *at, const struct demo_node *liar)
{
	struct buf proof CLEANUP_BUF = BUF(LIMIT_FORK_BYTES),
			 bent CLEANUP_BUF = BUF(LIMIT_FORK_BYTES);
	struct answer good CLEANUP_ANSWER = {.status = 0}, bad CLEANUP_ANSWER = {.status = 0};
	const char *file = arena_printf(&d->cli->arena, "%s/fork.txt", d->dir), *digest;
	const char *altered = arena_printf(&d->cli->arena, "%s/fork-altered.txt", d->dir);
	TRY(proof_digest(d, at, &digest));
	TRY(fetch_proof(d, at, digest, &proof));
	TRY(file_create(file, buf_slice(&proof), 0600, d->why));
	TRY(demo_run(d, NULL, &good, "verify", file, "--root", liar->root_file, NULL));
	demo_claim(d, good.status == 0,
		"the proof, %zu bytes, convinces anybody offline: entente verify fork.txt --root %s.root",
		proof.n, liar->label);
	buf_slice_add(&bent, buf_slice(&proof));
	TRY(bend(d, &bent));
	TRY(file_create(altered, buf_slice(&bent), 0600, d->why));
	TRY(demo_run(d, NULL, &bad, "verify", altered, "--root", liar->root_file, NULL));
	demo_claim(d, bad.status != 0, "with one character changed it convinces nobody");
	return 0;
}

int demo_fork(struct demo *d)
{
	struct demo_node *lake = demo_node(d, "LAKE"), *port = demo_node(d, "PORT"), *liar;
	struct demo_node *both[] = {lake, port},
			 *first[] = {demo_node(d, "ALB"), demo_node(d, "HRV"), demo_node(d, "KOS"),
				 demo_node(d, "BGR")};
	demo_scene(d, "A forked log is caught, and proved");
	TRY(make_liar(d, lake, port, &liar));
	demo_claim(d, demo_standing_everywhere(d, both, 2, "MILL", "interested"),
		"MILL, a third party, is known to both");
	TRY(two_stories(d, lake, port, liar));
	demo_tell(d, "MILL is gone. LAKE comes back and compares heads with PORT");
	TRY(demo_node_serve(d, lake));
	for (size_t i = 0; i < 2; i++)
		demo_claim(d, demo_forked(d, both[i], "MILL"),
			"%s has found the fork, and shows it with the proof", both[i]->label);
	TRY(check_proof(d, lake, liar));
	demo_claim(d, demo_agree(d, first, 4), "the first coalition has not noticed any of this");
	return 0;
}

int demo_verify_all(struct demo *d)
{
	demo_scene(d, "Everything once more from the bytes");
	for (size_t i = 0; i < d->n_node; i++) {
		struct answer a CLEANUP_ANSWER = {.status = 0};
		const struct demo_node *n = &d->node[i];
		if (!n->serving)
			continue;
		TRY(demo_run(d, n, &a, "log", "verify", "--json", NULL));
		size_t logs =
			a.json ? json_count(&a.doc, json_get(&a.doc, json_root(&a.doc), "logs"))
			       : 0;
		demo_claim(d, a.status == 0 && logs > 0,
			"%s recomputes the %zu logs that it holds, leaf by leaf: they are what was signed",
			n->label, logs);
	}
	return 0;
}
