// Attributes as a two-column list: sorted, namespaces dimmed, long and structured values readable.
import type { Attributes, Json } from "../api/types";
import { ExceptionText, isExceptionText } from "./exception-text";

export function AttributeTable({ attributes, label }: { attributes: Attributes; label: string }) {
  const names = Object.keys(attributes).sort();
  if (names.length === 0) return <p class="nothing">None.</p>;
  return (
    <dl class="attributes" aria-label={label}>
      {names.map((name) => (
        <div key={name}>
          <dt>
            <AttributeName name={name} />
          </dt>
          <dd>
            <AttributeValue value={attributes[name] ?? null} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function AttributeName({ name }: { name: string }) {
  const cut = name.lastIndexOf(".") + 1;
  return (
    <>
      {cut > 0 ? <span class="namespace">{name.slice(0, cut)}</span> : null}
      {name.slice(cut)}
    </>
  );
}

function AttributeValue({ value }: { value: Json }) {
  if (typeof value === "string") {
    if (isExceptionText(value)) return <ExceptionText text={value} />;
    if (value === "") return <span class="nothing">empty</span>;
    return value.includes("\n") ? <pre>{value}</pre> : <>{value}</>;
  }
  if (value !== null && typeof value === "object") {
    return Array.isArray(value) && value.every((item) => typeof item !== "object") ? (
      <>{value.join(", ")}</>
    ) : (
      <pre>{JSON.stringify(value, null, 2)}</pre>
    );
  }
  return <span class="literal">{String(value)}</span>;
}

/** "score=0.93 tx.id=17": attributes on one line, for rows. */
export function inlineAttributes(attributes: Attributes, most = 6): string {
  return Object.entries(attributes)
    .filter(([, value]) => !(typeof value === "string" && value.includes("\n")))
    .slice(0, most)
    .map(([name, value]) => `${name}=${inlineValue(value)}`)
    .join("  ");
}

/** Six digits of a fraction tell enough on a line; the opened record has them all. */
function inlineValue(value: Json): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  return JSON.stringify(value);
}
