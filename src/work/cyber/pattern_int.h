/* pattern_int.h: the tree of a pattern and what its files share; private to pattern_*.c. */
#ifndef CYBER_PATTERN_INT_H
#define CYBER_PATTERN_INT_H

#include "base/limits.h"
#include "base/report.h"
#include "work/cyber/match_limits.h"
#include "work/cyber/pattern.h"

#include <errno.h>

/* ---- tokens: pattern_lex.c ---- */

enum token_kind {
	TOKEN_END,
	TOKEN_IDENT,  /* IdentifierWithoutHyphen, keywords among them */
	TOKEN_HYPHEN, /* IdentifierWithHyphen */
	TOKEN_INT,    /* sign included */
	TOKEN_FLOAT,
	TOKEN_STRING, /* text is between the quotes, escapes as written */
	TOKEN_HEX,
	TOKEN_BINARY,
	TOKEN_TIME,
	TOKEN_EQ,
	TOKEN_NE,
	TOKEN_LT,
	TOKEN_LE,
	TOKEN_GT,
	TOKEN_GE,
	TOKEN_COLON,
	TOKEN_DOT,
	TOKEN_COMMA,
	TOKEN_STAR,
	TOKEN_LPAREN,
	TOKEN_RPAREN,
	TOKEN_LBRACK,
	TOKEN_RBRACK,
};

struct token {
	enum token_kind kind;
	struct slice text; /* of the pattern */
	size_t at;	   /* offset of its first byte */
};

struct lexer {
	struct slice all;
	size_t at;
	struct token now; /* looked at, not yet taken */
};

/* The first token is in x->now. E_SYNTAX. */
MUST_USE int pattern_lex_start(struct lexer *x, struct slice text, struct why *why);
MUST_USE int pattern_lex_next(struct lexer *x, struct why *why);
bool pattern_lex_is_word(const struct lexer *x, const char *word);
/* Fails at byte `at` with "line 1, column 14". */
int pattern_lex_fail(const struct lexer *x, int code, size_t at, struct why *why, const char *fmt,
	...) __attribute__((format(printf, 5, 6)));

/* ---- the parser: pattern_parse.c, pattern_literal.c, pattern_seen.c ---- */

typedef VEC(void *) pattern_list;

struct parser {
	struct lexer x;
	struct pattern *p;
	unsigned depth;
	struct why *why;
};

/* Fails at the token at hand. */
int pattern_fail(struct parser *ps, int code, const char *text);
/* Zeroed memory of the pattern, or NULL and E_LIMIT told. */
void *pattern_room(struct parser *ps, size_t n) MUST_USE;
MUST_USE int pattern_next(struct parser *ps);
/* Takes a token of the kind, or fails with "expected" and what. */
MUST_USE int pattern_expect(struct parser *ps, enum token_kind kind, const char *what);
/* \' and \\ undone. */
MUST_USE int pattern_unescape(struct parser *ps, struct slice raw, struct slice *ret);
struct test;
MUST_USE int pattern_expect_word(struct parser *ps, const char *word);
/* 1 and the word taken, 0, or a failure. */
MUST_USE int pattern_take_word(struct parser *ps, const char *word);
/* Another parenthesis; the caller counts ps->depth down. E_LIMIT. */
MUST_USE int pattern_deeper(struct parser *ps);
/* Moves a list into the pattern's memory; `ret_array` is a pointer to an array of pointers. */
MUST_USE int pattern_keep(struct parser *ps, pattern_list *l, void *ret_array);
struct expr;
struct seen;
/* What stands between [ and ]. */
MUST_USE int pattern_comparison(struct parser *ps, struct expr **ret);
/* All of a pattern, or of what is in ( ). */
MUST_USE int pattern_observations(struct parser *ps, struct seen **ret);
/* What stands behind t->op. */
MUST_USE int pattern_operand(struct parser *ps, struct test *t);

/* ---- values ---- */

enum value_kind {
	VALUE_NONE,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_BOOL,
	VALUE_STRING,
	VALUE_BYTES,
	VALUE_TIME
};

/* A moment as written: whole seconds and the digits behind the point without trailing zeros. */
struct moment {
	int64_t s;
	struct slice fraction;
};

struct value {
	enum value_kind kind;
	bool yes;
	int64_t i;
	double f;
	struct slice text; /* STRING, BYTES; TIME as written */
	struct moment time;
};

struct regex;
struct subnet {
	uint8_t addr[16];
	uint8_t bits; /* of the address's 32 or 128 */
	bool six;
};

enum test_op {
	TEST_EQ,
	TEST_NE,
	TEST_LT,
	TEST_LE,
	TEST_GT,
	TEST_GE,
	TEST_IN,
	TEST_LIKE,
	TEST_MATCHES,
	TEST_SUBSET,
	TEST_SUPERSET,
	TEST_EXISTS
};

enum step_kind { STEP_KEY, STEP_INDEX, STEP_ALL };
enum step_suffix { SUFFIX_NONE, SUFFIX_REF, SUFFIX_REFS, SUFFIX_HEX, SUFFIX_BIN };

struct step {
	enum step_kind kind;
	enum step_suffix suffix;
	struct slice key;
	uint64_t index;
};

struct test {
	enum test_op op;
	bool not ;
	struct slice type;
	struct step *step;
	size_t n_step;
	struct value *value;
	size_t n_value;
	struct slice like; /* LIKE: the literal in NFC */
	bool narrow; /* LIKE, MATCHES: every code point of it is below 256, so bytes can be compared with it */
	struct regex *regex;  /* MATCHES; freed with the pattern */
	struct subnet subnet; /* ISSUBSET, ISSUPERSET */
};

enum expr_kind { EXPR_TEST, EXPR_AND, EXPR_OR };
struct expr {
	enum expr_kind kind;
	struct test test;
	struct expr **part; /* AND, OR */
	size_t n;
};

enum seen_kind {
	SEEN_ONE,
	SEEN_AND,
	SEEN_OR,
	SEEN_THEN,
	SEEN_WITHIN,
	SEEN_REPEATS,
	SEEN_STARTSTOP
};
struct seen {
	enum seen_kind kind;
	struct expr *expr;  /* ONE */
	size_t leaf;	    /* ONE: its number */
	struct seen **part; /* the operands; qualifiers have one */
	size_t n;
	uint64_t times;		  /* REPEATS */
	struct pattern_time a, b; /* START and STOP; WITHIN: a is the duration */
};

/* ---- the program that bindings are searched with: pattern_plan.c, pattern_bind.c ---- */

enum plan_kind { PLAN_PICK, PLAN_ALT, PLAN_JUMP };
struct plan_filter {
	const struct plan_filter *up;
	struct pattern_time start, stop;
};
struct plan_op {
	enum plan_kind kind;
	size_t leaf, scope;
	uint64_t times;
	const struct plan_filter *filter;
	size_t to;   /* ALT: the other branch; JUMP: where */
	size_t like; /* PICK of a repetition: the same pick one round earlier, else SIZE_MAX */
};
struct plan_scope {
	size_t up;     /* SIZE_MAX: outermost */
	size_t before; /* sibling that FOLLOWEDBY puts before this one, else SIZE_MAX */
	bool within;
	struct pattern_time duration;
};

struct pattern {
	struct arena arena; /* owned; everything of the pattern lies in it */
	enum pattern_version version;
	struct seen *root;
	VEC(struct regex *) regex; /* owned */
	VEC(const struct expr *) leaf;
	VEC(struct plan_op) op;
	VEC(struct plan_scope) scope;
	size_t *at; /* owned: the last verdict's observations */
};

MUST_USE int pattern_plan(struct pattern *p, struct why *why);

/* ---- pattern_time.c ---- */
/* YYYY-MM-DDThh:mm:ss[.f+]Z, as the grammar has it: a day 31 is taken in every month. -EINVAL. */
MUST_USE int pattern_moment_parse(struct slice text, struct moment *ret);
int pattern_moment_cmp(const struct moment *a, const struct moment *b);
struct pattern_time pattern_moment_time(const struct moment *m);
int pattern_time_cmp(struct pattern_time a, struct pattern_time b);
/* True iff a - b <= d. */
bool pattern_time_within(struct pattern_time a, struct pattern_time b, struct pattern_time d);

/* ---- pattern_text.c ---- */
/* NFC of `text`, in the arena; -EINVAL if it cannot be made (invalid UTF-8, out of room). */
MUST_USE int pattern_text_nfc(struct arena *a, struct slice text, struct slice *ret);
/* True iff every code point is below 256; `text` is valid UTF-8. */
bool pattern_text_narrow(struct slice text);
/* Compares UTF-8 `text`, whose code points stand for bytes, with bytes; false if one is above 255. */
bool pattern_text_cmp_bytes(struct slice text, struct slice bytes, int *ret);
/* LIKE over code points, or over bytes that stand for code points below 256; takes its steps from *left: false if they do not suffice. */
bool pattern_text_like(
	struct slice like, struct slice value, bool bytes, uint64_t *left, bool *ret) MUST_USE;

MUST_USE int pattern_regex_new(
	struct regex **ret, struct slice source, bool narrow, struct why *why);
void pattern_regex_free(struct regex **r);
/* Takes its steps from *left. E_LIMIT when it takes too many of them or too much memory by itself; when *left does not suffice, that is 0. */
MUST_USE int pattern_regex_search(struct regex *r, struct slice value, bool bytes, uint64_t *left,
	bool *ret, struct why *why);

/* ---- pattern_net.c ---- */
MUST_USE int pattern_subnet_parse(struct slice text, struct subnet *ret);
bool pattern_subnet_holds(const struct subnet *outer, const struct subnet *inner);

/* ---- pattern_eval.c ---- */
struct evaluation {
	const struct observed *seen;
	const struct observation *in;
	struct arena *arena; /* for unescaped strings; reset between observations */
	uint64_t steps;	     /* values looked at, against LIMIT_PATTERN_STEPS */
	uint64_t text_left;  /* steps that LIKE and MATCHES may still take */
	struct why *why;
};
/* 1: an object of the observation makes it true; 0: none does; E_LIMIT, E_INVALID. */
MUST_USE int pattern_holds(struct evaluation *e, const struct expr *x);

/* ---- pattern_bind.c ---- */
struct leaf_set; /* observations that fulfil a leaf */
MUST_USE int pattern_bind(struct pattern *p, const struct observed *seen,
	const struct leaf_set *set, struct pattern_verdict *ret, struct why *why);
struct leaf_set {
	size_t *at;	/* indexes of observations by first time */
	uint64_t *room; /* room[i]: instances in at[0 … i) */
	size_t n;
};

#endif
