// node tests/web/screenshots.mjs FOLDER [PAGE...]: every page at three widths, light and dark, to be looked at. PAGE is a path; by default
// the fixed pages and the latest check of each kind and verdict.
import { mkdirSync } from "node:fs";
import { address, launch } from "./support.mjs";

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) throw new Error("which folder?");
mkdirSync(folder, { recursive: true });

async function pages() {
    const { checks } = await (await fetch(`${address}/v1/checks?limit=50&state=done`)).json();
    const kinds = new Map(checks.map((check) => [`${check.kind}-${check.verdict}`, check]));
    const [a, b] = checks.filter(({ links }) => links.preview);
    return ["/", "/batch", "/history", "/settings", a && b ? `/compare?a=${a.id}&b=${b.id}` : "/compare", ...[...kinds.values()].map(({ id }) => `/checks/${id}`)];
}

const browser = await launch();
for (const [number, path] of (wanted.length > 0 ? wanted : await pages()).entries()) {
    for (const width of [400, 1280, 1920]) {
        for (const colorScheme of ["light", "dark"]) {
            const context = await browser.newContext({ viewport: { width, height: width === 400 ? 850 : 900 }, colorScheme, locale: process.env.LOCALE ?? "en-GB" });
            const page = await context.newPage();
            page.on("console", (message) => { if (message.type() === "error") console.log(path, message.text()); });
            page.on("pageerror", (error) => console.log(path, error.message));
            await page.goto(address + path, { waitUntil: "networkidle" });
            await page.waitForTimeout(300);
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            if (overflow > 0) console.log(`${path} is ${overflow} px too wide at ${width}`);
            await page.screenshot({ path: `${folder}/${String(number).padStart(2, "0")}-${path.split(/[/?]/)[1] || "home"}-${width}-${colorScheme}.png`, fullPage: true });
            await context.close();
        }
    }
}
await browser.close();
