// The filters over the log list. Their values live in the address.
import type { LogQuery } from "../api/client";
import { Choice } from "../parts/choice";
import { CloseIcon } from "../parts/icons";
import { SearchField } from "../parts/search-field";
import { ServiceSelect } from "../parts/service-select";
import { setQuery } from "../routing/navigation";
import { levelChoices } from "./severity";

export function LogFilters({ filters }: { filters: LogQuery }) {
  return (
    <form class="filters" role="search" aria-label="Filter logs" onSubmit={(event) => event.preventDefault()}>
      <SearchField
        value={filters.text}
        onChange={(text) => setQuery({ text })}
        label="Search logs"
        placeholder="Text in a log line"
        testId="log-search"
      />
      <ServiceSelect value={filters.service} onChange={(service) => setQuery({ service })} />
      <Choice
        label="Lowest level"
        value={levelChoices.some((choice) => choice.value === filters.severity) ? filters.severity : ""}
        options={levelChoices}
        onChange={(severity) => setQuery({ severity })}
        testId="level-filter"
      />
      <label class="id-field">
        <span>Trace id</span>
        <input
          type="text"
          class="id"
          spellcheck={false}
          autocomplete="off"
          placeholder="any"
          value={filters.traceId}
          data-testid="trace-filter"
          onChange={(event) => setQuery({ trace: event.currentTarget.value.trim() })}
        />
        {filters.traceId === "" ? null : (
          <button type="button" class="icon-button" aria-label="Clear the trace id" onClick={() => setQuery({ trace: null })}>
            <CloseIcon size={13} />
          </button>
        )}
      </label>
    </form>
  );
}
