/* types.c: see types.h. Module names of the EU list are those of Implementing Decision (EU) 2025/704 and its predecessors. */
#include "work/response/types.h"

#include <string.h>
#include <strings.h>

const struct type_code type_codes[] = {
	/* code, name, unit, EU module, NIMS, INSARAG/EMT, ERU, since */
	{"AIR", "Aircraft", "aircraft", "", "Aviation", "", "", 1},
	{"AIR.AFFFP", "Aerial forest firefighting, aeroplanes", "aeroplane",
		"Aerial forest fire fighting module using planes", "Airtanker", "", "", 1},
	{"AIR.CARGO", "Air transport of goods", "aircraft", "", "Fixed-Wing Cargo", "", "", 1},
	{"AIR.FFFH", "Aerial forest firefighting, helicopters", "helicopter",
		"Aerial forest fire fighting module using helicopters", "Helicopter (firefighting)",
		"", "", 1},
	{"AIR.HSAR", "Helicopter search and rescue", "helicopter", "", "Helicopter SAR", "", "", 1},
	{"AIR.MEVAC", "Medical evacuation by air", "aircraft",
		"Medical aerial evacuation of disaster victims module", "Air Ambulance", "", "", 1},
	{"AIR.UAS", "Unmanned aircraft, reconnaissance", "system", "",
		"Unmanned Aircraft System Team", "", "", 1},
	{"CBRN", "Chemical, biological, radiological, nuclear", "team", "", "HazMat", "", "", 1},
	{"CBRN.DECON", "CBRN decontamination", "team", "CBRN decontamination",
		"Decontamination Team", "", "", 1},
	{"CBRN.DET", "CBRN detection and sampling", "team", "CBRN detection and sampling",
		"HazMat Entry Team", "", "", 1},
	{"CBRN.USAR", "Search and rescue in CBRN conditions", "team",
		"Search and rescue in CBRN conditions", "", "", "", 1},
	{"CIS", "Communications and information", "team", "", "Communications", "",
		"IT and Telecom", 1},
	{"CIS.SATCOM", "Satellite communications", "set",
		"Technical assistance and support team (telecommunications)",
		"Mobile Communications Unit", "", "IT and Telecom", 1},
	{"CIS.TAST", "Technical assistance and support team", "team",
		"Technical assistance and support team", "Incident Support Team", "", "Base camp",
		1},
	{"COORD", "Coordination and assessment", "team", "", "Incident Management", "UNDAC", "", 1},
	{"COORD.ASSESS", "Assessment team", "team", "", "Damage Assessment Team", "UNDAC", "Relief",
		1},
	{"COORD.ENG", "Structural engineers", "expert", "", "Structural Specialist", "", "", 1},
	{"FIRE", "Ground firefighting", "team", "", "Fire", "", "", 1},
	{"FIRE.GFFF", "Ground forest firefighting", "team", "Ground forest fire fighting module",
		"Hand Crew", "", "", 1},
	{"FIRE.GFFFV", "Ground forest firefighting using vehicles", "team",
		"Ground forest fire fighting module using vehicles", "Engine Strike Team", "", "",
		1},
	{"FLOOD", "Floods", "team", "", "Flood", "", "", 1},
	{"FLOOD.BARRIER", "Flood barriers", "m", "", "Flood Fighting Equipment", "", "", 1},
	{"FLOOD.CONT", "Flood containment", "team", "Flood containment", "Flood Fight Team", "", "",
		1},
	{"FLOOD.FRB", "Flood rescue using boats", "team", "Flood rescue using boats",
		"Swiftwater/Flood SAR Team", "", "", 1},
	{"FLOOD.HCP", "High-capacity pumping", "module", "High capacity pumping",
		"Water Pump, De-Watering", "", "", 1},
	{"LOG", "Logistics", "unit", "", "Logistics", "", "Logistics", 1},
	{"LOG.BRIDGE", "Temporary bridges", "bridge", "", "Bridge, Temporary", "", "", 1},
	{"LOG.FUEL", "Fuel supply", "unit", "", "Fuel Tender", "", "", 1},
	{"LOG.GEN", "Electrical generators", "generator", "Emergency power (generators)",
		"Generator", "", "", 1},
	{"LOG.HEAVY", "Heavy engineering equipment", "machine", "", "Hydraulic Excavator", "", "",
		1},
	{"LOG.TRUCK", "Road transport of goods", "truck", "", "Truck, Cargo", "", "", 1},
	{"MED", "Medical", "team", "", "Medical and Public Health", "EMT", "Health", 1},
	{"MED.EMT1", "Emergency medical team, type 1", "team", "Emergency medical team type 1",
		"Disaster Medical Assistance Team", "EMT 1 fixed/mobile", "ERU clinic", 1},
	{"MED.EMT2", "Emergency medical team, type 2", "team",
		"Emergency medical team type 2: inpatient surgical",
		"Disaster Medical Assistance Team", "EMT 2", "ERU hospital", 1},
	{"MED.LAB", "Mobile laboratory", "laboratory", "Mobile biosafety laboratory", "", "", "",
		1},
	{"MED.MEDEVAC", "Ambulances", "vehicle", "", "Ambulance, Ground", "", "", 1},
	{"SAR", "Search and rescue", "team", "", "Search and Rescue", "INSARAG", "", 1},
	{"SAR.CAVE", "Cave search and rescue", "team", "Cave search and rescue", "Cave SAR Team",
		"", "", 1},
	{"SAR.DOG", "Search dogs", "team", "", "Canine Search Team", "", "", 1},
	{"SAR.HUSAR", "Heavy urban search and rescue", "team", "Heavy urban search and rescue",
		"US&R Task Force Type 1", "INSARAG Heavy", "", 1},
	{"SAR.LUSAR", "Light urban search and rescue", "team", "", "US&R Task Force Type 4",
		"INSARAG Light", "", 1},
	{"SAR.MARITIME", "Maritime search and rescue", "vessel", "", "Watercraft SAR", "", "", 1},
	{"SAR.MOUNTAIN", "Mountain search and rescue", "team", "Mountain search and rescue",
		"Mountain SAR Team", "", "", 1},
	{"SAR.MUSAR", "Medium urban search and rescue", "team", "Medium urban search and rescue",
		"US&R Task Force Type 3", "INSARAG Medium", "", 1},
	{"SHELTER", "Shelter and relief", "unit", "", "Mass Care", "", "Relief", 1},
	{"SHELTER.BEDS", "Beds and blankets", "set", "", "Cot", "", "Relief", 1},
	{"SHELTER.CAMP", "Temporary camp", "camp", "Emergency temporary camp",
		"Shelter Management Team", "", "Base camp", 1},
	{"SHELTER.TENT", "Family tents", "tent", "Emergency temporary shelter", "Tent", "",
		"Relief", 1},
	{"WATER", "Water", "unit", "", "Water", "", "Water and sanitation", 1},
	{"WATER.PURE", "Water purification", "module", "Water purification",
		"Water Purification Team", "", "M15 / M40 water", 1},
	{"WATER.SAN", "Sanitation", "unit", "", "", "", "MSM20", 1},
	{NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0},
};

struct slice type_short(struct slice code)
{
	ptrdiff_t dot = slice_find(code, '.');

	return dot < 0 ? code : slice_sub(code, (size_t)dot + 1, code.n);
}

static bool same(struct slice a, const char *p, size_t n)
{
	return a.n == n && strncasecmp((const char *)a.p, p, n) == 0;
}

const struct type_code *type_find(struct slice text)
{
	if (text.n == 0 || text.n > 32)
		return NULL;
	for (const struct type_code *t = type_codes; t->code; t++) {
		struct slice last = type_short(slice_str(t->code));

		if (same(text, t->code, strlen(t->code)) ||
			same(text, (const char *)last.p, last.n))
			return t;
	}
	return NULL;
}

bool type_serves(struct slice code, struct slice asked)
{
	return slice_eq(code, asked) || (code.n > asked.n && code.p[asked.n] == '.' &&
						slice_eq(slice_sub(code, 0, asked.n), asked));
}
