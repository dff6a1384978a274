/** Values up to here are at or below the analyzer's own threshold. */
export const kThreshold = 128;

/** Red, green, blue, alpha of a map's value: nothing up to the threshold, then yellow to red, as in the engine's HTML report. */
export function heatColour(value: number): readonly [number, number, number, number] {
    if (value <= kThreshold) return [0, 0, 0, 0];
    const share = (value - kThreshold) / (255 - kThreshold);
    const green = share < 0.5 ? 217 - share * 2 * 115 : 102 - (share - 0.5) * 2 * 102;
    return [Math.round(255 - share * 38), Math.round(green), 0, Math.round(110 + 145 * Math.min(share * 1.5, 1))];
}

/** The map as pixels to lay over the picture. */
export function heatPixels(values: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
    const table = new Uint32Array(256);
    const bytes = new Uint8Array(table.buffer);
    for (let value = 0; value < 256; ++value) bytes.set(heatColour(value), value * 4);
    const pixels = new Uint32Array(values.length);
    for (let i = 0; i < values.length; ++i) pixels[i] = table[values[i]!]!;
    return new Uint8ClampedArray(pixels.buffer);
}

/** Share of the map above the threshold, 0 to 1. */
export function markedShare(values: Uint8Array): number {
    let marked = 0;
    for (const value of values) if (value > kThreshold) ++marked;
    return values.length > 0 ? marked / values.length : 0;
}
