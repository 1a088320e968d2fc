// Rapid response in the browser, the whole way on live pages of three nodes: an alert is drawn, approved and acknowledged; a request of six lines is published, offered to, planned,
// accepted and committed; what is missing is decided on; a team goes there and back, and is paid. Whoever is outside the label has empty pages.
import { join } from "node:path";

export function scenes({ job, open, sign_in, go, axe, bad_things, fail }) {
	const c = job.coalition;
	const area = (path = "") => `work/response/${c}${path ? `/${path}` : ""}`;
	const field = (page, label) => page.locator("label", { hasText: label }).locator("input, select, textarea").first();

	async function look(page, name, seen) {
		if (job.shots) await page.screenshot({ path: join(job.shots, `${name}.png`), fullPage: true });
		const bad = [...(await bad_things(page)), ...(await axe(page))];
		if (bad.length) seen.bad[name] = bad;
	}

	async function who(browser, n, width = 1440) {
		const page = await open(browser, { base: n.base, width, locale: "en-GB" });
		await sign_in(page, n.user, n.password);
		return page;
	}

	async function alert(edi, mira, ivan, seen) {
		await go(edi, area("alerts/new"));
		await field(edi, "Event").fill("Flood");
		await field(edi, "Headline").fill("The Drin floods its valley");
		await field(edi, "Description").fill("Water stands in the lower town.");
		await field(edi, "Name of the area").fill("Drin valley");
		await edi.waitForSelector(".geo svg");
		const map = edi.locator(".geo svg"), box = await map.boundingBox();
		for (const [x, y] of [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]]) await map.click({ position: { x: box.width * x, y: box.height * y } });
		const points = await field(edi, "Points of the area").inputValue();
		if (points.split(" ").length !== 5) fail(`drawn: ${points}`);
		await only_for(edi, job.inside);
		await look(edi, "alert-edit", seen);
		await edi.locator("button", { hasText: "Save for approval" }).click();
		await mira.waitForSelector("text=Approve and issue");
		if (await edi.locator("button", { hasText: "Approve and issue" }).count()) fail("who wrote it may approve it");
		await look(mira, "draft", seen);
		await mira.setViewportSize({ width: 390, height: 844 });
		await look(mira, "draft-390", seen);
		await mira.setViewportSize({ width: 1440, height: 900 });
		await mira.locator("button", { hasText: "Approve and issue" }).click();
		await mira.waitForSelector(".alert-card");
		await go(ivan, area("alerts"));
		await ivan.waitForSelector(".alert-card");
		await look(ivan, "alerts", seen);
		await ivan.locator("button", { hasText: "Acknowledge" }).click();
		await mira.waitForSelector(".acks .seen");
	}

	// What another has written comes as a file; one's own is changed, and called off.
	async function taken(edi, mira, seen) {
		await go(edi, area("alerts"));
		await press(edi, "Take in CAP", ".side");
		await edi.locator(".drop input").setInputFiles({ name: "wind.cap", mimeType: "application/cap+xml", buffer: Buffer.from(job.cap) });
		await edi.waitForSelector(".taken .badge.good");
		await sees(edi, "It blows");
		await look(edi, "taken", seen);
		const card = edi.locator(".alert-card", { hasText: "The Drin floods its valley" });
		await card.locator("a", { hasText: "Update" }).click();
		await edi.waitForFunction(() => document.querySelector("form.sheet input")?.value === "Flood");
		await field(edi, "Headline").fill("The Drin falls");
		await look(edi, "alert-update", seen);
		await edi.locator("button", { hasText: "Save for approval" }).click();
		await press(mira, "Approve and issue");
		await sees(mira, "The Drin falls");
		await mira.waitForFunction(() => !document.querySelector("main").innerText.includes("The Drin floods its valley"));
	}

	// Accepted by one, confirmed by another; by the first it cannot be.
	async function two(edi, mira, seen) {
		await go(edi, area(`request/${job.two}`));
		await press(edi, "Accept");
		await edi.locator(".inline-form button.main").click();
		await edi.waitForSelector(".second");
		await sees(edi, "You have accepted this yourself");
		if (await edi.locator(".second button", { hasText: "Confirm" }).count()) fail("who proposed it may confirm it");
		await look(edi, "second", seen);
		await go(mira, area(`request/${job.two}`));
		await mira.waitForSelector(".second");
		await look(mira, "second-confirm", seen);
		await mira.locator(".second button", { hasText: "Confirm" }).click();
		await mira.waitForSelector(".acceptance");
		await mira.waitForSelector(".second", { state: "detached" });
		await edi.waitForSelector(".acceptance");
	}

	const button = (page, text, inside = "main") => page.locator(`${inside} button`, { hasText: text });
	const press = (page, text, inside) => button(page, text, inside).first().click();
	const sees = (page, text, where = "main") => page.waitForFunction(([w, x]) => document.querySelector(w)?.innerText.includes(x), [where, text]);
	const only_for = async (page, labels) => { for (const x of labels) await page.locator("label.check", { hasText: x }).locator("input").check(); };

	const LINES = [["FLOOD.HCP", 2], ["FLOOD.FRB", 3], ["SAR.MUSAR", 1], ["MED.EMT2", 1], ["WATER.PURE", 2], ["SHELTER.TENT", 400]];

	async function request(edi, seen) {
		await go(edi, area("request/new"));
		await field(edi, "Title").fill("Drin floods");
		await field(edi, "Code").fill("4711");
		await field(edi, "Place").fill("Shkodra");
		await field(edi, "Latitude").fill("42.07");
		await field(edi, "Longitude").fill("19.51");
		await field(edi, "Situation").fill("The valley is under water");
		for (let i = 1; i < LINES.length; i++) await press(edi, "Add a line");
		await edi.waitForFunction(() => document.querySelector(".line-form select")?.options.length > 10);
		for (const [i, [type, n]] of LINES.entries()) {
			const line = edi.locator(".line-form").nth(i);
			await line.locator("select").selectOption(type);
			await line.locator("input").first().fill(String(n));
		}
		await only_for(edi, job.inside);
		await look(edi, "request-new", seen);
		await press(edi, "Publish");
		await edi.waitForSelector("h1 .code");
	}

	// An answer to one line, with the capability that fits it.
	async function offer(page, line, quantity) {
		await press(page, "Offer", ".side");
		const form = page.locator(".inline-form");
		await form.locator("select").nth(1).selectOption(String(line));
		await field(page, "Quantity").fill(String(quantity));
		await page.waitForFunction(() => document.querySelectorAll(".inline-form select")[2]?.options.length > 1);
		await form.locator("select").nth(2).selectOption({ index: 1 });
		await form.locator("button.main").click();
		await form.waitFor({ state: "detached" });
	}

	async function offers(edi, ivan, dren) {
		for (const page of [ivan, dren]) {
			await go(page, area());
			await page.locator("a", { hasText: "Drin floods" }).click();
			await page.waitForSelector("h1 .code");
		}
		await offer(ivan, 1, 2);
		await offer(ivan, 2, 2);
		await offer(dren, 3, 1);
		await offer(dren, 5, 2);
		await offer(edi, 4, 1);
		// Nobody loads anything: the offers come to the open page.
		await edi.waitForFunction(() => document.querySelectorAll(".offers .offer-card").length === 5);
	}

	async function plan(edi, seen) {
		await edi.locator(".side a", { hasText: "Plan" }).click();
		await sees(edi, "From what members have");
		await sees(edi, "There is none better.");
		await edi.waitForSelector(".accept-plan");
		seen.plans = await edi.evaluate(() => [...document.querySelectorAll(".plan")].map((p) => p.innerText));
		await look(edi, "plan", seen);
		await edi.locator(".beside select").selectOption("party:HRV");
		await edi.waitForSelector(".effect tbody tr");
		seen.effect = await edi.evaluate(() => [...document.querySelectorAll(".effect tbody tr")].map((r) => [...r.cells].map((x) => x.innerText.trim())));
		await look(edi, "plan-effect", seen);
		await edi.locator(".beside select").selectOption("offers");
		await edi.waitForSelector(".accept-plan");
		await edi.locator(".accept-plan button.main").click();
		// What is accepted is open no longer, so the plan has nothing more to take.
		await edi.locator(".accept-plan").waitFor({ state: "detached" });
		await edi.locator("a.up").click();
		await edi.waitForFunction(() => document.querySelectorAll(".acceptance").length === 5);
		await look(edi, "accepted", seen);
	}

	async function commits(edi, ivan, dren) {
		for (const [page, n] of [[ivan, 2], [dren, 2], [edi, 1]])
			for (let i = 0; i < n; i++) {
				await page.locator(".acceptance > button", { hasText: "Commit" }).first().click();
				const form = page.locator(".acceptance .inline-form");
				await form.locator("button.main").click();
				await form.waitFor({ state: "detached" });
			}
		for (const page of [edi, ivan, dren]) await page.waitForFunction(() => [...document.querySelectorAll(".lines tbody tr .count")].map((x) => x.innerText).join() === "2/2,2/3,1/1,1/1,2/2,0/400");
	}

	async function act(page, name, values, inside = "main") {
		await press(page, name, inside);
		const form = page.locator(".inline-form");
		for (const [label, value] of Object.entries(values)) {
			const of = form.locator("label", { hasText: label }).locator("input, select").first();
			if ((await of.evaluate((x) => x.tagName)) === "SELECT") await of.selectOption(value);
			else await of.fill(value);
		}
		await form.locator("button.main").click();
		await form.waitFor({ state: "detached" });
	}

	async function decide(edi) {
		await act(edi, "Decide on what is missing", { Line: "2", Decision: "accept", Reason: "Two boats do" });
		await sees(edi, "shortfall accepted", ".lines");
		await act(edi, "Decide on what is missing", { Line: "6", Decision: "unable_to_fill", Reason: "Sports halls are opened" });
		await sees(edi, "cannot be filled", ".lines");
	}

	async function journey(edi, ivan, seen) {
		await act(ivan, "Send it", { "Name of the team": "Pumps 1", "Team leader": "I. Horvat" }, ".acceptance");
		await act(ivan, "New leg", { From: "Zagreb", To: "Shkodra" });
		await press(ivan, "It has left");
		await sees(edi, "in transit");
		await press(ivan, "It is there");
		await edi.waitForFunction(() => document.querySelector(".lines tbody tr")?.innerText.includes("there"));
		await look(edi, "there", seen);
		await act(edi, "Stand down", { "Handover note": "the dam holds" });
		await button(ivan, "It is home").waitFor();
		await act(ivan, "New leg", { From: "Shkodra", To: "Zagreb" });
		await press(ivan, "It has left");
		await act(ivan, "It is home", { "Ready again": "48" });
		await act(ivan, "Claim costs", { "For what": "Fuel and tolls", Amount: "9100" });
		await button(edi, "Decide on the claim").waitFor();
		await act(edi, "Decide on the claim", {});
		await act(edi, "Settle", { Reference: "TRX 7" });
		await sees(ivan, "settled");
		await look(ivan, "settled", seen);
	}

	return {
		async response(browser) {
			const [alb, hrv, kos, svn] = job.nodes;
			const seen = { bad: {} };
			const edi = await who(browser, alb), mira = await who(browser, { ...alb, user: "mira" }), ivan = await who(browser, hrv), dren = await who(browser, kos);
			for (const p of ["", "alerts", "map", "readiness", "capabilities"]) {
				await go(mira, area(p));
				await look(mira, `first-${p || "board"}`, seen);
			}
			await go(mira, area("alerts"));
			await alert(edi, mira, ivan, seen);
			await taken(edi, mira, seen);
			await two(edi, mira, seen);
			await request(edi, seen);
			await offers(edi, ivan, dren);
			await plan(edi, seen);
			await commits(edi, ivan, dren);
			await decide(edi);
			await journey(edi, ivan, seen);
			await look(edi, "request", seen);
			const outside = await who(browser, svn);
			seen.outside = {};
			for (const p of ["", "alerts", "map", "readiness", "capabilities"]) {
				await go(outside, area(p));
				await outside.waitForTimeout(300);
				seen.outside[p || "board"] = await outside.evaluate(() => document.querySelector("main").innerText);
			}
			const narrow = await who(browser, hrv, 390);
			const id = new URL(edi.url()).hash.split("/").pop();
			for (const p of ["", "alerts", "map", "readiness", "capabilities", `request/${id}`, `request/${id}/plan`, "alerts/new", "request/new"])
				for (const [page, width] of [[ivan, 1440], [narrow, 390]]) {
					// Pages of the story have been looked at, wide, on its way.
					if (width > 390 && p.includes("/")) continue;
					await go(page, area(p));
					if (p === "map" || p === "alerts/new") await page.waitForSelector(".geo svg");
					await page.waitForTimeout(200);
					await look(page, `${(p || "board").replace(id, "one").replaceAll("/", "-")}-${width}`, seen);
				}
			// An exercise says so over every page, and has nothing of the real.
			await ivan.evaluate(() => sessionStorage.setItem("entente.mode", "exercise"));
			await ivan.reload();
			await go(ivan, area());
			await ivan.waitForSelector(".drill");
			seen.drill = await ivan.evaluate(() => document.querySelector("main").innerText);
			await look(ivan, "exercise", seen);
			return seen;
		},
	};
}
