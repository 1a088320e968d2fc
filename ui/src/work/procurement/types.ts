// What the API of this area answers (schema.json has the frame; the contents are those of docs/procurement.md).
import type { Mode, PartyRef } from "../../types.js";

export type Money = { amount: number; currency: string };
export type Rec<T> = { object: string; kind: string; author: string; author_label: string; time: string; mode: Mode; label: string; leaf: string; own: boolean; content: T };

// What it waits for, of whom, and until when.
export type Waiting = { waits_for: string | null; waits_on: PartyRef[]; waits_until: string | null; waits_for_me: boolean; next: string | null };
export type Card = Waiting & {
	object: string; ocid: string; title: string; state: string; lead: PartyRef; members: number; consents: number; value: Money | null;
	mode: Mode; label: string; leaf?: string; time: string; complaints: number;
};

export type Class = { scheme: string; id: string; description?: string };
export type Need = { title: string; description?: string; classification: Class[]; quantity: number; unit: string; maxUnitPrice?: Money; firmness: string; status: string; site?: string };
export type Pool = { title: string; text?: string; classification: Class[]; unit: string; status: string; closes?: string };
export type Participation = { pool: string; status: string; quantity: number; text?: string };
export type Vote = { pool: string; lead: string };
export type PoolView = { pool: Rec<Pool>; participations: Rec<Participation>[]; interested: number; committed: number; members: number; votes: Rec<Vote>[] };
export type Suggestion = { key: string; by: "item" | "class"; quantity: number; unit: string; members: number; needs: Rec<Need>[] };

export type Lot = { id: string; title: string; reserve: Money };
export type Item = { id: string; relatedLot: string; description: string; quantity: number; unit: string; relatedBuyer: string };
export type Criterion = { id: string; title: string; kind: string; max?: number; threshold?: number };
export type Tender = {
	title: string; description?: string; currency: string; estimate: Money; lots: Lot[]; items: Item[]; criteria?: Criterion[]; deadline: string; openAt: string; fallbackAt: string;
	standstillDays: number; threshold: number; status: string; rationale?: string; documents?: { title: string; sha256: string }[]; withheld?: { field: string; rationale: string; availabilityDate?: string }[];
	award: { qualityValue?: Money; nationCap?: number; thirdCap?: number; minSuppliers?: number; maxSuppliers?: number };
};
export type Holder = { holder: number; id: string; label: string; lead: boolean; countersigned: boolean; dealt: boolean; certified: boolean };
export type Closing = { by: number; root: string; commits: number; signed_by: number[]; dissent: number[]; dropped: number; stands: boolean };
export type Finding = { finding: string; offence: boolean; holder?: number; member_label?: string; bidder?: string; text: string };
export type Seal = {
	sid: string; n: number; k: number; receipts: number; deadline: string; grace_until: string; open: string; fallback: string; keyed: boolean; key?: string; holders: Holder[];
	commits: number; in_force: number; sealed: number; postponements: { deadline: string; signed_by: number[]; stands: boolean }[]; closings: Closing[]; root?: string; confirmed: number; confirmations_needed: number; findings: Finding[];
};
export type Bundle = { id: string; lots: string[]; price: Money };
export type Tier = { id: string; lot: string; from: number; to: number; unitPrice: Money };
export type BidAnswer = { criterion: string; value: string };
export type Bid = {
	bid: string; bidder: string; seq: number; received: string; receipts: number[]; shares: number[]; state: string; supplier?: string; nation?: string; admitted?: boolean; why_not?: string | null; points?: number;
	content?: { bundles?: Bundle[]; tiers?: Tier[]; responses?: BidAnswer[] }; responses?: BidAnswer[];
};
export type Award = {
	solver: string; objective: Money; paid: Money; bound: Money; gapPpm: number; ranked: boolean; unawarded: string[]; status: string; standstillUntil: string;
	lines: { bid: string; offer: string; supplier: string; lots: string[]; quantity?: number; price: Money }[];
	losers: { bid: string; supplier: string; more?: Money; reason: string }[]; losersMore?: number; rules: { rule: string; saving: Money }[];
};
export type ShareLine = { member: string; label?: string; quantity: number; alone: Money; prorata: Money; capped?: Money; shapley: Money; pays: Money; admin?: Money };
export type Shares = { rule: string; lines: ShareLine[]; core: string; individually_rational?: boolean; exact?: boolean; total?: Money };
export type Contract = { supplier: string; buyer: string; title: string; value: Money; status: string; dateSigned?: string; items: { id: string; description: string; quantity: number; unit: string }[] };
// What has come of a contract and what was paid, beside what was agreed.
export type Fulfilment = {
	contract: string; ordered: number; delivered: number; over_delivered: boolean; items: { id: string; description: string; unit: string; ordered: number; delivered: number }[];
	value: Money; paid: Money; requested: Money; owed: Money; over_paid: boolean;
};
export type Sheet = { evaluator: string; phase: string; bids: { bid: string; admitted: boolean; reason?: string; scores?: { criterion: string; points: number; comment?: string }[] }[] };
export interface Agreement { title: string; ocid: string; text?: string; shareRule: string; budget?: Money }
export type Process = Waiting & {
	object: string; ocid_of?: string; state: string; lead: PartyRef; is_lead: boolean; is_participant: boolean;
	participants: { id: string; label: string; own: boolean; signed: boolean; refused: boolean }[];
	agreement: Rec<Agreement>; tender: Rec<Tender> | null;
	agreement_next: { agreement: Rec<Agreement>; signed: string[]; refused: string[] } | null; // waits for signatures; the key was made under the other
	questions: Rec<{ from?: string; text: string }>[]; answers: Rec<{ question: string; text: string }>[]; seal: Seal | null; prices_hidden: boolean; bids: Bid[];
	conflicts: Rec<{ evaluator: string; interest: string; text?: string }>[]; scores: Rec<Sheet>[]; award: Rec<Award> | null; award_agrees: number; award_objects: number;
	award_consents: Rec<{ agrees: boolean; solver?: string; text?: string }>[]; complaints: Rec<{ from: string; text: string }>[]; rulings: Rec<{ complaint: string; ruling: string }>[];
	fulfilment: Fulfilment[]; share: Rec<Shares> | null; contracts: Rec<Contract>[]; deliveries: Rec<{ contract: string; quantity: number; date: string; accepted: boolean }>[]; transactions: Rec<{ contract: string; value: Money; date: string; status: string }>[];
};
export type Balance = { procurements: number; lines: { member: string; label: string; procurements: number; share: Money; contracted: Money; paid: Money; national: Money }[] };
