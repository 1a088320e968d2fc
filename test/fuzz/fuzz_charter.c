/*
 * fuzz_charter.c: a charter that is taken prints as it stands, and its clearances and labels fit it.
 */
#include "base/limits.h"
#include "base/report.h"
#include "pact/label.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The scopes of two-person may stand in any order; everything else has one spelling. */
static void compare(const struct charter *c, struct arena *arena)
{
	struct buf b CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES + 1024),
		     again CLEANUP_BUF = BUF(LIMIT_CHARTER_BYTES + 1024);
	struct charter back;

	charter_print(c, &b);
	MUST(!buf_over(&b) && b.n == c->text.n);
	MUST(charter_parse(&back, arena, buf_slice(&b), NULL) == 0);
	charter_print(&back, &again);
	MUST(slice_eq(buf_slice(&b), buf_slice(&again)));
	MUST(back.two_person == c->two_person);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct why why = {0};
	struct charter c;
	int rc = charter_parse(&c, &arena, slice_of(data, size), &why);

	if (rc < 0) {
		MUST(rc == E_SYNTAX || rc == E_INVALID || rc == E_LIMIT || rc == E_STATE);
		MUST(why.code == rc && why.text[0]);
		return 0;
	}
	MUST(c.n_member > 0 && c.n_member <= LIMIT_MEMBERS && c.n_ladder > 0 &&
		c.force <= c.n_member && c.suspension > 0);
	compare(&c, &arena);
	struct label lowest = {.policy = c.policy, .class_name = c.ladder[0]};
	MUST(label_check(&lowest, &c, NULL) == 0);
	for (size_t i = 0; i < c.n_member; i++) {
		MUST(charter_has_member(&c, &c.member[i].id));
		MUST(label_admits(&lowest, &c, &c.member[i].id, SLICE_NONE));
	}
	return 0;
}
