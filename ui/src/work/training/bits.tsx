// What the pages of training share: the mark, the clocks, states, and which mode a page belongs to.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useCell } from "../../cell.js";
import { useLoad, type Loaded } from "../../load.js";
import { Theirs } from "../../parts/text.js";
import { link } from "../../route.js";
import { mode } from "../../state.js";
import { t, word } from "./msg.js";
import type { ClockState, Content, Rec } from "./types.js";

export const base = (c: string): string => `/coalitions/${c}/training`;
export const ex_link = (c: string, id: string, ...more: string[]): string => link("work", "training", c, "exercise", id, ...more);

export function useTraining<T>(c: string, path: string | null): Loaded<T> {
	return useLoad<T>(path === null ? null : base(c) + path, ["record"], (e) => e.data["coalition"] === c && String(e.data["kind"]).startsWith("training/"));
}

// What is played is not shown among what is real, nor the other way round: the page says so and offers to switch.
export function Gate({ want, children }: { want: "play" | "real"; children: ComponentChildren }): VNode {
	const now = useCell(mode);
	const fits = want === "play" ? now !== "real" : now !== "exercise";
	if (fits) return <>{children}</>;
	return (
		<div class="empty">
			<p class="empty-title">{t(want === "play" ? "gate.play" : "gate.real")}</p>
			<div class="empty-next">
				<button type="button" class="main" onClick={() => mode.set(want === "play" ? "exercise" : "real")}>{t(want === "play" ? "gate.to_play" : "gate.to_real")}</button>
			</div>
		</div>
	);
}

// The frame says EXERCISE already; a mark that an exercise has of its own is said too.
export function Mark({ text }: { text: string }): VNode | null {
	return text === "EXERCISE EXERCISE EXERCISE" ? null : <p class="tr-mark" role="note"><Theirs text={text} /></p>;
}

const TONE: Record<string, string> = {
	running: "good", suspended: "wait", ended: "info", ready: "good", evaluating: "info", reported: "info", closed: "none", cancelled: "none",
	approved: "good", synchronized: "good", submitted: "wait", deferred: "wait", obsolete: "none", complete: "info",
	accepted: "good", declined: "bad", firm: "good", tentative: "wait", learned: "good", validated: "good", verified: "good", rejected: "none", expired: "bad", expiring: "wait", valid: "good", revoked: "bad", overdue: "bad",
	received: "info", seen: "info", acked: "good", responded: "good", sent: "wait", recalled: "bad",
};
export function State({ of }: { of: string }): VNode {
	return <span class={`badge ${TONE[of] ?? "none"}`}>{word("state", of)}</span>;
}

// The server's now, going on: pages do not trust the clock of the machine that they are on.
export function useNow(at: string | undefined, every = 1000): number {
	const [, turn] = useState(0);
	const from = useRef<{ at: string | undefined; local: number }>({ at, local: performance.now() });
	if (from.current.at !== at) from.current = { at, local: performance.now() };
	useEffect(() => {
		const timer = setInterval(() => turn((n) => n + 1), every);
		return () => clearInterval(timer);
	}, [every]);
	return at ? Date.parse(at) + (performance.now() - from.current.local) : Date.now();
}

export function story_at(k: ClockState, now: number): number {
	const g = k.segments.filter((s) => Date.parse(s.real) <= now).at(-1);
	if (!g) return Date.parse(k.scenario);
	return Date.parse(g.scenario) + Math.floor(((now - Date.parse(g.real)) * g.num) / g.den);
}

const two = (n: number): string => String(Math.floor(n)).padStart(2, "0");
export function span(ms: number): string {
	const s = Math.floor(Math.abs(ms) / 1000);
	const sign = ms < 0 ? "−" : "";
	return s >= 3600 ? `${sign}${two(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}` : `${sign}${two(s / 60)}:${two(s % 60)}`;
}
export const story = (ms: number | string | null): string => (ms === null ? "—" : new Date(ms).toISOString().replace("T", " ").slice(0, 16));
export const story_clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

// Three clocks: the world's, the exercise's (pauses left out), the story's.
export function Clocks({ k, large }: { k: ClockState; large?: boolean }): VNode {
	const now = useNow(k.real, 250);
	const story_ms = story_at(k, now);
	const elapsed = k.elapsed_ms + (k.running ? now - Date.parse(k.real) : 0);
	const rate = k.running ? (k.den === 1 ? `×${k.num}` : `×${k.num}/${k.den}`) : t("clock.stands");
	return (
		<div class={large ? "tr-clocks large" : "tr-clocks"} role="timer" aria-label={t("clock.story")}>
			<div><span class="tr-clock-name">{t("clock.story")}</span><span class="tr-digits">{story_clock(story_ms)}</span><span class="tr-clock-day">{new Date(story_ms).toISOString().slice(0, 10)}</span></div>
			<div><span class="tr-clock-name">{t("clock.exercise")}</span><span class="tr-digits">{span(elapsed)}</span><span class="tr-clock-day">{rate}</span></div>
			<div><span class="tr-clock-name">{t("clock.real")}</span><span class="tr-digits">{story_clock(now)}Z</span><span class="tr-clock-day"><State of={k.state} /></span></div>
		</div>
	);
}

export function Unconfirmed({ k }: { k: ClockState }): VNode | null {
	if (k.confirmed || !k.started) return null;
	return <p class="notice bad" role="alert">{t("clock.unconfirmed", { at: k.unconfirmed_since ? `${k.unconfirmed_since.slice(11, 16)}Z` : "—" })}</p>;
}

export const part_name = (p: Rec | undefined): string => (p ? [p.content["number"], p.content["title"]].filter(Boolean).join(" ") : "");
export function parts_of(parts: readonly Rec[], type: string): Rec[] {
	return parts.filter((p) => p.content["type"] === type).sort((a, b) => String(a.content["number"] ?? "").localeCompare(String(b.content["number"] ?? ""), undefined, { numeric: true }));
}
export const due_of = (c: Content): { basis?: string; at?: string; after_s?: number; of?: string; on?: string } => (c["due"] ?? {}) as never;
