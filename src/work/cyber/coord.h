/*
 * coord.h: what members do together about what they see. Each is a record that one member owns and only that member changes; others refer to it from records of
 * their own (an answer accepts a task, declines it, answers a question, says that a case is covered here).
 *
 *	cyber/case/1     title, summary?, status (open, contained, closed), severity (low, medium, high, critical), first_seen?, objects? (ids of STIX)
 *	cyber/task/1     title, text?, status (open, done, withdrawn), case?, for? (a member), due?, objects?
 *	cyber/rfi/1      title (the question), text?, status (open, closed), case?, due?, objects?
 *	cyber/notice/1   title, text?, status (draft, published, done), type (advisory, takedown, vulnerability), case?, target?, vulnerability?, csaf?, objects?
 *	cyber/answer/1   to (a case, task, question or notice), answer (accepted, declined, done, answered, covered), text?, objects?
 *
 * Content is JSON, at most 256 KiB; a CSAF document of a notice may take up the whole payload.
 */
#ifndef WORK_CYBER_COORD_H
#define WORK_CYBER_COORD_H

#include "node/workspace.h"
#include "work/cyber/limits.h"

#include "json/json.h"

enum coord_kind { COORD_CASE, COORD_TASK, COORD_RFI, COORD_NOTICE, COORD_ANSWER, COORD_KINDS };
/* "case" … */
const char *coord_word(enum coord_kind k);
/* "cyber/case/1" … */
const char *coord_kind_name(enum coord_kind k);
/* -EINVAL */
MUST_USE int coord_kind_parse(struct slice kind, enum coord_kind *ret);
MUST_USE int coord_word_parse(struct slice word, enum coord_kind *ret);

struct coord {
	struct json_doc doc;
	json_ref root;
	struct slice title, text, status, severity, type, answer, target, vulnerability;
	bool has_about; /* `case` or `to` */
	struct object_id about;
	bool has_for;
	struct id member;
	int64_t due_ms, first_ms;
	struct slice *object; /* ids of STIX */
	size_t n_object;
	json_ref csaf;
};
/* E_SYNTAX, E_LIMIT, E_INVALID with a JSON pointer. Points into content and arena. */
MUST_USE int coord_parse(struct coord *ret, enum coord_kind kind, struct slice content,
	struct arena *arena, struct why *why);

/* For the table of kinds. */
extern const char coord_schema[];
MUST_USE int coord_check_case(
	struct slice content, struct slice media, struct arena *arena, struct why *why);
MUST_USE int coord_check_task(
	struct slice content, struct slice media, struct arena *arena, struct why *why);
MUST_USE int coord_check_rfi(
	struct slice content, struct slice media, struct arena *arena, struct why *why);
MUST_USE int coord_check_notice(
	struct slice content, struct slice media, struct arena *arena, struct why *why);
MUST_USE int coord_check_answer(
	struct slice content, struct slice media, struct arena *arena, struct why *why);
MUST_USE int coord_fold(const struct folding *f, struct why *why);
MUST_USE int coord_drop(struct db *db, int64_t log_row, uint64_t seq, uint64_t at, struct why *why);
void coord_words(struct slice content, struct arena *arena, struct buf *ret);
struct slice coord_title(struct slice content, struct arena *arena);

/*
 * Objects that refer to this one, of a coalition and mode; `limit` counts those that the reader may see and no others. What they say now record_get() tells.
 */
struct index_view;
MUST_USE int coord_links(const struct index_view *v, const struct object_id *about, size_t limit,
	struct arena *arena, struct object_id **ret, size_t *ret_n, struct why *why);
/* Those of them that `owner` has written. */
MUST_USE int coord_links_by(const struct index_view *v, const struct object_id *about,
	const struct id *owner, size_t limit, struct arena *arena, struct object_id **ret,
	size_t *ret_n, struct why *why);

#endif
