// Cyber security coordination: feed, objects, ATT&CK, sightings, cases, collections.
import { pages } from "../../route.js";
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
	pages: pages({
		"": (_, { c }) => <Feed c={c} />,
		"object/:id": ({ id }, { c }) => <ObjectPage c={c} id={id} />,
		"object/:id/:author": ({ id, author }, { c }) => <ObjectPage c={c} id={id} author={author} />,
		"cases": (_, { c }) => <CasesPage c={c} />,
		"cases/new": (_, { c }) => <CaseNew c={c} />,
		"cases/:id": ({ id }, { c }) => <CasePage c={c} id={id} />,
		"sightings": (_, { c }) => <SightingsPage c={c} />,
		"matrix": (_, { c }) => <MatrixPage c={c} />,
		"collections": (_, { c }) => <CollectionsPage c={c} />,
	}),
};
