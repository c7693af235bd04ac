const x: Array<string> = [];
