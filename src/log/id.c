/* id.c: see id.h. */
#include "log/id.h"

#include "base/enc.h"

#include <errno.h>

bool id_eq(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

bool id_is_zero(const struct id *a)
{
	static const struct id zero;

	return id_eq(a, &zero);
}

bool ids_have(const struct id *list, size_t n, const struct id *one)
{
	for (size_t i = 0; i < n; i++)
		if (id_eq(&list[i], one))
			return true;
	return false;
}

int id_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct id));
}

bool log_id_eq(const struct log_id *a, const struct log_id *b)
{
	return id_eq(&a->coalition, &b->coalition) && id_eq(&a->member, &b->member) &&
	       a->epoch == b->epoch;
}

bool object_id_eq(const struct object_id *a, const struct object_id *b)
{
	return id_eq(&a->owner, &b->owner) && id_eq(&a->name, &b->name);
}

void id_format(const struct id *id, char ret[ID_TEXT + 1])
{
	base32_encode(id->b, sizeof(id->b), ret);
}

void coalition_format(const struct id *id, char ret[COAL_TEXT + 1])
{
	hex_encode(id->b, sizeof(id->b), ret);
}

int id_parse(struct slice text, struct id *ret)
{
	return base32_decode(text, ret->b, sizeof(ret->b));
}

int coalition_parse(struct slice text, struct id *ret)
{
	return hex_decode(text, ret->b, sizeof(ret->b));
}

void object_format(const struct object_id *o, char ret[OBJECT_TEXT + 1])
{
	id_format(&o->owner, ret);
	ret[ID_TEXT] = '.';
	id_format(&o->name, ret + ID_TEXT + 1);
}

int object_parse(struct slice text, struct object_id *ret)
{
	struct object_id o;

	if (text.n != OBJECT_TEXT || text.p[ID_TEXT] != '.')
		return -EINVAL;
	if (id_parse(slice_sub(text, 0, ID_TEXT), &o.owner) < 0 ||
		id_parse(slice_sub(text, ID_TEXT + 1, OBJECT_TEXT), &o.name) < 0)
		return -EINVAL;
	*ret = o;
	return 0;
}
