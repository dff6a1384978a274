// The report: picture and maps, sound and film, findings, provenance, hashes, downloads, the link.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { address, checked, media, openReport, placeOf, shown, withPage } from "./support.mjs";

const stage = ".stage canvas";

test("maps are switched, faded and split from the picture", () => withPage(async (page) => {
    await openReport(page, "spliced.jpg");
    await page.waitForFunction(() => /above this map's threshold/.test(document.querySelector(".map-panel [role=status]")?.textContent ?? ""));
    const choose = async (value) => {
        await page.locator(`.map-panel input[value*="${value}"]`).check({ force: true });
        await page.waitForFunction(() => !/Loading/.test(document.querySelector(".map-panel [role=status]").textContent));
    };
    // The fused map need not mark a place of this picture; that of its noise does.
    await choose("image.noise.residual");
    const marked = await shown(page, stage);
    await page.getByLabel("None", { exact: true }).check({ force: true });
    const plain = await shown(page, stage);
    assert.notEqual(plain, marked, "a map shows over the picture");
    const names = await page.locator(".map-panel input[name=map]").evaluateAll((inputs) => inputs.map(({ value }) => value));
    assert.ok(names.length >= 3, "the fused map, at least one analyzer's own, and none");
    const looks = new Set([plain]);
    for (const value of names.slice(0, 3)) {
        await choose(value);
        looks.add(await shown(page, stage));
    }
    assert.ok(looks.size > 1);
    await choose("image.noise.residual");
    assert.equal(await shown(page, stage), marked);
    await page.getByLabel("Opacity of the map").fill("0");
    assert.equal(await shown(page, stage), plain, "without opacity the map is gone");
    await page.getByLabel("Opacity of the map").fill("100");
    const full = await shown(page, stage);
    await page.getByLabel("Before and after").check();
    const slider = page.getByLabel("Place of the line between picture and map");
    await slider.fill("0");
    const left = await shown(page, stage);
    await slider.fill("100");
    assert.notEqual(await shown(page, stage), left, "the line uncovers the picture");
    // The line itself is dragged from the right edge to the middle.
    const frame = await placeOf(page, ".stage");
    await page.mouse.move(frame.x + frame.width - 3, frame.y + frame.height / 2);
    await page.mouse.down();
    await page.mouse.move(frame.x + frame.width / 2, frame.y + frame.height / 2, { steps: 4 });
    await page.mouse.up();
    assert.ok(Math.abs(Number(await slider.inputValue()) - 50) <= 2);
    await page.getByLabel("Before and after").uncheck();
    assert.equal(await shown(page, stage), full);
}));

test("the picture is enlarged and moved by keys, wheel, mouse and buttons", () => withPage(async (page) => {
    await openReport(page, "camera.jpg");
    await page.waitForFunction(() => !/Loading/.test(document.querySelector(".map-panel [role=status]")?.textContent ?? ""));
    const whole = await shown(page, stage);
    const frame = await placeOf(page, ".stage");
    const middle = [frame.x + frame.width / 2, frame.y + frame.height / 2];
    await page.mouse.move(...middle);
    await page.mouse.wheel(0, -100);
    await page.waitForTimeout(150);
    await page.evaluate(() => scrollTo(0, 0));
    assert.equal(await shown(page, stage), whole, "over a picture without focus the wheel scrolls the page");
    await page.locator(".stage").focus();
    await page.keyboard.press("+");
    const closer = await shown(page, stage);
    assert.notEqual(closer, whole);
    await page.keyboard.press("ArrowRight");
    const moved = await shown(page, stage);
    assert.notEqual(moved, closer);
    await page.keyboard.press("0");
    assert.equal(await shown(page, stage), whole);
    await page.locator(".stage").hover();
    await page.mouse.wheel(0, -300);
    assert.notEqual(await shown(page, stage), whole);
    const wheeled = await shown(page, stage);
    const now = await placeOf(page, ".stage");
    await page.mouse.move(now.x + now.width / 2, now.y + now.height / 2);
    await page.mouse.down();
    await page.mouse.move(now.x + now.width / 2 + 60, now.y + now.height / 2 + 40, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await shown(page, stage), wheeled);
    await page.getByRole("button", { name: "Whole picture" }).click();
    assert.equal(await shown(page, stage), whole);
    await page.getByRole("button", { name: "Larger" }).click();
    assert.notEqual(await shown(page, stage), whole);
}));

test("two fingers enlarge the picture", () => withPage(async (page, context) => {
    await openReport(page, "camera.jpg");
    const whole = await shown(page, stage);
    const frame = await placeOf(page, ".stage");
    const [x, y] = [frame.x + frame.width / 2, frame.y + Math.min(frame.height / 2, 120)];
    const session = await context.newCDPSession(page);
    const fingers = (apart) => [{ x: x - apart, y, id: 1 }, { x: x + apart, y, id: 2 }];
    await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: fingers(30) });
    for (const apart of [50, 75, 100]) await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: fingers(apart) });
    await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    assert.notEqual(await shown(page, stage), whole);
    assert.ok(await page.locator(".stage.zoomed").count());
}, { viewport: { width: 400, height: 850 }, hasTouch: true, isMobile: true }));

test("a place in the list is shown in the picture, and one in the picture is explained", () => withPage(async (page) => {
    const check = await openReport(page, "spliced.jpg");
    const report = await (await fetch(`${address}/v1/checks/${check.id}/report`)).json();
    const boxes = report.findings.map(({ where }, index) => ({ index, box: where.box_px })).filter(({ box }) => box);
    assert.ok(boxes.length > 0, "the example has places");
    const before = await shown(page, stage);
    const place = page.locator(`#finding-${boxes[0].index} > .place-button`);
    await place.click();
    assert.equal(await place.getAttribute("aria-pressed"), "true");
    assert.ok((await page.locator(".chosen").innerText()).includes(report.findings[boxes[0].index].explanation));
    assert.notEqual(await shown(page, stage), before, "the picture moves to the place");
    await page.getByRole("button", { name: "Close", exact: true }).click();
    assert.equal(await page.locator(".chosen").innerText(), "");
    await page.getByRole("button", { name: "Whole picture" }).click();
    // The middle of the smallest box: nothing smaller can lie over it.
    const { index, box } = [...boxes].sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3])[0];
    const frame = await placeOf(page, ".stage");
    await page.mouse.click(frame.x + (box[0] + box[2] / 2) / report.input.width_px * frame.width, frame.y + (box[1] + box[3] / 2) / report.input.height_px * frame.height);
    assert.ok((await page.locator(".chosen").innerText()).includes(report.findings[index].explanation));
    await page.getByRole("button", { name: "Go to the finding" }).click();
    await page.locator(".finding.selected, .place.selected").first().waitFor();
}));

test("every finding that ran has its explanation, paper and known false alarms", () => withPage(async (page) => {
    const check = await openReport(page, "spliced.jpg");
    const report = await (await fetch(`${address}/v1/checks/${check.id}/report`)).json();
    const { analyzers } = await (await fetch(`${address}/v1/analyzers`)).json();
    const ran = new Map(report.findings.filter(({ outcome }) => outcome === "ran").map((finding) => [finding.analyzer, finding]).reverse());
    for (const [id, finding] of ran) {
        const text = await page.locator(`[data-analyzer="${id}"]`).evaluate((card) => card.textContent);
        assert.ok(text.includes(report.findings.find(({ analyzer }) => analyzer === id).explanation), id);
        const about = analyzers.find((analyzer) => analyzer.id === id);
        if (!about) continue;  // what joins several analyzers
        assert.ok(text.includes(about.known_false_alarms) && text.includes(about.reference), `${id} at version ${finding.version}`);
    }
    const background = page.locator("#findings .background summary").first();
    await background.click();
    assert.ok(await page.locator("#findings .background[open] dl").first().isVisible());
    for (const { analyzer } of report.findings.filter(({ outcome }) => outcome !== "ran")) {
        assert.match(await page.locator("#unexamined").evaluate((element) => element.textContent), new RegExp(analyzer.replaceAll(".", "\\.")));
    }
}));

test("a recording has moments, a timeline, and the reader's own copy beside it", () => withPage(async (page) => {
    const check = await openReport(page, "edited.wav");
    const report = await (await fetch(`${address}/v1/checks/${check.id}/report`)).json();
    const moments = report.findings.filter(({ outcome, where }) => outcome === "ran" && where.start_s !== null);
    assert.equal(await page.locator(".moments tbody tr").count(), Math.min(moments.length, 12));
    const timeline = page.locator("canvas.timeline");
    const before = await shown(page, "canvas.timeline");
    await timeline.focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await timeline.getAttribute("aria-valuetext"), /Moment 1 of \d+/);
    assert.notEqual(await shown(page, "canvas.timeline"), before);
    assert.equal(await page.locator(".moments tr.selected").count(), 1);
    await page.keyboard.press("+");
    assert.doesNotMatch(await page.locator(".time .viewer-bar").innerText(), /0:00\.00 to 0:06/);
    await page.keyboard.press("0");
    assert.match(await page.locator(".time .viewer-bar").innerText(), /0:00\.00 to 0:06/);
    await page.locator(".moments button").nth(1).click();
    assert.match(await timeline.getAttribute("aria-valuetext"), /Moment 2 of/);
    // A mark in the band is clicked where its time lies.
    const frame = await placeOf(page, "canvas.timeline");
    const last = moments.reduce((a, b) => (b.where.start_s > a.where.start_s ? b : a));
    await page.mouse.click(frame.x + (last.where.start_s / report.input.duration_s) * frame.width, frame.y + 30);
    assert.ok((await page.locator(".chosen").innerText()).includes(last.explanation));

    await page.locator("#local-file").setInputFiles(media("camera.jpg"));
    assert.match(await page.locator(".player [role=alert]").innerText(), /not the file that was checked/);
    const low = frame.height;
    await page.locator("#local-file").setInputFiles(media("edited.wav"));
    await page.locator(".player audio").waitFor();
    await page.waitForFunction((height) => document.querySelector("canvas.timeline").clientHeight > height + 100, low);
    await page.locator(".moments button").nth(1).click();
    const start = [...moments].sort((a, b) => a.where.start_s - b.where.start_s)[1].where.start_s;
    await page.waitForFunction((at) => Math.abs(document.querySelector("audio").currentTime - at) < 0.05, start);
}));

test("a film has a timeline, and a click on a mark explains it", () => withPage(async (page) => {
    const check = await openReport(page, "frozen.mp4");
    const report = await (await fetch(`${address}/v1/checks/${check.id}/report`)).json();
    const found = report.findings.find(({ outcome, where }) => outcome === "ran" && where.start_s !== null);
    const frame = await placeOf(page, "canvas.timeline");
    await page.mouse.click(frame.x + ((found.where.start_s + found.where.end_s) / 2 / report.input.duration_s) * frame.width, frame.y + 30);
    assert.ok((await page.locator(".chosen").innerText()).includes(found.explanation));
    assert.match(await page.locator(".player").innerText(), /Choose my copy/);
}));

test("marks of provenance, hashes and limits are there", () => withPage(async (page) => {
    const check = await openReport(page, "says-generated.png");
    const provenance = await page.locator("#provenance").evaluate((element) => element.textContent);
    assert.match(provenance, /Content credentials: absent/);
    assert.match(provenance, /Stable Diffusion[\s\S]*anyone could have written it/);
    const hash = createHash("sha256").update(readFileSync(media("says-generated.png"))).digest("hex");
    assert.equal(await page.getByTestId("sha256").innerText(), hash);
    assert.equal(check.sha256, hash);
    await page.locator("#technical").getByRole("button", { name: "Copy" }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), hash);
    assert.ok(await page.locator("#limits li").count() >= 2);
}));

test("the report is downloaded, and its link copied", () => withPage(async (page) => {
    const check = await openReport(page, "camera.jpg");
    const save = async (name) => {
        const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name, exact: true }).click()]);
        return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
    };
    const json = await save("JSON");
    assert.equal(json.name, "camera.jpg.report.json");
    assert.equal(JSON.parse(json.text).schema, "bonafide.report/1");
    const pdf = await save("PDF");
    assert.equal(pdf.name, "camera.jpg.report.pdf");
    assert.ok(pdf.text.startsWith("%PDF-1.5"));
    const signature = await save("Signature of the PDF");
    assert.equal(signature.name, "camera.jpg.report.pdf.sig");
    assert.equal(JSON.parse(signature.text).algorithm, "Ed25519");
    const html = await save("HTML");
    assert.equal(html.name, "camera.jpg.report.html");
    assert.match(html.text, /<!doctype html>|<h1>/);
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByRole("button", { name: "Link copied" }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.equal(link, `${address}/checks/${check.id}`);
    await page.goto(link);
    await page.waitForSelector("#verdict");
}));

test("the history in content credentials is told step by step", () => withPage(async (page) => {
    const check = await checked("camera.jpg");
    const credentials = {
        claim_generator: "studio/1.0", state: "valid", signature: { issuer: "A Signer", time: "2024-08-06T21:53:37+00:00", algorithm: "Ps256" },
        ingredients: [{ title: "first.jpg", relationship: "parentOf" }], actions: [{ action: "c2pa.opened" }, { action: "c2pa.color_adjustments", changes: "<b>brighter</b>" }],
        failing_checks: [{ code: "assertion.dataHash.mismatch", meaning: "the content was changed" }], notes: [],
    };
    await page.route(`**/v1/checks/${check.id}/report`, async (route) => {
        const answer = await route.fetch();
        const report = await answer.json();
        await route.fulfill({ response: answer, json: { ...report, provenance: { state: "valid", marks: [], credentials } } });
    });
    await openReport(page, "camera.jpg");
    assert.deepEqual(await page.locator("#provenance .step-title").allInnerTexts(), ["first.jpg", "c2pa.opened", "c2pa.color_adjustments", "A Signer"]);
    assert.match(await page.locator("#provenance").innerText(), /<b>brighter<\/b>/, "foreign markup stays text");
    assert.match(await page.locator("#provenance").innerText(), /Not trusted does not mean tampered/);
}));
