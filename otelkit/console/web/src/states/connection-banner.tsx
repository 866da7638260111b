// The line over every view while the console is gone: what is shown is old, and the page is trying again.
import { useConnection } from "../api/connection";

export function ConnectionBanner() {
  const gone = useConnection() === "gone";
  return (
    <div class="banner-place" role="status">
      {gone ? (
        <p class="banner" data-testid="connection-banner">
          <strong>The console at {location.host} does not answer.</strong> Trying again every few seconds. Start it with{" "}
          <code>otelkit console</code>; what you see is the last it said.
        </p>
      ) : null}
    </div>
  );
}
