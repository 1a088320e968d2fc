// Every page that there is, from the shell's own tables (ui/dev/addresses.mjs), with what this node has to fill their addresses. A new page needs a row below where its address
// names something; without one these tests fail.

export const looks = (text) => text.split(" ").map((t) => { const [width, theme] = t.split("-"); return { width: Number(width), theme }; });

// What an address's last name stands for, in the shell. `c` is the coalition, `all` its whole view.
const SHELL = {
	"pact/:c/charter/:hash": async (ask, c) => (await ask(`/coalitions/${c}/charters`)).map((x) => ({ hash: x.hash })),
	"pact/:c/party/:id": (_, c, all) => all.parties.slice(0, 4).map((p) => ({ id: p.id })),
	"pact/:c/accession/:id": (_, c, all) => all.parties.slice(0, 4).map((p) => ({ id: p.id })),
	"pact/:c/acts/:leaf": async (ask, c) => (await ask(`/coalitions/${c}/acts?limit=1`)).map((a) => ({ leaf: a.leaf })),
	"log/:c/:log": (_, c, all) => all.logs.slice(0, 2).map((l) => ({ log: `${l.member}.${l.epoch}` })),
	"log/:c/:log/:seq": (_, c, all) => all.logs.slice(0, 2).map((l) => ({ log: `${l.member}.${l.epoch}`, seq: "0" })),
	"records/:c/:object": async (ask, c) => (await ask(`/coalitions/${c}/records?mode=real&limit=5`)).map((r) => ({ object: r.object })),
	"records/:c/:object/edit": async (ask, c) => (await ask(`/coalitions/${c}/records?mode=real&limit=50`)).filter((r) => r.own && r.state === "live").slice(0, 2).map((r) => ({ object: r.object })),
	"people/user/:name": async (ask) => (await ask("/users")).slice(0, 2).map((u) => ({ name: u.name })),
	"webhooks/:id": async (ask) => (await ask("/webhooks")).slice(0, 1).map((w) => ({ id: w.id })),
};

// The same in the work areas: from which list the things come, and by which mark `:id` (or by which all names of the address) are filled.
const WORK = {
	"cyber/object": ["cyber/objects?mode=real&limit=3", (x) => ({ id: x.id, author: x.author.id })], "cyber/cases": ["cyber/cases?mode=real&limit=3", (x) => x.object],
	"training/exercise": ["training/exercises?mode=exercise", (x) => x.object],
	"response/alerts": ["response/alerts?mode=real&limit=3", (x) => x.object],
	"response/request": ["response/requests?mode=real&limit=3", (x) => x.object],
	"procurement/pool": ["procurement/records?kind=pool&mode=real", (x) => x.object], "procurement/process": ["procurement/board?mode=real", (x) => x.object],
};

// Pages that show something else for a question in their address.
const ASKED = { "pact/:c/prepare": ["sign", "accede", "ratify", "withdraw", "suspend", "resume"].map((k) => `?kind=${k}`), search: ["?q=note"] };

// Exercises are played in their own mode; everything else is looked at as it is.
const MODE = { "training/exercise": "exercise" };

const filled = (address, names) => address.split("/").map((p) => (p.startsWith(":") ? names[p.slice(1)] : p)).join("/");

export async function places(page, tables, { fail, find, mode: shown = "real" }) {
	const ask = async (path) => (await page.evaluate(async (p) => (await fetch(`/api/v1${p}`)).json(), path)).items ?? [];
	const list = [], missing = new Set();
	const add = (address, c, names, mode) => {
		for (const q of ["", ...(ASKED[address] ?? []), ...(address === "search" && find ? [`?q=${encodeURIComponent(find)}`] : [])]) list.push({ at: filled(address, { c, ...names }) + q, address, mode });
	};
	const coalitions = (await ask("/coalitions")).map((x) => x.id);
	for (const address of tables[""]) {
		const parts = address.split("/"), named = parts.filter((p) => p.startsWith(":") && p !== ":c");
		if (named.length && !SHELL[address]) fail(`places.mjs does not know what ${address} names`);
		let n = 0;
		for (const c of parts.includes(":c") ? coalitions : [""]) {
			const all = c ? await page.evaluate(async (p) => (await fetch(p)).json(), `/api/v1/coalitions/${c}`) : null;
			for (const names of named.length ? await SHELL[address](ask, c, all) : [{}]) n++, add(address, c, names);
		}
		if (!n) missing.add(address);
	}
	for (const [area, addresses] of Object.entries(tables).filter(([a]) => a)) {
		for (const address of addresses) {
			const thing = `${area}/${address.split("/")[0]}`, named = address.includes(":");
			if (named && !WORK[thing]) fail(`places.mjs does not know what ${area}: ${address} names`);
			let n = 0;
			for (const c of coalitions) {
				const things = named ? (await ask(`/coalitions/${c}/${WORK[thing][0].replace("mode=real", `mode=${shown}`)}`)).slice(0, 3).map(WORK[thing][1]) : [""];
				for (const x of things) n++, add(`work/${area}/:c${address ? `/${address}` : ""}`, c, typeof x === "string" ? { id: encodeURIComponent(x) } : x, MODE[thing]);
			}
			if (!n) missing.add(`${area}: ${address}`);
		}
	}
	return { list, missing: [...missing] };
}
