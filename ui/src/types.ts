// What the API answers (docs/api.md), as far as the pages read it.

export type Mode = "real" | "exercise" | "test";
export type Role = "reader" | "contributor" | "officer" | "administrator";
export type Roles = Record<string, Role>;
export type Page<T> = { items: T[]; next: string | null };
export type PartyRef = { id: string; label: string };

export type Hello = { label: string; version: string; first_run: boolean; certificate: boolean; tls: boolean; public?: boolean; provider: string | null };
export type Session = {
	method: "password" | "certificate" | "passkey" | "oidc" | "token" | "local";
	first_run: boolean;
	member: PartyRef;
	csrf: string | null;
	user: { name: string; display: string; clearance: string | null; totp: boolean; roles: Roles } | null;
	roles?: Roles;
	made: string | null;
	expires: string | null;
	idle_expires: string | null;
	confirmed_until: string | null;
	events: string | null;
};
export type PasskeyAsk = { challenge: string; rpId: string; timeout: number; allowCredentials: { type: "public-key"; id: string }[] };
export type PasskeyOptions = {
	rp: { id: string; name: string }; user: { id: string; name: string; displayName: string }; challenge: string;
	pubKeyCredParams: PublicKeyCredentialParameters[]; timeout: number; excludeCredentials: { type: "public-key"; id: string }[];
	authenticatorSelection: AuthenticatorSelectionCriteria; attestation: AttestationConveyancePreference;
};
export type Passkey = {
	id: string; name: string; site: string; backed_up: boolean; made: string; used: string | null; copied: string | null;
};
export type SessionRow = {
	id: string; made: string; seen: string; address: string; agent: string; method: string; this: boolean;
};
export type Token = {
	id: string; user: string; name: string; roles: Roles; clearance: string | null;
	made: string; until: string; used: string | null; state: "live" | "expired" | "revoked";
};
export type User = {
	name: string; display: string; roles: Roles; clearance: string | null; totp: boolean; disabled: boolean;
	locked_until: string | null; made: string; signed_in: string | null;
	certificates: { pin: string; name: string; made: string }[]; passkeys: Passkey[]; subjects: { issuer: string; subject: string; made: string }[];
};

export type CoalitionRow = {
	id: string; name: string; in_force: boolean; self_is_member: boolean; members: number; parties: number;
	charter: { version: number; hash: string }; clearance: string | null;
};
export type SignedAct = {
	kind: string; words?: string; mode: Mode; epoch: number; seq: number; leaf: string; time: string;
	witnessed: number; witnesses_needed: number;
};
export type Standing =
	| "mentioned" | "declared" | "signed" | "interested" | "applied" | "observer" | "member" | "withdrawing"
	| "suspended";
export type Statement = {
	about: string; speaker: string; said: string; where: string; claim: string; quote: string; source?: string;
	file?: string; lang?: string; recorded_by: string; recorded_by_label: string; mode: Mode; seq: number;
	leaf: string; recorded: string; public?: boolean;
};
export type Party = {
	id: string; label: string; self: boolean; founder: boolean; member: boolean; status: Standing; words: string;
	forked: boolean; signed: SignedAct[]; ratified?: number; ratifications_needed?: number; ratified_by?: PartyRef[];
	missing: PartyRef[]; unwitnessed: number; withdraws: string | null; suspended_by: PartyRef[];
	root: { version: number; threshold: number; keys: number; trial: boolean; signed_twice?: number } | null; statements: Statement[];
};
export type LogRow = {
	member: string; label: string; epoch: number; size: number; root: string; time: string; frozen_at: number | null;
	contents_wanted: number | null; flags: number;
	cosigned: { witness: string; label: string; size: number; time: string }[];
};
export type Status = {
	coalition: string; name: string; now: string; self: string; in_force: boolean; self_is_member: boolean;
	charter: {
		version: number; hash: string; founding: string; signatures: number; signatures_needed: number;
		signed_by: PartyRef[]; not_signed_by: PartyRef[];
	};
	members: PartyRef[]; standing_digest: string; parties: Party[]; statements_about_others: Statement[];
	logs: LogRow[];
	peers: { id: string; label: string; last_ok: string | null; last_try: string | null; failures: number; error: string }[];
	records: Record<Mode, number>;
	flags: Flag[]; refusals: Refusal[];
	forks: { member: string; epoch: number; cut: number; proof: string; proof_bytes: number }[];
	warnings: string[];
};
export type AllStatus = { member: string; label: string; coalitions: Status[] };
export type Flag = { member: string; epoch: number; seq: number; at: string; step: string; text: string };
export type Refusal = {
	peer: string; label: string; step: string; text: string; times: number; first: string; last: string; mended: string | null;
};
export type Keys = {
	version: number; fingerprint: string; words: string; threshold: number; root_keys: number | string[];
	officers: { id: string; scopes: string[] | string; until: string | null }[]; endpoints: string[]; tls: string[];
};
export type PartyPage = Party & { keys: Keys | null };
export type Quorum = number | "all" | "no";
export type Charter = {
	hash: string; version: number; current: boolean; founding: boolean | string; prev: string | null; name: string;
	proposed: boolean; signed_by?: PartyRef[]; not_signed_by?: PartyRef[];
	fields: string[] | string; members: PartyRef[]; force: Quorum; accession: Quorum; observers: Quorum;
	suspension: Quorum | string; policy: string; ladder: string[]; categories: unknown;
	clearances: { member: string | null; class: string; tags: unknown }[]; two_person: string[]; public_acts?: boolean;
	quota_entries: number; quota_payload_bytes: number; prose?: string; text?: string;
};
export type Labels = {
	policy: string; ladder: string[]; categories: { tag: string; type: string; values: string[] }[]; tlp: string[];
};
export type Act = {
	member: string; label: string; epoch: number; seq: number; leaf: string; kind: string; mode: Mode; time: string;
	officer: string | null; about: PartyRef | null; witnessed: number; witnesses_needed: number; body?: string;
};
export type Pending = { id: string; kind: string; by: string; officer: string; made: string; text: string };
export type Entry = {
	seq: number; leaf: string; shape: "open" | "veiled" | "withheld"; time: string | null; kind: string | null;
	mode: Mode | null; label: string | null; bucket: number | null; officer: string | null; text?: string;
};
export type FileRef = { name: string; size: number; sha256: string; media: string | null; here: boolean };
export type RecordRow = {
	object: string; author: string; author_label: string; kind: string; mode: Mode; label: string; time: string;
	until: string | null; epoch: number; seq: number; leaf: string; state: "live" | "recalled" | "erased";
	frozen: boolean; title: string; audience: PartyRef[]; own: boolean; files: FileRef[];
	content?: { title?: string; text?: string; files?: { name: string; sha256: string; media?: string }[] };
};
export type Peer = {
	id: string; label: string; coalitions: string[]; endpoints: string[]; last_ok: string | null;
	last_try: string | null; failures: number; error: string; forked: boolean;
};
export type AuditRow = { row: number; time: string; who: string; what: string; about: string };
export type SearchHit = {
	type: "record" | "party" | "statement"; kind: string | null; coalition: string; coalition_name: string; id: string; title: string;
	label: string | null; mode: Mode | null; time: string | null;
};
export type NodeSettings = Record<string, unknown>;
export type DoctorCheck = { check: string; result: "ok" | "warning" | "bad"; text: string };
export type Job = {
	id: string; kind: "verify" | "doctor"; state: "waiting" | "running" | "done" | "failed"; done: number; all: number;
	made: string; ended: string | null; by: string;
	result: { ok: boolean; where?: string; text?: string; checks?: DoctorCheck[] } | null;
};
export type NeedRow = {
	id: string; level: "alarm" | "act" | "look"; area: string; mode: Mode; text: string; values: Record<string, string>; words: string;
	place: string; coalition: string; coalition_name: string; since: string | null; acked: { by: string; at: string } | null;
};
export type NotifyRule = {
	area: string; browser?: boolean; play?: boolean; mail_after?: number | null; deputy?: string | null; deputy_after?: number | null;
};
export type Notify = { mail: string; mail_on: boolean; rules: NotifyRule[] };
export type Webhook = {
	id: string; name: string; url: string; roles: Roles; clearance: string | null; pin: string | null; play: boolean; disabled: boolean;
	made: string; made_by: string; secret?: string;
};
export type Letter = {
	row: number; event: string; topic: string; state: "waiting" | "sent" | "dead"; tries: number; made: string; next: string | null;
	done: string | null; status: number | null; error: string;
};
