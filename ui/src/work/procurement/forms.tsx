// Records written from a few fields: a form that says what its fields are, and what content they make.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, Problem } from "../../api.js";
import { useCell } from "../../cell.js";
import { Trouble } from "../../parts/text.js";
import { mode } from "../../state.js";
import { to_problem } from "./bits.js";
import { t } from "./msg.js";

export type Values = Record<string, string>;
export type Field = {
	key: string; label: string; type?: "text" | "long" | "number" | "money" | "time" | "choice" | "check"; options?: readonly (readonly [string, string])[]; value?: string; optional?: boolean; max?: number; step?: string;
};

// What a browser's field of date and time has, in the reader's own zone, as the record wants it.
export const utc = (local: string): string => new Date(local).toISOString();
// The other way, for a field that begins with a value.
export function local(at: string | number): string {
	const d = new Date(at);
	return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function Input({ f, value, put }: { f: Field; value: string; put: (v: string) => void }): VNode {
	const required = !f.optional;
	const on = (e: { currentTarget: { value: string } }): void => put(e.currentTarget.value);
	if (f.type === "check") return <label class="check"><input type="checkbox" checked={value === "true"} onChange={(e) => put(String(e.currentTarget.checked))} /> {f.label}</label>;
	if (f.type === "choice") return <label>{f.label} <select value={value} onChange={on}>{f.options?.map(([v, say]) => <option value={v}>{say}</option>)}</select></label>;
	if (f.type === "long") return <label class="wide">{f.label} <textarea required={required} rows={3} maxLength={f.max ?? 8000} value={value} onInput={on} /></label>;
	if (f.type === "time") return <label>{f.label} <input type="datetime-local" required={required} value={value} onInput={on} /></label>;
	if (f.type === "number" || f.type === "money") return <label>{f.label} <input type="number" min="0" step={f.step ?? (f.type === "money" ? "0.01" : "1")} max={f.max} required={required} value={value} onInput={on} /></label>;
	return <label>{f.label} <input required={required} maxLength={f.max ?? 200} value={value} onInput={on} /></label>;
}

export function RecordForm({ c, kind, fields, make, label, of, after }: {
	c: string; kind: string; fields: readonly Field[]; make: (v: Values) => unknown; label: string; of?: { object: string; leaf: string }; after: () => void;
}): VNode {
	const now = useCell(mode);
	const first = Object.fromEntries(fields.map((f) => [f.key, f.value ?? (f.type === "choice" ? (f.options?.[0]?.[0] ?? "") : "")]));
	const [v, set] = useState<Values>(first);
	const [busy, set_busy] = useState(false);
	const [problem, set_problem] = useState<Problem>();
	const send = (e: Event): void => {
		e.preventDefault();
		set_busy(true);
		set_problem(undefined);
		const body = { kind: `procurement/${kind}/1`, mode: now, content: make(v) };
		call(of ? "PUT" : "POST", `/coalitions/${c}/procurement/records${of ? `/${of.object}` : ""}`, body, of && { match: `"${of.leaf}"` })
			.then(() => { set(first); after(); }, (x: unknown) => set_problem(to_problem(x))).finally(() => set_busy(false));
	};
	return (
		<form class="sheet" onSubmit={send}>
			<div class="columns">{fields.map((f) => <Input key={f.key} f={f} value={v[f.key] ?? ""} put={(x) => set({ ...v, [f.key]: x })} />)}</div>
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main" disabled={busy}>{label}</button></div>
		</form>
	);
}

// A form behind a button, so that a page is for reading first.
export function Fold({ label, children }: { label: string; children: (close: () => void) => VNode }): VNode {
	const [open, set] = useState(false);
	return <div class="folded"><button type="button" aria-expanded={open} onClick={() => set(!open)}>{label}</button>{open && children(() => set(false))}</div>;
}

export const yes_no = (): readonly (readonly [string, string])[] => [["true", t("yes")], ["false", t("no")]];
