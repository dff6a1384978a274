// Giving files: chosen, dropped, pasted, several at once; what happens until the report is there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { address, media, withPage } from "./support.mjs";

const verdicts = /Likely authentic|Inconclusive|Likely manipulated|Likely synthetic/;

/** A file as the page gets it from the system: by dropping or pasting. */
const hand = (page, kind, name, type) => page.evaluate(([event, fileName, mediaType, base64]) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], fileName, { type: mediaType }));
    const made = event === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.querySelector("main").dispatchEvent(made);
}, [kind, name, type, readFileSync(media(name)).toString("base64")]);

test("a chosen file is sent, followed and reported", () => withPage(async (page) => {
    await page.goto(address);
    await page.locator("#files").setInputFiles(media("spliced.jpg"));
    await page.waitForURL(/\/checks\/[\w-]{20,}/);
    await page.waitForSelector("#verdict");
    assert.match(await page.locator("#verdict-title").innerText(), verdicts);
    assert.equal(await page.locator("h1").innerText(), "spliced.jpg");
    assert.match(await page.title(), /spliced\.jpg/);
    assert.match(await page.locator("#verdict").innerText(), /(support for|no support)[\s\S]+What this does not mean/);
}));

test("progress is told while the server works", () => withPage(async (page) => {
    // The stream of events is held back for a moment, so that what the page says before its end can be seen.
    await page.route("**/events", async (route) => { await new Promise((resolve) => setTimeout(resolve, 800)); await route.continue(); });
    await page.route(/\/v1\/checks\/[\w-]+$/, async (route) => {
        const answer = await route.fetch();
        const check = await answer.json();
        await route.fulfill({ response: answer, json: { ...check, state: "running", verdict: null } });
    }, { times: 1 });
    await page.goto(address);
    await page.locator("#files").setInputFiles(media("says-generated.png"));
    await page.waitForSelector(".stages .now");
    assert.equal(await page.locator(".stages .now").innerText(), "Being examined");
    assert.match(await page.locator(".progress [role=status]").innerText(), /at work/);
    await page.waitForSelector("#verdict");
}));

test("a dropped file is taken wherever it falls", () => withPage(async (page) => {
    await page.goto(address);
    await hand(page, "drop", "camera.jpg", "image/jpeg");
    await page.waitForSelector("#verdict");
    assert.equal(await page.locator("h1").innerText(), "camera.jpg");
}));

test("a pasted picture is taken", () => withPage(async (page) => {
    await page.goto(address);
    await hand(page, "paste", "says-generated.png", "image/png");
    await page.waitForSelector("#verdict");
    assert.equal(await page.locator("h1").innerText(), "says-generated.png");
}));

test("a file that cannot be read is never called clean", () => withPage(async (page) => {
    await page.goto(address);
    await page.locator("#files").setInputFiles({ name: "broken.jpg", mimeType: "image/jpeg", buffer: readFileSync(media("camera.jpg")).subarray(0, 200) });
    await page.waitForSelector("#verdict");
    assert.doesNotMatch(await page.locator("#verdict-title").innerText(), /authentic/);
    assert.match(await page.locator("#verdict").innerText(), /clean result|does not clear/);
}));

test("a full queue is waited for, and the wait is told", () => withPage(async (page) => {
    const keys = [];
    await page.route("**/v1/checks?file_name=*", async (route) => {
        keys.push(route.request().headers()["idempotency-key"]);
        if (keys.length > 1) return route.continue();
        return route.fulfill({ status: 429, headers: { "Retry-After": "2" }, contentType: "application/problem+json", body: '{"title":"Queue full","status":429}' });
    });
    await page.goto(address);
    await page.locator("#files").setInputFiles(media("says-generated.png"));
    await page.waitForFunction(() => /queue is full/.test(document.querySelector(".sending [role=status]")?.textContent ?? ""));
    await page.waitForSelector("#verdict");
    assert.equal(keys.length, 2);
    assert.equal(keys[0], keys[1], "both attempts are one check");
}, { expected: [/429/] }));

test("what the server refuses is said in words", () => withPage(async (page) => {
    await page.route("**/v1/checks?file_name=*", (route) => route.fulfill({ status: 413, contentType: "application/problem+json", headers: { "X-Request-Id": "r7" }, body: '{"title":"Too large","status":413,"detail":"the limit is 5 GB"}' }));
    await page.goto(address);
    await page.locator("#files").setInputFiles(media("says-generated.png"));
    assert.match(await page.locator(".note[role=alert]").innerText(), /larger than this server takes.*5 GB[\s\S]*r7/);
}, { expected: [/413/] }));

test("several files become a table that can be saved", () => withPage(async (page) => {
    await page.goto(address);
    await page.locator("#files").setInputFiles([...["camera.jpg", "says-generated.png"].map((name) => ({ name, mimeType: "", buffer: readFileSync(media(name)) })), { name: "=1+1.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") }]);
    await page.waitForURL("**/batch");
    await page.waitForFunction(() => /3 of 3 files done/.test(document.querySelector(".batch-summary")?.textContent ?? ""), null, { timeout: 60_000 });
    assert.equal(await page.locator("tbody tr").count(), 3);
    assert.match(await page.locator("tbody tr").first().innerText(), verdicts);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as CSV" }).click()]);
    const lines = readFileSync(await download.path(), "utf8").trim().split("\r\n");
    assert.equal(lines.length, 4);
    assert.match(lines[0], /^file_name,size_bytes,state,verdict,llr,probability/);
    assert.match(lines[1], /^camera\.jpg,\d+,done,(likely_|inconclusive).*\/checks\//);
    assert.match(lines[3], /^'=1\+1\.txt,10,done,(failed|not_applicable),,,/);
    await page.reload();
    assert.equal(await page.locator("tbody tr").count(), 3, "the table outlives a reload");
    await page.locator("tbody tr a").first().click();
    await page.waitForSelector("#verdict");
    await page.goBack();
    await page.getByRole("button", { name: "Clear the list" }).click();
    await page.locator("tbody tr").first().waitFor({ state: "hidden" });
    assert.equal(await page.locator("tbody tr:visible").count(), 0);
}));
