// The two ends of a list: what waits above it, and the older items below it.
import type { Feed } from "../api/feed";
import { formatCount } from "../time/format";

export function WaitingItems<T>({ feed, noun }: { feed: Feed<T>; noun: string }) {
  if (feed.waiting === 0) return null;
  return (
    <button type="button" class="waiting" onClick={feed.showWaiting} data-testid="waiting">
      {formatCount(feed.waiting)} new {noun}
      {feed.waiting === 1 ? "" : "s"}
    </button>
  );
}

export function OlderItems<T>({ feed, noun }: { feed: Feed<T>; noun: string }) {
  return (
    <div class="feed-end">
      {feed.hasOlder ? (
        <button type="button" class="button" onClick={feed.loadOlder} disabled={feed.loadingOlder} data-testid="older">
          {feed.loadingOlder ? "Loading…" : `Show older ${noun}s`}
        </button>
      ) : (
        <p>No older {noun}s.</p>
      )}
    </div>
  );
}
