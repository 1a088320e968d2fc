/*
 * payload.h: frames of content between nodes: be64 seq ‖ salt[32] ‖ be64 length ‖ plaintext ‖ zeros up to the entry's bucket. In a carried
 * bundle the frames are sealed to the reader's key.
 *
 * An answer to a request for payloads is be64 next ‖ be32 number of frames ‖ frames. Entries asked for and in front of `next` were looked at: no frame means absent or
 * not released. `next` is PAYLOAD_ALL when all were; else the first seq that no longer fitted into the answer.
 *
 * A request is "from <seq> to <seq>\n" (both ends included) or "seq <n>\n"..., rising, at most LIMIT_PAYLOADS_PER_REQUEST.
 */
#ifndef PEER_PAYLOAD_H
#define PEER_PAYLOAD_H

#include "base/buf.h"
#include "base/why.h"

struct payload_frame {
	uint64_t seq;
	uint8_t salt[32];
	struct slice plain;
};
void payload_frame_add(struct buf *b, const struct payload_frame *f, uint64_t bucket);
/* 1 = one taken, 0 = end, E_SYNTAX/E_LIMIT. The bucket of a frame follows from its length (payload_bucket). Padding must be zero. */
MUST_USE int payload_frame_next(struct slice *rest, struct payload_frame *ret, struct why *why);

#define PAYLOAD_ALL	    UINT64_MAX
#define PAYLOAD_ANSWER_HEAD 12

/* The head of an answer. `ret` is its frames; E_SYNTAX. */
struct payload_answer {
	uint64_t next;
	uint32_t count;
};
void payload_answer_add(struct buf *b, const struct payload_answer *a);
/* Over the head that is there already: it is known last. */
void payload_answer_set(struct buf *b, const struct payload_answer *a);
/* Takes the head off; *rest is then the frames. All of them are gone through once: as many as were counted, and whole. */
MUST_USE int payload_answer_parse(struct slice *rest, struct payload_answer *ret, struct why *why);

/* Request for `n` rising seqs, 1..LIMIT_PAYLOADS_PER_REQUEST: in the shorter form if they are neighbours. */
void payload_request_print(struct buf *b, const uint64_t *seq, size_t n);
/* The seqs asked for: at most LIMIT_PAYLOADS_PER_REQUEST places in `ret` (a longer range is cut; *ret_next is then its next seq, else PAYLOAD_ALL). */
MUST_USE int payload_request_parse(
	struct slice text, uint64_t *ret, size_t *ret_n, uint64_t *ret_next, struct why *why);

#endif
