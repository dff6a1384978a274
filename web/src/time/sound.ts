import type { SoundAnswer, SoundRequest } from "./sound.worker";

/** What a sound looks like. */
export interface SoundPicture {
    /** Lowest and highest value, -1 to 1, of each stretch of equal length. */
    readonly peaks: Float32Array;
    readonly spectrogram: ImageBitmap;
    readonly duration_s: number;
    readonly most_hz: number;
}

/** Decoded sound takes 4 bytes a sample: beyond these the waveform is not drawn. */
const kMostBytes = 300e6;
const kMostDuration_s = 1800;
const kRate_hz = 16_000;

/** Decodes the file in the browser and has a worker draw it. Null where the file is too long, or no sound that this browser reads. */
export async function pictureSound(file: File, duration_s: number, signal: AbortSignal): Promise<SoundPicture | null> {
    if (file.size > kMostBytes || duration_s > kMostDuration_s) return null;
    let decoded: AudioBuffer;
    try {
        decoded = await new OfflineAudioContext(1, 1, kRate_hz).decodeAudioData(await file.arrayBuffer());
    } catch {
        return null;
    }
    if (signal.aborted || decoded.length === 0) return null;
    const samples = new Float32Array(decoded.length);
    for (let channel = 0; channel < decoded.numberOfChannels; ++channel) {
        const own = decoded.getChannelData(channel);
        for (let i = 0; i < own.length; ++i) samples[i] = samples[i]! + own[i]! / decoded.numberOfChannels;
    }
    const worker = new Worker(new URL("./sound.worker.ts", import.meta.url), { type: "module" });
    const answer = await new Promise<SoundAnswer | null>((resolve) => {
        worker.addEventListener("message", ({ data }: MessageEvent<SoundAnswer>) => resolve(data));
        worker.addEventListener("error", () => resolve(null));
        signal.addEventListener("abort", () => resolve(null));
        const request: SoundRequest = { samples };
        worker.postMessage(request, [samples.buffer]);
    });
    worker.terminate();
    return answer && { ...answer, duration_s: decoded.duration, most_hz: decoded.sampleRate / 2 };
}
