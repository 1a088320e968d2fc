/*
 * cli.h: the command line. One table (table.c) says what the program can do; help, the man page,
 * and shell completion are printed from it.
 *
 * A command is a function over `struct cli`: options are parsed and checked against its row before
 * it runs. It prints its result to standard output (JSON with --json), and returns 0 or a negative
 * E_*, with the reason in cli->why; main turns that into one line on standard error and the exit
 * status of why_exit().
 *
 *	static int run(struct cli *cli)
 *	{
 *		TRY(cli_open(cli));                              -- node and database
 *		const char *to = cli_option(cli, "to");          -- NULL if not given
 *		for (size_t i = 0; i < cli->n_arg; i++) ...
 *		return 0;
 *	}
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "node/record.h"
#include "json/json.h"

#define TRY(call)                                                                                  \
	do {                                                                                       \
		int try_rc = (call);                                                               \
		if (try_rc < 0)                                                                    \
			return try_rc;                                                             \
	} while (0)

struct cli_option {
	const char *name; /* "to": spelt --to */
	char letter;	  /* 'o': also -o; 0: none */
	const char *arg;  /* "FILE"; NULL: a switch */
	bool many;	  /* may be given several times */
	const char *help;
};

struct cli;

struct command {
	const char *name;
	const char *group; /* heading in `entente help` */
	const char *args;  /* "OBJECT [FILE]" */
	unsigned args_min, args_max;
	const char *summary;		 /* one line, imperative */
	const char *help;		 /* paragraphs, may be NULL */
	const struct cli_option *option; /* ends with name == NULL; NULL: none */
	int (*run)(struct cli *cli);
	/* Instead of args, option and run: `entente NAME SUB …`; ends with NULL. Of these, `group` is not used. */
	const struct command *const *sub;
};
extern const struct command *const commands[]; /* ends with NULL */
/* The i-th of `commands`, then of the workspaces' commands; NULL behind the last. */
const struct command *command_at(size_t i);
/* "match" below a command, or of all if `of` is NULL; NULL. */
const struct command *command_find(const struct command *of, const char *name);
extern const struct cli_option common_options[];

struct cli_value {
	const struct cli_option *option;
	const char *text; /* "" for a switch */
};

struct cli {
	const struct command *command;
	struct cli_value value[128];
	size_t n_value;
	const char *arg[128];
	size_t n_arg;
	bool json, colour, terminal; /* terminal: standard error is one, for progress */
	unsigned columns;
	struct env env;
	struct arena arena;
	struct why why;
	/* After cli_open: */
	struct node *node;
	struct db *db;
	/* After cli_world: */
	struct world world;
};

/* Parses argv (without the program's name) against the table; E_USAGE. */
MUST_USE int cli_parse(struct cli *cli, int argc, char **argv);
void cli_finish(struct cli *cli);

const char *cli_option(const struct cli *cli, const char *name); /* the last one given, or NULL */
bool cli_switch(const struct cli *cli, const char *name);
/* The i-th of a repeated option, or NULL. */
const char *cli_option_at(const struct cli *cli, const char *name, size_t i);
size_t cli_option_count(const struct cli *cli, const char *name);

/* The node's directory: --dir, $ENTENTE_DIR, or ~/.local/share/entente. */
const char *cli_dir(struct cli *cli);
MUST_USE int cli_open(struct cli *cli);
/* The coalition: --coalition (id, id prefix, or name) or the only one; loads cli->world. Opens the
 * node if need be. */
MUST_USE int cli_world(struct cli *cli);
/* Loads cli->world anew after a write. */
MUST_USE int cli_world_again(struct cli *cli);
/* A party by label ("ALB"), id, or unambiguous start of its id (≥ 4 characters). E_MISSING,
 * E_INVALID if ambiguous. */
MUST_USE int cli_party(struct cli *cli, const char *text, struct id *ret);
/* "all" or "ALB,KOS": sets *ret_all or the list (in the arena). */
MUST_USE int cli_audience(
	struct cli *cli, const char *text, bool *ret_all, struct id **ret, size_t *ret_n);
/* The newest log held here of a member, whatever its epoch. E_MISSING. */
MUST_USE int cli_log(struct cli *cli, const struct id *member, struct log *ret);
/* Label text: adds the charter's policy in front if the user left it out; "" is the charter's
 * lowest class. */
MUST_USE int cli_label(struct cli *cli, const char *text, struct slice *ret);
/* An object id, or the unambiguous start of its second half as `list` shows it. */
MUST_USE int cli_object(struct cli *cli, const char *text, struct object_id *ret);
MUST_USE int cli_mode(struct cli *cli, enum mode *ret); /* --mode, default real */

/* Whole file or "-" for standard input into the arena. */
MUST_USE int cli_read(struct cli *cli, const char *path, size_t max, struct slice *ret);
/* To a file (fsynced, never overwriting without --force) or "-". */
MUST_USE int cli_write(struct cli *cli, const char *path, struct slice bytes);
/* Passphrase of a sealed key: --pass-file, else asked on the terminal. */
MUST_USE int cli_pass(struct cli *cli, const char *what, struct buf *ret);
/* A key file for one `use`; asks for the passphrase if it is sealed. */
MUST_USE int cli_key(struct cli *cli, const char *path, const char *use, struct seckey *ret);
/* Officer key from --officer or DATA/keys/officer.key; its officer id from the own root document.
 */
MUST_USE int cli_officer(struct cli *cli, struct seckey *ret, struct id *ret_id);

/* One draft written and cli_chores(); audit is node_write's. */
MUST_USE int cli_write_draft(struct cli *cli, const struct draft *d, struct written *ret);
/*
 * After whatever has written: rings the bell and does what the fold has left (node_todo). What of it fails is a warning: what was written stays written, and
 * the chores are tried again by whoever comes next. True: a reader is in the way of something (node_todo).
 */
bool cli_chores(struct cli *cli);

/* ---- output ---- */
void cli_out(struct cli *cli, struct slice s); /* to standard output */
void cli_print(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* To standard error, unless --quiet: what was done, hints. */
void cli_say(struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/*
 * Before what binds a member, or cannot be undone: shows `what` on standard error and asks. 0 if the answer is yes, with --yes, and where nobody sits at a
 * terminal; else E_STATE, and nothing is to be done.
 */
MUST_USE int cli_confirm(struct cli *cli, const char *what);
enum cli_colour { COLOUR_NONE, COLOUR_BOLD, COLOUR_DIM, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW };
const char *cli_colour(const struct cli *cli, enum cli_colour c); /* escape sequence or "" */

/* A line on the terminal that is redrawn at most ten times a second; nothing off a terminal,
 * nothing in the first second. */
struct progress {
	struct cli *cli;
	const char *what;
	int64_t began_ms, drawn_ms;
	bool bytes;
};
struct progress progress_start(struct cli *cli, const char *what, bool bytes);
void progress_show(struct progress *p, uint64_t done, uint64_t all); /* all 0: unknown */
void progress_end(struct progress *p);

/* "entente 1.2.3": entente --version. */
extern const char cli_version[];

/* Help, man page, completion from the table. */
void help_print(struct cli *cli, const struct command *c); /* NULL: the overview */
/* "cyber case new": all words of a command's name. Good until the next call of this thread. */
const char *command_words(const struct command *c);
/* Every command, those below one before itself; `depth` is the number of its words, which are good for the call. */
void command_each(void (*each)(const struct command *c, const char *words, unsigned depth));
void help_man(struct cli *cli);
/* What entente.conf can say. */
void help_settings(struct cli *cli);
int help_completion(struct cli *cli, const char *shell);

#endif
