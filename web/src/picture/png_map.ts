/** A grey map, reduced so that it fits the screen; each value is the largest of the square that it stands for, so that no small bright place is lost. */
export interface GreyMap {
    readonly width: number;
    readonly height: number;
    readonly values: Uint8Array;
    /** Size of the map as it was sent, in pixels. */
    readonly fullWidth: number;
    readonly fullHeight: number;
}

const kSignature = [137, 80, 78, 71, 13, 10, 26, 10];
const kMostPixels = 1 << 29;

/** Reads bytes in the portions asked for from a stream that comes in others. */
class Bytes {
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
    private rest: Uint8Array = new Uint8Array(0);

    constructor(stream: ReadableStream<Uint8Array>) {
        this.reader = stream.getReader();
    }

    /** At least one and at most `most` bytes; null at the end. */
    async some(most: number): Promise<Uint8Array | null> {
        while (this.rest.length === 0) {
            const { done, value } = await this.reader.read();
            if (done) return null;
            this.rest = value;
        }
        const portion = this.rest.subarray(0, most);
        this.rest = this.rest.subarray(portion.length);
        return portion;
    }

    async exactly(count: number): Promise<Uint8Array> {
        const bytes = new Uint8Array(count);
        for (let filled = 0; filled < count;) {
            const portion = await this.some(count - filled);
            if (!portion) throw new Error("the map ends early");
            bytes.set(portion, filled);
            filled += portion.length;
        }
        return bytes;
    }
}

async function chunkHead(bytes: Bytes): Promise<{ length: number; type: string }> {
    const head = await bytes.exactly(8);
    return { length: new DataView(head.buffer).getUint32(0), type: String.fromCharCode(...head.subarray(4)) };
}

/** What the IDAT chunks hold, as one stream. */
function imageData(bytes: Bytes): ReadableStream<BufferSource> {
    let left = 0;
    return new ReadableStream<BufferSource>({
        async pull(controller) {
            while (left === 0) {
                const { length, type } = await chunkHead(bytes);
                if (type === "IEND") {
                    controller.close();
                    return;
                }
                if (type === "IDAT") left = length;
                else await bytes.exactly(length);
                if (type !== "IDAT" || length === 0) await bytes.exactly(4);
            }
            const portion = await bytes.some(left);
            if (!portion) throw new Error("the map ends early");
            left -= portion.length;
            controller.enqueue(portion.slice());
            if (left === 0) await bytes.exactly(4);
        },
    });
}

/** Undoes the filter of one line of one byte a pixel, in place (PNG specification, 9.2). `above` is zero for the first line. */
export function unfilter(filter: number, line: Uint8Array, above: Uint8Array): void {
    const width = line.length;
    let left = 0;
    let aboveLeft = 0;
    switch (filter) {
        case 0:
            return;
        case 1:
            for (let x = 0; x < width; ++x) line[x] = left = (line[x]! + left) & 255;
            return;
        case 2:
            for (let x = 0; x < width; ++x) line[x] = (line[x]! + above[x]!) & 255;
            return;
        case 3:
            for (let x = 0; x < width; ++x) line[x] = left = (line[x]! + ((left + above[x]!) >> 1)) & 255;
            return;
        case 4:
            for (let x = 0; x < width; ++x) {
                const up = above[x]!;
                const fromLeft = Math.abs(up - aboveLeft);
                const fromUp = Math.abs(left - aboveLeft);
                const fromBoth = Math.abs(left + up - 2 * aboveLeft);
                const predicted = fromLeft <= fromUp && fromLeft <= fromBoth ? left : fromUp <= fromBoth ? up : aboveLeft;
                line[x] = left = (line[x]! + predicted) & 255;
                aboveLeft = up;
            }
            return;
        default:
            throw new Error("the map is damaged");
    }
}

/**
 * Reads an 8-bit grey PNG line by line, holding two lines and the reduced map: a picture of 200 megapixels costs no more memory than
 * a small one. `mostSide` bounds the sides of what comes out. Throws where the bytes are no such PNG.
 */
export async function readGreyPng(stream: ReadableStream<Uint8Array>, mostSide: number): Promise<GreyMap> {
    const bytes = new Bytes(stream);
    const signature = await bytes.exactly(8);
    if (!kSignature.every((byte, index) => signature[index] === byte)) throw new Error("the map is no PNG");
    const { length, type } = await chunkHead(bytes);
    if (type !== "IHDR" || length !== 13) throw new Error("the map is damaged");
    const header = new DataView((await bytes.exactly(17)).buffer);
    const width = header.getUint32(0);
    const height = header.getUint32(4);
    const isGrey = header.getUint8(8) === 8 && header.getUint8(9) === 0 && header.getUint8(12) === 0;
    if (!isGrey || width === 0 || height === 0 || width * height > kMostPixels) throw new Error("the map is not 8-bit grey");

    const factor = Math.ceil(Math.max(width, height) / mostSide);
    const reduced = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
    const values = new Uint8Array(reduced.width * reduced.height);
    // The first byte of a line names its filter.
    let line = new Uint8Array(width + 1);
    let above = new Uint8Array(width + 1);
    let filled = 0;
    let y = 0;
    const pixels = imageData(bytes).pipeThrough(new DecompressionStream("deflate")).getReader();
    while (y < height) {
        const { done, value } = await pixels.read();
        if (done) throw new Error("the map ends early");
        const portion = value as Uint8Array;
        for (let at = 0; at < portion.length && y < height;) {
            const count = Math.min(portion.length - at, width + 1 - filled);
            line.set(portion.subarray(at, at + count), filled);
            at += count;
            filled += count;
            if (filled <= width) continue;
            unfilter(line[0]!, line.subarray(1), above.subarray(1));
            pool(line, factor, values, Math.floor(y / factor) * reduced.width);
            [line, above] = [above, line];
            filled = 0;
            ++y;
        }
    }
    await pixels.cancel().catch(() => undefined);
    return { ...reduced, values, fullWidth: width, fullHeight: height };
}

function pool(line: Uint8Array, factor: number, values: Uint8Array, offset: number): void {
    for (let x = 1, out = offset; x < line.length; ++out) {
        let most = values[out]!;
        for (const end = Math.min(x + factor, line.length); x < end; ++x) {
            if (line[x]! > most) most = line[x]!;
        }
        values[out] = most;
    }
}
