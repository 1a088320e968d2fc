// One request: its lines, the offers side by side with what can be done about each, what is on its way, and all of it over time.
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Gantt, type Bar, type Lane } from "../../parts/gantt.js";
import { Loading, PageFrame } from "../../parts/page.js";
import { Facts, LabelBadge, ModeBadge, Name, Section, Theirs, Time, Trouble } from "../../parts/text.js";
import { link } from "../../route.js";
import { may, session } from "../../state.js";
import { ClaimActs, Deploy, DeploymentActs, LegActs, Shortfall, usePost } from "./acts.js";
import { Drill, in_hours, span, State, useResponse, useResponseList } from "./bits.js";
import { Lines } from "./board.js";
import { money } from "./money.js";
import { t, word } from "./msg.js";
import { proposed, Second } from "./second.js";
import type { Acceptance, Capability, Deployment, Dossier, Offer } from "./types.js";

// ---- accepting ----

function Accept({ c, d, offer, done }: { c: string; d: Dossier; offer: Offer; done: () => void }): VNode {
	const { problem, busy, say } = usePost(c);
	const [by, set_by] = useState(session.get()?.user?.name ?? "");
	const [hours, set_hours] = useState("6");
	const send = async (e: Event): Promise<void> => {
		e.preventDefault();
		// The hash of the version that stands on the screen: if it has been changed since, the node says so.
		const content = { offer: offer.object, offer_leaf: offer.leaf, ...(d.content.four_eyes ? {} : { authorised_by: by }), commit_by: in_hours(Number(hours)) };
		if (!(await say("acceptances", content))) return;
		proposed.set(proposed.get() + 1);
		done();
	};
	return (
		<form class="inline-form" onSubmit={send}>
			<h3>{t("offer.accept_title", { who: offer.author_label })}</h3>
			<p class="remark">{t("offer.accept_remark")}</p>
			{d.content.four_eyes ? <p class="remark">{t("second.remark")}</p> : <label>{t("offer.by")} <input required value={by} onInput={(e) => set_by(e.currentTarget.value)} /></label>}
			<label>{t("offer.hours")} <input type="number" min="1" max="240" required value={hours} onInput={(e) => set_hours(e.currentTarget.value)} /></label>
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main" disabled={busy}>{t("offer.accept")}</button></div>
		</form>
	);
}

// ---- committing ----

function Commit({ c, d, a, done }: { c: string; d: Dossier; a: Acceptance; done: () => void }): VNode {
	const { problem, busy, say } = usePost(c);
	const [order, set_order] = useState("");
	const [reason, set_reason] = useState("");
	const [which, set_which] = useState("");
	const capabilities = useResponseList<Capability>(c, "capabilities");
	const offer = d.offers.find((o) => o.object === a.content.offer);
	const named = offer?.content.items?.every((i) => i.capability) ?? false;
	const own = capabilities.items.filter((x) => x.own);
	const send = async (refuse: boolean): Promise<void> => {
		const items = named || refuse ? {} : { items: a.content.items.map((i) => ({ ...i, capability: which, from: new Date().toISOString(), until: in_hours(14 * 24) })) };
		const content = { acceptance: a.object, acceptance_leaf: a.leaf, decision: refuse ? "REFUSE" : "COMMIT", ...(refuse ? { reason: reason || "-" } : {}), ...(order && !refuse ? { mission_order: { number: order } } : {}), ...items };
		if (await say("commits", content)) done();
	};
	return (
		<form class="inline-form" onSubmit={(e) => { e.preventDefault(); void send(false); }}>
			<h3>{t("commit.title", { who: a.author_label })}</h3>
			<p class="remark">{t("commit.remark")}</p>
			{!named && (
				<label>{t("offer.capability")} <select required value={which} onChange={(e) => set_which(e.currentTarget.value)}>
					<option value="">–</option>{own.map((x) => <option value={x.object}>{x.content.name}</option>)}
				</select></label>
			)}
			<label>{t("commit.order")} <input value={order} onInput={(e) => set_order(e.currentTarget.value)} /></label>
			<label>{t("accept.reason")} <input value={reason} onInput={(e) => set_reason(e.currentTarget.value)} /></label>
			<Trouble problem={problem} />
			<div class="buttons">
				<button type="submit" class="main" disabled={busy}>{t("accept.commit")}</button>
				<button type="button" disabled={busy || !reason} onClick={() => void send(true)}>{t("accept.refuse")}</button>
			</div>
		</form>
	);
}

// ---- offering ----

function NewOffer({ c, d, done }: { c: string; d: Dossier; done: () => void }): VNode {
	const { problem, busy, say } = usePost(c);
	const [form, set] = useState({ response: "ACCEPT", line: String(d.lines.find((l) => l.missing > 0)?.line ?? 1), quantity: "1", capability: "", eta: "12", valid: "12", reason: "" });
	const capabilities = useResponseList<Capability>(c, "capabilities");
	const line = d.lines.find((l) => String(l.line) === form.line);
	const own = capabilities.items.filter((x) => x.own && line && (x.content.type === line.type || x.content.type.startsWith(`${line.type}.`)));
	const put = (k: keyof typeof form) => (e: { currentTarget: { value: string } }): void => set({ ...form, [k]: e.currentTarget.value });
	const none = form.response === "DECLINE" || form.response === "DEFER";
	const send = async (e: Event): Promise<void> => {
		e.preventDefault();
		const item = { item: 1, line: Number(form.line), quantity: Number(form.quantity), eta_latest: in_hours(Number(form.eta)), ...(form.capability ? { capability: form.capability } : { type: line?.type }) };
		if (await say("offers", { request: d.object, response: form.response, valid_until: in_hours(Number(form.valid)), ...(none ? { reason: form.reason } : { items: [item] }) })) done();
	};
	return (
		<form class="inline-form" onSubmit={send}>
			<h3>{t("offer.new_title", { code: d.content.code })}</h3>
			<label>{t("offer.response")} <select value={form.response} onChange={put("response")}>{["ACCEPT", "PROVISIONAL", "DECLINE", "DEFER"].map((r) => <option value={r}>{word("response", r)}</option>)}</select></label>
			{none
				? <label>{t("offer.reason")} <input required value={form.reason} onInput={put("reason")} /></label>
				: (
					<>
						<label>{t("offer.line")} <select value={form.line} onChange={put("line")}>{d.lines.map((l) => <option value={String(l.line)}>{l.line}: {l.type_name}</option>)}</select></label>
						<label>{t("offer.quantity")} <input type="number" min="1" required value={form.quantity} onInput={put("quantity")} /></label>
						<label>{t("offer.capability")} <select value={form.capability} onChange={put("capability")}><option value="">{t("offer.none_named")}</option>{own.map((x) => <option value={x.object}>{x.content.name}</option>)}</select></label>
						<label>{t("offer.eta")} <input type="number" min="1" max="2000" required value={form.eta} onInput={put("eta")} /></label>
						<label>{t("offer.valid")} <input type="number" min="1" max="2000" required value={form.valid} onInput={put("valid")} /></label>
					</>
				)}
			<Trouble problem={problem} />
			<div class="buttons"><button type="submit" class="main" disabled={busy}>{t("offer.new")}</button></div>
		</form>
	);
}

// ---- what there is ----

function price(o: Offer): string {
	const cost = o.content.items?.map((i) => i.cost).find(Boolean);
	if (!cost) return "";
	const sum = (cost.mobilisation ?? 0) + (cost.transport ?? 0) + (cost.other ?? 0);
	return money(sum, cost.currency);
}

function OfferCard({ c, d, o }: { c: string; d: Dossier; o: Offer }): VNode {
	const [open, set] = useState(false);
	const accepted = d.acceptances.filter((a) => a.content.offer === o.object);
	const can = d.own && may("response", "officer") && (o.state === "FIRM" || o.state === "PROVISIONAL");
	return (
		<div class="offer-card">
			<p class="offer-head"><Name id={o.author} label={o.author_label} /> <State state={o.state} /></p>
			{o.content.reason && <p><Theirs text={o.content.reason} prose /></p>}
			<ul>{o.content.items?.map((i) => <li>{t("offer.item", { quantity: i.quantity, line: i.line })}<Time at={i.eta_latest} /></li>)}</ul>
			<p class="remark">{price(o)}{price(o) && " · "}{t("offer.until")} <Time at={o.content.valid_until} /></p>
			{accepted.map((a) => <AcceptanceRow c={c} d={d} a={a} own={o.own} />)}
			{can && !open && <button type="button" class="main" onClick={() => set(true)}>{t("offer.accept")}</button>}
			{open && <Accept c={c} d={d} offer={o} done={() => set(false)} />}
		</div>
	);
}

function AcceptanceRow({ c, d, a, own }: { c: string; d: Dossier; a: Acceptance; own: boolean }): VNode {
	const [open, set] = useState(false);
	const can = own && a.state === "OPEN" && may("response", "officer");
	return (
		<div class="acceptance">
			<p><State state={a.state} /> {a.state === "OPEN" && <>{t("accept.waiting")}<Time at={a.content.commit_by} /></>} {a.void_because ?? a.commit?.content.reason ?? ""}</p>
			{can && !open && <button type="button" class="main" onClick={() => set(true)}>{t("accept.commit")}</button>}
			{open && <Commit c={c} d={d} a={a} done={() => set(false)} />}
			<Deploy c={c} d={d} a={a} />
		</div>
	);
}

function DeploymentCard({ c, d, p }: { c: string; d: Dossier; p: Deployment }): VNode {
	return (
		<div class="offer-card">
			<p class="offer-head"><Name id={p.author} label={p.author_label} /> <State state={p.status} /></p>
			<p>{p.content.items.map((i) => `${i.quantity} × ${i.type.split(".").pop()}`).join(", ")} {p.content.team_leader && <Theirs text={p.content.team_leader} />}</p>
			<p class="remark">{p.check_in && p.position_age_minutes !== undefined ? t("deployment.position", { age: span(p.position_age_minutes) }) : t("deployment.no_position")}</p>
			<ul>{p.legs.map((l) => <li><Theirs text={t("deployment.leg", { from: l.content.from.name ?? "?", to: l.content.to.name ?? "?" })} />, <Time at={l.arrived || l.departed ? l.arrives : l.departs} />{l.late && <> <span class="badge bad">{t("line.late")}</span></>} <LegActs c={c} l={l} /></li>)}</ul>
			{p.claims.map((k) => <div class="claim">{t("deployment.claims")}: {money(k.accepted || k.claimed, k.content.currency)} <State state={k.state} /> <ClaimActs c={c} d={d} k={k} /></div>)}
			<DeploymentActs c={c} d={d} p={p} />
		</div>
	);
}

function lanes_of(d: Dossier): Lane[] {
	return d.lines.map((l) => {
		const bars: Bar[] = [{ from: l.needed_by, text: t("line.needed_mark", { n: l.line }), tone: l.late ? "bad" : "wait" }];
		for (const p of d.deployments.filter((x) => x.content.items.some((i) => i.line === l.line)))
			for (const leg of p.legs)
				if (leg.departs ?? leg.arrives)
					bars.push({ from: (leg.departs ?? leg.arrives)!, to: leg.arrives, tone: leg.late ? "bad" : leg.arrived ? "good" : "info", text: `${p.author_label}: ${t("deployment.leg", { from: leg.content.from.name ?? "?", to: leg.content.to.name ?? "?" })}` });
		if (l.arrives && !d.deployments.some((p) => p.legs.length && p.content.items.some((i) => i.line === l.line)))
			bars.push({ from: d.time, to: l.arrives, tone: l.late ? "bad" : "info", text: t("line.arrives") });
		return { id: String(l.line), title: `${l.line} ${l.type.split(".").pop()}`, bars };
	});
}

export function RequestPage({ c, id }: { c: string; id: string }): VNode {
	const one = useResponse<Dossier>(c, `requests/${id}`);
	const [open, set] = useState(false);
	return (
		<PageFrame title={one.data?.content.title ?? t("board")} up={[link("work", "response", c), t("board")]}
			shown={one.data && <><span class="code">{one.data.content.code}</span> <Theirs text={one.data.content.title} /></>}
			side={one.data && (
				<>
					<a class="button" href={link("work", "response", c, "request", id, "plan")}>{t("plan.open")}</a>
					{may("response", "contributor") && <button type="button" class="main" onClick={() => set(!open)}>{t("offer.new")}</button>}
				</>
			)}>
			<Drill />
			<Loading of={one}>
				{(d) => (
					<>
						{open && <NewOffer c={c} d={d} done={() => set(false)} />}
						<Facts rows={[
							[t("offer.state"), <><State state={d.state} /> {t("request.coverage", { n: d.coverage_percent })} <ModeBadge mode={d.mode} /></>],
							[t("request.asked_by"), <Name id={d.author} label={d.author_label} />],
							[t("request.where"), <Theirs text={d.content.location.name ?? `${d.content.location.lat}, ${d.content.location.lon}`} />],
							[t("request.offers_due"), <Time at={d.content.offers_due} />],
							[t("request.readers"), <><Theirs text={d.audience.join(", ")} /> <LabelBadge label={d.label} /></>],
							[t("request.situation"), <Theirs text={d.content.situation} prose />],
						]} />
						<Section title={t("request.lines")}><Lines lines={d.lines} /><Shortfall c={c} d={d} /></Section>
						<Second c={c} d={d} />
						<Section title={t("request.offers")}>
							{d.offers.length ? <div class="offers">{d.offers.map((o) => <OfferCard key={o.object} c={c} d={d} o={o} />)}</div> : <p class="nothing">{t("request.no_offers")}</p>}
						</Section>
						<Section title={t("request.deployments")}>
							{d.deployments.length ? <div class="offers">{d.deployments.map((p) => <DeploymentCard key={p.object} c={c} d={d} p={p} />)}</div> : <p class="nothing">{t("request.no_deployments")}</p>}
						</Section>
						<Section title={t("request.timeline")}><Gantt title={t("request.timeline")} lanes={lanes_of(d)} /></Section>
					</>
				)}
			</Loading>
		</PageFrame>
	);
}
