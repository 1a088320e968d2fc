// What can be done about a request once somebody has committed: decisions on what is missing, journeys, stand-down, return, money. Each is a small form that writes one record;
// what follows from what it answers (hashes, the request, readers) the node fills in.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { Trouble } from "../../parts/text.js";
import { may, mode, session } from "../../state.js";
import { in_hours } from "./bits.js";
import { minor } from "./money.js";
import { t, word } from "./msg.js";
import type { Acceptance, Claim, Deployment, Dossier, Leg, Line } from "./types.js";

export function usePost(c: string): { problem?: Problem; busy: boolean; say: (kind: string, content: unknown, object?: string) => Promise<boolean> } {
	const [problem, set] = useState<Problem>();
	const [busy, set_busy] = useState(false);
	const say = async (kind: string, content: unknown, object?: string): Promise<boolean> => {
		set_busy(true);
		set(undefined);
		try {
			await post(`/coalitions/${c}/response/records/${kind}`, { mode: mode.get(), content, ...(object ? { object } : {}) });
			return true;
		} catch (e) {
			set(e instanceof Problem ? e : new Problem("io", 0, String(e)));
			return false;
		} finally {
			set_busy(false);
		}
	};
	return { problem, busy, say };
}

type Values = Record<string, string>;
type Field = { key: string; title: string; value?: string; number?: [min: number, max: number]; words?: [value: string, title: string][]; free?: boolean };
type Ask = { c: string; button: string; kind: string; fields: Field[]; make: (v: Values) => unknown; main?: boolean; object?: string; remark?: string };

// A button that opens a form; without fields it says what it says at once.
function Act({ c, button, kind, fields, make, main, object, remark }: Ask): VNode {
	const { problem, busy, say } = usePost(c);
	const [open, set] = useState(false);
	const [v, set_v] = useState<Values>(() => Object.fromEntries(fields.map((f) => [f.key, f.value ?? f.words?.[0]?.[0] ?? ""])));
	const send = async (): Promise<void> => {
		if (await say(kind, make(v), object)) set(false);
	};
	const change = (key: string) => (e: { currentTarget: { value: string } }): void => set_v({ ...v, [key]: e.currentTarget.value });
	if (!open)
		return <><button type="button" class={main ? "main" : undefined} disabled={busy} onClick={() => (fields.length ? set(true) : void send())}>{button}</button><Trouble problem={problem} /></>;
	return (
		<form class="inline-form" onSubmit={(e) => { e.preventDefault(); void send(); }}>
			<h3>{button}</h3>
			{remark && <p class="remark">{remark}</p>}
			{fields.map((f) => (
				<label>{f.title} {f.words
					? <select value={v[f.key]} onChange={change(f.key)}>{f.words.map(([value, title]) => <option value={value}>{title}</option>)}</select>
					: f.number
						? <input type="number" min={f.number[0]} max={f.number[1]} required={!f.free} value={v[f.key]} onInput={change(f.key)} />
						: <input required={!f.free} maxLength={200} value={v[f.key]} onInput={change(f.key)} />}
				</label>
			))}
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main" disabled={busy}>{button}</button><button type="button" onClick={() => set(false)}>{t("act.back")}</button></div>
		</form>
	);
}

const me = (): string => session.get()?.user?.name ?? "";
const some = (o: Values): Values => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== ""));

// ---- what is missing ----

const open_of = (l: Line): number => Math.max(0, l.quantity - l.committed);
const DECIDED = ["SHORTFALL_ACCEPTED", "UNABLE_TO_FILL", "WITHDRAWN"];

export function Shortfall({ c, d }: { c: string; d: Dossier }): VNode | null {
	const lines = d.lines.filter((l) => open_of(l) > 0 && !DECIDED.includes(l.state));
	if (!d.own || !may("response", "officer") || lines.length === 0) return null;
	// The quantity is what is missing of the line that is chosen; a line is decided as a whole.
	return (
		<Act key={lines.map((l) => `${l.line}:${open_of(l)}`).join()} c={c} button={t("short.decide")} kind="shortfalls" remark={t("short.remark")}
			fields={[
				{ key: "line", title: t("line.line"), words: lines.map((l) => [String(l.line), `${l.line}: ${l.type_name} (${t("line.missing")} ${open_of(l)})`]) },
				{ key: "decision", title: t("short.decision"), words: ["accept", "recirculate", "unable_to_fill"].map((w) => [w, word("short", w)]) },
				{ key: "rationale", title: t("offer.reason") },
				{ key: "signed_by", title: t("offer.by"), value: me() },
			]}
			make={(v) => ({ ...v, request: d.object, line: Number(v["line"]), quantity: open_of(lines.find((l) => String(l.line) === v["line"])!) })} />
	);
}

// ---- journeys ----

export function Deploy({ c, d, a }: { c: string; d: Dossier; a: Acceptance }): VNode | null {
	const commit = a.commit;
	if (!commit?.own || commit.content.decision === "REFUSE" || !may("response", "contributor") || d.deployments.some((p) => p.content.commit === commit.object)) return null;
	return (
		<Act c={c} button={t("move.deploy")} kind="deployments" main
			fields={[{ key: "name", title: t("move.name"), free: true }, { key: "team_leader", title: t("move.leader"), free: true }]}
			make={(v) => ({ ...some(v), commit: commit.object, status: "MOBILISING" })} />
	);
}

export function LegActs({ c, l }: { c: string; l: Leg }): VNode | null {
	if (!l.own || l.arrived || !may("response", "contributor")) return null;
	// A new version of the leg: all that it said, and that it is under way or there.
	return l.departed
		? <Act c={c} button={t("move.arrived")} kind="legs" object={l.object} fields={[]} make={() => ({ ...l.content, state: "arrived", actual_arrival: new Date().toISOString() })} />
		: <Act c={c} button={t("move.departed")} kind="legs" object={l.object} fields={[]} make={() => ({ ...l.content, state: "departed", actual_departure: new Date().toISOString() })} />;
}

function NewLeg({ c, d, p }: { c: string; d: Dossier; p: Deployment }): VNode {
	const back = p.stand_down !== null;
	const last = p.legs.at(-1)?.content.to.name;
	return (
		<Act key={`${p.legs.length}${String(back)}`} c={c} button={t("move.leg")} kind="legs"
			fields={[
				{ key: "from", title: t("move.from"), value: last ?? "" },
				{ key: "to", title: t("move.to"), value: back ? "" : d.content.location.name ?? "" },
				{ key: "mode", title: t("move.mode"), words: ["road", "rail", "air", "sea", "own_power"].map((w) => [w, word("mode", w)]) },
				{ key: "departs", title: t("move.departs"), value: "1", number: [0, 2000] },
				{ key: "arrives", title: t("move.arrives"), value: "12", number: [0, 2000] },
			]}
			make={(v) => ({
				deployment: p.object, seq: p.legs.length + 1, direction: back ? "return" : "outbound", mode: v["mode"], state: "planned", from: { name: v["from"] }, to: { name: v["to"] },
				estimated_departure: in_hours(Number(v["departs"])), estimated_arrival: in_hours(Number(v["arrives"])),
			})} />
	);
}

// ---- money ----


export function ClaimActs({ c, d, k }: { c: string; d: Dossier; k: Claim }): VNode | null {
	if (!d.own || !may("response", "officer")) return null;
	if (k.state === "SUBMITTED")
		return (
			<Act c={c} button={t("claim.decide")} kind="claim-decisions"
				fields={[
					{ key: "decision", title: t("short.decision"), words: ["accept", "query", "reject"].map((w) => [w, word("claim", w)]) },
					{ key: "reason", title: t("offer.reason"), free: true }, { key: "decided_by", title: t("offer.by"), value: me() },
				]}
				make={(v) => ({ claim: k.object, claim_leaf: k.leaf, decided_by: v["decided_by"], lines: k.content.lines.map((l) => ({ line: l.line, ...some({ decision: v["decision"] ?? "", reason: v["reason"] ?? "" }) })) })} />
		);
	if (k.state === "ACCEPTED")
		return (
			<Act c={c} button={t("claim.settle")} kind="settlements" fields={[{ key: "reference", title: t("claim.reference") }]}
				make={(v) => ({ claim: k.object, claim_leaf: k.leaf, amount: k.accepted, reference: v["reference"] })} />
		);
	return null;
}

// ---- all that can be done about a team ----

export function DeploymentActs({ c, d, p }: { c: string; d: Dossier; p: Deployment }): VNode {
	const writes = may("response", "contributor");
	return (
		<div class="buttons">
			{p.own && writes && !p.returned && <NewLeg c={c} d={d} p={p} />}
			{d.own && writes && !p.stand_down && !p.returned && (
				<Act c={c} button={t("move.stand_down")} kind="stand-downs" fields={[{ key: "handover_note", title: t("move.note"), free: true }]} make={(v) => ({ ...some(v), deployment: p.object })} />
			)}
			{p.own && writes && p.stand_down && !p.returned && (
				<Act c={c} button={t("move.home")} kind="returns" fields={[{ key: "ready", title: t("move.ready"), value: "48", number: [0, 9000] }]} make={(v) => ({ deployment: p.object, ready_again_at: in_hours(Number(v["ready"])) })} />
			)}
			{p.own && writes && p.claims.length === 0 && (
				<Act c={c} button={t("claim.new")} kind="claims"
					fields={[
						{ key: "category", title: t("claim.category"), words: ["transport", "personnel", "travel", "equipment", "consumables", "other"].map((w) => [w, word("claim", w)]) },
						{ key: "description", title: t("claim.what") }, { key: "amount", title: t("claim.amount"), number: [0, 100_000_000] }, { key: "currency", title: t("claim.currency"), value: "EUR" },
					]}
					make={(v) => ({ deployment: p.object, currency: v["currency"], method: "cash", lines: [{ line: 1, category: v["category"], description: v["description"], amount: minor(v["amount"], v["currency"]) }] })} />
			)}
		</div>
	);
}
