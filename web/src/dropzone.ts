import { h } from "./dom";
import { icon } from "./icons";
import { t } from "./i18n";

/** A place for files: dropped, pasted anywhere on the page, or chosen. */
export function dropzone(take: (files: readonly File[]) => void, signal: AbortSignal): HTMLElement {
    const input = h("input", {
        type: "file", multiple: true, class: "unseen", id: "files",
        change: () => {
            take([...(input.files ?? [])]);
            input.value = "";
        },
    });
    const zone = h("div", { class: "dropzone" }, icon("upload", "icon icon-huge"),
        h("p", { class: "dropzone-title" }, t("drop.title")),
        h("p", { class: "row center" }, input, h("label", { class: "button button-primary", for: "files" }, t("drop.choose"))),
        h("p", { class: "quiet" }, t("drop.kinds")));
    let depth = 0;
    const lit = (): void => { zone.classList.toggle("over", depth > 0); };
    // Anywhere on the page: whoever misses the frame by a finger's breadth meant it all the same.
    window.addEventListener("dragenter", () => { ++depth; lit(); }, { signal });
    window.addEventListener("dragleave", () => { depth = Math.max(depth - 1, 0); lit(); }, { signal });
    window.addEventListener("drop", (event) => {
        depth = 0;
        lit();
        const files = [...(event.dataTransfer?.files ?? [])];
        if (files.length > 0) take(files);
    }, { signal });
    document.addEventListener("paste", (event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length === 0) return;
        event.preventDefault();
        take(files);
    }, { signal });
    return zone;
}
