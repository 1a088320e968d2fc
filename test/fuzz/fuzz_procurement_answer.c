/*
 * fuzz_procurement_answer.c: what a solver program answers: read, or refused; what is read is judged in whole numbers and never believed.
 */
#include "base/limits.h"
#include "base/report.h"
#include "work/procurement/award/solve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t lots[] = {0, 1};
	struct arena arena CLEANUP_ARENA = ARENA(16 * MIB);
	struct model_lot lot[] = {
		{.demand = 10, .reserve = 5}, {.demand = 4, .reserve = 9, .min_suppliers = 1}};
	struct model_supplier supplier[] = {{.nation = 0, .cap = 50}, {.nation = MODEL_NO_NATION}};
	struct model_bundle bundle[] = {
		{.supplier = 0, .lot = lots, .n_lot = 2, .price = 40, .cost = 40, .group = 1},
		{.supplier = 1, .lot = lots, .n_lot = 1, .price = 30, .cost = 25, .group = 1}};
	struct model_tier tier[] = {
		{.supplier = 1, .lot = 1, .lo = 1, .hi = 4, .price = 3, .cost = 3}};
	struct award_model m = {.lot = lot,
		.n_lot = 2,
		.supplier = supplier,
		.n_supplier = 2,
		.bundle = bundle,
		.n_bundle = 2,
		.tier = tier,
		.n_tier = 1,
		.n_nation = 1,
		.estimate = 100,
		.nation_cap = {500}};
	struct solver_answer a;
	struct award_solution *s;
	struct why why = {0};

	MUST(award_model_check(&m, NULL) == 0);
	if (solver_answer_parse(slice_of(data, size), &arena, &a, &why) < 0) {
		MUST(why.text[0]);
		return 0;
	}
	s = milp_solution(&m, &a, &arena);
	if (award_model_judge(&m, s, NULL) == 0)
		MUST(s->cost <= 86 && s->paid >= 0);
	return 0;
}
