/*
 * release.h: a procurement told in OCDS 1.1.5: one release for each step, from the same records for three circles of readers.
 */
#ifndef PROCUREMENT_RELEASE_H
#define PROCUREMENT_RELEASE_H

#include "work/procurement/ocds/merge.h"
#include "work/procurement/offer.h"

/* PUBLIC and THIRD: without what the tender withholds (withheldInformation says what, why, until when) and without the bids' contents; PUBLIC also without documents' hashes. */
enum release_circle { CIRCLE_PUBLIC, CIRCLE_THIRD, CIRCLE_MEMBER };

/*
 * Release package with all steps so far, in order; E_MISSING before the agreement is signed by all. `history` (procure_store_history) has the versions of what can change: each
 * is a release of its own, named by the leaf of its record, so a release that was told stays as it was.
 *
 * An award is told as active, and its tender as complete, from the version on by which it is final, as far as is known here; what the lead calls active before is told as pending.
 *
 *	planning, planningUpdate; tender, tenderAmendment (what is bought or when has changed), tenderUpdate, tenderCancellation; award, awardUpdate, awardCancellation;
 *	contract, contractUpdate, contractAmendment, contractTermination; implementation
 */
MUST_USE int release_package(const struct process *p, const struct rows *history,
	enum release_circle circle, const struct world *w, int64_t now_ms, struct arena *arena,
	struct tree **ret, struct why *why);
/* The lowest class of the ladder, and no category that holds anybody back: then it may be told to all. The public circle has records of such labels only. */
bool release_label_public(const struct world *w, struct slice label);
/* Takes what the tender withholds out of a release, or of any tree that has its paths: "tender/items/quantity". */
void release_withhold(
	const struct process *p, struct tree *release, int64_t now_ms, struct arena *arena);
/*
 * {"tender": its record without what it withholds, "enquiries": answers with their questions, as OCDS names them, "withheldInformation"}: what suppliers and strangers get of it.
 */
struct tree *release_tender_told(
	const struct process *p, const struct world *w, int64_t now_ms, struct arena *arena);
/* Answers with their questions, of labels that the public may read; nobody is told who asked. [{"id", "date", "description", "answer", "dateAnswered"}] */
struct tree *release_enquiries(const struct process *p, const struct world *w, struct arena *arena);

#endif
