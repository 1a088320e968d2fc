// Small pieces that every page uses: what others wrote, names, times, hashes, labels, troubles, emptiness.
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../api.js";
import { language, t, tx, word, type Key } from "../i18n.js";
import { label_level, label_parse } from "../label.js";
import { pieces, suspicious } from "../names.js";
import { age, dtg, time_parts } from "../time.js";
import type { Mode, PartyRef, Standing } from "../types.js";
import { cell, useCell } from "../cell.js";

// Text from outside: isolated from the direction of what stands around it, invisible characters made visible.
export function Theirs({ text, prose }: { text: string; prose?: boolean }): VNode {
	return (
		<bdi>
			{pieces(text, prose).map((p) => (p.odd ? <span class="odd" title={t("name.odd")}>{p.text}</span> : p.text))}
		</bdi>
	);
}

// A member by the name it gave itself. The id stands beside where the name could deceive, or `full` asks for it.
export function Name({ id, label, full, alike }: { id?: string; label: string; full?: boolean; alike?: boolean }): VNode {
	const odd = alike || suspicious(label);
	return (
		<span class={odd ? "name odd-name" : "name"}>
			<Theirs text={label} />
			{odd && <span class="badge bad" title={t("name.alike")}>{t("name.check")}</span>}
			{id && (odd || full) && <Id id={id} />}
		</span>
	);
}

export function Names({ list }: { list: readonly PartyRef[] }): VNode {
	return <>{list.map((p, i) => <>{i ? ", " : ""}<Name id={p.id} label={p.label} /></>)}</>;
}

export function Id({ id }: { id: string }): VNode {
	return <code class="id" title={id}>{id.slice(0, 8)}</code>;
}

export function Hash({ hash, n = 12 }: { hash: string; n?: number }): VNode {
	return <code class="hash" title={hash}>{hash.slice(0, n)}</code>;
}

// Turns every half minute, so that ages grow without anybody loading anything.
const minute = cell(Date.now());
if (typeof document !== "undefined") setInterval(() => minute.set(Date.now()), 30_000);

export function Time({ at, bare }: { at: string | null | undefined; bare?: boolean }): VNode {
	useCell(minute);
	// Not that of the last turn: what has just happened would be in the future.
	const now = Date.now();
	const p = at ? time_parts(at) : null;
	if (!at || !p) return <span class="none">—</span>;
	const far = Math.abs(now - Date.parse(at)) > 60 * 86_400_000;
	return (
		<time dateTime={at} title={dtg(at)}>
			<span class="stamp">{p.date} {p.clock} <span class="zone">{p.zone}</span> <span class="zulu">{p.zulu}</span></span>
			{!bare && !far && <> <span class="age">{age(at, now, language.get())}</span></>}
		</time>
	);
}

export function LabelBadge({ label, ladder }: { label: string | null | undefined; ladder?: readonly string[] }): VNode | null {
	if (!label) return null;
	const l = label_parse(label);
	if (!l) return <span class="badge bad" title={label}>{t("label.unreadable")}</span>;
	return (
		<span class="labels" title={label}>
			<span class={`badge label ${label_level(l.class, ladder)}`}><Theirs text={l.class} /></span>
			{l.tlp && <span class="badge tlp">TLP:{l.tlp}</span>}
			{l.tags.map((g) => <span class="badge tag"><Theirs text={`${g.tag} ${g.values}`} /></span>)}
		</span>
	);
}

export function ModeBadge({ mode }: { mode: Mode | null | undefined }): VNode | null {
	return mode && mode !== "real" ? <span class="badge play">{t(`mode.${mode}`)}</span> : null;
}

const STANDING: Record<Standing, string> = {
	member: "good", signed: "good", applied: "wait", withdrawing: "wait", declared: "wait", interested: "wait",
	suspended: "bad", observer: "info", mentioned: "none",
};

export function StandingBadge({ status, in_force = true }: { status: Standing; in_force?: boolean }): VNode {
	const shown = status === "signed" && in_force ? "member" : status;
	return <span class={`badge ${STANDING[status] ?? "none"}`}>{word("standing", shown)}</span>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }): VNode {
	return (
		<div class="empty">
			<p class="empty-title">{title}</p>
			{children && <div class="empty-next">{children}</div>}
		</div>
	);
}

export function Trouble({ problem, reload }: { problem?: Problem; reload?: () => void }): VNode | null {
	if (!problem) return null;
	return (
		<div class="trouble" role="alert">
			<strong>{word("problem", problem.title)}</strong>
			{problem.title !== "offline" && <p><Theirs text={problem.detail} prose /></p>}
			{problem.retry_s ? <p>{t("problem.retry", { n: problem.retry_s })}</p> : null}
			{reload && <button type="button" onClick={reload}>{t("again")}</button>}
		</div>
	);
}

export function Busy(): VNode {
	const [shown, show] = useState(false);
	// An answer within a blink needs no sign of waiting.
	useEffect(() => {
		const timer = setTimeout(() => show(true), 300);
		return () => clearTimeout(timer);
	}, []);
	return <p class="busy" role="status">{shown ? t("loading") : ""}</p>;
}

export function Section({ title, remark, children, side }: { title: ComponentChildren; remark?: string; children: ComponentChildren; side?: ComponentChildren }): VNode {
	return (
		<section class="part">
			<div class="part-head">
				<h2>{title}{remark && <small class="remark">{remark}</small>}</h2>
				{side}
			</div>
			{children}
		</section>
	);
}

export function Facts({ rows }: { rows: (readonly [string, ComponentChildren] | null | false | undefined | "")[] }): VNode {
	return <dl class="facts">{rows.map((r) => r && <div><dt>{r[0]}</dt><dd>{r[1]}</dd></div>)}</dl>;
}

// A command to be typed elsewhere, with a button that copies it.
export function Command({ text }: { text: string }): VNode {
	const [done, set] = useState(false);
	const copy = (): void => void navigator.clipboard?.writeText(text).then(() => {
		set(true);
		setTimeout(() => set(false), 2000);
	}, () => undefined);
	return (
		<span class="command">
			<code>{text}</code>
			<button type="button" class="small" onClick={copy}>{done ? t("copied") : t("copy")}</button>
		</span>
	);
}

export function Proof({ leaf, seq, href, witnessed, needed }: { leaf: string; seq: number; href?: string; witnessed?: number; needed?: number }): VNode {
	const enough = witnessed !== undefined && needed !== undefined && witnessed >= needed;
	return (
		<span class="proof">
			{tx("proof.entry", { seq: href ? <a href={href}>{seq}</a> : seq, leaf: <Hash hash={leaf} /> })}
			{witnessed !== undefined && (
				<span class={enough ? "" : "short"}>
					{" · "}
					{needed ? t("proof.witnessed", { n: witnessed, needed }) : t("proof.seen", { n: witnessed })}
				</span>
			)}
		</span>
	);
}

export type { Key };
