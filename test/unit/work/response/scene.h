/*
 * scene.h: members of a league who speak to each other in records of this workspace, each from what its own node holds.
 *
 *	struct object_id q = say(l, 0, AID_REQUEST, (int[]){1, 2}, 2, "code=4711", "title=x", …, NULL);
 *	assert_says(E_CONFLICT, l, 1, AID_COMMIT, "acceptance=…", NULL);
 */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include "node/league.h"
#include "work/response/dossier.h"
#include "work/response/fill.h"
#include "work/response/response.h"

/* Fields "name=value" up to NULL, as the command line has them; readers: of `to`, or by what it belongs to (n 0). */
int try_say(struct league *l, size_t i, enum aid_kind kind, const int *to, size_t n,
	struct object_id *ret, struct why *why, ...) __attribute__((sentinel));
struct object_id said(struct league *l, size_t i, enum aid_kind kind, const int *to, size_t n, ...)
	__attribute__((sentinel));
/* The same made and not written. */
struct draft drafted(struct league *l, size_t i, enum aid_kind kind, ...) __attribute__((sentinel));
/* "acceptance=<id>" in memory that stays until the test ends. */
const char *naming(const char *field, const struct object_id *id);
/* Of a request of one line, two pumps; and what is offered for it. */
#define REQUEST(code)                                                                              \
	"code=" code, "title=Pumps", "situation=The dam leaks", "location.name=Valley",            \
		"location.lat=41.5", "location.lon=20.25", "offers_due=+6h"
#define LINE "lines.0.line=1", "lines.0.type=HCP", "lines.0.quantity=2", "lines.0.needed_by=+24h"
/* Pumps of member i, known to members 0 to 2; how many it has and keeps is its own business. */
struct object_id capability(struct league *l, size_t i, const char *quantity, const char *reserve);
struct object_id offer(struct league *l, size_t i, const struct object_id *request,
	const struct object_id *cap, const char *quantity);
/* The dossier of a request as member `who` sees it at node i. */
struct scene_view {
	struct reading *r;
	struct dossier d;
};
void scene_open(struct scene_view *ret, struct league *l, size_t i, size_t who,
	const struct object_id *request);
void scene_close(struct scene_view *v);
void scene_register(void);
/* From now on nodes write what this workspace would not let its own people say, as a partner's node that was changed does; or do so no longer. */
void scene_unchecked(bool on);

#endif
