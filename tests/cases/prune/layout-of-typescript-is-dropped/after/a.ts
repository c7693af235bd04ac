export function f(a: string): number {
  return g(
    a,
    'b',
  );
}

export const h = 2;
