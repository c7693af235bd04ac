function beta(y: number) {
  return y * 5;
}

interface Xi<T> {
  value: T;
}

export const add = (a: number, b: number) => a + b;
