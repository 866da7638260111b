// A service's name with its colour, the same wherever it appears.
import { useServiceColour } from "../service-colours";

export function ServiceTag({ name }: { name: string }) {
  return (
    <span class="service-tag">
      <ServiceDot name={name} />
      <span class="service-name" title={name}>
        {name}
      </span>
    </span>
  );
}

export function ServiceDot({ name }: { name: string }) {
  const colourOf = useServiceColour();
  return <span class={`service-dot colour-${colourOf(name)}`} title={name} />;
}
