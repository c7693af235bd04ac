const ids = [1, 2].map(x => ({id: x}));
console.log(ids);
