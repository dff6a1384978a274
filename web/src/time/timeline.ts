import { h } from "../dom";
import { clock, span as spanInWords } from "../format";
import { t } from "../i18n";
import { Pointers } from "../picture/pointers";
import type { Moment } from "../report/grouping";
import type { Selection } from "../report/selection";
import { Lane, stepFor, ticksOf, TimeWindow } from "./axis";
import { coloursOf, type Colours } from "./colours";
import type { SoundPicture } from "./sound";

export interface LaneOf {
    readonly label: string;
    readonly lane: Lane<Moment>;
}

const kLabel = 20;
const kBand = 26;
const kGap = 8;
const kWave = 72;
const kSpectrum = 112;
const kAxis = 24;
const kSlack = 8;

/** Time from left to right, one band for what each analyzer found, the sound above them where it is known. */
export class Timeline {
    readonly canvas: HTMLCanvasElement;
    readonly window: TimeWindow;
    /** Called with seconds where the reader chose a place in time. */
    seek: ((at_s: number) => void) | null = null;
    /** Called after another part of the time came into view. */
    moved: (() => void) | null = null;
    private readonly lanes: readonly LaneOf[];
    private readonly moments: readonly Moment[];
    private readonly selection: Selection;
    private sound: SoundPicture | null = null;
    private playhead_s: number | null = null;
    private colours: Colours | null = null;
    private asked = 0;

    constructor(lanes: readonly LaneOf[], moments: readonly Moment[], total_s: number, selection: Selection, signal: AbortSignal) {
        this.lanes = lanes;
        this.moments = moments;
        this.selection = selection;
        this.window = new TimeWindow(total_s);
        this.canvas = h("canvas", {
            class: "timeline", tabindex: "0", role: "slider", "aria-label": t("time.label"), "aria-orientation": "horizontal",
            "aria-valuemin": 0, "aria-valuemax": total_s.toFixed(2), "aria-valuenow": 0, "aria-valuetext": t("time.none_chosen"),
            keydown: (event: KeyboardEvent) => this.key(event),
        });
        this.canvas.style.height = `${this.height}px`;
        this.canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
        new Pointers(this.canvas, {
            grab: () => false,
            drag: () => undefined,
            pan: (x) => this.change(() => this.window.panBy(-x * this.seconds_a_pixel)),
            pinch: (x, _y, factor) => this.change(() => this.window.zoomAt(this.timeAt(x), factor)),
            tap: (x, y) => this.tap(x, y),
            twice: (x) => this.change(() => this.window.zoomAt(this.timeAt(x), 3)),
        });
        const observer = new ResizeObserver(() => this.draw());
        observer.observe(this.canvas);
        const recolour = (): void => {
            this.colours = null;
            this.draw();
        };
        document.addEventListener("themechange", recolour, { signal });
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, { signal });
        signal.addEventListener("abort", () => {
            observer.disconnect();
            cancelAnimationFrame(this.asked);
        });
        selection.follow((index) => this.follow(index));
    }

    private get height(): number {
        return (this.sound ? kLabel * 2 + kWave + kSpectrum + kGap * 2 : 0) + this.lanes.length * (kLabel + kBand + kGap) + kAxis;
    }

    private get seconds_a_pixel(): number {
        return this.window.length_s / Math.max(this.canvas.clientWidth, 1);
    }

    setSound(sound: SoundPicture | null): void {
        this.sound = sound;
        this.canvas.style.height = `${this.height}px`;
        this.draw();
    }

    setPlayhead(at_s: number | null): void {
        this.playhead_s = at_s;
        this.draw();
    }

    zoom(factor: number): void {
        const chosen = this.moments.find(({ index }) => index === this.selection.index);
        this.change(() => this.window.zoomAt(chosen ? chosen.start_s : (this.window.start_s + this.window.end_s) / 2, factor));
    }

    whole(): void {
        this.change(() => this.window.whole());
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

    private timeAt(x: number): number {
        return this.window.start_s + x * this.seconds_a_pixel;
    }

    private follow(index: number | null): void {
        const place = this.moments.findIndex((moment) => moment.index === index);
        const moment = this.moments[place];
        if (moment) {
            this.window.show(moment.start_s, moment.end_s);
            this.canvas.setAttribute("aria-valuenow", moment.start_s.toFixed(2));
            this.canvas.setAttribute("aria-valuetext", t("time.chosen", {
                number: place + 1, count: this.moments.length, when: spanInWords(moment.start_s, moment.end_s), what: moment.finding.explanation,
            }));
        } else {
            this.canvas.setAttribute("aria-valuetext", t("time.none_chosen"));
        }
        this.draw();
        this.moved?.();
    }

    private key(event: KeyboardEvent): void {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const last = this.moments.length - 1;
        const now = this.moments.findIndex(({ index }) => index === this.selection.index);
        const choose = (place: number): void => {
            const moment = this.moments[Math.min(Math.max(place, 0), last)];
            if (!moment) return;
            this.selection.set(moment.index, this);
            this.seek?.(moment.start_s);
        };
        const actions: Readonly<Record<string, () => void>> = {
            ArrowRight: () => choose(now + 1), ArrowUp: () => choose(now + 1),
            ArrowLeft: () => choose(now < 0 ? last : now - 1), ArrowDown: () => choose(now < 0 ? last : now - 1),
            Home: () => choose(0), End: () => choose(last),
            "+": () => this.zoom(2), "=": () => this.zoom(2), "-": () => this.zoom(0.5), "0": () => this.whole(),
        };
        const action = actions[event.key];
        if (!action) return;
        event.preventDefault();
        action();
    }

    private wheel(event: WheelEvent): void {
        if (!event.ctrlKey && document.activeElement !== this.canvas) return;
        if (event.deltaY > 0 && this.window.isWhole && !event.ctrlKey) return;
        event.preventDefault();
        const x = event.clientX - this.canvas.getBoundingClientRect().left;
        this.change(() => {
            if (event.shiftKey) this.window.panBy(event.deltaY * this.seconds_a_pixel);
            else this.window.zoomAt(this.timeAt(x), Math.exp(-event.deltaY * 0.0025));
        });
    }

    private tap(x: number, y: number): void {
        const at_s = this.timeAt(x);
        const row = this.lanes[Math.floor((y - this.lanesTop) / (kLabel + kBand + kGap))];
        const hit = y >= this.lanesTop ? row?.lane.nearest(at_s, kSlack * this.seconds_a_pixel) ?? null : null;
        if (hit) this.selection.set(hit.index, this);
        this.seek?.(hit ? hit.start_s : at_s);
    }

    private get lanesTop(): number {
        return this.sound ? kLabel * 2 + kWave + kSpectrum + kGap * 2 : 0;
    }

    private drawNow(): void {
        const density = window.devicePixelRatio || 1;
        const { clientWidth, clientHeight } = this.canvas;
        const width = Math.max(Math.round(clientWidth * density), 1);
        const height = Math.max(Math.round(clientHeight * density), 1);
        if (this.canvas.width !== width || this.canvas.height !== height) {
            this.canvas.width = width;
            this.canvas.height = height;
        }
        const context = this.canvas.getContext("2d");
        if (!context) return;
        this.colours ??= coloursOf(this.canvas.parentElement ?? document.body);
        context.setTransform(density, 0, 0, density, 0, 0);
        context.clearRect(0, 0, clientWidth, clientHeight);
        context.font = `13px ${getComputedStyle(this.canvas).fontFamily}`;
        context.textBaseline = "middle";
        if (this.sound) this.drawSound(context, this.sound, this.colours, clientWidth);
        let top = this.lanesTop;
        for (const { label, lane } of this.lanes) {
            this.label(context, label, top, this.colours);
            this.drawLane(context, lane, top + kLabel, this.colours, clientWidth);
            top += kLabel + kBand + kGap;
        }
        this.drawAxis(context, top, this.colours, clientWidth);
        if (this.playhead_s !== null) {
            context.fillStyle = this.colours.chosen;
            context.fillRect((this.playhead_s - this.window.start_s) / this.seconds_a_pixel - 1, 0, 2, top);
        }
    }

    private label(context: CanvasRenderingContext2D, text: string, top: number, colours: Colours): void {
        context.fillStyle = colours.quiet;
        context.textAlign = "left";
        context.fillText(text, 0, top + kLabel / 2);
    }

    private drawLane(context: CanvasRenderingContext2D, lane: Lane<Moment>, top: number, colours: Colours, width: number): void {
        const { start_s, end_s } = this.window;
        const grain = this.seconds_a_pixel;
        context.fillStyle = colours.band;
        context.fillRect(0, top, width, kBand);
        const place = (moment: Moment): [number, number] => {
            const x = (moment.start_s - start_s) / grain;
            return [x, Math.max((moment.end_s - moment.start_s) / grain, 0)];
        };
        for (const moment of lane.within(start_s, end_s, grain)) {
            const [x, length] = place(moment);
            context.fillStyle = colours.mark;
            context.globalAlpha = 0.4;
            context.fillRect(x, top, length, kBand);
            context.globalAlpha = 1;
            // A moment without length is a line with a head; a stretch has its start and end drawn.
            context.fillRect(x - 1, top, 2, kBand);
            if (length > 3) context.fillRect(x + length - 1, top, 2, kBand);
            else diamond(context, x, top + kBand / 2, 5);
        }
        const chosen = lane.spans.find(({ index }) => index === this.selection.index);
        if (chosen) {
            const [x, length] = place(chosen);
            context.strokeStyle = colours.chosen;
            context.lineWidth = 3;
            context.strokeRect(x - 4, top - 1, length + 8, kBand + 2);
        }
    }

    private drawSound(context: CanvasRenderingContext2D, sound: SoundPicture, colours: Colours, width: number): void {
        this.label(context, t("time.waveform"), 0, colours);
        const grain = this.seconds_a_pixel;
        const columns = sound.peaks.length / 2;
        const middle = kLabel + kWave / 2;
        context.fillStyle = colours.band;
        context.fillRect(0, kLabel, width, kWave);
        context.fillStyle = colours.sound;
        for (let x = 0; x < width; ++x) {
            const from = Math.floor(((this.window.start_s + x * grain) / sound.duration_s) * columns);
            const to = Math.max(Math.floor(((this.window.start_s + (x + 1) * grain) / sound.duration_s) * columns), from + 1);
            let low = 0;
            let high = 0;
            for (let i = Math.max(from, 0); i < Math.min(to, columns); ++i) {
                low = Math.min(low, sound.peaks[i * 2]!);
                high = Math.max(high, sound.peaks[i * 2 + 1]!);
            }
            // Lossy codecs decode to values beyond full scale.
            [low, high] = [Math.max(low, -1), Math.min(high, 1)];
            context.fillRect(x, middle - (high * kWave) / 2, 1, Math.max(((high - low) * kWave) / 2, 1));
        }
        const top = kLabel * 2 + kWave + kGap;
        this.label(context, t("time.spectrogram", { top: (sound.most_hz / 1000).toFixed(0) }), top - kLabel, colours);
        const scale = sound.spectrogram.width / sound.duration_s;
        context.fillStyle = "#000";
        context.fillRect(0, top, width, kSpectrum);
        context.drawImage(sound.spectrogram, this.window.start_s * scale, 0, Math.max(this.window.length_s * scale, 0.01), sound.spectrogram.height,
            0, top, width, kSpectrum);
    }

    private drawAxis(context: CanvasRenderingContext2D, top: number, colours: Colours, width: number): void {
        const step_s = stepFor(this.window.length_s, Math.max(width / 90, 2));
        context.fillStyle = colours.line;
        context.fillRect(0, top, width, 1);
        for (const tick of ticksOf(this.window.start_s, this.window.end_s, step_s)) {
            const x = (tick - this.window.start_s) / this.seconds_a_pixel;
            context.fillStyle = colours.line;
            context.fillRect(x, top, 1, 6);
            context.fillStyle = colours.quiet;
            context.textAlign = x < 24 ? "left" : x > width - 24 ? "right" : "center";
            context.fillText(clock(tick, step_s), x, top + 15);
        }
    }
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
    context.beginPath();
    context.moveTo(x - radius, y);
    context.lineTo(x, y - radius);
    context.lineTo(x + radius, y);
    context.lineTo(x, y + radius);
    context.fill();
}
