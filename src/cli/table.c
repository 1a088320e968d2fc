/* table.c: what the program can do. `entente help`, the man page and completion are printed from
 * here. */
#include "cli/cli.h"

extern const struct command command_init, command_key, command_charter, command_join, command_user,
	command_token;
extern const struct command command_sign, command_submit, command_interest, command_accede,
	command_ratify, command_withdraw, command_suspend, command_resume, command_say;
extern const struct command command_publish, command_register, command_webhook;
extern const struct command command_status, command_log, command_verify;
extern const struct command command_put, command_get, command_list, command_release, command_recall,
	command_erase;
extern const struct command command_sync, command_bundle, command_serve, command_demo;
extern const struct command command_rebuild, command_doctor, command_help, command_completion;

const struct command *const commands[] = {
	&command_demo,
	&command_serve,
	&command_init,
	&command_key,
	&command_charter,
	&command_join,
	&command_user,
	&command_token,
	&command_webhook,
	&command_status,
	&command_log,
	&command_verify,
	&command_register,
	&command_sign,
	&command_interest,
	&command_accede,
	&command_ratify,
	&command_withdraw,
	&command_suspend,
	&command_resume,
	&command_say,
	&command_publish,
	&command_submit,
	&command_put,
	&command_get,
	&command_list,
	&command_release,
	&command_recall,
	&command_erase,
	&command_sync,
	&command_bundle,
	&command_rebuild,
	&command_doctor,
	&command_help,
	&command_completion,
	NULL,
};

const struct cli_option common_options[] = {
	{"dir", 'C', "DIR", false,
		"the node's directory (default: $ENTENTE_DIR, else ~/.local/share/entente)"},
	{"coalition", 'c', "NAME", false, "which coalition: name, or start of its id"},
	{"json", 0, NULL, false, "result as JSON on standard output"},
	{"quiet", 'q', NULL, false, "no remarks on standard error"},
	{"yes", 'y', NULL, false, "on a terminal: do not ask before a binding act or an erasure"},
	{"no-colour", 0, NULL, false, "no colours, even on a terminal"},
	{"help", 'h', NULL, false, "show help"},
	{NULL, 0, NULL, false, NULL},
};
