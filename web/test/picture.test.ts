import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { heatColour, heatPixels, markedShare } from "../src/picture/heat";
import { readGreyPng, unfilter } from "../src/picture/png_map";
import { Viewport } from "../src/picture/viewport";

function chunk(type: string, data: Uint8Array): Uint8Array {
    const bytes = new Uint8Array(12 + data.length);
    new DataView(bytes.buffer).setUint32(0, data.length);
    bytes.set(new TextEncoder().encode(type), 4);
    bytes.set(data, 8);
    return bytes;  // the checksum stays 0: a browser's own transport keeps the bytes whole, and the reader does not look at it
}

/** A PNG of the given lines, each with its filter, the compressed data spread over chunks of `chunkSize` bytes. */
function png(width: number, lines: readonly (readonly number[])[], chunkSize = 7, colourType = 0): Uint8Array {
    const header = new Uint8Array(13);
    new DataView(header.buffer).setUint32(0, width);
    new DataView(header.buffer).setUint32(4, lines.length);
    header.set([8, colourType, 0, 0, 0], 8);
    const data = deflateSync(Uint8Array.from(lines.flat()));
    const parts = [Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("tEXt", new Uint8Array(5))];
    for (let at = 0; at < data.length; at += chunkSize) parts.push(chunk("IDAT", data.subarray(at, at + chunkSize)));
    parts.push(chunk("IEND", new Uint8Array(0)));
    return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function stream(bytes: Uint8Array, portion = 5): ReadableStream<Uint8Array> {
    let at = 0;
    return new ReadableStream({
        pull(controller) {
            if (at >= bytes.length) controller.close();
            else controller.enqueue(bytes.slice(at, (at += portion)));
        },
    });
}

describe("reading a map", () => {
    test("every filter gives back the pixels", async () => {
        const rows = [[10, 20, 30, 40], [11, 19, 35, 200], [255, 0, 128, 1], [7, 7, 7, 9], [90, 80, 70, 60]];
        const filtered = rows.map((row, y) => {
            const filter = y % 5;
            return [filter, ...row.map((value, x) => {
                const left = row[x - 1] ?? 0;
                const up = rows[y - 1]?.[x] ?? 0;
                const corner = rows[y - 1]?.[x - 1] ?? 0;
                const estimate = left + up - corner;
                const near = [left, up, corner].map((candidate, order) => ({ candidate, order, distance: Math.abs(estimate - candidate) })).sort((a, b) => a.distance - b.distance || a.order - b.order)[0]!.candidate;
                const predicted = [0, left, up, (left + up) >> 1, near][filter]!;
                return (value - predicted + 512) % 256;
            })];
        });
        const map = await readGreyPng(stream(png(4, filtered)), 100);
        expect([map.width, map.height, map.fullWidth]).toEqual([4, 5, 4]);
        expect([...map.values]).toEqual(rows.flat());
    });
    test("a single bright pixel survives the reduction", async () => {
        const rows = Array.from({ length: 90 }, (_, y) => [0, ...Array.from({ length: 130 }, (_, x) => (x === 101 && y === 58 ? 240 : 20))]);
        const map = await readGreyPng(stream(png(130, rows, 1000), 64), 32);
        expect([map.width, map.height]).toEqual([26, 18]);
        expect(map.values[Math.floor(58 / 5) * 26 + Math.floor(101 / 5)]).toBe(240);
        expect([...map.values].filter((value) => value === 240)).toHaveLength(1);
    });
    test("what is no map is refused, not shown", async () => {
        const good = png(2, [[0, 1, 2], [0, 3, 4]]);
        await expect(readGreyPng(stream(good.slice(0, 60)), 10)).rejects.toThrow();
        await expect(readGreyPng(stream(new Uint8Array(0)), 10)).rejects.toThrow("ends early");
        await expect(readGreyPng(stream(Uint8Array.from(Array(50).keys())), 10)).rejects.toThrow("no PNG");
        await expect(readGreyPng(stream(png(2, [[0, 1, 2]], 7, 2)), 10)).rejects.toThrow("8-bit grey");
        expect(() => unfilter(5, new Uint8Array(1), new Uint8Array(1))).toThrow("damaged");
    });
    test("only what is above the threshold is coloured", () => {
        expect(heatColour(128)[3]).toBe(0);
        expect(heatColour(129)[3]).toBeGreaterThan(100);
        expect(heatColour(255)).toEqual([217, 0, 0, 255]);
        const pixels = heatPixels(Uint8Array.from([0, 255]));
        expect([...pixels]).toEqual([0, 0, 0, 0, 217, 0, 0, 255]);
        expect(markedShare(Uint8Array.from([0, 128, 129, 255]))).toBe(0.5);
    });
});

describe("moving a picture", () => {
    const fitted = (): Viewport => {
        const viewport = new Viewport(2000, 1000);
        viewport.resize(500, 400);
        return viewport;
    };
    test("it starts whole and centred, and follows the window", () => {
        const viewport = fitted();
        expect([viewport.scale, viewport.x, viewport.y]).toEqual([0.25, 0, 75]);
        viewport.resize(1000, 400);
        expect([viewport.scale, viewport.x, viewport.y]).toEqual([0.4, 100, 0]);
    });
    test("zooming keeps the point under the pointer", () => {
        const viewport = fitted();
        viewport.zoomAt(250, 200, 8);
        const [x, y] = viewport.toPicture(300, 150);
        viewport.zoomAt(300, 150, 2);
        expect(viewport.toPicture(300, 150)[0]).toBeCloseTo(x);
        expect(viewport.toPicture(300, 150)[1]).toBeCloseTo(y);
    });
    test("it is never smaller than the window allows, nor dragged out of it", () => {
        const viewport = fitted();
        viewport.zoom(0.01);
        expect(viewport.isFitted).toBe(true);
        viewport.zoom(8);
        viewport.panBy(1e6, 1e6);
        expect([viewport.x, viewport.y]).toEqual([0, 0]);
        viewport.panBy(-1e6, -1e6);
        expect(viewport.toPicture(500, 400)).toEqual([2000, 1000]);
        viewport.zoom(1e9);
        expect(viewport.scale).toBe(viewport.mostScale);
    });
    test("a place is brought to the middle", () => {
        const viewport = fitted();
        viewport.show([900, 400, 100, 100]);
        const [x, y] = viewport.toPicture(250, 200);
        expect([Math.round(x), Math.round(y)]).toEqual([950, 450]);
    });
    test("another picture of other size shows the same part", () => {
        const viewport = fitted();
        viewport.zoomAt(400, 200, 8);
        const other = new Viewport(1000, 500);
        other.resize(500, 400);
        other.mirror(viewport);
        expect(other.toPicture(250, 200)[0]).toBeCloseTo(viewport.toPicture(250, 200)[0] / 2);
    });
});
