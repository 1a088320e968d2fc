/* demo_public.c: what anybody may see, and check without trusting the one who shows it. */
#include "base/file.h"
#include "cli/demo.h"

#include <unistd.h>

#define QUOTE "The register shows who has acceded."

static int verify(struct demo *d, const struct demo_node *trusted, const char *path, int *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_run(d, NULL, &a, "verify", path, "--root", trusted->root_file, NULL));
	*ret = a.status;
	return 0;
}

static int shown(struct demo *d, const struct demo_node *n, const char *path, struct buf *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	TRY(demo_ask(d, n, &a, "register", "-o", path, "--force", "--quiet", NULL));
	return file_read(path, ret, d->why);
}

/* One letter of what was said. */
static int tampered(struct demo *d, const struct buf *file, const char *path)
{
	struct buf other CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	ptrdiff_t at = slice_search(buf_slice(file), SLICE(QUOTE));
	buf_slice_add(&other, buf_slice(file));
	if (at < 0)
		return why_set(d->why, E_STATE, "", "the statement is not in the register");
	other.p[at] ^= 1;
	unlink(path);
	return file_create(path, buf_slice(&other), 0600, d->why);
}

int demo_public(struct demo *d)
{
	struct demo_node *alb = demo_node(d, "ALB"), *kos = demo_node(d, "KOS"),
			 *bgr = demo_node(d, "BGR");
	struct demo_node *all[] = {alb, demo_node(d, "HRV"), kos, bgr};
	struct buf before CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct buf after CLEANUP_BUF = BUF(LIMIT_PUBLIC_BYTES);
	struct answer said CLEANUP_ANSWER = {.status = 0}, done CLEANUP_ANSWER = {.status = 0};
	const char *path = arena_printf(&d->cli->arena, "%s/register.public", d->dir);
	const char *bent = arena_printf(&d->cli->arena, "%s/bent.public", d->dir);
	int good = -1, bad = -1;

	demo_scene(d, "What anybody may see, and check");
	TRY(demo_ask(d, bgr, &said, "say", "--about", "BGR", "--speaker",
		"Ministry of Foreign Affairs", "--date", "2025-03-31", "--where", "Sofia",
		"--claim", "member", "--quiet", QUOTE, NULL));
	demo_claim(
		d, demo_agree(d, all, 4), "a statement is on all four nodes, and public nowhere");
	TRY(shown(d, kos, path, &before));
	demo_claim(d, slice_search(buf_slice(&before), SLICE(QUOTE)) < 0,
		"KOS's public register shows the acts, by the charter; the statement not");
	TRY(demo_ask(d, bgr, &done, "publish", answer_text(d, &said, "leaf"), "--quiet", NULL));
	demo_tell(d, "an officer of BGR releases it to the public: leaf %.12s",
		answer_text(d, &done, "leaf"));
	demo_claim(d, demo_agree(d, all, 4), "the release has reached the others");
	TRY(shown(d, kos, path, &after));
	demo_claim(d, slice_search(buf_slice(&after), SLICE(QUOTE)) >= 0,
		"now KOS's register shows it: %zu bytes with every proof", after.n);
	TRY(verify(d, alb, path, &good));
	demo_claim(d, good == 0,
		"who trusts ALB's fingerprint alone checks all of it offline, and computes the standing anew");
	TRY(tampered(d, &after, bent));
	TRY(verify(d, alb, bent, &bad));
	demo_claim(d, bad == why_exit(E_VERIFY), "one letter of it changed: the check fails");
	unlink(path);
	unlink(bent);
	return 0;
}
