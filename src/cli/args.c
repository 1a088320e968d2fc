/* args.c: parsing the command line against the table. */
#include "cli/cli.h"
#include "node/workspace.h"

#include <unistd.h>

static const struct cli_option *find_in(
	const struct cli_option *list, const char *name, size_t n, char letter)
{
	for (; list && list->name; list++) {
		if (letter ? list->letter == letter
			   : (strlen(list->name) == n && memcmp(list->name, name, n) == 0))
			return list;
	}
	return NULL;
}

static const struct cli_option *find_option(
	const struct cli *cli, const char *name, size_t n, char letter)
{
	const struct cli_option *o =
		cli->command ? find_in(cli->command->option, name, n, letter) : NULL;
	return o ? o : find_in(common_options, name, n, letter);
}

static int add_value(struct cli *cli, const struct cli_option *o, const char *text)
{
	if (cli->n_value == sizeof(cli->value) / sizeof(cli->value[0]))
		return why_set(&cli->why, E_USAGE, o->name, "too many options");
	if (!o->many && cli_option(cli, o->name))
		return why_set(&cli->why, E_USAGE, "", "--%s is given twice", o->name);
	cli->value[cli->n_value++] = (struct cli_value){o, text};
	return 0;
}

/* One "--name", "--name=value" or "-x"; *at moves over a value that is a word of its own. */
static int parse_option(struct cli *cli, int argc, char **argv, int *at)
{
	const char *word = argv[*at];
	bool is_long = word[1] == '-';
	const char *name = word + (is_long ? 2 : 1);
	const char *equals = is_long ? strchr(name, '=') : NULL;
	size_t n = equals ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *o = find_option(cli, name, n, is_long ? 0 : name[0]);

	if (!o || (!is_long && name[1] != '\0' && !o->arg))
		return why_set(&cli->why, E_USAGE, "", "unknown option %s%s%s", word,
			cli->command ? "; see entente help " : "",
			cli->command ? command_words(cli->command) : "");
	if (!o->arg) {
		if (equals)
			return why_set(&cli->why, E_USAGE, "", "--%s takes no value", o->name);
		return add_value(cli, o, "");
	}
	if (equals)
		return add_value(cli, o, equals + 1);
	if (!is_long && name[1] != '\0')
		return add_value(cli, o, name + 1);
	if (*at + 1 >= argc)
		return why_set(&cli->why, E_USAGE, "", "--%s needs %s", o->name, o->arg);
	return add_value(cli, o, argv[++*at]);
}

const struct command *command_at(size_t i)
{
	size_t n = 0;
	while (commands[n])
		n++;
	if (i < n)
		return commands[i];
	i -= n;
	for (size_t w = 0; workspaces[w]; w++) {
		const struct command *const *list = workspaces[w]->command;
		for (; list && *list; list++)
			if (i-- == 0)
				return *list;
	}
	return NULL;
}

const struct command *command_find(const struct command *of, const char *name)
{
	const struct command *c;
	if (of && !of->sub)
		return NULL;
	for (size_t i = 0; (c = of ? of->sub[i] : command_at(i)); i++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

#define WORDS_BYTES 80

struct walk {
	void (*each)(const struct command *c, const char *words, unsigned depth);
	const struct command *wanted;
	const char *found; /* words of `wanted` */
};

/* The tree is as deep as the table in the source makes it: three. */
static void walk_command(struct walk *w, const char *above, const struct command *c, unsigned depth)
{
	static _Thread_local char found[WORDS_BYTES];
	char words[WORDS_BYTES];

	snprintf(words, sizeof(words), "%s%s%s", above, *above ? " " : "", c->name);
	for (size_t i = 0; c->sub && c->sub[i]; i++)
		walk_command(w, words, c->sub[i], depth + 1);
	if (w->each)
		w->each(c, words, depth);
	if (c == w->wanted) {
		memcpy(found, words, sizeof(found));
		w->found = found;
	}
}

static void walk_all(struct walk *w)
{
	const struct command *c;

	for (size_t i = 0; (c = command_at(i)); i++)
		walk_command(w, "", c, 1);
}

const char *command_words(const struct command *c)
{
	struct walk w = {.wanted = c};

	walk_all(&w);
	return w.found ? w.found : c->name;
}

void command_each(void (*each)(const struct command *c, const char *words, unsigned depth))
{
	walk_all(&(struct walk){.each = each});
}

/* The next word of a command's name. */
static int take_command(struct cli *cli, const char *word)
{
	const struct command *c = command_find(cli->command, word);
	if (!c && cli->command)
		return why_set(&cli->why, E_USAGE, "",
			"no such command: %s %s; see entente help %s", command_words(cli->command),
			word, command_words(cli->command));
	if (!c)
		return why_set(
			&cli->why, E_USAGE, "", "no such command: %s; see entente help", word);
	cli->command = c;
	return 0;
}

static int check_count(struct cli *cli)
{
	const struct command *c = cli->command;
	if (c->sub && !cli_switch(cli, "help"))
		return why_set(&cli->why, E_USAGE, "", "%s what? see entente help %s",
			command_words(c), command_words(c));
	if (cli_switch(cli, "help") || (cli->n_arg >= c->args_min && cli->n_arg <= c->args_max))
		return 0;
	return why_set(&cli->why, E_USAGE, "", "usage: entente %s%s%s; see entente help %s",
		command_words(c), *c->args ? " " : "", c->args, command_words(c));
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
	bool options = true;
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (options && word[0] == '-' && word[1] != '\0') {
			TRY(parse_option(cli, argc, argv, &i));
		} else if (!cli->command || cli->command->sub) {
			TRY(take_command(cli, word));
		} else if (cli->n_arg == sizeof(cli->arg) / sizeof(cli->arg[0])) {
			return why_set(&cli->why, E_USAGE, "", "too many arguments");
		} else {
			cli->arg[cli->n_arg++] = word;
		}
	}
	cli->json = cli_switch(cli, "json");
	if (cli_switch(cli, "no-colour"))
		cli->colour = false;
	return cli->command ? check_count(cli) : 0;
}

const char *cli_option(const struct cli *cli, const char *name)
{
	for (size_t i = cli->n_value; i-- > 0;) {
		if (strcmp(cli->value[i].option->name, name) == 0)
			return cli->value[i].text;
	}
	return NULL;
}

bool cli_switch(const struct cli *cli, const char *name)
{
	return cli_option(cli, name) != NULL;
}

const char *cli_option_at(const struct cli *cli, const char *name, size_t at)
{
	for (size_t i = 0; i < cli->n_value; i++) {
		if (strcmp(cli->value[i].option->name, name) == 0 && at-- == 0)
			return cli->value[i].text;
	}
	return NULL;
}

size_t cli_option_count(const struct cli *cli, const char *name)
{
	size_t n = 0;
	for (size_t i = 0; i < cli->n_value; i++)
		n += strcmp(cli->value[i].option->name, name) == 0;
	return n;
}
