import type { Check } from "../api/types";
import { h, replace } from "../dom";
import { t } from "../i18n";
import { compareFile, keepFile, keptFile } from "./local_file";

/** Plays the reader's own copy of the film or recording, in step with a timeline. */
export class Player {
    readonly element = h("div", { class: "player" });
    /** Called with seconds as playing goes on. */
    played: ((at_s: number) => void) | null = null;
    /** Called once a file is there to be played. */
    opened: ((file: File) => void) | null = null;
    private media: HTMLMediaElement | null = null;
    private address = "";
    private readonly check: Check;
    private readonly isVideo: boolean;

    constructor(check: Check, isVideo: boolean, signal: AbortSignal) {
        this.check = check;
        this.isVideo = isVideo;
        signal.addEventListener("abort", () => {
            this.media?.pause();
            URL.revokeObjectURL(this.address);
        });
    }

    start(): void {
        const kept = keptFile(this.check.id);
        if (kept) this.open(kept);
        else this.ask("");
    }

    seek(at_s: number): void {
        if (this.media) this.media.currentTime = at_s;
    }

    private ask(complaint: string): void {
        const input = h("input", { type: "file", class: "unseen", id: "local-file", change: () => void this.take(input.files?.[0] ?? null) });
        replace(this.element, h("div", { class: "local-file" },
            h("p", {}, t(this.isVideo ? "player.ask_film" : "player.ask_sound")),
            h("p", {}, input, h("label", { class: "button", for: "local-file" }, t("player.choose"))),
            complaint ? h("p", { class: "note", role: "alert" }, h("span", {}, complaint)) : null));
    }

    private async take(file: File | null): Promise<void> {
        if (!file) return;
        if ((await compareFile(file, this.check)) === "other") {
            this.ask(t("player.other_file"));
            return;
        }
        keepFile(this.check, file);
        this.open(file);
    }

    private open(file: File): void {
        this.address = URL.createObjectURL(file);
        const media = h(this.isVideo ? "video" : "audio", { controls: true, preload: "metadata", src: this.address, "aria-label": t("player.label", { name: file.name }) });
        // Told at each picture, not four times a second as timeupdate is.
        const tell = (): void => {
            this.played?.(media.currentTime);
            if (!media.paused && !media.ended) requestAnimationFrame(tell);
        };
        for (const event of ["play", "seeked", "pause"]) media.addEventListener(event, tell);
        media.addEventListener("error", () => this.ask(t("player.unplayable")), { once: true });
        this.media = media;
        replace(this.element, media);
        this.opened?.(file);
    }
}
