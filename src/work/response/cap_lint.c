/*
 * cap_lint.c: what the schema of CAP does not see and the text of the standard, or experience, forbids. An error keeps an alert from being issued here; a
 * warning is shown to whoever writes it. Alerts of others are kept whatever is said here.
 */
#include "work/response/cap.h"

#include "base/clock.h"
#include "base/utf8.h"

#define HEADLINE_MAX 160 /* §3.2.2: some displays show no more */
/* Points of a polygon that is looked through for crossings; and pairs of sides of all polygons of an alert, which may be hundreds. */
#define CROSSING_MAX 1000
#define PAIRS_MAX    4000000
#define EARTH_HALF_M 20038000LL

struct lint {
	const struct cap_alert *a;
	struct arena *arena;
	struct cap_notes *notes;
	size_t pairs; /* of sides, looked at so far */
};

#define ERR(l, rule, element, line, ...)                                                           \
	cap_note_add((l)->notes, (l)->arena, CAP_ERROR, rule, element, line, __VA_ARGS__)
#define WARN(l, rule, element, line, ...)                                                          \
	cap_note_add((l)->notes, (l)->arena, CAP_WARNING, rule, element, line, __VA_ARGS__)

static bool is(const struct cap_text *t, const char *word)
{
	return t->text.p && slice_is(t->text, word);
}

static bool blank(const struct cap_text *t)
{
	return slice_trim(t->text).n == 0;
}

/* ---- the message as a whole ---- */

static void lint_names(struct lint *l)
{
	const struct cap_text *name[] = {&l->a->identifier, &l->a->sender};
	static const char *const element[] = {"identifier", "sender"};

	for (size_t i = 0; i < 2; i++) {
		if (blank(name[i]) && name[i]->text.p)
			ERR(l, "EMPTY_NAME", element[i], name[i]->line, "is empty");
		for (size_t k = 0; k < name[i]->text.n; k++) {
			uint8_t c = name[i]->text.p[k];

			if (c != ' ' && c != ',' && c != '<' && c != '&' && c >= 0x20)
				continue;
			/* §3.2.1: it would break <references>, which is a list of these. */
			ERR(l, "NAME_CHARACTERS", element[i], name[i]->line,
				"has a space, a comma, '<' or '&' in it");
			break;
		}
	}
}

static void lint_references(struct lint *l)
{
	const struct cap_alert *a = l->a;
	struct slice rest = a->references.text;
	struct cap_ref ref;
	unsigned line = a->references.line;
	int rc;

	if (blank(&a->references) && a->msgType.text.p && !is(&a->msgType, "Alert"))
		ERR(l, "UPDATE_OR_CANCEL_MUST_REFERENCE", "references", a->msgType.line,
			"a message of type %.*s says which one it is about",
			SLICE_FMT(a->msgType.text));
	while ((rc = cap_ref_next(&rest, &ref)) != 0) {
		if (rc < 0) {
			ERR(l, "INVALID_REFERENCE", "references", line,
				"is no list of sender,identifier,sent");
			return;
		}
		if (slice_eq(ref.identifier, a->identifier.text) &&
			slice_eq(ref.sender, a->sender.text))
			ERR(l, "CIRCULAR_REFERENCE", "references", line,
				"the message refers to itself");
		else if (a->sent.ms && ref.sent_ms > a->sent.ms)
			ERR(l, "POSTDATED_REFERENCE", "references", line,
				"what is referred to was sent later than this");
	}
}

static void lint_scope(struct lint *l)
{
	const struct cap_alert *a = l->a;

	if (is(&a->scope, "Restricted") && blank(&a->restriction))
		ERR(l, "RESTRICTION_SCOPE_MISMATCH", "restriction", a->scope.line,
			"scope Restricted needs a restriction");
	if (!is(&a->scope, "Restricted") && !blank(&a->restriction))
		WARN(l, "RESTRICTION_SCOPE_MISMATCH", "restriction", a->restriction.line,
			"a restriction, but the scope is not Restricted");
	if (is(&a->scope, "Private") && blank(&a->addresses))
		ERR(l, "ADDRESSES_SCOPE_MISMATCH", "addresses", a->scope.line,
			"scope Private needs addresses");
	if (is(&a->status, "Exercise") && blank(&a->note))
		WARN(l, "EXERCISE_WITHOUT_NOTE", "note", a->status.line,
			"the note of an exercise says which exercise it is");
	if (a->n_info == 0 && (is(&a->msgType, "Alert") || is(&a->msgType, "Update")))
		ERR(l, "INFO_MISSING", "info", a->msgType.line,
			"nobody is told what has happened: no info");
	if (a->password.text.p)
		WARN(l, "PASSWORD_IS_DEPRECATED", "password", a->password.line,
			"a password in a message that everybody reads");
}

static void lint_zone(struct lint *l, const char *element, const struct cap_time *t)
{
	struct slice s = slice_trim(t->text);

	if (slice_ends(s, "+00:00"))
		WARN(l, "INCLUDES_UTC_TIMEZONE", element, t->line,
			"UTC is written -00:00 (CAP 1.2 §3.3.2)");
}

/* ---- info ---- */

static void lint_times(struct lint *l, const struct cap_info *i)
{
	int64_t sent = l->a->sent.ms, from = i->onset.ms ? i->onset.ms : i->effective.ms;
	int64_t span;

	lint_zone(l, "info/effective", &i->effective);
	lint_zone(l, "info/onset", &i->onset);
	lint_zone(l, "info/expires", &i->expires);
	if (i->effective.ms && sent && i->effective.ms < sent)
		ERR(l, "EFFECTIVE_BEFORE_SENT", "info/effective", i->effective.line,
			"takes effect before it was sent");
	if (i->onset.ms && sent && i->onset.ms < sent && is(&i->urgency, "Future"))
		ERR(l, "ONSET_BEFORE_SENT", "info/onset", i->onset.line,
			"begins before it was sent, and is said to be in the future");
	else if (i->onset.ms && sent && i->onset.ms < sent && !is(&i->certainty, "Observed"))
		WARN(l, "ONSET_BEFORE_SENT", "info/onset", i->onset.line,
			"begins before it was sent, and is not observed");
	if (!i->expires.ms) {
		if (!i->expires.text.p && !is(&l->a->msgType, "Cancel"))
			WARN(l, "EXPIRES_MISSING", "info/expires", i->line,
				"nobody can tell when it is over; here it is after a day");
		return;
	}
	if (sent && i->expires.ms <= sent)
		ERR(l, "EXPIRES_BEFORE_SENT", "info/expires", i->expires.line,
			"is over before it was sent");
	if (i->effective.ms >= i->expires.ms)
		ERR(l, "EFFECTIVE_NOT_AFTER_EXPIRES", "info/expires", i->expires.line,
			"is over before it takes effect");
	if (i->onset.ms >= i->expires.ms)
		ERR(l, "ONSET_NOT_AFTER_EXPIRES", "info/expires", i->expires.line,
			"is over before it begins");
	span = i->expires.ms - (from ? from : sent);
	if ((from || sent) && span > 31 * DAY_MS)
		ERR(l, "SPAN_TOO_LONG", "info/expires", i->expires.line,
			"holds for %lld days: 31 are the most", (long long)(span / DAY_MS));
	else if ((from || sent) && span > DAY_MS)
		WARN(l, "SPAN_LONG", "info/expires", i->expires.line,
			"holds for more than a day: update it rather than let it stand");
}

static size_t chars(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] & 0xc0) != 0x80;
	return n;
}

static void lint_html(struct lint *l, const char *element, const struct cap_text *t)
{
	static const char *const marks[] = {
		"<br", "<p>", "<b>", "<a ", "</", "&lt;", "&amp;", "&nbsp;", "&quot;", NULL};

	for (const char *const *m = marks; *m; m++)
		if (slice_search(t->text, slice_str(*m)) >= 0) {
			WARN(l, "TEXT_CONTAINS_HTML", element, t->line,
				"has '%s' in it: text is shown as it stands", *m);
			return;
		}
}

static void lint_texts(struct lint *l, const struct cap_info *i)
{
	if (blank(&i->event) && i->event.text.p)
		ERR(l, "EMPTY_EVENT", "info/event", i->event.line, "is empty");
	if (chars(i->headline.text) > HEADLINE_MAX)
		WARN(l, "HEADLINE_TOO_LONG", "info/headline", i->headline.line,
			"is longer than %d characters", HEADLINE_MAX);
	lint_html(l, "info/headline", &i->headline);
	lint_html(l, "info/description", &i->description);
	lint_html(l, "info/instruction", &i->instruction);
	if (!blank(&i->web) && slice_search(i->web.text, SLICE(":")) < 0)
		WARN(l, "WEB_IS_RELATIVE", "info/web", i->web.line, "is no full address");
	if (is(&i->urgency, "Unknown") && is(&i->severity, "Unknown") &&
		is(&i->certainty, "Unknown"))
		WARN(l, "ALL_UNKNOWN", "info/urgency", i->urgency.line,
			"urgency, severity and certainty are unknown: nobody will act on this");
}

static void lint_resource(struct lint *l, const struct cap_resource *r)
{
	int64_t size;

	if (blank(&r->uri) && blank(&r->derefUri))
		WARN(l, "RESOURCE_WITHOUT_CONTENT", "resource/uri", r->resourceDesc.line,
			"neither uri nor derefUri");
	else if (!blank(&r->uri) && slice_search(r->uri.text, SLICE(":")) < 0 &&
		 blank(&r->derefUri))
		ERR(l, "RELATIVE_URI_MISSING_DEREF_URI", "resource/uri", r->uri.line,
			"is no full address, and there is no derefUri");
	if (!blank(&r->size) && (decimal_parse(slice_trim(r->size.text), 1, &size) < 0 || size < 0))
		ERR(l, "INVALID_SIZE", "resource/size", r->size.line, "is no number of bytes");
	if (!blank(&r->digest) && slice_trim(r->digest.text).n != 40)
		WARN(l, "DIGEST_IS_NO_SHA1", "resource/digest", r->digest.line,
			"is not 40 hex digits (SHA-1)");
}

/* ---- area ---- */

static int64_t turn(const struct cap_point *a, const struct cap_point *b, const struct cap_point *c)
{
	/* At most 3.6e9 each: the products need 63 bits, so in units of 10⁻⁶ there is room. */
	int64_t x1 = (b->lon - a->lon) / 10, y1 = (b->lat - a->lat) / 10;
	int64_t x2 = (c->lon - a->lon) / 10, y2 = (c->lat - a->lat) / 10;

	return x1 * y2 - x2 * y1;
}

static int sign(int64_t v)
{
	return (v > 0) - (v < 0);
}

static bool crosses(const struct cap_point *p, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++)
		for (size_t k = i + 2; k + 1 < n; k++) {
			if (i == 0 && k + 2 == n)
				continue; /* the last side ends where the first begins */
			if (sign(turn(&p[i], &p[i + 1], &p[k])) *
						sign(turn(&p[i], &p[i + 1], &p[k + 1])) <
					0 &&
				sign(turn(&p[k], &p[k + 1], &p[i])) *
						sign(turn(&p[k], &p[k + 1], &p[i + 1])) <
					0)
				return true;
		}
	return false;
}

static bool is_crossed(struct lint *l, const struct cap_point *p, size_t n)
{
	size_t pairs = n * n / 2;

	if (n > CROSSING_MAX || pairs > PAIRS_MAX - l->pairs)
		return false;
	l->pairs += pairs;
	return crosses(p, n);
}

static bool on_earth(const struct cap_point *p)
{
	return p->lat >= -90 * CAP_DEGREE && p->lat <= 90 * CAP_DEGREE &&
	       p->lon >= -180 * CAP_DEGREE && p->lon <= 180 * CAP_DEGREE;
}

static bool swapped(const struct cap_point *p)
{
	struct cap_point other = {.lat = p->lon, .lon = p->lat};

	return !on_earth(p) && on_earth(&other);
}

static void lint_polygon(struct lint *l, const struct cap_text *t)
{
	struct cap_point *p;
	size_t n;

	if (cap_polygon_parse(t->text, l->arena, &p, &n) < 0) {
		ERR(l, "INVALID_POLYGON", "area/polygon", t->line,
			"is no list of lat,lon pairs between spaces");
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (!on_earth(&p[i])) {
			if (swapped(&p[i]))
				ERR(l, "LAT_LON_ORDER", "area/polygon", t->line,
					"looks as if longitude stood first: CAP has latitude,longitude");
			else
				ERR(l, "INVALID_POLYGON", "area/polygon", t->line,
					"point %zu is not on this planet", i + 1);
			return;
		}
	if (n < 4)
		ERR(l, "INVALID_POLYGON", "area/polygon", t->line, "has fewer than four points");
	else if (p[0].lat != p[n - 1].lat || p[0].lon != p[n - 1].lon)
		ERR(l, "OPEN_POLYGON", "area/polygon", t->line,
			"is open: the last point must be the first again");
	else if (is_crossed(l, p, n))
		ERR(l, "INVALID_POLYGON_SELF_INTERSECTION", "area/polygon", t->line,
			"two of its sides cross");
}

static void lint_circle(struct lint *l, const struct cap_text *t)
{
	struct cap_point p;
	int64_t radius;

	if (cap_circle_parse(t->text, &p, &radius) < 0)
		ERR(l, "INVALID_CIRCLE", "area/circle", t->line, "is not lat,lon radius");
	else if (swapped(&p))
		ERR(l, "LAT_LON_ORDER", "area/circle", t->line,
			"looks as if longitude stood first: CAP has latitude,longitude");
	else if (!on_earth(&p) || radius > EARTH_HALF_M)
		ERR(l, "INVALID_CIRCLE", "area/circle", t->line, "is not on this planet");
	else if (radius == 0)
		WARN(l, "NONZERO_CIRCLE_RADIUS", "area/circle", t->line,
			"has no radius: it covers nobody");
}

static void lint_area(struct lint *l, const struct cap_area *a)
{
	int64_t low = 0, high = 0;

	for (size_t i = 0; i < a->polygon.n; i++)
		lint_polygon(l, &a->polygon.p[i]);
	for (size_t i = 0; i < a->circle.n; i++)
		lint_circle(l, &a->circle.p[i]);
	if (a->polygon.n == 0 && a->circle.n == 0 && a->geocode.n == 0)
		WARN(l, "AREA_WITHOUT_PLACE", "area/areaDesc", a->areaDesc.line,
			"only words: no polygon, circle or geocode");
	if (blank(&a->ceiling))
		return;
	if (blank(&a->altitude))
		ERR(l, "INVALID_ALTITUDE_CEILING_RANGE", "area/ceiling", a->ceiling.line,
			"a ceiling needs an altitude");
	else if (decimal_parse(slice_trim(a->altitude.text), 100, &low) == 0 &&
		 decimal_parse(slice_trim(a->ceiling.text), 100, &high) == 0 && high < low)
		ERR(l, "INVALID_ALTITUDE_CEILING_RANGE", "area/ceiling", a->ceiling.line,
			"the ceiling is below the altitude");
}

/* ---- one info against another: the same in several languages ---- */

static struct slice language_of(const struct cap_info *i)
{
	return blank(&i->language) ? SLICE("en-US") : slice_trim(i->language.text);
}

static bool texts_eq(const struct cap_texts *a, const struct cap_texts *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		bool found = false;

		for (size_t k = 0; k < b->n; k++)
			found = found || slice_eq(a->p[i].text, b->p[k].text);
		if (!found)
			return false;
	}
	return true;
}

static bool pairs_eq(const struct cap_pairs *a, const struct cap_pairs *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!slice_eq(a->p[i].name, b->p[i].name) ||
			!slice_eq(a->p[i].value, b->p[i].value))
			return false;
	return true;
}

static void lint_languages(struct lint *l)
{
	const struct cap_info *first = l->a->info;

	for (size_t i = 1; i < l->a->n_info; i++) {
		const struct cap_info *other = &l->a->info[i];

		if (slice_eq(language_of(first), language_of(other)))
			continue;
		if (first->description.text.n &&
			slice_eq(first->description.text, other->description.text))
			WARN(l, "SAME_TEXT_DIFFERENT_LANGUAGE", "info/description", other->line,
				"the same text in two languages");
		if (!texts_eq(&first->category, &other->category))
			WARN(l, "CATEGORIES_MUST_MATCH", "info/category", other->line,
				"differs between languages");
		if (!pairs_eq(&first->eventCode, &other->eventCode))
			WARN(l, "EVENT_CODES_MUST_MATCH", "info/eventCode", other->line,
				"differs between languages");
	}
}

void cap_lint(const struct cap_alert *a, struct arena *arena, struct cap_notes *notes)
{
	struct lint l = {.a = a, .arena = arena, .notes = notes};

	lint_names(&l);
	lint_zone(&l, "sent", &a->sent);
	lint_references(&l);
	lint_scope(&l);
	for (size_t i = 0; i < a->n_info; i++) {
		const struct cap_info *info = &a->info[i];

		lint_times(&l, info);
		lint_texts(&l, info);
		for (size_t k = 0; k < info->n_resource; k++)
			lint_resource(&l, &info->resource[k]);
		for (size_t k = 0; k < info->n_area; k++)
			lint_area(&l, &info->area[k]);
	}
	lint_languages(&l);
}

int cap_issue_check(const struct cap_alert *a, struct arena *arena, struct why *why)
{
	struct cap_notes notes = {0};
	char where[96];

	if (a->version != CAP_12)
		return why_set(why, E_INVALID, "alert", "is not CAP 1.2");
	cap_lint(a, arena, &notes);
	for (size_t i = 0; i < notes.n; i++)
		if (notes.p[i].level == CAP_ERROR) {
			snprintf(where, sizeof(where), "%.60s, line %u", notes.p[i].element,
				notes.p[i].line);
			return why_set(
				why, E_INVALID, where, "%s (%s)", notes.p[i].text, notes.p[i].rule);
		}
	return 0;
}
