// Cyber security coordination: feed, objects, ATT&CK, sightings, cases, collections.
import type { VNode } from "preact";
import type { Work } from "../work.js";
import { CaseNew, CasePage } from "./case.js";
import { CasesPage } from "./cases.js";
import { CollectionsPage } from "./collections.js";
import { Feed } from "./feed.js";
import { MatrixPage } from "./matrix.js";
import { load, t } from "./msg.js";
import { ObjectPage } from "./object.js";
import { SightingsPage } from "./sightings.js";
import "./style.css";

export const work: Work = {
	load,
	tabs: () => [
		{ path: "", title: t("feed") }, { path: "cases", title: t("cases") }, { path: "sightings", title: t("sightings") },
		{ path: "matrix", title: t("matrix") }, { path: "collections", title: t("collections") },
	],
	page(c, path): VNode | null {
		const [first, second] = path;
		if (first === undefined) return <Feed c={c} />;
		if (first === "object" && second) return <ObjectPage c={c} id={second} />;
		if (first === "cases" && second === "new") return <CaseNew c={c} />;
		if (first === "cases" && second) return <CasePage c={c} id={second} />;
		if (first === "cases") return <CasesPage c={c} />;
		if (first === "sightings" && second === undefined) return <SightingsPage c={c} />;
		if (first === "matrix" && second === undefined) return <MatrixPage c={c} />;
		if (first === "collections" && second === undefined) return <CollectionsPage c={c} />;
		return null;
	},
};
