// Messages of this area.
import { messages } from "../../i18n.js";
import { en } from "./lang/en.js";

export const { t, tx, word, load } = messages(en, {
	sq: () => import("./lang/sq.js").then((m) => m.sq),
	bg: () => import("./lang/bg.js").then((m) => m.bg),
	hr: () => import("./lang/hr.js").then((m) => m.hr),
});
