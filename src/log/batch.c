/* batch.c: see batch.h. */
#include "log/batch.h"

#include "base/report.h"

void batch_add(struct buf *b, struct slice object)
{
	MUST(object.n > 0 && object.n <= UINT32_MAX);
	buf_be32(b, (uint32_t)object.n);
	buf_slice_add(b, object);
}

int batch_next(struct slice start, struct slice *rest, struct slice *ret, uint64_t *ret_offset,
	struct why *why)
{
	uint32_t n;

	if (rest->n == 0)
		return 0;
	if (rest->n < 4)
		return why_set(why, E_SYNTAX, "", "a batch ends within a length");
	n = (uint32_t)rest->p[0] << 24 | (uint32_t)rest->p[1] << 16 | (uint32_t)rest->p[2] << 8 |
	    rest->p[3];
	if (n == 0)
		return why_set(why, E_SYNTAX, "", "a batch has an empty object");
	if (n > rest->n - 4)
		return why_set(why, E_SYNTAX, "", "a batch ends within an object");
	*ret = slice_of(rest->p + 4, n);
	*ret_offset = (uint64_t)(ret->p - start.p);
	*rest = slice_of(ret->p + n, rest->n - 4 - n);
	return 1;
}

struct object_id batch_object_id(const struct id *owner, const struct hash *leaf, uint32_t i)
{
	const struct slice pieces[] = {
		SLICE("entente-batch/1\n"), slice_of(leaf->b, sizeof(leaf->b))};
	const uint8_t at[4] = {
		(uint8_t)(i >> 24), (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
	struct hash h = hash_of(pieces, sizeof(pieces) / sizeof(pieces[0]));
	struct object_id o = {.owner = *owner};

	memcpy(o.name.b, h.b, sizeof(o.name.b) - sizeof(at));
	memcpy(o.name.b + sizeof(o.name.b) - sizeof(at), at, sizeof(at));
	return o;
}
