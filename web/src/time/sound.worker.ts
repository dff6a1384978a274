import { peaksOf, spectrogramOf } from "./spectrum";

export interface SoundRequest {
    readonly samples: Float32Array;
}
export interface SoundAnswer {
    readonly peaks: Float32Array;
    readonly spectrogram: ImageBitmap;
}

const kPeaks = 16_384;
const kColumns = 2048;
const kSize = 512;

const scope = self as unknown as { onmessage: ((event: MessageEvent<SoundRequest>) => void) | null; postMessage(message: SoundAnswer, transfer: Transferable[]): void };

/** From black over violet and orange to white: lightness alone tells loudness. */
function colour(level: number): number {
    const share = level / 255;
    const red = 255 * Math.min(Math.max(share * 1.9 - 0.25, 0), 1);
    const green = 255 * Math.min(Math.max(share * 2 - 0.9, 0), 1);
    const blue = 255 * Math.min(Math.max(share < 0.45 ? share * 1.5 : share < 0.7 ? 0.675 - (share - 0.45) * 2 : 0.175 + (share - 0.7) * 2.75, 0), 1);
    return (255 << 24) | (blue << 16) | (green << 8) | red;
}

scope.onmessage = async ({ data: { samples } }) => {
    const peaks = peaksOf(samples, Math.min(kPeaks, Math.max(samples.length, 1)));
    const columns = Math.min(kColumns, Math.max(Math.ceil(samples.length / 64), 1));
    const levels = spectrogramOf(samples, columns, kSize);
    const table = Int32Array.from({ length: 256 }, (_, level) => colour(level));
    const pixels = Int32Array.from(levels, (level) => table[level]!);
    const spectrogram = await createImageBitmap(new ImageData(new Uint8ClampedArray(pixels.buffer), columns, kSize / 2));
    scope.postMessage({ peaks, spectrogram }, [peaks.buffer, spectrogram]);
};
