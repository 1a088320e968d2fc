/*
 * ingest_raw.h: the rows that entries of a bundle have left in a node's store, inserted once more into empty tables of the same making by SQLite alone: prepared
 * statements, WAL, synchronous=FULL, as many transactions.
 */
#ifndef BENCH_CYBER_INGEST_RAW_H
#define BENCH_CYBER_INGEST_RAW_H

#include "bench.h"

struct ingest_raw;
struct ingest_raw *ingest_raw_open(const char *source, const char *path)
	__attribute__((returns_nonnull));
/* Of the entries [from, to) of a log, in `commits` transactions; reading them is not counted. */
struct spent ingest_raw_insert(struct ingest_raw *r, int64_t log_row, uint64_t from, uint64_t to,
	uint64_t commits, uint64_t *ret_rows);
void ingest_raw_close(struct ingest_raw **r);

#endif
