const x = `a
${b}`;
