/*
 * money.h: money as whole minor units of an ISO 4217 currency, quantities as whole thousandths. No floating point; every sum is checked.
 *
 *	struct currency eur;
 *	rc = currency_find(SLICE("EUR"), &eur, "/value/currency", why);
 *	rc = money_parse(SLICE("1200.50"), &eur, &amount, "/value/amount", why);        -- 120050
 *	rc = money_times(unit_price, quantity, &cost, why);                            -- half a unit is rounded away from zero
 *	money_print(&b, amount, &eur);                                                -- 1200.50
 *
 * Amounts and quantities lie within ±MONEY_MAX, so that a few thousand of them can be added in 64 bits and any product of two fits into 128.
 */
#ifndef AWARD_MONEY_H
#define AWARD_MONEY_H

#include "base/buf.h"
#include "base/why.h"

#define MONEY_MAX    ((int64_t)1000000000000000) /* 10 million millions of a currency with cents */
#define QUANTITY_ONE 1000

__extension__ typedef __int128 int128; /* for products */

struct currency {
	char code[4];
	unsigned digits; /* of the minor unit: 0, 2 or 3 */
};

/* E_INVALID unless it is a code of ISO 4217 in force. */
MUST_USE int currency_find(
	struct slice code, struct currency *ret, const char *where, struct why *why);

/* A decimal without exponent, as JSON writes numbers, with at most the currency's digits behind the point. E_SYNTAX, E_INVALID, E_LIMIT. */
MUST_USE int money_parse(struct slice text, const struct currency *c, int64_t *ret,
	const char *where, struct why *why);
void money_print(struct buf *b, int64_t amount, const struct currency *c);
/* The same for quantities: at most three digits behind the point, not negative. */
MUST_USE int quantity_parse(struct slice text, int64_t *ret, const char *where, struct why *why);
void quantity_print(struct buf *b, int64_t quantity);

/* E_LIMIT beyond MONEY_MAX. */
MUST_USE int money_add(int64_t a, int64_t b, int64_t *ret, struct why *why);
/* Into a sum of what anybody may have written: it ends at ±INT64_MAX and does not wrap. Amounts and quantities. */
void sum_add(int64_t *sum, int64_t more);
/* Unit price × quantity. */
MUST_USE int money_times(int64_t unit_price, int64_t quantity, int64_t *ret, struct why *why);
MUST_USE int money_check(int64_t amount, const char *where, struct why *why);

/* x·a/b, rounded down, in 128 bits. MUST: b > 0. */
int64_t muldiv_floor(int64_t x, int64_t a, int64_t b);

#endif
