// Lessons by state, and corrective actions by owner: overdue, and what only the owner can say.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { useCell } from "../../cell.js";
import { useLoad } from "../../load.js";
import { Dialog } from "../../parts/dialog.js";
import { Form } from "../../parts/form.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Name, Section, Theirs, Trouble } from "../../parts/text.js";
import { may, mode, session } from "../../state.js";
import { base, Gate, State, useTraining } from "./bits.js";
import { t, word } from "./msg.js";
import type { Rec } from "./types.js";
import { str } from "./types.js";

const LESSON = ["candidate", "identified", "endorsed", "tasked", "implemented", "validated", "learned", "disseminated"];
const NEXT: Record<string, string[]> = { proposed: ["accepted", "declined"], accepted: ["in-progress"], "in-progress": ["implemented"], implemented: ["verified"], verified: ["closed"] };
type Parties = { items: { id: string; label: string; member: boolean }[] };

function Accept({ c, action, to, close }: { c: string; action: Rec; to: string; close: () => void }): VNode {
	const properties: Record<string, object> = to === "accepted" ? { due: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" }, person: { type: "string" } } : to === "declined" ? { why: { type: "string", format: "textarea" } } : { evidence: { type: "string", format: "textarea" } };
	const required = to === "accepted" ? ["due"] : to === "declined" ? ["why"] : to === "verified" ? ["evidence"] : [];
	const send = async (v: Record<string, unknown>): Promise<void> => {
		await post(`${base(c)}/actions/${action.object}/acceptance`, { to, ...v });
		close();
	};
	return <Dialog title={`${word("state", to)}: ${str(action.content, "text").slice(0, 60)}`} close={close}><Form submit={word("state", to)} send={send} cancel={close} focus schema={{ type: "object", required, properties } as never} /></Dialog>;
}

function Actions({ c, actions, acceptances }: { c: string; actions: Rec[]; acceptances: Rec[] }): VNode {
	const [doing, set] = useState<{ action: Rec; to: string }>();
	const parties = useLoad<Parties>(`/coalitions/${c}/parties`);
	const self = session.get()?.member.id;
	const today = new Date().toISOString().slice(0, 10);
	const label = (id: string): string => parties.data?.items.find((p) => p.id === id)?.label ?? id.slice(0, 8);
	return (
		<>
			{!actions.length && <p class="nothing">{t("action.none")}</p>}
			<table class="fold"><tbody>{actions.map((a) => {
				const said = acceptances.find((x) => x.content["action"] === a.object && x.author.id === a.content["owner"]);
				const state = said?.state ?? "proposed";
				const due = (said && str(said.content, "due")) || str(a.content, "due");
				const late = due && due < today && state !== "closed" && state !== "declined";
				return (
					<tr class={late ? "bad-row" : undefined}>
						<td data-label={t("action.one")}><Theirs text={str(a.content, "text")} prose /> <small class="remark"><Theirs text={str(a.content, "exercise_name")} /></small></td>
						<td data-label={t("action.owner")}><Name label={label(str(a.content, "owner"))} /></td><td data-label={t("exercise.state")}><State of={state} />{late && <> <State of="overdue" /></>}</td><td data-label={t("action.due")}>{due || "—"}</td>
						<td class="tr-acts">{a.content["owner"] === self && may("training", "officer") && (NEXT[state] ?? []).map((to) => <button type="button" class={to === "declined" ? "small" : "small main"} onClick={() => set({ action: a, to })}>{word("state", to)}</button>)}</td>
					</tr>
				);
			})}</tbody></table>
			{doing && <Accept c={c} action={doing.action} to={doing.to} close={() => set(undefined)} />}
		</>
	);
}

function New({ c, kind, close }: { c: string; kind: "lesson" | "action"; close: () => void }): VNode {
	const parties = useLoad<Parties>(`/coalitions/${c}/parties`);
	const members = (parties.data?.items ?? []).filter((p) => p.member);
	const schema = kind === "lesson"
		? { type: "object", required: ["title"], properties: { title: { type: "string", maxLength: 300 }, exercise_name: { type: "string" }, discussion: { type: "string", format: "textarea" }, conclusion: { type: "string", format: "textarea" }, recommendation: { type: "string", format: "textarea" } } }
		: { type: "object", required: ["text", "owner"], properties: { text: { type: "string", format: "textarea" }, owner: { type: "string", enum: members.map((m) => m.id), names: (v: string) => members.find((m) => m.id === v)?.label ?? v }, due: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" }, exercise_name: { type: "string" } } };
	const send = async (content: Record<string, unknown>): Promise<void> => {
		await post(`${base(c)}/records`, { kind, mode: mode.get() === "test" ? "test" : "real", audience: "all", content });
		close();
	};
	return <Dialog title={t(`${kind}.new`)} close={close}><Form submit={t("save")} send={send} cancel={close} focus schema={schema as never} /></Dialog>;
}

export function LessonsPage({ c }: { c: string }): VNode {
	const m = useCell(mode) === "test" ? "test" : "real";
	const lessons = useTraining<{ items: Rec[] }>(c, `/records?kind=lesson&mode=${m}`);
	const actions = useTraining<{ items: Rec[] }>(c, `/records?kind=action&mode=${m}`);
	const said = useTraining<{ items: Rec[] }>(c, `/records?kind=acceptance&mode=${m}`);
	const [making, make] = useState<"lesson" | "action" | null>(null);
	const [problem, fail] = useState<Problem>();
	const step = (r: Rec, to: string): void => void post(`${base(c)}/records/${r.object}/step`, { to }).then(() => fail(undefined), (e: unknown) => fail(e as Problem));
	const side = mode.get() !== "exercise" && may("training", "contributor") && <><button type="button" onClick={() => make("action")}>{t("action.new")}</button><button type="button" class="main" onClick={() => make("lesson")}>{t("lesson.new")}</button></>;
	return (
		<PageFrame title={t("lessons")} side={side}>
			<Gate want="real">
				<Trouble problem={problem} />
				<Section title={t("actions")}><Loading of={actions}>{(d) => <Actions c={c} actions={d.items} acceptances={said.data?.items ?? []} />}</Loading></Section>
				<Section title={t("lessons")}>
					<Loading of={lessons}>
						{(d) => !d.items.length ? <Empty title={t("lesson.none")}><p>{t("lesson.none_next")}</p></Empty> : (
							<div class="tr-board">{LESSON.filter((s) => d.items.some((r) => r.state === s)).map((s) => (
								<section class="tr-column"><h3>{word("state", s)} <span class="number">{d.items.filter((r) => r.state === s).length}</span></h3>
									<ul>{d.items.filter((r) => r.state === s).map((r) => <li class="tr-item"><strong><Theirs text={r.title} /></strong><p class="remark"><Name label={r.author.label} /> <Theirs text={str(r.content, "exercise_name")} /></p>{str(r.content, "recommendation") && <p><Theirs text={str(r.content, "recommendation")} prose /></p>}{r.own && LESSON[LESSON.indexOf(s) + 1] && may("training", "contributor") && <button type="button" class="small" onClick={() => step(r, LESSON[LESSON.indexOf(s) + 1]!)}>→ {word("state", LESSON[LESSON.indexOf(s) + 1]!)}</button>}</li>)}</ul>
								</section>
							))}</div>
						)}
					</Loading>
				</Section>
			</Gate>
			{making && <New c={c} kind={making} close={() => make(null)} />}
		</PageFrame>
	);
}
