// One record: its content, files, label, readers and versions; what an officer may do with it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { call, fresh_key, post, Problem } from "../api.js";
import { language, t, tx } from "../i18n.js";
import { useList, useLoad } from "../load.js";
import { Dialog } from "../parts/dialog.js";
import { Diff } from "../parts/diff.js";
import { Form } from "../parts/form.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Facts, LabelBadge, ModeBadge, Name, Names, Section, Theirs, Time, Trouble, Proof, Busy } from "../parts/text.js";
import { go, link } from "../route.js";
import { may } from "../state.js";
import { bytes_text } from "../time.js";
import type { FileRef, RecordRow, Status } from "../types.js";
import { area_of, audience_text, NOTE, own_href, record_name } from "./records.js";

export function RecordView({ c, object }: { c: string; object: string }): VNode {
	const path = `/coalitions/${c}/records/${object}`;
	const record = useLoad<RecordRow>(path, ["record"], (e) => e.data["object"] === object);
	const title = record.data ? record_name(record.data) : t("record.one");
	const area = record.data && area_of(record.data.kind);
	const gone = record.problem?.status === 404;
	return (
		<PageFrame title={gone ? t("problem.missing") : title} shown={record.data && !gone ? <Theirs text={title} /> : undefined} up={[link("records", c), t("nav.records")]}
			side={record.data?.own && record.data.kind === NOTE && record.data.state === "live" && may("records", "contributor") && <a class="main" href={link("records", c, object, "edit")}>{t("record.edit")}</a>}>
			<Loading of={record}>
				{(r) => (
					<>
						<p class="lead">
							<LabelBadge label={r.label} /> <ModeBadge mode={r.mode} /> {r.state !== "live" && <span class="badge wait">{t(`state.${r.state}`)}</span>}
							{r.frozen && <span class="badge bad">{t("record.frozen")}</span>}
						</p>
						<Facts rows={[
							[t("record.from"), <Name id={r.author} label={r.author_label} full />],
							[t("record.for"), r.audience.length > 1 ? <Names list={r.audience.filter((a) => a.id !== r.author)} /> : audience_text(r)],
							[t("time"), <Time at={r.time} />],
							area && [t("record.kind"), <><a href={own_href(c, r) ?? link("work", area, c)}>{t(`workspace.${area}`)}</a> <code class="remark">{r.kind}</code></>],
							r.until && [t("record.until"), <Time at={r.until} />],
							[t("proof.title"), <Proof leaf={r.leaf} seq={r.seq} href={link("log", c, `${r.author}.${r.epoch}`, r.seq)} />],
						]} />
						{r.content?.text && <div class="prose card" dir="auto"><Theirs text={r.content.text} prose /></div>}
						{r.files.length > 0 && <Section title={t("record.files")}><Files path={path} files={r.files} /></Section>}
						{r.own && r.state !== "erased" && may("records", "officer") && <Officer c={c} r={r} path={path} />}
						<Versions path={path} now={r} />
					</>
				)}
			</Loading>
		</PageFrame>
	);
}

function Files({ path, files }: { path: string; files: readonly FileRef[] }): VNode {
	const [problem, set] = useState<Problem>();
	const fetch_it = async (f: FileRef): Promise<void> => {
		set(undefined);
		try {
			const ticket = await post<{ url: string }>(`${path}/files/${f.sha256}`);
			// Only the node's own path for files, whatever the answer says.
			if (!/^\/f\/[\w.~%-]+\/[^/]*$/.test(ticket.url)) throw new Problem("invalid", 0, ticket.url);
			const a = document.createElement("a");
			a.href = ticket.url;
			a.download = f.name;
			a.click();
		} catch (e) {
			set(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		}
	};
	return (
		<>
			<ul class="files">
				{files.map((f) => (
					<li>
						<Theirs text={f.name} /> <span class="remark">{bytes_text(f.size, language.get())} · SHA-256 <code title={f.sha256}>{f.sha256.slice(0, 12)}</code></span>{" "}
						{f.here ? <button type="button" class="small" aria-label={`${t("download")}: ${f.name}`} onClick={() => void fetch_it(f)}>{t("download")}</button> : <span class="badge wait">{t("record.not_here")}</span>}
					</li>
				))}
			</ul>
			<Trouble problem={problem} />
		</>
	);
}

function Versions({ path, now }: { path: string; now: RecordRow }): VNode | null {
	const list = useList<RecordRow>(`${path}/versions`, {}, (r) => r.leaf, ["record"], (e) => e.data["object"] === now.object);
	const [other, set] = useState<string | null>(null);
	if (list.busy) return <Busy />;
	if (list.items.length < 2) return null;
	const before = list.items.find((v) => v.leaf === other);
	return (
		<Section title={t("record.versions")}>
			<ul class="plain-list">
				{list.items.map((v, i) => (
					<li>
						{tx("record.version", { n: list.items.length - i, when: <Time at={v.time} /> })} <LabelBadge label={v.label} />{" "}
						{v.leaf === now.leaf ? <span class="badge good">{t("record.shown")}</span> : <button type="button" class="small" onClick={() => set(v.leaf)}>{t("diff.with")}</button>}
					</li>
				))}
			</ul>
			{before && <Diff from={record_text(before)} to={record_text(now)} from_name={before.time} to_name={now.time} />}
		</Section>
	);
}

export function record_text(r: RecordRow): string {
	return [r.title, "", r.content?.text ?? "", ...r.files.map((f) => `${f.name} ${f.sha256}`), r.label, r.audience.map((a) => a.label).join(", ")].join("\n");
}

type Doing = "release" | "recall" | "erase";

function Officer({ c, r, path }: { c: string; r: RecordRow; path: string }): VNode {
	const status = useLoad<Status>(`/coalitions/${c}`);
	const [doing, set] = useState<Doing | null>(null);
	const close = (): void => set(null);
	const key = fresh_key();
	const members = status.data?.members.filter((m) => m.id !== r.author) ?? [];
	const has = new Set(r.audience.map((a) => a.id));
	const choice = doing === "release" ? members.filter((m) => !has.has(m.id)) : members.filter((m) => has.has(m.id));
	const send = async (v: Record<string, unknown>): Promise<void> => {
		const who = v["who"] as string[];
		const list = who.length === choice.length && doing === "recall" ? "all" : who;
		await post(`${path}/${doing}`, doing === "release" ? { add: list } : { from: list }, { key });
		close();
	};
	const erase = async (): Promise<void> => {
		await call("POST", `${path}/erase`, {}, { key });
		go(link("records", c));
	};
	return (
		<Section title={t("record.officer")}>
			<div class="buttons">
				<button type="button" onClick={() => set("release")}>{t("record.release")}</button>
				<button type="button" onClick={() => set("recall")}>{t("record.recall")}</button>
				<button type="button" class="danger" onClick={() => set("erase")}>{t("record.erase")}</button>
			</div>
			{doing && (
				<Dialog title={t(`record.${doing}`)} close={close}>
					<p>{t(`record.${doing}_about`)}</p>
					{doing === "erase"
						? <Form schema={{ type: "object", properties: {} }} submit={t("record.erase")} send={erase} cancel={close} />
						: choice.length === 0
							? <p class="nothing">{t("record.nobody_left")}</p>
							: <Form submit={t(`record.${doing}`)} send={send} cancel={close} schema={{
								type: "object", required: ["who"],
								properties: { who: { type: "array", title: "record.who", items: { type: "string", enum: choice.map((m) => m.id), names: (id) => choice.find((m) => m.id === id)?.label ?? id } } },
							}} />}
				</Dialog>
			)}
		</Section>
	);
}
