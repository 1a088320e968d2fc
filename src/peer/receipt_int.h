/* receipt_int.h: what the files of receipt share. Private to src/peer. */
#ifndef PEER_RECEIPT_INT_H
#define PEER_RECEIPT_INT_H

#include "peer/receipt.h"

/* Keeps the note, with the author's signature alone, as the newest of its log. In a write transaction. */
MUST_USE int receipt_author_note(
	struct db *db, int64_t log_row, const struct receipt_head *head, struct why *why);

#endif
