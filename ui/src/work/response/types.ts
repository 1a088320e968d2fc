// What the routes below /response answer, as far as the pages use it (docs/response.md; the schemas are in /openapi.json).
import type { Mode } from "../../types.js";

export type Head = { object: string; author: string; author_label: string; kind: string; mode: Mode; label: string; time: string; leaf: string; own: boolean };
export type Place = { name?: string; lat?: number; lon?: number };
export type Rec<C = Record<string, unknown>> = Head & { content: C };

export type Line = {
	line: number; type: string; type_name: string; quantity: number; needed_by: string; state: string; offered: number; provisional: number; accepted: number;
	committed: number; in_transit: number; on_site: number; done: number; missing: number; arrives: string | null; late: boolean;
	shortfall: Rec<{ decision: string; rationale: string; signed_by: string }> | null;
	certificates?: { code: string; holders: { member: string; label: string; persons: number; until: string | null }[] }[];
};
export type RequestContent = { code: string; title: string; situation: string; location: Place; offers_due: string; priority?: number; four_eyes?: boolean };
export type Row = Head & { state: string; audience: string[]; content: RequestContent; lines: Line[]; coverage_percent: number; n_offers: number; n_deployments: number; due: boolean };
export type OfferItem = { item: number; line: number; quantity: number; eta_latest: string; type?: string; description?: string; capability?: string; cost?: { other?: number; mobilisation?: number; transport?: number; per_day?: number; currency: string }; caveats?: { kind: string; text?: string }[] };
export type Offer = Head & { state: string; content: { response: string; reason?: string; valid_until: string; items?: OfferItem[] } };
export type Acceptance = Head & { state: string; void_because: string | null; content: { offer: string; commit_by: string; authorised_by: string; items: { item: number; line: number; quantity: number }[] }; commit: Rec<{ decision: string; reason?: string }> | null };
export type Waiting = { hash: string; mode: Mode; label: string; proposed_by: string; made: string; until: string; content: { request: string; offer: string; offer_leaf: string; commit_by: string; items: { item: number; line: number; quantity: number }[] } };
export type Leg = Head & { departs: string | null; arrives: string | null; departed: boolean; arrived: boolean; late: boolean; content: { seq: number; direction: string; mode: string; from: Place; to: Place } };
export type Claim = Head & { state: string; claimed: number; accepted: number; content: { currency: string; lines: { line: number; description: string; amount: number }[] } };
export type Deployment = Head & {
	status: string; arrives: string | null; content: { commit: string; items: { line: number; quantity: number; type: string }[]; name?: string; team_leader?: string };
	check_in: Rec<{ at: string; location: Place; people?: number }> | null; position_age_minutes?: number; legs: Leg[]; claims: Claim[]; stand_down: Rec | null; returned: Rec | null;
};
export type Dossier = Row & { offers: Offer[]; acceptances: Acceptance[]; deployments: Deployment[] };

export type Readiness = { state: string; stale: boolean; age_minutes: number; report: { notice_minutes?: number; valid_until: string } };
export type Capability = Head & { type_name: string; details: number; content: { type: string; name: string; quantity?: number; home?: Place; unit_name?: string }; notice_minutes: number | null; readiness: Readiness | null };
export type Cell = { member: string; member_label: string; entries: number; quantity: number; notice_minutes: number | null; age_minutes: number; state: string; stale: boolean };
export type Matrix = { types: { type: string; type_name: string; uom: string; cells: Cell[] }[] };
export type TypeCode = { code: string; name: string; uom: string };

export type Note = { level: string; rule: string; element: string; line: number; text: string };
export type Ack = { member_label: string; received: string | null; read: string | null; accepted: string | null; overdue: boolean; late_minutes: number; escalation: number };
export type Info = { language: string; event: string; category: string[]; urgency: string; severity: string; certainty: string; headline: string; description: string; instruction: string; expires?: string; area: { areaDesc: string; polygon: string[]; circle: string[] }[] };
export type Alert = Head & {
	identifier: string; sender: string; sent: string; expires: string; status: string; msgType: string; scope: string; active: boolean; superseded: boolean; expired: boolean;
	age_minutes: number; info: Info[]; notes: Note[]; ack_due_minutes: number; acks: Ack[];
};
export type Draft = { number: number; mode: Mode; label: string; audience: string; written_by: string; written: string; form: { update?: string; cancel?: string; note?: string; info?: Partial<Info>[] } };
export type Taken = { carrier: string; passed_over: number; passed_over_why: string | null; alerts: { verdict: string; why: string | null; identifier: string; sender: string; object: string | null; valid: boolean; notes: Note[] }[] };
export type Feed = { url: string; label: string; every_minutes: number; last_ok: string | null; last_error: string; taken: number; passed_over: Record<"known" | "over" | "refused" | "unreachable" | "next_time", number>; refused_why: string };
export type Incident = Rec<{ name: string; event_type: string; centre?: Place; area?: Place[]; closed?: boolean }>;

export type Take = { lot: string; name: string; type: string; member: string; quantity: number; effect_percent: number; mode: string | null; arrives: string | null; late_minutes: number; cost: number; approval_needed: boolean };
export type PlanLine = {
	line: number; type: string; quantity: number; weight: number; needed_by: string | null; covered_permille: number; arrives: string | null; from: Take[];
	why_not: { lot: string; name: string; member: string; rule: string; detail: string }[];
};
export type Plan = {
	request: string; problem: string; at: string; of: string; without: string | null; with: string | null; stated: string | null; how: "draft" | "solved"; engine: string; gap_ppm: number;
	currency: string; cost: number; burden: number; left_out: number; members: { member: string; share_ppm: number; cost: number }[]; lines: PlanLine[];
};
export type EffectSide = { covered_permille: number; on_time_permille: number; first_minutes: number | null; last_minutes: number | null };
export type EffectRow = { line?: number; type: string; quantity: number; without: EffectSide; with: EffectSide; same_minutes: number | null };
export type Effect = { party: string; lines: EffectRow[]; types: EffectRow[]; without: Plan; with: Plan };
