class Box {
  open(): void {
    this.count += 1;
  }

  private close(): void {
    this.count -= 1;
  }

  count = 0;
}

export const add = (a: number, b: number): number => a - b;
