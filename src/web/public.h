/*
 * public.h: /public/ of the pages: what a coalition shows to anybody, without sign-in, cookie or script, in four languages; as pages, Atom feed, JSON, and as the
 * file that proves itself (pact/publicfile.h). All of it is made from that file alone, after it has been checked here as a stranger would check it: what is
 * not in the file cannot be shown.
 *
 *	/public/  /public/LANG/                     coalitions
 *	/public/COALITION  /public/LANG/COALITION   the register as a page
 *	/public/LANG/COALITION.atom                 feed (RFC 4287)
 *	/public/COALITION.json  COALITION.public    for programs; the file for `entente verify`
 *	/public/COALITION/LEAF.entry  LEAF.proof    one act's bytes, and its C2SP tlog-proof
 *
 * Off unless entente.conf says `public on`: then these paths do not exist.
 */
#ifndef WEB_PUBLIC_H
#define WEB_PUBLIC_H

#include "net/server.h"
#include "node/public.h"
#include "web/rate.h"

struct public_door;
/* `rate` is borrowed. */
struct public_door *public_door_new(const struct node *node, struct rate *rate)
	__attribute__((returns_nonnull, warn_unused_result));
void public_door_free(struct public_door **d);

/*
 * `rest`: what stands behind "/public/". `network`: who asks. Sets the response; E_MISSING, E_BUSY; PUBLIC_PARK: another request is making the view, so again
 * when the listener is woken. *ret_made: this was that one, and the listener is to be woken.
 */
enum { PUBLIC_PARK = 1 };
MUST_USE int public_answer(struct public_door *d, struct db *db, struct request *req,
	struct slice rest, const char *network, bool *ret_made, struct why *why);

/* ---- what it is made of, for the files beside it ---- */

enum public_lang { PUBLIC_EN, PUBLIC_SQ, PUBLIC_BG, PUBLIC_HR, PUBLIC_LANGS };
extern const char *const public_lang_name[PUBLIC_LANGS]; /* "en" … */

/* A register as it was read, checked and is shown; never changed afterwards. */
struct public_view {
	struct arena arena;
	struct publicfile f;
	struct public_checked c;
	struct slice bytes; /* the file */
	char coalition[COAL_TEXT + 1];
	int64_t now_ms;
};

void public_page(struct buf *b, const struct public_view *v, enum public_lang lang);
void public_index(struct buf *b, struct public_view *const *list, size_t n, const char *label,
	enum public_lang lang);
void public_atom(struct buf *b, const struct public_view *v, enum public_lang lang);
void public_json(struct buf *b, const struct public_view *v);

/* Label of a party as the register has it; the start of its id. In the arena of nothing: into `ret`. */
#define PUBLIC_LABEL 96
struct slice public_label(const struct public_view *v, const struct id *id, char ret[PUBLIC_LABEL]);
struct slice public_name(const struct public_view *v);
/* Every entry that is shown, newest first. */
struct public_shown {
	const struct public_log *log;
	const struct public_entry *e;
};
size_t public_shown(const struct public_view *v, struct public_shown *ret, size_t max);
/* How many witnesses the act's author needs. */
unsigned public_need(const struct public_view *v, const struct public_shown *s);

#endif
