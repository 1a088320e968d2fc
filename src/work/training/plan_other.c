/* plan_other.c: injects that are played through another workspace of the node: as records of that workspace's kinds, in the exercise's mode. */
#include "work/training/native.h"
#include "work/training/plan_int.h"

int plan_other(struct desk *d, const struct view *v, const struct inject *j, struct plan *p,
	struct slice label, const struct id *member, size_t n, bool *ret_has, struct object_id *ret,
	struct why *why)
{
	struct native *made = arena_new(d->arena, struct native);
	struct id *party;
	size_t n_party;
	int rc;

	inject_parties(v, j, d->arena, &party, &n_party);
	rc = native_build(d, v, j, party, n_party, made, why);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < made->n; i++) {
		const struct native_piece *x = &made->piece[i];
		struct draft *draft = plan_add(d, p, v->ex.row->mode,
			&(struct kind){.kind = x->kind}, &x->object, label, member, n, x->content);

		draft->media = slice_str(x->media);
	}
	*ret_has = made->n > 0;
	if (made->n)
		*ret = made->piece[made->main].object;
	return 0;
}

int plan_other_check(struct desk *d, const struct view *v, const struct inject *j, struct why *why)
{
	struct native *made = arena_new(d->arena, struct native);
	struct why no = {0};
	struct id *party;
	size_t n_party;
	int rc;

	inject_parties(v, j, d->arena, &party, &n_party);
	rc = native_build(d, v, j, party, n_party, made, &no);
	/* What is not there yet is no fault of a draft: the workspace, or the text of it. */
	return rc == 0 || rc == E_STATE ? 0 : why_set(why, rc, no.where, "%s", no.text);
}
