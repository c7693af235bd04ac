const x = `a

${b}`;
