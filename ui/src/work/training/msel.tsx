// The script as a grid, keyboard first: arrows move, typing or Enter edits, Tab goes on, Ctrl+D repeats a row, Ctrl+Enter adds one; a paste from Excel fills cells,
// or, if its first row has headings, is shown as an import. Each row is saved by itself when it is left.
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { call, post, Problem } from "../../api.js";
import { Dialog } from "../../parts/dialog.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, LabelBadge, Name, Theirs, Trouble } from "../../parts/text.js";
import { may } from "../../state.js";
import { base, due_of, Gate, Mark, part_name, parts_of, State, story, useTraining } from "./bits.js";
import { Ways } from "./exercise.js";
import { t, word } from "./msg.js";
import { NATIVE, NativeDialog } from "./native.js";
import { csv_of, paste_cells, story_parse } from "./paste.js";
import type { Content, Exercise, Finding, Import, Inject, Rec } from "./types.js";
import { list, str } from "./types.js";

const METHODS = ["portal", "email", "phone", "radio", "in-person", "document", "media", "alert", "cyber", "procurement", "request", "webhook", "external"];
type Row = { key: string; inject?: Inject; content: Content; dirty: boolean; problem?: Problem; saving?: boolean };
type Column = { key: string; title: string; width: number; get: (c: Content) => string; set: (c: Content, text: string) => Content | null; choices?: string[] };

function put(c: Content, key: string, value: unknown): Content {
	const next = { ...c };
	if (value === "" || value === undefined || (Array.isArray(value) && !value.length)) delete next[key];
	else next[key] = value;
	return next;
}

function columns_of(x: Exercise): Column[] {
	const epoch = str(x.exercise.content, "scenario_epoch");
	const audiences = parts_of(x.parts, "audience");
	const objectives = parts_of(x.parts, "objective");
	const numbers = (all: readonly Rec[], ids: string[]): string => ids.map((id) => { const p = all.find((q) => q.object === id); return p ? str(p.content, "number") || p.title : "?"; }).join(", ");
	const refs = (all: readonly Rec[], text: string): string[] | null => {
		const found = text.split(/[,;]/).map((s) => s.trim()).filter(Boolean).map((s) => all.find((p) => str(p.content, "number") === s || p.title.toLowerCase() === s.toLowerCase())?.object);
		return found.every((f) => f !== undefined) ? (found as string[]) : null;
	};
	const text = (key: string, width: number, one = true): Column => ({ key, title: word("col", key), width, get: (c) => str(c, key), set: (c, s) => put(c, key, one ? s.replace(/\s*\n\s*/g, " ") : s) });
	const choice = (key: string, width: number, choices: string[], first: string): Column => ({
		key, title: word("col", key), width, choices, get: (c) => str(c, key) || first, set: (c, s) => (choices.includes(s) ? put(c, key, s) : null) });
	return [
		text("number", 5.5), text("title", 17),
		{ key: "due", title: word("col", "due"), width: 11,
			get: (c) => { const d = due_of(c); return d.at ? story(d.at) : d.basis === "relative" ? `${t("msel.after")} ${Math.round((d.after_s ?? 0) / 60)}′` : d.basis === "elapsed" ? `+${Math.round((d.after_s ?? 0) / 60)}′` : ""; },
			set: (c, s) => { if (!s.trim()) return put(c, "due", undefined); const at = story_parse(s, epoch); return at ? put(c, "due", { basis: "scenario", at }) : null; } },
		{ key: "to", title: word("col", "to"), width: 8, get: (c) => numbers(audiences, list(c, "to")) || str(c, "to_text"),
			set: (c, s) => { const ids = refs(audiences, s); return ids ? put(put(c, "to", ids), "to_text", undefined) : put(put(c, "to", undefined), "to_text", s); } },
		text("body", 24, false), choice("method", 8, METHODS, "portal"), choice("fire", 7, ["auto", "confirm", "manual"], "confirm"), choice("weight", 8, ["key", "enabling", "supporting"], "enabling"),
		{ key: "expect", title: word("col", "expect"), width: 18, get: (c) => ((c["expect"] ?? []) as { text: string }[]).map((e) => e.text).join("\n"),
			set: (c, s) => { const old = (c["expect"] ?? []) as { text: string }[]; return put(c, "expect", s.split("\n").filter((l) => l.trim()).map((l, i) => ({ ...old[i], text: l }))); } },
		{ key: "objectives", title: word("col", "objectives"), width: 7, get: (c) => numbers(objectives, list(c, "objectives")), set: (c, s) => { const ids = refs(objectives, s); return ids ? put(c, "objectives", ids) : null; } },
		text("from_sim", 9), text("controller", 9), text("notes", 14, false),
	];
}

function ImportDialog({ c, id, file, name, close }: { c: string; id: string; file: Blob | string; name: string; close: () => void }): VNode {
	const [sheet, set_sheet] = useState("");
	const [found, set] = useState<Import>();
	const [problem, fail] = useState<Problem>();
	const [split, set_split] = useState(false);
	const ask = (write: boolean): void => {
		const q = new URLSearchParams({ ...(sheet && { sheet }), ...(split && { split: "1" }), ...(write && { write: "1" }) });
		call<Import>("POST", `${base(c)}/exercises/${id}/msel?${q}`, file, { type: "application/octet-stream" })
			.then((a) => (write ? close() : (set(a.data), fail(undefined))), (e: unknown) => fail(e as Problem));
	};
	useEffect(() => ask(false), [sheet, split]);
	const n = found?.count;
	return (
		<Dialog title={t("import.title", { name })} close={close} wide>
			<Trouble problem={problem} />
			{found && n && (
				<>
					{found.sheets.length > 1 && (
						<label class="tr-inline">{t("import.sheet")} <select value={found.sheets.find((s) => s.chosen)?.name} onChange={(e) => set_sheet(e.currentTarget.value)}>
							{found.sheets.map((s) => <option value={s.name}>{s.name}</option>)}
						</select></label>
					)}
					<label class="tr-inline"><input type="checkbox" checked={split} onChange={(e) => set_split(e.currentTarget.checked)} /> {t("import.split")}</label>
					{(found.comments > 0 || found.hidden_columns > 0 || found.author) && <p class="notice">{t("import.unseen", { author: found.author || "—", comments: found.comments, columns: found.hidden_columns })}</p>}
					<p class="tr-counts"><strong>{n.new}</strong> {t("import.new")} · <strong>{n.changed}</strong> {t("import.changed")} · {n.same} {t("import.same")} · <strong class={n.conflict ? "tr-bad" : ""}>{n.conflict}</strong> {t("import.conflict")} · <strong class={n.error ? "tr-bad" : ""}>{n.error}</strong> {t("import.error")}</p>
					<div class="tr-scroll">
						<table class="fold tr-import">
							<thead><tr><th>{t("import.column")}</th><th>{t("import.heading")}</th><th>{t("import.field")}</th><th>{t("import.samples")}</th></tr></thead>
							<tbody>{found.columns.filter((k) => k.heading || k.field).map((k) => <tr><td>{k.column}</td><td><Theirs text={k.heading} /></td><td>{k.field ? word("col", k.field) : "—"}</td><td class="remark"><Theirs text={k.samples.join(" · ").slice(0, 80)} /></td></tr>)}</tbody>
						</table>
						<ul class="plain-list tr-findings">
							{found.rows.flatMap((r) => r.notes.map((k) => <li><span class={`badge ${k.severity === "error" ? "bad" : "wait"}`}>{k.cell}</span> <Theirs text={k.text} /></li>))}
							{found.rows.filter((r) => r.action === "conflict").flatMap((r) => r.changes.filter((k) => k.side === "both").map((k) => <li><span class="badge bad">{r.number}</span> {word("col", k.field)}: <Theirs text={String(k.here ?? "")} /> ↔ <Theirs text={String(k.sheet ?? "")} /></li>))}
						</ul>
					</div>
					<div class="buttons"><button type="button" class="main" disabled={!(n.new + n.changed)} onClick={() => ask(true)}>{t("import.write", { n: n.new + n.changed })}</button><button type="button" onClick={close}>{t("cancel")}</button></div>
				</>
			)}
		</Dialog>
	);
}

function Grid({ c, id, x, findings }: { c: string; id: string; x: Exercise; findings: Map<string, Finding[]> }): VNode {
	const columns = useMemo(() => columns_of(x), [x.parts, x.exercise.leaf]);
	const [edits, set_edits] = useState<Map<string, Row>>(new Map());
	const [here, move] = useState<[string, number]>(["", 1]); // by row, not by place: rows come and go above it
	const ids = useRef(new Map<string, string>()); // of rows that were new here: what they were called before they were saved
	const [typing, type] = useState<string | null>(null);
	const [native, set_native] = useState<string>();
	const [importing, set_import] = useState<{ file: Blob | string; name: string } | null>(null);
	const box = useRef<HTMLDivElement>(null);
	const field = useRef<HTMLTextAreaElement>(null);
	const open = useRef(false); // a field is open: taking it away blurs it, which must not end it a second time
	const can = may("training", "contributor") && x.state !== "ended";
	const injects = useMemo(() => [...x.injects].sort((a, b) => str(a.content, "number").localeCompare(str(b.content, "number"), undefined, { numeric: true })), [x.injects]);
	const known = useMemo(() => new Set(injects.map((i) => i.object)), [injects]);
	const pending = (r: Row | undefined): r is Row => r !== undefined && (r.dirty || r.saving === true || r.problem !== undefined);
	// What has just been saved stays until the node tells of it.
	const rows: Row[] = [...injects.map((i) => { const r = edits.get(i.object); return pending(r) ? r : { key: i.object, inject: i, content: i.content, dirty: false }; }), ...[...edits.values()].filter((r) => !known.has(r.key))];
	const at: [number, number] = [Math.max(0, rows.findIndex((r) => r.key === here[0])), here[1]];

	const change = (r: Row): void => set_edits((m) => new Map(m).set(r.key, r));
	const save = async (r: Row): Promise<Problem | null> => {
		if (!r.dirty || r.saving) return null;
		const sent = { ...r, saving: true };
		change(sent);
		const { steps: _steps, ...content } = r.content;
		try {
			const now = r.inject ? (await call<Inject>("PUT", `${base(c)}/records/${r.inject.object}`, { content }, { match: `"${r.inject.leaf}"` })).data
				: await post<Inject>(`${base(c)}/records`, { kind: "inject", mode: x.exercise.mode, content: { ...content, exercise: x.exercise.object } });
			// What was typed while it was under way stays, on top of what is now the node's.
			set_edits((m) => {
				const n = new Map(m);
				const later = n.get(r.key);
				const inject: Inject = Object.assign({ status: "draft", edited: false }, r.inject, now);
				n.delete(r.key);
				if (later && later.content !== r.content) n.set(now.object, { ...later, key: now.object, inject, saving: false });
				else if (!r.inject) n.set(now.object, { key: now.object, inject, content: r.content, dirty: false });
				return n;
			});
			if (!r.inject) ids.current.set(now.object, r.key);
			move((h) => (h[0] === r.key ? [now.object, h[1]] : h));
			return null;
		} catch (e) {
			set_edits((m) => new Map(m).set(r.key, { ...(m.get(r.key) ?? r), saving: false, problem: e as Problem }));
			return e as Problem;
		}
	};
	const leave = (r?: Row): void => { if (r?.dirty && str(r.content, "number") && str(r.content, "title")) void save(r); };
	const go_to = (row: number, col: number, left: Row | undefined = rows[at[0]]): void => {
		const next = rows[Math.max(0, Math.min(rows.length - 1, row))];
		if (row !== at[0]) leave(left);
		move([next?.key ?? "", Math.max(0, Math.min(columns.length - 1, col))]);
		type(null);
		open.current = false;
		box.current?.focus();
		requestAnimationFrame(() => box.current?.querySelector(".tr-here")?.scrollIntoView({ block: "nearest", inline: "nearest" }));
	};
	const add = (content: Content = {}): void => {
		const last = rows.at(-1);
		const n = last ? str(last.content, "number").replace(/(\d+)(?!.*\d)/, (d) => String(Number(d) + 1)) : "1";
		leave(rows[at[0]]);
		const key = `new-${crypto.randomUUID()}`;
		change({ key, content: { number: n, ...content }, dirty: true });
		move([key, 1]);
		type(null);
		open.current = false;
		box.current?.focus();
	};
	const finish = (text: string, dr: number, dc: number): void => {
		open.current = false;
		let r = rows[at[0]];
		const col = columns[at[1]];
		if (r && col && text !== col.get(r.content)) {
			const next = col.set(r.content, text);
			r = next ? { ...r, content: next, dirty: true, problem: undefined } : { ...r, problem: new Problem("invalid", 0, t("msel.not", { text, column: col.title })) };
			change(r);
		}
		go_to(at[0] + dr, at[1] + dc, r);
	};
	const key = (e: KeyboardEvent): void => {
		if (typing !== null) return;
		const r = rows[at[0]];
		const moves: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageDown: [15, 0], PageUp: [-15, 0] };
		const step = moves[e.key];
		if (step) { e.preventDefault(); go_to(at[0] + step[0], at[1] + step[1]); return; }
		if (e.key === "Home" || e.key === "End") { e.preventDefault(); go_to(e.ctrlKey ? (e.key === "Home" ? 0 : rows.length) : at[0], e.key === "Home" ? 0 : 99); return; }
		if (!can) return;
		if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); add(); return; }
		if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "d" && r) { e.preventDefault(); const { number: _n, steps: _s, comments: _c, ...rest } = r.content; add(rest); return; }
		if (e.key === "Enter" || e.key === "F2") { e.preventDefault(); if (r) type(columns[at[1]]!.get(r.content)); return; }
		if (e.key === "Delete" || e.key === "Backspace") { e.preventDefault(); if (at[1] > 1) finish("", 0, 0); return; }
		if (e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey && r) { e.preventDefault(); type(columns[at[1]]!.choices ? columns[at[1]]!.get(r.content) : e.key); }
	};
	const paste = (e: ClipboardEvent): void => {
		const text = e.clipboardData?.getData("text/plain") ?? "";
		if (typing !== null || !can || !text) return;
		e.preventDefault();
		const cells = paste_cells(text);
		// A whole table with its headings: the node knows what they mean.
		if (cells.length > 1 && cells[0]!.length >= 3 && cells[0]!.filter((s) => /[a-zA-Z#]/.test(s)).length >= 3 && !/\d{2}:\d{2}/.test(cells[0]!.join())) {
			set_import({ file: csv_of(cells), name: t("import.clipboard") });
			return;
		}
		const next = new Map(edits);
		cells.forEach((line, dr) => {
			const old = rows[at[0] + dr] ?? { key: `new-${crypto.randomUUID()}`, content: {}, dirty: true };
			let content = old.content;
			line.forEach((s, dc) => { content = columns[at[1] + dc]?.set(content, s) ?? content; });
			next.set(old.key, { ...old, content, dirty: true });
		});
		set_edits(next);
	};
	// At once, before the next key: a letter typed fast must not be lost between the cell and its field.
	useLayoutEffect(() => { if (typing !== null) { open.current = true; field.current?.focus(); field.current?.setSelectionRange(99999, 99999); } }, [typing === null]);
	const waiting = rows.filter((r) => r.dirty);
	const problem = rows.find((r) => r.problem)?.problem;
	const shown = native === undefined ? undefined : rows.find((r) => r.key === native);
	return (
		<>
			<div class="tr-tools">
				{can && <button type="button" class="main" onClick={() => add()}>{t("msel.add")}</button>}
				{can && <label class="button">{t("msel.import")}<input type="file" class="off-screen" accept=".xlsx,.csv" onChange={(e) => { const f = e.currentTarget.files?.[0]; if (f) set_import({ file: f, name: f.name }); e.currentTarget.value = ""; }} /></label>}
				<a class="button" href={`/api/v1${base(c)}/exercises/${id}/msel.xlsx`} download>{t("msel.xlsx")}</a>
				{waiting.length > 0 && <button type="button" onClick={() => void Promise.all(waiting.map(save))}>{t("msel.save", { n: waiting.length })}</button>}
				<span class="remark tr-keys">{t("msel.keys")}</span>
			</div>
			<Trouble problem={problem} />
			<div class="tr-grid" ref={box} tabIndex={0} role="group" aria-label="MSEL" aria-activedescendant="tr-here" onKeyDown={key} onPaste={paste as never}>
				<table role="grid" aria-label="MSEL">
					<thead><tr><th class="tr-frozen tr-flag" />{columns.map((k, i) => <th scope="col" class={i < 2 ? `tr-frozen tr-c${i}` : undefined}>{k.title}</th>)}<th scope="col">{t("exercise.state")}</th><th scope="col">{t("label")}</th></tr></thead>
					<tbody>
						{rows.map((r, i) => (
							<tr key={ids.current.get(r.key) ?? r.key} class={`${r.dirty ? "tr-dirty" : ""} ${r.inject && !r.inject.own ? "tr-theirs" : ""}`}>
								<td class="tr-frozen tr-flag">{r.problem ? <span class="badge bad" title={r.problem.detail}>!</span> : r.inject && findings.get(r.inject.object)?.some((f) => f.blocks) ? <span class="badge bad" title={findings.get(r.inject.object)!.map((f) => f.text).join("\n")}>!</span> : r.inject && findings.has(r.inject.object) ? <span class="badge wait" title={findings.get(r.inject.object)!.map((f) => f.text).join("\n")}>{findings.get(r.inject.object)!.length}</span> : null}</td>
								{columns.map((k, j) => {
									const mark = at[0] === i && at[1] === j;
									return (
										<td id={here ? "tr-here" : undefined} class={`${j < 2 ? `tr-frozen tr-c${j}` : ""} ${mark ? "tr-here" : ""} tr-col-${k.key}`} aria-selected={mark || undefined} onClick={() => (mark && can && typing === null ? type(k.get(r.content)) : !mark && go_to(i, j))}>
											{mark && typing !== null ? (k.choices
												? <select class="tr-edit" autofocus aria-label={k.title} value={typing} onChange={(e) => finish(e.currentTarget.value, 0, 1)} onKeyDown={(e) => { e.stopPropagation(); if (e.key === "Escape") go_to(i, j); }}>{k.choices.map((v) => <option value={v}>{word("word", v)}</option>)}</select>
												: <textarea class="tr-edit" ref={field} rows={k.key === "body" || k.key === "expect" || k.key === "notes" ? 4 : 1} value={typing} aria-label={k.title} onInput={(e) => type(e.currentTarget.value)}
													onBlur={(e) => open.current && finish(e.currentTarget.value, 0, 0)}
													onKeyDown={(e) => {
														e.stopPropagation();
														if (e.key === "Escape") go_to(i, j);
														else if (e.key === "Enter" && !e.shiftKey && !e.altKey) { e.preventDefault(); finish(e.currentTarget.value, 1, 0); }
														else if (e.key === "Tab") { e.preventDefault(); finish(e.currentTarget.value, 0, e.shiftKey ? -1 : 1); }
													}} />)
												: k.choices ? word("word", k.get(r.content)) : <Theirs text={k.get(r.content)} />}
										</td>
									);
								})}
								<td>{NATIVE.includes(str(r.content, "method")) && <><button type="button" class="small" onClick={() => set_native(r.key)}>{str(r.content, "native") ? t("native.edit") : t("native.add")}</button> </>}{r.inject ? <><State of={r.inject.delivery ? "released" : r.inject.status} />{r.inject.edited && <> <span class="badge wait">{t("msel.edited")}</span></>}{!r.inject.own && <> <Name label={r.inject.author.label} /></>}</> : <span class="remark">{t("msel.new")}</span>}</td>
								<td>{r.inject && <LabelBadge label={r.inject.label} />}</td>
							</tr>
						))}
						{x.shadows.filter((s) => !s.gone).map((s) => (
							<tr class="tr-shadow"><td class="tr-frozen tr-flag" /><td class="tr-frozen tr-c0">{s.storyline}</td><td class="tr-frozen tr-c1">{t("shadow.of")} <Name label={s.author.label} /></td><td>{s.from ? `${story(s.from)} +30′` : "—"}</td><td>{s.audiences.map((a) => part_name(x.parts.find((p) => p.object === a))).join(", ")}</td><td colSpan={columns.length - 2}><span class="remark">{t("shadow.load", { n: s.weight })}</span></td></tr>
						))}
					</tbody>
				</table>
				{!rows.length && !x.shadows.length && <Empty title={t("msel.none")}><p>{t("msel.none_next")}</p></Empty>}
			</div>
			{shown && <NativeDialog x={x} content={shown.content} can={can && (!shown.inject || shown.inject.own)} close={() => set_native(undefined)} save={async (text) => { const next = { ...shown, content: put(shown.content, "native", text), dirty: true, problem: undefined }; change(next); return str(next.content, "number") && str(next.content, "title") ? ((await save(next))?.detail ?? null) : null; }} />}
			{importing && <ImportDialog c={c} id={id} file={importing.file} name={importing.name} close={() => set_import(null)} />}
		</>
	);
}

export function MselPage({ c, id }: { c: string; id: string }): VNode {
	const x = useTraining<Exercise>(c, `/exercises/${id}`);
	const lint = useTraining<{ findings: Finding[] }>(c, `/exercises/${id}/lint`);
	const findings = useMemo(() => {
		const m = new Map<string, Finding[]>();
		for (const f of lint.data?.findings ?? []) m.set(f.object, [...(m.get(f.object) ?? []), f]);
		return m;
	}, [lint.data]);
	const title = x.data ? `${str(x.data.exercise.content, "code_name")}: MSEL` : "MSEL";
	return (
		<PageFrame title={title}>
			<Gate want="play">
				<Ways c={c} id={id} here="msel" />
				<Loading of={x}>{(d) => <><Mark text={d.mark} /><Grid c={c} id={id} x={d} findings={findings} /></>}</Loading>
			</Gate>
		</PageFrame>
	);
}
