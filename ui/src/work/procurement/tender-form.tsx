// The lead's forms: an agreement from a pool, a tender from an agreement, a later deadline.
import type { VNode } from "preact";
import { RecordForm, local, utc, type Field } from "./forms.js";
import { t, word } from "./msg.js";
import type { PoolView, Process, Rec, Tender } from "./types.js";

const HOUR = 3_600_000;

// The newest word of each member; who declines takes no part.
export function AgreementForm({ c, p, me, after }: { c: string; p: PoolView; me: string; after: () => void }): VNode {
	const committed = p.participations.filter((x) => x.content.status === "committed").map((x) => x.author);
	const participants = [...new Set([me, ...committed])];
	const fields: Field[] = [
		{ key: "title", label: t("form.title"), value: p.pool.content.title },
		{ key: "ocid", label: t("form.ocid"), value: "ocds-", max: 96 },
		{ key: "rule", label: t("share_rule"), type: "choice", options: ["capped", "prorata", "shapley"].map((x) => [x, word("rule", x)] as const) },
		{ key: "budget", label: t("budget"), type: "money", optional: true },
		{ key: "text", label: t("form.text"), type: "long", optional: true, max: 20000 },
	];
	return (
		<RecordForm c={c} kind="agreement" fields={fields} label={t("agreement.propose")} after={after} make={(v) => ({
			pool: p.pool.object, title: v["title"], ocid: v["ocid"], lead: me, participants, shareRule: v["rule"], status: "proposed",
			...(v["text"] ? { text: v["text"] } : {}), ...(v["budget"] ? { budget: { amount: Number(v["budget"]), currency: "EUR" } } : {}),
		})} />
	);
}

// One lot of one thing, so many for each participant: what most joint purchases are. Others are written as a file.
export function TenderForm({ c, p, after }: { c: string; p: Process; after: () => void }): VNode {
	const in_a_week = Date.now() + 168 * HOUR;
	const most = Math.floor(p.participants.length / 2) + 1;
	const fields: Field[] = [
		{ key: "title", label: t("form.title"), value: p.agreement.content.title },
		{ key: "code", label: "CPV", max: 10 },
		{ key: "estimate", label: t("estimate"), type: "money" },
		{ key: "reserve", label: t("reserve"), type: "money" },
		...p.participants.map((x): Field => ({ key: `q-${x.id}`, label: `${t("need.quantity")}: ${x.label}`, type: "number", value: "0" })),
		{ key: "unit", label: t("need.unit"), value: "H87", max: 16 },
		{ key: "deadline", label: word("hour", "deadline"), type: "time", value: local(in_a_week) },
		{ key: "grace", label: t("form.grace"), type: "number", value: "30" },
		{ key: "k", label: t("form.threshold"), type: "number", value: String(most), max: p.participants.length },
		{ key: "standstill", label: t("form.standstill"), type: "number", value: "10" },
		{ key: "description", label: t("form.text"), type: "long", optional: true, max: 20000 },
	];
	return (
		<RecordForm c={c} kind="tender" fields={fields} label={t("tender.publish")} after={after} make={(v) => {
			const deadline = Date.parse(utc(v["deadline"] ?? "")), open = deadline + Number(v["grace"]) * 60_000;
			const eur = (x: string | undefined) => ({ amount: Number(x), currency: "EUR" });
			return {
				procurement: p.object, title: v["title"], currency: "EUR", estimate: eur(v["estimate"]), lots: [{ id: "1", title: v["title"], reserve: eur(v["reserve"]) }],
				items: p.participants.filter((x) => Number(v[`q-${x.id}`]) > 0).map((x, i) => ({
					id: String(i + 1), relatedLot: "1", description: v["title"], quantity: Number(v[`q-${x.id}`]), unit: v["unit"], relatedBuyer: x.id, classification: { scheme: "CPV", id: v["code"] },
				})),
				deadline: new Date(deadline).toISOString(), graceMinutes: Number(v["grace"]), openAt: new Date(open).toISOString(), fallbackAt: new Date(open + 24 * HOUR).toISOString(), standstillDays: Number(v["standstill"]),
				threshold: Number(v["k"]), padding: [4096, 16384, 65536], status: "open", award: {}, ...(v["description"] ? { description: v["description"] } : {}),
			};
		}} />
	);
}

// Opening and fallback move as far as the deadline does.
export function PostponeForm({ c, tender, after }: { c: string; tender: Rec<Tender>; after: () => void }): VNode {
	const x = tender.content;
	return (
		<RecordForm c={c} kind="tender" of={tender} label={t("postpone")} after={after}
			fields={[{ key: "deadline", label: word("hour", "deadline"), type: "time", value: local(x.deadline) }, { key: "why", label: t("form.why"), max: 4000 }]}
			make={(v) => {
				const by = Date.parse(utc(v["deadline"] ?? "")) - Date.parse(x.deadline);
				const later = (at: string): string => new Date(Date.parse(at) + by).toISOString();
				return { ...x, deadline: later(x.deadline), openAt: later(x.openAt), fallbackAt: later(x.fallbackAt), rationale: v["why"] };
			}} />
	);
}
