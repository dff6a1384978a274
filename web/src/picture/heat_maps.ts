import { getBlob } from "../api/client";
import type { HeatAnswer, HeatRequest } from "./heat.worker";

export interface HeatMap {
    readonly bitmap: ImageBitmap;
    /** Share of the map above the threshold, 0 to 1. */
    readonly marked: number;
}

/** As large as a screen shows; the browser's own limits for canvases are far above. */
const kMostSide = 2048;

/** Fetches maps and has a worker read and colour them, so that the page never stands still; each map once. */
export class HeatMaps {
    private readonly worker = new Worker(new URL("./heat.worker.ts", import.meta.url), { type: "module" });
    private readonly waiting = new Map<number, { resolve: (map: HeatMap) => void; reject: (error: Error) => void }>();
    private readonly known = new Map<string, Promise<HeatMap>>();
    private readonly signal: AbortSignal;
    private next = 0;

    constructor(signal: AbortSignal) {
        this.signal = signal;
        this.worker.addEventListener("message", ({ data }: MessageEvent<HeatAnswer>) => {
            const asked = this.waiting.get(data.id);
            this.waiting.delete(data.id);
            if ("error" in data) asked?.reject(new Error(data.error));
            else asked?.resolve(data);
        });
        signal.addEventListener("abort", () => {
            this.worker.terminate();
            for (const map of this.known.values()) void map.then(({ bitmap }) => bitmap.close(), () => undefined);
        });
    }

    get(url: string): Promise<HeatMap> {
        let map = this.known.get(url);
        if (!map) {
            map = this.load(url);
            this.known.set(url, map);
            map.catch(() => this.known.delete(url));
        }
        return map;
    }

    private async load(url: string): Promise<HeatMap> {
        const png = await getBlob(url, this.signal);
        const id = this.next++;
        const request: HeatRequest = { id, png, mostSide: kMostSide };
        return new Promise((resolve, reject) => {
            this.waiting.set(id, { resolve, reject });
            this.worker.postMessage(request);
        });
    }
}
