/*
 * entry_print.c: writing an entry, what an officer signs of it, and the commitment to its payload.
 */
#include "base/enc.h"
#include "base/limits.h"
#include "base/report.h"
#include "log/entry.h"
#include "log/line.h"

#include <inttypes.h>

static void print_head(const struct entry *e, struct buf *b)
{
	buf_str(b, "entente-entry/1\ncoalition ");
	buf_hex(b, e->log.coalition.b, sizeof(e->log.coalition.b));
	buf_str(b, "\nlog ");
	buf_base32(b, e->log.member.b, sizeof(e->log.member.b));
	buf_addf(b, ".%" PRIu32 "\n", e->log.epoch);
}

static void print_audience(const struct entry *e, struct buf *b)
{
	buf_str(b, "audience ");
	switch (e->audience) {
	case AUDIENCE_ALL:
		buf_str(b, "all@");
		buf_hex(b, e->roll.b, sizeof(e->roll.b));
		break;
	case AUDIENCE_LIST:
		print_members(b, e->member, e->n_member);
		break;
	case AUDIENCE_VEILED:
		buf_str(b, "veiled");
		break;
	}
	buf_byte(b, '\n');
}

static void print_payload(const struct entry *e, struct buf *b)
{
	if (!e->has_payload) {
		buf_str(b, "payload -\n");
		return;
	}
	buf_str(b, "payload ");
	buf_hex(b, e->commit.b, sizeof(e->commit.b));
	buf_addf(b, " %" PRIu64, e->bucket);
	print_key(b, "", e->media);
}

/* From the mode line to the until line: all that the act signature covers besides the head. */
static void print_body(const struct entry *e, struct buf *b)
{
	print_key(b, "mode", slice_str(mode_name(e->mode)));
	print_key(b, "kind", e->kind);
	print_object(b, e->has_object, &e->object);
	print_refs(b, e->ref, e->n_ref);
	for (size_t i = 0; i < e->n_seen; i++) {
		buf_str(b, "seen ");
		buf_base32(b, e->seen[i].member.b, sizeof(e->seen[i].member.b));
		buf_addf(b, ".%" PRIu32 " %" PRIu64 "\n", e->seen[i].epoch, e->seen[i].size);
	}
	print_key(b, "label", e->label);
	print_audience(e, b);
	print_payload(e, b);
	print_until(b, e->until_ms);
}

#ifndef NDEBUG
static void check_printed(struct slice bytes)
{
	struct arena arena CLEANUP_ARENA = ARENA(64 * KIB);
	struct entry again;

	MUST(entry_parse(&again, &arena, bytes, NULL) == 0);
}
#endif

void entry_print(const struct entry *e, struct buf *b)
{
	size_t start = b->n;

	print_head(e, b);
	buf_addf(b, "seq %" PRIu64 "\ntime %" PRId64 ".%" PRIu32 "\n", e->seq, e->time_ms,
		e->time_counter);
	print_body(e, b);
	if (e->has_act) {
		buf_str(b, "act ");
		buf_base32(b, e->officer.b, sizeof(e->officer.b));
		buf_byte(b, ' ');
		buf_base64(b, e->act.b, sizeof(e->act.b));
		buf_byte(b, '\n');
	} else {
		buf_str(b, "act -\n");
	}
#ifndef NDEBUG
	if (!buf_over(b))
		check_printed(slice_sub(buf_slice(b), start, b->n));
#else
	(void)start;
#endif
}

void entry_act_message(const struct entry *e, struct buf *b)
{
	buf_str(b, "entente-act/1\n");
	print_head(e, b);
	print_body(e, b);
}

struct hash payload_commit(const uint8_t salt[32], struct slice plain)
{
	uint8_t length[8];
	const struct slice pieces[] = {SLICE("entente-payload/1\n"), slice_of(salt, 32),
		slice_of(length, sizeof(length)), plain};

	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)((uint64_t)plain.n >> (56 - 8 * i));
	return hash_of(pieces, sizeof(pieces) / sizeof(pieces[0]));
}

uint64_t payload_bucket(uint64_t n)
{
	unsigned exponent, bits;
	uint64_t mask;

	if (n <= 256)
		return 256;
	/* PURBs §4: as many leading bits may differ as the exponent has bits; the rest is rounded
	 * up. */
	exponent = 63 - (unsigned)__builtin_clzll(n);
	bits = 32 - (unsigned)__builtin_clz(exponent);
	mask = (UINT64_C(1) << (exponent - bits)) - 1;
	return n > UINT64_MAX - mask ? UINT64_MAX : (n + mask) & ~mask;
}
