/* csaf_cvss.c: scores of CVSS 2.0, 3.0 and 3.1 in a document: the vector, the base score that follows from it, and the properties beside it; see csaf.h. */
#include "work/cyber/csaf.h"

#include "base/report.h"

#include <math.h>
#include <stdlib.h>

#define METRICS 8

/* One metric of a vector: its name there and as a property, the letters that it may have, and what each weighs. */
struct metric {
	const char *name, *property, *letters;
	double weight[4];
};

static const struct metric three[METRICS] = {
	{"AV", "attackVector", "NALP", {0.85, 0.62, 0.55, 0.2}},
	{"AC", "attackComplexity", "LH", {0.77, 0.44}},
	{"PR", "privilegesRequired", "NLH", {0.85, 0.62, 0.27}},
	{"UI", "userInteraction", "NR", {0.85, 0.62}},
	{"S", "scope", "UC", {0, 1}},
	{"C", "confidentialityImpact", "HLN", {0.56, 0.22, 0}},
	{"I", "integrityImpact", "HLN", {0.56, 0.22, 0}},
	{"A", "availabilityImpact", "HLN", {0.56, 0.22, 0}},
};

static const struct metric two[METRICS] = {
	{"AV", "accessVector", "LAN", {0.395, 0.646, 1.0}},
	{"AC", "accessComplexity", "HML", {0.35, 0.61, 0.71}},
	{"Au", "authentication", "MSN", {0.45, 0.56, 0.704}},
	{"C", "confidentialityImpact", "NPC", {0, 0.275, 0.660}},
	{"I", "integrityImpact", "NPC", {0, 0.275, 0.660}},
	{"A", "availabilityImpact", "NPC", {0, 0.275, 0.660}},
};

struct vector {
	double weight[METRICS];
	char letter[METRICS]; /* 0: not in the vector */
};

/* False: a base metric is missing, stands twice, or has a letter that it cannot have. Others (temporal, environmental) are passed over. */
static bool vector_parse(struct slice text, const struct metric *m, struct vector *ret)
{
	struct slice part;

	*ret = (struct vector){.letter = ""};
	while (slice_cut(&text, '/', &part)) {
		struct slice name;

		if (!slice_cut_exact(&part, ':', &name) || part.n == 0)
			return false;
		for (size_t i = 0; i < METRICS && m[i].name; i++) {
			const char *at;

			if (!slice_is(name, m[i].name))
				continue;
			at = part.n == 1 ? strchr(m[i].letters, part.p[0]) : NULL;
			if (!at || ret->letter[i])
				return false;
			ret->letter[i] = *at;
			ret->weight[i] = m[i].weight[at - m[i].letters];
		}
	}
	for (size_t i = 0; i < METRICS && m[i].name; i++)
		if (!ret->letter[i])
			return false;
	return true;
}

/* CVSS 3.1 appendix A; 3.0 says "the smallest number with one decimal that is not less". */
static double round_up(double x, bool one)
{
	long n = lround(x * 100000);

	if (!one)
		return ceil(x * 10) / 10;
	return n % 10000 == 0 ? (double)n / 100000 : (floor((double)n / 10000) + 1) / 10;
}

static double base_three(const struct vector *v, bool one)
{
	bool changed = v->letter[4] == 'C';
	double pr = v->weight[2], iss, impact, exploit;

	if (changed && v->letter[2] != 'N')
		pr = v->letter[2] == 'L' ? 0.68 : 0.5;
	iss = 1 - (1 - v->weight[5]) * (1 - v->weight[6]) * (1 - v->weight[7]);
	impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
	exploit = 8.22 * v->weight[0] * v->weight[1] * pr * v->weight[3];
	if (impact <= 0)
		return 0;
	return round_up(fmin((changed ? 1.08 : 1) * (impact + exploit), 10), one);
}

static double base_two(const struct vector *v)
{
	double impact = 10.41 * (1 - (1 - v->weight[3]) * (1 - v->weight[4]) * (1 - v->weight[5]));
	double exploit = 20 * v->weight[0] * v->weight[1] * v->weight[2];

	return impact > 0 ? round((0.6 * impact + 0.4 * exploit - 1.5) * 1.176 * 10) / 10 : 0;
}

static const char *severity(double score)
{
	return score <= 0  ? "NONE"
	       : score < 4 ? "LOW"
	       : score < 7 ? "MEDIUM"
	       : score < 9 ? "HIGH"
			   : "CRITICAL";
}

static struct slice text_of(const struct csaf_checking *k, json_ref o, const char *key)
{
	return json_string(&k->c->doc, json_get(&k->c->doc, o, key), k->arena);
}

static void properties_check(
	struct csaf_checking *k, json_ref o, const struct metric *m, const struct vector *v)
{
	for (size_t i = 0; i < METRICS && m[i].name; i++) {
		struct slice said = text_of(k, o, m[i].property);

		if (said.n && said.p[0] != v->letter[i])
			csaf_fault(k, k->where, "6.1.10: %s is not what the vector says",
				m[i].property);
	}
}

static void score_check(struct csaf_checking *k, json_ref o, bool v3)
{
	struct slice version = text_of(k, o, "version"), vector = text_of(k, o, "vectorString"),
		     said = text_of(k, o, "baseSeverity");
	json_ref score = json_get(&k->c->doc, o, "baseScore");
	const struct metric *m = v3 ? three : two;
	bool one = slice_is(version, "3.1");
	double is, written;
	struct vector v;

	if (!(v3 ? one || slice_is(version, "3.0") : slice_is(version, "2.0")) ||
		json_type(&k->c->doc, score) != JSON_NUMBER || (v3 && !said.n) ||
		(v3 && !slice_take(&vector, one ? "CVSS:3.1/" : "CVSS:3.0/")) ||
		!vector_parse(vector, m, &v)) {
		csaf_fault(k, k->where,
			"6.1.8: has no version, vectorString, baseScore and baseSeverity of CVSS");
		return;
	}
	properties_check(k, o, m, &v);
	is = v3 ? base_three(&v, one) : base_two(&v);
	written = strtod(arena_string(k->arena, json_number(&k->c->doc, score)), NULL);
	if (fabs(is - written) > 0.01)
		csaf_fault(k, k->where, "6.1.9: the base score of this vector is %.1f", is);
	else if (v3 && !slice_is(said, severity(is)))
		csaf_fault(k, k->where, "6.1.9: the severity of %.1f is %s", is, severity(is));
}

void csaf_cvss_check(struct csaf_checking *k, json_ref score)
{
	static const char *const keys[] = {"cvss_v2", "cvss_v3"};

	for (size_t i = 0; i < 2; i++) {
		json_ref o = json_get(&k->c->doc, score, keys[i]);
		size_t up = csaf_down(k, "/%s", keys[i]);

		if (o != JSON_ABSENT)
			score_check(k, o, i == 1);
		csaf_up(k, up);
	}
}
