import de from "./messages/de.json";
import en from "./messages/en.json";

export type Key = keyof typeof en;
export type Language = "en" | "de";
/** Keys that exist as `NAME.one` and `NAME.other`. */
export type PluralKey = Key extends infer K ? (K extends `${infer Name}.other` ? Name : never) : never;

const kMessages: Record<Language, Record<Key, string>> = { en, de };
export const kLanguages: readonly { code: Language; name: string }[] = [
    { code: "en", name: "English" },
    { code: "de", name: "Deutsch" },
];

let current: Language = "en";

export function language(): Language {
    return current;
}

export function setLanguage(wanted: Language): void {
    current = wanted;
    document.documentElement.lang = wanted;
}

/** The language with the reader's region, for the order of day and month and the like. */
export function locale(): string {
    return navigator.languages.find((tag) => tag.toLowerCase().split("-")[0] === current) ?? current;
}

/** The first of the reader's languages that there are messages for. */
export function preferredLanguage(wanted: readonly string[]): Language {
    for (const tag of wanted) {
        const code = tag.toLowerCase().split("-")[0];
        const found = kLanguages.find((entry) => entry.code === code);
        if (found) return found.code;
    }
    return "en";
}

/** `{name}` in the message becomes `values.name`. */
export function t(key: Key, values: Readonly<Record<string, string | number>> = {}): string {
    return kMessages[current][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The form of the message for `count` things; `{count}` in it becomes the number as this language writes it. */
export function plural(name: PluralKey, count: number, values: Readonly<Record<string, string | number>> = {}): string {
    const form = new Intl.PluralRules(current).select(count) === "one" ? "one" : "other";
    return t(`${name}.${form}` as Key, { count: new Intl.NumberFormat(current).format(count), ...values });
}
