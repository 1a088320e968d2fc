/*
 * pack_open.c: a pack from a stranger's file; see pack.h.
 *
 * Invariants of an open pack:
 *  1. Its head was signed by the key that was trusted (unless any is), and names the hash of the list of pages; the list has that hash.
 *  2. Every section lies inside the file, behind the list, whole elements long, and in order; their counts are below the limits.
 *  3. Nothing behind the list is used before its page has the hash that the list says (pack_at), so what is used is what was signed.
 *  4. An index or offset inside a page is a stranger's all the same (packs may be unsigned): each is checked where it is used.
 */
#include "work/cyber/pack_int.h"

#include "base/enc.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACK_MAGIC 0x7061636bu

const char *const pack_section_name[SECTIONS] = {"filter-words", "filter-numbers", "filter-urls",
	"filter-emails", "filter-digests", "endings", "net16", "table", "entries", "refs",
	"objects", "keys", "texts"};

static const uint32_t element[SECTIONS] = {8, 8, 8, 8, 8, PACK_ENDINGS / 8, 8192, 64,
	sizeof(struct disk_entry), 4, sizeof(struct disk_object), 1, 1};

static int bad(struct why *why, const char *where, const char *text)
{
	return why_set(why, E_SYNTAX, where, "%s", text);
}

/* "name value…\n" off the front. */
static bool line_of(struct slice *text, const char *name, struct slice *ret)
{
	struct slice line;

	if (!slice_cut_exact(text, '\n', &line) || !slice_take(&line, name) ||
		!slice_take(&line, " "))
		return false;
	*ret = line;
	return true;
}

static bool number_of(struct slice *line, uint64_t max, uint64_t *ret)
{
	struct slice word;

	return slice_cut(line, ' ', &word) && slice_u64(word, ret) == 0 && *ret <= max;
}

static bool is_free_text(struct slice s)
{
	return s.n > 0 && s.n <= 256;
}

/* What stands in the first lines. */
static int head_about(struct pack *p, struct slice *text, struct why *why)
{
	struct slice made, seed;

	if (!slice_take(text, "entente-pack/1\n"))
		return bad(why, "line 1", "this is no entente-pack/1");
	if (!line_of(text, "made", &made) || utc_parse(made, &p->about.made_ms, NULL) < 0)
		return bad(why, "made", "expected the time it was made");
	if (!line_of(text, "mode", &p->about.mode) ||
		(!slice_is(p->about.mode, "real") && !slice_is(p->about.mode, "exercise") &&
			!slice_is(p->about.mode, "test")))
		return bad(why, "mode", "expected real, exercise or test");
	if (!line_of(text, "for", &p->about.for_whom) || !is_free_text(p->about.for_whom) ||
		!line_of(text, "coalition", &p->about.coalition) ||
		!is_free_text(p->about.coalition) || !line_of(text, "cursor", &p->about.cursor) ||
		!is_free_text(p->about.cursor))
		return bad(why, "for", "expected whom it is for, its coalition and its cursor");
	if (slice_starts(*text, "observables ") &&
		(!line_of(text, "observables", &p->about.observables) ||
			(!slice_is(p->about.observables, "yes") &&
				!slice_is(p->about.observables, "no"))))
		return bad(why, "observables", "expected yes or no");
	if (!line_of(text, "seed", &seed) || hex_decode(seed, p->seed, sizeof(p->seed)) < 0)
		return bad(why, "seed", "expected 32 hex digits");
	return 0;
}

static int head_counts(struct pack *p, struct slice *text, struct why *why)
{
	struct slice line;
	uint64_t net[5];

	if (!line_of(text, "objects", &line) ||
		!number_of(&line, LIMIT_PACK_OBJECTS, &p->about.objects) ||
		!number_of(&line, p->about.objects, &p->about.pattern_only))
		return bad(why, "objects", "expected two counts");
	if (!line_of(text, "kinds", &line))
		return bad(why, "kinds", "expected the keys of each kind");
	for (size_t i = 0; i < PACK_KINDS; i++) {
		if (!number_of(&line, LIMIT_PACK_KEYS, &p->kinds[i]))
			return bad(why, "kinds", "expected the keys of each kind");
		p->about.keys += p->kinds[i];
	}
	if (!line_of(text, "odd-names", &line) ||
		!number_of(&line, p->kinds[PACK_FILE], &p->odd_names))
		return bad(why, "odd-names", "expected a count");
	if (!line_of(text, "nets", &line))
		return bad(why, "nets", "expected the lengths of networks");
	for (size_t i = 0; i < 5; i++)
		if (!number_of(&line, UINT32_MAX, &net[i]))
			return bad(why, "nets", "expected the lengths of networks");
	p->net4 = (uint32_t)net[0];
	for (size_t i = 0; i < 4; i++)
		p->net6[i] = (uint32_t)net[i + 1];
	return 0;
}

static int head_sections(struct pack *p, struct slice *text, struct why *why)
{
	uint64_t end = p->data;

	for (size_t i = 0; i < SECTIONS; i++) {
		struct pack_span *s = &p->section[i];
		struct slice line;

		if (!line_of(text, pack_section_name[i], &line) ||
			!number_of(&line, p->bytes.n, &s->at) ||
			!number_of(&line, p->bytes.n - s->at, &s->n))
			return bad(why, pack_section_name[i],
				"expected an offset and a length inside the file");
		if (s->at < end || s->at % PACK_PAGE || s->n % element[i])
			return bad(why, pack_section_name[i], "not in its place");
		end = s->at + s->n;
	}
	return text->n ? bad(why, "", "more lines than the format has") : 0;
}

/* Counts that must agree, so that an index below one is an index below the other. */
static int head_agree(struct pack *p, struct why *why)
{
	uint64_t keys = p->section[SECTION_ENTRY].n / sizeof(struct disk_entry);

	p->lines = p->section[SECTION_TABLE].n / sizeof(struct disk_slot) / LINE_SLOTS;
	if (p->section[SECTION_OBJECT].n / sizeof(struct disk_object) != p->about.objects ||
		keys != p->about.keys)
		return bad(why, "objects", "the counts and the lengths do not agree");
	if (p->lines == 0 || p->lines > UINT32_MAX || p->lines * LINE_SLOTS <= keys)
		return bad(why, "table", "too small for its keys");
	if (p->section[SECTION_NET16].n != (p->kinds[PACK_NET4] ? 8192 : 0))
		return bad(why, "net16", "there iff there are networks");
	if (p->section[SECTION_ENDINGS].n != PACK_ENDINGS / 8)
		return bad(why, "endings", "of another size");
	for (size_t g = 0; g < PACK_GROUPS; g++) {
		uint64_t of_group = 0;

		p->filter_words[g] = p->section[SECTION_FILTER + g].n / 8;
		for (size_t k = 0; k < PACK_KINDS; k++)
			if (pack_group_of((enum pack_kind)k) == g)
				of_group += p->kinds[k];
		if ((of_group == 0) != (p->filter_words[g] == 0) || p->filter_words[g] > UINT32_MAX)
			return bad(why, pack_section_name[g], "there iff the group has keys");
	}
	return 0;
}

static int check_signature(
	struct pack *p, const struct note *n, const struct pack_trust *trust, struct why *why)
{
	int rc;

	if (n->n)
		p->about.signer = n->signature[0].name;
	if (trust->any)
		return 0;
	rc = note_verify(n, trust->name, NOTE_ED25519, &trust->key, NULL, why);
	if (rc == 0)
		return why_set(why, E_VERIFY, "signature", "the pack is not signed by %.*s",
			SLICE_FMT(trust->name));
	return rc < 0 ? rc : 0;
}

/* The text of the head, signed or not. */
static int head_text(
	struct pack *p, const struct pack_trust *trust, struct slice *ret, struct why *why)
{
	struct slice head = slice_sub(p->bytes, 0, PACK_HEAD);
	struct note *note = arena_new(&p->arena, struct note);
	const uint8_t *end;
	int rc;

	if (p->bytes.n < PACK_HEAD || !slice_starts(head, "entente-pack/1\n"))
		return bad(why, "line 1", "this is no entente-pack/1");
	end = memchr(head.p, 0, head.n);
	if (!end)
		return bad(why, "", "the head has no end");
	head = arena_copy(&p->arena, slice_of(head.p, (size_t)(end - head.p)));
	if (trust->any && slice_search(head, SLICE("\n\n")) < 0) {
		*ret = head;
		return 0;
	}
	rc = note_parse(note, &p->arena, head, why);
	if (rc < 0)
		return rc;
	*ret = note->text;
	return check_signature(p, note, trust, why);
}

static int check_list(struct pack *p, struct slice *text, struct why *why)
{
	struct slice line, hex;
	struct hash want, have;
	uint64_t rest;

	if (!line_of(text, "pages", &line) ||
		!number_of(&line, LIMIT_PACK_BYTES / PACK_PAGE, &p->pages) ||
		!slice_cut(&line, ' ', &hex) || hex_decode(hex, &want, sizeof(want)) < 0)
		return bad(why, "pages", "expected the number of pages and the hash of their list");
	p->data = PACK_HEAD + (p->pages * 32 + PACK_PAGE - 1) / PACK_PAGE * PACK_PAGE;
	rest = p->bytes.n > p->data ? p->bytes.n - p->data : 0;
	if (p->bytes.n < p->data || (rest + PACK_PAGE - 1) / PACK_PAGE != p->pages)
		return bad(why, "pages", "the file is not as long as it says");
	have = hash_bytes(slice_of(p->bytes.p + PACK_HEAD, p->pages * 32));
	if (!hash_eq(&want, &have))
		return why_set(
			why, E_VERIFY, "pages", "the list of pages is not the one that was signed");
	p->checked = mem_zero_alloc(p->pages / 8 + 1, 1);
	return 0;
}

/* The filters are asked all the time, and so checked once and for all. */
static int check_filters(struct pack *p, struct why *why)
{
	for (size_t s = SECTION_FILTER; s <= SECTION_NET16; s++)
		if (!pack_at(p, (enum pack_section)s, 0, p->section[s].n))
			return why_set(why, E_VERIFY, pack_section_name[s], "%s", p->damage);
	return 0;
}

static int open_checked(struct pack *p, const struct pack_trust *trust, struct why *why)
{
	struct slice text;
	int rc;

	if (p->bytes.n > LIMIT_PACK_BYTES)
		return why_set(why, E_LIMIT, "", "larger than a pack can be");
	rc = head_text(p, trust, &text, why);
	if (rc == 0)
		rc = head_about(p, &text, why);
	if (rc == 0)
		rc = head_counts(p, &text, why);
	if (rc == 0)
		rc = check_list(p, &text, why);
	if (rc == 0)
		rc = head_sections(p, &text, why);
	if (rc == 0)
		rc = head_agree(p, why);
	return rc < 0 ? rc : check_filters(p, why);
}

int pack_open_bytes(
	struct pack **ret, struct slice bytes, const struct pack_trust *trust, struct why *why)
{
	struct pack *p = mem_new(struct pack);
	int rc;

	p->magic = PACK_MAGIC;
	p->arena = ARENA(256 * KIB);
	p->bytes = bytes;
	rc = open_checked(p, trust, why);
	if (rc < 0)
		pack_close(&p);
	else
		*ret = p;
	return rc;
}

int pack_open(struct pack **ret, const char *path, const struct pack_trust *trust, struct why *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *map;
	int rc;

	if (fd < 0)
		return why_set(why, E_MISSING, path, "%s", strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)PACK_HEAD) {
		close(fd);
		return why_set(why, E_SYNTAX, path, "this is no pack");
	}
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return why_set(why, E_IO, path, "cannot be mapped: %s", strerror(errno));
	rc = pack_open_bytes(ret, slice_of(map, (size_t)st.st_size), trust, why);
	if (rc < 0) {
		munmap(map, (size_t)st.st_size);
		why_prefix(why, "%s", path);
		return rc;
	}
	(*ret)->mapped = true;
	/* A hit needs a page here and there of what lies behind the table: not 2 MiB around each. */
	madvise((uint8_t *)map + (*ret)->section[SECTION_ENTRY].at,
		(size_t)st.st_size - (*ret)->section[SECTION_ENTRY].at, MADV_NOHUGEPAGE);
	return 0;
}

void pack_close(struct pack **p)
{
	if (!*p)
		return;
	MUST((*p)->magic == PACK_MAGIC);
	if ((*p)->mapped)
		munmap((void *)(uintptr_t)(*p)->bytes.p, (*p)->bytes.n);
	mem_free((*p)->checked);
	arena_free(&(*p)->arena);
	(*p)->magic = 0;
	mem_free(*p);
	*p = NULL;
}

/* ---- pages ---- */

static bool page_good(struct pack *p, uint64_t page)
{
	struct slice bytes =
		slice_sub(p->bytes, p->data + page * PACK_PAGE, p->data + (page + 1) * PACK_PAGE);
	struct hash have = hash_bytes(bytes), want;

	memcpy(&want, p->bytes.p + PACK_HEAD + page * 32, sizeof(want));
	if (!hash_eq(&have, &want)) {
		snprintf(p->damage, sizeof(p->damage), "page %llu is not the one that was signed",
			(unsigned long long)page);
		return false;
	}
	p->checked[page / 8] |= (uint8_t)(1u << page % 8);
	return true;
}

/*
 * What hits lead to lies all over the file, and the kernel maps 64 KiB around each: without this, a thousand hits would make the process look as large as the
 * file. The pages stay in the file cache, and what is used again comes back from there.
 */
static void forget_cold(struct pack *p)
{
	uint64_t from = p->section[SECTION_ENTRY].at;

	if (!p->mapped || ++p->cold < LIMIT_PACK_COLD)
		return;
	p->cold = 0;
	madvise((void *)(uintptr_t)(p->bytes.p + from), p->bytes.n - from, MADV_DONTNEED);
}

const void *pack_at(struct pack *p, enum pack_section s, uint64_t at, uint64_t n)
{
	const struct pack_span *span = &p->section[s];
	uint64_t from, to;

	if (at > span->n || n > span->n - at) {
		snprintf(p->damage, sizeof(p->damage), "an offset leads out of %s",
			pack_section_name[s]);
		return NULL;
	}
	if (s >= SECTION_ENTRY)
		forget_cold(p);
	from = span->at + at - p->data;
	to = n ? (from + n - 1) / PACK_PAGE : from / PACK_PAGE;
	for (uint64_t page = from / PACK_PAGE; page <= to && n; page++)
		if (!(p->checked[page / 8] & 1u << page % 8) && !page_good(p, page))
			return NULL;
	return p->bytes.p + span->at + at;
}

int pack_verify(struct pack *p, struct why *why)
{
	for (uint64_t page = 0; page < p->pages; page++)
		if (!page_good(p, page))
			return why_set(why, E_VERIFY, "pages", "%s", p->damage);
	return 0;
}

const char *pack_damage(const struct pack *p)
{
	return p->damage[0] ? p->damage : NULL;
}

struct pack_about pack_about(const struct pack *p)
{
	return p->about;
}

uint64_t pack_count(const struct pack *p, enum pack_kind kind)
{
	return p->kinds[kind];
}

bool pack_has_odd_names(const struct pack *p)
{
	return p->odd_names > 0;
}
