// What needs somebody now: computed by the node (GET /needs), here in the reader's language and of one mode. Pure.
import { t, type Key, type Values } from "./i18n.js";
import { link } from "./route.js";
import type { Mode, NeedRow } from "./types.js";
import { AREAS } from "./work/areas.js";

export type Level = NeedRow["level"];
// `ids`: what is acknowledged together.
export type Need = { id: string; ids: string[]; level: Level; area: string; text: string; coalition: string; href: string; acked: NeedRow["acked"] };

const LEVELS: readonly Level[] = ["alarm", "act", "look"];
const KEYS: readonly Key[] = [
	"need.fork", "need.twice", "need.flags", "need.sign", "need.amend", "need.ratify", "need.unsigned", "need.own_accession", "need.unwitnessed", "need.second", "need.silent", "need.refused", "need.more",
	"need.response.alert", "need.response.late", "need.response.unread", "need.response.draft", "need.response.request", "need.response.offer", "need.response.commit", "need.response.lapse", "need.response.second", "need.response.extension", "need.response.silent", "need.response.claim",
	"need.cyber.task", "need.cyber.task_late", "need.cyber.rfi", "need.cyber.rfi_late",
	"need.training.late", "need.training.release", "need.training.delivery", "need.training.entry", "need.training.action",
	"need.procurement.sign", "need.procurement.open", "need.procurement.award", "need.procurement.complaint", "need.procurement.standstill", "need.procurement.finish", "need.procurement.shares", "need.procurement.contract",
];

// A message that is newer than this page is said in the node's own words.
function text_of(n: NeedRow): string {
	const values: Values = Object.fromEntries(Object.entries(n.values).map(([k, v]) => [k, k === "n" ? Number(v) : v]));
	if (n.text === "need.record") return t("need.record", { n: 1 });
	return (KEYS as readonly string[]).includes(n.text) ? t(n.text as Key, values) : n.words;
}

const one = (n: NeedRow): Need => ({ id: n.id, ids: [n.id], level: n.level, area: n.area, text: text_of(n), coalition: n.coalition_name, href: `#/${n.place}`, acked: n.acked });

// Records that have come to one coalition are one line for each work area, however many they are.
function together(rows: readonly NeedRow[]): Need[] {
	const first = rows[0]!, area = AREAS.find((a) => a === first.area);
	// The node names the newest, and says with them how many more there are.
	const n = rows.reduce((sum, r) => sum + Number(r.values.more ?? 0), rows.length);
	const text = area ? `${t(`workspace.${area}`)}: ${t("need.record", { n })}` : t("need.record", { n });
	if (rows.length === 1) return [{ ...one(first), text }];
	const href = area ? link("work", area, first.coalition) : link("records", first.coalition);
	return [{ ...one(first), id: `records ${first.coalition} ${first.area}`, ids: rows.map((n) => n.id), text, href }];
}

// Alarms first; what somebody has acknowledged last, and still there while it is so.
export function needs(all: readonly NeedRow[], mode: Mode): Need[] {
	const shown = all.filter((n) => n.mode === mode || (n.area === "pact" && n.mode === "real"));
	const records = new Map<string, NeedRow[]>();
	for (const n of shown) {
		const key = `${n.coalition} ${n.area}`;
		if (n.text === "need.record") records.set(key, [...(records.get(key) ?? []), n]);
	}
	return [...shown.filter((n) => n.text !== "need.record").map(one), ...[...records.values()].flatMap(together)]
		.sort((a, b) => Number(a.acked !== null) - Number(b.acked !== null) || LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
}
