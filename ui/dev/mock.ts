// A node that is none: answers docs/api.md from the standing that a demonstration left behind. For looking at pages only.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import type { Act, AllStatus, AuditRow, Charter, Entry, Job, RecordRow, Session, Statement, Status, Letter, NeedRow, Webhook } from "../src/types.js";
import alb from "./status-alb.json";
import lake from "./status-lake.json";

const CSP = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";
const TYPES: Record<string, string> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml" };
const hex = (s: string): string => createHash("sha256").update(s).digest("hex");
const NOW = Date.now();
const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

type World = { status: AllStatus; records: Map<string, RecordRow[]>; signed_in: boolean; scene: string; jobs: Map<string, Job>; pending: unknown[]; tokens: unknown[] };

const CANARY = "<img src=x onerror=canary()>";

function scene_of(scene: string): World {
	const a = structuredClone((alb as unknown as AllStatus).coalitions[0]!);
	const l = structuredClone((lake as unknown as AllStatus).coalitions[0]!);
	l.self = "";
	l.self_is_member = false;
	for (const p of l.parties) p.self = false;
	const w: World = { status: { member: a.self, label: "ALB", coalitions: [a, l] }, records: new Map(), signed_in: false, scene, jobs: new Map(), pending: [], tokens: [] };
	if (scene === "empty") {
		Object.assign(a, { parties: a.parties.filter((p) => p.self).map((p) => ({ ...p, signed: [], statements: [], status: "declared", member: false })), members: [], logs: [], peers: [], in_force: false, self_is_member: false });
		Object.assign(a.charter, { signatures: 0, not_signed_by: a.charter.signed_by, signed_by: [] });
		Object.assign(a, { records: { real: 0, exercise: 0, test: 0 }, warnings: [], forks: [], refusals: [], statements_about_others: [] });
		w.status.coalitions = [a];
		return w;
	}
	// Bulgaria on its way: one of three has ratified.
	const bgr = a.parties.find((p) => p.label === "BGR")!;
	Object.assign(bgr, { member: false, status: "applied", words: "not a member; its accession awaits ratification", ratified: 1, missing: bgr.ratified_by!.slice(1), ratified_by: bgr.ratified_by!.slice(0, 1) });
	a.members = a.members.filter((m) => m.id !== bgr.id);
	a.statements_about_others = [{ ...bgr.statements[0]!, about: "MNE", claim: "other", quote: "Ne razgovaramo o tome.", lang: "hr", where: "Zagreb", leaf: hex("mne") }] as Statement[];
	a.peers[1]!.failures = 4;
	a.peers[1]!.error = "connection refused";
	a.peers[1]!.last_ok = ago(95);
	a.refusals = [{ peer: bgr.id, label: "BGR", step: "consistency", text: "the head does not continue what is held", times: 3, first: ago(300), last: ago(30), mended: ago(20) }];
	if (scene === "canary") {
		const kos = a.parties.find((p) => p.label === "KOS")!;
		kos.label = "AL\u202eB";
		bgr.label = "АLB";
		bgr.statements[0]!.quote = `${CANARY}<script>canary()</script>`;
		bgr.statements[0]!.speaker = `"><svg onload=canary()>`;
		bgr.statements[1]!.source = "javascript:canary()";
	}
	w.records.set(a.coalition, records_of(a, scene));
	w.records.set(l.coalition, []);
	return w;
}

function records_of(s: Status, scene: string): RecordRow[] {
	const members = s.members;
	const n = Number(process.env.ROWS ?? 60);
	const titles = ["Phishing wave against ministries", "Convoy route closed at the pass", "Winter exercise: room booking", "Framework contract for radios", "Forest fire near the border", "Note among the three"];
	const classes = ["UNCLASSIFIED TLP=GREEN", "RESTRICTED TLP=AMBER", "UNCLASSIFIED", "CONFIDENTIAL REL=HRV,KOS TLP=RED"];
	return Array.from({ length: n }, (_, i): RecordRow => {
		const author = members[i % members.length]!;
		return {
			object: `${author.id}.${hex(`o${i}`).slice(0, 26)}`, author: author.id, author_label: author.label, kind: "note/1", mode: i % 7 === 3 ? "exercise" : "real",
			label: `Declaration-on-cooperation ${classes[i % classes.length]}`, time: ago(7 + i * 43), until: null, epoch: 1, seq: n - i, leaf: hex(`l${i}`),
			state: i === 4 ? "recalled" : "live", frozen: false, title: scene === "canary" ? CANARY : `${titles[i % titles.length]}${i > 5 ? `, part ${i}` : ""}`,
			audience: i % 3 ? members : [author], own: author.id === s.self,
			files: i % 2 ? [] : [{ name: scene === "canary" ? CANARY : "indicators.csv", size: 81_234, sha256: hex(`f${i}`), media: "text/csv", here: i % 4 === 0 }],
			content: { title: titles[i % titles.length]!, text: scene === "canary" ? CANARY : "What is known so far.\n\nThe sender uses two domains that were registered last week.\nBlock both; report hits to the duty officer." },
		};
	});
}

class Refuse extends Error {
	constructor(readonly status: number, readonly title: string, readonly detail: string, readonly pointer?: string) {
		super(detail);
	}
}

function session_of(w: World): Session {
	const roles = { pact: "officer", records: "officer", cyber: "reader", node: "administrator" } as const;
	const local = w.scene === "first";
	return {
		method: local ? "local" : "password", first_run: local, member: { id: w.status.member, label: w.status.label }, csrf: local ? null : "0".repeat(64),
		user: local ? null : { name: "edi", display: "E. (duty officer)", clearance: "*", totp: false, roles }, roles: local ? { pact: "reader", records: "reader", node: "reader" } : roles,
		made: ago(5), expires: ago(-700), idle_expires: ago(-55), confirmed_until: ago(-1), events: null,
	};
}

const page = <T>(items: T[], q: URLSearchParams): { items: T[]; next: string | null } => {
	const from = Number(q.get("after") ?? 0);
	const to = from + Number(q.get("limit") ?? 50);
	return { items: items.slice(from, to), next: to < items.length ? String(to) : null };
};

function acts_of(s: Status): Act[] {
	const bgr = s.parties.find((p) => p.status === "applied") ?? null;
	return s.parties.flatMap((p) => p.signed.map((a): Act => ({
		...a, member: p.id, label: p.label, officer: /sign|accede|ratify/.test(a.kind) ? "officer-1" : null,
		about: a.kind === "ratify/1" && bgr ? { id: bgr.id, label: bgr.label } : null,
		body: `entente-act-body/1\nkind ${a.kind}\n`,
	}))).sort((x, y) => y.time.localeCompare(x.time));
}

function charter_of(s: Status): Charter {
	const prose = "The parties declare that they will cooperate in joint training, in cyber security, in rapid response and in joint procurement.\n\nEach remains free in what it shares.\n";
	return {
		hash: s.charter.hash, version: s.charter.version, current: true, proposed: false, founding: true, prev: null, name: s.name,
		fields: ["joint-training", "cyber-security", "rapid-response", "joint-procurement"], members: s.charter.signed_by, force: "all", accession: "all", observers: 2,
		suspension: 2, policy: "Declaration-on-cooperation", ladder: ["UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL"], categories: [],
		clearances: [{ member: null, class: "RESTRICTED", tags: null }], two_person: ["sign", "withdraw"], quota_entries: 100_000, quota_payload_bytes: 1 << 30, prose,
		text: `entente-charter/1\nname ${s.name}\nversion 1\n\n${prose}`,
	};
}

function entries_of(size: number): Entry[] {
	return Array.from({ length: size }, (_, i): Entry => i % 3 === 1
		? { seq: i, leaf: hex(`e${i}`), shape: "veiled", time: null, kind: null, mode: null, label: null, bucket: 4096, officer: null }
		: { seq: i, leaf: hex(`e${i}`), shape: "open", time: ago((size - i) * 30), kind: i % 2 ? "note/1" : "ratify/1", mode: "real", label: "Declaration-on-cooperation UNCLASSIFIED", bucket: 1024, officer: i % 2 ? null : "officer-1", text: "entente-entry/1\nkind ratify/1\n" }).reverse();
}

function of_coalition(w: World, m: string, s: Status, rest: string[], q: URLSearchParams, body: unknown): unknown {
	const [what, one, two, three, four] = rest;
	const records = w.records.get(s.coalition) ?? [];
	if (!what) return s;
	if (what === "charters") return one === undefined ? page([charter_of(s)], q) : two === "text" ? charter_of(s).text : charter_of(s);
	if (what === "labels") return { policy: "Declaration-on-cooperation", ladder: charter_of(s).ladder, categories: [], tlp: ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] };
	if (what === "parties") {
		if (!one) return page(s.parties, q);
		const p = s.parties.find((x) => x.id === one);
		if (!p) throw new Refuse(404, "missing", "no such party");
		return { ...p, keys: { version: 1, fingerprint: hex(one), words: "amber canal drift lemon orbit seven", threshold: 1, root_keys: 1, officers: [{ id: "officer-1", scopes: ["sign", "accede", "ratify"], until: ago(-500_000) }], endpoints: ["https://node.example:8443"], tls: [hex(`t${one}`)] } };
	}
	if (what === "acts" && one === "pending") return page(w.pending, q);
	if (what === "acts" && one === "prepare" && m === "POST") return `entente-prepared/1\n${JSON.stringify(body)}\n`;
	if (what === "acts" && m === "POST") return { kind: "ratify/1", seq: 12, leaf: acts_of(s)[0]!.leaf, object: "x" };
	if (what === "acts") {
		if (!one) return page(acts_of(s).filter((a) => !q.get("kind") || a.kind.startsWith(q.get("kind")!)), q);
		const act = acts_of(s).find((a) => a.leaf === one);
		if (!act) throw new Refuse(404, "missing", "no such act");
		return act;
	}
	if (what === "statements" && m === "POST") return { seq: 1, leaf: hex("s"), object: "x" };
	if (what === "statements") return page([...s.parties.flatMap((p) => p.statements), ...s.statements_about_others].filter((x) => x.mode === (q.get("mode") ?? "real")), q);
	if (what === "refusals") return page(s.refusals, q);
	if (what === "flags") return page(s.flags, q);
	if (what === "forks") return "entente-fork/1\n";
	if (what === "logs") {
		if (!one) return page(s.logs, q);
		const log = s.logs.find((x) => `${x.member}.${x.epoch}` === one);
		if (!log) throw new Refuse(404, "missing", "no such log");
		if (!two) return { ...log, head: `${s.coalition}/${one}\n${log.size}\n${log.root}\n\n— ${log.label} AAAA\n` };
		if (two === "verify") return job_of(w, "verify");
		const entries = entries_of(log.size);
		if (!three) return page(entries, q);
		const e = entries.find((x) => x.seq === Number(three));
		if (!e) throw new Refuse(404, "missing", "no such entry");
		return four === "proof" ? "c2sp.org/tlog-proof@v1\n" : e;
	}
	if (what === "records") return of_records(w, m, s, records, [one, two, three], q, body as Record<string, unknown>);
	throw new Refuse(404, "missing", "no such route");
}

function of_records(w: World, m: string, s: Status, all: RecordRow[], [one, two, three]: (string | undefined)[], q: URLSearchParams, body: Record<string, unknown>): unknown {
	if (!one && m === "POST") {
		const content = body["content"] as { title: string; text?: string };
		if (content.title === "refuse") throw new Refuse(422, "invalid", "a title must not be a refusal", "/content/title");
		const self = { id: s.self, label: w.status.label };
		const r: RecordRow = { ...all[0]!, object: `${s.self}.${randomBytes(13).toString("hex")}`, author: self.id, author_label: self.label, mode: body["mode"] as "real", label: `Declaration-on-cooperation ${body["label"]}`, time: new Date().toISOString(), title: content.title, content, files: [], own: true, leaf: hex(String(Math.random())), audience: body["audience"] === "all" ? s.members : [self] };
		all.unshift(r);
		tell({ event: "record", data: { coalition: s.coalition, object: r.object, kind: "note/1", mode: r.mode, change: "written", author: self.id, seq: 99 } });
		return r;
	}
	if (!one) {
		const mode = q.get("mode") ?? "real";
		const text = (q.get("text") ?? "").toLowerCase();
		return page(all.filter((r) => r.mode === mode && (!text || r.title.toLowerCase().includes(text))), q);
	}
	const r = all.find((x) => x.object === one);
	if (!r) throw new Refuse(404, "missing", "no such record");
	if (two === "versions") return page([r, { ...r, leaf: hex(`old${r.leaf}`), time: ago(9000), title: `${r.title} (draft)`, content: { text: "What is known so far.\n\nReport hits to the duty officer." } }], q);
	if (two === "files" && three) return { url: `/f/ticket/${encodeURIComponent("indicators.csv")}`, name: "indicators.csv", size: 3, media: "text/csv", expires: ago(-1) };
	if (m === "PUT") Object.assign(r, { title: (body["content"] as { title: string }).title });
	return r;
}

function job_of(w: World, kind: "verify" | "doctor"): Job {
	const job: Job = { id: randomBytes(4).toString("hex"), kind, state: "running", done: 3, all: 12, made: new Date().toISOString(), ended: null, by: "edi", result: null };
	w.jobs.set(job.id, job);
	setTimeout(() => {
		Object.assign(job, { state: "done", done: 12, ended: new Date().toISOString(), result: kind === "verify" ? { ok: true, where: "", text: "12 leaves, 1 tile and the root are what was signed" } : { ok: true, checks: [{ check: "keys", result: "ok", text: "the node's key is readable by its owner alone" }, { check: "trial", result: "warning", text: "one root key only" }, { check: "store", result: "ok", text: "integrity holds" }] } });
		tell({ event: "job", data: job as unknown as Record<string, unknown> });
	}, 700);
	return job;
}

const NEEDS = (w: World): NeedRow[] => w.status.coalitions.slice(0, 1).flatMap((s): NeedRow[] => {
	const base = { area: "pact", mode: "real" as const, coalition: s.coalition, coalition_name: s.name, since: ago(90), acked: null, values: {}, words: "" };
	return [
		{ ...base, id: hex("n1").slice(0, 32), level: "act", text: "need.ratify", values: { who: "BGR" }, place: `pact/${s.coalition}/accession/x` },
		{ ...base, id: hex("n2").slice(0, 32), level: "look", text: "need.record", area: "records", place: `records/${s.coalition}` },
		{ ...base, id: hex("n3").slice(0, 32), level: "look", text: "need.silent", values: { who: "HRV" }, place: "peers", acked: { by: "user:mira", at: ago(20) } },
	];
});
const HOOKS: Webhook[] = [{ id: "0011223344556677", name: "duty desk", url: "https://desk.alb.example/entente", roles: { pact: "reader", records: "reader" }, clearance: "RESTRICTED", pin: null, play: false, disabled: false, made: ago(9000), made_by: "edi" }];
const LETTERS: Letter[] = (["waiting", "dead", "sent", "sent"] as const).map((state, i) => ({ row: 40 - i, event: hex(`e${i}`).slice(0, 32), topic: i % 2 ? "act" : "record", state, tries: state === "sent" ? 1 : 4 + i, made: ago(i * 70), next: state === "waiting" ? ago(-3) : null, done: state === "waiting" ? null : ago(i * 70), status: state === "sent" ? 204 : state === "dead" ? 410 : null, error: state === "sent" ? "" : state === "dead" ? "answered with status 410" : "no answer within the deadline" }));

const USERS = ["edi", "mira", "<b>x</b>"].map((name, i) => ({ name, display: i ? "" : "E. (duty officer)", roles: { pact: "officer", records: "contributor" }, clearance: i ? "RESTRICTED" : "*", totp: i === 1, disabled: i === 2, locked_until: null, made: ago(9000), signed_in: i === 2 ? null : ago(4), certificates: [] }));

function answer(w: World, m: string, path: string[], q: URLSearchParams, body: unknown): unknown {
	const [a, b, c] = path;
	const empty = w.scene === "empty";
	if (a === "hello") return { label: w.status.label, version: "0.1.0", first_run: w.scene === "first", certificate: false, tls: false };
	if (a === "openapi.json") return { openapi: "3.1.0", paths: { "/coalitions/{c}/cyber/indicators": {} } };
	if (a === "session" && !b && m === "POST") {
		if ((body as { password?: string }).password === "wrong-password") throw new Refuse(401, "auth", "the name or password does not hold");
		w.signed_in = true;
		return session_of(w);
	}
	if (!w.signed_in && w.scene !== "first") throw new Refuse(401, "auth", "nobody is signed in");
	if (a === "session" && b === "all") return page([{ id: "1", made: ago(5), seen: ago(0), address: "127.0.0.1", agent: "Chromium", method: "password", this: true }, { id: "2", made: ago(500), seen: ago(300), address: "10.0.0.7", agent: "Firefox", method: "password", this: false }], q);
	if (a === "session" && b === "totp") return { secret: "JBSWY3DPEHPK3PXPJBSWY3DP", uri: "otpauth://totp/entente:edi?secret=JBSWY3DPEHPK3PXPJBSWY3DP&issuer=entente" };
	if (a === "session") return session_of(w);
	if (a === "tokens") return m === "POST" ? { token: `ent_${randomBytes(20).toString("hex")}` } : page(empty ? [] : [{ id: "t", user: "edi", name: "collector", roles: { records: "reader" }, clearance: null, made: ago(900), until: ago(-90_000), used: ago(2), state: "live" }], q);
	if (a === "users") return b ? USERS.find((u) => u.name === b) : page(USERS, q);
	if (a === "status") return w.status;
	if (a === "needs") return page(empty ? [] : NEEDS(w), q);
	if (a === "notify") return { mail: "duty@alb.example", mail_on: true, rules: [{ area: "pact", browser: true, play: false, mail_after: 5, deputy: "mira", deputy_after: 30 }] };
	if (a === "webhooks" && c === "letters") return page(empty ? [] : LETTERS, q);
	if (a === "webhooks") return b ? HOOKS[0] : page(empty ? [] : HOOKS, q);
	if (a === "coalitions" && !b) return page(w.status.coalitions.map((s) => ({ id: s.coalition, name: s.name, in_force: s.in_force, self_is_member: s.self_is_member, members: s.members.length, parties: s.parties.length, charter: s.charter, clearance: "*" })), q);
	if (a === "coalitions") {
		const s = w.status.coalitions.find((x) => x.coalition === b);
		if (!s) throw new Refuse(404, "missing", "no such coalition");
		return of_coalition(w, m, s, path.slice(2), q, body);
	}
	if (a === "peers") return page(w.status.coalitions.slice(0, 1).flatMap((s) => s.peers.map((p, i) => ({ ...p, coalitions: [s.coalition], endpoints: [`https://node-${i}.example:8443`], forked: false }))), q);
	if (a === "audit" && b === "verify") return { rows: 812, ok: true, where: null, text: "" };
	if (a === "audit") return page(empty ? [] : Array.from({ length: 400 }, (_, i): AuditRow => ({ row: 400 - i, time: ago(i * 11), who: i % 3 ? "edi" : "mira", what: i % 2 ? "record.read" : "session.begin", about: hex(`a${i}`).slice(0, 20) })), q);
	if (a === "search") {
		const text = (q.get("q") ?? "").toLowerCase();
		const hits = [...w.records].flatMap(([id, rows]) => rows.filter((r) => r.mode === (q.get("mode") ?? "real") && r.title.toLowerCase().includes(text)).map((r) => ({ type: "record", coalition: id, coalition_name: "Declaration on cooperation", id: r.object, title: r.title, label: r.label, mode: r.mode, time: r.time })));
		return { items: hits.slice(0, Number(q.get("limit") ?? 50)) };
	}
	if (a === "settings") return { label: "ALB", member: w.status.member, listen: "127.0.0.1:8080", peer_listen: "0.0.0.0:8443", database: "sqlite", allow: ["10.0.0.0/8"], poll_ms: 30000, connections: 256, tls: false, version: "0.1.0", started: ago(600), signs: true };
	if (a === "doctor") return job_of(w, "doctor");
	if (a === "jobs") return w.jobs.get(c ?? b ?? "");
	if (a === "files") return { sha256: hex(String(Math.random())), size: 100, name: q.get("name") };
	throw new Refuse(404, "missing", "no such route");
}

const streams = new Set<ServerResponse>();
function tell(e: { event: string; data: Record<string, unknown> }): void {
	for (const r of streams) r.write(`event: ${e.event}\ndata: ${JSON.stringify(e.data)}\n\n`);
}

async function body_of(req: IncomingMessage): Promise<unknown> {
	const parts: Buffer[] = [];
	for await (const part of req) parts.push(part as Buffer);
	const text = Buffer.concat(parts).toString();
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}

function file(dist: string, path: string, res: ServerResponse): void {
	const at = join(dist, normalize(path === "/" ? "/index.html" : path));
	if (!at.startsWith(dist) || !existsSync(at)) return void res.writeHead(404).end();
	res.writeHead(200, { "Content-Type": TYPES[extname(at)] ?? "application/octet-stream" }).end(readFileSync(at));
}

export function serve(dist: string, port: number, scene: string): void {
	const w = scene_of(scene);
	createServer((req, res) => {
		void (async () => {
			const url = new URL(req.url ?? "/", "http://x");
			res.setHeader("Content-Security-Policy", CSP);
			res.setHeader("X-Content-Type-Options", "nosniff");
			if (url.pathname === "/events") {
				res.writeHead(200, { "Content-Type": "text/event-stream" }).write(":\n\n");
				streams.add(res);
				req.on("close", () => streams.delete(res));
				return;
			}
			if (!url.pathname.startsWith("/api/v1/")) return file(dist, url.pathname, res);
			try {
				const body = await body_of(req);
				w.signed_in = (req.headers.cookie ?? "").includes("entente-session=1");
				if (req.method === "POST" && url.pathname === "/api/v1/session") res.setHeader("Set-Cookie", "entente-session=1; HttpOnly; SameSite=Strict; Path=/");
				if (req.method === "DELETE" && url.pathname === "/api/v1/session") res.setHeader("Set-Cookie", "entente-session=; Max-Age=0; Path=/");
				if (req.method === "DELETE") return void res.writeHead(204).end();
				const got = answer(w, req.method ?? "GET", url.pathname.slice(8).split("/").map(decodeURIComponent), url.searchParams, body);
				const text = typeof got === "string" ? got : JSON.stringify(got);
				res.writeHead(200, { "Content-Type": typeof got === "string" ? "text/plain; charset=utf-8" : "application/json", ETag: `"${hex(text).slice(0, 16)}"` }).end(text);
			} catch (e) {
				const r = e instanceof Refuse ? e : new Refuse(500, "io", String(e));
				res.removeHeader("Set-Cookie");
				res.writeHead(r.status, { "Content-Type": "application/problem+json" }).end(JSON.stringify({ type: "about:blank", title: r.title, status: r.status, detail: r.detail, pointer: r.pointer }));
			}
		})();
	}).listen(port, "127.0.0.1");
}
