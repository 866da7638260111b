// A list that the filters emptied, and the way back.
import { setQuery } from "../routing/navigation";
import type { Query } from "../routing/route";

export function NoMatch({ what, cleared }: { what: string; cleared: Query }) {
  return (
    <div class="notice" data-testid="no-match">
      <h2>No {what} match these filters</h2>
      <p>
        <button type="button" class="button" onClick={() => setQuery(cleared)}>
          Clear filters
        </button>
      </p>
    </div>
  );
}
