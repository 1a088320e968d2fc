// A form made from a schema. What was typed stays when the node refuses; what it says against a field stands at that field.
import { h, type ComponentChildren, type InputHTMLAttributes, type VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Problem } from "../api.js";
import { t, word } from "../i18n.js";
import { clean, faults, first_value, points_at, type Fault, type Field, type Schema, type Value } from "../schema.js";
import { local_to_utc, utc_to_local } from "../time.js";
import { Theirs, Trouble } from "./text.js";

type Props = {
	schema: Schema;
	value?: Value;
	submit: string;
	send: (value: Value) => Promise<unknown>;
	cancel?: () => void;
	changed?: (value: Value) => void;
	extra?: Record<string, (p: ExtraProps) => ComponentChildren>; // own controls, by the name of a top field
	clear?: boolean; // after success
	focus?: boolean;
	children?: ComponentChildren;
};
export type ExtraProps = { value: unknown; set: (v: unknown) => void; id: string; bad?: string };

export function Form(p: Props): VNode {
	const [value, set_value] = useState<Value>(() => ({ ...(first_value(p.schema) as Value), ...p.value }));
	const [problem, set_problem] = useState<Problem>();
	const [wrong, set_wrong] = useState<Fault[]>([]);
	const [busy, set_busy] = useState(false);
	const form = useRef<HTMLFormElement>(null);
	const known = Object.keys(p.schema.properties).some((k) => points_at(problem?.pointer, `/${k}`));
	const set = (v: Value): void => {
		set_value(v);
		p.changed?.(v);
	};
	useEffect(() => {
		if (p.focus) form.current?.querySelector<HTMLElement>("input, textarea, select")?.focus();
	}, []);
	useEffect(() => {
		if (problem || wrong.length) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
	}, [problem, wrong]);
	const send = async (e: Event): Promise<void> => {
		e.preventDefault();
		if (busy) return;
		const found = faults(p.schema, value);
		set_wrong(found);
		set_problem(undefined);
		if (found.length) return;
		set_busy(true);
		try {
			await p.send(clean(p.schema, value) as Value);
			if (p.clear) set({ ...(first_value(p.schema) as Value), ...p.value });
		} catch (error) {
			set_problem(error instanceof Problem ? error : new Problem("io", 0, String(error)));
		} finally {
			set_busy(false);
		}
	};
	return (
		<form ref={form} class="form" noValidate onSubmit={send}>
			{Object.entries(p.schema.properties).map(([k, f]) => (
				<FieldRow key={k} name={k} field={f} value={value[k]} pointer={`/${k}`} must={p.schema.required?.includes(k) ?? false}
					problem={problem} wrong={wrong} set={(v) => set({ ...value, [k]: v })} extra={p.extra?.[k]} />
			))}
			{p.children}
			{problem && !known && <Trouble problem={problem} />}
			<div class="buttons">
				<button type="submit" class="main" disabled={busy}>{busy ? t("sending") : p.submit}</button>
				{p.cancel && <button type="button" onClick={p.cancel}>{t("cancel")}</button>}
			</div>
		</form>
	);
}

type RowProps = {
	name: string; field: Field; value: unknown; pointer: string; must: boolean; problem?: Problem; wrong: Fault[];
	set: (v: unknown) => void; extra?: (p: ExtraProps) => ComponentChildren;
};

function fault_text(f: Fault): string {
	return f.what === "required" ? t("form.required") : t(`form.${f.what}`, { limit: f.limit ?? 0 });
}

function FieldRow(p: RowProps): VNode {
	const id = useId();
	const fault = p.wrong.find((f) => points_at(f.pointer, p.pointer));
	const said = points_at(p.problem?.pointer, p.pointer) ? p.problem!.detail : undefined;
	const bad = fault ? fault_text(fault) : said;
	const title = p.field.title ? t(p.field.title) : p.name;
	const group = p.field.type === "array" && p.field.items?.enum && !p.extra;
	if (p.field.type === "object" && !p.extra) {
		const value = (p.value ?? {}) as Value;
		return (
			<fieldset>
				<legend>{title}</legend>
				{Object.entries(p.field.properties ?? {}).map(([k, f]) => (
					<FieldRow key={k} name={k} field={f} value={value[k]} pointer={`${p.pointer}/${k}`} problem={p.problem} wrong={p.wrong}
						must={p.field.required?.includes(k) ?? false} set={(v) => p.set({ ...value, [k]: v })} />
				))}
			</fieldset>
		);
	}
	const about = `${id}-about`;
	const input = p.extra ? p.extra({ value: p.value, set: p.set, id, bad }) : <Input {...p} id={id} bad={bad} about={bad || p.field.description ? about : undefined} />;
	const Box = group || p.extra ? "div" : "label";
	return (
		<div class={`field-row${bad ? " bad" : ""}${p.field.type === "boolean" ? " check" : ""}`} role={group ? "group" : undefined} aria-label={group ? title : undefined}>
			<Box class="field-title" {...(Box === "label" ? { for: id } : {})}>
				{title}{p.must && <span class="must" aria-hidden="true"> *</span>}
			</Box>
			{input}
			<div id={about} class="field-about">
				{bad && <p class="field-bad" role="alert"><Theirs text={bad} /></p>}
				{p.field.description && <p class="remark">{t(p.field.description)}</p>}
			</div>
		</div>
	);
}

function Input({ field: f, value, set, id, bad, about, must }: RowProps & { id: string; bad?: string; about?: string }): VNode {
	const a11y = { id, "aria-invalid": bad ? true : undefined, "aria-describedby": about, "aria-required": must || undefined } as const;
	const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
	const name = f.names ?? ((v: string): string => v);
	if (f.type === "boolean") return <input type="checkbox" {...a11y} checked={Boolean(value)} onChange={(e) => set(e.currentTarget.checked)} />;
	if (f.type === "array") {
		const list = Array.isArray(value) ? (value as string[]) : [];
		return (
			<div class="choices">
				{(f.items?.enum ?? []).map((v) => (
					<label>
						<input type="checkbox" checked={list.includes(v)} onChange={(e) => set(e.currentTarget.checked ? [...list, v] : list.filter((x) => x !== v))} />
						{(f.items?.names ?? name)(v)}
					</label>
				))}
			</div>
		);
	}
	if (f.enum) {
		return (
			<select {...a11y} value={text} onChange={(e) => set(e.currentTarget.value)}>
				{!must && !f.enum.includes("") && <option value="">—</option>}
				{must && !f.enum.includes(text) && <option value="">{t("form.choose")}</option>}
				{f.enum.map((v) => <option value={v}>{name(v)}</option>)}
			</select>
		);
	}
	if (f.format === "prose" || f.format === "code") {
		return <textarea {...a11y} rows={f.format === "prose" ? 5 : 8} class={f.format} dir="auto" value={text} onInput={(e) => set(e.currentTarget.value)} />;
	}
	if (f.format === "date-time") {
		return <input type="datetime-local" {...a11y} value={utc_to_local(text)} onInput={(e) => set(local_to_utc(e.currentTarget.value) ?? "")} />;
	}
	const type = f.format === "password" ? "password" : f.format === "date" ? "date" : f.type === "integer" ? "number" : "text";
	const input: InputHTMLAttributes<HTMLInputElement> = {
		...a11y, value: text, dir: type === "text" ? "auto" : undefined, autocomplete: f.complete ?? "off", spellcheck: false,
		onInput: (e) => set(e.currentTarget.value),
	};
	return h("input", { ...input, type } as InputHTMLAttributes<HTMLInputElement>);
}

// The roles of each workspace, as one control: for users and tokens.
export const WORKSPACES = ["pact", "records", "cyber", "training", "response", "procurement", "node"] as const;

export function RolesInput({ value, set }: ExtraProps): VNode {
	const roles = (value ?? {}) as Record<string, string>;
	return (
		<div class="roles">
			{WORKSPACES.map((w) => (
				<label>
					<span>{word("workspace", w)}</span>
					<select value={roles[w] ?? ""} onChange={(e) => {
						const next = { ...roles };
						if (e.currentTarget.value) next[w] = e.currentTarget.value;
						else delete next[w];
						set(next);
					}}>
						<option value="">{t("role.none")}</option>
						{(["reader", "contributor", "officer", "administrator"] as const).map((r) => <option value={r}>{t(`role.${r}`)}</option>)}
					</select>
				</label>
			))}
		</div>
	);
}
