// A text filter: what is typed reaches the address a moment after the last key, and "/" puts the cursor here.
import { useEffect, useRef, useState } from "preact/hooks";
import { SearchIcon } from "./icons";

const settleTime = 250;

interface SearchFieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label: string;
  readonly placeholder: string;
  readonly testId: string;
}

export function SearchField({ value, onChange, label, placeholder, testId }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  // The address changed by other means, such as "Clear filters".
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), settleTime);
    return () => clearTimeout(timer);
  }, [typed]);
  useEffect(() => {
    function focusOnSlash(event: KeyboardEvent): void {
      const inField = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || inField || event.metaKey || event.ctrlKey || event.altKey) return;
      event.preventDefault();
      field.current?.focus();
    }
    addEventListener("keydown", focusOnSlash);
    return () => removeEventListener("keydown", focusOnSlash);
  }, []);
  return (
    <label class="search-field">
      <SearchIcon size={14} />
      <input
        ref={field}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        spellcheck={false}
        autocomplete="off"
        data-testid={testId}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
