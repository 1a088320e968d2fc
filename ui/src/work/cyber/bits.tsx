// What several pages of this area share: types with their signs, the mark of an exercise, loading again when something has come.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Problem } from "../../api.js";
import { useCell } from "../../cell.js";
import type { LiveEvent } from "../../live.js";
import { useList, useLoad, type Listed, type Loaded } from "../../load.js";
import { Name, Theirs, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { mode } from "../../state.js";
import type { Status } from "../../types.js";
import { t, word } from "./msg.js";
import type { Obj } from "./types.js";

const GROUPS: Record<string, string> = {
	indicator: "watch", sighting: "watch", "observed-data": "watch",
	malware: "threat", tool: "threat", "attack-pattern": "threat", "intrusion-set": "threat", "threat-actor": "threat", campaign: "threat", infrastructure: "threat",
	vulnerability: "weak", incident: "case", report: "case", grouping: "case", note: "case", opinion: "case",
	"course-of-action": "help", identity: "who", location: "who", relationship: "link",
};
export const group_of = (type: string): string => GROUPS[type] ?? (type.startsWith("x-") ? "other" : "fact");

export function TypeBadge({ type }: { type: string }): VNode {
	return <span class={`stix ${group_of(type)}`}>{word("type", type)}</span>;
}

// The marking of the object itself; where the label says the same, once is enough.
export function Tlp({ tlp, label }: { tlp: string | null; label?: string }): VNode | null {
	return tlp && !label?.includes(`TLP=${tlp.slice(4)}`) ? <span class={`tlp ${tlp.slice(4).toLowerCase().replace("+", "-")}`}>{tlp}</span> : null;
}

// Nobody takes an exercise for the real thing: it stands over every page, in words.
export function Drill(): VNode | null {
	const now = useCell(mode);
	return now === "real" ? null : <p class="cyber-drill" role="status">{t(now === "exercise" ? "exercise" : "test")}</p>;
}

// Several members may have published under one id: `author` names whose it is.
export const object_link = (c: string, id: string, author?: string): string => link("work", "cyber", c, "object", id, ...(author ? [author] : []));

export function ObjectLink({ c, o }: { c: string; o: Obj }): VNode {
	return <a href={object_link(c, o.id, o.author.id)} class={o.revoked ? "revoked" : undefined}>{o.number && <span class="code">{o.number}</span>} <Theirs text={o.name} /></a>;
}

const ours = (c: string) => (e: LiveEvent): boolean => e.data["coalition"] === c && String(e.data["kind"] ?? "").startsWith("cyber/");

// Loaded again whenever a record of this area comes or goes.
export function useCyber<T>(c: string, path: string, query = ""): Loaded<T> {
	const now = useCell(mode);
	return useLoad<T>(`/coalitions/${c}/cyber/${path}?mode=${now}${query}`, ["record"], ours(c));
}
export function useCyberList<T>(c: string, path: string, more: Record<string, string | undefined>, key: (row: T) => string): Listed<T> {
	const now = useCell(mode);
	return useList<T>(`/coalitions/${c}/cyber/${path}`, { mode: now, ...more }, key, ["record"], ours(c));
}

// What is counted has an end, and then it is not all.
export function Cut({ cut }: { cut: boolean }): VNode | null {
	return cut ? <p class="remark" role="status">{t("cut")}</p> : null;
}

// A button that does something at the node and says what came of it.
export function Do({ text, act, main, danger }: { text: string; act: () => Promise<unknown>; main?: boolean; danger?: boolean }): VNode {
	const [busy, set_busy] = useState(false);
	const [problem, set] = useState<Problem>();
	const run = async (): Promise<void> => {
		set(undefined);
		set_busy(true);
		try {
			await act();
		} catch (e) {
			set(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		} finally {
			set_busy(false);
		}
	};
	return (
		<>
			<button type="button" class={main ? "main" : danger ? "danger" : undefined} disabled={busy} onClick={() => void run()}>{text}</button>
			{problem && <Trouble problem={problem} />}
		</>
	);
}

// For whom: nobody else, some, all.
export function Audience({ c, to, set }: { c: string; to: readonly string[]; set: (to: string[]) => void }): VNode | null {
	const s = useLoad<Status>(`/coalitions/${c}`).data;
	if (!s) return null;
	const others = s.members.filter((m) => m.id !== s.self);
	const all = others.length > 0 && others.every((m) => to.includes(m.id));
	return (
		<fieldset class="choices">
			<legend>{t("for")}</legend>
			<label><input type="checkbox" checked={all} onChange={(e) => set(e.currentTarget.checked ? others.map((m) => m.id) : [])} /> {t("for.all")}</label>
			{others.map((m) => (
				<label>
					<input type="checkbox" checked={to.includes(m.id)} onChange={(e) => set(e.currentTarget.checked ? [...to, m.id] : to.filter((x) => x !== m.id))} /> <Name id={m.id} label={m.label} />
				</label>
			))}
			{to.length === 0 && <p class="remark">{t("for.nobody")}</p>}
		</fieldset>
	);
}

export function LabelChoice({ c, label, set }: { c: string; label: string; set: (label: string) => void }): VNode {
	const l = useLoad<{ ladder: string[]; tlp: string[] }>(`/coalitions/${c}/labels`).data;
	const [cls = "", tlp = ""] = label.split(" TLP=");
	const say = (a: string, b: string): void => set(b ? `${a} TLP=${b}` : a);
	return (
		<div class="row">
			<label class="field">{t("class")} <select value={cls} onChange={(e) => say(e.currentTarget.value, tlp)}>{(l?.ladder ?? []).map((x) => <option value={x}>{x}</option>)}</select></label>
			<label class="field">TLP <select value={tlp} onChange={(e) => say(cls || (l?.ladder[0] ?? ""), e.currentTarget.value)}><option value="">–</option>{(l?.tlp ?? []).map((x) => <option value={x}>{x}</option>)}</select></label>
		</div>
	);
}
