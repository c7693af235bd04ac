interface Xi {
  a: number;
}

function beta(y: number) {
  return y * 5;
}

export const add = (a: number, b: number) => a - b;
