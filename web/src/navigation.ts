import type { Router } from "./router";

let router: Router | null = null;

export function useRouter(made: Router): void {
    router = made;
}

export function go(path: string): void {
    router?.go(path);
}

/** The address changes and the page stays: for filters and the like. */
export function rename(path: string): void {
    history.replaceState(null, "", path);
}

export function renderAgain(): void {
    router?.render(false);
}
