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
import { Only, PageFrame } from "./parts/page.js";
import { Empty } from "./parts/text.js";
import { page_of, pages, place, type Here, type Place } from "./route.js";
import { Again, SignIn } from "./shell/confirm.js";
import { Frame, useCoalitions } from "./shell/frame.js";
import { Help } from "./shell/help.js";
import { Palette } from "./shell/palette.js";
import { areas, coalition, session } from "./state.js";
import { WorkPage } from "./work/work.js";

const IS_COALITION = /^[0-9a-f]{32}$/;

export const PAGES = pages({
	"": () => <Home />,
	"pact": () => <Pacts />,
	"pact/:c": ({ c }) => <Pact c={c} />,
	"pact/:c/charter": ({ c }) => <CharterView c={c} />,
	"pact/:c/charter/:hash": ({ c, hash }) => <CharterView c={c} hash={hash} />,
	"pact/:c/party/:id": ({ c, id }) => <PartyView c={c} id={id} />,
	"pact/:c/accession": ({ c }) => <Accessions c={c} />,
	"pact/:c/accession/:id": ({ c, id }) => <Accession c={c} id={id} />,
	"pact/:c/acts": ({ c }) => <Acts c={c} />,
	"pact/:c/acts/:leaf": ({ c, leaf }) => <ActView c={c} leaf={leaf} />,
	"pact/:c/prepare": ({ c }) => <Prepare c={c} />,
	"pact/:c/pending": ({ c }) => <PendingActs c={c} />,
	"pact/:c/statements": ({ c }) => <Statements c={c} />,
	"pact/:c/say": ({ c }) => <Say c={c} />,
	"log/:c": ({ c }) => <Logs c={c} />,
	"log/:c/:log": ({ c, log }) => <LogView c={c} log={log} />,
	"log/:c/:log/:seq": ({ c, log, seq }) => <EntryView c={c} log={log} seq={Number(seq)} />,
	"records/:c": ({ c }) => <Records c={c} />,
	"records/:c/new": ({ c }) => <NewRecord c={c} />,
	"records/:c/:object": ({ c, object }) => <RecordView c={c} object={object} />,
	"records/:c/:object/edit": ({ c, object }) => <EditRecord c={c} object={object} />,
	"people": (_, { c }) => <People c={c} />,
	"people/:c": ({ c }) => <People c={c} />,
	"people/user/:name": ({ name }) => <Only workspace="node" role="administrator" title={t("people.title")}><UserView name={name} /></Only>,
	"peers": (_, { all }) => <Only workspace="pact" role="reader" title={t("nav.peers")}><Peers all={all} /></Only>,
	"audit": () => <Only workspace="node" role="administrator" title={t("nav.audit")}><Audit /></Only>,
	"settings": () => <Settings />,
	"webhooks": () => <Only workspace="node" role="administrator" title={t("hook.title")}><Webhooks /></Only>,
	"webhooks/:id": ({ id }) => <Only workspace="node" role="administrator" title={t("hook.title")}><WebhookView id={id} /></Only>,
	"me": () => <Me />,
	"search": () => <Search />,
});

function page_at({ path }: Place, here: Here): VNode | null {
	const [first, area, c, ...rest] = path;
	if (first !== "work") return page_of(PAGES, path, here);
	return areas.get().has(area ?? "") && IS_COALITION.test(c ?? "") ? <WorkPage area={area!} here={{ ...here, c: c! }} path={rest} lost={<Lost />} /> : null;
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
	return <Frame all={all ?? []}><div key={at.path.join("/")}>{page_at(at, { c, all: all ?? [] }) ?? <Lost />}</div></Frame>;
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
