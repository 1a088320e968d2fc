/* demo.c: the scene of `entente demo` in which two members play a third one: each with a script that the other knows as shadows only, on one clock; and what is learnt. */
#include "work/training/demo.h"

#include "base/file.h"
#include "cli/demo.h"

struct scene {
	struct demo *d;
	const struct demo_node *host, *author, *player, *other;
	const char *exercise;
	const char *secret; /* stands in the author's script */
};

/* Does the answer to a command hold this text? Asked until it does. */
static int wait_says(struct scene *s, const struct demo_node *n, const char *text, bool *ret,
	const char *command, const char *a, const char *b)
{
	struct patience p = patience_start();

	do {
		struct answer answer CLEANUP_ANSWER = {.status = 0};

		TRY(demo_run(s->d, n, &answer, "training", command, "--json", a, b, NULL));
		*ret = answer.status == 0 &&
		       slice_search(buf_slice(&answer.out), slice_str(text)) >= 0;
	} while (!*ret && patience_left(&p));
	return 0;
}

static int shows(
	struct scene *s, const struct demo_node *n, const char *mode, const char *text, bool *ret)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};

	TRY(demo_run(s->d, n, &a, "response", "alerts", "--json", "--mode", mode, NULL));
	*ret = a.status == 0 && slice_search(buf_slice(&a.out), slice_str(text)) >= 0;
	return 0;
}

static int write_script(struct scene *s, const struct demo_node *n, const char *number,
	const char *title, const char *due, const char *method, const char *body, const char *to)
{
	struct answer a CLEANUP_ANSWER = {.status = 0};
	const char *inject;

	TRY(demo_ask(s->d, n, &a, "training", "inject", s->exercise, number, title, "--for", "A1",
		"--due", due, "--method", method, "--fire", "auto", "--body", body, "--expect",
		"Report it", "--to", to, NULL));
	inject = answer_text(s->d, &a, "object");
	TRY(demo_do(s->d, n, "training", "step", inject, "submitted", NULL));
	return demo_do(s->d, n, "training", "step", inject, "approved", NULL);
}

static int prepare(struct scene *s)
{
	static const char *const states[] = {"specified", "planned", "ready"};
	struct answer a CLEANUP_ANSWER = {.status = 0};
	const char *with = arena_printf(
		&s->d->cli->arena, "%s,%s,%s", s->host->label, s->author->label, s->player->label);
	bool there, held = true;

	TRY(demo_ask(s->d, s->host, &a, "training", "exercise", "BRIGHT DAWN", "--scenario",
		"2031-05-01T06:00:00Z", "--aim", "Act together when the grid is down", "--with",
		with, NULL));
	s->exercise = answer_text(s->d, &a, "object");
	TRY(demo_do(s->d, s->host, "training", "part", s->exercise, "audience", "Duty officers",
		"-n", "A1", "--party", s->player->label, NULL));
	demo_tell(s->d, "%s calls the exercise BRIGHT DAWN; %s writes a script too, %s is trained",
		s->host->label, s->author->label, s->player->label);
	TRY(wait_says(s, s->author, "Duty officers", &there, "list", "part", NULL));
	TRY(write_script(s, s->host, "1", "The grid is down", "+00:00", "alert",
		"No power in the valley.", s->host->label));
	TRY(write_script(s, s->author, "2", "The press asks", "+00:00", "portal", s->secret,
		s->author->label));
	TRY(wait_says(s, s->host, "\"weight\":2", &there, "list", "shadow", NULL));
	TRY(demo_holds(s->d, s->host, slice_str(s->secret), &held));
	demo_claim(s->d, there && !held,
		"%s sees that %s plans something in the first half hour, and has not one word of it",
		s->host->label, s->author->label);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		TRY(demo_do(s->d, s->host, "training", "step", s->exercise, states[i], NULL));
	return 0;
}

static int play(struct scene *s)
{
	bool first, second, real = true, drill = false, other = true;
	struct answer a CLEANUP_ANSWER = {.status = 0};

	TRY(demo_do(s->d, s->host, "training", "control", s->exercise, "startex", "--rate", "60",
		NULL));
	TRY(wait_says(s, s->player, "The grid is down", &first, "inbox", NULL, NULL));
	TRY(wait_says(s, s->player, s->secret, &second, "inbox", NULL, NULL));
	demo_claim(s->d, first && second,
		"STARTEX at sixty times: at %s both injects arrive, each under EXERCISE EXERCISE EXERCISE",
		s->player->label);
	TRY(shows(s, s->player, "exercise", "EXERCISE: The grid is down", &drill));
	TRY(shows(s, s->player, "real", "The grid is down", &real));
	demo_claim(s->d, drill && !real,
		"one of them is an alert of rapid response: among the exercise's alerts, not among the real ones");
	TRY(demo_run(s->d, s->other, &a, "training", "live", s->exercise, NULL));
	TRY(shows(s, s->other, "exercise", "The grid is down", &other));
	demo_claim(s->d, a.status != 0 && !other,
		"for %s, which takes no part, there is no exercise and no alert", s->other->label);
	return demo_do(s->d, s->host, "training", "control", s->exercise, "endex", NULL);
}

/* ENDEX has come to the player: then nothing of it changes any more. */
static int tell_again(struct scene *s)
{
	struct answer once CLEANUP_ANSWER = {.status = 0}, again CLEANUP_ANSWER = {.status = 0};
	bool ended;

	TRY(wait_says(s, s->player, "\"state\":\"ended\"", &ended, "live", s->exercise, NULL));
	TRY(demo_ask(s->d, s->player, &once, "training", "replay", s->exercise, NULL));
	TRY(demo_do(s->d, s->player, "rebuild", NULL));
	TRY(demo_ask(s->d, s->player, &again, "training", "replay", s->exercise, NULL));
	demo_claim(s->d,
		ended && slice_eq(buf_slice(&once.out), buf_slice(&again.out)) &&
			slice_search(buf_slice(&once.out), SLICE("The press asks")) >= 0,
		"after ENDEX %s tells the run again: the same %zu bytes, also from tables made anew",
		s->player->label, once.out.n);
	return 0;
}

static int learn(struct scene *s)
{
	struct answer a CLEANUP_ANSWER = {.status = 0}, no CLEANUP_ANSWER = {.status = 0};
	const char *action, *path = arena_printf(&s->d->cli->arena, "%s/action.json", s->d->dir);
	bool there;

	TRY(file_replace(path,
		slice_str(arena_printf(&s->d->cli->arena,
			"{\"text\":\"Name a duty officer\",\"exercise_name\":\"BRIGHT DAWN\",\"owner\":\"%s\"}",
			s->player->member)),
		0600, s->d->why));
	TRY(demo_ask(s->d, s->host, &a, "training", "new", "action", path, "--to", "all", NULL));
	action = answer_text(s->d, &a, "object");
	TRY(wait_says(s, s->player, action, &there, "list", "action", NULL));
	TRY(demo_run(s->d, s->host, &no, "training", "accept", action, "accepted", "--due",
		"2031-12-01", NULL));
	TRY(demo_do(s->d, s->player, "training", "accept", action, "accepted", "--due",
		"2031-12-01", NULL));
	TRY(wait_says(s, s->host, "\"accepted\"", &there, "list", "acceptance", NULL));
	demo_claim(s->d, no.status != 0 && there,
		"%s asks %s for a corrective action: only the node of %s can accept it, and does",
		s->host->label, s->player->label, s->player->label);
	return 0;
}

int training_demo(struct demo *d)
{
	struct scene s = {.d = d,
		.host = &d->node[0],
		.author = &d->node[1],
		.player = &d->node[2],
		.other = &d->node[3],
		.secret = demo_canary(d)};

	demo_scene(d, "They train together");
	demo_fiction(d, "The exercise and what happens in it are made up, and marked as exercise.");
	TRY(prepare(&s));
	TRY(play(&s));
	TRY(tell_again(&s));
	return learn(&s);
}
