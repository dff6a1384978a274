import { preferredLanguage, setLanguage, type Language } from "./i18n";

export type Theme = "system" | "light" | "dark";

const kKey = "bonafide.key";
const kTheme = "bonafide.theme";
const kLanguage = "bonafide.language";

/** Storage can be switched off in a browser; then settings last as long as the page. */
const memory = new Map<string, string>();

function read(storage: () => Storage, name: string): string | null {
    try {
        return storage().getItem(name);
    } catch {
        return memory.get(name) ?? null;
    }
}

function write(storage: () => Storage, name: string, value: string | null): void {
    try {
        if (value === null) storage().removeItem(name);
        else storage().setItem(name, value);
    } catch {
        if (value === null) memory.delete(name);
        else memory.set(name, value);
    }
}

/** The key lives as long as the tab and is never written to disk by these pages. */
export function apiKey(): string {
    return read(() => sessionStorage, kKey) ?? "";
}

export function setApiKey(key: string): void {
    write(() => sessionStorage, kKey, key === "" ? null : key);
}

export function theme(): Theme {
    const stored = read(() => localStorage, kTheme);
    return stored === "light" || stored === "dark" ? stored : "system";
}

export function setTheme(wanted: Theme): void {
    write(() => localStorage, kTheme, wanted === "system" ? null : wanted);
    applyTheme();
}

/** "auto" follows the browser. */
export function languageChoice(): Language | "auto" {
    const stored = read(() => localStorage, kLanguage);
    return stored === "en" || stored === "de" ? stored : "auto";
}

export function setLanguageChoice(wanted: Language | "auto"): void {
    write(() => localStorage, kLanguage, wanted === "auto" ? null : wanted);
    applyLanguage();
}

export function applyTheme(): void {
    const chosen = theme();
    if (chosen === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = chosen;
    document.dispatchEvent(new CustomEvent("themechange"));
}

export function applyLanguage(): void {
    const chosen = languageChoice();
    setLanguage(chosen === "auto" ? preferredLanguage(navigator.languages) : chosen);
}

/** What the reports of checks carry for a case file. */
export interface CaseRecord {
    readonly number: string;
    readonly examiner: string;
}

/** As given in this tab; empty where it was not. */
export function caseRecord(): CaseRecord {
    const stored = remembered("case") as Partial<Record<keyof CaseRecord, unknown>> | null;
    const text = (value: unknown): string => (typeof value === "string" ? value : "");
    return { number: text(stored?.number), examiner: text(stored?.examiner) };
}

export function setCaseRecord(record: CaseRecord): void {
    remember("case", record);
}

/** What should outlive a reload of the tab but not the tab. */
export function remember(name: string, value: unknown): void {
    write(() => sessionStorage, `bonafide.${name}`, JSON.stringify(value));
}

export function remembered(name: string): unknown {
    try {
        return JSON.parse(read(() => sessionStorage, `bonafide.${name}`) ?? "null");
    } catch {
        return null;
    }
}
