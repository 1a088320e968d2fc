// What is only said: attributed, sourced, beside the acts and without effect on them.
import type { VNode } from "preact";
import { useCell } from "../cell.js";
import { post, fresh_key } from "../api.js";
import { t, tx, word } from "../i18n.js";
import { useList } from "../load.js";
import { PageFrame } from "../parts/page.js";
import { Busy, Empty, Hash, ModeBadge, Name, Proof, Theirs, Time, Trouble } from "../parts/text.js";
import { Form } from "../parts/form.js";
import type { Schema } from "../schema.js";
import { go, link, place } from "../route.js";
import { may, mode, session } from "../state.js";
import type { Statement } from "../types.js";

export const CLAIMS = ["member", "will-join", "not-decided", "not-member", "left", "other"] as const;

export function StatementCards({ c, list }: { c: string; list: readonly Statement[] }): VNode {
	return <div class="sayings">{list.map((s) => <Card c={c} s={s} />)}</div>;
}

function Card({ c, s }: { c: string; s: Statement }): VNode {
	// `public` comes with the list of statements only.
	const ours = s.public !== undefined && s.mode === "real" && s.recorded_by === session.get()?.member.id && may("pact", "officer");
	return (
		<div class="said">
			<div>
				{tx("said.about", { who: <strong><Theirs text={s.about} /></strong> })} <span class="badge claim">{word("claim", s.claim)}</span> <ModeBadge mode={s.mode} />
			</div>
			<blockquote lang={s.lang || undefined} dir="auto"><Theirs text={s.quote} prose /></blockquote>
			<div class="speaker"><Theirs text={s.speaker} />, <Theirs text={s.said} />, <Theirs text={s.where} /></div>
			{/* Text, not a link: where a stranger points, nobody on duty should be one click away. */}
			{s.source && <div class="remark">{t("said.source")}: <Theirs text={s.source} /></div>}
			{s.file && <div class="remark">{t("said.file")}: <Hash hash={s.file} /></div>}
			<div class="remark">
				{tx("said.recorded", { who: <Name id={s.recorded_by} label={s.recorded_by_label} />, when: <Time at={s.recorded} bare /> })}{" "}
				<Proof leaf={s.leaf} seq={s.seq} /> {s.public && <span class="badge good">{t("said.public")}</span>}
			</div>
			{ours && <div class="buttons"><a class="small" href={link("pact", c, "prepare", { kind: "publish", leaf: s.leaf, withdraw: s.public ? "yes" : undefined })}>{t(s.public ? "said.take_back" : "said.publish")}</a></div>}
		</div>
	);
}

export function Statements({ c }: { c: string }): VNode {
	const now = useCell(mode);
	const about = useCell(place).query.get("about") ?? undefined;
	const list = useList<Statement>(`/coalitions/${c}/statements`, { mode: now, about }, (s) => s.leaf, ["act"]);
	return (
		<PageFrame title={t("statements.title")} up={[link("pact", c), t("nav.pact")]}
			side={may("pact", "contributor") && <a class="main" href={link("pact", c, "say", { about })}>{t("say.title")}</a>}>
			<p class="remark">{t("pact.said_remark")}</p>
			<Trouble problem={list.problem} reload={list.reload} />
			{list.busy && <Busy />}
			{!list.busy && list.items.length === 0 && !list.problem && <Empty title={t("statements.none")}>{t("statements.none_next")}</Empty>}
			<StatementCards c={c} list={list.items} />
			{list.more && <button type="button" onClick={list.more}>{t("table.load_more")}</button>}
		</PageFrame>
	);
}

const SAY: Schema = {
	type: "object",
	properties: {
		about: { type: "string", title: "say.about", description: "say.about_help", maxLength: 200 },
		claim: { type: "string", title: "say.claim", enum: CLAIMS, names: (v) => word("claim", v) },
		speaker: { type: "string", title: "say.speaker", maxLength: 200 },
		said: { type: "string", title: "say.said", format: "date" },
		where: { type: "string", title: "say.where", maxLength: 200 },
		quote: { type: "string", title: "say.quote", format: "prose", maxLength: 4000 },
		source: { type: "string", title: "say.source", maxLength: 1000 },
		lang: { type: "string", title: "say.lang", description: "say.lang_help", maxLength: 35 },
	},
	required: ["about", "claim", "speaker", "said", "where", "quote"],
};

export function Say({ c }: { c: string }): VNode {
	const now = useCell(mode);
	const about = useCell(place).query.get("about") ?? "";
	const key = fresh_key();
	const send = async (v: Record<string, unknown>): Promise<void> => {
		await post(`/coalitions/${c}/statements`, { ...v, mode: now }, { key });
		go(link("pact", c, "statements"));
	};
	return (
		<PageFrame title={t("say.title")} up={[link("pact", c, "statements"), t("statements.title")]}>
			<p class="remark">{t("say.remark")}</p>
			{now !== "real" && <p class="notice">{t("mode.writes", { mode: t(`mode.${now}`) })}</p>}
			<Form schema={SAY} value={{ about }} submit={t("say.send")} send={send} cancel={() => history.back()} focus />
		</PageFrame>
	);
}
