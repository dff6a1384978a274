import { getAnalyzers, listChecks } from "../api/client";
import { engineText, h, replace, type Child } from "../dom";
import { icon } from "../icons";
import { kLanguages, plural, t, type Language } from "../i18n";
import { renderAgain } from "../navigation";
import type { Page, Visit } from "../router";
import { apiKey, languageChoice, setApiKey, setLanguageChoice, setTheme, theme, type Theme } from "../settings";
import { announce, buildShell, pageHead, problemBox, spinner } from "../shell";

function keySection(visit: Visit): HTMLElement {
    const input = h("input", { type: "password", autocomplete: "off", spellcheck: "false", id: "key", value: apiKey(), "aria-describedby": "key-note" });
    const said = h("div", { role: "status" });
    const save = async (event: Event): Promise<void> => {
        event.preventDefault();
        setApiKey(input.value.trim());
        replace(said, spinner(t("settings.trying")));
        try {
            await listChecks({ limit: 1 }, visit.signal);
            replace(said, h("p", { class: "note note-good" }, icon("check"), h("span", {}, t(apiKey() === "" ? "settings.no_key_needed" : "settings.key_works"))));
        } catch (error) {
            if (!visit.signal.aborted) replace(said, problemBox(error));
        }
    };
    const forget = (): void => {
        input.value = "";
        setApiKey("");
        replace(said, h("p", { class: "quiet" }, t("settings.key_forgotten")));
    };
    return h("section", { class: "card", "aria-labelledby": "key-title" }, h("h2", { id: "key-title" }, t("settings.key")),
        h("p", { id: "key-note", class: "quiet" }, t("settings.key_note")),
        h("form", { class: "filters", submit: (event: Event) => void save(event) },
            h("label", { class: "field field-wide", for: "key" }, h("span", {}, t("settings.key_field")), input),
            h("div", { class: "row" }, h("button", { class: "button button-primary", type: "submit" }, t("settings.key_save")), h("button", { class: "button", type: "button", click: forget }, t("settings.key_forget")))),
        said);
}

function radios<T extends string>(name: string, legend: string, options: readonly (readonly [T, string])[], value: T, changed: (value: T) => void): HTMLElement {
    return h("fieldset", { class: "chips" }, h("legend", {}, legend), options.map(([own, text]) => h("label", { class: "chip" },
        h("input", { type: "radio", name, value: own, checked: own === value, change: () => changed(own) }), h("span", { lang: own === "de" || own === "en" ? own : null }, text))));
}

function lookSection(): HTMLElement {
    const themes: readonly (readonly [Theme, string])[] = [["system", t("settings.theme_system")], ["light", t("settings.theme_light")], ["dark", t("settings.theme_dark")]];
    const languages: readonly (readonly [Language | "auto", string])[] = [["auto", t("settings.language_auto")], ...kLanguages.map(({ code, name }) => [code, name] as const)];
    return h("section", { class: "card", "aria-labelledby": "look-title" }, h("h2", { id: "look-title" }, t("settings.look")),
        radios("theme", t("settings.theme"), themes, theme(), setTheme),
        radios("language", t("settings.language"), languages, languageChoice(), (value) => {
            setLanguageChoice(value);
            buildShell();
            renderAgain();
            document.querySelector<HTMLInputElement>(`input[name=language][value=${value}]`)?.focus();
            announce(t("settings.language_changed"));
        }),
        h("p", { class: "quiet small" }, t("settings.language_note")));
}

async function analyzers(place: HTMLElement, visit: Visit): Promise<void> {
    try {
        const known = [...(await getAnalyzers()).values()];
        if (visit.signal.aborted) return;
        const fact = (name: string, value: Child): Child => (value ? h("div", {}, h("dt", {}, name), h("dd", {}, value)) : null);
        replace(place, h("p", { class: "quiet" }, plural("settings.analyzers_count", known.length)), known.map((analyzer) => h("details", { class: "analyzer" },
            h("summary", {}, h("code", {}, analyzer.id), " ", engineText(analyzer.summary)),
            h("dl", { class: "facts" }, fact(t("settings.looks_at"), analyzer.inputs.join(", ")), fact(t("finding.limits"), engineText(analyzer.limits)),
                fact(t("finding.false_alarms"), engineText(analyzer.known_false_alarms)), fact(t("finding.paper"), engineText(analyzer.reference))))));
    } catch (error) {
        if (!visit.signal.aborted) replace(place, problemBox(error, () => void analyzers(place, visit)));
    }
}

export function settingsPage(visit: Visit): Page {
    const list = h("div", {}, spinner(t("settings.loading")));
    void analyzers(list, visit);
    return {
        title: t("nav.settings"),
        content: h("div", { class: "width narrow" }, pageHead(t("nav.settings"), null), lookSection(), keySection(visit),
            h("section", { class: "card", "aria-labelledby": "analyzers-title" }, h("h2", { id: "analyzers-title" }, t("settings.analyzers")), list),
            h("section", { class: "card", "aria-labelledby": "about-title" }, h("h2", { id: "about-title" }, t("settings.about")), h("p", {}, t("settings.about_text")),
                h("ul", {}, h("li", {}, h("a", { href: "/v1/openapi.json" }, t("settings.interface"))), h("li", {}, h("a", { href: "/assets/inter-licence.txt" }, t("settings.typeface")))))),
    };
}
