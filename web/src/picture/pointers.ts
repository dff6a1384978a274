/** What fingers and mouse do on a surface, places in pixels from its left upper corner. */
export interface Gestures {
    /** Whether a press here takes hold of something that drag() then moves. */
    grab(x: number, y: number): boolean;
    drag(x: number, y: number): void;
    pan(x: number, y: number): void;
    pinch(x: number, y: number, factor: number): void;
    tap(x: number, y: number): void;
    twice(x: number, y: number): void;
}

const kSlack = 6;
const kTwice_ms = 350;

export class Pointers {
    private readonly down = new Map<number, { x: number; y: number }>();
    private grabbed = false;
    private travelled = 0;
    private lastTap = { time_ms: -Infinity, x: 0, y: 0 };

    constructor(surface: HTMLElement, gestures: Gestures) {
        const at = (event: PointerEvent): { x: number; y: number } => {
            const frame = surface.getBoundingClientRect();
            return { x: event.clientX - frame.left, y: event.clientY - frame.top };
        };
        surface.addEventListener("pointerdown", (event) => {
            if (event.button !== 0) return;
            const point = at(event);
            if (this.down.size === 0) {
                this.travelled = 0;
                this.grabbed = gestures.grab(point.x, point.y);
            }
            this.down.set(event.pointerId, point);
            surface.setPointerCapture(event.pointerId);
        });
        surface.addEventListener("pointermove", (event) => {
            const before = this.down.get(event.pointerId);
            if (!before) return;
            const now = at(event);
            const step = { x: now.x - before.x, y: now.y - before.y };
            const others = [...this.down].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
            this.travelled += Math.hypot(step.x, step.y);
            this.down.set(event.pointerId, now);
            const other = others[0];
            if (other) {
                const wasApart = Math.hypot(before.x - other.x, before.y - other.y);
                const isApart = Math.hypot(now.x - other.x, now.y - other.y);
                gestures.pan(step.x / 2, step.y / 2);
                if (wasApart > 1) gestures.pinch((now.x + other.x) / 2, (now.y + other.y) / 2, isApart / wasApart);
            } else if (this.grabbed) {
                gestures.drag(now.x, now.y);
            } else if (this.travelled > kSlack) {
                gestures.pan(step.x, step.y);
            }
        });
        const release = (event: PointerEvent): void => {
            const point = this.down.get(event.pointerId);
            this.down.delete(event.pointerId);
            if (!point || event.type === "pointercancel" || this.travelled > kSlack || this.grabbed || this.down.size > 0) return;
            const again = event.timeStamp - this.lastTap.time_ms < kTwice_ms && Math.hypot(point.x - this.lastTap.x, point.y - this.lastTap.y) < 24;
            this.lastTap = { time_ms: again ? -Infinity : event.timeStamp, ...point };
            if (again) gestures.twice(point.x, point.y);
            else gestures.tap(point.x, point.y);
        };
        surface.addEventListener("pointerup", release);
        surface.addEventListener("pointercancel", release);
    }
}
