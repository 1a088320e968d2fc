// Which page stands at which address.
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useCell } from "./cell.js";
import { t } from "./i18n.js";
import { Accession, Accessions } from "./pages/accession.js";
import { Acts, ActView, PendingActs, Prepare } from "./pages/acts.js";
import { CharterView } from "./pages/charter.js";
import { Home } from "./pages/home.js";
import { EntryView, Logs, LogView } from "./pages/log.js";
import { Me } from "./pages/me.js";
import { Audit, Peers, Settings } from "./pages/node.js";
import { WebhookView, Webhooks } from "./pages/notify.js";
import { Pact, Pacts } from "./pages/pact.js";
import { PartyView } from "./pages/party.js";
import { People, UserView } from "./pages/people.js";
import { RecordView } from "./pages/record.js";
import { Records } from "./pages/records.js";
import { Search } from "./pages/search.js";
import { Say, Statements } from "./pages/statements.js";
import { EditRecord, NewRecord } from "./pages/write.js";
import { PageFrame } from "./parts/page.js";
import { Empty } from "./parts/text.js";
import { place, type Place } from "./route.js";
import { Again, SignIn } from "./shell/confirm.js";
import { Frame, useCoalitions } from "./shell/frame.js";
import { Help } from "./shell/help.js";
import { Palette } from "./shell/palette.js";
import { areas, coalition, session } from "./state.js";
import type { CoalitionRow } from "./types.js";
import { WorkPage } from "./work/work.js";

const IS_COALITION = /^[0-9a-f]{32}$/;

function pact_page(c: string, [what, one]: string[]): VNode | null {
	switch (what) {
		case undefined: return <Pact c={c} />;
		case "charter": return <CharterView c={c} hash={one} />;
		case "party": return one ? <PartyView c={c} id={one} /> : null;
		case "accession": return one ? <Accession c={c} id={one} /> : <Accessions c={c} />;
		case "acts": return one ? <ActView c={c} leaf={one} /> : <Acts c={c} />;
		case "prepare": return <Prepare c={c} />;
		case "pending": return <PendingActs c={c} />;
		case "statements": return <Statements c={c} />;
		case "say": return <Say c={c} />;
		default: return null;
	}
}

function record_page(c: string, [object, edit]: string[]): VNode | null {
	if (object === undefined) return <Records c={c} />;
	if (object === "new") return <NewRecord c={c} />;
	return edit === "edit" ? <EditRecord c={c} object={object} /> : edit === undefined ? <RecordView c={c} object={object} /> : null;
}

function log_page(c: string, [log, seq]: string[]): VNode | null {
	if (log === undefined) return <Logs c={c} />;
	if (seq === undefined) return <LogView c={c} log={log} />;
	return /^\d{1,15}$/.test(seq) ? <EntryView c={c} log={log} seq={Number(seq)} /> : null;
}

function page_at({ path }: Place, c: string, all: readonly CoalitionRow[]): VNode | null {
	const [first, ...rest] = path;
	const here = IS_COALITION.test(rest[0] ?? "") ? rest[0]! : "";
	switch (first) {
		case undefined: return <Home />;
		case "pact": return here ? pact_page(here, rest.slice(1)) : rest.length === 0 ? <Pacts /> : null;
		case "log": return here ? log_page(here, rest.slice(1)) : null;
		case "records": return here ? record_page(here, rest.slice(1)) : null;
		case "work": return areas.get().has(rest[0] ?? "") && IS_COALITION.test(rest[1] ?? "") ? <WorkPage area={rest[0]!} c={rest[1]!} path={rest.slice(2)} lost={<Lost />} /> : null;
		case "people": return rest[0] === "user" && rest[1] ? <UserView name={rest[1]} /> : <People c={here || c} />;
		case "peers": return <Peers all={all} />;
		case "audit": return <Audit />;
		case "settings": return <Settings />;
		case "webhooks": return rest[0] ? <WebhookView id={rest[0]} /> : <Webhooks />;
		case "me": return <Me />;
		case "search": return <Search />;
		default: return null;
	}
}

function Lost(): VNode {
	return <PageFrame title={t("lost.title")}><Empty title={t("lost.about")}><a href="#/">{t("nav.home")}</a></Empty></PageFrame>;
}

function Inside(): VNode {
	const at = useCell(place);
	const c = useCell(coalition);
	useCell(areas);
	const all = useCoalitions();
	const named = at.path.find((p) => IS_COALITION.test(p));
	useEffect(() => {
		if (!all) return;
		// What the address names is what is looked at; else what was looked at last, if it is still there.
		if (named && all.some((x) => x.id === named)) coalition.set(named);
		else if (!all.some((x) => x.id === c)) coalition.set(all[0]?.id ?? "");
	}, [all, named]);
	// The path is the key: another page begins anew, another query of the same page does not.
	return <Frame all={all ?? []}><div key={at.path.join("/")}>{page_at(at, c, all ?? []) ?? <Lost />}</div></Frame>;
}

export function App(): VNode {
	const s = useCell(session);
	if (!s) return <SignIn />;
	return (
		<>
			<Inside />
			<Palette />
			<Help />
			<Again />
		</>
	);
}
