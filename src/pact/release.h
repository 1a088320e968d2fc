/*
 * release.h: the one place where it is decided who may have what (law 5). Every door asks here: sync, API, TAXII, feeds, pages, search, counts,
 * live events. What is not released to a reader does not exist for it.
 *
 * Two levels:
 *   - the header of an entry: may its bytes go to this party, or only its leaf hash? (release_header)
 *   - its content: payload, record, title, count, event. (release_content in C; RELEASE_SQL inside a query)
 *
 * Audiences are interned sets (tables audience, audience_member); a row that can be shown carries the id of its set, so that the rule is a join and
 * never a filter afterwards. A release/1 moves the row to a larger set, a recall/1 to a smaller.
 */
#ifndef PACT_RELEASE_H
#define PACT_RELEASE_H

#include "db/db.h"
#include "pact/label.h"
#include "pact/standing.h"

extern const char release_schema_1[]; /* tables audience, audience_member */

struct readings; /* node/readings.h */

/* Who asks. */
struct reader {
	struct id member; /* whose node, or whose user */
	bool self; /* this node's own staff: every record this node holds (accounts narrow it further) */
	bool is_party;		  /* known in this coalition by an introduction */
	bool is_member;		  /* in standing: gets open headers */
	unsigned clearance_level; /* index into the ladder, for users; UINT_MAX: as the member */
	bool no_clearance; /* for users whose clearance the ladder does not have: nothing that bears a label */
	struct readings *
		readings; /* borrowed; where what is brought for him is noted (node/readings.h); NULL: nobody is shown anything */
};

/* Interns a set: sorted distinct members → id. Same set, same id. Inside the caller's transaction. */
MUST_USE int audience_intern(
	struct db *db, const struct id *member, size_t n, int64_t *ret, struct why *why);
MUST_USE int audience_members(struct db *db, int64_t audience, struct arena *arena, struct id **ret,
	size_t *ret_n, struct why *why);
MUST_USE int audience_has(
	struct db *db, int64_t audience, const struct id *member, bool *ret, struct why *why);

/*
 * The bytes of an open or veiled entry to a partner:
 *   act kinds → any party; veiled → any party (there is nothing in it); other open entries → members in the audience
 *   (`roll` resolved by the caller, or with what later entries have granted) and the author, what takes back → parties in the audience, members or not; nobody else.
 */
bool release_header(const struct reader *who, const struct entry *e, const struct id *audience,
	size_t n_audience);

/* Kinds that take content back: they must reach everybody who may have a copy, whatever has become of them since. */
bool release_takes_back(struct slice kind);
/*
 * The content: the author and members of the audience set, provided the label admits them; act kinds → any party; what takes back → parties in the
 * audience, members or not. `label` NULL only for acts.
 */
bool release_content(const struct reader *who, struct slice kind, const struct id *author,
	const struct id *audience, size_t n_audience, const struct label *label,
	const struct charter *charter, struct slice accession_clearance);

/*
 * The same rule in SQL, for a row with a column `audience`: true if member $N is in the set. Use as
 *	"SELECT … FROM item WHERE mode = $1 AND " RELEASE_SQL("item.audience", "$2")
 * and bind the member's 16 bytes at N.
 */
#define RELEASE_SQL(audience_column, member_param)                                                 \
	"EXISTS (SELECT 1 FROM audience_member am WHERE am.audience = " audience_column            \
	" AND am.member = " member_param ")"

/*
 * A user's clearance in SQL, beside RELEASE_SQL, for a row with a column `label`: true if the first of the parameters is 1, or if the label's policy and
 * class are among the other twelve (CHARTER_LADDER_MAX). release_classes_bind() binds all thirteen from number `at` on. A row without a
 * label (recalled, erased) is then nobody's who is limited.
 *	" AND " RELEASE_CLASSES_SQL("item.label", "$4", "$5", "$6", …, "$16")
 */
#define RELEASE_CLASS_SQL(label, p)                                                                \
	"(" label " = " p " OR (" label " >= " p " || ' ' AND " label " < " p " || '!'))"
#define RELEASE_CLASSES_SQL(label, open, a, b, c, d, e, f, g, h, i, j, k, l)                       \
	"(" open " = 1 OR " RELEASE_CLASS_SQL(label, a) " OR " RELEASE_CLASS_SQL(                  \
		label, b) " OR " RELEASE_CLASS_SQL(label, c) " OR " RELEASE_CLASS_SQL(label,       \
		d) " OR " RELEASE_CLASS_SQL(label, e) " OR " RELEASE_CLASS_SQL(label,              \
		f) " OR " RELEASE_CLASS_SQL(label, g) " OR " RELEASE_CLASS_SQL(label,              \
		h) " OR " RELEASE_CLASS_SQL(label, i) " OR " RELEASE_CLASS_SQL(label,              \
		j) " OR " RELEASE_CLASS_SQL(label, k) " OR " RELEASE_CLASS_SQL(label, l) ")"
#define RELEASE_CLASSES 13
/* The texts lie in the arena until the statement has been stepped. */
void release_classes_bind(struct stmt *s, int at, const struct reader *who,
	const struct charter *charter, struct arena *arena);
/* The same for one label in C: may this user have it, as far as the class goes? */
bool release_user_cleared(
	const struct reader *who, struct slice label, const struct charter *charter);
/*
 * An entry in a page of a log, for a user of this node: veiled ones look the same to all; acts are public; the header of any other open entry is for those who
 * are cleared for its class.
 */
bool release_header_user(
	const struct reader *who, const struct entry *e, const struct charter *charter);

/*
 * At write and at receipt: audience ⊆ members that the label admits, nobody outside the roll, TLP fits. E_INVALID names the member.
 * An empty audience is E_INVALID ("nobody").
 */
MUST_USE int release_audience_check(const struct label *label, const struct charter *charter,
	const struct standing *standing, const struct id *audience, size_t n, bool all_members,
	struct why *why);

#endif
