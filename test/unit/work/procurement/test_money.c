/*
 * test_money.c: money and quantities as whole numbers, and the sharing of costs: sums to the last unit, nobody above what it would pay alone, the core.
 */
#include "unit.h"

#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/award/grid.h"
#include "work/procurement/award/share.h"

static void texts(void **state)
{
	static const struct {
		const char *currency, *text;
		int64_t amount;
		const char *back; /* NULL: refused */
	} cases[] = {
		{"EUR", "0", 0, "0.00"},
		{"EUR", "1200.5", 120050, "1200.50"},
		{"EUR", "-3.07", -307, "-3.07"},
		{"EUR", "1.230", 123, "1.23"},
		{"EUR", "1.234", 0, NULL},
		{"EUR", "1e3", 0, NULL},
		{"EUR", "01", 0, NULL},
		{"EUR", "1.", 0, NULL},
		{"EUR", ".5", 0, NULL},
		{"EUR", "", 0, NULL},
		{"EUR", "-", 0, NULL},
		{"EUR", "NaN", 0, NULL},
		{"EUR", "Infinity", 0, NULL},
		{"EUR", "1 000", 0, NULL},
		{"EUR", "+1", 0, NULL},
		{"EUR", "10000000000000.00", MONEY_MAX, "10000000000000.00"},
		{"EUR", "10000000000000.01", 0, NULL},
		{"EUR", "99999999999999999999999999", 0, NULL},
		{"JPY", "1200", 1200, "1200"},
		{"JPY", "1200.0", 1200, "1200"},
		{"JPY", "1200.5", 0, NULL},
		{"KWD", "1.005", 1005, "1.005"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buf b CLEANUP_BUF = BUF(64);
		struct currency c;
		struct why why = {0};
		int64_t got;

		assert_int_equal(currency_find(slice_str(cases[i].currency), &c, "", NULL), 0);
		int rc = money_parse(slice_str(cases[i].text), &c, &got, "/value/amount", &why);
		if (!cases[i].back) {
			if (rc >= 0)
				fail_msg("%s %s taken", cases[i].text, cases[i].currency);
			assert_string_equal(why.where, "/value/amount");
			continue;
		}
		assert_int_equal(rc, 0);
		assert_int_equal(got, cases[i].amount);
		money_print(&b, got, &c);
		assert_slice(buf_slice(&b), cases[i].back);
	}
}

static void currencies(void **state)
{
	static const char *const bad[] = {"", "EU", "EURO", "eur", "XXX", "DEM", "AB ", " EU"};
	struct currency c;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(currency_find(slice_str(bad[i]), &c, "", NULL), E_INVALID);
}

static void products(void **state)
{
	int64_t v;

	(void)state;
	assert_int_equal(money_times(333, 1500, &v, NULL), 0);
	assert_int_equal(v, 500); /* 499.5 */
	assert_int_equal(money_times(-333, 1500, &v, NULL), 0);
	assert_int_equal(v, -500);
	assert_int_equal(money_times(1, 499, &v, NULL), 0);
	assert_int_equal(v, 0);
	assert_int_equal(money_times(MONEY_MAX, MONEY_MAX, &v, NULL), E_LIMIT);
	assert_int_equal(money_times(MONEY_MAX, 1001, &v, NULL), E_LIMIT);
	assert_int_equal(money_add(MONEY_MAX, 1, &v, NULL), E_LIMIT);
	assert_int_equal(money_add(INT64_MAX, INT64_MAX, &v, NULL), E_LIMIT);
	assert_int_equal(money_add(-MONEY_MAX, -1, &v, NULL), E_LIMIT);
}

/* ---- shares ---- */

static struct env_fake fake;

static int64_t below(int64_t n)
{
	struct env env = env_of_fake(&fake);

	return (int64_t)env_below(&env, (uint64_t)n);
}

static int64_t sum_of(const int64_t *x, size_t n)
{
	int64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum;
}

static void prorata_sums(void **state)
{
	(void)state;
	env_fake_init(&fake, 7, 0);
	for (unsigned round = 0; round < 2000; round++) {
		int64_t weight[64], pays[64];
		struct share_case c = {.n = (size_t)below(64) + 1, .weight = weight};

		for (size_t i = 0; i < c.n; i++)
			weight[i] = below(round % 3 ? 10 : MONEY_MAX);
		weight[0] = weight[0] ? weight[0] : 1;
		c.total = below(round % 2 ? 1000 : MONEY_MAX);
		assert_int_equal(share_prorata(&c, pays, NULL), 0);
		assert_int_equal(sum_of(pays, c.n), c.total);
		int64_t all = 0;
		for (size_t i = 0; i < c.n && round % 3; i++)
			all += weight[i];
		for (size_t i = 0; i < c.n && round % 3; i++) {
			int64_t floor = muldiv_floor(c.total, weight[i], all);

			assert_true(pays[i] == floor || pays[i] == floor + 1);
			assert_true(weight[i] || pays[i] == 0);
		}
	}
	int64_t zero[] = {0, 0}, pays[2];
	assert_int_equal(
		share_prorata(&(struct share_case){.n = 2, .total = 5, .weight = zero}, pays, NULL),
		E_INVALID);
	assert_int_equal(
		share_prorata(&(struct share_case){.n = 0, .weight = zero}, pays, NULL), E_INVALID);
}

static void sums(void **state)
{
	int64_t sum = MONEY_MAX, down = -INT64_MAX + 1;

	(void)state;
	sum_add(&sum, -1);
	assert_int_equal(sum, MONEY_MAX - 1);
	sum_add(&sum, INT64_MAX);
	assert_int_equal(sum, INT64_MAX);
	sum_add(&down, -2);
	assert_int_equal(down, -INT64_MAX);
	sum_add(&down, -MONEY_MAX);
	assert_int_equal(-down, INT64_MAX);
}

static void remainders(void **state)
{
	int64_t weight[] = {1, 1, 1}, pays[3];

	(void)state;
	assert_int_equal(share_prorata(&(struct share_case){.n = 3, .total = 100, .weight = weight},
				 pays, NULL),
		0);
	assert_int_equal(pays[0], 34);
	assert_int_equal(pays[1], 33);
	assert_int_equal(pays[2], 33);
}

/* Individual rationality, the sum, and that the rule is pro rata where no cap binds. */
static void capped(void **state)
{
	(void)state;
	env_fake_init(&fake, 8, 0);
	for (unsigned round = 0; round < 3000; round++) {
		int64_t weight[20], alone[20], pays[20], even[20], all = 0;
		struct share_case c = {
			.n = (size_t)below(20) + 1, .weight = weight, .alone = alone};
		bool binds = false;

		for (size_t i = 0; i < c.n; i++) {
			weight[i] = below(100) + (i == 0);
			alone[i] = below(10000);
			all += alone[i];
		}
		c.total = all ? below(all + 1) : 0;
		assert_int_equal(share_capped(&c, pays, NULL), 0);
		assert_int_equal(sum_of(pays, c.n), c.total);
		assert_int_equal(share_prorata(&c, even, NULL), 0);
		for (size_t i = 0; i < c.n; i++) {
			assert_true(pays[i] >= 0 && pays[i] <= alone[i]);
			binds |= even[i] >= alone[i];
		}
		for (size_t i = 0; i < c.n && !binds; i++)
			assert_int_equal(pays[i], even[i]);
	}
	int64_t one[] = {1, 1}, alone[] = {10, 10}, pays[2];
	struct share_case dear = {.n = 2, .total = 21, .weight = one, .alone = alone};
	assert_int_equal(share_capped(&dear, pays, NULL), E_STATE);
}

/* A good with tiers: the game of the field. */
struct good {
	struct share_tier tier[3];
	int64_t quantity[24];
	size_t n;
	bool incremental;
};

static int64_t good_cost(void *ctx, uint64_t group)
{
	struct good *g = ctx;
	int64_t q = 0, cost = 0;

	for (size_t i = 0; i < g->n; i++)
		if (group & 1ULL << i)
			q += g->quantity[i];
	if (!g->incremental)
		return share_tier_cost(g->tier, 3, q);
	for (size_t t = 0; t < 3; t++) {
		int64_t top = t < 2 && q > g->tier[t + 1].from ? g->tier[t + 1].from : q;

		if (q > g->tier[t].from)
			cost += (top - g->tier[t].from) / 1000 * g->tier[t].price;
	}
	return cost;
}

static void good_make(struct good *g, size_t n, bool incremental)
{
	*g = (struct good){.n = n,
		.incremental = incremental,
		.tier = {{0, 1000}, {100000, 900}, {400000, 700}}};
	for (size_t i = 0; i < n; i++)
		g->quantity[i] = 1000 * (1 + below(100));
}

/* Shapley by its definition: all orders. */
static void by_orders(struct good *g, size_t at, uint64_t group, double part, double *ret)
{
	if (at == g->n)
		return;
	for (size_t i = 0; i < g->n; i++) {
		if (group & 1ULL << i)
			continue;
		double p = part / (double)(g->n - at);

		ret[i] += p * (double)(good_cost(g, group | 1ULL << i) - good_cost(g, group));
		by_orders(g, at + 1, group | 1ULL << i, p, ret);
	}
}

static void shapley(void **state)
{
	const uint8_t seed[32] = {1};

	(void)state;
	env_fake_init(&fake, 9, 0);
	for (unsigned round = 0; round < 40; round++) {
		struct good g;
		int64_t pays[24];
		double want[8] = {0};
		struct share_shapley how;

		good_make(&g, (size_t)below(5) + 2, round % 2);
		struct share_game game = {g.n, good_cost, &g};
		assert_int_equal(share_shapley(&game, seed, pays, &how, NULL), 0);
		assert_true(how.exact);
		assert_int_equal(sum_of(pays, g.n), good_cost(&g, (1ULL << g.n) - 1));
		by_orders(&g, 0, 0, 1.0, want);
		for (size_t i = 0; i < g.n; i++)
			if ((double)pays[i] < want[i] - 1.001 || (double)pays[i] > want[i] + 1.001)
				fail_msg("round %u member %zu: %lld, not %f", round, i,
					(long long)pays[i], want[i]);
	}
}

static void shapley_sampled(void **state)
{
	const uint8_t seed[32] = {2};
	struct good g;
	int64_t pays[24], again[24];
	struct share_shapley how;

	(void)state;
	env_fake_init(&fake, 10, 0);
	good_make(&g, 20, false);
	struct share_game game = {g.n, good_cost, &g};
	assert_int_equal(share_shapley(&game, seed, pays, &how, NULL), 0);
	assert_false(how.exact);
	assert_int_equal(how.samples, SHARE_SAMPLES);
	assert_true(how.error > 0);
	assert_int_equal(sum_of(pays, g.n), good_cost(&g, (1ULL << g.n) - 1));
	assert_int_equal(share_shapley(&game, seed, again, &how, NULL), 0);
	assert_memory_equal(pays, again, sizeof(int64_t) * g.n);
	/* Two of the same quantity pay the same, but for chance. */
	g.quantity[3] = g.quantity[11];
	assert_int_equal(share_shapley(&game, seed, pays, &how, NULL), 0);
	assert_true(llabs(pays[3] - pays[11]) < 8 * how.error);
}

/* One good with falling average price: pro rata is in the core. With incremental discounts so is Shapley; with all-units discounts it may not be, and that is seen. */
static void cores(void **state)
{
	const uint8_t seed[32] = {3};
	unsigned violated = 0;

	(void)state;
	env_fake_init(&fake, 11, 0);
	for (unsigned round = 0; round < 60; round++) {
		struct good g;
		int64_t pays[24];
		struct share_core core;
		struct share_shapley how;

		good_make(&g, (size_t)below(6) + 4, round % 2);
		struct share_game game = {g.n, good_cost, &g};
		int64_t total = good_cost(&g, (1ULL << g.n) - 1);
		struct share_case c = {.n = g.n, .total = total, .weight = g.quantity};
		assert_int_equal(share_prorata(&c, pays, NULL), 0);
		share_core(&game, pays, &core);
		/* A cent of rounding is the most that anybody is above. */
		assert_true(core.excess <= (int64_t)g.n);
		assert_true(core.whole);
		assert_int_equal(share_shapley(&game, seed, pays, &how, NULL), 0);
		share_core(&game, pays, &core);
		if (g.incremental)
			assert_true(core.excess <= (int64_t)g.n);
		else
			violated += core.excess > (int64_t)g.n;
	}
	assert_true(violated > 0);
}

/* ---- grids ---- */

/* A member whose need two bids serve: each supplier gets its price, and the member pays neither more nor less than its share; not half of it to each. */
static void grid_by_price(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const int64_t weight[] = {50000, 100000, 0, 40000}, row[] = {150000, 40000},
		      col[] = {50000, 140000};
	struct grid g = {2, 2, weight, row, col};
	int64_t cell[4], left;

	(void)state;
	assert_int_equal(grid_fill(&g, &arena, cell, &left, NULL), 0);
	assert_int_equal(left, 0);
	assert_memory_equal(cell, weight, sizeof(cell));
}

/* What joins no common supplier cannot be evened out, and is said. */
static void grid_apart(void **state)
{
	struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
	const int64_t weight[] = {500, 0, 0, 500}, row[] = {400, 600}, col[] = {500, 500};
	const int64_t less[] = {400, 599};
	struct grid g = {2, 2, weight, row, col};
	struct why why = {0};
	int64_t cell[4], left;

	(void)state;
	assert_int_equal(grid_fill(&g, &arena, cell, &left, NULL), 0);
	assert_int_equal(left, 100);
	assert_memory_equal(cell, weight, sizeof(cell));
	g.row = less;
	assert_int_equal(grid_fill(&g, &arena, cell, &left, &why), E_INVALID);
}

/* Columns always, rows wherever all are joined; nothing where nothing may be. */
static void grids(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct arena arena CLEANUP_ARENA = ARENA(1 * MIB);
		int64_t weight[48], row[8] = {0}, col[6] = {0}, cell[48], left, most = 1;
		size_t rows = (size_t)below(8) + 1, cols = (size_t)below(6) + 1;
		struct grid g = {rows, cols, weight, row, col};

		for (int64_t k = below(12); k > 0; k--)
			most *= 10;
		for (size_t c = 0; c < cols; c++) {
			for (size_t r = 0; r < rows; r++)
				weight[r * cols + c] = r == 0 || below(3) ? 1 + below(most) : 0;
			col[c] = below(most * 3);
		}
		/* Rows that could be: some filling of the columns. */
		for (size_t c = 0; c < cols; c++) {
			int64_t rest = col[c];

			for (size_t r = rows; r-- > 0;) {
				int64_t part = r == 0		      ? rest
					       : weight[r * cols + c] ? below(rest + 1)
								      : 0;

				row[r] += part;
				rest -= part;
			}
		}
		assert_int_equal(grid_fill(&g, &arena, cell, &left, NULL), 0);
		assert_int_equal(left, 0);
		for (size_t r = 0; r < rows; r++)
			for (size_t c = 0; c < cols; c++) {
				assert_true(cell[r * cols + c] >= 0);
				assert_true(weight[r * cols + c] > 0 || cell[r * cols + c] == 0);
				row[r] -= cell[r * cols + c];
				col[c] -= cell[r * cols + c];
			}
		for (size_t r = 0; r < rows; r++)
			assert_int_equal(row[r], 0);
		for (size_t c = 0; c < cols; c++)
			assert_int_equal(col[c], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(currencies),
		cmocka_unit_test(products),
		cmocka_unit_test(prorata_sums),
		cmocka_unit_test(sums),
		cmocka_unit_test(remainders),
		cmocka_unit_test(capped),
		cmocka_unit_test(shapley),
		cmocka_unit_test(shapley_sampled),
		cmocka_unit_test(cores),
		cmocka_unit_test(grid_by_price),
		cmocka_unit_test(grid_apart),
		cmocka_unit_test(grids),
	};

	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
