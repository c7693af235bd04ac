import { priceOf } from "./price";

export function renderCart(items: string[]): string {
  return items.map((item) => priceOf(item)).join(", ");
}
