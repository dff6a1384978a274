import { batch, type Entry } from "../batch";
import { foreign, h, replace, type Child } from "../dom";
import { dropzone } from "../dropzone";
import { size } from "../format";
import { icon } from "../icons";
import { plural, t } from "../i18n";
import { badgeOf, linkTo, probabilityOf } from "../parts";
import type { Page, Visit } from "../router";
import { saveAs } from "../save";
import { pageHead } from "../shell";

function state(entry: Entry): Child {
    if (entry.problem !== null) {
        return [h("span", { class: "badge tone-failed" }, icon("failed"), t("batch.refused")), h("p", { class: "small" }, entry.problem),
            entry.file || entry.check ? h("button", { type: "button", class: "button button-small", click: () => batch.retry(entry) }, t("problem.retry")) : null];
    }
    if (entry.check) return badgeOf(entry.check);
    if (entry.waits_s !== null) return h("span", { class: "badge tone-open" }, icon("time"), t("upload.waiting", { seconds: Math.ceil(entry.waits_s) }));
    if (entry.sent > 0) return h("progress", { max: 1, value: entry.sent, "aria-label": t("upload.progress") });
    return h("span", { class: "badge tone-unknown" }, t("batch.waiting"));
}

function row(entry: Entry): HTMLElement {
    return h("tr", {}, h("th", { scope: "row" }, entry.check ? linkTo(entry.check) : h("span", { class: "file-link" }, icon("file"), foreign(entry.name))),
        h("td", { class: "value" }, size(entry.size)), h("td", {}, state(entry)),
        h("td", { class: "value", "data-label": t("batch.probability") }, entry.check ? probabilityOf(entry.check) : "–"));
}

export function batchPage(visit: Visit): Page {
    const summary = h("p", { role: "status", class: "batch-summary" });
    const bar = h("progress", { max: 1, value: 0, "aria-label": t("batch.progress") });
    const body = h("tbody", {});
    const save = h("button", { type: "button", class: "button", click: () => saveAs(new Blob([batch.csv(location.origin)], { type: "text/csv" }), "bonafide.csv") },
        icon("download"), t("batch.csv"));
    const clear = h("button", { type: "button", class: "button", click: () => batch.clear() }, icon("trash"), t("batch.clear"));
    const table = h("section", { class: "card", "aria-labelledby": "batch-table" },
        h("div", { class: "section-head" }, h("h2", { id: "batch-table" }, t("batch.table")), h("div", { class: "row" }, save, clear)),
        summary, bar,
        h("table", { class: "stacked files" }, h("thead", {}, h("tr", {}, [t("batch.file"), t("batch.size"), t("batch.state"), t("batch.probability")].map((head) => h("th", { scope: "col" }, head)))), body));
    const rows = new Map<Entry, { element: HTMLElement; was: string }>();
    let asked = 0;
    const draw = (): void => {
        // Only rows that changed are made anew: a list of hundreds must not blink, nor lose the focus.
        const wanted = batch.entries.map((entry) => {
            const now = JSON.stringify([entry.sent, entry.waits_s, entry.problem, entry.check]);
            const old = rows.get(entry);
            if (old?.was === now) return old.element;
            const element = row(entry);
            rows.set(entry, { element, was: now });
            old?.element.replaceWith(element);
            return element;
        });
        if (wanted.length !== body.children.length) replace(body, wanted);
        table.hidden = wanted.length === 0;
        const done = batch.finished;
        bar.max = Math.max(batch.entries.length, 1);
        bar.value = done;
        const said = plural("batch.done", batch.entries.length, { done });
        if (summary.textContent !== said) summary.textContent = said;
    };
    batch.onChange(() => {
        cancelAnimationFrame(asked);
        asked = requestAnimationFrame(draw);
    }, visit.signal);
    draw();
    return {
        title: t("nav.batch"),
        content: h("div", { class: "width" }, pageHead(t("batch.heading"), t("batch.lead")), dropzone((files) => batch.add(files), visit.signal), table),
    };
}
