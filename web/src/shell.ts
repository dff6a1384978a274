import { append, h, replace } from "./dom";
import { icon } from "./icons";
import { t, type Key } from "./i18n";
import mark from "./icon.svg";
import type { Page } from "./router";

const kPlaces: readonly { path: string; key: Key }[] = [
    { path: "/", key: "nav.check" },
    { path: "/batch", key: "nav.batch" },
    { path: "/history", key: "nav.history" },
    { path: "/compare", key: "nav.compare" },
    { path: "/settings", key: "nav.settings" },
];

const live = h("p", { class: "unseen", role: "status", "aria-live": "polite" });
const main = h("main", { id: "main", tabindex: "-1" });
const links = new Map<string, HTMLAnchorElement>();

/** Says something to those who do not see the page change. */
export function announce(text: string): void {
    live.textContent = "";
    // A text that did not change would not be read again.
    setTimeout(() => { live.textContent = text; }, 50);
}

/** Header, place for the pages, footer; again after the language changed. */
export function buildShell(): void {
    links.clear();
    const items = kPlaces.map(({ path, key }) => {
        const link = h("a", { href: path }, t(key));
        links.set(path, link);
        return h("li", {}, link);
    });
    replace(document.body,
        h("a", { class: "skip", href: "#main", click: (event: Event) => { event.preventDefault(); main.focus(); } }, t("shell.skip")),
        h("header", { class: "top" }, h("div", { class: "width top-row" },
            h("a", { class: "brand", href: "/" }, h("img", { src: mark, alt: "", width: 32, height: 32 }), h("span", {}, "Bonafide")),
            h("nav", { "aria-label": t("shell.nav") }, h("ul", {}, items)))),
        main,
        h("footer", { class: "bottom" }, h("div", { class: "width" }, h("p", {}, t("shell.footer")))),
        live);
}

export function showPage(page: Page, moved: boolean): void {
    document.title = `${page.title} · Bonafide`;
    replace(main, page.content);
    for (const [path, link] of links) {
        const here = path === location.pathname;
        if (here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    }
    if (!moved) return;
    window.scrollTo(0, 0);
    const heading = main.querySelector("h1");
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
}

/** What went wrong, where the reader looks, and the way to the key where a key is what lacks. */
export function problemBox(error: unknown, retry?: () => void): HTMLElement {
    const message = error instanceof Error ? error.message : String(error);
    const status = typeof error === "object" && error !== null && "status" in error ? Number(error.status) : -1;
    const requestId = typeof error === "object" && error !== null && "requestId" in error ? error.requestId : null;
    const box = h("div", { class: "note note-failed", role: "alert" }, icon("failed"),
        h("div", {}, h("p", {}, h("strong", {}, t("problem.title")), " ", message),
            requestId ? h("p", { class: "quiet small" }, t("problem.request", { id: String(requestId) })) : null,
            h("p", { class: "row" },
                status === 401 || status === 403 ? h("a", { class: "button", href: "/settings" }, t("problem.to_settings")) : null,
                retry ? h("button", { type: "button", class: "button", click: retry }, t("problem.retry")) : null)));
    return box;
}

/** The head of a page: its only h1, a line below it, and what can be done. */
export function pageHead(title: Node | string, lead: Node | string | null, ...actions: Node[]): HTMLElement {
    const head = h("div", { class: "page-head" }, h("div", { class: "page-title" }, h("h1", {}, title), lead ? h("p", { class: "lead" }, lead) : null));
    if (actions.length > 0) append(head, h("div", { class: "row actions" }, actions));
    return head;
}

export function spinner(text: string): HTMLElement {
    return h("p", { class: "loading" }, h("span", { class: "spinner", "aria-hidden": "true" }), text);
}
