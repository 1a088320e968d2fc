/*
 * entry.c: reading an entry. Writing is entry_print.c, the header inside a veiled payload inner.c.
 */
#include "log/entry.h"

#include "base/enc.h"
#include "base/limits.h"
#include "log/line.h"

static const char *const mode_names[] = {[MODE_NONE] = "-",
	[MODE_REAL] = "real",
	[MODE_EXERCISE] = "exercise",
	[MODE_TEST] = "test"};

const char *mode_name(enum mode m)
{
	return mode_names[m];
}

int mode_parse(struct slice text, enum mode *ret)
{
	for (unsigned m = MODE_NONE; m <= MODE_TEST; m++)
		if (slice_is(text, mode_names[m])) {
			*ret = (enum mode)m;
			return 0;
		}
	return E_SYNTAX;
}

bool kind_valid(struct slice kind)
{
	struct slice word;
	uint64_t ver;
	size_t names = 0;

	if (kind.n == 0 || kind.n > ENTRY_KIND_MAX)
		return false;
	while (slice_cut_exact(&kind, '/', &word)) {
		if (word.n == 0 || word.p[0] < 'a' || word.p[0] > 'z')
			return false;
		for (size_t i = 1; i < word.n; i++)
			if (!(word.p[i] >= 'a' && word.p[i] <= 'z') &&
				!(word.p[i] >= '0' && word.p[i] <= '9') && word.p[i] != '-')
				return false;
		names++;
	}
	return names > 0 && slice_u64(kind, &ver) == 0 && ver >= 1 && ver <= UINT16_MAX;
}

static bool is_alnum(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* restricted-name of RFC 6838 §4.2. */
static bool media_name_valid(struct slice s)
{
	if (s.n == 0 || !is_alnum(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!is_alnum(s.p[i]) && (s.p[i] == 0 || strchr("!#$&-^_.+", s.p[i]) == NULL))
			return false;
	return true;
}

/* A token of RFC 9110 §5.6.2, or a quoted string without spaces, quotes and backslashes in it. */
static bool media_value_valid(struct slice s)
{
	bool quoted = s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"';

	if (quoted)
		s = slice_sub(s, 1, s.n - 1);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= 0x20 || s.p[i] > 0x7e || s.p[i] == '"' || s.p[i] == '\\')
			return false;
		if (!quoted && strchr("(),/:;<=>?@[]{}", s.p[i]) != NULL)
			return false;
	}
	return quoted || s.n > 0;
}

bool media_valid(struct slice media)
{
	struct slice type, subtype, name, parameter;

	if (media.n > ENTRY_MEDIA_MAX || !slice_cut_exact(&media, '/', &type) ||
		!media_name_valid(type))
		return false;
	if (media.n > 0 && media.p[media.n - 1] == ';')
		return false;
	if (!slice_cut(&media, ';', &subtype) || !media_name_valid(subtype))
		return false;
	while (slice_cut(&media, ';', &parameter))
		if (!slice_cut_exact(&parameter, '=', &name) || !media_name_valid(name) ||
			!media_value_valid(parameter))
			return false;
	return true;
}

/* coalition, log, seq, time: where the entry stands. */
static int parse_position(struct entry *e, struct lines *l, struct why *why)
{
	struct slice v, ms;
	uint64_t time_ms;
	int rc;

	if ((rc = line_key(l, "coalition", &v, why)) < 0)
		return rc;
	if (coalition_parse(v, &e->log.coalition) < 0)
		return line_fail(l, why, "expected 32 hex digits");
	if ((rc = line_key(l, "log", &v, why)) < 0)
		return rc;
	if (!text_take_log(&v, '\0', &e->log.member, &e->log.epoch))
		return line_fail(l, why, "expected \"log <member>.<epoch>\"");
	if ((rc = line_key(l, "seq", &v, why)) < 0)
		return rc;
	if (!text_u63(v, &e->seq))
		return line_fail(l, why, "seq is no number");
	if ((rc = line_key(l, "time", &v, why)) < 0)
		return rc;
	if (!slice_cut_exact(&v, '.', &ms) || !text_u63(ms, &time_ms) ||
		!text_u32(v, &e->time_counter))
		return line_fail(l, why, "expected \"time <unix-ms>.<counter>\"");
	e->time_ms = (int64_t)time_ms;
	return 0;
}

/*
 * mode, kind, object, ref…: what it is about. "-" means veiled here; parse_audience holds them to
 * it.
 */
static int parse_subject(struct entry *e, struct arena *arena, struct lines *l, struct why *why)
{
	struct slice v;
	int rc;

	if ((rc = line_key(l, "mode", &v, why)) < 0)
		return rc;
	if (mode_parse(v, &e->mode) < 0)
		return line_fail(l, why, "mode is none of real, exercise, test and \"-\"");
	if ((rc = line_key(l, "kind", &v, why)) < 0)
		return rc;
	if (!slice_is(v, "-")) {
		if (!kind_valid(v))
			return line_fail(l, why, "expected \"kind <name>/<version>\"");
		e->kind = v;
	}
	if ((rc = line_object(l, &e->has_object, &e->object, why)) < 0)
		return rc;
	return line_refs(l, arena, &e->ref, &e->n_ref, why);
}

static int parse_seen(struct entry *e, struct arena *arena, struct lines *l, struct why *why)
{
	struct entry_seen seen[LIMIT_MEMBERS], *kept;
	size_t n = 0;

	while (line_ahead(l, "seen")) {
		struct slice v;
		int rc = line_key(l, "seen", &v, why);

		if (rc < 0)
			return rc;
		if (n == LIMIT_MEMBERS)
			return why_set(
				why, E_LIMIT, "seen", "more than %d seen lines", LIMIT_MEMBERS);
		if (!text_take_log(&v, ' ', &seen[n].member, &seen[n].epoch) ||
			!text_u63(v, &seen[n].size))
			return line_fail(l, why, "expected \"seen <member>.<epoch> <size>\"");
		if (n > 0 && seen_order(&seen[n - 1], &seen[n]) >= 0)
			return line_fail(l, why, "seen lines are not sorted or not distinct");
		n++;
	}
	if (n == 0)
		return 0;
	kept = arena_try(arena, n * sizeof(*kept));
	if (kept == NULL)
		return why_set(why, E_LIMIT, "seen", "no room for more seen lines");
	memcpy(kept, seen, n * sizeof(*kept));
	e->seen = kept;
	e->n_seen = n;
	return 0;
}

static int parse_audience(struct entry *e, struct arena *arena, struct lines *l, struct why *why)
{
	struct slice v;
	int rc;

	if ((rc = line_key(l, "label", &v, why)) < 0)
		return rc;
	if (!slice_is(v, "-")) {
		if (!line_label_valid(v))
			return line_fail(
				l, why, "expected \"label <policy> <class>[ <tag>=<value>]...\"");
		e->label = v;
	}
	if ((rc = line_key(l, "audience", &v, why)) < 0)
		return rc;
	if (slice_is(v, "veiled")) {
		e->audience = AUDIENCE_VEILED;
		if (e->mode != MODE_NONE || e->kind.n || e->has_object || e->n_ref || e->label.n)
			return line_fail(
				l, why, "a veiled entry shows mode, kind, object, ref or label");
		return 0;
	}
	if (e->mode == MODE_NONE || e->kind.n == 0)
		return line_fail(l, why, "mode or kind is \"-\" in an entry that is not veiled");
	if (slice_take(&v, "all@")) {
		e->audience = AUDIENCE_ALL;
		if (hex_decode(v, e->roll.b, sizeof(e->roll.b)) < 0)
			return line_fail(l, why, "expected \"all@<roll hash>\"");
		return 0;
	}
	e->audience = AUDIENCE_LIST;
	return line_members(l, v, arena, &e->member, &e->n_member, why);
}

static int parse_payload(struct entry *e, struct lines *l, struct why *why)
{
	bool veiled = e->audience == AUDIENCE_VEILED;
	struct slice v, word;
	int rc = line_key(l, "payload", &v, why);

	if (rc < 0)
		return rc;
	if (slice_is(v, "-"))
		return veiled ? line_fail(l, why, "a veiled entry without a payload") : 0;
	if (!slice_cut_exact(&v, ' ', &word) ||
		hex_decode(word, e->commit.b, sizeof(e->commit.b)) < 0 ||
		!slice_cut_exact(&v, ' ', &word) || !text_u63(word, &e->bucket))
		return line_fail(l, why, "expected \"payload <commitment> <bucket> <media>\"");
	if (e->bucket > payload_bucket(LIMIT_PAYLOAD_BYTES))
		return why_set(why, E_LIMIT, "payload", "a payload is at most %zu bytes",
			LIMIT_PAYLOAD_BYTES);
	/* Any other number would be an exact length, which a size class is there to hide. */
	if (e->bucket != payload_bucket(e->bucket))
		return line_fail(l, why, "the bucket is no size class");
	if (veiled ? !slice_is(v, "-") : !media_valid(v))
		return line_fail(
			l, why, veiled ? "a veiled entry shows its media type" : "no media type");
	e->has_payload = true;
	e->media = veiled ? SLICE_NONE : v;
	return 0;
}

static int parse_act(struct entry *e, struct lines *l, struct why *why)
{
	struct slice v, officer;
	int rc = line_key(l, "act", &v, why);

	if (rc < 0)
		return rc;
	if (slice_is(v, "-"))
		return 0;
	if (!slice_cut_exact(&v, ' ', &officer) || id_parse(officer, &e->officer) < 0 ||
		base64_decode_exact(v, e->act.b, sizeof(e->act.b)) < 0)
		return line_fail(l, why, "expected \"act <officer> <signature>\"");
	e->has_act = true;
	return 0;
}

int entry_parse(struct entry *ret, struct arena *arena, struct slice bytes, struct why *why)
{
	struct lines l = {bytes, 0};
	struct entry e = {0};
	int rc;

	if (bytes.n > LIMIT_ENTRY_BYTES)
		return why_set(
			why, E_LIMIT, "", "an entry is at most %zu bytes", LIMIT_ENTRY_BYTES);
	if ((rc = lines_check_ascii(bytes, why)) < 0 ||
		(rc = line_is(&l, "entente-entry/1", why)) < 0 ||
		(rc = parse_position(&e, &l, why)) < 0 ||
		(rc = parse_subject(&e, arena, &l, why)) < 0 ||
		(rc = parse_seen(&e, arena, &l, why)) < 0 ||
		(rc = parse_audience(&e, arena, &l, why)) < 0 ||
		(rc = parse_payload(&e, &l, why)) < 0 ||
		(rc = line_until(&l, &e.until_ms, why)) < 0)
		return rc;
	if (e.audience == AUDIENCE_VEILED && e.until_ms != 0)
		return line_fail(&l, why, "a veiled entry shows its until");
	if ((rc = parse_act(&e, &l, why)) < 0)
		return rc;
	if (l.rest.n > 0) {
		l.no++;
		return line_fail(&l, why, "something follows the act line");
	}
	*ret = e;
	return 0;
}
