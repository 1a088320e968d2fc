/* serve_payload.c: contents and files. Each is asked of release; absent and not released look the
 * same. */
#include "base/limits.h"
#include "node/files.h"
#include "peer/payload.h"
#include "peer/serve_int.h"

/* The clearance that a member's accession names; founders and unknowns have none beyond the
 * charter's. */
static bool readers_admit(struct serving *s, const struct log *log, struct slice kind,
	struct slice label_text, const struct id *member, size_t n)
{
	const struct charter *charter = s->world.standing.charter;
	struct label label;

	if (label_text.n > 0 && label_parse(&label, label_text, NULL) < 0)
		return false;
	return release_content(&s->reader, kind, &log->id.member, member, n,
		label_text.n > 0 ? &label : NULL,
		charter != NULL ? charter : &s->world.coalition.founding,
		world_clearance(&s->world, &s->reader.member));
}

static int payload_released(struct serving *s, const struct log *log, uint64_t seq,
	const struct entry *e, bool *ret, struct why *why)
{
	struct arena one CLEANUP_ARENA = ARENA(SERVE_ENTRY_ARENA);
	struct why missing = {0};
	struct slice kind, label;
	struct id *member;
	size_t n;
	int rc;

	*ret = false;
	if (e->audience != AUDIENCE_VEILED && act_is_public_to_parties(e->kind)) {
		*ret = readers_admit(s, log, e->kind, SLICE_NONE, NULL, 0);
		return 0;
	}
	rc = fold_readers(s->db, log->row, seq, &one, &member, &n, &kind, &label, &missing);
	if (rc == 0)
		*ret = (!s->cut_off || release_takes_back(kind)) &&
		       readers_admit(s, log, kind, label, member, n);
	else if (rc != E_MISSING)
		*why = missing;
	return rc == E_MISSING ? 0 : rc;
}

/* *ret_fits false if the answer is full. Contents that are not here, or not for the caller, leave
 * no trace. */
static int payload_add(struct serving *s, const struct log *log, uint64_t seq,
	struct payload_answer *head, bool *ret_fits, struct why *why)
{
	struct arena one CLEANUP_ARENA = ARENA(2 * LIMIT_PAYLOAD_BYTES);
	struct payload_frame f = {.seq = seq};
	struct why missing = {0};
	struct slice bytes;
	struct entry e;
	bool released;
	int rc;

	if ((rc = log_entry(s->db, log->row, seq, &one, &bytes, &missing)) < 0 ||
		(rc = payload_get(s->db, log->row, seq, &one, f.salt, &f.plain, &missing)) < 0) {
		if (rc != E_MISSING)
			*why = missing;
		return rc == E_MISSING ? 0 : rc;
	}
	if (entry_parse(&e, &one, bytes, NULL) < 0)
		return 0;
	rc = payload_released(s, log, seq, &e, &released, why);
	if (rc < 0 || !released)
		return rc;
	/* The first always goes. */
	*ret_fits = head->count == 0 ||
		    s->answer->body.n + payload_bucket(f.plain.n) <= LIMIT_PAYLOADS_ANSWER;
	if (*ret_fits) {
		payload_frame_add(&s->answer->body, &f, payload_bucket(f.plain.n));
		head->count++;
	}
	return 0;
}

int serve_payloads(struct serving *s, struct why *why)
{
	uint64_t seq[LIMIT_PAYLOADS_PER_REQUEST];
	struct payload_answer head = {0};
	struct log log;
	size_t n;
	int rc = payload_request_parse(s->req->body, seq, &n, &head.next, why);

	if (rc < 0 || (rc = log_load(s->db, &s->path.log, &log, why)) < 0)
		return rc;
	payload_answer_add(&s->answer->body, &head);
	for (size_t i = 0; i < n; i++) {
		/* What this node does not have yet is not looked at: it may come. */
		bool fits = seq[i] < log.size;

		s->answer->decided += fits;
		if (fits && (rc = payload_add(s, &log, seq[i], &head, &fits, why)) < 0)
			return rc;
		if (!fits) {
			head.next = seq[i];
			break;
		}
	}
	payload_answer_set(&s->answer->body, &head);
	return 0;
}

/* A file goes where the content that names it goes, and only from a node that has it for that content. */
static int file_released(struct serving *s, const struct log *log, bool *ret, struct why *why)
{
	bool own = id_eq(&log->id.member, &s->node->self), held;
	struct why missing = {0};
	struct slice bytes;
	struct entry e;
	int rc = files_held_for(s->db, log->row, s->path.seq, &s->path.file, own, &held, why);

	*ret = false;
	if (rc < 0 || !held || s->cut_off)
		return rc;
	rc = log_entry(s->db, log->row, s->path.seq, s->arena, &bytes, &missing);
	if (rc == E_MISSING || (rc == 0 && entry_parse(&e, s->arena, bytes, NULL) < 0))
		return 0;
	if (rc < 0) {
		*why = missing;
		return rc;
	}
	return payload_released(s, log, s->path.seq, &e, ret, why);
}

int serve_file(struct serving *s, struct why *why)
{
	struct slice from = peer_query(s->req->query, "from");
	uint64_t at = 0, size;
	struct log log;
	bool released;
	int fd, rc;

	if (from.p != NULL && slice_u64(from, &at) < 0)
		return why_set(why, E_SYNTAX, "from", "from is a number of bytes");
	if ((rc = log_load(s->db, &s->path.log, &log, why)) < 0 ||
		(rc = file_released(s, &log, &released, why)) < 0)
		return rc;
	if (!released)
		return why_set(why, E_MISSING, "", "no such file");
	if ((rc = files_open(s->node, &s->path.file, &fd, &size, why)) < 0)
		return rc;
	s->answer->fd = fd;
	s->answer->fd_from = at < size ? at : size;
	s->answer->fd_size = size - s->answer->fd_from;
	return 0;
}
