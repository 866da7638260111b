// The page before anything arrived: how to send the first data, ready to copy.
import type { ComponentChildren } from "preact";
import { CopyButton } from "../parts/copy-button";
import { Mark } from "../parts/icons";

export function FirstData({ what }: { what: "traces" | "logs" | "metrics" }) {
  const start = `import otelkit\notelkit.init("my-service", endpoint="${location.origin}")`;
  const environment = `OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin}`;
  return (
    <section class="first-data" data-testid="first-data" aria-labelledby="first-data-title">
      <Mark />
      <h2 id="first-data-title">No {what} yet. Two lines send the first.</h2>
      <p>This page fills by itself as soon as something arrives.</p>
      <Snippet text={start} label="Copy the two lines">
        <span class="code-keyword">import</span> otelkit{"\n"}
        otelkit.init(<span class="code-string">"my-service"</span>, endpoint=<span class="code-string">"{location.origin}"</span>)
      </Snippet>
      <p>
        {what === "traces" && (
          <>
            Then put <code>@otelkit.observe</code> on a function and call it.
          </>
        )}
        {what === "logs" && (
          <>
            Then log as always: <code>logging</code>, <code>structlog</code> and <code>otelkit.get_logger(__name__)</code> all arrive here.
          </>
        )}
        {what === "metrics" && (
          <>
            Every function under <code>@otelkit.observe</code> is measured; metrics arrive with each export interval.
          </>
        )}
      </p>
      <p>Anything else that speaks OTLP over HTTP, in any language, is told the address by its environment:</p>
      <Snippet text={environment} label="Copy the environment variable">
        {environment}
      </Snippet>
      <p>
        Only looking around? <code>otelkit demo</code> brings a service, its data and this page.
      </p>
    </section>
  );
}

function Snippet({ text, label, children }: { text: string; label: string; children: ComponentChildren }) {
  return (
    <div class="snippet">
      <pre>
        <code>{children}</code>
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  );
}
