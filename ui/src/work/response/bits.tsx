// What several pages of this area share: states with their tone, coverage bars, the mark of an exercise, spans of time.
import type { VNode } from "preact";
import { useCell } from "../../cell.js";
import { language } from "../../i18n.js";
import type { LiveEvent } from "../../live.js";
import { useList, useLoad, type Listed, type Loaded } from "../../load.js";
import { mode } from "../../state.js";
import { t, word } from "./msg.js";
import type { Line } from "./types.js";

const TONES: Record<string, string> = {
	COMMITTED: "good", ARRIVED: "good", DONE: "good", COVERED: "good", EXECUTING: "good", READY: "good", SETTLED: "good", HOME: "good", RECONSTITUTED: "good", OPERATIONAL: "good",
	ACCEPTED: "info", OFFERED: "info", FIRM: "info", IN_TRANSIT: "info", PUBLISHED: "info", MOBILISING: "info", READY_TO_DEPART: "info", ORDERED: "info", RELEASED: "info", RETURNING: "info",
	PROVISIONAL: "wait", PARTIALLY_COVERED: "wait", DUE: "wait", LIMITED: "wait", PARTLY_COMMITTED: "wait", SUBMITTED: "wait", QUERIED: "wait", STALE: "wait", RECONSTITUTING: "wait", DEPLOYED: "wait",
	OPEN: "bad", REFUSED: "bad", LAPSED: "bad", VOID: "bad", UNABLE_TO_FILL: "bad", NOT_READY: "bad", REJECTED: "bad",
};

export function State({ state }: { state: string }): VNode {
	return <span class={`badge ${TONES[state] ?? "none"}`}>{word("state", state)}</span>;
}

// Nobody takes an exercise for the real thing: it stands over every page, in words.
export function Drill(): VNode | null {
	const now = useCell(mode);
	return now === "real" ? null : <p class="drill" role="status">{t(now === "exercise" ? "exercise" : "test")}</p>;
}

// Committed is solid, offered or accepted hatched, what is missing empty; the numbers stand beside it.
export function Bar({ line: l }: { line: Line }): VNode {
	const part = (n: number): number => Math.min(100, (100 * n) / l.quantity);
	const committed = part(l.committed);
	const hoped = Math.max(committed, part(l.committed + l.accepted + l.offered + l.provisional));
	const text = t("line.bar", { committed: l.committed, quantity: l.quantity, offered: l.offered + l.provisional });
	return (
		<svg class="cover-bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={text}>
			<title>{text}</title>
			<defs><pattern id="hoped" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch" width="2" height="4" /></pattern></defs>
			<rect class="empty-bar" width="100" height="10" rx="1" />
			<rect class="hoped" width={hoped} height="10" fill="url(#hoped)" />
			<rect class="sure" width={committed} height="10" />
		</svg>
	);
}

export function span(minutes: number): string {
	const f = (n: number, unit: string): string => new Intl.NumberFormat(language.get(), { style: "unit", unit, unitDisplay: "short" }).format(n);
	if (minutes < 120) return f(minutes, "minute");
	if (minutes < 48 * 60) return f(Math.round(minutes / 60), "hour");
	return f(Math.round(minutes / 1440), "day");
}

const ours = (c: string) => (e: LiveEvent): boolean => e.data["coalition"] === c && String(e.data["kind"] ?? "").startsWith("response/");

// Loaded again whenever a record of this area comes or goes.
export function useResponse<T>(c: string, path: string | null, query = ""): Loaded<T> {
	const now = useCell(mode);
	return useLoad<T>(path === null ? null : `/coalitions/${c}/response/${path}?mode=${now}${query}`, ["record"], ours(c));
}
export function useResponseList<T extends { object: string; leaf: string }>(c: string, path: string, more: Record<string, string | undefined> = {}): Listed<T> {
	const now = useCell(mode);
	return useList<T>(`/coalitions/${c}/response/${path}`, { mode: now, ...more }, (r) => `${r.object} ${r.leaf}`, ["record"], ours(c));
}

export const in_hours = (h: number): string => new Date(Date.now() + h * 3_600_000).toISOString();
