// Drives a real browser for test_web.py: node drive.mjs MODULES < what to do as JSON. Prints one JSON object: what was seen.
// MODULES is where playwright-core and axe-core are installed (ui/package.json has their versions).
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { places } from "./places.mjs";
import { scenes as story } from "./story.mjs";
import { scenes as training } from "./training.mjs";

const modules = process.argv[2];
const require = createRequire(join(modules, "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const job = JSON.parse(readFileSync(0, "utf8"));
const WAIT = 15_000;

function fail(text) {
	throw new Error(text);
}

// A page that remembers everything that should never happen on it.
async function open(browser, { width = 1280, theme = "light", locale = "en-GB", base = job.base } = {}) {
	const context = await browser.newContext({ viewport: { width, height: width > 500 ? 900 : 844 }, colorScheme: theme, locale, acceptDownloads: true });
	await context.addInitScript(() => {
		window.canary = () => (window.canaryRan = true);
		document.addEventListener("securitypolicyviolation", (e) => (window.violations ??= []).push(`${e.violatedDirective} ${e.blockedURI}`));
	});
	const page = await context.newPage();
	page.setDefaultTimeout(WAIT);
	page.troubles = [];
	page.base = base;
	page.on("pageerror", (e) => page.troubles.push(`error: ${e.message}`));
	page.on("dialog", (d) => (page.troubles.push(`dialog: ${d.message()}`), d.dismiss()));
	page.on("popup", () => page.troubles.push("a window opened"));
	page.on("request", (r) => new URL(r.url()).origin !== base && !r.url().startsWith("blob:") && page.troubles.push(`asked elsewhere: ${r.url()}`));
	return page;
}

async function sign_in(page, name = job.user, password = job.password) {
	await page.goto(`${page.base}/`);
	await page.fill("input[autocomplete=username]", name);
	await page.fill("input[type=password]", password);
	await page.keyboard.press("Enter");
	await page.waitForSelector("main h1[tabindex]");
}

async function go(page, hash) {
	await page.evaluate((h) => (location.hash = h), `#/${hash}`);
	await page.waitForFunction((h) => location.hash === `#/${h}` && document.querySelector("main h1"), hash);
	await page.waitForLoadState("networkidle", { timeout: 1500 }).catch(() => undefined);
	await page.waitForTimeout(150);
}

async function api(page, path) {
	return page.evaluate(async (p) => (await fetch(`/api/v1${p}`)).json(), path);
}

const all_places = (page) => places(page, job.tables, { fail, find: job.find ?? "", mode: job.mode });

// To a place of the list, in its mode.
async function visit(page, { at, mode }) {
	const now = page.locator(".mode-switch select"), wanted = mode ?? job.mode ?? "real";
	if ((await now.inputValue()) !== wanted) await now.selectOption(wanted);
	await go(page, at);
}

async function bad_things(page) {
	const seen = await page.evaluate(() => ({ ran: window.canaryRan ?? false, violations: window.violations ?? [], wider: document.documentElement.scrollWidth - innerWidth, h1: document.querySelector("h1")?.textContent ?? "" }));
	const out = page.troubles.splice(0);
	if (seen.ran) out.push("a canary ran");
	for (const v of seen.violations) out.push(`policy: ${v}`);
	if (seen.wider > 0) out.push(`wider than the screen by ${seen.wider}`);
	if (!seen.h1.trim()) out.push("no heading");
	return out;
}

async function axe(page) {
	// Through the debugger, not through the page: its policy lets no script of ours in.
	await page.evaluate(AXE);
	const result = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
	return result.violations.filter((v) => ["serious", "critical"].includes(v.impact)).map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(" | ")}`);
}

// What opens over a page: by keys, by the buttons of the head.
async function over(page, check) {
	await go(page, "");
	for (const [name, keys, typed] of [["palette", "Control+k", job.find], ["help", "?"]]) {
		await page.keyboard.press(keys);
		await page.waitForSelector("dialog[open]");
		if (typed) await page.keyboard.type(typed);
		await page.waitForTimeout(400);
		await check(name, [], false);
		await page.keyboard.press("Escape");
		await page.waitForSelector("dialog[open]", { state: "detached" });
	}
	for (const [name, button] of [["tray", ".tray-button"], ["account", ".menu:last-of-type > .bar-button"], ["navigation", ".burger"]]) {
		if (!(await page.locator(button).last().isVisible())) continue;
		await page.locator(button).last().click();
		await check(name, [], false);
		await page.keyboard.press("Escape");
		await go(page, name === "tray" ? "peers" : "");
	}
}

const scenes = {
	async sign_in(browser) {
		const page = await open(browser);
		await page.goto(`${job.base}/`);
		await page.fill("input[autocomplete=username]", job.user);
		await page.fill("input[type=password]", "wrong-password");
		await page.keyboard.press("Enter");
		await page.waitForSelector("[role=alert]");
		const kept = await page.inputValue("input[autocomplete=username]");
		await page.fill("input[type=password]", job.password);
		await page.keyboard.press("Enter");
		await page.waitForSelector("nav a[aria-current=page]");
		const focus = await page.evaluate(() => { document.body.focus(); return true; });
		await page.keyboard.press("Control+k");
		await page.waitForSelector("dialog[open] [role=combobox]");
		await page.keyboard.press("Escape");
		return { kept, focus, bad: await bad_things(page), title: await page.title() };
	},

	// Letters lead somewhere, but not away from what somebody has written; and not at all once they are turned off.
	async letters(browser) {
		const page = await open(browser);
		await sign_in(page);
		const to = async (keys) => {
			await page.evaluate(() => document.activeElement?.blur());
			for (const key of keys) await page.keyboard.press(key);
			await page.waitForTimeout(200);
			return page.evaluate(() => location.hash);
		};
		await page.keyboard.press("?");
		const keys = (await page.locator("dialog .shortcuts dt").allInnerTexts()).filter((k) => /^g /.test(k))[1].split(" ");
		await page.keyboard.press("Escape");
		const led = await to(keys);
		await go(page, `records/${job.coalition}/new`);
		const form = await page.evaluate(() => location.hash), title = page.locator("main form input[type=text], main form input:not([type])").first();
		await title.fill("half written");
		const stayed = [await to(keys), await to(["n"])].every((at) => at === form) && (await title.inputValue()) === "half written";
		await page.keyboard.press("?");
		await page.locator("dialog input[type=checkbox]").uncheck();
		await page.keyboard.press("Escape");
		await go(page, "");
		const off = (await to(keys)) === "#/" && (await to(["?"])) === "#/" && (await page.locator("dialog[open]").count()) === 0;
		await page.keyboard.press("Control+k");
		await page.waitForSelector("dialog[open] [role=combobox]");
		return { led, stayed, off, bad: await bad_things(page) };
	},

	// Every page: it has a heading, fits, breaks no policy, is not the page of what there is not, and axe finds nothing serious. Then what opens over a page. Without a
	// user: what stands there before the first one is made.
	async pages(browser) {
		const bad = {}, seen = new Set();
		let missing = [];
		for (const look of job.looks) {
			const page = await open(browser, look), kind = `${look.width}-${look.theme}`;
			const check = async (name, more = [], whole = true) => {
				const found = [...more, ...(await bad_things(page)), ...(await axe(page))];
				if (found.length) bad[`${name} ${kind}`] = found;
				if (job.shots) await page.screenshot({ path: join(job.shots, `${name.replace(/[^\w]+/g, "_") || "home"}-${kind}.png`), fullPage: whole });
			};
			await page.goto(`${page.base}/`);
			await page.waitForSelector("h1");
			await check(job.user ? "sign-in" : "first-run");
			if (job.user) await sign_in(page);
			const all = job.user ? await all_places(page) : { list: [], missing: [] };
			missing = all.missing;
			for (const place of all.list) {
				await visit(page, place);
				seen.add(place.address);
				const trouble = (await page.locator(".trouble").count()) ? [`trouble: ${await page.locator(".trouble").first().innerText()}`] : [];
				if ((await page.locator("main h1").innerText()) === "No such page") trouble.push("no such page");
				await check(place.address, trouble);
			}
			if (job.user) await over(page, check);
			await page.context().close();
		}
		return { visited: [...seen], missing, bad };
	},

	// Whatever a person finds who walks through every page and searches for what is not for him.
	async search_all(browser) {
		const page = await open(browser);
		await sign_in(page);
		let text = "";
		for (const place of [...(await all_places(page)).list, ...[...job.finds.map((f) => `search?q=${encodeURIComponent(f)}`), ...(job.guesses ?? [])].map((at) => ({ at }))]) {
			await visit(page, place);
			text += await page.locator("body").innerText();
		}
		return { found: job.canaries.filter((c) => text.includes(c)), pages: text.length };
	},

	// The texts of others stand on the page as text.
	async canary(browser) {
		const page = await open(browser);
		await sign_in(page);
		const bad = {};
		let text = "";
		for (const place of (await all_places(page)).list) {
			await visit(page, place);
			text += await page.locator("main").innerText();
			const found = await bad_things(page);
			if (found.length) bad[place.at] = found;
		}
		const shown = Object.fromEntries((job.texts ?? []).map((t) => [t, text.includes(t)]));
		return { bad, shown, marked: text.includes("U+202E") };
	},

	async write(browser) {
		const page = await open(browser);
		await sign_in(page);
		const c = job.coalition;
		await go(page, `records/${c}/new`);
		const title = page.locator(".form input[type=text]").first();
		await page.fill(".form textarea", "the text");
		await page.keyboard.press("Tab");
		await page.locator(".form button[type=submit]").click();
		await page.waitForSelector(".field-bad");
		const refused = { kept: await page.inputValue(".form textarea"), focus: await page.evaluate(() => document.activeElement?.getAttribute("aria-invalid")) };
		await title.fill(job.title);
		await page.locator(".choices input[type=checkbox]").first().check();
		await page.locator(".form button[type=submit]").click();
		await page.waitForFunction(() => /#\/records\/[0-9a-f]{32}\/[a-z2-7]{26}\./.test(location.hash));
		await page.waitForFunction((t) => document.querySelector("main h1")?.textContent === t, job.title);
		return { refused, object: decodeURIComponent(new URL(page.url()).hash.split("/").pop()), bad: await bad_things(page) };
	},

	// Tells its caller when the list is open, and when the record that is then written elsewhere has appeared in it.
	async live(browser) {
		const page = await open(browser);
		await sign_in(page);
		await go(page, `records/${job.coalition}`);
		await page.waitForSelector(".live.open");
		console.log(JSON.stringify({ ready: true }));
		await page.waitForSelector(`text=${job.title}`, { timeout: 30_000 });
		return { appeared: true, bad: await bad_things(page) };
	},

	// An answer that the node gave before something happened, and that arrives after the event of it: the page asks again by itself. Then one that fails.
	async late(browser) {
		const page = await open(browser);
		await sign_in(page);
		await go(page, "pact");
		await page.waitForSelector(".live.open");
		const path = `**/api/v1/coalitions/${job.coalition}`;
		await page.route(path, async (r) => {
			const old = await r.fetch();
			console.log(JSON.stringify({ asked: true }));
			for (let i = 0; !existsSync(job.happened); i++) await (i < 300 ? page.waitForTimeout(100) : fail("nothing happened"));
			await page.waitForTimeout(1000);
			await r.fulfill({ response: old });
		}, { times: 1 });
		await page.evaluate((h) => (location.hash = h), `#/pact/${job.coalition}`);
		await page.waitForSelector(`main:has-text("${job.quote}")`, { timeout: 20_000 });
		await page.route(path, (r) => r.fulfill({ status: 503, body: "{}" }), { times: 1 });
		await go(page, "pact");
		await go(page, `pact/${job.coalition}`);
		await page.waitForSelector(".trouble");
		await page.waitForSelector(".trouble", { state: "detached", timeout: 20_000 });
		return { seen: true, bad: await bad_things(page) };
	},

	// The node goes away and comes back: both are shown, nobody reloads.
	async lost(browser) {
		const page = await open(browser);
		await sign_in(page);
		await page.waitForSelector(".live.open");
		console.log(JSON.stringify({ ready: true }));
		await page.waitForSelector(".lost", { timeout: 30_000 });
		console.log(JSON.stringify({ lost: true }));
		await page.waitForSelector(".live.open", { timeout: 90_000 });
		await page.waitForSelector(".lost", { state: "detached" });
		return { back: true };
	},

	// Prepared in the browser, signed by the caller's officer, handed in again.
	async act(browser) {
		const page = await open(browser);
		await sign_in(page);
		await go(page, `pact/${job.coalition}/prepare?kind=${job.kind}`);
		const [file] = await Promise.all([page.waitForEvent("download"), page.locator(".form button[type=submit]").click()]);
		await file.saveAs(job.prepared);
		console.log(JSON.stringify({ ready: file.suggestedFilename() }));
		for (let i = 0; !existsSync(job.signed); i++) await (i < 300 ? page.waitForTimeout(100) : fail("nobody signed"));
		await page.locator(".drop input[type=file]").setInputFiles(job.signed);
		await page.locator(".step button.main", { hasText: "Write it to the log" }).click();
		await page.waitForSelector(".notice.good");
		return { said: await page.locator(".notice.good").innerText(), bad: await bad_things(page) };
	},

	// A log recomputed on demand, followed to its end.
	async verify(browser) {
		const page = await open(browser);
		await sign_in(page);
		await go(page, `log/${job.coalition}/${job.log}`);
		await page.click("text=Verify now");
		await page.waitForSelector("text=all holds");
		await go(page, "settings");
		await page.click("text=Examine now");
		await page.waitForSelector(".plain-list strong");
		await go(page, "audit");
		await page.click("text=Verify the chain");
		await page.waitForSelector(".notice.good");
		return { bad: await bad_things(page), said: await page.locator(".notice.good").innerText() };
	},

	// A file: sent with a record, fetched again from its page.
	async files(browser) {
		const page = await open(browser);
		await sign_in(page);
		await go(page, `records/${job.coalition}/new`);
		await page.locator(".form input[type=text]").first().fill(job.title);
		await page.locator(".drop input[type=file]").setInputFiles(job.file);
		await page.waitForSelector(".files li button");
		await page.locator(".choices input[type=checkbox]").first().check();
		await page.locator(".form button[type=submit]").click();
		await page.waitForFunction((t) => document.querySelector("main h1")?.textContent === t, job.title);
		const [file] = await Promise.all([page.waitForEvent("download"), page.locator(".files button").first().click()]);
		await file.saveAs(job.out);
		return { name: file.suggestedFilename(), bad: await bad_things(page) };
	},

	async languages(browser) {
		const page = await open(browser);
		await sign_in(page);
		await go(page, "settings");
		const seen = {};
		for (const code of ["sq", "bg", "hr", "en"]) {
			await page.locator(".form select").first().selectOption(code);
			await page.waitForFunction((l) => document.documentElement.lang === l, code);
			await page.waitForTimeout(200);
			seen[code] = await page.locator("nav").innerText();
		}
		return { seen, bad: await bad_things(page) };
	},

	async modes(browser) {
		const page = await open(browser);
		await sign_in(page);
		await go(page, `records/${job.coalition}`);
		const seen = {};
		for (const mode of ["real", "exercise", "test"]) {
			await page.selectOption(".mode-switch select", mode);
			await page.waitForTimeout(600);
			seen[mode] = { text: await page.locator("main").innerText(), title: await page.title(), framed: (await page.locator(`.frame.mode-${mode}`).count()) === 1, banner: await page.locator(".play-banner").count() };
		}
		return { seen };
	},

	// Bytes as they came over the wire until Home stands, and how deep they depend on each other.
	async budget(browser) {
		const page = await open(browser);
		await sign_in(page);
		const client = await page.context().newCDPSession(page);
		await client.send("Network.enable");
		await client.send("Network.clearBrowserCache");
		let bytes = 0;
		const type = new Map();
		client.on("Network.responseReceived", (e) => type.set(e.requestId, e.response.url));
		client.on("Network.loadingFinished", (e) => /\/(a\/|$)/.test(new URL(type.get(e.requestId) ?? "x:/x").pathname) && (bytes += e.encodedDataLength));
		await page.reload();
		await page.waitForSelector("main h1");
		await page.waitForTimeout(500);
		const files = await page.evaluate(() => performance.getEntriesByType("resource").filter((r) => r.name.includes("/a/")).map((r) => r.name));
		return { bytes, files };
	},
};

Object.assign(scenes, story({ job, open, sign_in, go, bad_things, fail }));
Object.assign(scenes, training({ job, open, sign_in, go, bad_things, fail }));

const browser = await chromium.launch({ executablePath: job.chromium, args: ["--no-sandbox", "--disable-dev-shm-usage", ...(job.args ?? [])] });
// Scenes of a test's own: the module `scenes` exports scenes(tools).
const more = job.scenes ? (await import(job.scenes)).scenes({ open, sign_in, go, api, axe, bad_things, fail, job }) : {};
try {
	const seen = await ({ ...scenes, ...more }[job.scene] ?? fail(`no scene ${job.scene}`))(browser);
	console.log(JSON.stringify(seen));
} finally {
	await browser.close();
}
