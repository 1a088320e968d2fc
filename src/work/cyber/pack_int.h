/* pack_int.h: the bytes of a pack; private to pack_*.c. */
#ifndef CYBER_PACK_INT_H
#define CYBER_PACK_INT_H

#include "base/report.h"
#include "log/note.h"
#include "work/cyber/pack_fast.h"

#include <errno.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#	error "a pack is mapped: its integers are those of a little-endian machine"
/* ---- the maker: pack_make.c collects, pack_stix.c reads STIX, pack_write.c lays out ---- */

#	include "base/map.h"
#	include "base/vec.h"

#	define OBJECT_DROPPED 4u /* only in the maker */

struct made_object {
	uint8_t uuid[16];
	int64_t modified_ms;
	uint32_t from_s, until_s;
	uint32_t type, author; /* offsets in text */
	uint32_t flags;
};

struct made_key {
	uint32_t object; /* number */
	uint32_t at;	 /* in the maker's bytes */
	uint16_t length;
	uint8_t kind;
};

struct pack_maker {
	VEC(struct made_object) object;
	VEC(struct made_key) key;
	struct buf bytes;    /* of keys */
	struct buf text;     /* NUL-terminated types and authors; offset 0 is "" */
	struct map interned; /* text -> offset + 1 */
};

/* Adds an object (E_LIMIT), then its keys; `id` is "type--uuid", E_SYNTAX if it is not. */
MUST_USE int pack_made_object(struct pack_maker *m, struct slice id, struct slice author,
	const struct made_object *o, struct why *why);
/* A key of the object added last, in its one spelling. */
MUST_USE int pack_made_key(
	struct pack_maker *m, enum pack_kind kind, struct slice key, struct why *why);

#endif

enum pack_section {
	SECTION_FILTER, /* one per group: SECTION_FILTER + group */
	SECTION_ENDINGS = SECTION_FILTER +
			  PACK_GROUPS, /* a bit for each last label of a word, by pack_ending() */
	SECTION_NET16,		       /* a bit for each /16 that an IPv4 network touches */
	SECTION_TABLE,		       /* lines of eight slots */
	SECTION_ENTRY,		       /* struct disk_entry */
	SECTION_REF,		       /* uint32_t: objects of entries with more than one */
	SECTION_OBJECT,		       /* struct disk_object, by id */
	SECTION_KEY,		       /* bytes of keys */
	SECTION_TEXT,		       /* NUL-terminated: types, authors */
	SECTIONS,
};

/* A key in the table: eight to a cache line, the next line when one is full. */
struct disk_slot {
	uint32_t print; /* low half of the hash */
	uint32_t entry; /* + 1; 0: free */
};
#define LINE_SLOTS 8
/* Lines after its own where a key may be. */
#define LINE_WALK 64

struct disk_entry {
	uint32_t key; /* offset in SECTION_KEY */
	uint16_t length;
	uint8_t kind;
	uint8_t anchor; /* PACK_FILE: of the text that the hash is of */
	uint32_t ref;	/* the object, or if more than one: offset in SECTION_REF */
	uint32_t n;
};

#define OBJECT_REVOKED	    1u
#define OBJECT_PATTERN_ONLY 2u

struct disk_object {
	uint8_t uuid[16];
	int64_t modified_ms;
	uint32_t from_s;  /* rounded up */
	uint32_t until_s; /* rounded down; UINT32_MAX: no end */
	uint32_t type;	  /* offset in SECTION_TEXT */
	uint32_t author;
	uint32_t flags;
	uint32_t zero;
};
_Static_assert(sizeof(struct disk_slot) == 8 && sizeof(struct disk_entry) == 16 &&
		       sizeof(struct disk_object) == 48,
	"these are laid out in files");

struct pack_span {
	uint64_t at, n; /* bytes of the file */
};

struct pack {
	uint32_t magic;
	struct slice bytes;
	bool mapped;
	struct arena arena; /* owned: the head */
	struct pack_about about;
	struct pack_span section[SECTIONS];
	uint64_t seed[2];
	uint64_t filter_words[PACK_GROUPS];
	uint64_t lines;
	uint64_t kinds[PACK_KINDS]; /* keys of each kind */
	uint32_t net4, net6[4];	    /* prefix lengths in use: bit (length - 1) */
	uint64_t odd_names;
	uint64_t data; /* where the pages begin */
	uint64_t pages;
	uint8_t *checked; /* owned: a bit per page */
	unsigned cold;	  /* looks at what is seldom used since it was last let go */
	char damage[96];
};

/* Group and text that a key is hashed by; `ret_n` bytes at `ret_at` of `key` (or of `text`, hex for hashes). */
enum pack_group pack_group_of(enum pack_kind kind);
/* Hash of a key as the scanner will hash what it finds. */
uint64_t pack_key_hash(const uint64_t seed[2], enum pack_kind kind, struct slice key);
/* True if only an every-word search finds this file name. */
bool pack_name_is_odd(struct slice name);

/* The section's bytes [at, at + n), checked against the list of pages; NULL, and damage told, if they do not lie in it. */
const void *pack_at(struct pack *p, enum pack_section s, uint64_t at, uint64_t n);
extern const char *const pack_section_name[SECTIONS];

/* ---- the maker: pack_make.c collects, pack_stix.c reads STIX, pack_write.c lays out ---- */

#include "base/map.h"
#include "base/vec.h"

#define OBJECT_DROPPED 4u /* only in the maker */

struct made_object {
	uint8_t uuid[16];
	int64_t modified_ms;
	uint32_t from_s, until_s;
	uint32_t type, author; /* offsets in text */
	uint32_t flags;
};

struct made_key {
	uint32_t object; /* number */
	uint32_t at;	 /* in the maker's bytes */
	uint16_t length;
	uint8_t kind;
};

struct pack_maker {
	VEC(struct made_object) object;
	VEC(struct made_key) key;
	struct buf bytes;    /* of keys */
	struct buf text;     /* NUL-terminated types and authors; offset 0 is "" */
	struct map interned; /* text -> offset + 1 */
};

/* Adds an object (E_LIMIT), then its keys; `id` is "type--uuid", E_SYNTAX if it is not. */
MUST_USE int pack_made_object(struct pack_maker *m, struct slice id, struct slice author,
	const struct made_object *o, struct why *why);
/* A key of the object added last, in its one spelling. */
MUST_USE int pack_made_key(
	struct pack_maker *m, enum pack_kind kind, struct slice key, struct why *why);

#endif
