/* match_limits.h: ceilings of patterns, packs, log scanning and sightings, each with its reason. */
#ifndef CYBER_MATCH_LIMITS_H
#define CYBER_MATCH_LIMITS_H

#include "base/limits.h"

/* ---- patterns ---- */
/* A pattern that lists ten thousand hashes has a megabyte; a STIX object's payload holds no more. */
#define LIMIT_PATTERN_BYTES (1 * MIB)
/* Tree and tables of one pattern. */
#define LIMIT_PATTERN_ARENA (64 * MIB)
/* Parentheses in parentheses: the parser recurses. */
#define LIMIT_PATTERN_DEPTH 64
/* Steps of one object path; four are usual. */
#define LIMIT_PATTERN_PATH 64
/* Picks that a pattern unrolls to: ([a] AND [b]) REPEATS 1000 TIMES has two thousand. */
#define LIMIT_PATTERN_OPS 8192
/* Values looked at for one question: paths with [*] over references multiply. */
#define LIMIT_PATTERN_STEPS 10000000
/* Bindings tried for one question: a second at most. */
#define LIMIT_PATTERN_BINDINGS 5000000
/* One regular expression: source, match steps, backtracking depth, heap. */
#define LIMIT_REGEX_BYTES (4 * KIB)
#define LIMIT_REGEX_STEPS 500000
#define LIMIT_REGEX_DEPTH 5000
#define LIMIT_REGEX_HEAP  (8 * MIB)
/*
 * What all LIKE and MATCHES of one question take together, whatever it is asked of: a second, and so much for each byte of what was seen. So a question takes as long as
 * what it is asked of is large, and a pattern of somebody else cannot make it longer; an honest one takes two or three steps for a byte of a value.
 */
#define LIMIT_PATTERN_TEXT_STEPS    20000000
#define LIMIT_PATTERN_TEXT_PER_BYTE 64
/* Observations given to one question, and their JSON. */
#define LIMIT_OBSERVED	     1000000
#define LIMIT_OBSERVED_BYTES (1 * GIB)

/* ---- packs ---- */
/* Objects and keys in one pack: sixteen times the largest feeds that are passed on. */
#define LIMIT_PACK_OBJECTS (16u * 1000 * 1000)
#define LIMIT_PACK_KEYS	   (32u * 1000 * 1000)
/* One key: a URL. Longer ones are not looked for. */
#define LIMIT_PACK_KEY 4096
/* File of a pack. */
#define LIMIT_PACK_BYTES (4 * GIB - 1)
/* A network wider than these would fire on everything. */
#define LIMIT_PACK_NET4 8
#define LIMIT_PACK_NET6 16
/* Looks at keys and objects after which their pages are let go: the kernel maps half a megabyte around each. */
#define LIMIT_PACK_COLD 16
/* One STIX file that a pack is made from. */
#define LIMIT_PACK_STIX (2 * GIB - 1)
/* Values of one indicator. */
#define LIMIT_PACK_VALUES 100000

/* ---- matching ---- */
/* Bytes of a log that are looked at together; with the filters of half a million names they fit a second-level cache. */
#define LIMIT_MATCH_PIECE (128 * KIB)
/* Objects that are named with one hit; the rest is counted. */
#define LIMIT_MATCH_OBJECTS 32
/* Header of a CSV file or a Zeek log. */
#define LIMIT_MATCH_HEADER (64 * KIB)
/* What a zstd stream may ask for: 128 MiB, the largest window its own tool takes without being told. */
#define LIMIT_MATCH_WINDOW_LOG 27

/* ---- sightings ---- */
/* Indicators counted in one window. */
#define LIMIT_SIGHT_INDICATORS 100000
/* sighting.count (STIX 2.1 §5.2). */
#define LIMIT_SIGHT_COUNT 999999999
/* Sightings written at once: 500 bytes each. */
#define LIMIT_SIGHT_BATCH 1000

#endif
