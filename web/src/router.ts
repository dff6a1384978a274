/** Where the reader is. A page lives until `signal` is aborted: everything it started ends with it. */
export interface Visit {
    readonly url: URL;
    readonly id: string;
    readonly signal: AbortSignal;
}

export interface Page {
    readonly title: string;
    readonly content: HTMLElement;
}

type Make = (visit: Visit) => Page;
export interface Route {
    readonly pattern: RegExp;
    readonly make: Make;
}

export class Router {
    private current: AbortController | null = null;
    private readonly routes: readonly Route[];
    private readonly missing: Make;
    private readonly show: (page: Page, moved: boolean) => void;

    constructor(routes: readonly Route[], missing: Make, show: (page: Page, moved: boolean) => void) {
        this.routes = routes;
        this.missing = missing;
        this.show = show;
        window.addEventListener("popstate", () => this.render(true));
        document.addEventListener("click", (event) => this.follow(event));
    }

    go(path: string): void {
        history.pushState(null, "", path);
        this.render(true);
    }

    /** Makes the page of the address anew; `moved` says that the reader came from another one. */
    render(moved: boolean): void {
        this.current?.abort();
        this.current = new AbortController();
        const url = new URL(location.href);
        for (const route of this.routes) {
            const found = route.pattern.exec(url.pathname);
            if (found) {
                this.show(route.make({ url, id: decoded(found[1] ?? ""), signal: this.current.signal }), moved);
                return;
            }
        }
        this.show(this.missing({ url, id: "", signal: this.current.signal }), moved);
    }

    private follow(event: MouseEvent): void {
        if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        const link = event.target instanceof Element ? event.target.closest("a") : null;
        if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
        if (link.pathname.startsWith("/v1/") || link.pathname.startsWith("/assets/") || (link.hash && link.pathname === location.pathname)) return;
        event.preventDefault();
        this.go(link.pathname + link.search + link.hash);
    }
}

function decoded(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}
