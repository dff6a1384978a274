import { deleteCheck, listChecks } from "../api/client";
import { kStates, kVerdicts, type Check } from "../api/types";
import { append, foreign, h, replace } from "../dom";
import { moment, size } from "../format";
import { icon } from "../icons";
import { plural, t } from "../i18n";
import { go, rename } from "../navigation";
import { badgeOf, confirmed, linkTo, probabilityOf, selectOf } from "../parts";
import { titleOf } from "../report/words";
import type { Page, Visit } from "../router";
import { announce, pageHead, problemBox, spinner } from "../shell";

const kPageSize = 50;
const kTyping_ms = 250;

class HistoryView {
    readonly element: HTMLElement;
    private readonly visit: Visit;
    private readonly query = { q: "", state: "", verdict: "" };
    private readonly chosen = new Set<string>();
    private readonly body = h("tbody", {});
    private readonly status = h("p", { role: "status", class: "quiet" });
    private readonly table: HTMLElement;
    private readonly place = h("div", {});
    private readonly more = h("button", { type: "button", class: "button", click: () => void this.load(true) }, t("history.more"));
    private readonly compare = h("button", { type: "button", class: "button", click: () => this.compareChosen() }, icon("compare"), t("history.compare"));
    private cursor: string | null = null;
    private shown = 0;
    private loading: AbortController | null = null;

    constructor(visit: Visit) {
        this.visit = visit;
        for (const name of ["q", "state", "verdict"] as const) this.query[name] = visit.url.searchParams.get(name) ?? "";
        const heads = [t("history.choose"), t("batch.file"), t("history.result"), t("batch.probability"), t("history.when"), t("history.actions")];
        this.table = h("table", { class: "stacked files" }, h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))), this.body);
        this.element = h("section", { class: "card", "aria-label": t("nav.history") }, this.filters(),
            h("div", { class: "section-head" }, this.status, this.compare), this.table, this.place, h("p", { class: "row center" }, this.more));
        visit.signal.addEventListener("abort", () => this.loading?.abort());
        this.showChosen();
        void this.load(false);
    }

    private filters(): HTMLElement {
        let timer = 0;
        const search = h("input", {
            type: "search", value: this.query.q, maxlength: 200, autocomplete: "off", placeholder: t("history.search_hint"),
            input: () => {
                clearTimeout(timer);
                timer = window.setTimeout(() => this.set("q", search.value.trim()), kTyping_ms);
            },
        });
        return h("form", { class: "filters", role: "search", submit: (event: Event) => { event.preventDefault(); this.set("q", search.value.trim()); } },
            h("label", { class: "field field-wide" }, h("span", {}, t("history.search")), search),
            selectOf(t("history.verdict"), [["", t("history.any")], ...kVerdicts.map((verdict) => [verdict, titleOf(verdict)] as const)], this.query.verdict, (value) => this.set("verdict", value)),
            selectOf(t("history.state"), [["", t("history.any")], ...kStates.map((state) => [state, t(`state.${state}`)] as const)], this.query.state, (value) => this.set("state", value)));
    }

    private set(name: "q" | "state" | "verdict", value: string): void {
        if (this.query[name] === value) return;
        this.query[name] = value;
        const parameters = new URLSearchParams(Object.entries(this.query).filter(([, own]) => own !== ""));
        rename(parameters.size > 0 ? `/history?${parameters}` : "/history");
        void this.load(false);
    }

    private async load(further: boolean): Promise<void> {
        this.loading?.abort();
        const own = (this.loading = new AbortController());
        this.more.hidden = true;
        replace(this.place, spinner(t("history.loading")));
        try {
            const { checks, next_cursor } = await listChecks({ limit: kPageSize, ...this.query, ...(further && this.cursor ? { cursor: this.cursor } : {}) }, own.signal);
            if (!further) {
                replace(this.body);
                this.shown = 0;
                this.chosen.clear();
                this.showChosen();
            }
            const rows = checks.map((check) => this.row(check));
            append(this.body, rows);
            this.shown += checks.length;
            this.cursor = next_cursor;
            this.more.hidden = next_cursor === null;
            this.told();
            if (further) rows[0]?.querySelector("a")?.focus();
        } catch (error) {
            if (!own.signal.aborted) replace(this.place, problemBox(error, () => void this.load(further)));
        }
    }

    private told(): void {
        const filtered = Object.values(this.query).some((value) => value !== "");
        this.table.hidden = this.shown === 0;
        this.status.textContent = plural(this.cursor === null ? "history.count" : "history.count_more", this.shown);
        replace(this.place, this.shown === 0 ? h("p", { class: "empty" }, t(filtered ? "history.none_match" : "history.none")) : null);
    }

    private row(check: Check): HTMLElement {
        const box = h("input", {
            type: "checkbox", "aria-label": t("history.choose_one", { name: check.file_name }),
            change: () => {
                if (box.checked) this.chosen.add(check.id);
                else this.chosen.delete(check.id);
                this.showChosen();
            },
        });
        const row = h("tr", {}, h("td", { class: "pick" }, h("label", { class: "hit" }, box)),
            h("th", { scope: "row" }, linkTo(check), h("span", { class: "quiet small under" }, size(check.size_bytes))),
            h("td", {}, badgeOf(check)), h("td", { class: "value", "data-label": t("batch.probability") }, probabilityOf(check)),
            h("td", { class: "when" }, h("time", { datetime: check.created_at }, moment(check.created_at))),
            h("td", { class: "pick" }, h("button", { type: "button", class: "button button-icon", "aria-label": t("history.delete_one", { name: check.file_name }), click: () => void this.remove(check, row) }, icon("trash"))));
        return row;
    }

    private showChosen(): void {
        this.compare.disabled = this.chosen.size !== 2;
        this.compare.title = t("history.compare_hint");
    }

    private compareChosen(): void {
        const [a, b] = [...this.chosen];
        if (a && b) go(`/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`);
    }

    private async remove(check: Check, row: HTMLElement): Promise<void> {
        if (!(await confirmed([t("report.delete_question"), " ", foreign(check.file_name)], t("report.delete")))) return;
        try {
            await deleteCheck(check.id);
            const next = row.nextElementSibling ?? row.previousElementSibling;
            row.remove();
            this.chosen.delete(check.id);
            this.shown -= 1;
            this.showChosen();
            this.told();
            announce(t("report.deleted"));
            next?.querySelector("a")?.focus();
        } catch (error) {
            if (!this.visit.signal.aborted) replace(this.place, problemBox(error));
        }
    }
}

export function historyPage(visit: Visit): Page {
    return { title: t("nav.history"), content: h("div", { class: "width" }, pageHead(t("history.heading"), t("history.lead")), new HistoryView(visit).element) };
}
