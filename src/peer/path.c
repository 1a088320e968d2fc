/* path.c: see path.h. */
#include "peer/path.h"

#include "base/enc.h"

#include <errno.h>
#include <inttypes.h>

static const struct {
	const char *name;
	enum peer_resource resource;
} coalition_names[] =
	{
		{"heads", PEER_HEADS},
		{"proofs", PEER_PROOFS},
		{"proof", PEER_PROOF},
		{"roots", PEER_ROOTS},
		{"charter", PEER_CHARTER},
},
  log_names[] = {
	  {"checkpoint", PEER_CHECKPOINT},
	  {"payloads", PEER_PAYLOADS},
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

bool peer_path_is_post(enum peer_resource r)
{
	return r == PEER_PAYLOADS || r == PEER_PROOF;
}

static bool parse_log(struct slice text, struct log_id *ret)
{
	struct slice member;
	uint64_t epoch;

	if (!slice_cut_exact(&text, '.', &member) || id_parse(member, &ret->member) < 0 ||
		slice_u64(text, &epoch) < 0 || epoch > UINT32_MAX)
		return false;
	ret->epoch = (uint32_t)epoch;
	return true;
}

static int parse_file(struct slice rest, struct peer_path *ret)
{
	struct slice seq;

	if (!slice_cut_exact(&rest, '/', &seq) || slice_u64(seq, &ret->seq) < 0 ||
		ret->seq > INT64_MAX)
		return -EINVAL;
	ret->resource = PEER_FILE;
	return hex_decode(rest, ret->file.b, sizeof(ret->file.b));
}

int peer_path_parse(struct slice path, struct peer_path *ret)
{
	struct peer_path p = {0};
	struct slice head;
	int rc = -EINVAL;

	if (!slice_take(&path, "/f/1/") || !slice_cut_exact(&path, '/', &head) ||
		coalition_parse(head, &p.coalition) < 0)
		return -EINVAL;
	for (size_t i = 0; i < COUNT(coalition_names); i++) {
		if (slice_is(path, coalition_names[i].name)) {
			p.resource = coalition_names[i].resource;
			*ret = p;
			return 0;
		}
	}
	p.log.coalition = p.coalition;
	if (slice_take(&path, "root/")) {
		p.resource = PEER_ROOT;
		if (id_parse(path, &p.log.member) < 0)
			return -EINVAL;
		*ret = p;
		return 0;
	}
	if (!slice_cut_exact(&path, '/', &head) || !parse_log(head, &p.log))
		return -EINVAL;
	for (size_t i = 0; i < COUNT(log_names); i++) {
		if (slice_is(path, log_names[i].name)) {
			p.resource = log_names[i].resource;
			rc = 0;
		}
	}
	if (rc < 0 && slice_starts(path, "tile/")) {
		p.resource = PEER_TILE;
		rc = tile_path_parse(path, &p.tile);
	} else if (rc < 0 && slice_take(&path, "file/")) {
		rc = parse_file(path, &p);
	}
	if (rc < 0)
		return -EINVAL;
	*ret = p;
	return 0;
}

void peer_path_print(struct buf *b, const struct peer_path *p)
{
	char coalition[COAL_TEXT + 1], member[ID_TEXT + 1];

	coalition_format(&p->coalition, coalition);
	buf_addf(b, "/f/1/%s/", coalition);
	for (size_t i = 0; i < COUNT(coalition_names); i++) {
		if (coalition_names[i].resource == p->resource) {
			buf_str(b, coalition_names[i].name);
			return;
		}
	}
	id_format(&p->log.member, member);
	if (p->resource == PEER_ROOT) {
		buf_addf(b, "root/%s", member);
		return;
	}
	buf_addf(b, "%s.%" PRIu32 "/", member, p->log.epoch);
	for (size_t i = 0; i < COUNT(log_names); i++)
		if (log_names[i].resource == p->resource)
			buf_str(b, log_names[i].name);
	if (p->resource == PEER_TILE)
		tile_path_print(b, &p->tile);
	if (p->resource == PEER_FILE) {
		buf_addf(b, "file/%" PRIu64 "/", p->seq);
		buf_hex(b, p->file.b, sizeof(p->file.b));
	}
}

struct slice peer_query(struct slice query, const char *key)
{
	struct slice part, name;

	while (slice_cut(&query, '&', &part))
		if (slice_cut_exact(&part, '=', &name) && slice_is(name, key))
			return part.p != NULL ? part : SLICE("");
	return SLICE_NONE;
}
