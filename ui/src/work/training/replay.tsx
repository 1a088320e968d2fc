// The exercise told again: a slider over its events, with the log beside it; as oneself, or as another member may see it.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Loading, PageFrame } from "../../parts/page.js";
import { Empty, Facts, Hash, Theirs } from "../../parts/text.js";
import { Gate, Mark, span, story, useTraining } from "./bits.js";
import { Ways } from "./exercise.js";
import { t, word } from "./msg.js";
import type { Exercise, Replay } from "./types.js";

// What happened in the words of this language; numbers of injects and levels of a scale are the exercise's own.
function what(e: Replay["events"][number]): string {
	if (e.event === "control") return `${word("control", e.what)}${e.rate ? ` ×${e.rate}` : ""}`;
	if (e.event === "receipt") return word("state", e.what);
	if (e.event === "response") return word("response", e.what);
	if (e.event === "observation") return word("kind", e.what);
	return e.what === "withheld" ? t("card.withheld_short") : e.what;
}

function Told({ r, names }: { r: Replay; names: Map<string, string> }): VNode {
	const [at, set] = useState(r.events.length);
	if (!r.events.length) return <Empty title={t("replay.none")} />;
	const shown = r.events.slice(0, at);
	const last = shown.at(-1);
	const m = r.measures;
	return (
		<>
			<div class="tr-scrub"><input type="range" min={0} max={r.events.length} value={at} aria-label={t("replay.at")} onInput={(e) => set(Number(e.currentTarget.value))} /><output>{last ? `${last.at.slice(0, 19).replace("T", " ")}Z · ${t("clock.story")} ${story(last.scenario ?? null)}` : "—"}</output></div>
			<Facts rows={[
				[t("replay.delivered"), `${m["delivered"]} / ${m["planned"]}`], [t("replay.automatic"), String(m["automatic"])], [t("replay.responded"), String(m["responded"])],
				[t("replay.delay"), m["delay_max_ms"]! < 0 ? "—" : `${m["delay_max_ms"]} ms`], [t("replay.median"), m["response_median_ms"]! < 0 ? "—" : span(m["response_median_ms"]!)], [t("replay.digest"), <Hash hash={r.digest} n={16} />],
			]} />
			<ol class="plain-list tr-told">{[...shown].reverse().slice(0, 300).map((e) => <li class={`tr-${e.event}`}><span class="remark">{e.at.slice(11, 19)}Z</span> <span class="badge none">{word("event", e.event)}</span> <strong><Theirs text={names.get(e.member) ?? e.member.slice(0, 8)} /></strong> <code><Theirs text={what(e)} /></code> {e.text && <Theirs text={e.text} prose />}</li>)}</ol>
		</>
	);
}

export function ReplayPage({ c, id }: { c: string; id: string }): VNode {
	const x = useTraining<Exercise>(c, `/exercises/${id}`);
	const [as, set] = useState("");
	const r = useTraining<Replay>(c, `/exercises/${id}/replay${as ? `?member=${as}` : ""}`);
	const names = new Map((x.data?.participants ?? []).map((p) => [p.id, p.label]));
	return (
		<PageFrame title={t("way.replay")}>
			<Gate want="play">
				<Ways c={c} id={id} here="replay" />
				{x.data && <label class="tr-inline">{t("replay.as")} <select value={as} onChange={(e) => set(e.currentTarget.value)}><option value="">{t("replay.self")}</option>{x.data.participants.map((p) => <option value={p.id}>{p.label}</option>)}</select></label>}
				<Loading of={r}>{(d) => <><Mark text={d.mark} /><Told key={d.digest} r={d} names={names} /></>}</Loading>
			</Gate>
		</PageFrame>
	);
}
