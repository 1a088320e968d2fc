// Joint training: exercises with their script, run and evaluation; the inbox; programme, lessons, qualifications.
import { pages } from "../../route.js";
import { may } from "../../state.js";
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
import { OutPage } from "./out.js";
import { ProgrammePage } from "./programme.js";
import { QualificationsPage } from "./qualifications.js";
import { ReplayPage } from "./replay.js";
import { TimelinePage } from "./timeline.js";
import "./style.css";

export const work: Work = {
	load,
	tabs: () => [
		{ path: "", title: t("exercises") }, { path: "inbox", title: t("inbox") }, { path: "programme", title: t("programme") },
		{ path: "lessons", title: t("lessons") }, { path: "qualifications", title: t("quals") },
		...(may("training", "officer") ? [{ path: "out", title: t("out") }] : []),
	],
	pages: pages({
		"": (_, { c }) => <Exercises c={c} />,
		"exercise/:id": ({ id }, { c }) => <ExercisePage c={c} id={id} />,
		"exercise/:id/msel": ({ id }, { c }) => <MselPage c={c} id={id} />,
		"exercise/:id/timeline": ({ id }, { c }) => <TimelinePage c={c} id={id} />,
		"exercise/:id/coverage": ({ id }, { c }) => <CoveragePage c={c} id={id} />,
		"exercise/:id/excon": ({ id }, { c }) => <ExconPage c={c} id={id} />,
		"exercise/:id/cell": ({ id }, { c }) => <CellPage c={c} id={id} />,
		"exercise/:id/evaluate": ({ id }, { c }) => <EvaluatePage c={c} id={id} />,
		"exercise/:id/replay": ({ id }, { c }) => <ReplayPage c={c} id={id} />,
		"inbox": (_, { c }) => <InboxPage c={c} />,
		"programme": (_, { c }) => <ProgrammePage c={c} />,
		"lessons": (_, { c }) => <LessonsPage c={c} />,
		"out": (_, { c }) => <OutPage c={c} />,
		"qualifications": (_, { c }) => <QualificationsPage c={c} />,
	}),
};
