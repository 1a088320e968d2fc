// What the API answers about joint training (docs/training.md), as far as these pages read it.
import type { Mode, PartyRef } from "../../types.js";

export type Content = Record<string, unknown>;
export type Rec = {
	object: string; kind: string; author: PartyRef; own: boolean; mode: Mode; label: string; time: string | null; leaf: string;
	title: string; state?: string; content: Content;
};
export type Summary = Omit<Rec, "title" | "content" | "state"> & {
	code_name: string; state: string; mark: string; start: string | null; end: string | null; participants: PartyRef[]; host: boolean;
	injects: number; shadows: number; delivered: number;
};
export type Segment = { real: string; scenario: string; num: number; den: number; jump: boolean; stopped: boolean };
export type ClockState = {
	state: string; started: boolean; running: boolean; stopped: boolean; real: string; scenario: string; elapsed_ms: number; num: number; den: number;
	startex: string | null; endex: string | null; confirmed: boolean; unconfirmed_since: string | null; segments: Segment[];
};
export type Due = {
	state: "manual" | "pending" | "at" | "held" | "dropped" | "ended"; real: string | null; scenario: string | null; automatic: boolean;
	waits: boolean; offered: boolean; unready: boolean; word?: string; by?: string; reason?: string;
};
export type Inject = Omit<Rec, "title" | "state"> & { status: string; edited: boolean; script: string; due: Due; delivery?: string; released?: string };
export type Shadow = { object: string; author: PartyRef; from: string | null; storyline: string; audiences: string[]; weight: number; gone: boolean };
export type Level = { code: string; text: string; rating: boolean };
export type Exercise = {
	exercise: Rec; state: string; mark: string; host: boolean; clock: ClockState; participants: PartyRef[]; scale: Level[]; parts: Rec[]; injects: Inject[]; shadows: Shadow[];
};
export type Light = { party: PartyRef; state: string; received: string | null; seen: string | null; acked: string | null; responded: string | null };
export type Delivery = {
	object: string; inject: string; author: PartyRef; own: boolean; label: string; number: string; title: string; body: string; from: string; method: string; mark: string;
	released: string; scenario: string; due: string | null; by: string; error: string; recalled: string; record: string | null; answer_by: string | null;
	overdue: boolean; lights: Light[];
};
export type Item = {
	object: string; author: PartyRef; own: boolean; shadow: boolean; number: string; title?: string; kind?: string; weight?: string; method?: string;
	controller?: string; status?: string; fire?: string; load?: number; due: Due;
};
export type Live = {
	exercise: Summary; clock: ClockState; overdue: Item[]; now: Item[]; next: Item[]; held: Item[]; later: number; deliveries: Delivery[];
	responses: { object: string; delivery: string; party: PartyRef; kind: string; at: string; text: string; by: string }[];
	log: { kind: string; at: string; scenario: string; to: string | null; rate: string; party: PartyRef; by: string; reason: string }[];
};
export type Inbox = { exercise: string; code_name: string; mark: string; clock: ClockState; deliveries: Delivery[]; responses: Rec[] };
export type Finding = { rule: string; blocks: boolean; object: string; number: string; text: string };
export type Cover = {
	objectives: number; designed: number; delivered: number; evaluated: number; phases: { object: string; title: string }[];
	rows: { object: string; number: string; title: string; core: boolean; designed: boolean; delivered: boolean; evaluated: boolean; injects: number; played: number;
		observations: number; not_observed: number; withheld: number; ratings: { code: string; n: number }[]; phases: number[] }[];
};
export type Replay = {
	code_name: string; mark: string; digest: string; measures: Record<string, number>;
	events: { at: string; rate?: string; scenario?: string; event: string; member: string; object: string; what: string; text?: string; due?: string; delivery?: string }[];
};
export type Import = {
	written: boolean; sheets: { name: string; hidden: boolean; rows: number; chosen: boolean }[]; header: number | null; author: string; comments: number; hidden_columns: number;
	columns: { column: string; heading: string; field: string; samples: string[] }[];
	count: Record<"new" | "changed" | "same" | "conflict" | "error" | "denied", number>;
	rows: { row: number; number: string; action: string; content?: Content; notes: { cell: string; severity: string; text: string }[];
		changes: { field: string; side: string; here?: unknown; sheet?: unknown }[] }[];
};
export type Entry = {
	record: Rec; state: string; start: string; end: string; venue: string; cancelled: boolean;
	answers: { member: PartyRef; answer: "open" | "accepted" | "declined"; reason: string; before: boolean }[];
};
export type Clash = { kind: string; a: string; b: string | null; resource: string; from: string; to: string; text: string };
export type Programme = { entries: Entry[]; masks: Rec[]; clashes: Clash[] };
export type Fit = { places: { start: string; venue: string; cost: number; clashes: number; why: string }[] };
export type Proposal = { value: number; placed: number; places: { entry: string; title: string; placed: boolean; start?: string; venue?: string; moved?: boolean }[] };

export type Out = {
	row: number; channel: "mail" | "webhook" | "xapi"; about: string; target: string; state: "waiting" | "sent" | "dead"; tries: number; made: string; done: string | null; error: string; again: boolean;
};
export type Calendar = { id: string; name: string; owner: string; clearance: string; mode: Mode; busy: boolean; made: string; address?: string };

export const str = (c: Content, key: string): string => (typeof c[key] === "string" ? (c[key] as string) : "");
export const list = (c: Content, key: string): string[] => (Array.isArray(c[key]) ? (c[key] as string[]) : []);
