const x: Array<number> = [];
