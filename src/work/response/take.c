/* take.c: see take.h. */
#include "work/response/take.h"

#include "base/enc.h"
#include "base/limits.h"
#include "work/response/alert.h"
#include "work/response/response_int.h"
#include "work/response/tell.h"

const char *take_word(enum take_verdict v)
{
	static const char *const words[] = {
		"taken", "known", "over", "unreadable", "too large", "refused"};

	return words[v];
}

/* May a write have failed for this alert alone, so that others can go on? */
static bool is_refusal(int rc)
{
	return rc == E_INVALID || rc == E_SYNTAX || rc == E_LIMIT || rc == E_DENIED ||
	       rc == E_CONFLICT || rc == E_STATE;
}

/* What a list and a later reference need to name it. */
static bool has_name(const struct cap_alert *a, struct why *why)
{
	const char *missing = !a->identifier.text.n ? "identifier"
			      : !a->sender.text.n   ? "sender"
			      : !a->sent.ms	    ? "sent"
			      : !a->status.text.n   ? "status"
			      : !a->msgType.text.n  ? "msgType"
						    : NULL;

	if (missing)
		(void)why_set(why, E_INVALID, missing, "is missing, or cannot be read");
	else if (!alert_name_ok(a))
		(void)why_set(why, E_LIMIT, "identifier", "or sender is too long");
	return !missing && alert_name_ok(a);
}

/* What it updates or cancels, which only its own sender can, may hold for longer than it does itself. */
static int changes_another(const struct aid_view *v, const struct cap_alert *a, int64_t now_ms,
	bool *ret, struct why *why)
{
	struct slice rest = a->references.text;
	struct cap_ref ref;
	int rc = 0, got;

	*ret = false;
	if (!slice_is(a->msgType.text, "Update") && !slice_is(a->msgType.text, "Cancel"))
		return 0;
	/* As many as the fold keeps. */
	for (size_t n = 0; rc == 0 && !*ret && n < AID_REFS_MAX; n++) {
		if ((got = cap_ref_next(&rest, &ref)) == 0)
			break;
		if (got > 0 && slice_eq(ref.sender, a->sender.text))
			rc = alert_has(v, &v->world->node->self, ref.sender, ref.identifier,
				ref.sent_ms, now_ms, ret, why);
	}
	return rc;
}

/* A drill's envelope makes a drill of what is in it, and no record can be both (law 7). */
static bool envelope_ok(const struct taking_in *t, const struct cap_alert *a, struct why *why)
{
	if (!t->envelope.n || slice_is(t->envelope, "Actual") || alert_mode(a) != MODE_REAL)
		return true;
	(void)why_set(why, E_INVALID, "status", "is Actual, in an envelope that is %.*s",
		(int)(t->envelope.n > 20 ? 20 : t->envelope.n), (const char *)t->envelope.p);
	return false;
}

static int verdict(const struct taking_in *t, struct arena *arena, struct slice bytes,
	struct take_found *f, struct why *why)
{
	struct aid_view v = *t->view;
	bool has, changes = true;
	int rc = 0;

	f->verdict = TAKE_LARGE;
	if (bytes.n > LIMIT_PAYLOAD_CONTENT) {
		(void)why_set(&f->why, E_LIMIT, "", "an alert is at most %zu bytes",
			(size_t)LIMIT_PAYLOAD_CONTENT);
		return 0;
	}
	f->verdict = TAKE_UNREADABLE;
	if (cap_read(&f->alert, arena, bytes, f->notes, &f->why) < 0)
		return 0;
	cap_lint(&f->alert, arena, f->notes);
	if (!has_name(&f->alert, &f->why))
		return 0;
	f->verdict = TAKE_REFUSED;
	if (!envelope_ok(t, &f->alert, &f->why))
		return 0;
	f->verdict = TAKE_OVER;
	v.arena = arena;
	v.mode = alert_mode(&f->alert);
	if (cap_expires_ms(&f->alert) <= t->now_ms)
		rc = changes_another(&v, &f->alert, t->now_ms, &changes, why);
	if (rc < 0 || !changes)
		return rc;
	rc = alert_has(&v, &v.world->node->self, f->alert.sender.text, f->alert.identifier.text,
		f->alert.sent.ms, INT64_MIN, &has, why);
	if (rc < 0)
		return rc;
	f->verdict = has ? TAKE_KNOWN : TAKE_NEW;
	/* Its own are issued here, by two people. Whoever else uses that name would call them off, or speak in this member's own voice. */
	if (!has && alert_sender_own(v.world->node, f->alert.sender.text)) {
		f->verdict = TAKE_REFUSED;
		(void)why_set(&f->why, E_DENIED, "sender",
			"is this member's own, whose alerts are written and approved here");
	}
	return 0;
}

static int keep(const struct taking_in *t, struct take_found *f, struct why *why)
{
	int rc = t->keep(t->ctx, &f->draft, &f->why);

	if (is_refusal(rc)) {
		f->verdict = TAKE_REFUSED;
		return 0;
	}
	if (rc < 0 && why)
		*why = f->why;
	return rc;
}

int take_in(const struct taking_in *t, struct arena *arena, struct slice bytes,
	struct take_found *ret, struct why *why)
{
	struct take_found f = {.notes = arena_new(arena, struct cap_notes)};
	struct alert_draft readers = {.label = t->label, .audience = t->audience};
	int rc = verdict(t, arena, bytes, &f, why);

	if (rc == 0 && f.verdict == TAKE_NEW) {
		f.draft = (struct draft){.kind = SLICE("response/alert/1"),
			.media = SLICE(CAP_MEDIA),
			.content = bytes};
		readers.mode = alert_mode(&f.alert);
		rc = alert_draft_readers(&readers, arena, &f.draft, why);
		if (rc == 0)
			rc = keep(t, &f, why);
	}
	if (rc == 0)
		*ret = f;
	return rc;
}

void take_tell(const struct take_found *f, const struct written *w, struct json_out *o)
{
	char object[OBJECT_TEXT + 1], leaf[65];
	bool taken = f->verdict == TAKE_NEW;
	struct buf why CLEANUP_BUF = BUF(4 * KIB);

	object_format(&w->object, object);
	hex_encode(w->leaf.b, 32, leaf);
	buf_addf(&why, "%s%s%s", f->why.where, f->why.where[0] ? ": " : "", f->why.text);
	json_open(o, '{');
	json_put_cstr(o, "verdict", take_word(f->verdict));
	json_put_cstr(o, "why", f->verdict >= TAKE_UNREADABLE ? buf_cstr(&why) : NULL);
	json_put_string(o, "identifier", f->alert.identifier.text);
	json_put_string(o, "sender", f->alert.sender.text);
	json_put_cstr(o, "object", taken ? object : NULL);
	json_put_cstr(o, "leaf", taken ? leaf : NULL);
	json_put_bool(o, "valid", f->verdict < TAKE_UNREADABLE && f->notes->n_schema == 0);
	tell_notes(f->notes, "notes", o);
	json_close(o);
}
