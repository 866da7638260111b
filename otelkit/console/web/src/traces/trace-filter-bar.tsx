// The filters over the list of traces. Their values live in the address.
import type { TraceQuery } from "../api/client";
import { Choice } from "../parts/choice";
import { SearchField } from "../parts/search-field";
import { ServiceSelect } from "../parts/service-select";
import { setQuery } from "../routing/navigation";

export function TraceFilters({ filters }: { filters: TraceQuery }) {
  return (
    <form class="filters" role="search" aria-label="Filter traces" onSubmit={(event) => event.preventDefault()}>
      <SearchField
        value={filters.q}
        onChange={(q) => setQuery({ q })}
        label="Search traces"
        placeholder="Name, attribute or trace id"
        testId="trace-search"
      />
      <ServiceSelect value={filters.service} onChange={(service) => setQuery({ service })} />
      <Choice
        label="Outcome"
        value={filters.status}
        testId="status-filter"
        options={[
          { value: "", text: "All" },
          { value: "error", text: "Errors", hint: "Only traces with a failed span" },
        ]}
        onChange={(status) => setQuery({ status })}
      />
      <label class="number-field">
        <span>Slower than</span>
        <input
          type="number"
          min="0"
          step="any"
          inputMode="decimal"
          placeholder="0"
          value={filters.minDurationMs}
          data-testid="min-duration"
          onChange={(event) => setQuery({ slower: event.currentTarget.value })}
        />
        <span>ms</span>
      </label>
    </form>
  );
}
