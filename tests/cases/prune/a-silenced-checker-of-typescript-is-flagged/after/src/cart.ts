import { Item } from './item';

export interface Cart {
  items: Item[];
  discount: number;
}

// Prices are in cents.
export function total(cart: Cart): number {
  let sum = 0;
  for (const item of cart.items) {
    sum += price(item);
  }
  return sum * (1 - cart.discount);
}

export function summary(cart: Cart, label) {
  const count = cart.items.length;
  const first = cart.items[0];
  const text = label + ': ' + count;
  // @ts-ignore
  return text + first.name;
}

function price(item: Item): number {
  return item.amount * item.cents;
}
