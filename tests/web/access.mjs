// For everybody: what axe finds, narrow and wide screens, keyboard alone, and no markup that a policy would have to allow.
import assert from "node:assert/strict";
import { test } from "node:test";
import { address, axeSource, checked, withPage } from "./support.mjs";

async function everyPage() {
    const [picture, other, sound] = [await checked("spliced.jpg"), await checked("camera.jpg"), await checked("edited.wav")];
    return ["/", "/batch", "/history", "/settings", `/compare?a=${picture.id}&b=${other.id}`, `/checks/${picture.id}`, `/checks/${sound.id}`, "/nowhere"];
}

async function open(page, path) {
    await page.goto(address + path);
    await page.waitForFunction(() => !document.querySelector(".loading"));
}

/** What axe calls serious or critical on every page, everything unfolded; `rules` limits it to these. */
async function complaintsOf(page, paths, rules) {
    const complaints = [];
    for (const path of paths) {
        await open(page, path);
        await page.evaluate(() => { for (const details of document.querySelectorAll("details")) details.open = true; });
        // Through the debugger, which the page's policy does not bind.
        await page.evaluate(axeSource);
        const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { resultTypes: ["violations"], ...(values ? { runOnly: { type: "rule", values } } : {}) }), rules);
        for (const { id, impact, nodes } of violations) {
            if (impact === "serious" || impact === "critical") complaints.push(`${path} ${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).slice(0, 3).join("; ")}`);
        }
    }
    return complaints;
}

test("axe finds nothing serious", () => withPage(async (page) => assert.deepEqual(await complaintsOf(page, await everyPage(), null), [])));

test("nor in the dark, where only the colours differ", () => withPage(async (page) => assert.deepEqual(await complaintsOf(page, (await everyPage()).slice(2, 7), ["color-contrast"]), []), { colorScheme: "dark" }));

test("no page is wider than the screen, from a telephone's to a large one's", () => withPage(async (page) => {
    for (const path of await everyPage()) {
        await open(page, path);
        for (const width of [400, 768, 1280, 1920]) {
            await page.setViewportSize({ width, height: 850 });
            const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(over <= 0, `${path} is ${over} px too wide at ${width}`);
        }
    }
}));

test("keyboard alone reaches everything, and moving on leaves the focus at the heading", () => withPage(async (page) => {
    await checked("camera.jpg");
    await open(page, "/");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), "files", "the first stop is the choice of files");
    await page.getByRole("link", { name: "History" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/history");
    assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
    assert.match(await page.title(), /^History/);
    assert.equal(await page.getByRole("link", { name: "History" }).getAttribute("aria-current"), "page");
}));

test("nothing in the pages needs an unsafe policy", () => withPage(async (page) => {
    const answer = await page.goto(address);
    const policy = answer.headers()["content-security-policy"];
    assert.match(policy, /script-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    for (const path of await everyPage()) {
        await open(page, path);
        assert.equal(await page.evaluate(() => document.querySelectorAll("script:not([src]), style, [onclick], [onload], iframe, object").length), 0, path);
    }
}));
