// A metric's name with its namespace held back, so that the part that tells metrics apart stands out.

export function MetricName({ name }: { name: string }) {
  const parts = name.split(".");
  const own = parts.slice(-2).join(".");
  const namespace = parts.slice(0, -2).join(".");
  return (
    <span class="metric-name">
      {namespace === "" ? null : <span class="namespace">{namespace}.</span>}
      {own}
    </span>
  );
}
