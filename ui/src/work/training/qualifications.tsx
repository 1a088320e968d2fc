// People (by pseudonym) and what they are qualified for: current, expiring within ninety days, lapsed.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post } from "../../api.js";
import { useCell } from "../../cell.js";
import { Dialog } from "../../parts/dialog.js";
import { Form } from "../../parts/form.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Theirs } from "../../parts/text.js";
import { may, mode } from "../../state.js";
import { base, Gate, State, useTraining } from "./bits.js";
import { t } from "./msg.js";
import type { Rec } from "./types.js";
import { str } from "./types.js";

// Computed, never stored: holding one and its being current are two things.
export function currency(r: Pick<Rec, "state" | "content">, today: string): string {
	if (r.state === "revoked" || r.state === "suspended") return r.state;
	const until = str(r.content, "until");
	if (!until) return "valid";
	if (until < today) return "expired";
	return Date.parse(until) - Date.parse(today) <= 90 * 86_400_000 ? "expiring" : "valid";
}

function New({ c, close }: { c: string; close: () => void }): VNode {
	const date = { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" };
	const send = async (content: Record<string, unknown>): Promise<void> => {
		await post(`${base(c)}/records`, { kind: "qualification", mode: mode.get() === "test" ? "test" : "real", content });
		close();
	};
	return <Dialog title={t("qual.new")} close={close}><Form submit={t("save")} send={send} cancel={close} focus value={{ granted: new Date().toISOString().slice(0, 10) }} schema={{ type: "object", required: ["person", "code", "title", "authority", "granted"], properties: { person: { type: "string", maxLength: 120 }, code: { type: "string", maxLength: 60 }, title: { type: "string" }, level: { type: "string" }, unit: { type: "string" }, authority: { type: "string" }, granted: date, until: date } } as never} /></Dialog>;
}

export function QualificationsPage({ c }: { c: string }): VNode {
	const m = useCell(mode) === "test" ? "test" : "real";
	const all = useTraining<{ items: Rec[] }>(c, `/records?kind=qualification&mode=${m}`);
	const [making, make] = useState(false);
	const today = new Date().toISOString().slice(0, 10);
	return (
		<PageFrame title={t("quals")} side={mode.get() !== "exercise" && may("training", "contributor") && <button type="button" class="main" onClick={() => make(true)}>{t("qual.new")}</button>}>
			<Gate want="real">
				<Loading of={all}>
					{(d) => {
						if (!d.items.length) return <Empty title={t("qual.none")}><p>{t("qual.none_next")}</p></Empty>;
						const codes = [...new Set(d.items.map((r) => str(r.content, "code")))].sort();
						const people = [...new Set(d.items.map((r) => `${r.author.label} ${str(r.content, "person")}`))].sort();
						return (
							<div class="tr-scroll"><table class="tr-matrix">
								<thead><tr><th scope="col">{t("qual.person")}</th>{codes.map((k) => <th scope="col" title={str(d.items.find((r) => str(r.content, "code") === k)!.content, "title")}><Theirs text={k} /></th>)}</tr></thead>
								<tbody>{people.map((who) => <tr><th scope="row"><Theirs text={who} /></th>{codes.map((k) => {
									const r = d.items.filter((x) => `${x.author.label} ${str(x.content, "person")}` === who && str(x.content, "code") === k).sort((a, b) => str(b.content, "granted").localeCompare(str(a.content, "granted")))[0];
									return <td>{r ? <><State of={currency(r, today)} /> <small class="remark">{str(r.content, "until") || t("qual.for_ever")}</small></> : ""}</td>;
								})}</tr>)}</tbody>
							</table></div>
						);
					}}
				</Loading>
			</Gate>
			{making && <New c={c} close={() => make(false)} />}
		</PageFrame>
	);
}

