// Log: the members' logs, their heads and cosignatures, what is missing, what alarms; recomputed on demand.
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { call, post, Problem, save } from "../api.js";
import { t, tx, word } from "../i18n.js";
import { live_on } from "../live.js";
import { useList, useLoad } from "../load.js";
import { Loading, PageFrame } from "../parts/page.js";
import { Table } from "../parts/table.js";
import { Command, Empty, Facts, Hash, LabelBadge, ModeBadge, Name, Section, Theirs, Time, Trouble } from "../parts/text.js";
import { link } from "../route.js";
import { bytes_text } from "../time.js";
import { language } from "../i18n.js";
import { act_kind } from "./pact.js";
import { area_of, NOTE, record_name } from "./records.js";
import type { Entry, Flag, Job, LogRow, Refusal, Status } from "../types.js";

export function Logs({ c }: { c: string }): VNode {
	const status = useLoad<Status>(`/coalitions/${c}`, ["log", "act"]);
	const logs = useList<LogRow>(`/coalitions/${c}/logs`, {}, (l) => `${l.member}.${l.epoch}`, ["log"]);
	const refusals = useList<Refusal>(`/coalitions/${c}/refusals`, {}, (r) => `${r.peer} ${r.step} ${r.first}`, ["log", "peer"]);
	const flags = useList<Flag>(`/coalitions/${c}/flags`, {}, (f) => `${f.member} ${f.epoch} ${f.seq} ${f.step}`, ["log"]);
	const forks = status.data?.forks ?? [];
	return (
		<PageFrame title={t("log.title")} up={[link("pact", c), t("nav.pact")]}>
			<p class="remark">{t("log.about")}</p>
			{forks.length > 0 && <Forks c={c} forks={forks} label={(id) => logs.items.find((l) => l.member === id)?.label ?? id} />}
			<Trouble problem={logs.problem} reload={logs.reload} />
			<Table name="logs" plain rows={[...logs.items].sort((a, b) => a.label.localeCompare(b.label))} id={(l) => `${l.member}.${l.epoch}`} open={(l) => link("log", c, `${l.member}.${l.epoch}`)} mark={(l) => (l.frozen_at !== null ? "bad-row" : undefined)}
				empty={logs.busy ? undefined : <Empty title={t("log.none")}>{t("log.none_next")}</Empty>}
				columns={[
					{ key: "who", title: t("party"), text: (l) => l.label, show: (l) => <Name id={l.member} label={l.label} full /> },
					{ key: "size", title: t("log.entries"), text: (l) => l.size },
					{ key: "time", title: t("log.head"), text: (l) => l.time, show: (l) => <Time at={l.time} /> },
					{ key: "cosigned", title: t("log.cosigned"), text: (l) => l.cosigned.filter((w) => w.size === l.size).length, show: (l) => <Witnesses l={l} /> },
					{ key: "state", title: t("log.state"), text: (l) => state_text(l), show: (l) => <LogState l={l} /> },
				]} />
			<Section title={t("log.refusals")} remark={t("log.refusals_about")}>
				{refusals.items.length === 0 ? <Empty title={t("log.refusals_none")} /> : (
					<Table name="refusals" plain rows={refusals.items} id={(r) => `${r.peer} ${r.step} ${r.first}`} columns={[
						{ key: "who", title: t("party"), text: (r) => r.label, show: (r) => <Name id={r.peer} label={r.label} full /> },
						{ key: "step", title: t("log.step"), text: (r) => r.step },
						{ key: "text", title: t("log.why"), text: (r) => r.text, show: (r) => <Theirs text={r.text} prose /> },
						{ key: "times", title: t("log.times"), text: (r) => r.times },
						{ key: "last", title: t("log.last"), text: (r) => r.last, show: (r) => <Time at={r.last} /> },
						{ key: "mended", title: t("log.mended"), text: (r) => r.mended ?? "", show: (r) => (r.mended ? <Time at={r.mended} /> : <span class="badge wait">{t("log.not_mended")}</span>) },
					]} />
				)}
			</Section>
			{flags.items.length > 0 && (
				<Section title={t("log.flags")} remark={t("log.flags_about")}>
					<Table name="flags" plain rows={flags.items} id={(f) => `${f.member} ${f.epoch} ${f.seq} ${f.step}`} columns={[
						{ key: "entry", title: t("log.entry"), text: (f) => f.seq, show: (f) => <a href={link("log", c, `${f.member}.${f.epoch}`, f.seq)}>{f.seq}</a> },
						{ key: "step", title: t("log.step"), text: (f) => f.step },
						{ key: "text", title: t("log.why"), text: (f) => f.text, show: (f) => <Theirs text={f.text} prose /> },
						{ key: "at", title: t("time"), text: (f) => f.at, show: (f) => <Time at={f.at} /> },
					]} />
				</Section>
			)}
		</PageFrame>
	);
}

function Forks({ c, forks, label }: { c: string; forks: Status["forks"]; label: (id: string) => string }): VNode {
	const fetch_proof = (hash: string): void => void call<string>("GET", `/coalitions/${c}/forks/${hash}`, undefined, { text: true }).then((a) => save(`fork-${hash.slice(0, 12)}.txt`, a.data));
	return (
		<section class="concerns alarm" role="alert">
			<h2>{t("log.forked")}</h2>
			<ul>
				{forks.map((f) => (
					<li>
						{tx("log.fork_of", { who: <Name id={f.member} label={label(f.member)} full />, seq: f.cut })}{" "}
						<button type="button" class="small" onClick={() => fetch_proof(f.proof)}>{t("proof.download")}</button>{" "}
						<Command text={`entente verify fork-${f.proof.slice(0, 12)}.txt`} />
					</li>
				))}
			</ul>
		</section>
	);
}

function Witnesses({ l }: { l: LogRow }): VNode {
	const full = l.cosigned.filter((w) => w.size === l.size);
	const behind = l.cosigned.filter((w) => w.size < l.size);
	return (
		<>
			{full.length ? full.map((w, i) => <>{i ? " " : ""}<Name id={w.witness} label={w.label} /></>) : <span class="none">—</span>}
			{behind.length > 0 && <span class="remark"> · {t("log.behind")}: {behind.map((w) => `${w.label} (${w.size})`).join(", ")}</span>}
		</>
	);
}

function state_text(l: LogRow): string {
	return l.frozen_at !== null ? t("log.frozen", { seq: String(l.frozen_at) }) : l.contents_wanted ? t("log.wanted", { n: l.contents_wanted }) : t("log.whole");
}

function LogState({ l }: { l: LogRow }): VNode {
	const tone = l.frozen_at !== null ? "bad" : l.contents_wanted ? "wait" : "good";
	return <><span class={`badge ${tone}`}>{state_text(l)}</span>{l.flags > 0 && <> <span class="badge wait">{t("log.flag_count", { n: l.flags })}</span></>}</>;
}

// A job of this person, followed live.
export function useJob(): { job: Job | null; problem?: Problem; start: (path: string) => void } {
	const [job, set] = useState<Job | null>(null);
	const [problem, set_problem] = useState<Problem>();
	const id = job?.id, ended = job?.state === "done" || job?.state === "failed";
	useEffect(() => {
		if (!id || ended) return;
		let here = true;
		const look = (): void => void call<Job>("GET", `/jobs/${id}`).then((a) => here && set(a.data), () => undefined);
		// An event says that the job has gone on; what it found is in the answer only.
		const stop = live_on((e) => e.topic === "job" && e.data["id"] === id && look());
		// The event may have passed before this page listened, or the line may be lost.
		const timer = setInterval(look, 2000);
		return () => {
			here = false;
			stop();
			clearInterval(timer);
		};
	}, [id, ended]);
	const start = (path: string): void => {
		set_problem(undefined);
		post<Job>(path).then(set, (e: unknown) => set_problem(e instanceof Problem ? e : new Problem("io", 0, String(e))));
	};
	return { job, problem, start };
}

export function JobView({ job }: { job: Job }): VNode {
	const bad = job.state === "failed" || job.result?.ok === false;
	const running = job.state === "waiting" || job.state === "running";
	const mind = job.result?.checks?.filter((k) => k.result === "warning").length ?? 0;
	return (
		<div role="status">
			<span class={`badge ${bad ? "bad" : running || mind ? "wait" : "good"}`}>
				{job.state === "waiting" ? t("job.waiting") : job.state === "running" ? t("job.running") : bad ? t("job.bad") : mind ? t("job.mind", { n: mind }) : t("job.good")}
			</span>{" "}
			{running && <progress max={job.all || 1} value={job.done} aria-label={t("job.running")} />}{" "}
			{!running && job.ended && <Time at={job.ended} bare />}
			{job.result?.text && <p><Theirs text={job.result.text} prose /> {job.result.where && <code>{job.result.where}</code>}</p>}
		</div>
	);
}

export function LogView({ c, log }: { c: string; log: string }): VNode {
	const one = useLoad<LogRow & { head: string }>(`/coalitions/${c}/logs/${log}`, ["log"]);
	const entries = useList<Entry>(`/coalitions/${c}/logs/${log}/entries`, {}, (e) => String(e.seq), ["log", "record", "act"]);
	const verify = useJob();
	const title = one.data ? `${t("log.of")} ${one.data.label}` : t("log.title");
	return (
		<PageFrame title={title} shown={one.data ? <>{t("log.of")} <Name id={one.data.member} label={one.data.label} full /></> : title} up={[link("log", c), t("log.title")]}
			side={<button type="button" class="main" disabled={verify.job?.state === "running" || verify.job?.state === "waiting"} onClick={() => verify.start(`/coalitions/${c}/logs/${log}/verify`)}>{t("log.verify")}</button>}>
			{verify.job && <JobView job={verify.job} />}
			<Trouble problem={verify.problem} />
			<Loading of={one}>
				{(l) => (
					<>
						<Facts rows={[
							[t("log.entries"), l.size.toLocaleString(language.get())],
							[t("log.root"), <code>{l.root}</code>],
							[t("log.head"), <Time at={l.time} />],
							[t("log.cosigned"), <Witnesses l={l} />],
							[t("log.state"), <LogState l={l} />],
						]} />
						<details><summary>{t("log.note")}</summary><pre class="signed" tabIndex={0}><Theirs text={l.head} prose /></pre></details>
					</>
				)}
			</Loading>
			<Section title={t("log.entries")}>
				<Trouble problem={entries.problem} reload={entries.reload} />
				<Table name={`log-${log}`} rows={entries.items} id={(e) => String(e.seq)} more={entries.more} open={(e) => link("log", c, log, e.seq)}
					empty={entries.busy ? undefined : <Empty title={t("log.no_entries")} />}
					columns={[
						{ key: "seq", title: t("log.entry"), text: (e) => e.seq, width: "6rem" },
						{ key: "kind", title: t("acts.kind"), text: (e) => kind_text(e) ?? t(`shape.${e.shape}`), show: (e) => <>{e.kind ? <Theirs text={kind_text(e)!} /> : <span class="badge none">{t(`shape.${e.shape}`)}</span>} <ModeBadge mode={e.mode} /></> },
						{ key: "label", title: t("label"), text: (e) => e.label ?? "", show: (e) => e.label ? <LabelBadge label={e.label} /> : e.bucket ? <span class="remark">≤ {bytes_text(e.bucket, language.get())}</span> : null },
						{ key: "time", title: t("time"), text: (e) => e.time ?? "", show: (e) => <Time at={e.time} bare />, width: "16rem" },
						{ key: "leaf", title: t("proof.leaf"), text: (e) => e.leaf, show: (e) => <Hash hash={e.leaf} /> },
					]} />
			</Section>
		</PageFrame>
	);
}

function kind_text(e: Entry): string | null {
	return e.kind && (area_of(e.kind) ? record_name({ title: e.kind, kind: e.kind }) : e.kind === NOTE ? t("record.one") : word("did", act_kind(e.kind)));
}

export function ProofButton({ c, log, seq }: { c: string; log: string; seq: number }): VNode {
	const [problem, set] = useState<Problem>();
	const name = `proof-${log.slice(0, 8)}-${seq}.txt`;
	const fetch_it = (): void => void call<string>("GET", `/coalitions/${c}/logs/${log}/entries/${seq}/proof`, undefined, { text: true }).then((a) => save(name, a.data), (e: unknown) => set(e as Problem));
	return (
		<div>
			<button type="button" onClick={fetch_it}>{t("proof.download")}</button> <Command text={`entente verify ${name}`} />
			<p class="remark">{t("proof.offline")}</p>
			<Trouble problem={problem} />
		</div>
	);
}

export function EntryView({ c, log, seq }: { c: string; log: string; seq: number }): VNode {
	const entry = useLoad<Entry>(`/coalitions/${c}/logs/${log}/entries/${seq}`);
	return (
		<PageFrame title={t("log.entry_n", { seq: String(seq) })} up={[link("log", c, log), t("log.title")]}>
			<Loading of={entry}>
				{(e) => (
					<>
						<Facts rows={[
							[t("proof.leaf"), <code>{e.leaf}</code>],
							[t("log.shape"), <><span class="badge none">{t(`shape.${e.shape}`)}</span> <span class="remark">{t(`shape.${e.shape}_about`)}</span></>],
							e.kind && [t("acts.kind"), <><Theirs text={kind_text(e)!} /> <code class="remark">{e.kind}</code> <ModeBadge mode={e.mode} /></>],
							e.label && [t("label"), <LabelBadge label={e.label} />],
							e.time && [t("time"), <Time at={e.time} />],
							e.bucket !== null && [t("log.bucket"), `≤ ${bytes_text(e.bucket, language.get())}`],
							e.officer && [t("acts.officer"), <Theirs text={e.officer} />],
							[t("proof.title"), <ProofButton c={c} log={log} seq={seq} />],
						]} />
						{e.text && <Section title={t("log.bytes")}><pre class="signed" tabIndex={0}><Theirs text={e.text} prose /></pre></Section>}
						<div class="buttons">
							{seq > 0 && <a class="button" href={link("log", c, log, seq - 1)}>← {seq - 1}</a>}
							<a class="button" href={link("log", c, log, seq + 1)}>{seq + 1} →</a>
						</div>
					</>
				)}
			</Loading>
		</PageFrame>
	);
}

