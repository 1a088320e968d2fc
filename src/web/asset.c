/* asset.c: finding an embedded file, and answering with it. */
#include "web/asset.h"

#include "base/report.h"

const struct asset *asset_named(const char *name)
{
	const struct asset *a = assets;
	while (a->name && strcmp(a->name, name) != 0)
		a++;
	MUST(a->name != NULL);
	return a;
}

const struct asset *asset_at(struct slice path)
{
	for (const struct asset *a = assets; a->name; a++) {
		if (slice_is(path, a->path))
			return a;
	}
	return NULL;
}

struct slice asset_bytes(const struct asset *a)
{
	return slice_of(a->begin, (size_t)(a->end - a->begin));
}

const struct asset *asset_shell(void)
{
	const struct asset *a = assets;
	while (a->name && strcmp(a->name, "ui/index.html") != 0)
		a++;
	return a->name ? a : NULL;
}

/* "gzip" as one of the codings, unless its weight is zero. */
static bool takes_gzip(struct slice accepted)
{
	struct slice rest = accepted;
	while (rest.n) {
		ptrdiff_t end = slice_find(rest, ',');
		struct slice one = slice_trim(end < 0 ? rest : slice_sub(rest, 0, (size_t)end));
		rest = end < 0 ? SLICE_NONE : slice_sub(rest, (size_t)end + 1, rest.n);
		ptrdiff_t semicolon = slice_find(one, ';');
		struct slice name =
			semicolon < 0 ? one : slice_trim(slice_sub(one, 0, (size_t)semicolon));
		if (!slice_is(name, "gzip"))
			continue;
		struct slice weight =
			semicolon < 0 ? SLICE_NONE
				      : slice_trim(slice_sub(one, (size_t)semicolon + 1, one.n));
		return !slice_is(weight, "q=0") && !slice_is(weight, "q=0.0") &&
		       !slice_is(weight, "q=0.00") && !slice_is(weight, "q=0.000");
	}
	return false;
}

void asset_answer(struct request *req, const struct asset *a)
{
	bool small = a->gzip && takes_gzip(request_header(req, "Accept-Encoding"));
	response_text(req, 200, a->type,
		small ? slice_of(a->gzip, (size_t)(a->gzip_end - a->gzip)) : asset_bytes(a));
	if (small)
		response_header(req, "Content-Encoding", "gzip");
	if (a->gzip)
		response_header(req, "Vary", "Accept-Encoding");
}
