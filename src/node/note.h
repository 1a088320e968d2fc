/*
 * note.h: the generic record, kind note/1: JSON content
 *
 *	{"title": "…", "text": "…", "files": [{"name": "a.json", "size": 39000000, "sha256": "…", "media": "application/json"}]}
 *
 * title 1..200 characters, text ≤ 512 KiB, files ≤ LIMIT_FILES_PER_NOTE; other members are allowed and kept. Files lie apart by hash (files.h) and
 * follow the note's audience.
 */
#ifndef NODE_NOTE_H
#define NODE_NOTE_H

#include "node/files.h"
#include "node/workspace.h"

struct note_file {
	struct slice name, media;
	uint64_t size;
	struct hash sha256;
};
struct note_record {
	struct slice title, text;
	struct note_file *file;
	size_t n_file;
};
MUST_USE int note_record_parse(
	struct note_record *ret, struct arena *arena, struct slice json, struct why *why);
void note_record_print(const struct note_record *n, struct buf *b);
extern const struct workspace workspace_note;

#endif
