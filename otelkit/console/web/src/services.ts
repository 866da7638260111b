// The services that have sent something, known to every view.
import { fetchServices } from "./api/client";
import { usePolled } from "./api/polling";
import type { ServiceSummary } from "./api/types";
import { observable, useObservable } from "./observable";
import { setServices } from "./service-colours";
import { useEffect } from "preact/hooks";

const services = observable<readonly ServiceSummary[]>([]);

export function useServices(): readonly ServiceSummary[] {
  return useObservable(services);
}

/** Keeps the list fresh; called once, by the shell. */
export function useServiceUpdates(): void {
  const { data } = usePolled("services", fetchServices, () => 5_000);
  useEffect(() => {
    if (!data) return;
    setServices(data.map((service) => service.name));
    services.set([...data].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }, [data]);
}
