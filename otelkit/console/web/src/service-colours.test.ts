import { expect, it } from "vitest";
import { assignColours, paletteSize } from "./service-colours";

const names = ["payments-api", "reputation", "checkout", "worker", "gateway", "mailer", "search", "billing", "auth", "stock"];

it("services have colours of their own as long as the palette lasts", () => {
  expect(new Set(assignColours(names).values()).size).toBe(paletteSize);
});

it("colours do not depend on the order in which services appear", () => {
  expect(assignColours([...names].reverse())).toEqual(assignColours(names));
});

it("more services than colours still have one each", () => {
  const many = Array.from({ length: 40 }, (_, index) => `service-${index}`);
  const colours = assignColours(many);
  expect(colours.size).toBe(40);
  for (const colour of colours.values()) expect(colour).toBeLessThan(paletteSize);
});
