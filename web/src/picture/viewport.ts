/** Which part of a picture of `width` times `height` shows in a window, and how large. Sizes in pixels of picture and window. */
export class Viewport {
    scale = 1;
    /** Where the picture's left upper corner lies in the window. */
    x = 0;
    y = 0;
    private windowWidth = 1;
    private windowHeight = 1;
    readonly width: number;
    readonly height: number;

    constructor(width: number, height: number) {
        this.width = Math.max(width, 1);
        this.height = Math.max(height, 1);
    }

    get fitScale(): number {
        return Math.min(this.windowWidth / this.width, this.windowHeight / this.height);
    }

    get mostScale(): number {
        return Math.max(this.fitScale * 4, 16);
    }

    get isFitted(): boolean {
        return this.scale <= this.fitScale * 1.001;
    }

    /** The window changed its size; what was fitted stays fitted, else the middle stays where it is. */
    resize(windowWidth: number, windowHeight: number): void {
        const fitted = this.isFitted || this.windowWidth <= 1;
        const [middleX, middleY] = this.toPicture(this.windowWidth / 2, this.windowHeight / 2);
        this.windowWidth = Math.max(windowWidth, 1);
        this.windowHeight = Math.max(windowHeight, 1);
        if (fitted) {
            this.fit();
        } else {
            this.x = this.windowWidth / 2 - middleX * this.scale;
            this.y = this.windowHeight / 2 - middleY * this.scale;
            this.clamp();
        }
    }

    fit(): void {
        this.scale = this.fitScale;
        this.clamp();
    }

    /** The point of the window at x, y keeps its place. */
    zoomAt(x: number, y: number, factor: number): void {
        const scale = Math.min(Math.max(this.scale * factor, this.fitScale), this.mostScale);
        this.x = x - ((x - this.x) * scale) / this.scale;
        this.y = y - ((y - this.y) * scale) / this.scale;
        this.scale = scale;
        this.clamp();
    }

    zoom(factor: number): void {
        this.zoomAt(this.windowWidth / 2, this.windowHeight / 2, factor);
    }

    panBy(x: number, y: number): void {
        this.x += x;
        this.y += y;
        this.clamp();
    }

    /** Shows a box of the picture with room around it. */
    show(box: readonly [number, number, number, number]): void {
        const [x, y, width, height] = box;
        const around = 3;
        const wanted = Math.min(this.windowWidth / (Math.max(width, 8) * around), this.windowHeight / (Math.max(height, 8) * around));
        this.scale = Math.min(Math.max(wanted, this.fitScale), Math.min(this.mostScale, Math.max(this.fitScale, 4)));
        this.x = this.windowWidth / 2 - (x + width / 2) * this.scale;
        this.y = this.windowHeight / 2 - (y + height / 2) * this.scale;
        this.clamp();
    }

    toPicture(x: number, y: number): [number, number] {
        return [(x - this.x) / this.scale, (y - this.y) / this.scale];
    }

    /** Takes over the part that another window shows, as shares of the picture: the two pictures may differ in size. */
    mirror(other: Viewport): void {
        const [x, y] = other.toPicture(other.windowWidth / 2, other.windowHeight / 2);
        this.scale = Math.min(Math.max((other.scale / other.fitScale) * this.fitScale, this.fitScale), this.mostScale);
        this.x = this.windowWidth / 2 - (x / other.width) * this.width * this.scale;
        this.y = this.windowHeight / 2 - (y / other.height) * this.height * this.scale;
        this.clamp();
    }

    /** No empty margin where the picture is larger than the window; centred where it is smaller. */
    private clamp(): void {
        this.x = clamped(this.x, this.windowWidth, this.width * this.scale);
        this.y = clamped(this.y, this.windowHeight, this.height * this.scale);
    }
}

function clamped(at: number, window: number, size: number): number {
    return size <= window ? (window - size) / 2 : Math.min(Math.max(at, window - size), 0);
}
