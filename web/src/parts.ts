import type { Check } from "./api/types";
import { foreign, h, type Child } from "./dom";
import { probability } from "./format";
import { icon, iconOfKind } from "./icons";
import { t } from "./i18n";
import { iconOf, titleOf, toneOf } from "./report/words";

/** Verdict or state of a check, in words with an icon and a colour. */
export function badgeOf(check: Check): HTMLElement {
    if (check.state === "done" && check.verdict) {
        return h("span", { class: `badge tone-${toneOf(check.verdict)}` }, icon(iconOf(check.verdict)), titleOf(check.verdict));
    }
    if (check.state === "failed") return h("span", { class: "badge tone-failed" }, icon("failed"), t("state.failed"));
    return h("span", { class: "badge tone-unknown" }, h("span", { class: "spinner", "aria-hidden": "true" }), t(`state.${check.state}`));
}

export function linkTo(check: Check): HTMLElement {
    return h("a", { class: "file-link", href: `/checks/${encodeURIComponent(check.id)}` }, iconOfKind(check.kind), foreign(check.file_name || t("upload.unnamed")));
}

export function probabilityOf(check: Check): string {
    return check.probability === null ? "–" : probability(check.probability);
}

/** Asks before something that cannot be undone; whether the reader agreed. */
export function confirmed(question: Child, agree: string): Promise<boolean> {
    return new Promise((resolve) => {
        const dialog = h("dialog", { class: "dialog", "aria-labelledby": "dialog-question" },
            h("form", { method: "dialog" }, h("p", { id: "dialog-question" }, question),
                h("div", { class: "row end" }, h("button", { class: "button", value: "no" }, t("cancel")),
                    h("button", { class: "button button-danger", value: "yes" }, agree))));
        dialog.addEventListener("close", () => {
            dialog.remove();
            resolve(dialog.returnValue === "yes");
        });
        document.body.append(dialog);
        dialog.showModal();
    });
}

let selects = 0;

/** A choice among few with a label of its own. */
export function selectOf(label: string, options: readonly (readonly [string, string])[], value: string, changed: (value: string) => void): HTMLElement {
    const id = `select-${++selects}`;
    const select = h("select", { id, change: () => changed(select.value) }, options.map(([name, text]) => h("option", { value: name, selected: name === value }, text)));
    return h("div", { class: "field" }, h("label", { for: id }, label), select);
}
