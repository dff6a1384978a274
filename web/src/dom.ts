/** Elements are built from text nodes and attributes alone: nothing in these pages parses markup, so nothing foreign can become any. */
export type Child = Node | string | number | null | undefined | false | readonly Child[];
type Value = string | number | boolean | null | undefined | ((event: never) => void);
export type Attributes = { readonly [name: string]: Value } & { readonly style?: never };

const kSvg = "http://www.w3.org/2000/svg";

function fill(element: Element, attributes: Attributes, children: readonly Child[]): void {
    for (const [name, value] of Object.entries(attributes) as [string, Value][]) {
        if (value === null || value === undefined || value === false) continue;
        if (typeof value === "function") element.addEventListener(name, value as EventListener);
        else element.setAttribute(name, value === true ? "" : String(value));
    }
    append(element, ...children);
}

/** Appends what is something; false, null and undefined are left out, lists are unfolded. */
export function append(parent: Node, ...children: readonly Child[]): void {
    for (const child of children) {
        if (child === null || child === undefined || child === false) continue;
        if (Array.isArray(child)) append(parent, ...(child as readonly Child[]));
        else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
    }
}

/** An HTML element; a function as attribute value listens to the event of that name. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
    const element = document.createElement(tag);
    fill(element, attributes, children);
    return element;
}

/** An SVG element. */
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
    const element = document.createElementNS(kSvg, tag) as SVGElement;
    fill(element, attributes, children);
    return element;
}

/** Puts `children` in place of everything inside `parent`. */
export function replace(parent: Element, ...children: Child[]): void {
    parent.replaceChildren();
    append(parent, ...children);
}

/** A file name or other foreign text: its writing direction stays its own. */
export function foreign(text: string): HTMLElement {
    return h("bdi", {}, text);
}

/** A dotted name, which breaks after a dot rather than within a word. */
export function dotted(id: string): HTMLElement {
    return h("code", {}, id.split(/(?<=\.)/).flatMap((part, place) => (place > 0 ? [h("wbr"), part] : [part])));
}

/** What the engine wrote. It writes English, whatever the language of the page. */
export function engineText(text: string): HTMLElement {
    return h("span", { lang: "en", dir: "auto" }, text);
}
