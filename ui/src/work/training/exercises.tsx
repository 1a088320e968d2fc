// Exercises that this node knows of, and a new one.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../api.js";
import { useCell } from "../../cell.js";
import { useLoad } from "../../load.js";
import { Form } from "../../parts/form.js";
import { Dialog } from "../../parts/dialog.js";
import { PageFrame, Loading } from "../../parts/page.js";
import { Table } from "../../parts/table.js";
import { Empty, LabelBadge, Name, Names, Theirs, Time } from "../../parts/text.js";
import { go } from "../../route.js";
import { may, mode } from "../../state.js";
import { base, ex_link, Gate, State, useTraining } from "./bits.js";
import { t } from "./msg.js";
import type { Rec, Summary } from "./types.js";

type Parties = { items: { id: string; label: string; member: boolean }[] };

function New({ c, close }: { c: string; close: () => void }): VNode {
	const parties = useLoad<Parties>(`/coalitions/${c}/parties`);
	const members = (parties.data?.items ?? []).filter((p) => p.member);
	const [chosen, choose] = useState<string[] | null>(null);
	const now = mode.get();
	const send = async (v: Record<string, unknown>): Promise<void> => {
		const made = await post<Rec>(`${base(c)}/records`, {
			kind: "exercise", mode: now === "test" ? "test" : "exercise",
			content: { ...v, participants: (chosen ?? members.map((m) => m.id)).map((party) => ({ party })) },
		});
		go(ex_link(c, made.object));
	};
	return (
		<Dialog title={t("exercise.new")} close={close}>
			<Form submit={t("exercise.begin")} send={send} cancel={close} focus
				schema={{
					type: "object", required: ["code_name", "type", "scenario_epoch"],
					properties: {
						code_name: { type: "string", maxLength: 100 }, type: { type: "string", enum: ["TTX", "CPX", "CAX", "LIVEX", "drill", "functional", "full-scale", "cyber-range"] },
						aim: { type: "string", format: "textarea" }, scenario_epoch: { type: "string", format: "date-time" }, start: { type: "string", format: "date-time" },
					},
				} as never}
				value={{ type: "CPX" }}>
				<fieldset class="choices"><legend>{t("exercise.participants")}</legend>
					{members.map((m) => (
						<label><input type="checkbox" checked={(chosen ?? members.map((x) => x.id)).includes(m.id)}
							onChange={(e) => {
								const all = chosen ?? members.map((x) => x.id);
								choose(e.currentTarget.checked ? [...all, m.id] : all.filter((x) => x !== m.id));
							}} /> <Theirs text={m.label} /></label>
					))}
				</fieldset>
			</Form>
		</Dialog>
	);
}

export function Exercises({ c }: { c: string }): VNode {
	const now = useCell(mode);
	const list = useTraining<{ items: Summary[] }>(c, `/exercises?mode=${now === "test" ? "test" : "exercise"}`);
	const [making, make] = useState(false);
	const fresh = now !== "real" && may("training", "contributor") && <button type="button" class="main" onClick={() => make(true)}>{t("exercise.new")}</button>;
	return (
		<PageFrame title={t("exercises")} side={fresh}>
			<Gate want="play">
				<Loading of={list}>
					{(data) => (
						<Table name="exercises" rows={data.items} id={(r) => r.object} open={(r) => ex_link(c, r.object)} plain={data.items.length < 12}
							empty={<Empty title={t("exercise.none")}><p>{t("exercise.none_next")}</p>{fresh}</Empty>}
							columns={[
								{ key: "name", title: t("exercise.name"), text: (r) => r.code_name, show: (r) => <strong><Theirs text={r.code_name} /></strong>, width: "26%" },
								{ key: "state", title: t("exercise.state"), text: (r) => r.state, show: (r) => <State of={r.state} />, width: "12%" },
								{ key: "host", title: t("exercise.host"), text: (r) => r.author.label, show: (r) => <Name id={r.author.id} label={r.author.label} />, width: "10%" },
								{ key: "with", title: t("exercise.participants"), text: (r) => r.participants.map((p) => p.label).join(" "), show: (r) => <Names list={r.participants} />, width: "20%" },
								{ key: "start", title: t("exercise.start"), text: (r) => r.start ?? "", show: (r) => <Time at={r.start} />, width: "20%" },
								{ key: "injects", title: t("injects"), text: (r) => r.injects, show: (r) => <>{r.injects}{r.shadows ? <span class="remark"> + {r.shadows}</span> : null}</>, width: "6%" },
								{ key: "label", title: t("label"), text: (r) => r.label, show: (r) => <LabelBadge label={r.label} />, width: "12%" },
							]} />
					)}
				</Loading>
			</Gate>
			{making && <New c={c} close={() => make(false)} />}
		</PageFrame>
	);
}
