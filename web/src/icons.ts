import { svg } from "./dom";

/** Outlines on a grid of 24, drawn with the colour of the text around them. */
const kPaths = {
    check: "M5 12.5l4.5 4.5L19 7.5",
    authentic: "M12 3l7.5 3v5.5c0 4.6-3.1 8-7.5 9.5-4.4-1.5-7.5-4.9-7.5-9.5V6zM8.5 12l2.5 2.5 4.5-5",
    open: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.4 9.3a2.7 2.7 0 1 1 3.9 2.6c-.8.4-1.3.9-1.3 1.8M12 16.8v.1",
    manipulated: "M12 3.8L2.8 19.5h18.4zM12 10v4.5M12 17v.1",
    synthetic: "M12 3l2 6 6 2-6 2-2 6-2-6-6-2 6-2zM19 16.5l.7 1.8 1.8.7-1.8.7-.7 1.8-.7-1.8-1.8-.7 1.8-.7z",
    unknown: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12h8",
    failed: "M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3zM9 9l6 6M15 9l-6 6",
    upload: "M12 16V4.5M7 9l5-5 5 5M4 16v2.5A1.5 1.5 0 0 0 5.5 20h13a1.5 1.5 0 0 0 1.5-1.5V16",
    download: "M12 4.5V16M7 11.5l5 5 5-5M4 19.5h16",
    link: "M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1",
    trash: "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
    compare: "M12 3v18M4 6h5v12H4zM15 6h5v12h-5z",
    plus: "M12 5v14M5 12h14",
    minus: "M5 12h14",
    fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
    split: "M12 3v18M8.5 8.5L5 12l3.5 3.5M15.5 8.5L19 12l-3.5 3.5",
    place: "M12 21s6.5-6.2 6.5-11a6.5 6.5 0 0 0-13 0c0 4.8 6.5 11 6.5 11zM12 12.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z",
    time: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2",
    search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20.5 20.5",
    copy: "M9 9h10.5v10.5H9zM5.5 15H4.5V4.5H15v1",
    picture: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.5v.1",
    film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4",
    sound: "M5 10v4M8.5 7v10M12 4v16M15.5 8v8M19 10.5v3",
    file: "M6 3h8l4.5 4.5V21H6zM13.5 3v5h5",
} as const;

export type IconName = keyof typeof kPaths;

/** Decoration beside words, never in their place: hidden from screen readers. */
export function icon(name: IconName, className = "icon"): SVGElement {
    return svg("svg", { viewBox: "0 0 24 24", class: className, "aria-hidden": "true", focusable: "false" }, svg("path", { d: kPaths[name] }));
}

/** The icon of a kind of media as reports name them; a plain file for anything else. */
export function iconOfKind(kind: string | null): SVGElement {
    return icon(kind === "image" ? "picture" : kind === "video" ? "film" : kind === "audio" ? "sound" : "file");
}
