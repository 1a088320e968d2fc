/*
 * The node's reader of entries as a filter, for a second reader to be compared with:
 *
 *	entrycheck entry|inner     standard input: be32 length and bytes, repeated
 *
 * prints one line for each: "no", or "ok" and all fields, tab-separated (entry_reader.py says
 * which).
 */
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "log/entry.h"

#include <inttypes.h>

#define INPUT_MAX (4 * MIB)

static void id_put(struct buf *b, const struct id *id)
{
	buf_hex(b, id->b, sizeof(id->b));
}

static void object_put(struct buf *b, bool has, const struct object_id *o)
{
	buf_byte(b, '\t');
	if (!has)
		return;
	id_put(b, &o->owner);
	id_put(b, &o->name);
}

static void refs_put(struct buf *b, const struct entry_ref *ref, size_t n)
{
	buf_byte(b, '\t');
	for (size_t i = 0; i < n; i++) {
		id_put(b, &ref[i].member);
		buf_addf(b, ".%" PRIu32 ".%" PRIu64 ".", ref[i].epoch, ref[i].seq);
		buf_hex(b, ref[i].leaf.b, sizeof(ref[i].leaf.b));
		buf_byte(b, ';');
	}
}

static void members_put(struct buf *b, const struct id *member, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		id_put(b, &member[i]);
		buf_byte(b, ';');
	}
}

static void text_put(struct buf *b, struct slice s)
{
	buf_byte(b, '\t');
	buf_slice_add(b, s);
}

static void entry_put(struct buf *b, const struct entry *e)
{
	buf_str(b, "ok\t");
	id_put(b, &e->log.coalition);
	buf_byte(b, '\t');
	id_put(b, &e->log.member);
	buf_addf(b, ".%" PRIu32 "\t%" PRIu64 "\t%" PRId64 ".%" PRIu32 "\t%s", e->log.epoch, e->seq,
		e->time_ms, e->time_counter, mode_name(e->mode));
	text_put(b, e->kind);
	object_put(b, e->has_object, &e->object);
	refs_put(b, e->ref, e->n_ref);
	buf_byte(b, '\t');
	for (size_t i = 0; i < e->n_seen; i++) {
		id_put(b, &e->seen[i].member);
		buf_addf(b, ".%" PRIu32 " %" PRIu64 ";", e->seen[i].epoch, e->seen[i].size);
	}
	text_put(b, e->label);
	buf_byte(b, '\t');
	if (e->audience == AUDIENCE_ALL) {
		buf_str(b, "all@");
		buf_hex(b, e->roll.b, sizeof(e->roll.b));
	} else if (e->audience == AUDIENCE_LIST) {
		members_put(b, e->member, e->n_member);
	} else {
		buf_str(b, "veiled");
	}
	buf_byte(b, '\t');
	if (e->has_payload) {
		buf_hex(b, e->commit.b, sizeof(e->commit.b));
		buf_addf(b, " %" PRIu64 " %.*s", e->bucket, SLICE_FMT(e->media));
	}
	buf_addf(b, "\t%" PRId64 "\t", e->until_ms);
	if (e->has_act) {
		id_put(b, &e->officer);
		buf_hex(b, e->act.b, sizeof(e->act.b));
	}
}

static void inner_put(struct buf *b, const struct inner *in)
{
	buf_addf(b, "ok\t%s", mode_name(in->mode));
	text_put(b, in->kind);
	object_put(b, in->has_object, &in->object);
	refs_put(b, in->ref, in->n_ref);
	text_put(b, in->label);
	buf_byte(b, '\t');
	members_put(b, in->member, in->n_member);
	buf_addf(b, "\t%" PRId64, in->until_ms);
	text_put(b, in->media);
	buf_byte(b, '\t');
	buf_hex(b, in->content.p, in->content.n);
}

static int one(bool want_inner, struct slice bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct buf b CLEANUP_BUF = BUF(4 * INPUT_MAX);
	struct entry e;
	struct inner in;
	int rc = want_inner ? inner_parse(&in, &arena, bytes, NULL)
			    : entry_parse(&e, &arena, bytes, NULL);

	if (rc < 0)
		return puts("no");
	if (want_inner)
		inner_put(&b, &in);
	else
		entry_put(&b, &e);
	MUST(!buf_over(&b));
	return puts(buf_cstr(&b));
}

int main(int argc, char **argv)
{
	bool want_inner = argc == 2 && strcmp(argv[1], "inner") == 0;
	uint8_t head[4];

	if (argc != 2 || (!want_inner && strcmp(argv[1], "entry") != 0)) {
		fprintf(stderr, "usage: entrycheck entry|inner <RECORDS\n");
		return 64;
	}
	while (fread(head, 1, sizeof(head), stdin) == sizeof(head)) {
		struct buf b CLEANUP_BUF = BUF(INPUT_MAX);
		size_t n = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 |
			   head[3];
		uint8_t *room = buf_room(&b, n);

		if (room == NULL || fread(room, 1, n, stdin) != n) {
			fprintf(stderr, "entrycheck: a record is torn or over %zu bytes\n",
				INPUT_MAX);
			return 1;
		}
		if (one(want_inner, buf_slice(&b)) < 0)
			return 1;
	}
	return 0;
}
