// The exemplars of a metric: single measurements with the trace they were made in.
import { useState } from "preact/hooks";
import type { Exemplar } from "../api/types";
import { inlineAttributes } from "../parts/attribute-table";
import { Choice } from "../parts/choice";
import { ArrowIcon } from "../parts/icons";
import { ServiceTag } from "../parts/service-tag";
import { Clock } from "../parts/time-stamp";
import { tracePath } from "../routing/route";
import { plural } from "../time/format";
import { compareTimes } from "../time/nanoseconds";
import { formatValue } from "./format-value";

type Order = "newest" | "largest";
const rowsAtOnce = 20;

interface ExemplarTableProps {
  readonly exemplars: readonly Exemplar[];
  readonly unit: string;
  /** The order to begin with: of a duration the largest are worth a look, of a count the newest. */
  readonly first: Order;
}

export function ExemplarTable({ exemplars, unit, first }: ExemplarTableProps) {
  const [order, setOrder] = useState<Order>(first);
  const [shown, setShown] = useState(rowsAtOnce);
  const sorted = [...exemplars].sort((a, b) => (order === "largest" ? b.value - a.value : compareTimes(b.time, a.time)));
  return (
    <section class="exemplars" aria-labelledby="exemplars-title">
      <header>
        <h2 id="exemplars-title">Exemplars</h2>
        <p>{exemplars.length === 0 ? "None in this time." : `${plural(exemplars.length, "measurement")} with a trace behind it`}</p>
        {exemplars.length > 1 ? (
          <Choice
            label="Order"
            value={order}
            options={[
              { value: "largest", text: "Largest" },
              { value: "newest", text: "Newest" },
            ]}
            onChange={setOrder}
          />
        ) : null}
      </header>
      {exemplars.length === 0 ? (
        <p class="nothing">A measurement made inside a sampled span brings the span's trace id along; it appears here and as a dot on the chart.</p>
      ) : (
        <table class="exemplar-table" data-testid="exemplar-table">
          <thead>
            <tr>
              <th scope="col" class="numeric">
                Value
              </th>
              <th scope="col">Time</th>
              <th scope="col">Service</th>
              <th scope="col">Attributes</th>
              <th scope="col">Trace</th>
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((exemplar) => (
              <tr key={`${exemplar.spanId}-${exemplar.time}-${exemplar.value}`} data-testid="exemplar-row">
                <td class="numeric exemplar-value">{formatValue(exemplar.value, unit)}</td>
                <td>
                  <Clock time={exemplar.time} />
                </td>
                <td>
                  <ServiceTag name={exemplar.service} />
                </td>
                <td class="exemplar-attributes">{inlineAttributes(exemplar.attributes)}</td>
                <td class="exemplar-trace">
                  <a href={tracePath(exemplar.traceId, exemplar.spanId)} data-testid="exemplar-link" title={exemplar.traceId}>
                    <code class="id">{exemplar.traceId.slice(0, 8)}</code>
                    {exemplar.stored === false ? <span class="quiet">not stored</span> : <ArrowIcon size={13} />}
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {sorted.length > shown ? (
        <p class="feed-end">
          <button type="button" class="button" onClick={() => setShown(shown + 100)}>
            Show more
          </button>
        </p>
      ) : null}
    </section>
  );
}
