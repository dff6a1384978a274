import { describe, expect, test } from "vitest";
import { Lane, stepFor, ticksOf, TimeWindow } from "../src/time/axis";
import { peaksOf, spectrogramOf } from "../src/time/spectrum";

describe("the axis", () => {
    test("ticks are round and few", () => {
        expect(stepFor(6, 8)).toBe(1);
        expect(stepFor(7200, 10)).toBe(900);
        expect(ticksOf(0, 0.3, 0.1).map((tick) => tick.toFixed(1))).toEqual(["0.0", "0.1", "0.2", "0.3"]);
        expect(ticksOf(1.05, 1.32, 0.1).map((tick) => tick.toFixed(1))).toEqual(["1.1", "1.2", "1.3"]);
    });
    test("the window stays within the length", () => {
        const window = new TimeWindow(100);
        window.zoomAt(80, 4);
        expect([window.start_s, window.end_s]).toEqual([60, 85]);
        window.panBy(1000);
        expect([window.start_s, window.end_s]).toEqual([75, 100]);
        window.show(10, 12);
        expect(window.start_s).toBeLessThanOrEqual(10);
        expect(window.length_s).toBeCloseTo(25);
        window.zoomAt(50, 1e-9);
        expect(window.isWhole).toBe(true);
        window.zoomAt(50, 1e12);
        expect(window.length_s).toBeCloseTo(0.05);
    });
});

describe("spans", () => {
    const lane = new Lane([{ start_s: 10, end_s: 10 }, { start_s: 2, end_s: 9 }, { start_s: 5, end_s: 5 }]);
    test("those that touch the window are drawn, a long one that began earlier too", () => {
        expect([...lane.within(6, 8, 0.001)]).toEqual([{ start_s: 2, end_s: 9 }]);
        expect([...lane.within(9.5, 20, 0.001)]).toEqual([{ start_s: 10, end_s: 10 }]);
    });
    test("the shorter of two is hit, and nothing far away", () => {
        expect(lane.nearest(5, 0.1)).toEqual({ start_s: 5, end_s: 5 });
        expect(lane.nearest(6, 0.1)).toEqual({ start_s: 2, end_s: 9 });
        expect(lane.nearest(12, 0.5)).toBeNull();
    });
    test("drawing costs what there are pixels, however many spans there are", () => {
        const crowded = new Lane(Array.from({ length: 100_000 }, (_, i) => ({ start_s: i * 0.072, end_s: i * 0.072 })));
        expect([...crowded.within(0, 7200, 7200 / 1000)].length).toBeLessThanOrEqual(1001);
    });
});

describe("what a sound looks like", () => {
    const rate = 16_000;
    const tone = Float32Array.from({ length: rate }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 2000 * i) / rate));
    test("peaks keep the extremes", () => {
        tone[5000] = -0.9;
        const peaks = peaksOf(tone, 100);
        expect(peaks[31 * 2]).toBeCloseTo(-0.9);
        expect(peaks[10 * 2 + 1]).toBeCloseTo(0.5, 2);
        tone[5000] = 0;
    });
    test("a tone of 2 kHz is loudest in the row of 2 kHz", () => {
        const size = 512;
        const columns = 20;
        const levels = spectrogramOf(tone, columns, size);
        const column = Array.from({ length: size / 2 }, (_, row) => levels[row * columns + 10]!);
        const loudest = column.indexOf(Math.max(...column));
        expect(size / 2 - 1 - loudest).toBe((2000 * size) / rate);
        expect(Math.max(...column)).toBeGreaterThan(250);
        expect(column[20]).toBeLessThan(80);
    });
});
