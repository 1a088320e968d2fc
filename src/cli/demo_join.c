/* demo_join.c: an accession, from application to membership. Invented, and said to be. */
#include "base/file.h"
#include "cli/demo.h"

static const char instrument[] =
	"FICTION, for a demonstration of software. Bulgaria has not made this accession.\n"
	"The applicant accedes to the declaration and accepts its four fields of cooperation.\n";

static int ratify(struct demo *d, struct demo_node *by)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_ask(d, by, &a, "ratify", "BGR", "--quiet", NULL));
	demo_tell(d, "%s ratifies that very accession, by its hash: leaf %.12s", by->label,
		answer_text(d, &a, "leaf"));
	return 0;
}

static bool ratified_everywhere(struct demo *d, struct demo_node *const *all, int64_t have)
{
	for (size_t i = 0; i < 4; i++) {
		if (!demo_ratified_is(d, all[i], "BGR", have, 3))
			return false;
	}
	return true;
}

int demo_join(struct demo *d)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	struct demo_node *all[] = {
		demo_node(d, "ALB"), demo_node(d, "HRV"), demo_node(d, "KOS"), demo_node(d, "BGR")};
	const char *text = arena_printf(&d->cli->arena, "%s/accession.txt", d->dir);
	demo_scene(d, "How an accession would go");
	demo_fiction(d, "What follows is invented. Bulgaria has made no such accession.");
	TRY(file_create(text, slice_str(instrument), 0600, d->why));
	TRY(demo_ask(d, all[3], &a, "accede", "--text", text, "--quiet", NULL));
	demo_tell(d, "BGR deposits an accession signed by its own officer: leaf %.12s",
		answer_text(d, &a, "leaf"));
	demo_claim(d, demo_standing_everywhere(d, all, 4, "BGR", "applied"),
		"applied, on all four nodes; %s", demo_witnessed(d, all[0], "BGR", "accede/1"));
	TRY(ratify(d, all[0]));
	TRY(ratify(d, all[1]));
	demo_claim(d, ratified_everywhere(d, all, 2),
		"every node shows it as ratified 2 of 3, KOS missing");
	demo_claim(d, demo_standing_everywhere(d, all, 4, "BGR", "applied"),
		"two of three is not enough: still not a member, anywhere");
	TRY(ratify(d, all[2]));
	demo_claim(d, demo_standing_everywhere(d, all, 4, "BGR", "member"),
		"ratified 3 of 3: a member, on all four nodes");
	demo_claim(d, demo_agree(d, all, 4), "all four compute the same standing: %.12s",
		demo_digest(d, all[0]));
	return 0;
}
