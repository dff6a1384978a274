import type { Box } from "../api/types";
import { h } from "../dom";
import { t } from "../i18n";
import type { Selection } from "../report/selection";
import { Pointers } from "./pointers";
import { Viewport } from "./viewport";

export interface Marked {
    readonly index: number;
    readonly box: Box;
}

export interface ViewerOptions {
    readonly picture: ImageBitmap | null;
    /** Size of the upright picture in pixels: boxes and maps count in these, the picture shown may be smaller. */
    readonly width: number;
    readonly height: number;
    readonly boxes: readonly Marked[];
    readonly selection: Selection | null;
    readonly label: string;
    readonly signal: AbortSignal;
}

const kStep = 60;
const kHandle = 18;

/** A picture that can be moved and enlarged by mouse, wheel, touch and keys, with a map over it, or over the part right of a line. */
export class PictureViewer {
    readonly stage: HTMLElement;
    readonly viewport: Viewport;
    /** Called after the reader moved or enlarged the picture. */
    moved: (() => void) | null = null;
    private readonly canvas = h("canvas", {});
    private readonly options: ViewerOptions;
    private overlay: ImageBitmap | null = null;
    private opacity = 0.7;
    /** Share of the window's width from which on the map shows; null: everywhere. */
    private split: number | null = null;
    private boxesShown = true;
    private asked = 0;
    /** Called while the reader drags the line. */
    splitMoved: ((share: number) => void) | null = null;

    constructor(options: ViewerOptions) {
        this.options = options;
        this.viewport = new Viewport(options.width, options.height);
        this.stage = h("div", {
            class: "stage", tabindex: "0", role: "application", "aria-roledescription": t("picture.role"), "aria-label": options.label,
            keydown: (event: KeyboardEvent) => this.key(event),
        }, this.canvas);
        // A panorama keeps a height that can be used, a strip of film a width.
        this.stage.style.setProperty("--ratio", Math.min(Math.max(options.width / options.height, 0.4), 4).toFixed(4));
        this.stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
        new Pointers(this.stage, {
            grab: (x) => this.split !== null && Math.abs(x - this.split * this.stage.clientWidth) <= kHandle,
            drag: (x) => this.dragSplit(x),
            pan: (x, y) => this.change(() => this.viewport.panBy(x, y)),
            pinch: (x, y, factor) => this.change(() => this.viewport.zoomAt(x, y, factor)),
            tap: (x, y) => this.tap(x, y),
            twice: (x, y) => this.change(() => (this.viewport.isFitted ? this.viewport.zoomAt(x, y, 3) : this.viewport.fit())),
        });
        const observer = new ResizeObserver(() => {
            this.viewport.resize(this.stage.clientWidth, this.stage.clientHeight);
            this.draw();
        });
        observer.observe(this.stage);
        options.signal.addEventListener("abort", () => {
            observer.disconnect();
            cancelAnimationFrame(this.asked);
            options.picture?.close();
        });
        options.selection?.follow((index) => {
            const marked = options.boxes.find((candidate) => candidate.index === index);
            if (marked) {
                // The first choice may come before the first layout.
                this.viewport.resize(this.stage.clientWidth, this.stage.clientHeight);
                this.viewport.show(marked.box);
            }
            this.draw();
        });
    }

    setOverlay(overlay: ImageBitmap | null): void {
        this.overlay = overlay;
        this.draw();
    }

    /** 0 to 1. */
    setOpacity(opacity: number): void {
        this.opacity = opacity;
        this.draw();
    }

    setSplit(split: number | null): void {
        this.split = split;
        this.draw();
    }

    showBoxes(shown: boolean): void {
        this.boxesShown = shown;
        this.draw();
    }

    zoom(factor: number): void {
        this.change(() => this.viewport.zoom(factor));
    }

    fit(): void {
        this.change(() => this.viewport.fit());
    }

    draw(): void {
        cancelAnimationFrame(this.asked);
        this.asked = requestAnimationFrame(() => this.drawNow());
    }

    private change(action: () => void): void {
        action();
        this.draw();
        this.moved?.();
    }

    private dragSplit(x: number): void {
        this.split = Math.min(Math.max(x / Math.max(this.stage.clientWidth, 1), 0), 1);
        this.splitMoved?.(this.split);
        this.draw();
    }

    private wheel(event: WheelEvent): void {
        // Over a picture that the reader did not turn to, the wheel scrolls the page as everywhere.
        if (!event.ctrlKey && document.activeElement !== this.stage) return;
        if (event.deltaY > 0 && this.viewport.isFitted && !event.ctrlKey) return;
        event.preventDefault();
        const frame = this.stage.getBoundingClientRect();
        const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
        this.change(() => this.viewport.zoomAt(event.clientX - frame.left, event.clientY - frame.top, Math.exp(-event.deltaY * lines * 0.0025)));
    }

    private key(event: KeyboardEvent): void {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const actions: Readonly<Record<string, () => void>> = {
            ArrowLeft: () => this.viewport.panBy(kStep, 0),
            ArrowRight: () => this.viewport.panBy(-kStep, 0),
            ArrowUp: () => this.viewport.panBy(0, kStep),
            ArrowDown: () => this.viewport.panBy(0, -kStep),
            "+": () => this.viewport.zoom(1.5),
            "=": () => this.viewport.zoom(1.5),
            "-": () => this.viewport.zoom(1 / 1.5),
            "0": () => this.viewport.fit(),
        };
        const action = actions[event.key];
        // Arrows scroll the page while there is nothing to move.
        if (!action || (event.key.startsWith("Arrow") && this.viewport.isFitted)) return;
        event.preventDefault();
        this.change(action);
    }

    private tap(x: number, y: number): void {
        if (!this.options.selection || !this.boxesShown) return;
        const [pictureX, pictureY] = this.viewport.toPicture(x, y);
        const slack = 4 / this.viewport.scale;
        const hit = this.options.boxes
            .filter(({ box: [left, top, width, height] }) => pictureX >= left - slack && pictureX <= left + width + slack
                && pictureY >= top - slack && pictureY <= top + height + slack)
            .sort((a, b) => a.box[2] * a.box[3] - b.box[2] * b.box[3])[0];
        if (hit || this.options.selection.index !== null) this.options.selection.set(hit?.index ?? null, this);
    }

    private drawNow(): void {
        const { clientWidth, clientHeight } = this.stage;
        const density = window.devicePixelRatio || 1;
        const width = Math.max(Math.round(clientWidth * density), 1);
        const height = Math.max(Math.round(clientHeight * density), 1);
        if (this.canvas.width !== width || this.canvas.height !== height) {
            this.canvas.width = width;
            this.canvas.height = height;
        }
        const context = this.canvas.getContext("2d");
        if (!context) return;
        const { viewport, options } = this;
        this.stage.classList.toggle("zoomed", !viewport.isFitted);
        context.setTransform(density, 0, 0, density, 0, 0);
        context.clearRect(0, 0, clientWidth, clientHeight);
        context.imageSmoothingEnabled = viewport.scale < 4;
        context.imageSmoothingQuality = "high";
        const place = [viewport.x, viewport.y, options.width * viewport.scale, options.height * viewport.scale] as const;
        if (options.picture) context.drawImage(options.picture, ...place);
        this.drawOverlay(context, place, clientWidth, clientHeight);
        if (this.boxesShown) this.drawBoxes(context);
        if (this.split !== null) drawHandle(context, this.split * clientWidth, clientHeight);
    }

    private drawOverlay(context: CanvasRenderingContext2D, place: readonly [number, number, number, number], width: number, height: number): void {
        if (!this.overlay) return;
        context.save();
        if (this.split !== null) {
            context.beginPath();
            context.rect(this.split * width, 0, width, height);
            context.clip();
        }
        context.globalAlpha = this.opacity;
        context.drawImage(this.overlay, ...place);
        context.restore();
    }

    private drawBoxes(context: CanvasRenderingContext2D): void {
        const { viewport, options } = this;
        for (const { index, box: [x, y, width, height] } of options.boxes) {
            const chosen = options.selection?.index === index;
            const frame = [viewport.x + x * viewport.scale, viewport.y + y * viewport.scale, width * viewport.scale, height * viewport.scale] as const;
            // Light around dark: visible on any picture.
            context.lineWidth = chosen ? 7 : 4;
            context.strokeStyle = "rgba(255, 255, 255, 0.85)";
            context.strokeRect(...frame);
            context.lineWidth = chosen ? 4 : 2;
            context.strokeStyle = chosen ? "#0b6ea8" : "#c3271b";
            context.setLineDash(chosen ? [] : [7, 4]);
            context.strokeRect(...frame);
            context.setLineDash([]);
        }
    }
}

function drawHandle(context: CanvasRenderingContext2D, x: number, height: number): void {
    context.fillStyle = "rgba(0, 0, 0, 0.45)";
    context.fillRect(x - 2, 0, 4, height);
    context.fillStyle = "#fff";
    context.fillRect(x - 1, 0, 2, height);
    context.beginPath();
    context.arc(x, height / 2, kHandle - 2, 0, 2 * Math.PI);
    context.fill();
    context.strokeStyle = "#12506b";
    context.lineWidth = 2.5;
    context.beginPath();
    for (const side of [-1, 1]) {
        context.moveTo(x + side * 4, height / 2 - 5);
        context.lineTo(x + side * 9, height / 2);
        context.lineTo(x + side * 4, height / 2 + 5);
    }
    context.stroke();
}
