// Pictures of every page: node dev/shots.mjs OUTDIR [BASE] [THEME...] ; needs Chromium.
import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";

const [out, base = "http://127.0.0.1:8090", only] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

async function pages_of(page) {
	const c = await page.evaluate(async () => (await (await fetch("/api/v1/coalitions")).json()).items[0].id);
	const all = await page.evaluate(async (id) => (await (await fetch(`/api/v1/coalitions/${id}`)).json()), c);
	const records = await page.evaluate(async (id) => (await (await fetch(`/api/v1/coalitions/${id}/records?mode=real`)).json()), c);
	const party = (all.parties.find((p) => p.status === "applied") ?? all.parties[0])?.id;
	const log = all.logs[0] ? `${all.logs[0].member}.${all.logs[0].epoch}` : null;
	const list = {
		home: "", pacts: "pact", pact: `pact/${c}`, charter: `pact/${c}/charter`, party: `pact/${c}/party/${party}`, accession: `pact/${c}/accession/${party}`,
		acts: `pact/${c}/acts`, prepare: `pact/${c}/prepare?kind=accede`, pending: `pact/${c}/pending`, statements: `pact/${c}/statements`, say: `pact/${c}/say`,
		logs: `log/${c}`, records: `records/${c}`, new: `records/${c}/new`, people: `people/${c}`, user: "people/user/edi", peers: "peers", audit: "audit", settings: "settings", me: "me", webhooks: "webhooks", webhook: "webhooks/0011223344556677", search: "search?q=part",
	};
	if (log) Object.assign(list, { log: `log/${c}/${log}`, entry: `log/${c}/${log}/2` });
	if (records.items[0]) Object.assign(list, { record: `records/${c}/${records.items[0].object}`, edit: `records/${c}/${records.items[0].object}/edit` });
	return list;
}

for (const width of [1280, 390]) {
	for (const theme of ["light", "dark"]) {
		const context = await browser.newContext({ viewport: { width, height: width > 500 ? 900 : 844 }, colorScheme: theme, locale: process.env.LANG_UI ?? "en-GB", timezoneId: "Europe/Tirane" });
		const page = await context.newPage();
		page.on("pageerror", (e) => console.log("ERROR", page.url(), e.message));
		page.on("console", (m) => (m.type() === "error" && !/401|404/.test(m.text()) ? console.log("CONSOLE", page.url(), m.text()) : undefined));
		await page.goto(`${base}/`);
		await page.waitForTimeout(500);
		if (await page.locator("input[type=password]").count()) {
			if (!only || only === "signin") await page.screenshot({ path: `${out}/signin-${width}-${theme}.png` });
			await page.fill("input[autocomplete=username]", "edi");
			await page.fill("input[type=password]", "a long password");
			await page.keyboard.press("Enter");
			await page.waitForSelector("h1");
			await page.waitForTimeout(300);
		}
		if (process.env.MODE) await page.evaluate((m) => sessionStorage.setItem("entente.mode", m), process.env.MODE).then(() => page.reload());
		for (const [name, path] of Object.entries(await pages_of(page))) {
			if (only && !only.split(",").includes(name)) continue;
			await page.evaluate((p) => (location.hash = `#/${p}`), path);
			await page.waitForTimeout(450);
			const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			if (over > 0) console.log("WIDER", name, width, over);
			await page.screenshot({ path: `${out}/${name}-${width}-${theme}.png`, fullPage: true });
		}
		await context.close();
	}
}
await browser.close();
