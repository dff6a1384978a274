import { readFileSync } from "node:fs";
import { describe, expect, test, vi } from "vitest";
import type { Report } from "../src/api/types";

vi.stubGlobal("document", { documentElement: {} });
vi.stubGlobal("navigator", { languages: ["en"] });
const { boxesOf, groupFindings, momentsOf } = await import("../src/report/grouping");
const { supportInWords, titleOf, toneOf } = await import("../src/report/words");
const { textOf } = await import("../src/report/provenance");

/** Reports that the engine is kept to by its own tests. */
const golden = (name: string): Report => JSON.parse(readFileSync(new URL(`../../tests/golden/${name}.json`, import.meta.url), "utf8")) as Report;

describe("findings", () => {
    test("every analyzer of a real report is in just one group", () => {
        for (const name of ["camera.jpg", "spliced.jpg", "edited.wav", "frozen.mp4", "says-generated.png"]) {
            const report = golden(name);
            const view = groupFindings(report);
            const grouped = Object.values(view).flat().map(({ analyzer }) => analyzer).sort();
            expect(grouped, name).toEqual([...new Set(report.findings.map(({ analyzer }) => analyzer))].sort());
            const places = Object.values(view).flat().reduce((sum, { places: own }) => sum + own.length, 0);
            expect(grouped.length + places, name).toBe(report.findings.length);
        }
    });
    test("strength and side decide the group, and the strongest comes first", () => {
        const { findings } = golden("camera.jpg");
        const made = (analyzer: string, llr: number | null, outcome: "ran" | "failed" = "ran") => ({ ...findings[0]!, analyzer, llr, outcome });
        const view = groupFindings({ ...golden("camera.jpg"), findings: [made("weak", 0.4), made("strong", 2), made("none", 0.2), made("against", -1), made("null", null), made("broken", null, "failed")] });
        expect(view.speaksFor.map(({ analyzer }) => analyzer)).toEqual(["strong", "weak"]);
        expect(view.speaksAgainst.map(({ analyzer }) => analyzer)).toEqual(["against"]);
        expect(view.neutral.map(({ analyzer }) => analyzer)).toEqual(["none", "null"]);
        expect(view.failed.map(({ analyzer }) => analyzer)).toEqual(["broken"]);
    });
    test("moments are in the order of time, boxes keep their finding", () => {
        const moments = momentsOf(golden("edited.wav"));
        expect(moments.map(({ start_s }) => start_s)).toEqual([...moments.map(({ start_s }) => start_s)].sort((a, b) => a - b));
        expect(moments.length).toBeGreaterThan(3);
        for (const { index, finding } of boxesOf(golden("spliced.jpg"))) expect(golden("spliced.jpg").findings[index]).toEqual(finding);
    });
});

describe("words", () => {
    test("the verbal scale", () => {
        expect(supportInWords(0)).toBe("no support for either side");
        expect(supportInWords(0.31)).toBe("weak support for manipulated or synthetic");
        expect(supportInWords(-1)).toBe("moderate support for authentic");
        expect(supportInWords(4)).toBe("very strong support for manipulated or synthetic");
    });
    test("a verdict that is not known is never a clean one", () => {
        expect(toneOf("certainly_fine" as never)).toBe("failed");
        expect(titleOf("certainly_fine" as never)).toBe("Analysis failed");
    });
    test("foreign JSON becomes bounded text", () => {
        expect(textOf(["a", "b"])).toBe("a, b");
        expect(textOf({ x: [1] })).toBe('{"x":[1]}');
        expect(textOf("x".repeat(5000)).length).toBeLessThan(700);
        expect(textOf(null)).toBe("");
    });
});
