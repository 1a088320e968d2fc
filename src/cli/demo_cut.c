/* demo_cut.c: a node is cut off, works on, and comes back. */
#include "cli/demo.h"

static int put_one(struct demo *d, struct demo_node *by, const char *title, const char **ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_ask(d, by, &a, "put", "--to", "all", "--title", title, "--quiet", title, NULL));
	*ret = answer_text(d, &a, "object");
	return 0;
}

/* Without a network there is still the courier. */
static int carry(struct demo *d, struct demo_node *from, struct demo_node *to, const char *object)
{
	const char *file = arena_printf(&d->cli->arena, "%s/for-%s.bundle", d->dir, to->label);
	struct answer wrong CLEANUP_ANSWER = {.status = 0};
	TRY(demo_do(d, from, "bundle", "export", file, "--to", to->label, "--quiet", NULL));
	TRY(demo_run(d, demo_node(d, "HRV"), &wrong, "bundle", "import", file, "--quiet", NULL));
	demo_claim(d, wrong.status != 0, "a file for %s, from %s: HRV cannot open it", to->label,
		from->label);
	TRY(demo_do(d, to, "bundle", "import", file, "--quiet", NULL));
	demo_claim(d, demo_lists(d, to, object, "real"),
		"%s can, and has the record without any network", to->label);
	return 0;
}

int demo_cut(struct demo *d)
{
	struct demo_node *all[] = {
		demo_node(d, "ALB"), demo_node(d, "HRV"), demo_node(d, "KOS"), demo_node(d, "BGR")};
	const char *alone[2], *meanwhile;
	bool back = true, absent;
	demo_scene(d, "A node is cut off, works on, and comes back");
	demo_node_kill(all[2]);
	demo_tell(d, "KOS's server is killed in the middle of its work (kill -9)");
	TRY(put_one(d, all[2], "Written while cut off, one", &alone[0]));
	TRY(put_one(d, all[2], "Written while cut off, two", &alone[1]));
	TRY(put_one(d, all[0], "Written by ALB meanwhile", &meanwhile));
	demo_tell(d, "KOS goes on writing to its own log; so do the others");
	demo_claim(d,
		demo_lists(d, all[2], alone[0], "real") && demo_lists(d, all[2], alone[1], "real"),
		"KOS has its two records, signed and on disk");
	absent = !demo_lists(d, all[0], alone[0], "real") &&
		 !demo_lists(d, all[1], alone[0], "real") &&
		 !demo_lists(d, all[2], meanwhile, "real");
	demo_claim(d, absent, "they have not left it, and nothing has come in");
	demo_claim(d, demo_has_record(d, all[3], meanwhile), "the others go on without it");
	TRY(carry(d, all[0], all[2], meanwhile));
	TRY(demo_node_serve(d, all[2]));
	demo_tell(d, "KOS is back");
	for (size_t i = 0; i < 4; i++)
		back = back && demo_has_record(d, all[i], alone[0]) &&
		       demo_has_record(d, all[i], alone[1]) &&
		       demo_has_record(d, all[i], meanwhile);
	demo_claim(d, back, "all three records are on all four nodes");
	demo_claim(d, demo_agree(d, all, 4),
		"nothing is lost, nothing is double: the same logs everywhere");
	return 0;
}
