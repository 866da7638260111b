// The small line and the number beside a metric in the list. Fetched only for rows that have been in sight.
import { useEffect, useRef, useState } from "preact/hooks";
import { fetchMetric } from "../api/client";
import { usePolled } from "../api/polling";
import type { MetricSummary } from "../api/types";
import { glanceAt, sparkPath } from "./glance";
import { kindGroup } from "./metric-kinds";
import { rangeStart } from "./time-range";

const width = 120;
const height = 26;

export function MetricGlance({ metric, service }: { metric: MetricSummary; service: string }) {
  const place = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <span class={`glance kind-${kindGroup(metric)}`} ref={place}>
      {seen ? <Drawn metric={metric} service={service} /> : null}
    </span>
  );
}

function Drawn({ metric, service }: { metric: MetricSummary; service: string }) {
  const { data } = usePolled(
    `glance ${metric.name} ${service}`,
    (signal) => fetchMetric(metric.name, service, rangeStart("30m", Date.now()), signal),
    () => 10_000,
  );
  if (!data) return null;
  const glance = glanceAt(data);
  if (!glance) return <span class="quiet">{data.series.length === 0 ? "nothing in this time" : "one point so far"}</span>;
  const path = sparkPath(glance.values, width, height);
  return (
    <>
      <svg viewBox={`-1 -2 ${width + 2} ${height + 4}`} width={width + 2} height={height + 4} aria-hidden="true">
        <path class="spark-area" d={`${path}V${height}H0Z`} />
        <path class="spark-line" d={path} />
      </svg>
      <span class="glance-last">
        {glance.last}
        <span class="glance-meaning"> {glance.meaning}</span>
      </span>
    </>
  );
}
