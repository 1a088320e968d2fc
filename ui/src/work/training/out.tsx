// What goes out beside the logs: mails and webhooks of injects, statements to the learning record store; what waits, what did not go and why.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { post, Problem } from "../../api.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Theirs, Time, Trouble } from "../../parts/text.js";
import { may } from "../../state.js";
import { base, useTraining } from "./bits.js";
import { t, word } from "./msg.js";
import type { Out } from "./types.js";

const TONE: Record<Out["state"], string> = { waiting: "wait", sent: "good", dead: "bad" };

function List({ c, items, reload }: { c: string; items: Out[]; reload: () => void }): VNode {
	const [problem, fail] = useState<Problem>();
	const again = (x: Out): void => void post(`${base(c)}/out/${x.row}/again`).then(() => (fail(undefined), reload()), (e: unknown) => fail(e as Problem));
	if (!items.length) return <Empty title={t("out.none")}><p>{t("out.none_next")}</p></Empty>;
	return (
		<>
			<Trouble problem={problem} />
			<table class="fold">
				<thead><tr><th>{t("out.made")}</th><th>{t("out.by")}</th><th>{t("out.target")}</th><th>{t("exercise.state")}</th><th /></tr></thead>
				<tbody>{items.map((x) => (
					<tr key={x.row}>
						<td data-label={t("out.made")}><Time at={x.made} /></td>
						<td data-label={t("out.by")}>{word("out", x.channel)}</td>
						<td data-label={t("out.target")}><Theirs text={x.target || "—"} /></td>
						<td data-label={t("exercise.state")}><span class={`badge ${TONE[x.state]}`}>{word("out", x.state)}</span> {x.done && x.state === "sent" && <Time at={x.done} />} {x.error && <small class="remark"><Theirs text={x.error} prose /></small>}{x.state === "waiting" && x.tries > 0 && <small class="remark"> {t("out.tries", { n: x.tries })}</small>}</td>
						<td class="tr-acts">{x.state === "dead" && x.again && <button type="button" class="small" onClick={() => again(x)}>{t("out.again")}</button>}</td>
					</tr>
				))}</tbody>
			</table>
		</>
	);
}

export function OutPage({ c }: { c: string }): VNode {
	const out = useTraining<{ items: Out[] }>(c, "/out");
	return (
		<PageFrame title={t("out")}>
			{may("training", "officer") ? <><p class="remark">{t("out.remark")}</p><Loading of={out}>{(d) => <List c={c} items={d.items} reload={out.reload} />}</Loading></> : <Empty title={t("out.officers")} />}
		</PageFrame>
	);
}
