// Alerts of others: a CAP file taken in as it is, and the feeds that this node reads, with what the last reading has passed over.
import type { VNode } from "preact";
import { useId, useState } from "preact/hooks";
import { call, Problem, query } from "../../api.js";
import { useLoad } from "../../load.js";
import { Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { may } from "../../state.js";
import type { Status } from "../../types.js";
import { useResponse } from "./bits.js";
import { t, word } from "./msg.js";
import type { Feed, Taken } from "./types.js";

function Verdict({ a }: { a: Taken["alerts"][number] }): VNode {
	return (
		<li>
			<span class={`badge ${a.verdict === "taken" ? "good" : a.verdict === "known" || a.verdict === "over" ? "none" : "bad"}`}>{word("taken", a.verdict)}</span> <Theirs text={a.identifier || "?"} />
			{a.why && <> <Theirs text={a.why} /></>}
			{a.notes.length > 0 && <details><summary>{t("alert.notes")} ({a.notes.length})</summary><ul>{a.notes.map((n) => <li><span class="badge none">{n.level}</span> {n.element}, {n.line}: {n.text}</li>)}</ul></details>}
		</li>
	);
}

export function Intake({ c, done }: { c: string; done: () => void }): VNode {
	const status = useLoad<Status>(`/coalitions/${c}`);
	const [to, set_to] = useState<ReadonlySet<string>>(new Set());
	const [got, set_got] = useState<Taken>();
	const [problem, set_problem] = useState<Problem>();
	const [busy, set_busy] = useState(false);
	const [over, set_over] = useState(false);
	const id = useId();
	const members = status.data?.parties.filter((p) => p.status === "member" || p.status === "signed") ?? [];
	const send = async (file: File | undefined): Promise<void> => {
		if (!file || busy) return;
		set_busy(true);
		set_problem(undefined);
		set_got(undefined);
		try {
			// The file itself, not its text: what it says about its own letters stays true.
			set_got((await call<Taken>("POST", `/coalitions/${c}/response/alerts${query({ audience: [...to].join(",") })}`, file, { type: "application/xml" })).data);
			done();
		} catch (e) {
			set_problem(e instanceof Problem ? e : new Problem("io", 0, String(e)));
		}
		set_busy(false);
	};
	return (
		<section class="inline-form">
			<h3>{t("intake.title")}</h3>
			<p class="remark">{t("intake.remark")}</p>
			<fieldset>
				<legend>{t("edit.to")}</legend>
				{members.map((p) => (
					<label class="check"><input type="checkbox" checked={to.has(p.id)} onChange={(e) => { const next = new Set(to); if (e.currentTarget.checked) next.add(p.id); else next.delete(p.id); set_to(next); }} /> <Theirs text={p.label} /></label>
				))}
			</fieldset>
			<div class={`drop${over ? " over" : ""}`} onDragOver={(e) => { e.preventDefault(); set_over(true); }} onDragLeave={() => set_over(false)}
				onDrop={(e) => { e.preventDefault(); set_over(false); void send(e.dataTransfer?.files[0]); }}>
				<label for={id}>{t("intake.drop")}</label>
				<input id={id} type="file" accept=".cap,.xml,application/cap+xml,application/xml" disabled={busy} onChange={(e) => { void send(e.currentTarget.files?.[0]); e.currentTarget.value = ""; }} />
			</div>
			<Trouble problem={problem} />
			<div role="status">{got && (
				<>
					{got.passed_over > 0 && <p class="remark">{t("intake.passed", { n: got.passed_over, why: got.passed_over_why ?? "" })}</p>}
					<ul class="plain-list taken">{got.alerts.map((a) => <Verdict a={a} />)}</ul>
				</>
			)}</div>
		</section>
	);
}

// ---- feeds ----

export function Feeds({ c }: { c: string }): VNode | null {
	const all = useResponse<{ feeds: Feed[] }>(c, may("response", "reader") ? "feeds" : null);
	if (!all.data?.feeds.length) return null;
	return (
		<Section title={t("feeds.title")}>
			<div class="offers">
				{all.data.feeds.map((f) => {
					const passed = (["known", "over", "refused", "unreachable", "next_time"] as const).filter((k) => f.passed_over[k] > 0);
					return (
						<div class="offer-card" key={f.url}>
							<p><Theirs text={f.url} /></p>
							<p class="remark">{t("feeds.taken", { n: f.taken })} · {f.last_ok ? <>{t("feeds.read")} <Time at={f.last_ok} /></> : t("feeds.never")}</p>
							{f.last_error && <p class="missing"><Theirs text={f.last_error} /></p>}
							{passed.length > 0 && <p>{t("feeds.passed")} {passed.map((k) => `${f.passed_over[k]} ${word("passed", k)}`).join(", ")}</p>}
							{f.refused_why && <p class="remark">{t("feeds.first")} <Theirs text={f.refused_why} /></p>}
						</div>
					);
				})}
			</div>
		</Section>
	);
}
