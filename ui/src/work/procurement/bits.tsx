// What several pages of this area share: money, states, ticks, countdowns, loading.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { useCell } from "../../cell.js";
import { language } from "../../i18n.js";
import type { LiveEvent } from "../../live.js";
import { useList, useLoad, type Listed, type Loaded } from "../../load.js";
import { Name, Time, Trouble } from "../../parts/text.js";
import { mode } from "../../state.js";
import { t, word } from "./msg.js";
import type { Money, Waiting } from "./types.js";

const TONES: Record<string, string> = {
	proposed: "wait", agreed: "wait", keyed: "info", open: "info", closed: "wait", opened: "info", evaluating: "wait", awardProposed: "wait", standstill: "wait", awarded: "good", contracted: "good",
	implementing: "good", complete: "good", cancelled: "bad", unsuccessful: "bad",
};

export function State({ state }: { state: string }): VNode {
	return <span class={`badge ${TONES[state] ?? "none"}`}>{word("state", state)}</span>;
}

export function Drill(): VNode | null {
	const now = useCell(mode);
	return now === "real" ? null : <p class="drill" role="status">{t(now === "exercise" ? "exercise" : "test")}</p>;
}

export function money(m: Money | null | undefined): string {
	return m ? new Intl.NumberFormat(language.get(), { style: "currency", currency: m.currency }).format(m.amount) : "–";
}
export function Cash({ of: m }: { of: Money | null | undefined }): VNode {
	return <span class="cash">{money(m)}</span>;
}
export const number = (n: number): string => new Intl.NumberFormat(language.get()).format(n);

// What is waited for, by whose doing it ends, and when it ends by itself, unless that hour is said already as the next.
export function Waits({ of: x }: { of: Waiting }): VNode | null {
	if (!x.waits_for) return null;
	return (
		<p class={x.waits_for_me ? "waits mine" : "waits"}>
			{t("waits", { what: word("waits", x.waits_for) })}
			{x.waits_on.map((m, i) => <>{i ? ", " : ": "}<Name id={m.id} label={m.label} /></>)}
			{x.waits_until && x.waits_until !== x.next && <> · {t("until")} <Time at={x.waits_until} /></>}
		</p>
	);
}

export function Tick({ on, label }: { on: boolean; label: string }): VNode {
	return <span class={on ? "tick on" : "tick"} role="img" aria-label={`${label}: ${t(on ? "yes" : "no")}`} title={label}>{on ? "✓" : "·"}</span>;
}

// Ticks each second while the page is open; days, hours, minutes, seconds.
export function Countdown({ to }: { to: string }): VNode {
	const [now, set] = useState(Date.now());
	useEffect(() => {
		const timer = setInterval(() => set(Date.now()), 1000);
		return () => clearInterval(timer);
	}, []);
	const s = Math.floor((Date.parse(to) - now) / 1000);
	if (s <= 0) return <span class="countdown over">{t("over")}</span>;
	const two = (n: number): string => String(n).padStart(2, "0");
	const days = Math.floor(s / 86400);
	return <span class="countdown" role="timer">{days ? `${t("days", { n: days })} ` : ""}{two(Math.floor(s / 3600) % 24)}:{two(Math.floor(s / 60) % 60)}:{two(s % 60)}</span>;
}

const ours = (c: string) => (e: LiveEvent): boolean => e.data["coalition"] === c && String(e.data["kind"] ?? "").startsWith("procurement/");

export function useProcure<T>(c: string, path: string | null): Loaded<T> {
	return useLoad<T>(path === null ? null : `/coalitions/${c}/procurement/${path}`, ["record"], ours(c));
}
export function useProcureList<T extends { object: string }>(c: string, path: string, more: Record<string, string | undefined> = {}): Listed<T> {
	const now = useCell(mode);
	return useList<T>(`/coalitions/${c}/procurement/${path}`, { mode: now, ...more }, (r) => JSON.stringify(r), ["record"], ours(c));
}

export function to_problem(e: unknown): Problem {
	return e instanceof Problem ? e : new Problem("io", 0, String(e));
}

// A button that posts, and tells what went wrong.
export function Act({ path, body = {}, label, after }: { path: string; body?: unknown; label: string; after?: () => void }): VNode {
	const [busy, set_busy] = useState(false);
	const [problem, set_problem] = useState<Problem>();
	const run = (): void => {
		set_busy(true);
		set_problem(undefined);
		post(path, body).then(() => after?.(), (e: unknown) => set_problem(to_problem(e))).finally(() => set_busy(false));
	};
	return <span class="act"><button type="button" class="main" disabled={busy} onClick={run}>{label}</button><Trouble problem={problem} /></span>;
}
