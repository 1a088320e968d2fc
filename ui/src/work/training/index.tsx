// Joint training: exercises with their script, run and evaluation; the inbox; programme, lessons, qualifications.
import type { VNode } from "preact";
import type { Work } from "../work.js";
import { CellPage } from "./cellcard.js";
import { CoveragePage } from "./coverage.js";
import { EvaluatePage } from "./evaluate.js";
import { ExconPage } from "./excon.js";
import { ExercisePage } from "./exercise.js";
import { Exercises } from "./exercises.js";
import { InboxPage } from "./inbox.js";
import { LessonsPage } from "./lessons.js";
import { load, t } from "./msg.js";
import { MselPage } from "./msel.js";
import { ProgrammePage } from "./programme.js";
import { QualificationsPage } from "./qualifications.js";
import { ReplayPage } from "./replay.js";
import { TimelinePage } from "./timeline.js";
import "./style.css";

const EXERCISE: Record<string, (p: { c: string; id: string }) => VNode> = {
	msel: MselPage, timeline: TimelinePage, coverage: CoveragePage, excon: ExconPage, cell: CellPage, evaluate: EvaluatePage, replay: ReplayPage,
};

export const work: Work = {
	load,
	tabs: () => [
		{ path: "", title: t("exercises") }, { path: "inbox", title: t("inbox") }, { path: "programme", title: t("programme") },
		{ path: "lessons", title: t("lessons") }, { path: "qualifications", title: t("quals") },
	],
	page(c, path): VNode | null {
		const [first, id, which, more] = path;
		if (first === undefined) return <Exercises c={c} />;
		if (first === "exercise" && id && which === undefined) return <ExercisePage c={c} id={id} />;
		const Page = first === "exercise" && id && more === undefined ? EXERCISE[which ?? ""] : undefined;
		if (Page && id) return <Page c={c} id={id} />;
		if (id !== undefined) return null;
		if (first === "inbox") return <InboxPage c={c} />;
		if (first === "programme") return <ProgrammePage c={c} />;
		if (first === "lessons") return <LessonsPage c={c} />;
		if (first === "qualifications") return <QualificationsPage c={c} />;
		return null;
	},
};
