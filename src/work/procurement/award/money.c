/* money.c: see money.h. */
#include "work/procurement/award/money.h"

#include "base/report.h"

#include <inttypes.h>

/* Codes in force, by digits of the minor unit; each with a blank behind it. */
static const char two[] =
	"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP "
	"ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD "
	"MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
	"SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWL ";
static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF ";
static const char three[] = "BHD IQD JOD KWD LYD OMR TND ";

static bool listed(const char *list, struct slice code)
{
	for (; *list; list += 4)
		if (memcmp(list, code.p, 3) == 0)
			return true;
	return false;
}

int currency_find(struct slice code, struct currency *ret, const char *where, struct why *why)
{
	struct currency c = {.digits = 2};

	if (code.n != 3)
		return why_set(why, E_INVALID, where, "a currency is three letters of ISO 4217");
	memcpy(c.code, code.p, 3);
	if (listed(none, code))
		c.digits = 0;
	else if (listed(three, code))
		c.digits = 3;
	else if (!listed(two, code))
		return why_set(why, E_INVALID, where, "is no currency of ISO 4217 in force");
	*ret = c;
	return 0;
}

int money_check(int64_t amount, const char *where, struct why *why)
{
	if (amount > MONEY_MAX || amount < -MONEY_MAX)
		return why_set(why, E_LIMIT, where, "is larger than money can be here");
	return 0;
}

/* Whole number of 10^-digits; zeros behind the last digit are fine. */
static int decimal_parse(
	struct slice text, unsigned digits, int64_t *ret, const char *where, struct why *why)
{
	struct slice whole, part = text;
	bool negative = slice_take(&part, "-");
	int64_t v = 0;
	unsigned got = 0;

	if (!slice_cut(&part, '.', &whole) || whole.n == 0 || whole.n > 16 ||
		(whole.n > 1 && whole.p[0] == '0') || (text.n && text.p[text.n - 1] == '.'))
		return why_set(why, E_INVALID, where, "is no plain decimal number in range");
	for (size_t i = 0; i < whole.n + part.n; i++) {
		uint8_t c = i < whole.n ? whole.p[i] : part.p[i - whole.n];

		if (c < '0' || c > '9')
			return why_set(why, E_INVALID, where, "is no plain decimal number");
		if (i >= whole.n && got == digits) {
			if (c != '0')
				return why_set(why, E_INVALID, where,
					"has more than %u digits behind the point", digits);
			continue;
		}
		got += i >= whole.n;
		if (v > MONEY_MAX)
			return why_set(why, E_LIMIT, where, "is too large");
		v = v * 10 + (c - '0');
	}
	for (; got < digits; got++) {
		if (v > MONEY_MAX)
			return why_set(why, E_LIMIT, where, "is too large");
		v *= 10;
	}
	if (v > MONEY_MAX)
		return why_set(why, E_LIMIT, where, "is too large");
	*ret = negative ? -v : v;
	return 0;
}

static void decimal_print(struct buf *b, int64_t v, unsigned digits)
{
	uint64_t one = 1, u = v < 0 ? (uint64_t)-v : (uint64_t)v;

	for (unsigned i = 0; i < digits; i++)
		one *= 10;
	if (v < 0)
		buf_byte(b, '-');
	buf_addf(b, "%" PRIu64, u / one);
	if (digits)
		buf_addf(b, ".%0*" PRIu64, (int)digits, u % one);
}

int money_parse(struct slice text, const struct currency *c, int64_t *ret, const char *where,
	struct why *why)
{
	return decimal_parse(text, c->digits, ret, where, why);
}

void money_print(struct buf *b, int64_t amount, const struct currency *c)
{
	decimal_print(b, amount, c->digits);
}

int quantity_parse(struct slice text, int64_t *ret, const char *where, struct why *why)
{
	int64_t v;
	int rc = decimal_parse(text, 3, &v, where, why);

	if (rc < 0)
		return rc;
	if (v < 0)
		return why_set(why, E_INVALID, where, "a quantity is not negative");
	*ret = v;
	return 0;
}

/* Without the point where it is a whole number. */
void quantity_print(struct buf *b, int64_t quantity)
{
	if (quantity % QUANTITY_ONE == 0)
		decimal_print(b, quantity / QUANTITY_ONE, 0);
	else
		decimal_print(b, quantity, 3);
}

int money_add(int64_t a, int64_t b, int64_t *ret, struct why *why)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum) || sum > MONEY_MAX || sum < -MONEY_MAX)
		return why_set(why, E_LIMIT, "", "a sum is larger than money can be here");
	*ret = sum;
	return 0;
}

void sum_add(int64_t *sum, int64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum) || *sum == INT64_MIN)
		*sum = more < 0 ? -INT64_MAX : INT64_MAX;
}

int money_times(int64_t unit_price, int64_t quantity, int64_t *ret, struct why *why)
{
	int128 product = (int128)unit_price * quantity;
	int128 half = product < 0 ? -QUANTITY_ONE / 2 : QUANTITY_ONE / 2;
	int128 cost = (product + half) / QUANTITY_ONE;

	if (cost > MONEY_MAX || cost < -MONEY_MAX)
		return why_set(why, E_LIMIT, "", "a cost is larger than money can be here");
	*ret = (int64_t)cost;
	return 0;
}

int64_t muldiv_floor(int64_t x, int64_t a, int64_t b)
{
	int128 product = (int128)x * a;
	int128 q = product / b;

	MUST(b > 0);
	if (product % b < 0)
		q--;
	return (int64_t)q;
}
