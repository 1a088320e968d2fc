/* demo_state.c: asking nodes what they hold, until it is so or patience ends. */
#include "base/enc.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/demo.h"

#include <dirent.h>
#include <poll.h>
#include <sys/stat.h>

struct patience patience_start(void)
{
	struct env env = env_system();
	return (struct patience){.until_ms = env_mono_ms(&env) + DEMO_PATIENCE_MS, .pause_ms = 20};
}

bool patience_left(struct patience *p)
{
	struct env env = env_system();
	if (demo_interrupted() || env_mono_ms(&env) > p->until_ms)
		return false;
	(void)poll(NULL, 0, (int)p->pause_ms);
	if (p->pause_ms < 200)
		p->pause_ms += p->pause_ms / 2;
	return true;
}

/* ---- status ---- */

void view_of_free(struct view_of *v)
{
	answer_free(&v->answer);
}

int demo_view(struct demo *d, const struct demo_node *n, struct view_of *ret)
{
	*ret = (struct view_of){.answer = {.status = 0}};
	TRY(demo_ask(d, n, &ret->answer, "status", NULL));
	const struct json_doc *doc = &ret->answer.doc;
	json_ref list = json_get(doc, json_root(doc), "coalitions");
	for (json_ref c = json_first(doc, list); c; c = json_next(doc, c)) {
		if (n->coalition && slice_is(json_string(doc, json_get(doc, c, "coalition"),
						     &ret->answer.arena),
					    n->coalition))
			ret->coalition = c;
	}
	if (!ret->coalition)
		return why_set(d->why, E_STATE, n->label, "its status does not show the coalition");
	return 0;
}

static bool text_is(const struct view_of *v, json_ref of, const char *key, const char *text)
{
	struct view_of *w = (struct view_of *)(uintptr_t)v; /* unescaping may need its arena */
	return slice_is(
		json_string(&v->answer.doc, json_get(&v->answer.doc, of, key), &w->answer.arena),
		text);
}

/* The element of list `name` whose `key` is `text`. */
static json_ref find(const struct view_of *v, const char *name, const char *key, const char *text)
{
	const struct json_doc *doc = &v->answer.doc;
	json_ref list = json_get(doc, v->coalition, name);
	for (json_ref e = json_first(doc, list); e; e = json_next(doc, e)) {
		if (text_is(v, e, key, text))
			return e;
	}
	return JSON_ABSENT;
}

static int64_t number(const struct view_of *v, json_ref of, const char *key)
{
	int64_t n = -1;
	return json_i64(&v->answer.doc, json_get(&v->answer.doc, of, key), &n) < 0 ? -1 : n;
}

static const char *keep(struct demo *d, const struct view_of *v, json_ref of, const char *key)
{
	const struct json_doc *doc = &v->answer.doc;
	return arena_string(
		&d->cli->arena, json_string(doc, json_get(doc, of, key), &d->cli->arena));
}

bool demo_standing_is(
	struct demo *d, const struct demo_node *at, const char *label, const char *status)
{
	struct patience p = patience_start();
	do {
		struct view_of v CLEANUP_VIEW;
		if (demo_view(d, at, &v) == 0 &&
			text_is(&v, find(&v, "parties", "label", label), "status", status))
			return true;
	} while (patience_left(&p));
	return false;
}

bool demo_standing_everywhere(struct demo *d, struct demo_node *const *at, size_t n,
	const char *label, const char *status)
{
	for (size_t i = 0; i < n; i++) {
		if (!demo_standing_is(d, at[i], label, status))
			return false;
	}
	return true;
}

bool demo_ratified_is(
	struct demo *d, const struct demo_node *at, const char *label, int64_t have, int64_t need)
{
	struct patience p = patience_start();
	do {
		struct view_of v CLEANUP_VIEW;
		if (demo_view(d, at, &v) < 0)
			continue;
		json_ref party = find(&v, "parties", "label", label);
		if (number(&v, party, "ratified") == have &&
			number(&v, party, "ratifications_needed") == need)
			return true;
	} while (patience_left(&p));
	return false;
}

bool demo_in_force(struct demo *d, struct demo_node *const *at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct patience p = patience_start();
		bool so = false;
		do {
			struct view_of v CLEANUP_VIEW;
			so = demo_view(d, at[i], &v) == 0 &&
			     json_true(&v.answer.doc,
				     json_get(&v.answer.doc, v.coalition, "in_force"));
		} while (!so && patience_left(&p));
		if (!so)
			return false;
	}
	return true;
}

const char *demo_digest(struct demo *d, const struct demo_node *at)
{
	struct view_of v CLEANUP_VIEW;
	return demo_view(d, at, &v) == 0 ? keep(d, &v, v.coalition, "standing_digest") : "";
}

/* Sizes and roots of all logs that hold something, and the digest of standing, as one line. */
static int summary(struct demo *d, const struct demo_node *at, struct buf *ret)
{
	struct view_of v CLEANUP_VIEW;
	TRY(demo_view(d, at, &v));
	const struct json_doc *doc = &v.answer.doc;
	json_ref logs = json_get(doc, v.coalition, "logs");
	buf_str(ret, keep(d, &v, v.coalition, "standing_digest"));
	for (size_t i = 0; i < d->n_node; i++) {
		for (json_ref l = json_first(doc, logs); l; l = json_next(doc, l)) {
			if (text_is(&v, l, "member", d->node[i].member) &&
				number(&v, l, "size") > 0)
				buf_addf(ret, " %zu:%lld:%s", i, (long long)number(&v, l, "size"),
					keep(d, &v, l, "root"));
		}
	}
	return 0;
}

bool demo_agree(struct demo *d, struct demo_node *const *at, size_t n)
{
	struct patience p = patience_start();
	do {
		struct buf first CLEANUP_BUF = BUF(64 * KIB);
		bool same = summary(d, at[0], &first) == 0;
		for (size_t i = 1; same && i < n; i++) {
			struct buf other CLEANUP_BUF = BUF(64 * KIB);
			same = summary(d, at[i], &other) == 0 &&
			       slice_eq(buf_slice(&first), buf_slice(&other));
		}
		if (same)
			return true;
	} while (patience_left(&p));
	return false;
}

unsigned demo_said(struct demo *d, const struct demo_node *at, const char *about, const char *claim)
{
	struct view_of v CLEANUP_VIEW;
	unsigned n = 0;
	if (demo_view(d, at, &v) < 0)
		return 0;
	const struct json_doc *doc = &v.answer.doc;
	json_ref list = json_get(doc, find(&v, "parties", "label", about), "statements");
	for (json_ref s = json_first(doc, list); s; s = json_next(doc, s))
		n += text_is(&v, s, "claim", claim);
	return n;
}

const char *demo_witnessed(
	struct demo *d, const struct demo_node *at, const char *label, const char *kind)
{
	struct patience p = patience_start();
	int64_t have = -1, need = 0;
	do {
		struct view_of v CLEANUP_VIEW;
		if (demo_view(d, at, &v) < 0)
			continue;
		const struct json_doc *doc = &v.answer.doc;
		json_ref acts = json_get(doc, find(&v, "parties", "label", label), "signed");
		for (json_ref act = json_first(doc, acts); act; act = json_next(doc, act)) {
			if (!text_is(&v, act, "kind", kind))
				continue;
			have = number(&v, act, "witnessed");
			need = number(&v, act, "witnesses_needed");
		}
	} while (have < need && patience_left(&p));
	return arena_printf(
		&d->cli->arena, "witnessed by %lld (needs %lld)", (long long)have, (long long)need);
}

bool demo_forked(struct demo *d, const struct demo_node *at, const char *label)
{
	struct patience p = patience_start();
	do {
		struct view_of v CLEANUP_VIEW;
		if (demo_view(d, at, &v) == 0 &&
			json_true(&v.answer.doc,
				json_get(&v.answer.doc, find(&v, "parties", "label", label),
					"forked")))
			return true;
	} while (patience_left(&p));
	return false;
}

/* ---- records ---- */

bool demo_has_record(struct demo *d, const struct demo_node *at, const char *object)
{
	struct patience p = patience_start();
	do {
		struct answer a CLEANUP_ANSWER;
		if (demo_run(d, at, &a, "get", object, "--coalition", at->coalition, "--json",
			    NULL) == 0 &&
			a.status == 0 && strcmp(answer_text(d, &a, "state"), "live") == 0)
			return true;
	} while (patience_left(&p));
	return false;
}

bool demo_lists(struct demo *d, const struct demo_node *at, const char *object, const char *mode)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	if (demo_ask(d, at, &a, "list", "--mode", mode, "--limit", "1000", "--coalition",
		    at->coalition, NULL) < 0)
		return false;
	json_ref list = json_get(&a.doc, json_root(&a.doc), "records");
	for (json_ref r = json_first(&a.doc, list); r; r = json_next(&a.doc, r)) {
		if (slice_is(json_string(&a.doc, json_get(&a.doc, r, "object"), &a.arena), object))
			return true;
	}
	return false;
}

/* ---- what lies on the disk ---- */

const char *demo_canary(struct demo *d)
{
	char word[25];
	for (size_t i = 0; i < 24; i++)
		word[i] = (char)('a' + env_below(&d->cli->env, 26));
	word[24] = '\0';
	return arena_string(&d->cli->arena, slice_str(word));
}

static int tree_holds(struct demo *d, const char *path, struct slice needle, bool *ret)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	int rc = 0;
	while (dir && rc == 0 && !*ret && (e = readdir(dir)) != NULL) {
		char at[4096];
		struct stat st;
		if (e->d_name[0] == '.' && (!e->d_name[1] || e->d_name[1] == '.'))
			continue;
		if (snprintf(at, sizeof(at), "%s/%s", path, e->d_name) >= (int)sizeof(at) ||
			lstat(at, &st) < 0)
			continue; /* a file of the store that has gone since */
		if (S_ISDIR(st.st_mode)) {
			rc = tree_holds(d, at, needle, ret);
		} else if (S_ISREG(st.st_mode)) {
			struct buf b CLEANUP_BUF = BUF(LIMIT_FILE_BYTES);
			struct why gone = {0};
			if (file_read(at, &b, &gone) == 0)
				*ret = slice_search(buf_slice(&b), needle) >= 0;
		}
	}
	if (dir)
		closedir(dir);
	return rc;
}

int demo_holds(struct demo *d, const struct demo_node *n, struct slice needle, bool *ret)
{
	*ret = false;
	TRY(tree_holds(d, n->dir, needle, ret));
	if (!*ret && n->database)
		TRY(demo_postgres_holds(d, n->database, needle, ret));
	return 0;
}

bool demo_gone(struct demo *d, const struct demo_node *n, struct slice needle)
{
	struct patience p = patience_start();
	do {
		bool there = true;
		if (demo_holds(d, n, needle, &there) == 0 && !there)
			return true;
	} while (patience_left(&p));
	return false;
}
