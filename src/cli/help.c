/* help.c: overview, per-command help, man page and completion: all from the table of commands. */
#include "cli/cli.h"
#include "node/conf.h"

const char cli_version[] = "entente " ENTENTE_VERSION;

static void print_options(const struct cli_option *o)
{
	for (; o && o->name; o++) {
		char left[64];
		snprintf(left, sizeof(left), "%s%c%s --%s%s%s", o->letter ? "-" : " ",
			o->letter ? o->letter : ' ', o->letter ? "," : " ", o->name,
			o->arg ? " " : "", o->arg ? o->arg : "");
		printf("  %-30s %s%s\n", left, o->help, o->many ? " (repeatable)" : "");
	}
}

static void print_overview(struct cli *cli)
{
	printf("%sentente %s%s: a node for a coalition of sovereign organisations\n\n"
	       "usage: entente COMMAND [OPTIONS] [ARGUMENTS]\n",
		cli_colour(cli, COLOUR_BOLD), ENTENTE_VERSION, cli_colour(cli, COLOUR_NONE));
	const char *group = "";
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++) {
		if (strcmp(group, c->group) != 0) {
			group = c->group;
			printf("\n%s%s%s\n", cli_colour(cli, COLOUR_BOLD), group,
				cli_colour(cli, COLOUR_NONE));
		}
		printf("  %-12s %s\n", c->name, c->summary);
	}
	printf("\nOptions of every command:\n");
	print_options(common_options);
	printf("\nexit status: 0 done, 64 usage, 65 bad input, 69 not there, 70 not now, 73 exists already, 74 disk,\n"
	       "75 try again, 76 does not verify, 77 not allowed. `entente help COMMAND` says more.\n");
}

static void print_subs(struct cli *cli, const struct command *c)
{
	printf("usage: entente %s COMMAND [OPTIONS] [ARGUMENTS]\n\n%s\n", command_words(c),
		c->summary);
	if (c->help)
		printf("\n%s\n", c->help);
	printf("\n%sCommands%s\n", cli_colour(cli, COLOUR_BOLD), cli_colour(cli, COLOUR_NONE));
	for (size_t i = 0; c->sub[i]; i++)
		printf("  %-12s %s\n", c->sub[i]->name, c->sub[i]->summary);
	printf("\n`entente help %s COMMAND` says more.\n", command_words(c));
}

void help_print(struct cli *cli, const struct command *c)
{
	if (!c) {
		print_overview(cli);
		return;
	}
	if (c->sub) {
		print_subs(cli, c);
		return;
	}
	printf("usage: entente %s [OPTIONS]%s%s\n\n%s\n", command_words(c), c->args[0] ? " " : "",
		c->args, c->summary);
	if (c->help)
		printf("\n%s\n", c->help);
	if (c->option && c->option->name) {
		printf("\nOptions:\n");
		print_options(c->option);
	}
	printf("\nOptions of every command:\n");
	print_options(common_options);
}

/* roff needs a backslash before '-' and at a leading dot. */
static void roff_text(const char *s)
{
	bool start = true;
	for (; *s; s++) {
		if (start && (*s == '.' || *s == '\''))
			fputs("\\&", stdout);
		if (*s == '-' || *s == '\\')
			fputc('\\', stdout);
		fputc(*s, stdout);
		start = *s == '\n';
	}
}

static void roff_options(const struct cli_option *o)
{
	for (; o && o->name; o++) {
		fputs(".TP\n.B ", stdout);
		if (o->letter)
			printf("\\-%c, ", o->letter);
		fputs("\\-\\-", stdout);
		roff_text(o->name);
		if (o->arg)
			printf(" \\fI%s\\fR", o->arg);
		fputc('\n', stdout);
		roff_text(o->help);
		fputc('\n', stdout);
	}
}

/* A command, then those below it. */
static void roff_command(const struct command *c)
{
	printf(".SS \"entente %s ", command_words(c));
	roff_text(c->sub ? "COMMAND" : c->args);
	puts("\"");
	roff_text(c->summary);
	puts(".");
	if (c->help) {
		puts(".PP\n.nf");
		roff_text(c->help);
		puts("\n.fi");
	}
	roff_options(c->option);
	for (size_t k = 0; c->sub && c->sub[k]; k++)
		roff_command(c->sub[k]);
}

void help_man(struct cli *cli)
{
	(void)cli;
	puts(".TH ENTENTE 1 \"\" \"entente " ENTENTE_VERSION
	     "\" \"User Commands\"\n.SH NAME\nentente \\- a node for a coalition of sovereign organisations\n"
	     ".SH SYNOPSIS\n.B entente\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n.SH COMMANDS");
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++)
		roff_command(c);
	puts(".SH OPTIONS OF EVERY COMMAND");
	roff_options(common_options);
	puts(".SH EXIT STATUS\n0 done; 64 usage; 65 bad input; 69 not there or not reachable; 70 not possible now; 73 exists already; 74 disk or database; 75 try again;\n"
	     "76 does not verify; 77 not allowed.\n.SH ENVIRONMENT\n.TP\n.B ENTENTE_DIR\nthe node's directory, if \\-\\-dir is not given\n"
	     ".SH FILES\n.TP\n.I DIR/entente.conf\nsettings, see below\n.TP\n.I DIR/keys\nkeys of the node; officer and root keys belong elsewhere\n"
	     ".SH SETTINGS\nLines of entente.conf, \"key value\"; # begins a comment. They are read when the server starts.");
	for (const struct conf_setting *s = conf_settings; s->key; s++) {
		fputs(".TP\n.B ", stdout);
		roff_text(s->key);
		fputs(" \\fI", stdout);
		roff_text(s->value);
		fputs("\\fR\n", stdout);
		roff_text(s->help);
		fputc('\n', stdout);
	}
}

void help_settings(struct cli *cli)
{
	(void)cli;
	puts("entente.conf, in the node's directory: lines \"key value\"; # begins a comment. Read when the server starts.\n");
	for (const struct conf_setting *s = conf_settings; s->key; s++)
		printf("%s %s\n        %s\n", s->key, s->value, s->help);
}

static void bash_words(const struct cli_option *o)
{
	for (; o && o->name; o++)
		printf(" --%s", o->name);
}

/* Words of names that the scripts look at. */
#define DEPTH 3

/* A case over the first words, the longer first: below three words anything may follow. */
static void case_open(const char *words, unsigned depth)
{
	printf("\t'%s%s) ", words, depth < DEPTH ? " '*" : "'");
}

static void bash_command(const struct command *c, const char *words, unsigned depth)
{
	case_open(words, depth);
	fputs("words=\"", stdout);
	bash_words(c->option);
	bash_words(common_options);
	fputs("\"", stdout);
	if (c->sub) {
		printf(" at=%u subs=\"", depth + 1);
		for (size_t k = 0; c->sub[k]; k++)
			printf("%s%s", k ? " " : "", c->sub[k]->name);
		fputs("\"", stdout);
	}
	puts(" ;;");
}

static void completion_bash(void)
{
	puts("# bash completion for entente\n_entente() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n\tif [ \"$COMP_CWORD\" -eq 1 ]; then");
	fputs("\t\tCOMPREPLY=($(compgen -W \"", stdout);
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++)
		printf("%s%s", i ? " " : "", c->name);
	puts("\" -- \"$cur\"))\n\t\treturn\n\tfi\n\tlocal words=\"\" subs=\"\" at=0\n"
	     "\tcase \"${COMP_WORDS[1]} ${COMP_WORDS[2]} ${COMP_WORDS[3]}\" in");
	command_each(bash_command);
	puts("\tesac\n\tif [ \"$COMP_CWORD\" -eq \"$at\" ]; then\n\t\tCOMPREPLY=($(compgen -W \"$subs\" -- \"$cur\"))\n\t\treturn\n\tfi\n"
	     "\tcase $cur in\n\t-*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n\tesac\n}\n"
	     "complete -F _entente entente");
}

/* Text inside the quotes of a shell: zsh ends and begins them round an apostrophe, fish has a backslash. */
static void quoted(const char *text, char quote)
{
	for (const char *s = text; *s; s++) {
		if (quote == '\'' && *s == '\'')
			fputs("'\\'", stdout);
		else if (quote == '"' && (*s == '"' || *s == '$' || *s == '\\'))
			fputc('\\', stdout);
		fputc(*s, stdout);
	}
}

static void zsh_command(const struct command *c, const char *words, unsigned depth)
{
	case_open(words, depth);
	fputs("compadd --", stdout);
	for (size_t k = 0; c->sub && c->sub[k]; k++)
		printf(" %s", c->sub[k]->name);
	bash_words(c->option);
	bash_words(common_options);
	puts("; _files ;;");
}

static void completion_zsh(void)
{
	puts("#compdef entente\nlocal -a commands\ncommands=(");
	const struct command *c;
	for (size_t i = 0; (c = command_at(i)); i++) {
		printf("\t'%s:", c->name);
		quoted(c->summary, '\'');
		puts("'");
	}
	puts(")\nif (( CURRENT == 2 )); then _describe command commands; return; fi\ncase \"$words[2] $words[3] $words[4]\" in");
	command_each(zsh_command);
	puts("esac");
}

/* "; and" between the words of a command's name. */
static void fish_seen(const char *words)
{
	struct slice rest = slice_str(words), one;

	for (bool first = true; slice_cut(&rest, ' ', &one); first = false)
		printf("%s__fish_seen_subcommand_from %.*s", first ? "" : "; and ", SLICE_FMT(one));
}

static void fish_command(const struct command *c, const char *words, unsigned depth)
{
	if (depth == 1) {
		printf("complete -c entente -n __fish_use_subcommand -a %s -d \"", c->name);
		quoted(c->summary, '"');
		puts("\"");
	}
	for (size_t k = 0; c->sub && c->sub[k]; k++) {
		fputs("complete -c entente -n \"", stdout);
		fish_seen(words);
		printf("\" -a %s -d \"", c->sub[k]->name);
		quoted(c->sub[k]->summary, '"');
		puts("\"");
	}
	for (const struct cli_option *o = c->option; o && o->name; o++) {
		fputs("complete -c entente -n \"", stdout);
		fish_seen(words);
		printf("\" -l %s%s -d \"", o->name, o->arg ? " -r" : "");
		quoted(o->help, '"');
		puts("\"");
	}
}

static void completion_fish(void)
{
	command_each(fish_command);
}

int help_completion(struct cli *cli, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		completion_bash();
	else if (strcmp(shell, "zsh") == 0)
		completion_zsh();
	else if (strcmp(shell, "fish") == 0)
		completion_fish();
	else
		return why_set(
			&cli->why, E_USAGE, "", "completion for bash, zsh or fish, not %s", shell);
	return 0;
}
