/*
 * schema.c: the table of OCDS 1.1.5 (fields and codelists as the standard names them) and its reader; see schema.h.
 *
 * A line is an object: its name, its fields, and (~name) the fields that may bear a language. A field: NAME[!]=TYPE[,len][,date][,uri][,@CODELIST][{EXTENSION}]
 * with ! for required; TYPE letters s i n b 0 o (string, integer, number, boolean, null, any object), :Name an object of this table, [… an array of these with
 * + for at least one and * for no two alike, |… what may stand in an array's or object's place.
 */
#include "work/procurement/ocds/schema.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/report.h"

#include <pthread.h>

static const char *const defs[] = {
	"Release ocid!=s,len id!=s,len date!=s,date tag!=[+s,@releaseTag initiationType!=s,@initiationType parties=[*:Organization "
	"buyer=:OrganizationReference planning=:Planning tender=:Tender awards=[*:Award contracts=[*:Contract language=s0 "
	"relatedProcesses=[*:RelatedProcess bids=:ReleaseBids{bid} withheldInformation=[+*:WithheldInformationItem{withheldInformation}",
	"Planning rationale=s0 budget=:Budget documents=[:Document milestones=[:Milestone ~rationale",
	"Tender id!=si,len title=s0 description=s0 status=s0,@tenderStatus procuringEntity=:OrganizationReference items=[*:Item "
	"value=:Value minValue=:Value procurementMethod=s0,@method procurementMethodDetails=s0 procurementMethodRationale=s0 "
	"mainProcurementCategory=s0,@procurementCategory additionalProcurementCategories=[s|0,@extendedProcurementCategory "
	"awardCriteria=s0,@awardCriteria awardCriteriaDetails=s0 submissionMethod=[s|0,@submissionMethod submissionMethodDetails=s0 "
	"tenderPeriod=:Period enquiryPeriod=:Period hasEnquiries=b0 eligibilityCriteria=s0 awardPeriod=:Period contractPeriod=:Period "
	"enquiries=[*:Enquiry{enquiry} numberOfTenderers=i0 tenderers=[*:OrganizationReference documents=[:Document milestones=[:Milestone amendments=[:Amendment "
	"amendment=:Amendment bidOpening=:BidOpening{bidOpening} lots=[:Lot{lots} lotDetails=:TenderLotDetails{lots} "
	"lotGroups=[:LotGroup{lots} criteria=[+*:Criterion{requirements} techniques=:Techniques{techniques} competitive=b0{techniques} "
	"~title ~description ~procurementMethodRationale ~awardCriteriaDetails ~submissionMethodDetails ~eligibilityCriteria",
	"Award id!=si,len title=s0 description=s0 status=s0,@awardStatus date=s0,date value=:Value suppliers=[*:OrganizationReference "
	"items=[+*:Item contractPeriod=:Period documents=[*:Document amendments=[:Amendment amendment=:Amendment relatedBid=s0{bid} "
	"relatedBids=[s|0{bid} buyers=[+*:OrganizationReference{contract_buyer} relatedLots=[s|0{lots} ~title ~description",
	"Contract id!=si,len awardID!=si,len title=s0 description=s0 status=s0,@contractStatus period=:Period value=:Value items=[+*:Item "
	"dateSigned=s0,date documents=[*:Document implementation=:Implementation relatedProcesses=[*:RelatedProcess milestones=[:Milestone "
	"amendments=[:Amendment amendment=:Amendment relatedBids=[s|0{bid} buyer=:OrganizationReference{contract_buyer} ~title "
	"~description",
	"Implementation transactions=[*:Transaction milestones=[*:Milestone documents=[*:Document",
	"Milestone id!=si,len title=s0 type=s0,@milestoneType description=s0 code=s0 dueDate=s0,date dateMet=s0,date dateModified=s0,date "
	"status=s0,@milestoneStatus documents=[*:Document relatedLots=[s|0{lots} ~title ~description",
	"Document id!=si,len documentType=s0,@documentType title=s0 description=s0 url=s0,uri datePublished=s0,date dateModified=s0,date "
	"format=s0 language=s0 relatedLots=[s|0{lots} ~title ~description",
	"Budget id=si0 description=s0 amount=:Value project=s0 projectID=si0 uri=s0,uri source=s0,uri "
	"budgetBreakdown=[+*:BudgetBreakdown{budget_breakdown} ~source ~description ~project",
	"Transaction id!=si,len source=s0,uri date=s0,date value=:Value payer=:OrganizationReference payee=:OrganizationReference "
	"uri=s0,uri amount=:Value providerOrganization=:Identifier receiverOrganization=:Identifier",
	"OrganizationReference name=s0,len id=si identifier=:Identifier address=:Address additionalIdentifiers=[*:Identifier "
	"contactPoint=:ContactPoint",
	"Organization name=s0 id=s identifier=:Identifier additionalIdentifiers=[*:Identifier address=:Address contactPoint=:ContactPoint "
	"roles=[s|0,@partyRole details=o0 ~name",
	"Item id!=si,len description=s0 classification=:Classification additionalClassifications=[*:Classification quantity=n0 "
	"unit=:ItemUnit relatedLot=s0{lots} ~description",
	"ItemUnit scheme=s0,@unitClassificationScheme id=s0 name=s0 value=:Value uri=s0,uri ~name",
	"Amendment date=s0,date rationale=s0 id=s0 description=s0 amendsReleaseID=s0 releaseID=s0 changes=[:AmendmentChanges "
	"relatedLots=[+*s|0{lots} ~rationale",
	"AmendmentChanges property=s former_value=[|snio0",
	"Classification scheme=s0,@itemClassificationScheme id=si0 description=s0 uri=s0,uri ~description",
	"Identifier scheme=s0 id=si0 legalName=s0 uri=s0,uri ~legalName",
	"Address streetAddress=s0 locality=s0 region=s0 postalCode=s0 countryName=s0 ~countryName",
	"ContactPoint name=s0 email=s0 telephone=s0 faxNumber=s0 url=s0,uri ~name",
	"Value amount=n0 currency=s0,@currency",
	"Period startDate=s0,date endDate=s0,date maxExtentDate=s0,date durationInDays=i0",
	"RelatedProcess id=s relationship=[s|0,@relatedProcess title=s0 scheme=s0,@relatedProcessScheme identifier=s0 uri=s0,uri "
	"relatedLots=[+*s|0{lots}",
	"ReleaseBids statistics=[:Statistic{bid} details=[:Bid{bid}",
	"Statistic id!=s{bid} measure!=s,@statistic{bid} date=s0,date{bid} value!=n{bid} valueGross=n0{bid} currency=s0,@currency{bid} "
	"notes=s0{bid} relatedLot=s0{bid}",
	"Bid id!=s{bid} identifiers=[+*:SimpleIdentifier{bid} submissionType=s0,@submissionType{bid} date=s0,date{bid} description=s0{bid} "
	"status=s0,@bidStatus{bid} items=[*:Item{bid} tenderers=[:OrganizationReference{bid} value=:Value{bid} validityPeriod=:Period{bid} "
	"documents=[*:Document{bid} relatedLots=[s|0{bid} countriesOfOrigin=[+s|0,@country{bid} hasRank=b0{bid} rank=i0{bid} "
	"variant=b0{bid} requirementResponses=[+*:RequirementResponse{requirements}",
	"SimpleIdentifier scheme=s0,len{bid} id=s0,len{bid}",
	"Lot bidOpening=:BidOpening{bidOpening} id!=s{lots} identifiers=[+*:SimpleIdentifier{lots} title=s0{lots} description=s0{lots} "
	"status=s0,@tenderStatus{lots} value=:Value{lots} minimumValue=:Value{lots} tenderPeriod=:Period{lots} "
	"contractPeriod=:Period{lots} buyer=:OrganizationReference{lots} additionalClassifications=[+*:Classification{lots} "
	"mainProcurementCategory=s0,@procurementCategory{lots} additionalProcurementCategories=[+*s|0,@extendedProcurementCategory{lots} "
	"enquiryPeriod=:Period{lots} milestones=[+*:Milestone{lots} submissionMethodDetails=s0,len{lots} "
	"submissionTerms=:SubmissionTerms{lots} techniques=:Techniques{techniques}",
	"BidOpening date=s0,date{bidOpening} location=:Location{bidOpening} address=:Address{bidOpening} description=s0,len{bidOpening}",
	"BudgetBreakdown id!=si,len{budget_breakdown} description=s0,len{budget_breakdown} amount=:Value{budget_breakdown} "
	"uri=s0,uri{budget_breakdown} period=:Period{budget_breakdown} sourceParty=:OrganizationReference{budget_breakdown}",
	"Enquiry id!=si,len{enquiry} date=s0,date{enquiry} author=:OrganizationReference{enquiry} title=s0{enquiry} description=s0{enquiry} "
	"answer=s0{enquiry} dateAnswered=s0,date{enquiry} relatedItem=s0{enquiry} relatedLot=s0{enquiry} threadID=s0{enquiry} ~title ~description ~answer",
	"TenderLotDetails maximumLotsBidPerSupplier=i0{lots} maximumLotsAwardedPerSupplier=i0{lots} awardCriteriaDetails=s0{lots}",
	"LotGroup id!=s{lots} identifiers=[+*:SimpleIdentifier{lots} title=s0,len{lots} description=s0,len{lots} relatedLots=[s|0{lots} "
	"optionToCombine=b0{lots} maximumValue=:Value{lots} techniques=:Techniques{techniques}",
	"Criterion id!=si,len{requirements} title=s0,len{requirements} description=s0,len{requirements} relatesToTenderer=b0{requirements} "
	"relatedItem=s0,len{requirements} relatedLots=[+*s|0{requirements} requirementGroups=[+*:RequirementGroup{requirements}",
	"RequirementGroup id!=s,len{requirements} description=s0,len{requirements} requirements=[+*:Requirement{requirements}",
	"Requirement id!=s,len{requirements} title=s0,len{requirements} description=s0,len{requirements} "
	"dataType=s0,@dataType{requirements} pattern=s0,len{requirements} expectedValue=snb0,len{requirements} minValue=n0{requirements} "
	"maxValue=n0{requirements} period=:Period{requirements}",
	"RequirementResponse id!=s,len{requirements} title=s0,len{requirements} description=s0,len{requirements} "
	"value=snb0,len{requirements} period=:Period{requirements} requirement!=:RequirementReference{requirements}",
	"RequirementReference id!=s,len{requirements} title=s0,len{requirements}",
	"Techniques hasFrameworkAgreement=b0{techniques} frameworkAgreement=:FrameworkAgreement{techniques} "
	"hasDynamicPurchasingSystem=b0{techniques} dynamicPurchasingSystem=:DynamicPurchasingSystem{techniques} "
	"hasElectronicAuction=b0{techniques} electronicAuction=:ElectronicAuction{techniques}",
	"FrameworkAgreement minimumParticipants=n0{techniques} maximumParticipants=n0{techniques} "
	"method=s0,@frameworkAgreementMethod{techniques} periodRationale=s0,len{techniques} buyerCategories=s0,len{techniques} "
	"value=:Value{techniques} period=:Period{techniques} description=s0,len{techniques}",
	"DynamicPurchasingSystem type=s0,@dynamicPurchasingSystemType{techniques} status=s0,@dynamicPurchasingSystemStatus{techniques}",
	"ElectronicAuction url=s0,len{techniques} description=s0,len{techniques}",
	"WithheldInformationItem id!=s,len{withheldInformation} field=s0,len{withheldInformation} name=s0,len{withheldInformation} "
	"availabilityDate=s0,date{withheldInformation} rationale=s0,len{withheldInformation} "
	"rationaleClassifications=[+*:Classification{withheldInformation}",
};

static const struct ocds_codelist codelists[] = {
	{"awardCriteria", true,
		" "
		"priceOnly costOnly qualityOnly ratedCriteria lowestCost bestProposal bestValueToGovernment singleBidOnly "},
	{"awardStatus", false,
		" "
		"pending active cancelled unsuccessful "},
	{"bidStatus", false,
		" "
		"invited pending valid disqualified withdrawn "},
	{"contractStatus", false,
		" "
		"pending active cancelled terminated "},
	{"dataType", false,
		" "
		"string date-time number integer boolean "},
	{"documentType", true,
		" "
		"plannedProcurementNotice tenderNotice awardNotice contractNotice completionCertificate procurementPlan biddingDocuments "
		"technicalSpecifications evaluationCriteria evaluationReports contractDraft contractSigned contractArrangements contractSchedule "
		"physicalProgressReport financialProgressReport finalAudit hearingNotice marketStudies eligibilityCriteria clarifications "
		"shortlistedFirms environmentalImpact assetAndLiabilityAssessment riskProvisions winningBid complaints contractAnnexe "
		"contractGuarantees subContract needsAssessment feasibilityStudy projectPlan billOfQuantity bidders conflictOfInterest debarments "
		"illustration submissionDocuments contractSummary cancellationDetails "},
	{"dynamicPurchasingSystemStatus", false,
		" "
		"pending active cancelled terminated "},
	{"dynamicPurchasingSystemType", false,
		" "
		"open closed "},
	{"extendedProcurementCategory", true,
		" "
		"goods works services consultingServices "},
	{"frameworkAgreementMethod", false,
		" "
		"withReopeningCompetition withoutReopeningCompetition withAndWithoutReopeningCompetition "},
	{"initiationType", false,
		" "
		"tender "},
	{"itemClassificationScheme", true,
		" "
		"CPV CPVS GSIN UNSPSC CPC OKDP OKPD CUCOP NAICS PSC HS "},
	{"method", false,
		" "
		"open selective limited direct "},
	{"milestoneStatus", false,
		" "
		"scheduled met notMet partiallyMet "},
	{"milestoneType", true,
		" "
		"preProcurement approval engagement assessment delivery reporting financing payment "},
	{"partyRole", true,
		" "
		"buyer procuringEntity supplier tenderer funder enquirer payer payee reviewBody interestedParty "},
	{"procurementCategory", false,
		" "
		"goods works services "},
	{"relatedProcess", true,
		" "
		"framework planning parent prior unsuccessfulProcess subContract replacementProcess renewalProcess "},
	{"relatedProcessScheme", true,
		" "
		"ocid "},
	{"releaseTag", false,
		" "
		"planning planningUpdate tender tenderAmendment tenderUpdate tenderCancellation award awardUpdate awardCancellation contract "
		"contractUpdate contractAmendment implementation implementationUpdate contractTermination compiled "},
	{"statistic", true,
		" "
		"requests bids validBids disqualifiedBids lowestValidBidValue highestValidBidValue bidders qualifiedBidders disqualifiedBidders "
		"electronicBids microBids smeBids smallBids mediumBids foreignBids foreignBidsFromEU foreignBidsFromNonEU tendersAbnormallyLow "},
	{"submissionMethod", true,
		" "
		"electronicSubmission electronicAuction written inPerson "},
	{"submissionType", false,
		" "
		"expressionOfInterest bid "},
	{"tenderStatus", false,
		" "
		"planning planned active cancelled unsuccessful complete withdrawn "},
	{"unitClassificationScheme", true,
		" "
		"UNCEFACT QUDT "},
	{"currency", false,
		" "
		"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF "
		"CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD "
		"HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL "
		"MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
		"RUB RWF SAR SBD SCR SDG SEK SGD SHP SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN "
		"UYI UYU UYW UZS VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWL ADP "
		"AFA ALK AOK AON AOR ARA ARP ARY ATS AYM AZM BAD BEC BEF BEL BGJ BGK BGL BOP BRB BRC BRE BRN BRR BUK BYB BYR CHC CSD CSJ "
		"CSK CYP DDM DEM ECS ECV EEK ESA ESB ESP FIM FRF GEK GHC GHP GNE GNS GQE GRD GWE GWP HRD IEP ILP ILR ISJ ITL LAJ LSM LTL "
		"LTT LUC LUF LUL LVL LVR MGF MLF MRO MTL MTP MVQ MXP MZE MZM NIC NLG PEH PEI PES PLZ PTE RHD ROK ROL RUR SDD SDP SIT SKK "
		"SRG STD SUR TJR TMM TPE TRL UAK UGS UGW USS UYN UYP VEB VEF VNC XEU XFO XFU XRE YDD YUD YUM YUN ZAL ZMK ZRN ZRZ ZWC ZWD "
		"ZWN ZWR "},
};

/* ---- reading the table, once ---- */

#define DEFS_MAX 64
static struct ocds_def def[DEFS_MAX];
static size_t n_def;
static struct arena memory = {.max = 4 * MIB}; /* as long as the program */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static unsigned type_bit(uint8_t c)
{
	static const char letters[] = "sinb0oa";
	const char *at = strchr(letters, c);

	MUST(at != NULL);
	return 1u << (at - letters);
}

static struct ocds_def *def_named(struct slice name)
{
	for (size_t i = 0; i < n_def; i++)
		if (slice_is(name, def[i].name))
			return &def[i];
	MUST(n_def < DEFS_MAX);
	def[n_def].name = arena_string(&memory, name);
	return &def[n_def++];
}

static const struct ocds_codelist *list_named(struct slice name)
{
	for (size_t i = 0; i < sizeof(codelists) / sizeof(codelists[0]); i++)
		if (slice_is(name, codelists[i].name))
			return &codelists[i];
	return NULL; /* country: two letters, not listed here */
}

/* TYPE up to the first comma. */
static void type_read(struct slice t, struct ocds_field *f)
{
	struct slice rest = t, head;
	unsigned *into = &f->type;

	if (!slice_cut(&rest, '|', &head))
		return;
	if (slice_take(&head, "[")) {
		f->type = OCDS_ARRAY;
		into = &f->item;
		f->at_least_one = slice_take(&head, "+");
		f->unique = slice_take(&head, "*");
	}
	if (slice_take(&head, ":")) {
		*into |= OCDS_OBJECT;
		f->object = def_named(head);
	} else {
		for (size_t i = 0; i < head.n; i++)
			*into |= type_bit(head.p[i]);
	}
	for (size_t i = 0; i < rest.n; i++)
		f->type |= type_bit(rest.p[i]);
}

static void field_read(struct slice word, struct ocds_field *f)
{
	struct slice part, extension = word, head;

	if (slice_cut_exact(&extension, '{', &head)) {
		f->extension = arena_string(&memory, slice_sub(extension, 0, extension.n - 1));
		word = head;
	}
	MUST(slice_cut_exact(&word, '=', &f->name));
	if (f->name.p[f->name.n - 1] == '!') {
		f->required = true;
		f->name.n--;
	}
	MUST(slice_cut(&word, ',', &part));
	type_read(part, f);
	while (slice_cut(&word, ',', &part)) {
		if (slice_is(part, "len"))
			f->not_empty = true;
		else if (slice_is(part, "date"))
			f->date = true;
		else if (slice_is(part, "uri"))
			f->uri = true;
		else if (slice_take(&part, "@"))
			f->codelist = list_named(part);
	}
}

static void line_read(struct slice line)
{
	struct slice word;
	struct ocds_def *d;
	size_t n = 1;

	for (size_t i = 0; i < line.n; i++)
		n += line.p[i] == ' ';
	MUST(slice_cut(&line, ' ', &word));
	d = def_named(word);
	d->field = arena_array(&memory, struct ocds_field, n);
	while (slice_cut(&line, ' ', &word))
		if (slice_take(&word, "~")) {
			MUST(d->n_translated < 6);
			d->translated[d->n_translated++] = word;
		} else {
			struct ocds_field *f = &d->field[d->n_field++];

			field_read(word, f);
			d->has_id |= slice_is(f->name, "id");
		}
}

static void table_read(void)
{
	for (size_t i = 0; i < sizeof(defs) / sizeof(defs[0]); i++)
		line_read(slice_str(defs[i]));
}

/* ---- asking it ---- */

const struct ocds_def *ocds_def(const char *name)
{
	MUST(pthread_once(&once, table_read) == 0);
	for (size_t i = 0; i < n_def; i++)
		if (strcmp(def[i].name, name) == 0)
			return &def[i];
	return NULL;
}

const struct ocds_field *ocds_field(const struct ocds_def *d, struct slice name)
{
	for (size_t i = 0; d && i < d->n_field; i++)
		if (slice_eq(d->field[i].name, name))
			return &d->field[i];
	return NULL;
}

/* NAME_ and a language tag: letters, digits and hyphens, as in title_es or title_sr-Latn. */
bool ocds_translated(const struct ocds_def *d, struct slice name)
{
	for (size_t i = 0; d && i < d->n_translated; i++) {
		struct slice base = d->translated[i], tag;

		if (name.n < base.n + 3 || memcmp(name.p, base.p, base.n) != 0 ||
			name.p[base.n] != '_')
			continue;
		tag = slice_sub(name, base.n + 1, name.n);
		for (size_t k = 0; k < tag.n; k++) {
			uint8_t c = tag.p[k] | 0x20;

			if (!(c >= 'a' && c <= 'z') && !(tag.p[k] >= '0' && tag.p[k] <= '9') &&
				tag.p[k] != '-')
				return false;
		}
		return true;
	}
	return false;
}

bool ocds_code_known(const struct ocds_codelist *c, struct slice code)
{
	char word[64];

	if (code.n == 0 || code.n > sizeof(word) - 3 || slice_find(code, ' ') >= 0 ||
		slice_find(code, 0) >= 0)
		return false;
	snprintf(word, sizeof(word), " %.*s ", SLICE_FMT(code));
	return strstr(c->codes, word) != NULL;
}
