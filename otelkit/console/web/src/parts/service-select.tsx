// The choice of one service, or all.
import { useServices } from "../services";

export function ServiceSelect({ value, onChange }: { value: string; onChange: (service: string) => void }) {
  const names = useServices().map((service) => service.name);
  const options = value !== "" && !names.includes(value) ? [value, ...names] : names;
  return (
    <select aria-label="Service" value={value} data-testid="service-filter" onChange={(event) => onChange(event.currentTarget.value)}>
      <option value="">All services</option>
      {options.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
