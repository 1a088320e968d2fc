/* demo_records.c: records go where they may go, and nowhere else; looked for byte by byte. */
#include "base/file.h"
#include "base/limits.h"
#include "base/report.h"
#include "cli/demo.h"

#include <unistd.h>

#define FILE_BYTES (3 * MIB)
#define SAMPLE	   48

/* A piece of the file by which to find it again. */
static struct slice middle_of(struct slice content)
{
	return slice_sub(content, content.n / 2, content.n / 2 + SAMPLE);
}

/* What is put, and the words by which its traces are found. */
struct parcel {
	const char *object, *word, *title;
};

static int put(struct demo *d, struct demo_node *by, const char *to, const char *label,
	const char *mode, const char *title, const char *file, struct parcel *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	ret->word = demo_canary(d);
	ret->title = title;
	const char *text = arena_printf(&d->cli->arena, "%s. Mark: %s", title, ret->word);
	TRY(demo_ask(d, by, &a, "put", "--to", to, "--label", label, "--mode", mode, "--title",
		title, "--quiet", text, file ? "--file" : NULL, file, NULL));
	ret->object = answer_text(d, &a, "object");
	demo_tell(d, "%s puts \"%s\" for %s, %s%s: leaf %.12s", by->label, title, to, label,
		file ? ", with a file" : "", answer_text(d, &a, "leaf"));
	return 0;
}

/* That the search finds what is there: else its finding nothing elsewhere would mean little. */
static int claim_present(
	struct demo *d, struct demo_node *const *all, const struct parcel *p, struct slice content)
{
	bool holds = true;
	for (size_t i = 1; i <= 2; i++) {
		bool words, file;
		TRY(demo_holds(d, all[i], slice_str(p->word), &words));
		TRY(demo_holds(d, all[i], middle_of(content), &file));
		holds = holds && words && file;
	}
	demo_claim(
		d, holds, "its words and its file are found by searching the disks of HRV and KOS");
	return 0;
}

static int claim_absent(
	struct demo *d, const struct demo_node *n, const struct parcel *p, const char *mode)
{
	bool words = true, title = true;
	TRY(demo_holds(d, n, slice_str(p->word), &words));
	TRY(demo_holds(d, n, slice_str(p->title), &title));
	demo_claim(d, !demo_lists(d, n, p->object, mode) && !words && !title,
		"%s has the leaf and nothing else: not in its lists, not one byte of it on its disk",
		n->label);
	return 0;
}

/* ---- for everybody ---- */

static int for_all(struct demo *d, struct demo_node *const *all)
{
	struct parcel p;
	bool arrived = true;
	TRY(put(d, all[0], "all", "UNCLASSIFIED", "real", "Duty roster of the week", NULL, &p));
	for (size_t i = 0; i < 4; i++)
		arrived = arrived && demo_has_record(d, all[i], p.object);
	demo_claim(d, arrived, "it is on all four nodes");
	return 0;
}

/* ---- for two, with a file ---- */

/* A file of the demo's own, hard to squeeze, or the one that ENTENTE_DEMO_FILE names. */
static int choose_file(struct demo *d, const char **ret, struct buf *content)
{
	const char *given = getenv("ENTENTE_DEMO_FILE");
	if (given && *given) {
		*ret = given;
		return file_read(given, content, d->why);
	}
	uint8_t *room = buf_room(content, FILE_BYTES);
	MUST(room != NULL);
	env_random(&d->cli->env, room, FILE_BYTES);
	*ret = arena_printf(&d->cli->arena, "%s/indicators.bin", d->dir);
	return file_create(*ret, buf_slice(content), 0600, d->why);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static int fetch_file(struct demo *d, struct demo_node *n, const char *object, const char *name,
	struct slice content, bool *ret)
{
	const char *out = arena_printf(&d->cli->arena, "%s/fetched-%s", d->dir, n->label);
	struct patience p = patience_start();
	*ret = false;
	do {
		struct answer a CLEANUP_ANSWER = {.status = 0};
		struct buf got CLEANUP_BUF = BUF(LIMIT_FILE_BYTES);
		TRY(demo_run(d, n, &a, "get", object, "--file", name, "-o", out, "--force",
			"--quiet", NULL));
		if (a.status != 0)
			continue;
		TRY(file_read(out, &got, d->why));
		*ret = slice_eq(buf_slice(&got), content);
		break;
	} while (patience_left(&p));
	unlink(out);
	return 0;
}

static int claim_no_file(struct demo *d, const struct demo_node *n, struct slice content)
{
	bool holds = true;
	TRY(demo_holds(d, n, middle_of(content), &holds));
	demo_claim(d, !holds, "and nothing of the file is on %s's disk", n->label);
	return 0;
}

static int for_two(struct demo *d, struct demo_node *const *all, struct parcel *ret)
{
	struct buf content CLEANUP_BUF = BUF(LIMIT_FILE_BYTES);
	const char *path;
	bool whole;
	TRY(choose_file(d, &path, &content));
	TRY(put(d, all[1], "HRV,KOS", "RESTRICTED TLP=AMBER", "real", "Indicators from an incident",
		path, ret));
	demo_claim(d, demo_has_record(d, all[2], ret->object), "it is at KOS");
	TRY(fetch_file(d, all[2], ret->object, base_name(path), buf_slice(&content), &whole));
	demo_claim(d, whole, "with its file, %zu bytes, the same to the last", content.n);
	TRY(claim_present(d, all, ret, buf_slice(&content)));
	demo_claim(
		d, demo_agree(d, all, 4), "the others hold the same logs, this entry among them");
	for (size_t i = 0; i < 4; i += 3) {
		TRY(claim_absent(d, all[i], ret, "real"));
		TRY(claim_no_file(d, all[i], buf_slice(&content)));
	}
	return 0;
}

/* ---- released, and erased ---- */

static int released(struct demo *d, struct demo_node *const *all, const struct parcel *p)
{
	bool gone = true, holds = true;
	TRY(demo_do(d, all[1], "release", p->object, "--to", "ALB", "--quiet", NULL));
	demo_tell(d, "HRV, who owns it, releases it to ALB as well");
	demo_claim(d, demo_has_record(d, all[0], p->object),
		"now ALB has it, checked against the leaf that it has held all along");
	TRY(demo_holds(d, all[3], slice_str(p->word), &holds));
	demo_claim(d, !holds, "BGR still has nothing of it");
	TRY(demo_do(d, all[1], "erase", p->object, "--quiet", NULL));
	demo_tell(d, "HRV erases it, everywhere: the leaf stays, the content goes");
	for (size_t i = 0; i < 3; i++)
		gone = gone && demo_gone(d, all[i], slice_str(p->word));
	demo_claim(d, gone,
		"no byte of it is left on ALB, HRV or KOS: store, journal and search index are clean");
	return 0;
}

/* ---- exercise ---- */

static int exercise(struct demo *d, struct demo_node *const *all)
{
	struct parcel p;
	TRY(put(d, all[2], "all", "UNCLASSIFIED", "exercise", "Flood in the valley, phase one",
		NULL, &p));
	for (size_t i = 0; i < 4; i++)
		demo_claim(d,
			demo_has_record(d, all[i], p.object) &&
				demo_lists(d, all[i], p.object, "exercise") &&
				!demo_lists(d, all[i], p.object, "real"),
			"at %s it is in the exercise, and in no list of what is real",
			all[i]->label);
	return 0;
}

int demo_records(struct demo *d)
{
	struct demo_node *all[] = {
		demo_node(d, "ALB"), demo_node(d, "HRV"), demo_node(d, "KOS"), demo_node(d, "BGR")};
	struct parcel two;
	demo_scene(d, "Records arrive where they may, and nowhere else");
	TRY(for_all(d, all));
	TRY(for_two(d, all, &two));
	TRY(released(d, all, &two));
	TRY(exercise(d, all));
	return 0;
}
