/*
 * api_int.h: the handlers that stand in the table. Private to src/web; what each does is in its row (api_routes.c) and in docs/api.md.
 */
#ifndef WEB_API_INT_H
#define WEB_API_INT_H

#include "node/passkey.h"
#include "web/api.h"

/* api_session.c */
int api_hello(struct call *c);
int api_session_make(struct call *c);
int api_session_get(struct call *c);
int api_session_end(struct call *c);
int api_session_confirm(struct call *c);
int api_session_password(struct call *c);
int api_session_all(struct call *c);
int api_session_end_one(struct call *c);
int api_totp_new(struct call *c);
int api_totp_enable(struct call *c);
int api_totp_drop(struct call *c);

int put_session(struct call *c);
/* E_DENIED for tokens. */
MUST_USE int only_session(struct call *c);
/*
 * E_DENIED for tokens, and for a session that has less than its account because a provider's claims left no more (docs/accounts.md): what is set here opens sessions that know
 * nothing of those claims.
 */
MUST_USE int only_whole_session(struct call *c);
/*
 * A new session in place of what the browser had, which ends. `roles` narrows those of the account: ALL_ROLES if this very person has shown the account's own credentials, else
 * what the session before had (same_roles).
 */
#define ALL_ROLES ((const struct roles *)NULL)
const struct roles *same_roles(const struct call *c);
MUST_USE int session_give(
	struct call *c, const struct account *a, const char *method, const struct roles *roles);

/* api_passkey.c */
int api_passkey_ask(struct call *c);
int api_passkey_ask_confirm(struct call *c);
int api_passkey_sign_in(struct call *c);
int api_passkeys(struct call *c);
int api_passkey_begin(struct call *c);
int api_passkey_new(struct call *c);
int api_passkey_rename(struct call *c);
int api_passkey_drop(struct call *c);
void put_passkey(struct call *c, const struct passkey *k);
void put_passkeys(struct call *c, const char *key, const struct passkey *k, size_t n);
/* Whose passkey has answered (`obj`: id, clientDataJSON, …); `account`: who it must be, 0: anybody. E_AUTH. */
MUST_USE int check_passkey(
	struct call *c, json_ref obj, int64_t account, const char *purpose, struct account *ret);
/* The credential id of a path segment. */
MUST_USE int passkey_of_path(struct call *c, struct slice text, struct slice *ret);

/* api_oidc.c */
int api_oidc_begin(struct call *c);
int api_oidc_finish(struct call *c);
int api_user_subject_add(struct call *c);
int api_user_subject_drop(struct call *c);
/* "subjects": [ … ] of an account. */
MUST_USE int put_subjects(struct call *c, int64_t account);

/* api_token.c */
int api_tokens(struct call *c);
int api_token_new(struct call *c);
int api_token_end(struct call *c);

/* api_notify.c */
int api_needs(struct call *c);
int api_need_ack(struct call *c);
int api_notify(struct call *c);
int api_notify_put(struct call *c);
int api_notify_test(struct call *c);

/* api_hook.c */
int api_hooks(struct call *c);
int api_hook_new(struct call *c);
int api_hook(struct call *c);
int api_hook_put(struct call *c);
int api_hook_drop(struct call *c);
int api_hook_test(struct call *c);
int api_letters(struct call *c);
int api_letter_again(struct call *c);

/* api_user.c */
int api_users(struct call *c);
int api_user_new(struct call *c);
int api_user_get(struct call *c);
int api_user_put(struct call *c);
int api_user_password(struct call *c);
int api_user_totp_drop(struct call *c);
int api_user_pin_add(struct call *c);
int api_user_pin_drop(struct call *c);
int api_user_passkey_drop(struct call *c);

/* api_charter.c */
void put_words(struct call *c, const char *key, const struct slice *word, size_t n);
void put_scopes(struct call *c, const char *key, unsigned scopes);
int api_charters(struct call *c);
int api_charter(struct call *c);
int api_charter_text(struct call *c);
int api_charter_new(struct call *c);
int api_labels(struct call *c);

/* api_coalition.c */
int api_coalitions(struct call *c);
int api_status(struct call *c);
int api_coalition(struct call *c);
int api_parties(struct call *c);
int api_party(struct call *c);
int api_fork(struct call *c);

/* api_act.c, api_wish.c */
/* What an entry has become: Written. `kind` NULL: left out. */
void put_written(struct call *c, const char *kind, const struct written *w);
int api_acts(struct call *c);
int api_act(struct call *c);
int api_act_prepare(struct call *c);
int api_act_interest(struct call *c);
int api_act_submit(struct call *c);
int api_acts_pending(struct call *c);
int api_act_pending_file(struct call *c);
int api_act_pending_drop(struct call *c);
/* The body of the act that is wished for, and its mode; *ret_ref may become NULL. */
MUST_USE int wish_read(struct call *c, struct act_body *ret, enum mode *ret_mode,
	const struct entry_ref **ret_ref);

/* api_statement.c */
int api_statements(struct call *c);
int api_statement_new(struct call *c);

/* api_log.c */
int api_logs(struct call *c);
int api_log(struct call *c);
int api_entries(struct call *c);
int api_entry(struct call *c);
int api_proof(struct call *c);
int api_verify(struct call *c);
/* The log of a path segment "<M26>.<epoch>"; E_MISSING. */
MUST_USE int log_of_path(struct call *c, struct slice text, struct log *ret);

/* api_record.c, api_change.c, api_file.c */
int api_records(struct call *c);
int api_record(struct call *c);
int api_record_new(struct call *c);
int api_record_put(struct call *c);
int api_record_versions(struct call *c);
int api_record_release(struct call *c);
int api_record_recall(struct call *c);
int api_record_erase(struct call *c);
int api_record_editing(struct call *c); /* api_editing.c */
int api_file_new(struct call *c);
int api_file_ticket(struct call *c);
struct record;
/* One record; its content too. */
void put_record(struct call *c, const char *key, const struct record *r, bool content);
/* The record of a path segment, as the caller may see it; E_MISSING. In a read transaction. */
MUST_USE int record_of_path(struct call *c, struct slice text, struct record *ret);
/* GET /f/…: without any cookie. */
void file_download(struct api *a, struct db *db, struct request *req, struct slice rest);
/* Has the caller sent this file? */
MUST_USE int upload_known(struct call *c, const struct hash *sha256, uint64_t *ret_size, bool *ret);
/* Uploads nobody has used for a day go, with their files. */
void uploads_sweep(const struct node *node, struct db *db);

/* api_node.c */
int api_peers(struct call *c);
int api_refusals(struct call *c);
int api_flags(struct call *c);
int api_audit(struct call *c);
int api_audit_verify(struct call *c);
int api_settings(struct call *c);
int api_search(struct call *c);

/* api_job.c */
int api_doctor(struct call *c);
int api_jobs(struct call *c);
int api_job(struct call *c);

/* openapi.c */
int api_openapi(struct call *c);

#endif
