import { h } from "../dom";
import { t } from "../i18n";
import type { Page, Visit } from "../router";
import { pageHead } from "../shell";

export function missingPage(visit: Visit): Page {
    return {
        title: t("missing.title"),
        content: h("div", { class: "width" }, pageHead(t("missing.title"), t("missing.lead", { path: visit.url.pathname })),
            h("p", {}, h("a", { class: "button button-primary", href: "/" }, t("missing.home")))),
    };
}
