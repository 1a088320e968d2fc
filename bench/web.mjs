// The browser's part of web.py: scenes for test/web/drive.mjs. Each prints what it has measured.
export function scenes({ open, sign_in, go, job }) {
	const PAGE = "main h1[tabindex]";

	// What a page waited for: when its heading stood, and when the last long task before that or soon after had ended.
	async function watch(page) {
		await page.context().addInitScript(() => {
			window.seen = { heading: 0, long: [] };
			new PerformanceObserver((list) => list.getEntries().forEach((e) => window.seen.long.push(e.startTime + e.duration))).observe({ type: "longtask", buffered: true });
			const look = () => (document.querySelector("main h1[tabindex]") ? (window.seen.heading = performance.now()) : requestAnimationFrame(look));
			requestAnimationFrame(look);
		});
	}

	// Bytes as they came over the wire, and how deep the files of the shell hang on each other.
	async function traffic(page) {
		const client = await page.context().newCDPSession(page);
		await client.send("Network.enable");
		const url = new Map();
		const depth = new Map();
		const sum = { shell: 0, api: 0, files: 0, deepest: 0 };
		client.on("Network.requestWillBeSent", (e) => {
			url.set(e.requestId, e.request.url);
			const by = e.initiator.url ?? e.initiator.stack?.callFrames[0]?.url;
			if (!depth.has(e.request.url)) depth.set(e.request.url, e.type === "Document" ? 0 : (depth.get(by) ?? 0) + 1);
		});
		client.on("Network.loadingFinished", (e) => {
			const at = url.get(e.requestId) ?? "";
			const path = at ? new URL(at).pathname : "";
			if (path === "/" || path.startsWith("/a/")) {
				sum.shell += e.encodedDataLength;
				sum.files++;
				sum.deepest = Math.max(sum.deepest, depth.get(at) ?? 0);
			} else sum.api += e.encodedDataLength;
		});
		return { client, sum };
	}

	return {
		async load(browser) {
			const page = await open(browser);
			await sign_in(page);
			await watch(page);
			const times = [];
			let home;
			let map;
			for (let i = 0; i < job.times; i++) {
				const { client, sum } = await traffic(page);
				await client.send("Network.clearBrowserCache");
				await page.goto("about:blank");
				await page.goto(`${job.base}/`);
				await page.waitForSelector(PAGE);
				await page.waitForTimeout(1500);
				const seen = await page.evaluate(() => ({ ...window.seen, paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0 }));
				times.push({ paint: seen.paint, heading: seen.heading, interactive: Math.max(seen.heading, ...seen.long.filter((t) => t < seen.heading + 1000)) });
				home = { ...sum };
				if (i === job.times - 1) {
					await go(page, `pact/${job.coalition}`);
					if (!(await page.locator(".map").count())) await page.click("text=Show the map");
					await page.waitForSelector(".map", { timeout: 10_000 });
					await page.waitForTimeout(1000);
					map = { ...sum };
				}
				await client.detach();
			}
			return { times, home, map };
		},

		// All records into the list, as somebody would who goes on scrolling; then through them, a screenful and more in each frame.
		async scroll(browser) {
			const page = await open(browser, { width: 1440 });
			await sign_in(page);
			await go(page, `records/${job.coalition}`);
			await page.waitForSelector("tbody tr[data-row]");
			const began = Date.now();
			const loaded = await page.evaluate(async (want) => {
				const box = () => [...document.querySelectorAll("main *")].find((e) => e.scrollHeight > e.clientHeight + 50 && /auto|scroll/.test(getComputedStyle(e).overflowY));
				const count = () => Number((document.querySelector(".table-tools .count")?.textContent ?? "").replace(/[^\d]/g, ""));
				for (let still = 0, last = 0; count() < want && still < 400; still++) {
					const b = box();
					if (b) b.scrollTop = b.scrollHeight;
					await new Promise((done) => setTimeout(done, 25));
					if (count() !== last) still = 0;
					last = count();
				}
				return count();
			}, job.records);
			const load_s = (Date.now() - began) / 1000;
			// What the page itself works for a frame, in time of the processor: the rest is waiting for it.
			const client = await page.context().newCDPSession(page);
			await client.send("Performance.enable", { timeDomain: "threadTicks" });
			const PARTS = ["TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration"];
			const worked = async () => {
				const { metrics } = await client.send("Performance.getMetrics");
				return PARTS.map((name) => metrics.find((m) => m.name === name).value);
			};
			const before = await worked();
			const frames = await page.evaluate(async (seconds) => {
				const b = [...document.querySelectorAll("main *")].find((e) => e.scrollHeight > e.clientHeight + 50 && /auto|scroll/.test(getComputedStyle(e).overflowY));
				b.scrollTop = 0;
				await new Promise((done) => setTimeout(done, 500));
				const times = [];
				let empty = 0;
				const end = performance.now() + seconds * 1000;
				let down = 1;
				for (let last = await new Promise(requestAnimationFrame); last < end;) {
					b.scrollTop += down * 240;
					if (b.scrollTop + b.clientHeight >= b.scrollHeight - 2) down = -1;
					const now = await new Promise(requestAnimationFrame);
					times.push(now - last);
					last = now;
					const r = b.getBoundingClientRect();
					if (!document.elementFromPoint(r.left + 60, r.top + r.height / 2)?.closest("tr[data-row]")) empty++;
				}
				return { times, empty };
			}, job.seconds);
			const [cpu_ms, script_ms, style_ms, layout_ms] = (await worked()).map((after, i) => (1000 * (after - before[i])) / frames.times.length);
			const filter = await page.evaluate(async () => {
				const input = [...document.querySelectorAll(".table-tools input[type=search]")].at(-1);
				const began = performance.now();
				input.value = "zzzz-no-such-word";
				input.dispatchEvent(new Event("input", { bubbles: true }));
				while (!document.querySelector("p.nothing")) await new Promise(requestAnimationFrame);
				return performance.now() - began;
			});
			return { loaded, load_s, filter, cpu_ms, script_ms, style_ms, layout_ms, ...frames };
		},

		// The list of records open; when each new title stood on the screen, by the clock of this machine.
		async screen(browser) {
			const page = await open(browser);
			await sign_in(page);
			await go(page, `records/${job.coalition}`);
			await page.waitForSelector(".live.open");
			await page.evaluate((mark) => {
				window.shown = {};
				const look = () => {
					for (const row of document.querySelectorAll("tbody tr")) {
						const word = new RegExp(`${mark}-\\d+`).exec(row.textContent)?.[0];
						if (word) window.shown[word] ??= performance.timeOrigin + performance.now();
					}
					requestAnimationFrame(look);
				};
				requestAnimationFrame(look);
			}, job.mark);
			console.log(JSON.stringify({ ready: true }));
			const want = `${job.mark}-${job.count - 1}`;
			await page.waitForFunction((w) => window.shown[w], want, { timeout: 120_000 });
			return { shown: await page.evaluate(() => window.shown) };
		},
	};
}
