interface Point {
  x: number;
  y: number;
}

export function norm(p: Point): number {
  return p.x + p.y;
}

export const add = (a: number, b: number): number => a - b;
