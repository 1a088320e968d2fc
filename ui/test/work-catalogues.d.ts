declare module "work-catalogues" {
	import type { Message } from "../src/i18n.js";
	export const WORK: Record<string, Record<string, Record<string, Message>>>;
}
