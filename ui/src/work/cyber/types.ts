// What the API of this area answers; docs/cyber.md.
import type { Mode, PartyRef } from "../../types.js";

export type Obj = {
	id: string; type: string; name: string; number: string | null; version: string | null; added: string; author: PartyRef; label: string; tlp: string | null; revoked: boolean; own: boolean;
};
export type Whole = Obj & {
	raw: string; authors: PartyRef[]; audience: PartyRef[]; versions: { version: string; added: string; revoked: boolean }[]; origin: { log: string; seq: number; offset: number; leaf: string; frozen: boolean };
};
export type Node = { id: string; type: string; name: string; known: boolean; depth: number };
export type Edge = { from: string; to: string; name: string; id: string | null };
export type Graph = { nodes: Node[]; edges: Edge[]; cut: boolean };
export type Technique = { id: string; number: string | null; name: string; sightings: number; indicators: number };
export type Tactic = { id: string; name: string; techniques: Technique[] };
export type Matrix = { id: string; name: string; tactics: Tactic[] };
export type Sighting = { id: string; of: string; of_name: string; author: PartyRef; count: number; first_seen: string | null; last_seen: string | null; added: string };
export type Sightings = { days: { day: string; sightings: number; count: number }[]; latest: Sighting[]; cut: boolean };
export type Collection = {
	id: string; alias: string; title: string; description: string; builtin: boolean; inbox: boolean; author: PartyRef | null; tlp: string | null; types: string[]; label: string | null;
	audience: "all" | PartyRef[]; accounts: string;
};
export type Collections = { root: string; collections: Collection[] };
export type Kind = "case" | "task" | "rfi" | "notice" | "answer";
export type Content = {
	title?: string; summary?: string; text?: string; status?: string; severity?: string; type?: string; answer?: string; case?: string; to?: string; due?: string; objects?: string[];
	target?: string; vulnerability?: string; csaf?: unknown; for?: string;
};
export type Rec = {
	object: string; kind: Kind; mode: Mode; owner: PartyRef; own: boolean; label: string; time: string; leaf: string; seq: number; audience: PartyRef[]; title: string; status: string | null;
	severity: string | null; type: string | null; answer: string | null; due: string | null; for: PartyRef | null; about: string | null; content: Content;
};
export type RecWhole = Omit<Rec, "title" | "status" | "severity" | "type" | "answer" | "due" | "for"> & {
	linked: Rec[]; objects: Obj[];
	clock: { first_sighted: string | null; opened: string; members: { member: PartyRef; covered: string | null }[]; covered: string | null } | null;
};
export type Ingest = {
	objects: number; written: number; already: number; held: number; refused: number; entries: number;
	told: { verdict: string; index: number; id: string | null; where: string; text: string }[];
};
