export function priceOf(item: string): number {
  return item.length;
}
