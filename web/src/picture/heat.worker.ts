import { heatPixels, markedShare } from "./heat";
import { readGreyPng } from "./png_map";

export interface HeatRequest {
    readonly id: number;
    readonly png: Blob;
    readonly mostSide: number;
}
export type HeatAnswer =
    | { readonly id: number; readonly bitmap: ImageBitmap; readonly marked: number }
    | { readonly id: number; readonly error: string };

const scope = self as unknown as { onmessage: ((event: MessageEvent<HeatRequest>) => void) | null; postMessage(message: HeatAnswer, transfer?: Transferable[]): void };

scope.onmessage = async ({ data }) => {
    try {
        const map = await readGreyPng(data.png.stream(), data.mostSide);
        const bitmap = await createImageBitmap(new ImageData(heatPixels(map.values), map.width, map.height));
        scope.postMessage({ id: data.id, bitmap, marked: markedShare(map.values) }, [bitmap]);
    } catch (error) {
        scope.postMessage({ id: data.id, error: error instanceof Error ? error.message : String(error) });
    }
};
