/** The finding that the reader looks at, shared by the picture, the timeline and the list: each may set it, each follows. */
export class Selection {
    private current: number | null = null;
    private readonly followers = new Set<(index: number | null, by: object | null) => void>();

    get index(): number | null {
        return this.current;
    }

    /** `by` is who set it, so that a follower can leave its own choice alone. */
    set(index: number | null, by: object | null = null): void {
        this.current = index;
        for (const follower of this.followers) follower(index, by);
    }

    follow(follower: (index: number | null, by: object | null) => void): void {
        this.followers.add(follower);
    }
}
