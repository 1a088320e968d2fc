// The workbook of one exercise: where it stands, who takes part, its parts, what is wrong with its script.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { Dialog } from "../../parts/dialog.js";
import { Form } from "../../parts/form.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Facts, LabelBadge, Name, Names, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { may } from "../../state.js";
import { base, ex_link, Gate, Mark, part_name, parts_of, State, useTraining } from "./bits.js";
import { t, word } from "./msg.js";
import type { Exercise, Finding, Rec } from "./types.js";
import { str } from "./types.js";

const STAGES = ["proposed", "specified", "planned", "ready", "running", "ended", "evaluating", "reported", "closed"];
const NEXT: Record<string, string> = { proposed: "specified", specified: "planned", planned: "ready", ended: "evaluating", evaluating: "reported", reported: "closed" };
const TYPES = ["objective", "task", "audience", "phase", "storyline", "event", "incident", "cell", "actor", "role"];

export function Ways({ c, id, here }: { c: string; id: string; here: string }): VNode {
	const all = ["", "msel", "timeline", "coverage", "excon", "cell", "evaluate", "replay"];
	return (
		<div class="tabs tr-tabs" role="navigation" aria-label={t("exercise.pages")}>
			{all.map((x) => <a href={ex_link(c, id, ...(x ? [x] : []))} aria-current={x === here ? "page" : undefined}>{t(`way.${x || "book"}` as "way.book")}</a>)}
		</div>
	);
}

function Stages({ c, x }: { c: string; x: Exercise }): VNode {
	const [problem, set] = useState<Problem>();
	const at = STAGES.indexOf(x.state === "suspended" ? "running" : x.state);
	const next = NEXT[x.state];
	const go_on = (): void => void post(`${base(c)}/records/${x.exercise.object}/step`, { to: next }).then(() => set(undefined), (e: unknown) => set(e as Problem));
	return (
		<>
			<ol class="tr-stages">
				{STAGES.map((s, i) => <li class={i < at ? "done" : i === at ? "here" : undefined} aria-current={i === at ? "step" : undefined}>{word("state", s)}</li>)}
			</ol>
			{x.exercise.own && next && may("training", "contributor") && <p><button type="button" onClick={go_on}>{t("exercise.to", { state: word("state", next) })}</button></p>}
			<Trouble problem={problem} />
		</>
	);
}

function NewPart({ c, x, close }: { c: string; x: Exercise; close: () => void }): VNode {
	const send = async (v: Record<string, unknown>): Promise<void> => {
		await post(`${base(c)}/records`, { kind: "part", mode: x.exercise.mode, content: { exercise: x.exercise.object, ...v } });
		close();
	};
	return (
		<Dialog title={t("part.new")} close={close}>
			<Form submit={t("save")} send={send} cancel={close} focus value={{ type: "objective" }}
				schema={{ type: "object", required: ["type", "title"], properties: {
					type: { type: "string", enum: TYPES, names: (v: string) => word("part", v) }, number: { type: "string", maxLength: 60 }, title: { type: "string", maxLength: 300 },
					party: { type: "string", enum: x.participants.map((p) => p.id), names: (v: string) => x.participants.find((p) => p.id === v)?.label ?? v },
					text: { type: "string", format: "textarea" },
				} } as never} />
		</Dialog>
	);
}

function Parts({ c, x }: { c: string; x: Exercise }): VNode {
	const [making, make] = useState(false);
	const button = may("training", "contributor") && <button type="button" class="small" onClick={() => make(true)}>{t("part.new")}</button>;
	const groups = TYPES.map((type) => [type, parts_of(x.parts, type)] as const).filter(([, p]) => p.length);
	return (
		<Section title={t("parts")} side={button}>
			{!groups.length && <p class="nothing">{t("part.none")}</p>}
			<div class="tr-parts">
				{groups.map(([type, parts]) => (
					<section class="card"><h3>{word("part", type)}</h3>
						<ul class="plain-list">{parts.map((p: Rec) => <li><Theirs text={part_name(p)} /> <small class="remark"><Name label={p.author.label} /></small></li>)}</ul>
					</section>
				))}
			</div>
			{making && <NewPart c={c} x={x} close={() => make(false)} />}
		</Section>
	);
}

export function Findings({ c, id, show = 12 }: { c: string; id: string; show?: number }): VNode {
	const lint = useTraining<{ findings: Finding[]; blocking: number }>(c, `/exercises/${id}/lint`);
	const [all, set] = useState(false);
	return (
		<Loading of={lint}>
			{(d) => (
				<>
					{!d.findings.length && <p class="notice good">{t("lint.none")}</p>}
					<ul class="plain-list tr-findings">
						{d.findings.slice(0, all ? undefined : show).map((f) => (
							<li><span class={`badge ${f.blocks ? "bad" : "wait"}`}>{word("lint", f.rule)}</span> {f.number && <code>{f.number}</code>} <Theirs text={f.text} /></li>
						))}
					</ul>
					{d.findings.length > show && !all && <button type="button" class="small" onClick={() => set(true)}>{t("lint.all", { n: d.findings.length })}</button>}
				</>
			)}
		</Loading>
	);
}

export function ExercisePage({ c, id }: { c: string; id: string }): VNode {
	const x = useTraining<Exercise>(c, `/exercises/${id}`);
	const title = x.data ? str(x.data.exercise.content, "code_name") : t("exercise.one");
	return (
		<PageFrame title={title} shown={<Theirs text={title} />}>
			<Gate want="play">
				<Ways c={c} id={id} here="" />
				<Loading of={x}>
					{(d) => (
						<>
							<Mark text={d.mark} />
							<Stages c={c} x={d} />
							<Facts rows={[
								[t("exercise.host"), <Name id={d.exercise.author.id} label={d.exercise.author.label} />],
								[t("exercise.participants"), <Names list={d.participants} />],
								[t("exercise.type"), str(d.exercise.content, "type")],
								str(d.exercise.content, "start") && [t("exercise.start"), <Time at={str(d.exercise.content, "start")} />],
								[t("exercise.epoch"), <Time at={str(d.exercise.content, "scenario_epoch")} bare />],
								[t("label"), <LabelBadge label={d.exercise.label} />],
								[t("exercise.state"), <State of={d.state} />],
							]} />
							{str(d.exercise.content, "aim") && <p class="prose"><Theirs text={str(d.exercise.content, "aim")} prose /></p>}
							<Parts c={c} x={d} />
							<Section title={t("lint")}><Findings c={c} id={id} /></Section>
							<p class="buttons">
								<a class="button" href={`/api/v1${base(c)}/exercises/${id}/report`} download>{t("report")}</a>
								<a class="button" href={`/api/v1${base(c)}/exercises/${id}/msel.xlsx`} download>{t("msel.xlsx")}</a>
								<a class="button" href={`/api/v1${base(c)}/exercises/${id}/msel.csv`} download>{t("msel.csv")}</a>
							</p>
						</>
					)}
				</Loading>
			</Gate>
		</PageFrame>
	);
}
