// Writing a record, or a new version of one. If somebody else was first, both are shown and the person decides.
import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { call, fresh_key, Problem } from "../api.js";
import { useCell } from "../cell.js";
import { t } from "../i18n.js";
import { live_on } from "../live.js";
import { useLoad } from "../load.js";
import { Diff } from "../parts/diff.js";
import { Drop, type Sent } from "../parts/drop.js";
import { AlsoEditing } from "../parts/editing.js";
import { Form, type ExtraProps } from "../parts/form.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Empty, Name, LabelBadge, Trouble } from "../parts/text.js";
import { go, link } from "../route.js";
import type { Schema, Value } from "../schema.js";
import { mode } from "../state.js";
import type { Labels, PartyRef, RecordRow, Status } from "../types.js";
import { area_of, NOTE, own_href } from "./records.js";

const FILES_MAX = 64;

function schema_of(labels: Labels, fresh: boolean): Schema {
	const schema: Schema = {
		type: "object",
		properties: {
			title: { type: "string", title: "record.title", maxLength: 200 },
			text: { type: "string", title: "record.text", format: "prose" },
			files: { type: "array", title: "record.files" },
			class: { type: "string", title: "record.class", enum: labels.ladder, default: labels.ladder[0] ?? "" },
			tlp: { type: "string", title: "record.tlp", enum: labels.tlp.map((x) => x) },
			audience: { type: "array", title: "record.for", description: "record.for_help" },
			until: { type: "string", title: "record.until", format: "date-time" },
		},
		required: ["title", "class"],
	};
	if (!fresh) return schema;
	schema.properties["veil"] = { type: "boolean", title: "record.veil", description: "record.veil_help" };
	return schema;
}

// What the form holds, as the API wants it.
export function wish_of(v: Value, fresh: boolean, m: string, members: readonly PartyRef[], self: string): Record<string, unknown> {
	const label = [v["class"], v["tlp"] ? `TLP=${v["tlp"]}` : "", v["categories"]].filter(Boolean).join(" ");
	const chosen = v["audience"] as string[];
	const others = members.filter((p) => p.id !== self);
	const everybody = others.length > 0 && others.every((p) => chosen.includes(p.id));
	const files = (v["files"] as Sent[]).map((f) => ({ name: f.name, sha256: f.sha256 }));
	return {
		...(fresh ? { kind: "note/1", mode: m } : {}),
		label, audience: everybody ? "all" : chosen.filter((id) => id !== self),
		...(v["veil"] ? { veil: true } : {}), ...(v["until"] ? { until: v["until"] } : {}),
		content: { title: v["title"], ...(v["text"] ? { text: v["text"] } : {}), ...(files.length ? { files } : {}) },
	};
}

// A pointer into the request, as one into the form.
export function pointer_in_form(pointer: string | undefined): string | undefined {
	if (pointer === "/label") return "/class";
	return pointer?.startsWith("/content/") ? pointer.slice("/content".length) : pointer;
}

function value_of(r: RecordRow): Value {
	const words = r.label.split(" ");
	const tlp = words.find((w) => w.startsWith("TLP="))?.slice(4) ?? "";
	// Categories of the charter have no field here: they stay as they are.
	const categories = words.filter((w) => w.includes("=") && !w.startsWith("TLP=")).join(" ");
	const name = words.filter((w) => !w.includes("=")).at(-1) ?? "";
	return {
		title: r.title, text: r.content?.text ?? "", class: name, tlp, categories, until: r.until ?? "",
		files: r.files.map((f) => ({ name: f.name, sha256: f.sha256, size: f.size })), audience: r.audience.map((a) => a.id).filter((id) => id !== r.author),
	};
}

export function NewRecord({ c }: { c: string }): VNode {
	const now = useCell(mode);
	return (
		<PageFrame title={t("record.new")} up={[link("records", c), t("nav.records")]}>
			{now !== "real" && <p class="notice">{t("mode.writes", { mode: t(`mode.${now}`) })}</p>}
			<Editor c={c} />
		</PageFrame>
	);
}

// What a workspace keeps is changed where the workspace shows it.
function NotHere({ c, r }: { c: string; r: RecordRow }): VNode {
	const area = area_of(r.kind);
	return <Empty title={t("record.no_note")}>{area && <a class="button" href={own_href(c, r) ?? link("work", area, c)}>{t(`workspace.${area}`)}</a>}</Empty>;
}

export function EditRecord({ c, object }: { c: string; object: string }): VNode {
	const [first, set] = useState<{ record: RecordRow; etag: string } | null>(null);
	const [problem, set_problem] = useState<Problem>();
	useEffect(() => {
		call<RecordRow>("GET", `/coalitions/${c}/records/${object}`).then((a) => set({ record: a.data, etag: a.etag ?? "" }), set_problem);
	}, [c, object]);
	return (
		<PageFrame title={t("record.edit")} up={[link("records", c, object), first?.record.title || t("record.one")]}>
			<Loading of={{ data: first ?? undefined, problem, busy: !first && !problem, reload: () => location.reload() }}>{(f) => (f.record.kind === NOTE ? <Editor c={c} old={f.record} etag={f.etag} /> : <NotHere c={c} r={f.record} />)}</Loading>
		</PageFrame>
	);
}

function Editor({ c, old, etag }: { c: string; old?: RecordRow; etag?: string }): VNode {
	const labels = useLoad<Labels>(`/coalitions/${c}/labels`);
	const status = useLoad<Status>(`/coalitions/${c}`);
	const now = useCell(mode);
	const key = useRef(fresh_key());
	const match = useRef(etag);
	const [other, set_other] = useState<{ record: RecordRow; etag: string } | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const typed = useRef<Value>({});
	const look = async (): Promise<void> => {
		const a = await call<RecordRow>("GET", `/coalitions/${c}/records/${old!.object}`);
		set_problem(undefined);
		if (a.etag !== match.current) set_other({ record: a.data, etag: a.etag ?? "" });
	};
	const look_again = (): void => void look().catch(set_problem);
	useEffect(() => {
		if (!old) return;
		// Somebody else writes the same record while it is being edited here: say so at once, not at the end.
		return live_on((e) => {
			if (e.topic === "reset" || (e.topic === "record" && e.data["object"] === old.object)) look_again();
		});
	}, [old?.object]);
	const start = useMemo(() => (old ? value_of(old) : { audience: [] }), [old]);
	const send = async (v: Value): Promise<void> => {
		const wish = wish_of(v, !old, old?.mode ?? now, status.data?.members ?? [], status.data?.self ?? "");
		const path = `/coalitions/${c}/records${old ? `/${old.object}` : ""}`;
		try {
			const a = await call<RecordRow>(old ? "PUT" : "POST", path, wish, old ? { match: match.current } : { key: key.current });
			go(link("records", c, a.data.object));
		} catch (e) {
			if (!(e instanceof Problem)) throw e;
			if (e.status === 412 && old) {
				await look();
				throw new Problem("precondition", 412, t("record.somebody_first"));
			}
			key.current = fresh_key();
			throw new Problem(e.title, e.status, e.detail, pointer_in_form(e.pointer), e.retry_s);
		}
	};
	// It replaces the version that was shown and no later one.
	const keep_mine = (etag: string): void => {
		match.current = etag;
		set_other(null);
	};
	return (
		<Loading of={labels}>
			{(l) => (
				<Loading of={status}>
					{(s) => (
						<>
							{old && <AlsoEditing path={`/coalitions/${c}/records/${old.object}/editing`} />}
							<Trouble problem={problem} reload={look_again} />
							{other && old && (
								<div class="notice" role="alert">
									<h2>{t("record.somebody_wrote")}</h2>
									<Diff from={text_of(typed.current, s)} to={text_of(value_of(other.record), s)} from_name={t("record.yours")} to_name={t("record.theirs")} />
									<div class="buttons">
										<button type="button" onClick={() => keep_mine(other.etag)}>{t("record.keep_mine")}</button>
										<button type="button" onClick={() => go(link("records", c, old.object))}>{t("record.take_theirs")}</button>
									</div>
								</div>
							)}
							<Form schema={schema_of(l, !old)} value={start} submit={old ? t("record.save") : t("record.write")} send={send} cancel={() => history.back()} focus={!old}
								changed={(v) => void (typed.current = v)}
								extra={{ files: FilesInput, audience: (p) => <Audience {...p} s={s} />, class: (p) => <Classes {...p} l={l} /> }} />
						</>
					)}
				</Loading>
			)}
		</Loading>
	);
}

function text_of(v: Value, s: Status): string {
	const name = (id: string): string => s.parties.find((p) => p.id === id)?.label ?? id;
	const files = ((v["files"] as Sent[] | undefined) ?? []).map((f) => f.name);
	return [v["title"], "", v["text"], ...files, [v["class"], v["tlp"]].join(" "), ((v["audience"] as string[] | undefined) ?? []).map(name).join(", ")].join("\n");
}

function FilesInput({ value, set }: ExtraProps): VNode {
	const files = (value as Sent[] | undefined) ?? [];
	const latest = useRef(files);
	latest.current = files;
	return <Drop sent={files} add={(f) => set([...latest.current, f].slice(0, FILES_MAX))} remove={(f) => set(latest.current.filter((x) => x !== f))} />;
}

function Audience({ value, set, s }: ExtraProps & { s: Status }): VNode {
	const list = (value as string[] | undefined) ?? [];
	const others = s.members.filter((m) => m.id !== s.self);
	const all = others.length > 0 && others.every((m) => list.includes(m.id));
	return (
		<div class="choices" role="group" aria-label={t("record.for")}>
			<label><input type="checkbox" checked={all} onChange={(e) => set(e.currentTarget.checked ? others.map((m) => m.id) : [])} />{t("record.all_members")}</label>
			{others.map((m) => (
				<label>
					<input type="checkbox" checked={list.includes(m.id)} onChange={(e) => set(e.currentTarget.checked ? [...list, m.id] : list.filter((x) => x !== m.id))} />
					<Name id={m.id} label={m.label} />
				</label>
			))}
			{list.length === 0 && <p class="remark">{t("record.only_here")}</p>}
		</div>
	);
}

function Classes({ value, set, id, bad, l }: ExtraProps & { l: Labels }): VNode {
	return (
		<div class="choices" role="radiogroup" aria-label={t("record.class")} aria-invalid={bad ? true : undefined}>
			{l.ladder.map((k) => (
				<label>
					<input type="radio" name={id} checked={value === k} onChange={() => set(k)} /> <LabelBadge label={k} ladder={l.ladder} />
				</label>
			))}
		</div>
	);
}
