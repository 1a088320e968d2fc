// Joint procurement in a browser: a need becomes a pool, an agreement is signed on two nodes, a sheet leads to an award, shares and contracts; and pictures of every page.
import { join } from "node:path";

const SEEN_MS = 30_000;

export function scenes({ job, open, sign_in, go, axe, bad_things, fail }) {
	const at = (...more) => `work/procurement/${[job.coalition, ...more].join("/")}`;
	const field = (page, label) => page.locator("main label", { hasText: label }).locator("input, select").first();
	const press = (page, name) => page.locator("main").getByRole("button", { name }).first().click();
	const shows = (page, text) => page.waitForFunction((x) => document.querySelector("main").innerText.includes(x), text, { timeout: SEEN_MS }).catch(() => fail(`not shown: ${text}`));

	async function two(browser) {
		const alb = await open(browser, { base: job.base }), hrv = await open(browser, { base: job.hrv.base });
		await sign_in(alb);
		await sign_in(hrv, job.hrv.user, job.hrv.password);
		return [alb, hrv];
	}

	async function state_need(page, title, quantity) {
		await go(page, at("needs"));
		await press(page, "New need");
		await field(page, "What").fill(title);
		await field(page, "Code").fill("39522530");
		await field(page, "Quantity").fill(quantity);
		await field(page, "At most per unit").fill("2500");
		await press(page, "State the need");
		await shows(page, title);
	}

	return {
		// Each page, each look: a heading, no violation, nothing wider than the screen, nothing serious for axe.
		async procurement_pages(browser) {
			const bad = {};
			for (const look of job.looks) {
				const page = await open(browser, look);
				await sign_in(page);
				for (const path of job.pages) {
					await go(page, at(...path.split("/").filter(Boolean)));
					await page.waitForTimeout(300);
					const found = [...(await bad_things(page)), ...(await axe(page))];
					if (await page.locator(".trouble").count()) found.push(`trouble: ${await page.locator(".trouble").first().innerText()}`);
					if (found.length) bad[`${path} ${look.width} ${look.theme}`] = found;
					if (job.shots) await page.screenshot({ path: join(job.shots, `${job.name}-${path.replace(/\/[^/]{40,}/, "").replaceAll("/", "-") || "board"}-${look.width}-${look.theme}.png`), fullPage: true });
				}
				await page.context().close();
			}
			return { bad };
		},

		// Two members need the same; one proposes a pool, both commit on pages that nobody loads again.
		async procurement_pool(browser) {
			const [alb, hrv] = await two(browser);
			await state_need(alb, "Winter tents", "12");
			await state_need(hrv, "Winter tents", "20");
			await go(alb, at("needs"));
			await shows(alb, "Could be bought together");
			await press(alb, "Propose a pool");
			await go(hrv, at("needs"));
			await hrv.locator("main a", { hasText: "Winter tents" }).first().click({ timeout: SEEN_MS });
			await hrv.locator("main").getByRole("button", { name: "Commit" }).waitFor({ timeout: SEEN_MS });
			await go(alb, at("needs"));
			await alb.locator("main a", { hasText: "Winter tents" }).first().click();
			for (const [page, quantity] of [[alb, "12"], [hrv, "20"]]) {
				await field(page, "Quantity").fill(quantity);
				await press(page, "Commit");
			}
			await alb.waitForFunction(() => document.querySelector(".sum strong")?.innerText === "32", null, { timeout: SEEN_MS }).catch(() => fail("the sum is not 32"));
			await press(hrv, "Vote for a lead");
			await field(hrv, "lead").selectOption({ label: "ALB" });
			await hrv.locator("main form button", { hasText: "Vote for a lead" }).click();
			await alb.waitForFunction(() => /HRV\s*→\s*ALB/.test(document.querySelector("main").innerText), null, { timeout: SEEN_MS }).catch(() => fail("the vote is not shown"));
			const sum = await alb.locator(".sum").innerText();
			await press(alb, "Write an agreement");
			await field(alb, "Open contracting id").fill("ocds-b5fd17-web");
			await press(alb, "Propose the agreement");
			await alb.waitForFunction(() => document.querySelector(".pipe-card"), null, { timeout: SEEN_MS }).catch(() => fail("the agreement is not on the board"));
			return { sum, bad: [...(await bad_things(alb)), ...(await bad_things(hrv))] };
		},

		async procurement_withdrawn(browser) {
			const [alb, hrv] = await two(browser);
			for (const page of [alb, hrv]) {
				await go(page, at("needs"));
				await page.waitForFunction(() => [...document.querySelectorAll("main tr")].some((r) => /Old tents\s+withdrawn/.test(r.innerText)), null, { timeout: SEEN_MS }).catch(() => fail("the need is not said to be withdrawn"));
			}
			return { bad: [...(await bad_things(alb)), ...(await bad_things(hrv))] };
		},

		async procurement_sign(browser) {
			const [alb, hrv] = await two(browser);
			for (const page of [alb, hrv]) {
				await go(page, at());
				await page.locator("main a", { hasText: "Winter tents" }).first().click({ timeout: SEEN_MS });
				await press(page, "Sign the agreement");
				await page.waitForFunction(() => document.querySelectorAll("main .tick.on").length >= 1, null, { timeout: SEEN_MS });
				if (page === alb && !/signatures under the agreement: HRV$/.test(await alb.locator("main .waits").innerText())) fail("not said whose signature is waited for");
			}
			await alb.waitForFunction(() => document.querySelectorAll("main .tick.on").length === 2, null, { timeout: SEEN_MS }).catch(() => fail("the other's signature did not come by itself"));
			return { bad: [...(await bad_things(alb)), ...(await bad_things(hrv))] };
		},

		// The sheet first, then prices; the award, solved again by the other; shares; contracts.
		async procurement_award(browser) {
			const [alb, hrv] = await two(browser);
			await go(alb, at("process", job.process, "evaluation"));
			await shows(alb, "Prices stay hidden");
			const before = await alb.locator("main").innerText();
			if (/186|108.?000/.test(before)) fail("a price is shown before the sheet");
			if (!before.includes("Adria Medical is certified")) fail("a bidder's answer to a criterion is not shown");
			await field(alb, "Evaluator").fill("panel");
			await field(alb, "Sheet").selectOption("reconciled");
			for (const input of await alb.locator("main input.points").all()) await input.fill("7");
			await press(alb, "Hand in the sheet");
			await alb.waitForFunction(() => !document.querySelector("main").innerText.includes("Prices stay hidden"), null, { timeout: SEEN_MS }).catch(() => fail("prices stay hidden"));
			await shows(alb, "The sheet is handed in");
			await shows(alb, "Adria Medical: Admitted · q 7");
			const offers = await alb.locator("main .offer").allInnerTexts();
			if (!offers.some((x) => /186,000.00\s+for the whole/.test(x)) || !offers.some((x) => /2,100.00\s+each/.test(x))) fail(`prices look alike: ${offers.join("; ")}`);
			await go(alb, at("process", job.process, "lab"));
			await press(alb, "Compute and propose");
			await shows(alb, "0 of 2");
			await go(hrv, at("process", job.process, "lab"));
			await press(hrv, "Refuse the award");
			await hrv.locator("main form textarea").first().fill("The depot is full until May");
			await hrv.locator("main form button", { hasText: "Refuse the award" }).click();
			await shows(alb, "The depot is full until May");
			for (const page of [alb, hrv]) await press(page, "Solve again");
			await shows(alb, "2 of 2");
			const paid = await alb.locator("main .facts").first().innerText();
			await press(alb, "Make it final");
			await go(alb, at("process", job.process, "shares"));
			await press(alb, "Settle");
			await shows(alb, "Settled");
			await shows(alb, "Administration");
			await shows(alb, "€700.00");
			for (const page of [alb, hrv]) {
				await go(page, at("process", job.process, "contracts"));
				await press(page, "Write our contracts");
			}
			await alb.waitForFunction(() => document.querySelectorAll("main table tbody tr").length >= 2, null, { timeout: SEEN_MS }).catch(() => fail("the contracts are not there"));
			return { paid, bad: [...(await bad_things(alb)), ...(await bad_things(hrv))] };
		},

		// Signed, delivered and accepted, paid: by hand on the own contract.
		async procurement_deliver(browser) {
			const alb = await open(browser);
			await sign_in(alb);
			await go(alb, at("process", job.process, "contracts"));
			await press(alb, "Change the contract");
			await field(alb, "State").selectOption("active");
			await alb.locator("main form button", { hasText: "Change the contract" }).click();
			await alb.waitForFunction(() => document.querySelector("main table .badge.good"), null, { timeout: SEEN_MS }).catch(() => fail("the contract is not active"));
			await press(alb, "Enter a delivery");
			await field(alb, "Quantity").fill("3");
			await alb.locator("main form button", { hasText: "Enter a delivery" }).click();
			await shows(alb, "3 / 12");
			await press(alb, "Enter a payment");
			await field(alb, "Price").fill("1000");
			await alb.locator("main form button", { hasText: "Enter a payment" }).click();
			await shows(alb, "€1,000.00 / €25,200.00");
			await shows(alb, "still owed €24,200.00");
			await press(alb, "Enter a payment");
			await field(alb, "Price").fill("24300");
			await alb.locator("main form button", { hasText: "Enter a payment" }).click();
			await shows(alb, "more than agreed");
			return { bad: await bad_things(alb) };
		},
	};
}
